"""Choosing: what was measured here, lines of this session's code, and dated facts with their sources."""

from __future__ import annotations

from datetime import date

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.frameworks.counting import counted
from hyperscope.lab.frameworks.facts import facts
from hyperscope.lab.frameworks.frameworks import frameworks
from hyperscope.lab.frameworks.measured import OURS, Measured, text_of
from hyperscope.lab.timeline.score import Score
from hyperscope.ui.labs.frameworks.choosing_cards import UNMEASURED
from hyperscope.ui.labs.frameworks.trials import SideBySide
from hyperscope.ui.remembered import Remembered
from patience import PATIENCE

ONE = Measured("numpy", "2026-11-22", "2-4-3", 40, "float32", 1e-7, 0.4, 0.1, 3e-4, 30_000_000, 58, {"numpy": "2.4"})


def test_every_framework_has_dated_facts_each_with_its_source():
    checked, known = facts()
    assert isinstance(checked, date)
    assert set(known) == set(frameworks)
    for name, one in known.items():
        assert all(getattr(one, field) for field in one.__struct_fields__), name


def test_lines_are_this_sessions_and_what_was_measured_before_is_shown(open_window, qtbot):
    remembered = Remembered()
    remembered.measured = text_of([ONE])
    window = open_window(playing=False, remembered=remembered)
    window.show_lab("frameworks", "choosing")
    view = window.lab.page.choosing
    qtbot.waitUntil(lambda: view.script is not None and view.script.examples > 0, timeout=PATIENCE)
    now = counted(frameworks["pytorch"].code(view.script))
    qtbot.waitUntil(lambda: view.ease.counts.get("pytorch") == now, timeout=PATIENCE)
    assert "300 µs in NumPy" in view.sentence.text()
    assert "NumPy: a step 300 µs" in view.speed.accessibleDescription()
    assert "numpy.org" in view.open.accessibleDescription()
    before = view.ease.counts["pytorch"].whole
    window.move_knob("training.l1", 0.01)
    qtbot.waitUntil(lambda: view.ease.counts["pytorch"].whole > before, timeout=PATIENCE)
    assert not view.grab().isNull()

    view.show_measured({OURS: ONE})
    assert "Nothing was measured" in view.sentence.text()
    view.show_measured({})
    assert view.speed.accessibleDescription() == UNMEASURED


def test_a_run_that_was_begun_elsewhere_is_measured_while_choosing_is_shown(open_window, qtbot):
    window = open_window(Experiment(data=Data(points=90), network=Network(layers=(Layer(4),))), playing=False)
    window.session.perform(Score(window.session.experiment, (), 12))
    qtbot.waitUntil(lambda: window.session.status.tick == 12, timeout=PATIENCE)
    window.show_lab("frameworks", "choosing")
    view = window.lab.page.choosing
    assert view.measured == {}
    window.part(SideBySide).run("numpy")
    qtbot.waitUntil(lambda: set(view.measured) == {"numpy", OURS}, timeout=PATIENCE)
    assert "in NumPy" in view.sentence.text()
    assert view.measured["numpy"].steps == 12
