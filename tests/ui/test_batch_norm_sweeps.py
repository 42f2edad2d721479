"""Why it helps and when it hurts, in a window: sweeps that are chosen, run, paused, remembered and opened."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.sweeps.outcome import Outcome
from hyperscope.ui.labs.batch_norm.exports import of_why
from hyperscope.ui.labs.batch_norm.page import BatchNormPage
from hyperscope.ui.labs.batch_norm.sweep_view import SweepView
from hyperscope.ui.labs.batch_norm.sweeping import Sweeping
from hyperscope.ui.panels.common.in_turn import InTurn
from hyperscope.ui.window import Window
from patience import PATIENCE

TINY = Experiment(data=Data(points=60), network=Network(layers=(Layer(3, "tanh"),)))
LEFT = Qt.MouseButton.LeftButton
DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
Key = Qt.Key


@pytest.fixture
def window(standing_still, qtbot) -> Window:
    """The view with its first sweep run, of few small networks."""
    made = standing_still(TINY)
    made.session.shows = lambda: None
    made._made(next(entry for entry in _entries() if entry.name == "batch-norm"))
    view = made._labs["batch-norm"].page.of_sweeps["why"]
    set_small(view)
    made.show_lab("batch-norm", "why")
    finish(made, qtbot)
    return made


def _entries():
    from hyperscope.ui.labs import LABS

    return LABS


def set_small(view: SweepView) -> None:
    view.card.deep.set_index(0)
    view.card.seeds.set_value(1)
    view.card.epochs.set_value(5)
    if view.sweep.scale != "choice":
        view.card.range.count.set_value(2)


def part(window: Window) -> Sweeping:
    return window.part(Sweeping)


def view_of(window: Window) -> SweepView:
    page = window.lab.page
    assert isinstance(page, BatchNormPage)
    return page.of_sweeps[page.view]


def finish(window: Window, qtbot) -> None:
    def done() -> bool:
        run = part(window).runs.of(view_of(window).sweep)
        return run is not None and run.done and run.outcome is not None

    qtbot.waitUntil(done, timeout=PATIENCE)


def test_the_first_sweep_runs_by_itself_and_is_shown(window):
    grid = view_of(window).grid
    assert grid._outcome.plan.sweep.title == "Learning rate"
    assert "dev accuracy" in grid.accessibleDescription()
    assert set(grid._maps) == {(v, s) for v in range(2) for s in range(grid._outcome.plan.shape[1])}


def on_the_screen(widget: QWidget, qtbot) -> QImage:
    """What is seen of it once nothing is to be painted any more; nothing is painted for this picture."""
    qtbot.waitUntil(lambda: not widget.findChild(InTurn, options=DIRECT).waits, timeout=PATIENCE)
    qtbot.wait(50)
    seen = widget.screen().grabWindow(widget.window().winId()).toImage()
    corner = widget.mapTo(widget.window(), QPoint())
    return seen.copy(QRect(corner, widget.size()))


def test_what_is_painted_in_parts_comes_to_the_whole_picture(window, qtbot):
    grid = view_of(window).grid
    first = grid.outcome
    upside_down = tuple(p[:, ::-1] for p in first.standing.maps)
    worse = Outcome(first.plan, replace(first.standing, maps=upside_down, dev_accuracy=first.standing.dev_accuracy / 2))
    before = on_the_screen(grid, qtbot)
    grid.show_outcome(worse, "half as good")
    assert grid._turns.waits, "some of it waits for the frames that come"
    in_parts = on_the_screen(grid, qtbot)
    grid.repaint()
    assert before != in_parts == on_the_screen(grid, qtbot)


def test_only_maps_that_changed_are_drawn_anew(window):
    grid = view_of(window).grid
    last = grid.outcome
    changed = last.plan.number(1, 0, last.middle(1, 0))
    maps = tuple(p[::-1] if k == changed else p.copy() for k, p in enumerate(last.standing.maps))
    before = dict(grid._maps)
    grid.show_outcome(Outcome(last.plan, replace(last.standing, maps=maps)), "")
    assert [place for place in before if grid._maps[place] is not before[place]] == [(1, 0)]


def test_the_shared_networks_bars_are_away_and_come_back(window):
    assert not window.transport.isVisible() and not window.timeline.isVisible()
    window.show_lab("batch-norm", "microscope")
    assert window.transport.isVisible() and window.timeline.isVisible()
    window.show_lab("batch-norm", "why")
    window.show_lab("playground")
    assert window.transport.isVisible() and window.timeline.isVisible()


def test_a_sweep_remembers_its_result(window, qtbot):
    first = part(window).runs.of(view_of(window).sweep)
    entries = view_of(window).card.entries
    qtbot.mouseClick(entries[3], LEFT)
    assert view_of(window).sweep.title == "Batch size"
    set_small(view_of(window))
    part(window).run(view_of(window))
    finish(window, qtbot)
    qtbot.mouseClick(entries[0], LEFT)
    assert part(window).runs.of(view_of(window).sweep) is first


def test_a_result_of_an_earlier_experiment_says_so(window):
    assert "earlier" not in view_of(window).grid._note
    window.move_knob("data.noise", 0.2)
    assert view_of(window).grid._note.startswith("of an earlier experiment")


def test_a_map_opens_in_the_playground_with_its_weights(window, qtbot):
    run = part(window).runs.of(view_of(window).sweep)
    grid = view_of(window).grid
    qtbot.mouseClick(grid, LEFT, pos=grid.place(1, 0).center().toPoint())
    qtbot.waitUntil(lambda: window._name == "playground", timeout=PATIENCE)
    assert window.session.experiment == run.plan.network(1, 0, 0)
    qtbot.waitUntil(lambda: window.session.status.epoch == 5, timeout=PATIENCE)
    expected = run.outcome.dev_accuracy[1, 0, 0]
    qtbot.waitUntil(lambda: window.session.status.dev_accuracy == pytest.approx(expected), timeout=PATIENCE)


def test_arrows_and_enter_open_a_map(window, qtbot):
    grid = view_of(window).grid
    grid.setFocus()
    for key in (Key.Key_Right, Key.Key_Down, Key.Key_Return):
        qtbot.keyClick(grid, key)
    run = part(window).runs.of(view_of(window).sweep)
    qtbot.waitUntil(lambda: window._name == "playground", timeout=PATIENCE)
    assert window.session.experiment == run.plan.network(1, 1, 0)


def test_the_pair_opens_as_twins(window, qtbot):
    qtbot.mouseClick(view_of(window).reasons.pair, LEFT)
    assert window._name == "playground" and window.session.twin is not None
    norms = [
        {layer.batch_norm for layer in one.network.layers} for one in (window.session.experiment, window.session.twin)
    ]
    assert norms == [{"off"}, {"before"}]


def test_shift_and_enter_open_any_pair_as_twins(window, qtbot):
    grid, run = view_of(window).grid, part(window).runs.of(view_of(window).sweep)
    grid.setFocus()
    qtbot.keyClick(grid, Key.Key_Right)
    qtbot.keyClick(grid, Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert (window.session.experiment, window.session.twin) == (run.plan.network(0, 1, 0), run.plan.network(1, 1, 0))


def test_the_numbers_of_the_sweep_are_those_of_every_network(window):
    networks, figures = of_why(window.lab.page)
    outcome = view_of(window).grid.outcome
    assert [row[5] for row in networks.rows] == outcome.standing.train_accuracy.tolist()
    assert [row[0] for row in figures.rows] == ["without", "with"]


def test_what_is_set_is_what_is_run(window, qtbot):
    card = view_of(window).card
    card.range.count.set_value(3)
    card.range.low.set_value(0.01)
    card.range.high.set_value(1.0)
    qtbot.mouseClick(card.again, LEFT)
    finish(window, qtbot)
    assert part(window).runs.of(view_of(window).sweep).plan.values == (0.01, 0.1, 1.0)


def test_ends_and_number_of_every_sweep_can_be_set(window):
    """The usual values are what is offered; two of them, or those between other ends, what is run then."""
    for view in page_views(window):
        for sweep in view.card.sweeps:
            view.card.show_sweep(sweep)
            chosen = view.card.range
            assert chosen.values == sweep.values
            if chosen.boxes:
                next(iter(chosen.boxes.values())).setChecked(False)
                assert chosen.values == sweep.values[1:]
                continue
            chosen.count.set_value(2)
            assert chosen.values == (sweep.values[0], sweep.values[-1])
            chosen.high.set_value(sweep.values[-2])
            assert chosen.values == (sweep.values[0], sweep.values[-2])


def page_views(window: Window) -> list[SweepView]:
    return list(window.lab.page.of_sweeps.values())


def test_pause_lets_it_stand_and_go_on(window, qtbot):
    card = view_of(window).card
    card.epochs.set_value(200)
    card.deep.set_index(1)
    card.range.count.set_value(12)
    part(window).run(view_of(window))
    run = part(window).runs.of(view_of(window).sweep)
    qtbot.mouseClick(card.pause, LEFT)
    assert run.job.paused and card.pause.text() == "Go on"
    qtbot.mouseClick(card.pause, LEFT)
    assert not run.job.paused and card.pause.text() == "Pause"


def test_closing_the_window_ends_its_sweeps(window):
    runs = part(window).runs
    window.close()
    assert all(run.job.over for run in runs._runs.values())


def test_all_that_can_have_the_keyboard_says_what_it_is(window):
    reached = [one for one in view_of(window).findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert reached and not [one for one in reached if one.isVisible() and not one.accessibleName()]


def test_the_chart_has_room_for_what_diverged(window):
    grid, chart = view_of(window).grid, view_of(window).chart
    outcome = grid._outcome
    outcome.dev_loss[0, 0] = np.inf
    chart.show_outcome(outcome)
    assert not chart.grab().isNull()
