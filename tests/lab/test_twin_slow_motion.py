"""Slow motion of twins: one of them is told of, both take the step, and both stand at the same one when it is left."""

from __future__ import annotations

import pytest

from hyperscope.engine.settings import Layer
from hyperscope.lab.timeline.slow_motion import Slowed, move
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.twins.twin import Twins, begin
from lab.sessions import CALM, RUNAWAY, START, bits, moved, with_layers

SLOWER = moved(("training.learning_rate", 0.001))
OTHER = with_layers(START, Layer(4, "relu"))


def twins() -> Twins:
    """Twins 10 steps after they began, B with a slower rate."""
    line = Timeline(Trainer(START))
    line.steps(6)
    pair = begin(line)
    pair.apply_each(START, SLOWER)
    pair.steps(10)
    return pair


def through(slowed: Slowed) -> str:
    """Leaves the last operation of the step; gives what is said."""
    return slowed.move(len(slowed.record().operations) - slowed.at)


@pytest.mark.parametrize("aim", ["A", "B"])
def test_both_take_the_step_when_it_is_complete(aim) -> None:
    pair, alone = twins(), twins()
    pair.aim = aim
    slowed = Slowed(pair)
    for _ in range(3):
        through(slowed)
    alone.steps(3)
    assert (bits(pair.a.trainer), bits(pair.b.trainer)) == (bits(alone.a.trainer), bits(alone.b.trainer))


@pytest.mark.parametrize(("aim", "rate"), [("A", 0.01), ("B", 0.001)])
def test_it_tells_of_the_one_that_is_aimed_at(aim, rate) -> None:
    pair = twins()
    pair.aim = aim
    slowed, said = move(None, pair, 1, None)
    assert slowed is not None and said.startswith(f"Slow motion of {aim}; ")
    assert slowed.record().twin == aim
    assert slowed._trainer.experiment.training.learning_rate == rate


def test_a_step_that_is_done_is_said_to_be_so_in_both() -> None:
    pair = twins()
    pair.aim = "B"
    assert through(Slowed(pair)) == "Step 17 is done, in both twins; the next mini-batch of B begins."


def test_both_stay_until_the_last_operation_is_left_and_backwards_too() -> None:
    pair = twins()
    before = bits(pair.a.trainer), bits(pair.b.trainer)
    slowed = Slowed(pair)
    slowed.move(len(slowed.record().operations) - 1)
    slowed.move(-4)
    assert (bits(pair.a.trainer), bits(pair.b.trainer)) == before
    assert pair.a.trainer.step == pair.b.trainer.step == 16


def test_what_was_shown_last_is_what_the_step_comes_to() -> None:
    pair = twins()
    pair.aim = "B"
    slowed = Slowed(pair)
    state = slowed._step.state
    through(slowed)
    assert [v.tobytes() for v in state.vectors] == [v.tobytes() for v in pair.b.trainer.learner.state.vectors]


def test_aimed_at_the_other_it_stays_at_the_like_operation() -> None:
    pair = twins()
    pair.apply_each(START, OTHER)
    slowed = Slowed(pair)
    for at, operation in enumerate(slowed.record().operations):
        pair.aim = "A"
        slowed.move(0)
        slowed.to(at)
        pair.aim = "B"
        slowed.move(0)
        record = slowed.record()
        assert record.twin == "B"
        assert record.operations[record.at].phase == operation.phase


def test_after_going_back_a_step_leaves_nothing_behind() -> None:
    pair = twins()
    pair.restore(8)
    through(Slowed(pair))
    assert (pair.a.place.tick, pair.b.place.tick, pair.end, pair.branches) == (9, 9, 16, ())


def test_a_step_before_what_was_done_to_one_makes_a_branch_of_both() -> None:
    pair = twins()
    pair.a.restore(6, before=True)
    pair.b.restore(6, before=True)
    pair.step_on()
    assert (pair.a.end, pair.b.end) == (7, 7)
    assert [(mark.name, mark.end) for mark in pair.branches] == [("B: α 0.001", 16)]


def test_where_the_one_aimed_at_has_stopped_it_tells_of_the_other() -> None:
    line = Timeline(Trainer(CALM))
    line.steps(5)
    pair = begin(line)
    pair.apply_each(CALM, RUNAWAY)
    pair.aim = "B"
    slowed, said = Slowed(pair), ""
    for _ in range(200):
        said = through(slowed)
        if pair.b.trainer.alarm:
            break
    assert said.startswith("B has stopped. Step ")
    assert (slowed.twin, slowed.stopped) == ("A", False)
    stood = pair.a.trainer.step
    through(slowed)
    assert pair.a.trainer.step == stood + 1
