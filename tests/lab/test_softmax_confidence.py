"""How sure a network is: temperature, coverage and calibration agree with the textbook on the same predictions."""

from __future__ import annotations

import math
from collections import deque

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from hyperscope.engine.calibration import accuracy_by_coverage, expected_calibration_error, reliability
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.engine.softmax import softmax
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.task import Record, Rest
from hyperscope.lab.softmax.confidence import (
    BINS,
    FAR,
    Sureness,
    fitted_temperature,
    kept,
    log_softmax,
    loss,
    sent,
    sureness,
    tempered,
)
from hyperscope.lab.sweeps.ensemble import Ensemble, EnsembleTask, scored
from hyperscope.lab.training.trainer import Trainer

NOISY = Data(source="blobs", points=200, classes=3, noise=0.6)
SMALL = Experiment(data=NOISY, network=Network(layers=(Layer(8, "relu"),)), training=Training(learning_rate=0.1))
RNG = np.random.default_rng(3)
Z = RNG.normal(0, 4, (4, 300))
Y = np.array([RNG.choice(4, p=softmax(Z[:, k : k + 1] / 2.5)[:, 0]) for k in range(300)])  # so that 2.5 is the truth
LOGS = log_softmax(Z)


@pytest.fixture(scope="module")
def found() -> Sureness:
    trainer = Trainer(SMALL)
    while trainer.position.epoch < 20:
        trainer.finish_epoch()
    return sureness(trainer, ("", ""))


def test_logs_are_those_of_softmax_and_never_minus_infinity() -> None:
    assert np.allclose(np.exp(LOGS), softmax(Z), rtol=1e-12)
    assert np.isfinite(log_softmax(np.array([[1000.0], [-1000.0]]))).all()


@given(some.floats(0.06, 15))
def test_another_temperature_of_probabilities_is_that_of_their_logits(temperature) -> None:
    assert np.allclose(tempered(LOGS, temperature), softmax(Z, temperature), rtol=1e-9, atol=1e-12)


def test_the_fitted_temperature_has_the_least_loss_of_a_fine_grid() -> None:
    grid = np.exp(np.linspace(math.log(0.05), math.log(20), 4001))
    losses = [loss(LOGS, Y, one) for one in grid]
    temperature = fitted_temperature(LOGS, Y)
    assert math.isclose(temperature, grid[int(np.argmin(losses))], rel_tol=2e-3)
    assert loss(LOGS, Y, temperature) <= min(losses) + 1e-12
    assert 1.9 < temperature < 3.3  # the labels were drawn at 2.5


def test_at_the_fitted_temperature_the_derivative_of_the_loss_is_zero() -> None:
    """d/dβ of −β z_y + ln Σ e^βz is Σ p z − z_y, with β = 1 / T, and its mean vanishes at the least loss."""
    p = tempered(LOGS, fitted_temperature(LOGS, Y))
    assert abs(((p * Z).sum(axis=0) - Z[Y, np.arange(300)]).mean()) < 1e-5


def test_temperature_changes_no_answer() -> None:
    assert np.array_equal(tempered(LOGS, 7.0).argmax(axis=0), Z.argmax(axis=0))


def test_loss_is_the_textbooks() -> None:
    assert math.isclose(loss(LOGS, Y), -np.log(softmax(Z)[Y, np.arange(300)]).mean(), rel_tol=1e-12)
    assert math.isnan(loss(LOGS[:, :0], Y[:0])) and fitted_temperature(LOGS[:, :0], Y[:0]) == 1


def test_calibration_error_is_that_of_equal_bins_counted_one_by_one() -> None:
    p = softmax(Z)
    sure, right = p.max(axis=0), p.argmax(axis=0) == Y
    error = 0.0
    for k in range(BINS):
        inside = (sure > k / BINS) & (sure <= (k + 1) / BINS)
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - sure[inside].mean())
    assert math.isclose(expected_calibration_error(reliability(p, Y, BINS)), error, rel_tol=1e-12)


@pytest.mark.parametrize("threshold", [0.0, 0.5, 0.9, 1.1])
def test_a_threshold_parts_answers_into_those_kept_and_those_sent(threshold) -> None:
    p = softmax(Z)
    stays, goes = kept(p, Y, threshold), sent(p, threshold)
    assert stays.count + goes.size == 300 and stays.coverage == stays.count / 300
    assert (np.diff(p.max(axis=0)[goes]) >= 0).all()
    if stays.count:
        curve = accuracy_by_coverage(p, Y)
        assert math.isclose(stays.accuracy, curve.accuracy[stays.count - 1], rel_tol=1e-9)
    else:
        assert math.isnan(stays.accuracy)


def test_the_probe_tells_what_the_network_says_of_each_part(found) -> None:
    trainer = Trainer(SMALL)
    while trainer.position.epoch < 20:
        trainer.finish_epoch()
    for number, part in enumerate((trainer.scores().train, trainer.scores().dev)):
        logs, y = found.of_part(number)
        assert math.isclose(loss(logs, y), part.loss, rel_tol=1e-5)
        assert (np.exp(logs).argmax(axis=0) == y).mean() == pytest.approx(part.accuracy)


def test_far_from_all_data_a_network_of_relus_is_surer_than_near_them(found) -> None:
    assert found.far.shape == (len(FAR),) and (found.least_far <= found.far).all()
    assert found.far[-1] > found.far[0] > 1 / 3 and found.far[-1] > 0.97


# -- ensembles --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    found = None
    for news in EnsembleTask(SMALL, 4, 10).run(deque()):
        if isinstance(news, Record):
            found = news.value
        if isinstance(news, Rest):
            break
    return found


def test_each_of_an_ensemble_is_trained_as_it_is_alone(ensemble) -> None:
    for number, experiment in enumerate(EnsembleTask(SMALL, 4, 10).members):
        alone = Trainer(experiment)
        while alone.position.epoch < 10:
            alone.finish_epoch()
        assert math.isclose(ensemble.loss[0, number], alone.scores().dev.loss, rel_tol=1e-3)
    assert ensemble.epoch == 10 and len(set(ensemble.loss[0].tolist())) == 4


def test_after_the_last_seed_comes_the_first() -> None:
    last = msgspec.structs.replace(SMALL, seed=999_998)
    assert [one.seed for one in EnsembleTask(last, 4).members] == [999_998, 999_999, 0, 1]


def test_the_mean_is_that_of_the_probabilities(ensemble) -> None:
    assert np.allclose(ensemble.mean, ensemble.maps.mean(axis=0))
    assert ensemble.mean_loss[0] <= ensemble.loss[0].mean()  # −ln is convex: Jensen's inequality
    assert ensemble.beaten == int((ensemble.loss[0] > ensemble.mean_loss[0]).sum())
    assert ensemble.loss[0, ensemble.best] == ensemble.loss[0].min()


def test_a_score_is_of_the_true_class() -> None:
    p = np.array([[0.3, 0.9], [0.7, 0.1]])
    assert scored(p, np.array([1, 1])) == (pytest.approx(-(math.log(0.7) + math.log(0.1)) / 2), 0.5)


@pytest.mark.parametrize("count", [1, 17])
def test_a_number_of_networks_that_cannot_be_is_refused(count) -> None:
    with pytest.raises(ValueError, match=f"networks is {count}; it must lie in"):
        EnsembleTask(SMALL, count)
