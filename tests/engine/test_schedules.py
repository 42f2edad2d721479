"""Every registered schedule: its values at known epochs, its range, and the warm-up before it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.networks import batches, layout, learner
from hyperscope.engine.schedules import LOWEST, rate_factors, schedules
from hyperscope.engine.settings import Training

# By name: epochs, and the factors at them for decay 0.5 every 10 epochs.
KNOWN = {
    "constant": ([0, 3.7, 500], [1, 1, 1]),
    "exponential": ([0, 0.9, 1, 2.5, 3], [1, 1, 0.5, 0.25, 0.125]),
    "smooth": ([0, 0.5, 1, 3], [1, 0.5**0.5, 0.5, 0.125]),
    "steps": ([0, 9.9, 10, 25, 30], [1, 1, 0.5, 0.25, 0.125]),
    "inverse": ([0, 0.9, 1, 2, 3.5], [1, 1, 1 / 1.5, 1 / 2, 1 / 2.5]),
    "cosine": ([0, 2.5, 5, 10, 40], [1, 0.5 + 0.5**1.5, 0.5, 0, 0]),
    "cyclic": ([0, 2.5, 5, 7.5, 10], [1, (1 + LOWEST) / 2, LOWEST, (1 + LOWEST) / 2, 1]),
}
DECAY = Training(decay=0.5, decay_every=10)
every_schedule = pytest.mark.parametrize("name", schedules)


@every_schedule
def test_the_factors_at_known_epochs_are_the_formulas(name: str) -> None:
    epochs, expected = KNOWN[name]
    assert np.allclose(rate_factors(name, np.array(epochs, float), DECAY), expected, atol=1e-15)


def test_the_inverse_schedule_gives_the_courses_rates() -> None:
    """E9: α₀ / (1 + k · epoch) with α₀ = .2 and k = 1 is .1, .0667, .05, .04 for epochs 1 to 4."""
    rates = 0.2 * rate_factors("inverse", np.arange(1.0, 5), Training(decay=1.0))
    assert [round(float(rate), 4) for rate in rates] == [0.1, 0.0667, 0.05, 0.04]


@every_schedule
@settings(max_examples=25)
@given(st.lists(st.floats(0, 49.9), min_size=1, max_size=20), st.floats(0.9, 0.99), st.floats(50, 1000))
def test_factors_lie_above_0_and_at_most_at_1(name: str, epochs: list[float], decay: float, every: float) -> None:
    factors = rate_factors(name, np.array(epochs), Training(decay=decay, decay_every=every))
    assert ((factors > 0) & (factors <= 1)).all()


@every_schedule
def test_training_starts_at_the_learning_rate_itself(name: str) -> None:
    assert rate_factors(name, np.zeros(1), Training()) == 1


@every_schedule
def test_a_schedule_depends_on_the_knobs_it_names_and_on_no_others(name: str) -> None:
    epochs = np.linspace(0, 30, 61)
    plain = rate_factors(name, epochs, DECAY)
    for field, other in (("decay", 0.7), ("decay_every", 7.0)):
        turned = rate_factors(name, epochs, Training(**{"decay": 0.5, "decay_every": 10.0, field: other}))
        assert np.array_equal(plain, turned) == (field not in schedules[name].uses)


@every_schedule
def test_warm_up_raises_the_rate_evenly_to_its_schedule(name: str) -> None:
    epochs = np.array([0, 1, 2, 4, 6.0])
    plain = rate_factors(name, epochs, DECAY)
    warm = rate_factors(name, epochs, Training(decay=0.5, decay_every=10, warmup=4))
    assert np.allclose(warm, plain * [0, 0.25, 0.5, 1, 1], atol=3e-4)


@every_schedule
def test_the_first_step_of_a_warm_up_is_short_but_not_of_length_0(name: str) -> None:
    assert 0 < rate_factors(name, np.zeros(1), Training(warmup=5))[0] < 0.01


def test_factors_do_not_depend_on_how_epochs_are_asked_for() -> None:
    epochs = np.linspace(0, 20, 41)
    together = rate_factors("cosine", epochs, DECAY)
    assert np.array_equal(together, [rate_factors("cosine", epochs[at : at + 1], DECAY)[0] for at in range(41)])


def test_a_factor_acts_as_that_much_of_the_learning_rate() -> None:
    scheduled, told = (learner(layout(), optimiser="adam", learning_rate=rate) for rate in (0.02, 0.005))
    scheduled.steps(batches(10), np.full(10, 0.25))
    told.steps(batches(10))
    assert np.allclose(scheduled.state.parameters, told.state.parameters, rtol=1e-13)


def test_each_step_has_its_own_factor() -> None:
    together, apart = (learner(layout(), optimiser="sgd", learning_rate=0.1) for _ in range(2))
    factors = np.linspace(1, 0.1, 10)
    together.steps(batches(10), factors)
    for batch, factor in zip(batches(10), factors, strict=True):
        apart.steps([batch], np.array([factor]))
    assert together.state.parameters.tobytes() == apart.state.parameters.tobytes()
