"""Branches: what lay ahead stays when something else is done, and is gone back to with the same bits."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hyperscope.engine.settings import Layer
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.timeline.branches import BRANCHES
from hyperscope.lab.timeline.score import Event, Score, replay
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.trainer import Trainer
from lab.sessions import CALM, RUNAWAY, START, Doing, bits, future, moved, sessions, with_layers

bounded = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FASTER = moved(("training.learning_rate", 0.03))
SLOWER = moved(("training.learning_rate", 0.001))


def trained(steps: int, start: Experiment = START, **limits: int) -> Timeline:
    """A session of some steps in bursts of ten."""
    timeline = Timeline(Trainer(start), **limits)
    while timeline.place.tick < steps:
        timeline.steps(min(10, steps - timeline.place.tick))
    return timeline


def forked(**limits: int) -> Timeline:
    """60 steps with a faster rate from 40 on, and from 20 on a slower one for 30: two futures."""
    timeline = trained(40, **limits)
    timeline.apply(FASTER)
    timeline.steps(20)
    timeline.restore(20)
    timeline.apply(SLOWER)
    timeline.steps(30)
    return timeline


def marks(timeline: Timeline) -> list[tuple[str, int, int]]:
    """Name, start and end of each branch."""
    return [(branch.name, branch.start, branch.end) for branch in timeline.branches]


def test_what_lay_ahead_becomes_a_branch() -> None:
    assert marks(forked()) == [("α 0.01", 20, 60)]


def test_a_session_that_never_went_back_has_no_branches() -> None:
    assert trained(50).branches == ()


def test_going_back_alone_makes_no_branch() -> None:
    timeline = trained(50)
    timeline.restore(20)
    assert timeline.branches == ()


def test_a_branch_that_changed_first_is_named_by_its_change() -> None:
    timeline = trained(40)
    timeline.apply(FASTER)
    timeline.steps(20)
    timeline.restore(20)
    timeline.steps(30)
    assert marks(timeline) == [("α 0.03", 40, 60)]


def test_a_future_without_a_change_was_trained_on() -> None:
    timeline = trained(60)
    timeline.restore(20)
    timeline.steps(5)
    assert marks(timeline) == [("trained on", 25, 60)]


def test_a_branch_that_was_repeated_is_gone() -> None:
    timeline = trained(60)
    timeline.restore(20)
    timeline.steps(40)
    assert timeline.branches == ()


def test_nothing_trained_leaves_no_branch() -> None:
    timeline = trained(40)
    timeline.apply(FASTER)
    timeline.restore(40, before=True)
    timeline.apply(SLOWER)
    assert timeline.branches == ()


def test_a_branch_can_be_made_before_anything_else_is_done() -> None:
    timeline = trained(60)
    timeline.restore(20)
    assert timeline.branch_here()
    assert (timeline.end, marks(timeline)) == (20, [("trained on", 20, 60)])


def test_there_is_nothing_to_branch_off_at_the_end() -> None:
    timeline = trained(60)
    assert not timeline.branch_here()
    assert timeline.branches == ()


def test_switching_comes_back_to_what_was_left_to_the_last_bit() -> None:
    timeline = trained(40)
    timeline.apply(FASTER)
    timeline.steps(20)
    score, end = timeline.score, bits(timeline.trainer)
    timeline.restore(20)
    timeline.apply(SLOWER)
    timeline.steps(30)
    timeline.switch(timeline.branches[0].key)
    assert (timeline.score, bits(timeline.trainer)) == (score, end)


def test_switching_to_and_fro_changes_nothing() -> None:
    timeline = forked()
    score, end = timeline.score, bits(timeline.trainer)
    for _ in range(2):
        timeline.switch(timeline.branches[0].key)
    assert (timeline.score, bits(timeline.trainer)) == (score, end)
    assert marks(timeline) == [("α 0.01", 20, 60)]


def test_after_switching_the_present_future_is_a_branch() -> None:
    timeline = forked()
    timeline.switch(timeline.branches[0].key)
    assert marks(timeline) == [("α 0.001", 20, 50)]


@pytest.mark.parametrize("limits", [{}, {"most": 3}, {"limit": 0}])
def test_every_tick_of_a_branch_is_reached_after_switching(limits: dict[str, int]) -> None:
    timeline = forked(**limits)
    timeline.switch(timeline.branches[0].key)
    again = Score(START, (Event(40, FASTER),), 60)
    assert timeline.score == again
    for tick in (5, 20, 21, 39, 55, 60):
        timeline.restore(tick)
        assert bits(timeline.trainer) == bits(replay(again, tick))


def test_a_branch_goes_on_as_if_it_had_never_been_left() -> None:
    timeline = forked()
    timeline.switch(timeline.branches[0].key)
    alone = replay(Score(START, (Event(40, FASTER),), 60))
    timeline.steps(25)
    alone.steps(25)
    assert bits(timeline.trainer) == bits(alone)


def test_a_branch_of_a_branch_is_kept() -> None:
    timeline = forked()
    timeline.restore(10)
    timeline.apply(with_layers(START, Layer(3)))
    timeline.steps(15)
    assert [start for _, start, _ in marks(timeline)] == [10, 10]
    oldest = timeline.branches[0].key
    timeline.switch(oldest)
    assert timeline.score == Score(START, (Event(40, FASTER),), 60)
    assert sorted(start for _, start, _ in marks(timeline)) == [10, 20]


def test_steps_and_ticks_of_a_branch_come_back_with_it() -> None:
    timeline = trained(30)
    timeline.restart()
    timeline.steps(12)
    jumps, moves = timeline.jumps, timeline.moves
    timeline.restore(20)
    timeline.steps(5)
    assert marks(timeline) == [("restart", 25, 42)]
    timeline.switch(timeline.branches[0].key)
    assert (timeline.jumps, timeline.moves) == (jumps, moves)


def test_a_future_that_diverged_is_left_and_taken_up_again() -> None:
    timeline = trained(50, CALM)
    timeline.apply(RUNAWAY)
    timeline.steps(200)
    score, end = timeline.score, bits(timeline.trainer)
    timeline.restore(30)
    timeline.apply(moved(("training.learning_rate", 0.02), start=CALM))
    timeline.steps(10)
    timeline.switch(timeline.branches[0].key)
    assert (timeline.score, bits(timeline.trainer)) == (score, end)


def test_of_many_branches_the_oldest_goes_and_is_named() -> None:
    timeline = trained(40)
    for n in range(BRANCHES + 1):
        timeline.restore(20)
        timeline.apply(msgspec.structs.replace(START, seed=n + 50))
        timeline.steps(5)
    assert len(timeline.branches) == BRANCHES
    assert timeline.dropped == "Seed 7"


def test_a_branch_that_never_was_is_refused() -> None:
    with pytest.raises(ValueError, match="branch is 5; there is none of that number"):
        forked().switch(5)


def test_a_branch_whose_data_are_gone_leaves_everything_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    rows = [f"{n % 7},{n % 5},{'ab'[n % 2]}" for n in range(40)]
    file.write_text("\n".join(["width,height,kind", *rows]), encoding="utf-8")
    timeline = trained(20)
    timeline.apply(Experiment(data=Data(source="file", file=str(file))))
    timeline.steps(9)
    timeline.restore(10)
    timeline.apply(FASTER)
    timeline.steps(9)
    before = timeline.score, bits(timeline.trainer), timeline.branches
    file.unlink()
    with pytest.raises(ValueError, match=r"table\.csv"):
        timeline.switch(timeline.branches[0].key)
    assert (timeline.score, bits(timeline.trainer), timeline.branches) == before


@bounded
@given(sessions(), st.data())
def test_any_session_comes_back_to_any_of_its_futures(doing: Doing, data: st.DataObject) -> None:
    timeline = doing.timeline
    ends = {}

    def note() -> None:
        if not timeline.ahead:
            ends[timeline.score] = bits(timeline.trainer)

    for _ in range(data.draw(st.integers(1, 4))):
        note()
        timeline.restore(data.draw(st.integers(0, timeline.end)))
        for _ in range(2):
            doing.do(data.draw)
    note()
    for _ in range(4):
        if not timeline.branches:
            break
        timeline.switch(data.draw(st.sampled_from(timeline.branches)).key)
        # one that was drawn out by more training has no bits of its own here
        if timeline.score in ends:
            assert bits(timeline.trainer) == ends[timeline.score]
        tick = data.draw(st.integers(0, timeline.end))
        timeline.restore(tick)
        assert bits(timeline.trainer) == bits(replay(timeline.score, tick))
        assert timeline.store.held == timeline.size


def test_a_branch_can_be_trained_on_after_switching() -> None:
    timeline = forked()
    timeline.switch(timeline.branches[0].key)
    alone = replay(timeline.score)
    assert future(timeline.trainer) == future(alone)


# -- memory and curves --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [0, 10_000, 200_000])
def test_branches_take_no_more_than_allowed(limit: int) -> None:
    timeline = trained(50, limit=limit)
    for n in range(4):
        timeline.restore(20)
        assert timeline.size <= limit
        timeline.apply(msgspec.structs.replace(START, seed=n + 50))
        timeline.steps(15)
        assert timeline.size <= limit
        assert timeline.store.held == timeline.size


def test_a_branch_s_curves_begin_where_it_leaves_and_end_where_it_ended() -> None:
    timeline = trained(60)
    whole = timeline.trainer.history.curves()
    timeline.restore(20)
    timeline.apply(SLOWER)
    timeline.steps(10)
    ((name, curves),) = timeline.ghosts()
    assert name == "α 0.01"
    assert curves.step[0] <= 20 < curves.step[1]
    np.testing.assert_array_equal(curves.train_loss, whole.train_loss[-len(curves.step) :])


def test_the_curves_of_a_branch_that_began_anew_are_all_its_own() -> None:
    timeline = trained(30)
    timeline.restart()
    timeline.steps(12)
    timeline.restore(20)
    timeline.apply(SLOWER)
    timeline.steps(3)
    ((_, curves),) = timeline.ghosts()
    assert (curves.step[0], curves.step[-1]) == (0, 12)
