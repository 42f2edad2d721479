"""Every gradient the compiled plan computes, against central differences and against the textbook."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.networks import (
    NORMS,
    central_differences,
    chosen,
    covering,
    examples,
    layout,
    learner,
    loss_and_gradient,
    planned_gradient,
    stirred,
)
from hyperscope.engine import textbook
from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array
from hyperscope.engine.layers import FEW, NARROW
from hyperscope.engine.learner import Learner
from hyperscope.engine.outputs import outputs
from hyperscope.engine.softmax import one_hot

FEW_EXAMPLES, MANY_EXAMPLES = 12, FEW + 5
NARROW_NET, WIDE_NET = (3, 4), (3, NARROW + 2)
OFF_ON = [False, True]
BY_CLASS = (0.3, 5.0)  # of a third class it is 1
Fields = dict[str, Any]


def start(structure: Fields, m: int, **training: Any) -> Learner:
    """A learner whose weights, biases, γ and β are all away from where they start, by steps too short to matter."""
    of = learner(layout(**{"initialiser": "he", **structure}), m, optimiser="sgd", learning_rate=1e-6, **training)
    of.state.parameters[:] = stirred(of.layout, of.state.parameters)
    return of


def agrees(of: Learner) -> bool:
    """Whether the gradient of a step is the slope of the loss the step reports."""
    parameters = of.state.parameters.copy()
    _, gradient = loss_and_gradient(of, parameters)
    slope = central_differences(lambda moved: loss_and_gradient(of, moved)[0], parameters)
    if not of.layout.network.bn_learned:  # the loss does depend on γ and β; they are held all the same
        for name, block in of.layout.parameters.items():
            if name.endswith((".gamma", ".beta")):
                block.of(slope)[:] = 0
    return np.allclose(gradient, slope, rtol=1e-6, atol=1e-6 * np.abs(slope).max() + 1e-10)


# -- against central differences --------------------------------------------------------------------------------------


@chosen(
    activation=activations,
    norm=NORMS,
    output=outputs,
    temperature=[1.0, 0.5, 3.0],
    bn_output=OFF_ON,
    bn_learned=[True, False],
    bn_jolt=[0.0, 0.5],
    dropout=[0.0, 0.4],
    smoothing=[0.0, 0.2],
    weights=["equal", "balanced", "by hand"],
    m=[FEW_EXAMPLES, 20],
)
def test_every_gradient_is_the_slope_of_the_loss_whatever_is_combined(chosen: Fields) -> None:
    structure = {"units": NARROW_NET, **chosen}
    m, smoothing, weights = (structure.pop(name) for name in ("m", "smoothing", "weights"))
    assert agrees(start(structure, m, label_smoothing=smoothing, class_weights=weights, weights_by_class=BY_CLASS))


@pytest.mark.parametrize(
    ("activation", "norm"), [("tanh", "before"), ("relu", "after"), ("gelu", "off"), ("softplus", "before")]
)
def test_every_gradient_of_a_wide_layer_is_the_slope_of_the_loss(activation: str, norm: str) -> None:
    of = start({"units": (2, NARROW + 2), "activation": activation, "norm": norm, "dropout": 0.3}, MANY_EXAMPLES)
    assert agrees(of)


@pytest.mark.parametrize("norm", NORMS)
def test_every_gradient_is_the_slope_of_the_loss_where_all_weights_are_zero(norm: str) -> None:
    of = learner(layout((3, 4), "tanh", norm, initialiser="zero"), 12, optimiser="sgd", learning_rate=1e-6)
    assert agrees(of)


def test_each_member_of_a_crowd_has_the_gradient_of_its_own_loss() -> None:
    x, y = examples(12)
    structure = layout((3, 4), dropout=0.4, bn_jolt=0.3)
    trainings = [learner(structure, optimiser="sgd", learning_rate=1e-6).trainings[0]] * 2
    crowd = Learner(structure, trainings, [5, 6], x, y)
    crowd.steps([np.tile(np.arange(12), (2, 1))])
    for place, seed in enumerate((5, 6)):
        alone = Learner(structure, trainings[0], seed, x, y)
        _, gradient = loss_and_gradient(alone, alone.state.parameters.copy())
        assert np.allclose(crowd.state.gradient[place], gradient, atol=1e-14)


# -- against the textbook ---------------------------------------------------------------------------------------------


def apart(of: Learner, m: int, *, safe: bool) -> float:
    """How far the plan's gradient is from the textbook's."""
    x, y = examples(m)
    _, gradient = planned_gradient(of, x, y, safe=safe)
    _, expected = textbook.loss_and_gradient(of.layout, of.state.parameters, x, one_hot(y, 3))
    return float(np.abs(gradient - expected).max())


@chosen(
    activation=activations,
    norm=NORMS,
    output=outputs,
    temperature=[1.0, 2.0],
    bn_output=OFF_ON,
    bn_learned=[True, False],
    units=[NARROW_NET, WIDE_NET],
    m=[FEW_EXAMPLES, MANY_EXAMPLES],
    safe=OFF_ON,
)
def test_every_gradient_is_the_textbooks(chosen: Fields) -> None:
    structure = dict(chosen)
    m, safe = structure.pop("m"), structure.pop("safe")
    assert apart(start(structure, m), m, safe=safe) < 1e-10


@chosen(norm=NORMS, output=outputs, temperature=[1.0, 2.0], m=[FEW_EXAMPLES, MANY_EXAMPLES])
def test_the_loss_of_a_step_is_the_textbooks(chosen: Fields) -> None:
    structure = {"units": WIDE_NET, **chosen}
    m = structure.pop("m")
    of = start(structure, m)
    x, y = examples(m)
    expected, _ = textbook.loss_and_gradient(of.layout, of.state.parameters, x, one_hot(y, 3))
    assert of.steps([np.arange(m)])[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("n", "m", "norm"), covering(n=[1, NARROW, NARROW + 1], m=[1, 2, FEW, FEW + 1], norm=NORMS))
def test_gradients_hold_on_both_sides_of_where_the_plan_changes(n: int, m: int, norm: str) -> None:
    assert apart(start({"units": (n, n), "norm": norm}, 70), m, safe=False) < 1e-10


@pytest.mark.parametrize("norms", [("off", "before", "after"), ("after", "off", "before"), ("before", "after", "off")])
def test_gradients_hold_where_layers_differ_in_batch_norm(norms: tuple[str, ...]) -> None:
    of = start({"units": (4, NARROW + 3, 5), "activation": "sigmoid", "norm": norms}, 40)
    assert apart(of, 40, safe=False) < 1e-10


@pytest.mark.parametrize("output", outputs)
@pytest.mark.parametrize("bn_output", OFF_ON)
def test_gradients_hold_without_hidden_layers(bn_output: bool, output: str) -> None:
    assert apart(start({"units": (), "output": output, "bn_output": bn_output}, 40), 40, safe=False) < 1e-12


# -- batch norm that is not learned -----------------------------------------------------------------------------------


def norms_of(of: Learner) -> Array:
    """All γ and β, one after the other."""
    blocks = of.layout.parameters.items()
    return np.concatenate([b.of(of.state.parameters) for name, b in blocks if name.endswith((".gamma", ".beta"))])


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam"])
def test_gamma_and_beta_that_are_not_learned_stay_as_they_are(optimiser: str) -> None:
    of = learner(layout(bn_learned=False, bn_output=True), optimiser=optimiser)
    before = norms_of(of)
    of.steps(np.split(np.tile(np.arange(40), 20), 20))
    assert np.array_equal(norms_of(of), before)


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam", "adamw"])
def test_gamma_and_beta_stop_where_they_are_when_they_are_no_longer_learned(optimiser: str) -> None:
    of = learner(layout(), optimiser=optimiser)
    of.steps([np.arange(40)] * 5)
    of.adapt(layout(bn_learned=False))
    before = norms_of(of)
    of.steps([np.arange(40)] * 5)
    assert np.array_equal(norms_of(of), before)


def test_gamma_and_beta_go_on_learning_when_told_to_again() -> None:
    of = learner(layout(bn_learned=False))
    of.adapt(layout())
    before = norms_of(of)
    of.steps([np.arange(40)] * 5)
    assert (norms_of(of) != before).all()


@pytest.mark.parametrize("output", outputs)
@pytest.mark.parametrize("norm", NORMS)
def test_weights_of_classes_are_those_of_the_textbook_in_loss_and_gradient(output: str, norm: str) -> None:
    of = start({"output": output, "norm": norm}, 20, class_weights="by hand", weights_by_class=BY_CLASS)
    parameters = of.state.parameters.copy()
    loss, gradient = loss_and_gradient(of, parameters)
    x, y = examples(20)
    expected = textbook.loss_and_gradient(of.layout, parameters, x, one_hot(y, 3), np.array([0.3, 5.0, 1.0]))
    assert loss == pytest.approx(expected[0], rel=1e-12)
    np.testing.assert_allclose(gradient, expected[1], rtol=1e-9, atol=1e-12)
