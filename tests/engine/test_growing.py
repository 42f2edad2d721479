"""Growing: units and layers come and go, and what the network computes stays as it was, as nearly as can be."""

from __future__ import annotations

import numpy as np
import pytest

from hyperscope.engine import textbook
from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array
from hyperscope.engine.grafting import grafted
from hyperscope.engine.parameters import Layout
from hyperscope.engine.settings import Layer, Network

FLOAT = np.dtype(np.float64)
X = np.random.default_rng(0).normal(size=(2, 60))


def logits_before_and_after(old: tuple[Layer, ...], new: tuple[Layer, ...]) -> tuple[Array, Array]:
    before, after = (Layout(Network(layers=layers), 2, 3) for layers in (old, new))
    parameters = before.initial(np.random.default_rng(1), FLOAT)
    running = before.initial_running(FLOAT)
    fresh = after.initial(np.random.default_rng(2), FLOAT)
    grown = grafted(before, after, parameters, running, X, fresh)
    return (
        textbook.forward(before, parameters, running, X, training=False)[-1].output,
        textbook.forward(after, *grown, X, training=False)[-1].output,
    )


@pytest.mark.parametrize("activation", activations)
def test_more_units_change_nothing_at_first(activation: str) -> None:
    before, after = logits_before_and_after((Layer(6, activation),) * 2, (Layer(9, activation), Layer(6, activation)))
    assert np.abs(before - after).max() < 1e-12


@pytest.mark.parametrize("norm", ["off", "before", "after"])
@pytest.mark.parametrize("activation", activations)
def test_a_new_layer_passes_on_what_it_gets(activation: str, norm: str) -> None:
    old = (Layer(6, activation),)
    before, after = logits_before_and_after(old, (*old, Layer(6, activation, norm)))
    # piecewise linear activations can be exact; the others are used where they are nearest to a line
    exact = activation in ("relu", "leaky relu", "elu", "linear")
    assert np.abs(before - after).max() < (1e-9 if exact else 0.1 * np.abs(before).max())


def test_two_new_layers_pass_on_what_they_get() -> None:
    old = (Layer(6, "tanh"),)
    before, after = logits_before_and_after(old, (*old, Layer(6, "tanh"), Layer(8, "relu", "before")))
    assert np.abs(before - after).max() < 0.02 * np.abs(before).max()


def test_new_units_start_from_the_initialiser_and_can_learn() -> None:
    before = Layout(Network(layers=(Layer(4),)), 2, 3)
    after = Layout(Network(layers=(Layer(6),)), 2, 3)
    fresh = after.initial(np.random.default_rng(2), FLOAT)
    parameters, _ = grafted(before, after, before.initial(np.random.default_rng(1), FLOAT), np.zeros(0), X, fresh)
    weights = after.parameters["layer1.weights"]
    assert np.array_equal(weights.of(parameters)[4:], weights.of(fresh)[4:])
    y = np.eye(3)[:, np.arange(60) % 3]
    _, gradient = textbook.loss_and_gradient(after, parameters, X, y)
    assert np.abs(after.parameters["output.weights"].of(gradient)[:, 4:6]).min() > 0


def test_fewer_units_keep_the_first_ones() -> None:
    before, after = Layout(Network(layers=(Layer(6),)), 2, 3), Layout(Network(layers=(Layer(4),)), 2, 3)
    parameters = before.initial(np.random.default_rng(1), FLOAT)
    fresh = after.initial(np.random.default_rng(2), FLOAT)
    kept, _ = grafted(before, after, parameters, np.zeros(0), X, fresh)
    name = "layer1.weights"
    assert np.array_equal(after.parameters[name].of(kept), before.parameters[name].of(parameters)[:4])
