"""Slow motion in a session: one operation at a time, backwards too, and the same step in the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.data import PAINTED, Data, with_source
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.session.session import Session
from hyperscope.lab.timeline.score import Score
from hyperscope.lab.timeline.slow_motion import Slowed, SlowMotion
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.worker.tempo import Tempo
from lab.live import fresh
from lab.sessions import CALM, RUNAWAY, START, bits, moved

FASTER = moved(("training.learning_rate", 0.03))
DIGITS = Experiment(
    data=with_source(Data(), "digits"),
    network=Network(layers=(Layer(64, "relu", "before"),)),
    training=Training(batch_size=128),
)
DEEP = Experiment(network=Network(layers=(Layer(8, "relu", "before"),) * 6))
AUGMENTED = moved(("data.augment_rotate", 20.0))


def through(slowed: Slowed) -> None:
    """Leaves the last operation of the step."""
    slowed.move(len(slowed.record().operations) - slowed.at)


@pytest.mark.parametrize("start", [START, CALM, DIGITS, DEEP, AUGMENTED], ids=["bn", "sgd", "digits", "deep", "turned"])
def test_steps_in_slow_motion_are_steps(start: Experiment) -> None:
    timeline, alone = Timeline(Trainer(start)), Trainer(start)
    timeline.steps(3)
    slowed = Slowed(timeline)
    for _ in range(3):
        through(slowed)
    alone.steps(6)
    assert bits(timeline.trainer) == bits(alone)
    assert timeline.score == Score(start, (), 6)


def test_the_trainer_waits_until_the_last_operation_is_left() -> None:
    timeline = Timeline(Trainer(START))
    timeline.steps(5)
    before = bits(timeline.trainer)
    slowed = Slowed(timeline)
    slowed.move(len(slowed.record().operations) - 1)
    assert bits(timeline.trainer) == before


def test_what_was_shown_last_is_what_the_step_comes_to() -> None:
    timeline = Timeline(Trainer(START))
    timeline.steps(5)
    slowed = Slowed(timeline)
    state = slowed._step.state
    through(slowed)
    assert [v.tobytes() for v in state.vectors] == [v.tobytes() for v in timeline.trainer.learner.state.vectors]


def test_an_operation_can_be_gone_back_to() -> None:
    slowed = Slowed(Timeline(Trainer(START)))
    slowed.move(7)
    slowed.move(-3)
    assert slowed.record().at == 4


def test_before_the_first_operation_there_is_the_timeline() -> None:
    slowed = Slowed(Timeline(Trainer(START)))
    assert slowed.move(-1) == "This is the first operation of the step; what came before lies on the timeline."
    assert slowed.record().at == 0


@pytest.mark.parametrize(("to", "at"), [(5, 5), (-3, 0), (10_000, -1)])
def test_an_operation_can_be_jumped_to(to: int, at: int) -> None:
    slowed = Slowed(Timeline(Trainer(START)))
    slowed.to(to)
    record = slowed.record()
    assert record.at == at % len(record.operations)


def test_the_record_says_where_it_stands() -> None:
    timeline = Timeline(Trainer(START))
    timeline.steps(5)
    record = Slowed(timeline).record()
    assert (record.step, record.batch, record.batches) == (6, 2, 4)


def test_after_going_back_a_step_in_slow_motion_leaves_nothing_behind() -> None:
    timeline = Timeline(Trainer(START))
    timeline.steps(40)
    timeline.restore(20)
    slowed = Slowed(timeline)
    through(slowed)
    assert (timeline.place.tick, timeline.end, timeline.branches) == (21, 40, ())


def test_a_step_in_slow_motion_before_a_change_at_this_tick_makes_a_branch() -> None:
    timeline = Timeline(Trainer(START))
    timeline.steps(20)
    timeline.apply(FASTER)
    timeline.steps(10)
    timeline.restore(20, before=True)
    through(Slowed(timeline))
    assert (timeline.end, [branch.name for branch in timeline.branches]) == (21, ["α 0.03"])


def test_a_step_that_diverges_ends_in_the_alarm() -> None:
    timeline = Timeline(Trainer(CALM))
    timeline.apply(RUNAWAY)
    slowed = Slowed(timeline)
    for _ in range(200):
        through(slowed)
        if timeline.trainer.alarm:
            break
    assert "no longer finite" in timeline.trainer.alarm


def test_without_enough_painted_points_there_is_no_step_to_show() -> None:
    with pytest.raises(ValueError, match="Paint at least 3 points of each of two classes"):
        Slowed(Timeline(Trainer(Experiment(data=Data(source=PAINTED)))))


# -- through a session --------------------------------------------------------------------------------------------


@pytest.fixture
def session(start: Callable[..., Session]) -> Session:
    """One with a small batch-norm network, paused after an epoch."""
    made = start(START)
    made.advance("epoch")
    return made


def shown(session: Session) -> Any:
    """What slow motion shows now."""
    fresh(session)
    return session.slow_motion


def test_a_worker_begins_without_slow_motion(session: Session) -> None:
    assert shown(session) is None


def test_slow_motion_pauses_and_shows_the_first_operation(session: Session) -> None:
    session.play(True)
    session.slow()
    record, status = shown(session), session.status
    assert isinstance(record, SlowMotion)
    assert (record.at, record.step, status.playing) == (0, status.step + 1, False)


def test_it_is_sent_when_it_has_changed_and_not_again(session: Session) -> None:
    session.slow()
    first = shown(session)
    assert shown(session) is first
    session.slow(2)
    assert shown(session).at == 2
    session.slow(to=9)
    assert shown(session).at == 9


def test_a_whole_step_in_slow_motion_is_one_tick(session: Session) -> None:
    session.slow()
    session.slow(len(shown(session).operations))
    record, status = shown(session), session.status
    assert (status.tick, status.step, record.step) == (5, 5, 6)
    assert session.message == "Step 5 is done; the next mini-batch begins."


def test_leaving_takes_no_step(session: Session) -> None:
    session.slow()
    session.slow(5)
    session.leave_slow_motion()
    assert (shown(session), session.status.step) == (None, 4)
    assert session.message == "Slow motion ended."


@pytest.mark.parametrize("what", ["go_to", "move", "restart", "advance", "play", "new_start"])
def test_whatever_else_is_done_leaves_slow_motion_and_says_so(session: Session, what: str) -> None:
    session.slow()
    session.slow(3)
    {
        "go_to": lambda: session.go_to(2),
        "move": lambda: session.move("training.learning_rate", 0.02),
        "restart": session.restart,
        "advance": lambda: session.advance("batch"),
        "play": lambda: session.play(True),
        "new_start": session.new_start,
    }[what]()
    assert shown(session) is None
    assert session.message.endswith("Slow motion ended.")


def test_a_pause_does_not_leave_slow_motion(session: Session) -> None:
    session.slow()
    session.play(False)
    session.set_tempo(Tempo(10))
    assert shown(session) is not None
