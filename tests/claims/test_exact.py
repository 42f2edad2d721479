"""Exact results of the subject on schedules, dropout, step sizes and search; those on softmax, Adam and batch norm
(E1 to E8, E10, E11, E15) are with the engine's own tests.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import pytest

from hyperscope.engine.learner import Learner
from hyperscope.engine.noise import Noise
from hyperscope.engine.parameters import Layout
from hyperscope.engine.prediction import Predictor, folded
from hyperscope.engine.schedules import rate_factors
from hyperscope.engine.settings import WHOLE_SET, Layer, Network, Training
from hyperscope.knob import Knob, Scale
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.training.trainer import Trainer

INVERSE = Training(
    optimiser="sgd", learning_rate=0.2, schedule="inverse", decay=1.0, batch_size=WHOLE_SET, precision="float64"
)
STAIRS = [0.2, 0.1, 0.2 / 3, 0.05, 0.04]  # at epochs 0 to 4


def test_inverse_decay_is_the_rate_over_one_plus_k_epochs() -> None:
    """E9: α₀ = .2 and k = 1 give .1, .0667, .05 and .04 for epochs 1 to 4."""
    assert 0.2 * rate_factors("inverse", np.arange(5.0), INVERSE) == pytest.approx(STAIRS, rel=1e-12)


def test_inverse_decay_stays_the_same_within_an_epoch() -> None:
    """E9: the rate is a stair, with one tread per epoch."""
    assert 0.2 * rate_factors("inverse", np.arange(5) + 0.9, INVERSE) == pytest.approx(STAIRS, rel=1e-12)


def test_each_epochs_steps_have_the_length_of_its_decayed_rate() -> None:
    """E9, in training: with one step per epoch |Δw| / |dw| is .2, .1, .0667, .05 and .04."""
    trainer = Trainer(Experiment(data=Data(points=60), training=INVERSE))
    state, lengths = trainer.learner.state, []
    for _ in STAIRS:
        before = state.parameters.copy()
        trainer.steps(1)
        lengths.append(np.linalg.norm(state.parameters - before) / np.linalg.norm(state.gradient))
    assert lengths == pytest.approx(STAIRS, rel=1e-9)


def dropout_masks() -> np.ndarray:
    return Noise((3,), 0, (50, 40), (), np.dtype(np.float64)).masks(range(200), keep=0.8)


def test_inverted_dropout_multiplies_by_nought_or_one_over_keep() -> None:
    """E12: with keep = .8 a unit's output is left out, or multiplied by 1.25."""
    assert np.unique(dropout_masks()) == pytest.approx([0, 1.25], abs=1e-12)


def test_inverted_dropout_keeps_the_mean() -> None:
    """E12: the mean of mask / keep is 1. 400,000 draws are within .0008 of it in two cases of three."""
    assert dropout_masks().mean() == pytest.approx(1, abs=0.004)


def test_inverted_dropout_adds_a_variance_of_one_over_keep_less_one() -> None:
    """E12: the variance of mask / keep is (1 − keep) / keep = .25."""
    assert dropout_masks().var() == pytest.approx(0.25, abs=0.004)


def test_nothing_is_dropped_out_at_test_time() -> None:
    """E12: the trained network answers as the same weights do in a network without dropout."""
    with_dropout = Layout(Network(layers=(Layer(units=12, dropout=0.8),)), 2, 3)
    without = Layout(Network(layers=(Layer(units=12),)), 2, 3)
    x, y = np.random.default_rng(1).normal(0, 1, (2, 60)), np.arange(60) % 3
    of = Learner(with_dropout, Training(precision="float64"), 1, x, y)
    of.steps([np.arange(60)] * 20)
    answers = [
        Predictor(layout, of.dtype).logits(folded(layout, of.state.parameters, of.state.running), x)
        for layout in (with_dropout, without)
    ]
    assert np.array_equal(*answers)


def remaining(training: Training, steps: int = 3000) -> float:
    """The share of the weights' length left after descending ½ λ |w|², the whole loss when all inputs are 0."""
    layout = Layout(Network(layers=()), 2, 3)
    weights = layout.parameters["output.weights"]
    of = Learner(layout, training, 1, np.zeros((2, 30)), np.arange(30) % 3)
    before = np.linalg.norm(weights.of(of.state.parameters)[:, :2])
    of.steps([np.arange(30)] * steps)
    return float(np.linalg.norm(weights.of(of.state.parameters)[:, :2]) / before)


QUADRATIC = Training(optimiser="sgd", batch_size=30, precision="float64")


@pytest.mark.parametrize("curvature", [0.25, 1.0])
def test_gradient_descent_converges_below_two_over_the_curvature(curvature: float) -> None:
    """E13: on ½ λ w², 1 % below α = 2 / λ the weights shrink by |1 − α λ| = .98 with each step."""
    training = msgspec.structs.replace(QUADRATIC, l2=curvature, learning_rate=0.99 * 2 / curvature)
    assert remaining(training) == pytest.approx(0.98**3000, rel=1e-6)


@pytest.mark.parametrize("curvature", [0.25, 1.0])
def test_gradient_descent_diverges_above_two_over_the_curvature(curvature: float) -> None:
    """E13: on ½ λ w², 1 % above α = 2 / λ the weights grow by 1.02 with each step."""
    training = msgspec.structs.replace(QUADRATIC, l2=curvature, learning_rate=1.01 * 2 / curvature)
    assert remaining(training) == pytest.approx(1.02**3000, rel=1e-6)


@pytest.mark.parametrize("momentum", [0.5, 0.9])
def test_momentum_converges_below_two_plus_twice_beta_over_the_curvature(momentum: float) -> None:
    """E13: on ½ λ w² with λ = 1, momentum β allows rates up to 2 + 2 β."""
    rate = 0.99 * (2 + 2 * momentum)
    training = msgspec.structs.replace(QUADRATIC, optimiser="momentum", momentum=momentum, l2=1.0, learning_rate=rate)
    assert remaining(training) < 1e-6


@pytest.mark.parametrize("momentum", [0.5, 0.9])
def test_momentum_diverges_above_two_plus_twice_beta_over_the_curvature(momentum: float) -> None:
    """E13: on ½ λ w² with λ = 1, rates above 2 + 2 β make the weights grow."""
    rate = 1.01 * (2 + 2 * momentum)
    training = msgspec.structs.replace(QUADRATIC, optimiser="momentum", momentum=momentum, l2=1.0, learning_rate=rate)
    assert remaining(training, steps=800) > 1e6


def draws(scale: Scale) -> np.ndarray:
    """Learning rates at 20,000 places drawn evenly along a slider from 1e-4 to 1."""
    knob = Knob("number", "Learning rate", "", live=True, low=1e-4, high=1.0, scale=scale)
    return np.array([knob.at(place) for place in np.random.default_rng(5).random(20_000)])


def shares_per_decade(rates: np.ndarray) -> np.ndarray:
    return np.histogram(np.log10(rates), bins=[-4, -3, -2, -1, 0])[0] / rates.size


def test_log_uniform_rates_fall_into_each_decade_alike() -> None:
    """E14: over [1e-4, 1] a quarter of the draws per decade; one standard deviation is .003."""
    assert shares_per_decade(draws("log")) == pytest.approx([0.25] * 4, abs=0.015)


def test_nine_in_ten_uniform_rates_fall_into_the_last_decade() -> None:
    """E14: uniform draws over [1e-4, 1] hardly try the first three decades."""
    assert shares_per_decade(draws("linear")) == pytest.approx([0.0009, 0.009, 0.09, 0.9], abs=0.01)


def bumpy(places: np.ndarray) -> np.ndarray:
    """A score with several peaks, of two settings at places (..., 2) along their sliders."""
    x, y = places[..., 0], places[..., 1]
    return np.sin(9 * x) * np.cos(7 * y) - (x - 0.6) ** 2


@pytest.mark.parametrize("score", [bumpy, lambda places: places[..., 0]], ids=["bumpy", "straight"])
def test_sixty_random_draws_nearly_always_contain_one_of_the_best_five_per_cent(
    score: Callable[[np.ndarray], np.ndarray],
) -> None:
    """E16: 1 − .95⁶⁰ = .954, whatever the score is a function of. Of 5,000 searches the share is within .003 of it
    in two cases of three.
    """
    rng = np.random.default_rng(8)
    good = np.quantile(score(rng.random((200_000, 2))), 0.95)
    found = (score(rng.random((5_000, 60, 2))) > good).any(axis=1).mean()
    expected = 1 - 0.95**60
    assert round(expected, 3) == 0.954
    assert found == pytest.approx(expected, abs=0.012)
