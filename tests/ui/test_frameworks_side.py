"""Side by side: NumPy's run begins with the view, and what a Python lacks is said with the one command."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.frameworks.measured import from_text
from hyperscope.lab.frameworks.trial import Python
from hyperscope.lab.timeline.score import Event, Score, replay
from hyperscope.lab.twins.account import ELSEWHERE
from hyperscope.ui.labs.frameworks.losses_chart import BROADLY, MOST, _pair
from hyperscope.ui.labs.frameworks.side_view import SideView
from hyperscope.ui.labs.frameworks.standing import NAMES, Runs, Standing
from hyperscope.ui.labs.frameworks.trials import SideBySide
from hyperscope.ui.panels.common.chart import legend_width
from hyperscope.ui.remembered import Remembered
from hyperscope.ui.theme import LIGHT
from hyperscope.ui.window import Window
from patience import PATIENCE

SMALL = Experiment(data=Data(points=90), network=Network(layers=(Layer(4), Layer(3))))


def opened(open_window, qtbot, remembered: Remembered | None = None, end: int = 20) -> tuple[Window, SideView]:
    """A paused window, trained for so many steps, that shows the view."""
    window = open_window(SMALL, playing=False, remembered=remembered)
    window.session.perform(Score(SMALL, (), end))
    qtbot.waitUntil(lambda: window.session.status.tick == end, timeout=PATIENCE)
    window.show_lab("frameworks", "side-by-side")
    return window, window.lab.page.side


def test_numpys_run_begins_with_the_view_and_what_was_measured_is_kept(open_window, qtbot):
    window, view = opened(open_window, qtbot, Remembered())
    part = window.part(SideBySide)
    qtbot.waitUntil(lambda: not part.busy, timeout=PATIENCE)
    numpy = view.runs.frameworks["numpy"]
    assert numpy.problem == ""
    assert len(view.runs.losses) == len(numpy.losses) == numpy.measured.steps == 20
    assert "nats of our 20 losses" in view.sentence.text() or "last bit" in view.sentence.text()
    assert "NumPy: off by" in view.table.accessibleDescription()
    assert part.found[sys.executable].packages["numpy"]
    assert set(from_text(Remembered().measured)) == {"numpy", "hyperscope"}

    window.move_knob("training.learning_rate", 0.07)
    assert view.runs.earlier
    assert "before it was changed" in view.sentence.text()

    part.found[part.python] = Python(part.python, "3.11.9", {"numpy": "2.4.6"})
    part._draw()
    qtbot.keyClick(view.table, Qt.Key.Key_Down)
    assert view.framework == "pytorch"
    assert not view.run.isEnabled()
    assert view.python.command.text().endswith("-m pip install torch numpy")
    view.python.copy.click()
    assert QGuiApplication.clipboard().text() == view.python.command.text()


def test_after_going_back_the_run_is_of_what_is_shown_and_not_called_earlier(open_window, qtbot):
    window = open_window(SMALL, playing=False)
    window.session.perform(Score(SMALL, (Event(15, changed(SMALL, "training.learning_rate", 0.05)),), 20))
    qtbot.waitUntil(lambda: window.session.status.tick == 20, timeout=PATIENCE)
    window.go_to(10)
    qtbot.waitUntil(lambda: window.session.status.tick == 10, timeout=PATIENCE)
    window.show_lab("frameworks", "side-by-side")
    part, view = window.part(SideBySide), window.lab.page.side
    qtbot.waitUntil(lambda: not part.busy, timeout=PATIENCE)
    assert len(view.runs.losses) == 10 and not view.runs.earlier
    window.show_lab("frameworks", "code")
    window.show_lab("frameworks", "side-by-side")
    assert part.job is None and not part._queue


def test_of_weights_from_elsewhere_the_settings_are_run_and_that_is_said(open_window, qtbot):
    window, view = opened(open_window, qtbot)
    part = window.part(SideBySide)
    window.session.take_up(replay(Score(SMALL, (), 20)).checkpoint())
    qtbot.waitUntil(lambda: view.runs.settings_only, timeout=PATIENCE)
    part.run("numpy")
    qtbot.waitUntil(lambda: not part.busy and ELSEWHERE in view.sentence.text(), timeout=PATIENCE)
    assert part._of["numpy"] == (SMALL, ())
    window.session.restart()
    qtbot.waitUntil(lambda: not view.runs.settings_only, timeout=PATIENCE)
    assert ELSEWHERE not in view.sentence.text() and not view.runs.earlier


def test_a_run_is_cancelled_and_nothing_of_it_is_kept(open_window, qtbot):
    window, view = opened(open_window, qtbot)
    part = window.part(SideBySide)
    qtbot.waitUntil(lambda: part.job is not None, timeout=PATIENCE)
    assert view.run.text() == "Cancel"
    view.run.click()
    assert part.job is None
    assert part.measured == {}
    assert view.run.text() == "Run it here"


def test_a_python_that_is_none_is_refused_and_the_programs_own_comes_back(open_window, qtbot):
    window, view = opened(open_window, qtbot, Remembered())
    part = window.part(SideBySide)
    qtbot.waitUntil(lambda: not part.busy, timeout=PATIENCE)
    part.use_python("/nowhere/python")
    qtbot.waitUntil(lambda: "is no Python that can be run" in view.python.inside.text(), timeout=PATIENCE)
    assert Remembered().python == "/nowhere/python"
    view.python.own.click()
    qtbot.waitUntil(lambda: "In it: numpy" in view.python.inside.text(), timeout=PATIENCE)
    assert part.python == sys.executable


def test_the_dialog_for_a_python_is_gone_once_it_is_closed(open_window, qtbot):
    window, _ = opened(open_window, qtbot)
    window.part(SideBySide).ask_python()
    (dialog,) = window.findChildren(QFileDialog)
    dialog.close()
    qtbot.waitUntil(lambda: not window.findChildren(QFileDialog), timeout=PATIENCE)


def test_a_long_path_and_many_names_leave_the_view_as_narrow_as_it_was(qtbot):
    view = SideView()
    qtbot.addWidget(view)
    losses = np.linspace(1.0, 0.1, 20)
    runs = {name: Standing(losses) for name in NAMES}
    narrow = view.minimumSizeHint().width()
    view.show_python("/a" * 300, Python("/a", "3.11.7"), "", own=False)
    view.show_runs(Runs(losses, None, runs), busy=False, precise=False)
    assert view.minimumSizeHint().width() < narrow + 200  # of the button that leads back to the program's own Python
    view.resize(max(1010, view.minimumSizeHint().width()), 590)
    view.grab()
    head = view.chart._heads[0]
    assert head.title in ("Loss, in nats", "")  # none of it under the names
    assert legend_width(LIGHT, head.key) < head.width()
    assert len(head.key) == 1 + len(NAMES)


def test_the_losses_are_drawn_anew_only_when_they_look_otherwise(qtbot, monkeypatch):
    view = SideView()
    qtbot.addWidget(view)
    losses = np.linspace(1.0, 0.1, 20)
    runs = Runs(losses, None, {name: Standing(losses) for name in NAMES})
    drawn: list[float] = []
    show = view.chart.losses.show_curves
    monkeypatch.setattr(view.chart.losses, "show_curves", lambda *given: (drawn.append(given[1][1]), show(*given)))
    view.show_runs(runs, busy=False, precise=False)
    view.show_runs(replace(runs, earlier=True), busy=True, precise=False)  # the session was changed, or one runs
    assert drawn == [20.0]
    view.show_runs(replace(runs, losses=np.linspace(1.0, 0.1, 30)), busy=False, precise=False)
    assert drawn[1:] == [30.0]
    view.show_runs(replace(runs, moves=((3, "α 0.1"),)), busy=False, precise=False)
    stale = {**runs.frameworks, "numpy": Standing(losses, fresh=False)}
    view.show_runs(replace(runs, frameworks=stale), busy=False, precise=False)
    view.show_runs(replace(runs, frameworks=stale), busy=False, precise=True)
    assert len(drawn) == 5


def test_a_long_run_is_drawn_with_no_more_points_than_can_be_seen():
    losses = np.exp(np.random.default_rng(0).normal(size=20_000))
    for most in (MOST, BROADLY):
        steps, level = _pair(losses, 1e-12, most)
        assert len(steps) <= most and len(steps) > 0.9 * most
        assert (level.min(), level.max()) == (np.log10(losses.min()), np.log10(losses.max()))
