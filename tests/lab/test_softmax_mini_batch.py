"""The mini-batch as matrices: each agrees with the formulas, and its gradient with the engine's."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hyperscope.engine import textbook
from hyperscope.engine.named import named_views
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.engine.softmax import one_hot
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.softmax.mini_batch import MOST, MiniBatch, mini_batch
from hyperscope.lab.training.trainer import Trainer

PLANE = ("", "")
DEEP = Network(layers=(Layer(6, "tanh"), Layer(5, "relu", "before")))
PLAIN = Training(optimiser="sgd", precision="float64")
EXPERIMENTS = {
    "plain": Experiment(network=Network(layers=(Layer(6, "tanh"),)), data=Data(points=90), training=PLAIN),
    "batch norm": Experiment(network=DEEP, data=Data(points=90, classes=4), training=PLAIN),
    "no hidden layer": Experiment(network=Network(layers=()), data=Data(source="iris"), training=PLAIN),
}
each = pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS.keys())


def seen(trainer: Trainer) -> MiniBatch:
    return mini_batch(trainer, PLANE)


@each
def test_the_matrices_are_those_of_the_formulas(experiment) -> None:
    trainer = Trainer(experiment)
    trainer.steps(7)
    found = seen(trainer)
    x = trainer.examples.x_train[:, trainer.last_batch]
    state = trainer.learner.state
    z = textbook.forward(trainer.layout, state.parameters, state.running, x, training=True)[-1].output
    powers = np.exp(z - z.max(axis=0))
    assert np.allclose(found.z, z, rtol=1e-6)
    assert np.allclose(found.t, powers, rtol=1e-6)
    assert np.allclose(found.p, powers / powers.sum(axis=0), rtol=1e-6)
    assert np.array_equal(found.y, one_hot(trainer.examples.y_train[trainer.last_batch], len(found.names)))
    assert math.isclose(found.cost, -np.log((found.p * found.y).sum(axis=0)).mean(), rel_tol=1e-6)


@each
def test_the_last_column_added_makes_it_the_gradient_of_the_textbook(experiment) -> None:
    trainer = Trainer(experiment)
    trainer.steps(5)
    found = seen(trainer)
    x, y = trainer.examples.x_train[:, trainer.last_batch], found.y
    _, whole = textbook.loss_and_gradient(trainer.layout, trainer.learner.state.parameters, x, y)
    views = named_views(trainer.layout, whole, trainer.learner.state.running)
    d_weights, d_bias = found.gradient(found.z.shape[1])
    assert np.allclose(d_weights, views["output.weights"], rtol=1e-6, atol=1e-12)
    assert np.allclose(d_bias, views["output.bias"], rtol=1e-6, atol=1e-12)


def test_it_is_what_the_engine_steps_by() -> None:
    experiment = EXPERIMENTS["plain"]
    ahead, behind = Trainer(experiment), Trainer(experiment)
    ahead.steps(6)
    behind.steps(5)
    behind.last_batch = ahead.last_batch
    found = seen(behind)
    gradient = named_views(ahead.layout, ahead.gradient, ahead.learner.state.running)["output.weights"]
    assert np.allclose(found.gradient(found.z.shape[1])[0], gradient, rtol=1e-6, atol=1e-12)


def test_columns_add_up_one_by_one() -> None:
    trainer = Trainer(EXPERIMENTS["plain"])
    trainer.steps(3)
    found = seen(trainer)
    m = found.z.shape[1]
    added = np.zeros_like(found.gradient(0)[0])
    for column in range(m):
        added += np.outer(found.errors[:, column], found.a[:, column]) / m
        assert np.allclose(found.gradient(column + 1)[0], added, atol=1e-12)
    assert not found.gradient(0)[0].any()


def test_the_likelihood_is_the_product_whose_logarithm_is_m_times_the_cost() -> None:
    trainer = Trainer(EXPERIMENTS["plain"])
    trainer.steps(3)
    found = seen(trainer)
    product = np.prod([found.p[c, k] for k, c in enumerate(found.true.tolist())])
    assert math.isclose(math.exp(found.log_likelihood), product, rel_tol=1e-9)
    assert math.isclose(found.log_likelihood, -found.cost * found.z.shape[1], rel_tol=1e-9)


def test_smoothed_labels_and_weighted_classes_are_in_cost_and_gradient() -> None:
    training = replace_training(label_smoothing=0.2, class_weights="balanced")
    experiment = Experiment(network=Network(layers=()), data=Data(points=90, imbalance=0.6), training=training)
    ahead, behind = Trainer(experiment), Trainer(experiment)
    ahead.steps(4)
    behind.steps(3)
    behind.last_batch = ahead.last_batch
    found = seen(behind)
    gradient = named_views(ahead.layout, ahead.gradient, ahead.learner.state.running)["output.weights"]
    assert np.allclose(found.gradient(found.z.shape[1])[0], gradient, rtol=1e-6, atol=1e-12)
    assert math.isclose(found.cost, float(ahead.batch_losses[-1]), rel_tol=1e-6)


def replace_training(**changes: object) -> Training:
    return Training(optimiser="sgd", precision="float64", **changes)


def test_places_and_numbers_are_those_of_the_examples() -> None:
    trainer = Trainer(EXPERIMENTS["plain"])
    trainer.steps(3)
    found = seen(trainer)
    data = trainer.examples
    assert np.allclose(data.model_units(data.raw[:, found.number]), data.x_train[:, trainer.last_batch])
    assert np.array_equal(data.y[found.number], found.true)
    assert np.allclose(found.at, data.raw[:, found.number])


def test_another_output_than_softmax_is_told() -> None:
    network = replace_output(DEEP, "one-vs-all")
    found = seen(Trainer(Experiment(network=network, data=Data(points=60))))
    assert found.refused == "The output is one-vs-all, not softmax."
    assert not found.z.size


def replace_output(network: Network, output: str) -> Network:
    return Network(layers=network.layers, output=output)


def test_a_batch_too_long_to_show_says_how_long_it_is() -> None:
    training = Training(batch_size=200)
    trainer = Trainer(Experiment(data=Data(points=400), training=training))
    trainer.steps(1)
    found = seen(trainer)
    assert (found.z.shape[1], found.size) == (MOST, 200)


def test_looking_changes_nothing() -> None:
    one, other = Trainer(EXPERIMENTS["batch norm"]), Trainer(EXPERIMENTS["batch norm"])
    for _ in range(3):
        one.steps(4)
        other.steps(4)
        seen(other)
    assert np.array_equal(one.learner.state.parameters, other.learner.state.parameters)
    assert np.array_equal(one.learner.state.running, other.learner.state.running)
