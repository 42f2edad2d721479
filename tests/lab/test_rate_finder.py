"""The learning-rate range test: it finds where the loss falls, stops where it breaks down, and touches nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.export.run import GivenOrder
from hyperscope.lab.training.range_test import RangeTest
from hyperscope.lab.training.rate_finder import _judged, find_rate
from hyperscope.lab.training.trainer import Trainer
from lab.sessions import CALM, START, bits, future, moved
from lab.strategies import runnable

bounded = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def run(experiment: Experiment, steps: int) -> Trainer:
    trainer = Trainer(experiment)
    trainer.steps(steps)
    return trainer


def same(one: RangeTest, other: RangeTest) -> bool:
    arrays = [(one.rates, other.rates), (one.losses, other.losses), (one.means, other.means)]
    alike = all(a.tobytes() == b.tobytes() for a, b in arrays)
    return alike and (one.steepest, one.diverged) == (other.steepest, other.diverged)


def test_the_trainer_stays_as_it_is() -> None:
    trainer = run(START, 37)
    before, structure, losses = bits(trainer), trainer.structure, trainer.batch_losses.tobytes()
    find_rate(trainer, steps=50)
    assert (bits(trainer), trainer.structure, trainer.batch_losses.tobytes()) == (before, structure, losses)


def test_training_goes_on_as_if_there_had_been_no_test() -> None:
    tested, untested = run(START, 37), run(START, 37)
    find_rate(tested, steps=50)
    assert future(tested) == future(untested)


def test_a_network_that_breaks_down_in_the_test_stays_as_it_is() -> None:
    trainer = run(CALM, 37)
    before = bits(trainer)
    assert find_rate(trainer, high=10.0).diverged
    assert (bits(trainer), trainer.alarm) == (before, "")


def test_the_same_test_twice_is_the_same_to_the_last_bit() -> None:
    assert same(find_rate(run(START, 37), steps=60), find_rate(run(START, 37), steps=60))


def test_the_test_starts_where_training_stands() -> None:
    assert find_rate(run(START, 500), steps=20).losses[0] < 0.8 * find_rate(run(START, 0), steps=20).losses[0]


def test_each_rate_is_the_same_factor_above_the_last() -> None:
    rates = find_rate(run(START, 0), 1e-4, 1e-2, steps=41).rates
    assert (rates[0], rates[-1]) == (1e-4, 1e-2)
    assert np.allclose(rates[1:] / rates[:-1], 100 ** (1 / 40))


def test_the_rates_are_those_the_steps_use() -> None:
    plain = moved(("training.optimiser", "sgd"), ("training.batch_size", 65536))
    tested = find_rate(run(plain, 0), 0.1, 0.2, steps=2)
    alone = run(moved(("training.learning_rate", 0.1), start=plain), 1)
    alone.steps(1)
    assert tested.losses[1] == alone.batch_losses[0]


@pytest.mark.parametrize("schedule", ["cosine", "exponential"])
def test_the_schedule_is_left_out(schedule: str) -> None:
    scheduled = moved(("training.schedule", schedule), ("training.decay", 0.5), ("training.warmup", 5.0))
    assert same(find_rate(run(scheduled, 0), steps=40), find_rate(run(START, 0), steps=40))


def test_the_rate_in_force_does_not_matter_before_training() -> None:
    other = moved(("training.learning_rate", 1.0))
    assert same(find_rate(run(other, 0), steps=40), find_rate(run(START, 0), steps=40))


def test_early_stopping_does_not_stop_the_test() -> None:
    impatient = moved(("training.patience", 1), ("training.learning_rate", 1e-6))
    assert len(find_rate(run(impatient, 0), 1e-6, 1e-5, steps=60).losses) == 60


def test_the_test_stops_where_training_breaks_down() -> None:
    found = find_rate(run(CALM, 0))
    assert len(found.losses) < 200
    assert found.diverged is not None and found.diverged >= found.rates[-1]


def test_a_test_of_small_rates_does_not_break_down() -> None:
    assert find_rate(run(CALM, 0), 1e-5, 1e-3).diverged is None


def test_rates_too_small_to_learn_with_suggest_nothing() -> None:
    found = find_rate(run(CALM, 0), 1e-6, 1e-5)
    assert (found.steepest, found.suggested) == (None, None)


DEEP = Network(layers=(Layer(16, "relu", "before"),) * 2)


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam", "rmsprop"])
@pytest.mark.parametrize("network", [Network(), DEEP], ids=["plain", "batch norm"])
def test_the_network_learns_with_the_suggested_rate(optimiser: str, network: Network) -> None:
    experiment = Experiment(network=network, training=Training(optimiser=optimiser))
    suggested = find_rate(Trainer(experiment)).suggested
    assert suggested is not None
    trainer = run(moved(("training.learning_rate", suggested), start=experiment), 600)
    assert (trainer.alarm, trainer.scores().train.loss < 0.7) == ("", True)


def test_the_suggested_rate_has_one_digit() -> None:
    nothing = np.zeros(0)
    assert RangeTest(nothing, nothing, nothing, 0.02736, None).suggested == 0.03


def test_the_steepest_rate_is_where_a_made_up_loss_falls() -> None:
    rates = np.geomspace(1e-5, 10, 200)
    found = _judged(rates, 1 / (1 + rates / 0.01) + (rates > 1) * rates, None, 10)
    assert found.steepest == pytest.approx(0.01, rel=0.2)


def test_a_rise_after_the_lowest_point_is_no_fall() -> None:
    losses = np.concatenate([np.full(60, 2.0), np.linspace(2.0, 1.0, 40), np.full(50, 30.0), np.full(50, 1.5)])
    rates = np.geomspace(1e-5, 10, 200)
    steepest = _judged(rates, losses, None, 10).steepest
    assert steepest is not None and rates[60] <= steepest <= rates[100]


def test_means_lie_around_their_steps() -> None:
    means = _judged(np.geomspace(1e-3, 1, 5), np.array([1.0, 2.0, 6.0, 1.0, 2.0]), None, 1).means
    assert means.tolist() == [1.5, 3.0, 3.0, 3.0, 1.5]


@bounded
@given(runnable())
def test_any_experiment_can_be_tested(experiment: Experiment) -> None:
    trainer = Trainer(experiment)
    before = bits(trainer)
    found = find_rate(trainer, steps=20)
    assert len(found.rates) == len(found.losses) == len(found.means) <= 20
    assert np.isfinite(found.means).all()
    assert bits(trainer) == before


@pytest.mark.parametrize(("low", "high"), [(0.1, 0.1), (0.1, 0.01), (1e-7, 1.0), (0.1, 11.0), (float("nan"), 1.0)])
def test_rates_that_cannot_be_are_refused(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="they must ascend within 1e-06 to 10"):
        find_rate(Trainer(START), low, high)


def test_a_single_step_is_refused() -> None:
    with pytest.raises(ValueError, match="steps is 1; it must be at least 2"):
        find_rate(Trainer(START), steps=1)


def test_a_written_order_that_ends_ends_the_test() -> None:
    written = GivenOrder(tuple(np.arange(n, n + 5) for n in range(7)), 54)
    found = find_rate(Trainer(START, order=written), steps=20)
    assert (len(found.losses), found.diverged) == (7, None)
