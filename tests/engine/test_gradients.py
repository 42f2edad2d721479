"""The compiled plan's gradients, against central differences and against the textbook."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from engine.networks import NORMS, examples, layout, learner, planned_gradient, stirred

from hyperscope.engine import textbook
from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array
from hyperscope.engine.initialisers import initialisers
from hyperscope.engine.layers import FEW, NARROW
from hyperscope.engine.learner import Learner
from hyperscope.engine.softmax import losses_per_example, one_hot

NARROW_NET, WIDE_NET = (3, 4), (3, NARROW + 2)
FEW_EXAMPLES, MANY_EXAMPLES = 12, FEW + 5
H = 1e-5  # with five points the error is of the order of H⁴, and rounding costs about 1e-16 / H


def start(activation: str, norm: str, initialiser: str, units: tuple[int, ...], m: int) -> Learner:
    structure = layout(units, activation, norm, initialiser=initialiser, initial_scale=0.5)
    result = learner(structure, m, optimiser="sgd", learning_rate=1e-6)
    if initialiser != "zero":  # there every slope is looked at where it starts, at exactly 0
        result.state.parameters[:] = stirred(structure, result.state.parameters)
    return result


def numerical(of: Learner, x: Array, y: Array) -> Array:
    """The gradient (P,) of the plan's own loss by five-point central differences."""
    parameters = of.state.parameters
    labels = one_hot(y, of.layout.classes)

    def loss() -> float:
        logits, _ = planned_gradient(of, x, y, safe=False)
        return float(losses_per_example(logits, labels).mean())

    result = np.empty_like(parameters)
    for place, value in enumerate(parameters):
        found = []
        for step in (-2, -1, 1, 2):
            parameters[place] = value + step * H
            found.append(loss())
        parameters[place] = value
        result[place] = (found[0] - 8 * found[1] + 8 * found[2] - found[3]) / (12 * H)
    return result


every_network = (
    pytest.mark.parametrize("m", [FEW_EXAMPLES, MANY_EXAMPLES]),
    pytest.mark.parametrize("units", [NARROW_NET, WIDE_NET]),
    pytest.mark.parametrize("initialiser", initialisers),
    pytest.mark.parametrize("norm", NORMS),
    pytest.mark.parametrize("activation", activations),
)


def for_every_network(test: Callable[..., None]) -> Callable[..., None]:
    """Runs a test with each activation, place of batch norm, initialiser, narrow and wide, on few and many examples."""
    for mark in every_network:
        test = mark(test)
    return test


@for_every_network
def test_every_gradient_is_the_slope_of_the_loss(
    activation: str, norm: str, initialiser: str, units: tuple[int, ...], m: int
) -> None:
    of = start(activation, norm, initialiser, units, m)
    x, y = examples(m)
    _, gradient = planned_gradient(of, x, y, safe=False)
    slope = numerical(of, x, y)
    assert np.allclose(gradient, slope, rtol=1e-6, atol=1e-6 * np.abs(slope).max() + 1e-10)


@pytest.mark.parametrize("safe", [False, True])
@for_every_network
def test_every_gradient_is_the_textbooks(
    activation: str, norm: str, initialiser: str, units: tuple[int, ...], m: int, safe: bool
) -> None:
    of = start(activation, norm, initialiser, units, m)
    x, y = examples(m)
    _, gradient = planned_gradient(of, x, y, safe=safe)
    _, expected = textbook.loss_and_gradient(of.layout, of.state.parameters, x, one_hot(y, 3))
    assert np.abs(gradient - expected).max() < 1e-10


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("m", [FEW_EXAMPLES, MANY_EXAMPLES])
def test_the_loss_of_a_step_is_the_textbooks(m: int, norm: str) -> None:
    of = start("tanh", norm, "he", WIDE_NET, m)
    x, y = examples(m)
    expected, _ = textbook.loss_and_gradient(of.layout, of.state.parameters, x, one_hot(y, 3))
    assert of.steps([np.arange(m)])[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("m", [1, 2, FEW, FEW + 1])
@pytest.mark.parametrize("n", [1, NARROW, NARROW + 1])
def test_gradients_hold_on_both_sides_of_where_the_plan_changes(n: int, m: int, norm: str) -> None:
    of = learner(layout((n, n), "tanh", norm), 70)
    x, y = examples(m)
    _, gradient = planned_gradient(of, x, y, safe=False)
    _, expected = textbook.loss_and_gradient(of.layout, of.state.parameters, x, one_hot(y, 3))
    assert np.abs(gradient - expected).max() < 1e-10


@pytest.mark.parametrize("norms", [("off", "before", "after"), ("after", "off", "before"), ("before", "after", "off")])
def test_gradients_hold_where_layers_differ_in_batch_norm(norms: tuple[str, ...]) -> None:
    of = learner(layout((4, NARROW + 3, 5), "sigmoid", norms))
    x, y = examples(40)
    _, gradient = planned_gradient(of, x, y, safe=False)
    _, expected = textbook.loss_and_gradient(of.layout, of.state.parameters, x, one_hot(y, 3))
    assert np.abs(gradient - expected).max() < 1e-10


def test_a_network_without_hidden_layers_has_the_gradient_of_softmax_regression() -> None:
    of = learner(layout(()))
    x, y = examples(40)
    _, gradient = planned_gradient(of, x, y, safe=False)
    _, expected = textbook.loss_and_gradient(of.layout, of.state.parameters, x, one_hot(y, 3))
    assert np.abs(gradient - expected).max() < 1e-12


@pytest.mark.parametrize("activation", activations)
def test_an_activations_slope_is_the_slope_of_its_value(activation: str) -> None:
    function = activations[activation]
    z = np.linspace(-4, 4, 50)  # 0, where ReLU has a kink, is not among them
    slope = (function.value(z + 1e-6) - function.value(z - 1e-6)) / 2e-6
    assert np.allclose(function.slope(z), slope, atol=1e-8)


@pytest.mark.parametrize("activation", activations)
def test_an_activation_is_nowhere_steeper_than_it_says(activation: str) -> None:
    function = activations[activation]
    steepest = function.slope(np.linspace(-4, 4, 801)).max()
    assert steepest == pytest.approx(function.steepest, abs=1e-12)
