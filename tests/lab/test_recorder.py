"""What is kept of training: which stretches are runs, and that each comes back to the last bit at any moment."""

from __future__ import annotations

import io
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from faults import read_only
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.library import recorder as recorder_module
from hyperscope.lab.library.library import Details, KeptRun, Library
from hyperscope.lab.library.recorder import Recorder, may_start_anew
from hyperscope.lab.machine import last_fault
from hyperscope.lab.timeline.reopening import Open, Reopening
from hyperscope.lab.timeline.score import replay
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.trainer import Trainer
from lab.sessions import CALM, RUNAWAY, START, bits, moved
from patience import SECONDS

RATE = "training.learning_rate"
EPOCH = 4  # steps in an epoch of START


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.sqlite"


class Desk:
    """A timeline with a recorder that writes at every look, worked as the training process works it."""

    def __init__(self, path: Path, start: Experiment = START, **options: float) -> None:
        self.path = path
        self.timeline = Timeline(Trainer(start))
        self.recorder = Recorder(path, **({"every": 0.0, "shortest": 0.0} | options))
        self.recorder.begin(self.timeline)

    def train(self, steps: int) -> None:
        self.timeline.trainer.go_on()
        self.timeline.steps(steps)
        self.recorder.look(playing=True)

    def apply(self, experiment: Experiment) -> None:
        step = self.timeline.trainer.step
        self.recorder.ends(experiment)
        self.timeline.apply(experiment)
        if step > self.timeline.trainer.step == 0:
            self.recorder.restarted()

    def restart(self) -> None:
        self.recorder.ends()
        self.timeline.restart()
        self.recorder.restarted()

    def go_to(self, tick: int) -> None:
        self.recorder.ends()
        self.timeline.restore(tick)
        self.recorder.went()

    def branch(self) -> None:
        self.timeline.branch_here()
        self.recorder.went()

    def switch(self) -> None:
        self.recorder.ends()
        self.timeline.switch(self.timeline.branches[-1].key)
        self.recorder.went()

    def runs(self) -> list[KeptRun]:
        """What is kept in the end, the oldest first."""
        self.recorder.close()
        return Library(self.path).runs()[::-1]

    def details(self, run: KeptRun) -> Details:
        return Library(self.path).details(run.id)


@pytest.fixture
def desk(path: Path) -> Desk:
    return Desk(path)


def reopened(details: Details, tick: int | None = None, *, checkpoint: bool = True) -> Trainer:
    """The trainer that a window would get."""
    assert details.score is not None
    at = details.score.end if tick is None else tick
    opening = Reopening(Open(details.score, at, details.jumps, details.checkpoint if checkpoint else None), 0)
    while not opening.done:
        opening.go_on()
    return opening.trainer


# -- which stretches are runs -----------------------------------------------------------------------------------------


def test_less_than_an_epoch_is_no_run(desk: Desk) -> None:
    desk.train(EPOCH - 1)
    assert desk.runs() == []


def test_an_epoch_is_a_run(desk: Desk) -> None:
    desk.train(EPOCH)
    (run,) = desk.runs()
    assert (run.steps, run.epochs, run.source) == (EPOCH, 1.0, "spiral")


def test_a_run_that_trains_on_stays_one(desk: Desk) -> None:
    for _ in range(5):
        desk.train(EPOCH)
    assert [run.steps for run in desk.runs()] == [5 * EPOCH]


def test_a_live_knob_stays_in_the_run(desk: Desk) -> None:
    desk.train(EPOCH)
    desk.apply(moved((RATE, 0.3)))
    desk.train(EPOCH)
    (run,) = desk.runs()
    assert "α 0.3" in run.title and len(desk.details(run).score.events) == 1


def test_a_restart_begins_another_run(desk: Desk) -> None:
    desk.train(3 * EPOCH)
    desk.restart()
    desk.train(2 * EPOCH)
    assert [run.steps for run in desk.runs()] == [3 * EPOCH, 2 * EPOCH]


@pytest.mark.parametrize(
    ("path_", "value"),
    [("seed", 8), ("data.noise", 0.3), ("data.classes", 2), ("training.precision", "float64")],
)
def test_what_rebuilds_begins_another_run(desk: Desk, path_, value) -> None:
    desk.train(2 * EPOCH)
    desk.apply(moved((path_, value)))
    desk.train(2 * EPOCH)
    assert len(desk.runs()) == 2


@pytest.mark.parametrize(
    ("path_", "value"),
    [
        (RATE, 0.3),
        ("seed", 8),
        ("data.noise", 0.3),
        ("network.layers.0.units", 5),
        ("network.layers.0.batch_norm", "off"),
        ("network.initialiser", "zero"),
        ("training.precision", "float64"),
        ("training.optimiser", "sgd"),
    ],
)
def test_whether_a_change_starts_anew_is_known_beforehand(path_, value) -> None:
    trainer = Trainer(START)
    trainer.steps(EPOCH)
    known = may_start_anew(trainer, moved((path_, value)))
    trainer.apply(moved((path_, value)))
    assert known is (trainer.step == 0)


def test_what_came_after_a_moment_gone_back_to_is_kept_when_training_goes_on_from_there(desk: Desk) -> None:
    desk.train(10 * EPOCH)
    desk.go_to(5 * EPOCH)
    desk.train(2 * EPOCH)
    assert [run.steps for run in desk.runs()] == [10 * EPOCH, 7 * EPOCH]


def test_looking_back_and_coming_forward_again_is_no_other_run(desk: Desk) -> None:
    desk.train(10 * EPOCH)
    desk.go_to(5 * EPOCH)
    desk.go_to(10 * EPOCH)
    desk.train(EPOCH)
    assert [run.steps for run in desk.runs()] == [11 * EPOCH]


def test_a_change_after_going_back_is_a_branch(desk: Desk) -> None:
    desk.train(10 * EPOCH)
    desk.go_to(5 * EPOCH)
    desk.apply(moved((RATE, 0.3)))
    desk.train(EPOCH)
    first, second = desk.runs()
    assert (first.steps, second.steps) == (10 * EPOCH, 6 * EPOCH)
    assert "α 0.3" in second.title and "α 0.3" not in first.title


def test_going_on_from_within_an_earlier_run_branches_that_one(desk: Desk) -> None:
    desk.train(6 * EPOCH)
    desk.apply(moved(("seed", 8)))
    desk.train(6 * EPOCH)
    desk.go_to(3 * EPOCH)
    desk.train(EPOCH)
    *_, branch = desk.runs()
    score = desk.details(branch).score
    assert score is not None and (score.start.seed, score.end, branch.steps) == (START.seed, 4 * EPOCH, 4 * EPOCH)


def test_a_branch_made_at_once_leaves_the_run_as_it_was(desk: Desk) -> None:
    desk.train(4 * EPOCH)
    desk.go_to(2 * EPOCH)
    desk.branch()
    desk.train(EPOCH)
    assert [run.steps for run in desk.runs()] == [4 * EPOCH, 3 * EPOCH]


def test_a_branch_before_a_restart_is_of_the_run_before_it(desk: Desk) -> None:
    desk.train(4 * EPOCH)
    desk.restart()
    desk.train(EPOCH)
    desk.go_to(2 * EPOCH)
    desk.branch()
    desk.apply(moved((RATE, 0.005)))
    desk.train(EPOCH)
    assert [run.steps for run in desk.runs()] == [4 * EPOCH, EPOCH, 3 * EPOCH]


def test_switching_branches_leaves_both_runs_as_they_were(desk: Desk) -> None:
    desk.train(2 * EPOCH)
    desk.restart()
    desk.train(3 * EPOCH)
    desk.go_to(EPOCH)
    desk.train(4 * EPOCH)
    desk.switch()
    desk.switch()
    assert [run.steps for run in desk.runs()] == [2 * EPOCH, 3 * EPOCH, 5 * EPOCH]


def test_training_on_from_the_end_of_a_branch_is_a_run_from_its_restart(desk: Desk) -> None:
    desk.train(2 * EPOCH)
    desk.restart()
    desk.train(3 * EPOCH)
    desk.go_to(EPOCH)
    desk.train(4 * EPOCH)
    desk.switch()
    desk.train(EPOCH)
    last = desk.runs()[-1]
    assert (last.steps, last.ticks) == (4 * EPOCH, 4 * EPOCH)


def test_a_kept_twin_has_its_own_moves_since_the_restart(path: Path) -> None:
    desk = Desk(path)
    desk.train(EPOCH)
    twin = desk.timeline.copied()
    for rate in (0.002, 0.003, 0.004):
        twin.apply(moved((RATE, rate)))
    desk.restart()
    twin.restart()
    desk.recorder.follow(twin)
    desk.timeline = twin
    desk.train(2 * EPOCH)
    score = desk.details(desk.runs()[-1]).score
    assert score is not None and (score.start, score.events) == (moved((RATE, 0.004)), ())


def test_a_twin_that_comes_back_to_a_branch_is_not_kept_twice(desk: Desk) -> None:
    desk.train(EPOCH)
    twin = desk.timeline.copied()
    twin.apply(moved((RATE, 0.002)))
    twin.steps(2 * EPOCH)
    desk.recorder.keep_also(twin)
    twin.restore(2 * EPOCH)
    desk.recorder.went(twin)
    twin.branch_here()
    desk.recorder.went(twin)
    twin.apply(moved((RATE, 0.005)))  # else it would repeat what it left
    twin.steps(3 * EPOCH)
    desk.recorder.keep_also(twin)
    twin.switch(twin.branches[-1].key)
    desk.recorder.went(twin)
    desk.recorder.keep_also(twin)
    assert sorted(run.steps for run in desk.runs()) == [EPOCH, 3 * EPOCH, 5 * EPOCH]


def test_runs_that_last_no_time_are_not_kept_as_a_drag_would_leave_a_hundred(path: Path) -> None:
    desk = Desk(path, shortest=60.0)
    for noise in range(20):
        desk.apply(moved(("data.noise", noise / 100)))
        desk.train(2 * EPOCH)
    assert len(desk.runs()) == 1  # the one that was there at the end


# -- each comes back --------------------------------------------------------------------------------------------------


def long_run(desk: Desk) -> None:
    """A session of two runs, the second with a live move, a graft and a divergence."""
    desk.train(5 * EPOCH)
    desk.restart()
    desk.apply(CALM)
    desk.train(3 * EPOCH)
    desk.apply(changed(CALM, "network.layers.1.units", 5))
    desk.train(3 * EPOCH)
    desk.apply(changed(RUNAWAY, "network.layers.1.units", 5))
    desk.train(8 * EPOCH)
    desk.apply(changed(CALM, "network.layers.1.units", 5))
    desk.train(3 * EPOCH + 1)


def test_a_run_reopens_at_its_end_to_the_last_bit(desk: Desk) -> None:
    long_run(desk)
    live = bits(desk.timeline.trainer)
    details = desk.details(desk.runs()[-1])
    assert bits(reopened(details)) == live
    assert bits(reopened(details, checkpoint=False)) == live


def test_a_run_reopens_at_any_moment_to_the_last_bit(desk: Desk) -> None:
    seen = {}
    desk.restart()
    for number in range(30):
        if number in (7, 19):
            desk.apply(moved((RATE, 0.1 + number / 100)))
        desk.train(3)
        seen[desk.timeline.place.tick] = bits(desk.timeline.trainer)
    details = desk.details(desk.runs()[-1])
    for tick in (3, 24, 45, 60, 90):
        assert bits(reopened(details, tick)) == seen[tick]


def test_a_second_run_reopens_as_if_there_had_been_no_first(desk: Desk) -> None:
    desk.train(5 * EPOCH)
    desk.apply(moved(("seed", 8)))
    desk.train(4 * EPOCH)
    assert bits(reopened(desk.details(desk.runs()[-1]), checkpoint=False)) == bits(desk.timeline.trainer)


def test_a_run_that_began_in_the_midst_of_a_drag_reopens_at_any_moment(desk: Desk) -> None:
    desk.train(2 * EPOCH)
    for noise in (0.12, 0.15, 0.2):
        desk.recorder.ends(moved(("data.noise", noise)))
        desk.timeline.apply(moved(("data.noise", noise)), gesture=1)
    desk.recorder.restarted()
    desk.train(3 * EPOCH)
    assert bits(reopened(desk.details(desk.runs()[-1]), checkpoint=False)) == bits(desk.timeline.trainer)


def test_the_score_alone_gives_the_run_too(desk: Desk) -> None:
    long_run(desk)
    score = desk.details(desk.runs()[-1]).score
    assert score is not None and bits(replay(score)) == bits(desk.timeline.trainer)


def test_a_reopened_run_can_be_gone_back_in_and_forward(desk: Desk) -> None:
    desk.train(20 * EPOCH)
    live = bits(desk.timeline.trainer)
    details = desk.details(desk.runs()[0])
    opening = Reopening(Open(details.score, details.score.end, details.jumps, details.checkpoint), 0)
    opening.timeline.restore(30)
    assert opening.trainer.step == 30
    opening.timeline.restore(20 * EPOCH)
    assert bits(opening.trainer) == live


def test_training_on_after_reopening_is_another_run(desk: Desk, path: Path) -> None:
    desk.train(5 * EPOCH)
    details = desk.details(desk.runs()[0])
    opening = Reopening(Open(details.score, details.score.end, details.jumps, details.checkpoint), 0)
    recorder = Recorder(path, every=0.0, shortest=0.0)
    recorder.begin(opening.timeline)
    recorder.look(playing=False)
    opening.timeline.steps(EPOCH)
    recorder.look(playing=True)
    recorder.close()
    assert sorted(run.steps for run in Library(path).runs()) == [5 * EPOCH, 6 * EPOCH]


def test_a_run_that_goes_on_from_a_checkpoint_can_be_had_at_its_end(desk: Desk, path: Path) -> None:
    trainer = Trainer(START)
    trainer.steps(5 * EPOCH)
    recorder = Recorder(path, every=0.0, shortest=0.0)
    timeline = Timeline(trainer)
    recorder.begin(timeline, whole=False)
    timeline.steps(EPOCH)
    recorder.close()
    desk.recorder.close()
    (run,) = Library(path).runs()
    details = Library(path).details(run.id)
    assert details.score is None and details.checkpoint is not None
    assert details.checkpoint.step == 6 * EPOCH


# -- what is shown ----------------------------------------------------------------------------------------------------


def test_final_and_best_measures_are_those_of_the_curves(desk: Desk) -> None:
    desk.train(40 * EPOCH)
    (run,) = desk.runs()
    curves = desk.details(run).curves
    scores = desk.timeline.trainer.scores()
    assert (run.dev_loss, run.train_accuracy) == (scores.dev.loss, scores.train.accuracy)
    assert run.best_dev_loss == min(scores.dev.loss, np.nanmin(curves.dev_loss))


def test_the_thumbnail_is_the_map(desk: Desk) -> None:
    desk.train(200 * EPOCH)
    (run,) = desk.runs()
    picture = Image.open(io.BytesIO(desk.details(run).thumbnail)).convert("RGB")
    assert picture.size == (128, 128) and len(picture.getcolors(1 << 20)) > 500


def test_a_run_is_written_within_its_interval_while_it_trains(path: Path) -> None:
    desk = Desk(path, every=3600.0)
    desk.train(EPOCH)
    until(lambda: bool(Library(path).runs()))
    desk.train(EPOCH)  # the next is not due for an hour, but the end is written
    assert [run.steps for run in Library(path).runs()] == [EPOCH]
    assert [run.steps for run in desk.runs()] == [2 * EPOCH]


def test_no_thread_is_left(desk: Desk) -> None:
    desk.train(EPOCH)
    desk.recorder.close()
    assert "hyperscope-library" not in {thread.name for thread in threading.enumerate()}


# -- where it cannot be kept ------------------------------------------------------------------------------------------


@pytest.fixture
def nowhere(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("a file, and no folder")
    return tmp_path / "file" / "runs.sqlite"


def problems(recorder: Recorder) -> Iterator[str]:
    while said := recorder.problem:
        yield said


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_what_cannot_be_kept_is_said_once_and_training_goes_on(nowhere: Path) -> None:
    desk = Desk(nowhere)
    for _ in range(5):
        desk.train(EPOCH)
    desk.recorder.close()
    (said,) = problems(desk.recorder)
    assert str(nowhere) in said and desk.timeline.trainer.step == 5 * EPOCH


def test_a_run_that_could_not_be_kept_is_kept_as_soon_as_it_can_be(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "AGAIN", 0.02)
    desk = Desk(nowhere)
    desk.train(EPOCH)
    until(lambda: bool(desk.recorder._writer.problems))
    nowhere.parent.unlink()
    until(lambda: nowhere.exists() and bool(Library(nowhere).runs()))
    assert [run.steps for run in desk.runs()] == [EPOCH]
    assert len(list(problems(desk.recorder))) == 1


def test_a_run_that_could_not_be_kept_is_tried_once_more_at_the_end(nowhere: Path) -> None:
    desk = Desk(nowhere)
    desk.train(EPOCH)
    until(lambda: bool(desk.recorder._writer.problems))
    nowhere.parent.unlink()
    assert [run.steps for run in desk.runs()] == [EPOCH]


def test_what_cannot_be_kept_is_said_again_after_all_was_kept(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "AGAIN", 0.02)
    desk = Desk(nowhere)
    for steps in (EPOCH, 2 * EPOCH):
        desk.train(EPOCH)
        until(lambda: bool(desk.recorder._writer.problems))
        assert len(list(problems(desk.recorder))) == 1
        nowhere.parent.unlink()
        until(lambda steps=steps: nowhere.exists() and [run.steps for run in Library(nowhere).runs()] == [steps])
        until(lambda: not desk.recorder._writer._said)
        nowhere.parent.rename(nowhere.parent.with_name(f"after {steps} steps"))
        nowhere.parent.write_text("a file, and no folder")
    desk.recorder.close()


def test_a_folder_that_may_not_be_entered_is_said_once_and_the_next_run_is_kept_where_it_may_be(tmp_path: Path) -> None:
    home = tmp_path / "kept"
    home.mkdir()
    with read_only(home, 0):
        desk = Desk(home / "runs.sqlite")
        for _ in range(5):
            desk.train(EPOCH)
        until(lambda: bool(desk.recorder._writer.problems))
    said, *more = problems(desk.recorder)
    assert "Permission denied" in said and more == []
    desk.restart()
    desk.train(2 * EPOCH)
    assert desk.runs()[-1].steps == 2 * EPOCH


def test_a_fault_of_ours_costs_no_other_run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: object) -> None:
        raise KeyError("moments")

    with monkeypatch.context() as patched:
        patched.setattr(recorder_module, "row", fails)
        desk.train(EPOCH)
        until(lambda: bool(desk.recorder._writer.problems))
    desk.restart()
    desk.train(2 * EPOCH)
    assert desk.runs()[-1].steps == 2 * EPOCH
    (said,) = problems(desk.recorder)
    assert "by a fault of Hyperscope's: KeyError" in said and "_keep" in last_fault.last()


def test_a_run_that_could_not_be_kept_is_kept_with_the_next(path: Path) -> None:
    Library(path).store.edit([], "notes", "")
    desk = Desk(path)
    desk.recorder._writer._library.store.wait = 0.01
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        desk.train(EPOCH)
        until(lambda: bool(desk.recorder._writer.problems))
        other.execute("ROLLBACK")
    desk.recorder._writer._library.store.wait = 20.0
    desk.restart()
    desk.train(2 * EPOCH)
    assert [run.steps for run in desk.runs()] == [EPOCH, 2 * EPOCH]


def test_a_file_damaged_while_training_costs_no_later_run(desk: Desk) -> None:
    desk.train(EPOCH)
    log = Path(f"{desk.path}-wal")  # goes when the last who writes or reads closes the file
    until(lambda: bool(Library(desk.path).runs()) and not log.exists())
    desk.path.write_bytes(b"these are no runs\n" * 1000)
    desk.train(EPOCH)
    assert [run.steps for run in desk.runs()] == [2 * EPOCH]
    (said,) = problems(desk.recorder)
    assert "runs.damaged-" in said
