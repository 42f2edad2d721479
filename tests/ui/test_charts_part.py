"""Earlier runs in the real window: which moves end a run, what stays of it, and how it is taken away."""

from __future__ import annotations

import pytest

from hyperscope.lab.experiment.data import same_examples
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.probes.snapshot import Snapshot, Status
from hyperscope.lab.training.curves import Curves
from hyperscope.ui.parts.charts import KEPT, Charts
from hyperscope.ui.window import Window
from patience import PATIENCE
from probed import sides


@pytest.fixture
def window(standing_still) -> Window:
    """A window that stands still."""
    return standing_still()


def train_to(window: Window, qtbot, epoch: int) -> None:
    """Until the curves show the end of this epoch."""
    window.session.train_to(epoch)
    curves = window.lab.page.curves

    def there() -> bool:
        return curves._curves is not None and len(curves._curves.epoch) > 0 and curves._curves.epoch[-1] >= epoch

    qtbot.waitUntil(
        lambda: window.session.status.epoch >= epoch and not window.session.status.playing, timeout=PATIENCE
    )
    window.draw_all()
    qtbot.waitUntil(there, timeout=PATIENCE)


def begins(window: Window, qtbot) -> None:
    qtbot.waitUntil(lambda: window.session.status.step == 0, timeout=PATIENCE)


def snapshot_of(status: Status, found: Curves | None = None) -> Snapshot:
    """What comes with these curves, or without any."""
    return Snapshot(sides({"curves": found} if found is not None else {}, status))


def names(window: Window) -> list[str]:
    return [ghost.name for ghost in window.lab.page.curves.others.ghosts]


def test_a_restart_leaves_the_run_before_it_behind(window, qtbot):
    train_to(window, qtbot, 3)
    window.do(window.session.restart)
    qtbot.waitUntil(lambda: names(window) == ["run 1: Adam, α 0.01"], timeout=PATIENCE)
    assert window.part(Charts).earlier[0].curves.epoch[-1] == 3


def test_a_new_start_ends_a_run_as_well(window, qtbot):
    train_to(window, qtbot, 2)
    window.do(window.session.new_start)
    qtbot.waitUntil(lambda: len(names(window)) == 1, timeout=PATIENCE)


def test_a_run_that_ends_before_its_move_was_heard_of_is_of_what_it_was_trained_on(window, qtbot):
    train_to(window, qtbot, 3)
    part, before = window.part(Charts), window.session.experiment
    under_way = snapshot_of(Status(step=60, tick=60, end=60), part._curves)
    window.session.move("training.learning_rate", 0.3)
    window.session.move("data.source", "moons")
    part.on_snapshot(under_way)
    part.on_snapshot(snapshot_of(Status(tick=60, end=60)))
    assert part.earlier == ()
    assert [(ghost.name, data) for ghost, data in part._kept] == [("run 1: Adam, α 0.01", before.data)]


def test_a_run_that_ended_before_it_was_known_what_it_was_of_is_not_kept(window, qtbot):
    train_to(window, qtbot, 3)
    part, curves = window.part(Charts), window.part(Charts)._curves
    window.session.move("data.source", "moons")
    part.on_snapshot(snapshot_of(Status(tick=60, end=60)))
    window.session.move("data.source", "circles")
    part.on_snapshot(snapshot_of(Status(step=20, tick=80, end=80), curves))  # of moons
    part.on_snapshot(snapshot_of(Status(tick=80, end=80)))
    assert [data.source for _, data in part._kept] == ["spiral"]


def test_earlier_runs_are_there_again_with_the_examples_they_were_trained_on(window, qtbot):
    train_to(window, qtbot, 2)
    window.move_knob("data.points", 300)
    begins(window, qtbot)
    qtbot.waitUntil(lambda: window.part(Charts)._ended == 1, timeout=PATIENCE)
    assert names(window) == []
    window.move_knob("data.points", 500)
    assert names(window) == ["run 1: Adam, α 0.01"]


@pytest.mark.parametrize(("path", "same"), [("standardise", True), ("augment_jitter", True), ("noise", False)])
def test_runs_are_compared_on_the_same_examples(path, same):
    other = changed(Experiment(), f"data.{path}", True if path == "standardise" else 0.2).data
    assert same_examples(Experiment().data, other) == same


def test_going_back_in_time_ends_no_run(window, qtbot):
    train_to(window, qtbot, 3)
    end = window.session.status.tick
    for tick in (5, end):
        window.go_to(tick)
        qtbot.waitUntil(lambda tick=tick: window.session.status.tick == tick, timeout=PATIENCE)
    assert not names(window)


def test_going_over_to_a_branch_at_a_lower_step_ends_no_run(window, qtbot):
    session = window.session
    train_to(window, qtbot, 2)
    window.do(session.restart)
    qtbot.waitUntil(lambda: len(names(window)) == 1, timeout=PATIENCE)
    train_to(window, qtbot, 1)
    longer = session.status.tick  # a future that ends late on the timeline, at a low step
    window.go_to(longer // 2)
    qtbot.waitUntil(lambda: session.status.tick == longer // 2, timeout=PATIENCE)
    session.advance("batch")
    qtbot.waitUntil(lambda: len(session.status.branches) == 1, timeout=PATIENCE)
    step, ended = session.status.step, window.part(Charts)._ended
    session.switch(session.status.branches[0].key)
    qtbot.waitUntil(lambda: session.status.tick == longer, timeout=PATIENCE)
    assert session.status.step < step
    assert window.part(Charts)._ended == ended


def test_no_more_than_some_runs_are_kept(window, qtbot):
    for _ in range(KEPT + 1):
        train_to(window, qtbot, 1)
        before = window.part(Charts)._ended
        window.do(window.session.restart)
        qtbot.waitUntil(lambda before=before: window.part(Charts)._ended > before, timeout=PATIENCE)
    assert [name.split(":")[0] for name in names(window)] == ["run 2", "run 3", "run 4"]


def test_earlier_runs_are_cleared_by_a_press(window, qtbot):
    train_to(window, qtbot, 2)
    window.do(window.session.restart)
    qtbot.waitUntil(lambda: bool(names(window)), timeout=PATIENCE)
    window.lab.page.curves.clear.click()
    assert not names(window)


def test_earlier_runs_are_cleared_by_an_action(window, qtbot):
    train_to(window, qtbot, 2)
    window.do(window.session.restart)
    qtbot.waitUntil(lambda: bool(names(window)), timeout=PATIENCE)
    next(action for action in window.all_actions if action.name == "Clear earlier runs").run()
    assert not names(window)


def test_a_divergence_ends_no_run(window, qtbot):
    train_to(window, qtbot, 3)
    window.move_knob("training.optimiser", "sgd")
    window.move_knob("network.layers.*.activation", "linear")
    window.move_knob("training.learning_rate", 10.0)
    window.session.train_to(60)
    qtbot.waitUntil(lambda: window.session.alarm, timeout=PATIENCE)
    window.draw_all()
    qtbot.waitUntil(lambda: window.up_to_date, timeout=PATIENCE)
    assert not names(window)


def test_the_train_mode_is_drawn_in_a_paused_window(window, qtbot):
    train_to(window, qtbot, 2)
    panel = window.lab.page.distributions
    panel.mode.choose("train")
    qtbot.waitUntil(lambda: any(data.training for data in panel.columns.data), timeout=PATIENCE)


def test_chart_and_rivers_show_the_same_part(window):
    page = window.lab.page
    assert page.distributions.columns.stretch is page.curves.stretch
