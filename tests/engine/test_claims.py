"""Known results of the subject that the engine must reproduce; each test names the claim it checks."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from engine.networks import NORMS, batches, covering, examples, layout, learner
from hyperscope.engine import textbook
from hyperscope.engine.activations import activations, sigmoid
from hyperscope.engine.learner import Learner
from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.parameters import Layout
from hyperscope.engine.settings import Training
from hyperscope.engine.softmax import cross_entropy, losses_per_example, one_hot, softmax

COURSE = np.array([[5.0], [2.0], [-1.0], [3.0]])
WHOLE = np.arange(40)
THROUGH_ZERO = [name for name, entry in activations.items() if entry.value(np.zeros(1)) == 0]


def shown(p: np.ndarray) -> list[float]:
    return [round(float(value), 4) for value in p[:, 0]]


def test_softmax_of_the_courses_example_is_as_in_the_course() -> None:
    """E1: z = [5, 2, −1, 3] gives e^z = 148.41, 7.39, 0.37, 20.09 and p = .8420, .0419, .0021, .1140."""
    assert [round(float(t), 2) for t in np.exp(COURSE)[:, 0]] == [148.41, 7.39, 0.37, 20.09]
    assert shown(softmax(COURSE)) == [0.8420, 0.0419, 0.0021, 0.1140]


def test_adding_a_thousand_to_every_logit_changes_no_probability() -> None:
    """E2: softmax(z + 1000) = softmax(z), without overflow."""
    assert np.allclose(softmax(COURSE + 1000), softmax(COURSE), rtol=1e-12)


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [
        (0.5, [0.9796, 0.0024, 0.0000, 0.0179]),
        (2, [0.6095, 0.1360, 0.0303, 0.2242]),
        (10, [0.3217, 0.2383, 0.1766, 0.2634]),
        (0.05, [1, 0, 0, 0]),
    ],
)
def test_temperature_sharpens_and_flattens_softmax(temperature: float, expected: list[float]) -> None:
    """E3: low temperatures lead to hardmax, high ones to equal shares."""
    assert shown(softmax(COURSE, temperature)) == expected


def test_loss_and_gradient_of_the_courses_example_are_as_in_the_course() -> None:
    """E4: class 2 of four, p = [.3, .2, .1, .4] gives L = 1.6094 and dz = [.3, −.8, .1, .4]."""
    loss, gradient = cross_entropy(np.log([[0.3], [0.2], [0.1], [0.4]]), one_hot(np.array([1]), 4))
    assert round(float(loss), 4) == 1.6094
    assert np.allclose(gradient[:, 0], [0.3, -0.8, 0.1, 0.4], atol=1e-15)


@pytest.mark.parametrize(("classes", "norm"), [(2, "off"), (3, "before"), (6, "after"), (10, "off")])
def test_an_untrained_network_with_zero_weights_has_the_loss_ln_c(classes: int, norm: str) -> None:
    """E5: with C classes and zero weights the loss is ln C."""
    of = learner(layout((6, 5), "relu", norm, classes=classes, initialiser="zero"))
    assert of.steps([WHOLE])[0] == pytest.approx(np.log(classes), abs=1e-14)


def test_softmax_of_two_classes_is_the_logistic_function() -> None:
    """E6: softmax([1.7, .4])₁ = σ(1.3) = .785835."""
    p = softmax(np.array([[1.7], [0.4]]))[0, 0]
    assert p == pytest.approx(float(sigmoid(np.array(1.3))), abs=1e-15)
    assert round(float(p), 6) == 0.785835


def test_training_on_two_classes_is_logistic_regression() -> None:
    """E6: the difference of the two weight rows moves as the weights of logistic regression at twice the rate."""
    structure = layout((), classes=2)
    x, y = examples(40, 2, 2)
    of = learner(structure, optimiser="sgd", learning_rate=0.1)
    block = structure.parameters["output.weights"].of(of.state.parameters)
    w = block[1] - block[0]
    rows = np.concatenate([x, np.ones((1, 40))])
    for _ in range(30):
        of.steps([WHOLE])
        w = w - 2 * 0.1 * rows @ (1 / (1 + np.exp(-(w @ rows))) - y) / 40
    assert np.allclose(block[1] - block[0], w, atol=1e-12)


def test_running_means_are_exponentially_weighted_averages() -> None:
    """E7: β = .98 over 40 and 49 gives v = .8 and 1.764."""
    structure = layout((1,), "linear", "before", inputs=1, classes=2, bn_momentum=0.98, initialiser="zero")
    training = Training(optimiser="sgd", learning_rate=1e-6, precision="float64")
    x = np.array([[39.0, 41, 48, 50]])
    of = Learner(structure, training, 1, x, np.array([0, 1, 0, 1]))
    structure.parameters["layer1.weights"].of(of.state.parameters)[:] = 1  # the output's zeros give it no gradient
    found = []
    for batch in ([0, 1], [2, 3]):
        of.steps([np.array(batch)])
        found.append(float(structure.running["layer1.mean"].of(of.state.running)[0]))
    assert found == pytest.approx([0.8, 1.764], abs=1e-12)


def test_adams_bias_correction_makes_early_averages_true() -> None:
    """E7: β = .98 over 40 and 49, corrected by 1 − βᵗ, gives 40 and 44.545."""
    constants = {"beta1": 0.98, "beta2": 0.5, "epsilon": 1e-8, "bias_correction": 1.0}
    products = {"beta1": 0.98 ** np.arange(1, 3), "beta2": 0.5 ** np.arange(1, 3)}
    rate, _ = optimisers["adam"].rates(
        np.ones(2), {name: np.array(value) for name, value in constants.items()}, products
    )
    second = np.sqrt((1 - 0.5) / (1 - products["beta2"]))
    summed = np.array([40, 0.98 * 40 + 49])  # as Adam keeps its first moment: m / (1 − β)
    assert np.allclose(summed * rate * second, [40, 44.545], atol=5e-4)


@pytest.mark.parametrize("size", [1e-4, 1.0, 1e4])
def test_adams_first_step_has_the_length_of_the_learning_rate(size: float) -> None:
    """E8: |Δw| = α whatever the size of the gradient."""
    structure = layout((), inputs=1, classes=2)
    training = Training(optimiser="adam", learning_rate=0.01, epsilon=1e-10, precision="float64")
    of = Learner(structure, training, 1, np.array([[size]]), np.array([0]))
    of.state.parameters[:] = 0
    of.steps([np.array([0])])
    moved = np.abs(structure.parameters["output.weights"].of(of.state.parameters)[:, 0])
    assert np.allclose(moved, 0.01, rtol=1e-5)


@pytest.mark.parametrize("units", [6, 30])
def test_batch_norms_output_has_mean_0_and_variance_1_less_a_trace_of_epsilon(units: int) -> None:
    """E10: per unit the mean of ẑ is 0 and its variance 1 − ε / (σ² + ε)."""
    structure = layout((units,), "linear", "before", bn_epsilon=0.05)
    of = learner(structure)
    x, _ = examples()
    trace = textbook.forward(structure, of.state.parameters, of.state.running, x, training=True)[0]
    assert trace.normalised is not None
    variance = trace.z.var(axis=1)
    assert np.allclose(trace.normalised.mean(axis=1), 0, atol=1e-13)
    assert np.allclose(trace.normalised.var(axis=1), 1 - 0.05 / (variance + 0.05), rtol=1e-12)


def test_gamma_and_beta_can_undo_batch_norm() -> None:
    """E10: γ = √(σ² + ε), β = μ returns z."""
    structure = layout((6,), "linear", "before")
    of = learner(structure)
    x, _ = examples()
    z = textbook.forward(structure, of.state.parameters, of.state.running, x, training=True)[0].z
    structure.parameters["layer1.gamma"].of(of.state.parameters)[:] = np.sqrt(z.var(axis=1) + 1e-5)
    structure.parameters["layer1.beta"].of(of.state.parameters)[:] = z.mean(axis=1)
    trace = textbook.forward(structure, of.state.parameters, of.state.running, x, training=True)[0]
    assert trace.y is not None
    assert np.allclose(trace.y, z, atol=1e-12)


@pytest.mark.parametrize("units", [6, 30])
def test_batch_norm_does_not_see_the_scale_of_the_weights(units: int) -> None:
    """E11: BN(5 W x) = BN(W x), up to ε."""
    structure = layout((units,), "tanh", "before", bn_epsilon=1e-8)
    plain, scaled = learner(structure), learner(structure)
    structure.parameters["layer1.weights"].of(scaled.state.parameters)[:] *= 5
    assert scaled.steps([WHOLE])[0] == pytest.approx(plain.steps([WHOLE])[0], abs=1e-7)


def with_bias(structure: Layout, of: Learner, bias: float) -> tuple[Layout, Learner]:
    """The same network fed a further input that is always 1, whose weight is a bias before batch norm."""
    x, y = examples()
    wider = Layout(structure.network, structure.inputs + 1, structure.classes)
    result = Learner(wider, of.trainings[0], 3, np.concatenate([x, np.ones((1, 40))]), y)
    for name, block in structure.parameters.items():
        wider.parameters[name].of(result.state.parameters)[..., : block.shape[-1]] = block.of(of.state.parameters)
    wider.parameters["layer1.weights"].of(result.state.parameters)[:, -1] = bias
    return wider, result


@pytest.mark.parametrize("units", [6, 30])
def test_a_bias_before_batch_norm_changes_nothing_and_has_no_gradient(units: int) -> None:
    """E11: batch norm subtracts it again, so the loss is the same and the bias's gradient is 0."""
    structure = layout((units,), "tanh", "before")
    of = learner(structure, optimiser="sgd")
    wider, biased = with_bias(structure, of, 3.0)
    assert biased.steps([WHOLE])[0] == pytest.approx(of.steps([WHOLE])[0], abs=1e-12)
    assert np.abs(wider.parameters["layer1.weights"].of(biased.state.gradient)[:, -1]).max() < 1e-13


@pytest.mark.parametrize(("norm", "optimiser"), covering(norm=NORMS, optimiser=optimisers))
def test_units_that_start_equal_stay_equal(norm: str, optimiser: str) -> None:
    """E15: with equal initial weights the units of a hidden layer never part."""
    structure = layout((4, 3), "tanh", norm, initialiser="constant", initial_scale=0.3)
    of = learner(structure, optimiser=optimiser, learning_rate=0.05)
    of.steps(batches(50))
    for name in ("layer1", "layer2"):
        rows = structure.parameters[f"{name}.weights"].of(of.state.parameters)
        assert np.allclose(rows, rows[0], atol=1e-9)


@pytest.mark.parametrize(("norm", "activation"), covering(norm=NORMS, activation=THROUGH_ZERO))
def test_zero_weights_stay_zero_and_the_loss_stays_ln_c(norm: str, activation: str) -> None:
    """E15: where g(0) = 0 no weight ever gets a gradient; with balanced classes the output's bias gets none either."""
    structure = layout((4, 3), activation, norm, initialiser="zero")
    x, y = examples(39)
    of = Learner(structure, Training(optimiser="sgd", learning_rate=1.0, precision="float64"), 3, x, y)
    losses = of.steps([np.arange(39)] * 50)
    assert np.allclose(losses, np.log(3), atol=1e-12)
    for name in structure.names:
        assert np.abs(structure.parameters[f"{name}.weights"].of(of.state.parameters)).max() < 1e-12


def test_sigmoid_units_at_zero_weights_do_learn_but_all_the_same() -> None:
    """E15's limit: σ(0) = 1/2 is not 0, so the output's weights get a gradient; the units still stay equal."""
    structure = layout((4, 3), "sigmoid", "off", initialiser="zero")
    of = learner(structure, optimiser="sgd", learning_rate=1.0)
    of.change(msgspec.structs.replace(of.trainings[0], learning_rate=0.5))
    of.steps(batches(50))
    rows = structure.parameters["layer1.weights"].of(of.state.parameters)
    assert rows.any()
    assert np.allclose(rows, rows[0], atol=1e-12)


def test_equal_chances_cost_ln_c() -> None:
    """E5, from the formula: −ln(1/C)."""
    assert losses_per_example(np.zeros((3, 1)), one_hot(np.array([1]), 3))[0] == pytest.approx(np.log(3))
