"""The experiment of Santurkar et al. (2018): what is measured of three networks, and what it finds."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest

from hyperscope.engine import textbook
from hyperscope.engine.settings import Layer, Network
from hyperscope.engine.softmax import losses_per_example, one_hot
from hyperscope.lab.experiment.data import PAINTED, Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.task import Record, Rest
from hyperscope.lab.sweeps.shifting import (
    STEPS,
    Courses,
    ThreeNetworks,
    deep_sigmoid,
    drift_of,
    findings,
    landscape,
    variants,
)
from hyperscope.lab.training.trainer import Trainer

SMALL = Experiment(data=Data(points=90), network=Network(layers=(Layer(4, "tanh"), Layer(4, "tanh"))))


def trained(task: ThreeNetworks) -> Courses:
    """What the three have come to."""
    newest = None
    for news in task.run(deque()):
        if isinstance(news, Record):
            newest = news.value
        elif isinstance(news, Rest):
            break
    assert newest is not None
    return newest


def test_the_three_differ_in_batch_norm_and_jolts_alone():
    plain, normed, jolted = variants(SMALL, 0.5)
    assert [one.network.layers[0].batch_norm for one in (plain, normed, jolted)] == ["off", "before", "before"]
    assert [one.network.bn_jolt for one in (plain, normed, jolted)] == [0, 0, 0.5]
    assert plain.data == normed.data == jolted.data and plain.seed == jolted.seed


def test_drift_is_how_far_quantiles_move_in_units_of_their_spread():
    still = np.tile([-2.0, -1, 0, 1, 2], (5, 1))
    assert drift_of(np.arange(5.0), still) == 0
    moving = still + 0.5 * np.arange(5.0)[:, None]
    assert drift_of(np.arange(5.0), moving) == pytest.approx(0.25)
    assert drift_of(np.arange(5.0) / 4, moving) == pytest.approx(1.0)
    assert drift_of(np.arange(5.0), 10 * moving) == pytest.approx(0.25)
    assert np.isnan(drift_of(np.zeros(1), still[:1]))


@pytest.mark.parametrize("norm", ["off", "before"])
def test_the_landscape_is_the_loss_and_gradient_along_the_next_step(norm):
    network = Network(layers=(Layer(4, "tanh", norm),))
    trainer = Trainer(Experiment(data=Data(points=90), network=network))
    trainer.steps(20)
    epoch, low, high, change = landscape(trainer)
    batch = trainer.coming()[0][0]
    x = trainer.examples.x_train[:, batch].astype(np.float64)
    y = one_hot(trainer.examples.y_train[batch], 3)
    here, rate = trainer.parameters.astype(np.float64), trainer.experiment.training.learning_rate

    def loss(parameters):
        traces = textbook.forward(trainer.layout, parameters, trainer.running, x, training=True)
        return float(losses_per_example(traces[-1].output, y).mean())

    gradient = np.zeros_like(here)
    for at in range(len(here)):  # by central differences
        step = np.zeros_like(here)
        step[at] = 1e-5
        gradient[at] = (loss(here + step) - loss(here - step)) / 2e-5
    losses = [loss(here - s * rate * gradient) for s in STEPS]
    assert (low, high) == pytest.approx((min(losses), max(losses)), rel=1e-5)
    assert epoch == trainer.epoch and change > 0


def test_looking_at_the_landscape_changes_nothing():
    first, second = Trainer(SMALL), Trainer(SMALL)
    for _ in range(5):
        landscape(first)
        first.steps(3)
    second.steps(15)
    assert first.parameters.tobytes() == second.parameters.tobytes()


def test_all_three_are_trained_to_the_end_and_measured_on_the_way():
    found = trained(ThreeNetworks(SMALL, rate=0.1, epochs=10))
    assert [one.epoch[-1] for one in found.courses] == [10, 10, 10]
    for one in found.courses:
        assert len(one.rivers) == len(one.drift) == 2
        assert len(one.step_epoch) == len(one.low) == len(one.change) > 5
        assert (one.low <= one.high).all()


@pytest.mark.parametrize(("field", "value"), [("rate", 99.0), ("jolt", 3.0), ("epochs", 0)])
def test_what_is_out_of_range_is_refused(field, value):
    with pytest.raises(ValueError, match="must"):
        ThreeNetworks(SMALL, **{field: value})


def test_without_examples_there_is_a_sentence():
    with pytest.raises(ValueError, match=r"paint|point|class"):
        next(iter(ThreeNetworks(Experiment(data=Data(source=PAINTED))).run(deque())))


@pytest.mark.slow
def test_jolts_after_batch_norm_do_not_keep_it_from_learning():
    """B6, five seeds: random shifts and scales of size .5 follow each batch norm, and it learns all the same."""
    ends = []
    for seed in range(1, 6):
        experiment = deep_sigmoid(Experiment(data=Data(points=480), seed=seed))
        found = trained(ThreeNetworks(experiment, rate=1.0, jolt=0.5, epochs=40))
        shown = findings(found)
        ends.append([*shown.losses, shown.drift])
    plain, _, jolted, drift = np.median(np.array(ends), axis=0)
    assert jolted < 0.5 < plain
    assert drift > 1.5  # inputs drift further with batch norm than without: that they drift less is not why it helps
