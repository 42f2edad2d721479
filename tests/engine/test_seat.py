"""A seat in a crowd holds what a learner by itself would hold, and what leaves it is that member's alone."""

from __future__ import annotations

import numpy as np
import pytest

from hyperscope.engine.arrays import Array
from hyperscope.engine.learner import Learner
from hyperscope.engine.parameters import Layout
from hyperscope.engine.seat import Seat, seated
from hyperscope.engine.settings import Layer, Network, Training

LAYOUT = Layout(Network(layers=(Layer(4, "tanh", "before"),)), 2, 2)
TRAININGS = [Training(learning_rate=rate, precision="float64") for rate in (0.01, 0.02, 0.03)]
X = np.random.default_rng(0).normal(size=(2, 12))
Y = np.arange(12) % 2
BATCH = np.arange(8)


def crowd(steps: int = 5) -> Learner:
    learner = Learner(LAYOUT, TRAININGS, [1, 2, 3], X, Y)
    if steps:
        learner.steps([np.stack([BATCH] * 3)] * steps)
    return learner


def alone(steps: int = 5) -> Learner:
    """The second of the crowd by itself."""
    learner = Learner(LAYOUT, TRAININGS[1], 2, X, Y)
    learner.steps([BATCH] * steps)
    return learner


def floats(products: dict[str, Array]) -> dict[str, float]:
    return {name: float(value) for name, value in products.items()}


def test_a_seats_moment_is_that_of_a_learner_by_itself() -> None:
    found, expected = Seat(crowd(), 1).moment(), alone().moment()
    assert (found.taken, found.trainings) == (expected.taken, expected.trainings)
    assert floats(found.products) == pytest.approx(floats(expected.products))
    for one, other in zip(found.vectors, expected.vectors, strict=True):
        assert one == pytest.approx(other, abs=1e-12)


def test_who_has_left_is_not_moved_by_the_crowd() -> None:
    learner = crowd()
    seat = Seat(learner, 1)
    seat.leave()
    before = seat.state.parameters.copy()
    learner.steps([np.stack([BATCH] * 3)])
    assert (seat.state.parameters == before).all()
    assert seat.taken == 5


@pytest.mark.parametrize(
    "other",
    [Training(beta1=0.5, beta2=0.9, precision="float64"), Training(optimiser="momentum", precision="float64")],
    ids=["other constants", "another optimiser"],
)
def test_a_seat_goes_back_to_a_moment_as_a_learner_does(other: Training) -> None:
    learner, single = crowd(), alone()
    kept = single.moment()
    single.change(other)
    single.restore(kept)
    changed = Learner(LAYOUT, [other, other], [1, 2], X, Y)
    seat = Seat(changed, 1)
    seat.restore(Seat(learner, 1).moment())
    assert floats(seat.state.products) == pytest.approx(floats(single.state.products))
    for one, expected in zip(seat.state.vectors, single.state.vectors, strict=True):
        assert one == pytest.approx(expected, abs=1e-12)


def test_a_seat_is_taken_over_with_all_its_numbers() -> None:
    single, learner = alone(), crowd(0)
    seat = seated(learner, 2, single.state)
    for one, expected in zip(seat.state.vectors, single.state.vectors, strict=True):
        assert (one == expected).all()
    assert (seat.state.gradient == single.state.gradient).all()


def test_members_with_examples_of_their_own_train_on_them() -> None:
    shifted = np.stack([X, X + 1, X * 2])
    learner = Learner(LAYOUT, TRAININGS, [1, 2, 3], shifted, np.stack([Y] * 3))
    learner.steps([np.stack([BATCH] * 3)] * 5)
    learner.keep([0, 2])
    learner.steps([np.stack([BATCH] * 2)] * 5)
    single = Learner(LAYOUT, TRAININGS[2], 3, X * 2, Y)
    single.steps([BATCH] * 10)
    assert learner.state.parameters[1] == pytest.approx(single.state.parameters, abs=1e-12)
