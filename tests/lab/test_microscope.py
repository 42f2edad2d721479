"""The microscope's records: each figure is what the formulas give in float64, each gradient what differences say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hyperscope.engine import textbook
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.engine.softmax import losses_per_example, one_hot
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.batch_statistics import DRAWS, OfUnit, batch_statistics, lag
from hyperscope.lab.probes.microscope import Magnified, Unit, microscope
from hyperscope.lab.training.trainer import Trainer

NETWORK = Network(layers=(Layer(6, "tanh", "before"), Layer(5, "sigmoid", "after"), Layer(4, "tanh")), bn_output=True)
BEFORE, AFTER, OFF, OUTPUT = 0, 1, 2, 3
FAR = 1e-6  # relative
each_layer = pytest.mark.parametrize("layer", [BEFORE, AFTER, OFF, OUTPUT], ids=["before", "after", "off", "output"])
each_norm = pytest.mark.parametrize("layer", [BEFORE, AFTER, OUTPUT], ids=["before", "after", "output"])


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    made = Trainer(Experiment(data=Data(points=120), network=NETWORK, training=Training(learning_rate=0.03), seed=4))
    made.steps(47)
    return made


def g(layer: int) -> Any:
    return {BEFORE: np.tanh, AFTER: lambda z: 1 / (1 + np.exp(-z)), OFF: np.tanh, OUTPUT: lambda z: z}[layer]


def arrays(trainer: Trainer) -> dict[str, Any]:
    return {name: values.astype(np.float64) for name, values in trainer.weights().items()}


def normalised(values: Any, epsilon: float) -> Any:
    mean = values.mean(axis=1, keepdims=True)
    return (values - mean) / np.sqrt(((values - mean) ** 2).mean(axis=1, keepdims=True) + epsilon)


def entering(trainer: Trainer, layer: int) -> tuple[Any, Any]:
    """z of a layer, and what enters the layer, for the last mini-batch, from the arrays alone."""
    found, epsilon = arrays(trainer), trainer.experiment.network.bn_epsilon
    a = trainer.examples.x_train[:, trainer.last_batch].astype(np.float64)
    for number, name in enumerate(trainer.layout.names):
        bias = found.get(f"{name}.bias")
        z = found[f"{name}.weights"] @ a + (0 if bias is None else bias[:, None])
        if number == layer:
            return z, a
        gamma, beta = (found[f"{name}.{part}"][:, None] if number != OFF else 1.0 for part in ("gamma", "beta"))
        if number == BEFORE:
            a = g(number)(gamma * normalised(z, epsilon) + beta)
        elif number == AFTER:
            a = gamma * normalised(g(number)(z), epsilon) + beta
        else:
            a = g(number)(z)
    raise AssertionError(layer)


def loss_from(trainer: Trainer, layer: int, unit: int, stage: int, values: Any) -> float:
    """The mean loss of the last mini-batch, one unit's values (m,) being given from a stage on."""
    found, epsilon = arrays(trainer), trainer.experiment.network.bn_epsilon
    name = trainer.layout.names[layer]
    gamma, beta = (found[f"{name}.{part}"][unit] for part in ("gamma", "beta"))
    order = [lambda v: v - v.mean(), lambda v: v / np.sqrt((v**2).mean() + epsilon), lambda v: gamma * v + beta]
    order = [g(layer), *order] if layer == AFTER else [*order, g(layer)]
    for step in order[stage:]:
        values = step(values)
    parameters = trainer.parameters.astype(np.float64)
    running = trainer.running.astype(np.float64)
    z, _ = entering(trainer, layer)
    a = textbook.from_sums(trainer.layout, layer, parameters, running, z, training=True).output.copy()
    a[unit] = values
    for number in range(layer + 1, len(trainer.layout.names)):
        a = textbook.through(trainer.layout, number, parameters, running, a, training=True).output
    y = one_hot(trainer.examples.y_train[trainer.last_batch], trainer.layout.classes)
    return float(losses_per_example(a, y).mean())


@each_layer
def test_every_stage_is_what_the_formulas_give(trainer, layer):
    shown = microscope(trainer, Unit(layer, 1))
    z, _ = entering(trainer, layer)
    values = g(layer)(z) if layer == AFTER else z
    epsilon = trainer.experiment.network.bn_epsilon
    hat = normalised(values, epsilon)
    found, name = arrays(trainer), trainer.layout.names[layer]
    gamma, beta = (
        found[f"{name}.{p}"][:, None] if layer != OFF else default for p, default in (("gamma", 1), ("beta", 0))
    )
    y = gamma * hat + beta
    centred = values - values.mean(axis=1, keepdims=True)
    if layer == AFTER:
        expected = [z, values, centred, hat, y]
    else:
        last = y
        if layer == OUTPUT:
            last = np.exp(y) / np.exp(y).sum(axis=0)
        elif layer == OFF:
            last = g(layer)(hat)
        else:
            last = g(layer)(y)
        expected = [z, centred, hat, y, last]
    np.testing.assert_allclose(shown.stages, np.stack([part[1] for part in expected]), rtol=FAR, atol=1e-9)
    assert shown.mean == pytest.approx(values[1].mean(), rel=FAR)
    assert shown.variance == pytest.approx(values[1].var(), rel=FAR)


@each_norm
def test_at_test_time_the_running_averages_are_used(trainer, layer):
    shown = microscope(trainer, Unit(layer, 1, training=False))
    name, found = trainer.layout.names[layer], arrays(trainer)
    mean, variance = found[f"{name}.running_mean"][1], found[f"{name}.running_variance"][1]
    assert (shown.mean, shown.variance) == pytest.approx((mean, variance), rel=FAR)
    at = 1 if layer == AFTER else 0
    hat = (shown.stages[at] - mean) / np.sqrt(variance + shown.epsilon)
    np.testing.assert_allclose(shown.stages[at + 2], hat, rtol=FAR, atol=1e-9)
    assert shown.backward is None


@each_norm
@pytest.mark.parametrize("stage", range(5))
def test_the_gradient_at_every_stage_is_what_central_differences_say(trainer, layer, stage):
    shown = microscope(trainer, Unit(layer, 2))
    assert shown.backward is not None
    last = layer == OUTPUT and stage == 4
    values, h = shown.stages[3 if last else stage], 1e-5
    found = []
    for example in range(values.size):
        step = np.zeros_like(values)
        step[example] = h
        losses = [loss_from(trainer, layer, 2, 3 if last else stage, values + sign * step) for sign in (1, -1)]
        found.append((losses[0] - losses[1]) / (2 * h))
    np.testing.assert_allclose(shown.backward.stages[stage], found, rtol=1e-4, atol=1e-9)


@each_norm
def test_the_two_sums_and_the_weights_gradient_are_those_of_training(trainer, layer):
    shown = microscope(trainer, Unit(layer, 2))
    assert shown.backward is not None
    batch = trainer.last_batch
    x = trainer.examples.x_train[:, batch].astype(np.float64)
    y = one_hot(trainer.examples.y_train[batch], trainer.layout.classes)
    _, gradient = textbook.loss_and_gradient(trainer.layout, trainer.parameters.astype(np.float64), x, y)
    name, blocks = trainer.layout.names[layer], trainer.layout.parameters
    of = {part: blocks[f"{name}.{part}"].of(gradient)[2] for part in ("gamma", "beta", "weights")}
    _, before = entering(trainer, layer)
    assert shown.backward.gamma == pytest.approx(of["gamma"], rel=FAR)
    assert shown.backward.beta == pytest.approx(of["beta"], rel=FAR)
    assert shown.backward.weights == pytest.approx(np.linalg.norm(of["weights"][: len(before)]), rel=FAR)


@pytest.mark.parametrize("layer", [BEFORE, OUTPUT])
def test_a_bias_before_batch_norm_changes_nothing_and_its_gradient_is_0(trainer, layer):
    plain, shifted = (microscope(trainer, Unit(layer, 1, bias=bias)) for bias in (0.0, 3.5))
    np.testing.assert_allclose(shifted.stages[0], plain.stages[0] + 3.5, rtol=FAR)
    np.testing.assert_allclose(shifted.stages[1:], plain.stages[1:], rtol=FAR, atol=1e-9)
    assert shifted.backward is not None and abs(shifted.backward.bias) < 1e-15


def test_a_bias_that_batch_norm_follows_after_the_activation_does_count(trainer):
    plain, shifted = (microscope(trainer, Unit(AFTER, 1, bias=bias)) for bias in (0.0, 3.5))
    assert np.abs(shifted.stages[3] - plain.stages[3]).max() > 1e-3
    assert plain.backward is not None and abs(plain.backward.bias) > 1e-9


def test_weights_five_times_as_large_change_nothing_and_have_a_fifth_of_the_gradient(trainer):
    plain, larger = (microscope(trainer, Unit(BEFORE, 1, scale=scale)) for scale in (1.0, 5.0))
    root = np.sqrt(plain.variance + plain.epsilon)
    np.testing.assert_allclose(larger.stages[2:], plain.stages[2:], atol=3 * plain.epsilon / root**2)
    assert plain.backward is not None and larger.backward is not None
    assert larger.backward.weights == pytest.approx(plain.backward.weights / 5, rel=1e-3)


@each_norm
def test_what_is_normalised_has_mean_0_and_variance_1_less_epsilons_share(trainer, layer):
    shown = microscope(trainer, Unit(layer, 0))
    hat = shown.stages[3 if layer == AFTER else 2]
    assert abs(hat.mean()) < 1e-12
    assert hat.var() == pytest.approx(1 - shown.epsilon / (shown.variance + shown.epsilon), rel=FAR)


def test_an_example_alone_is_its_own_mean(trainer):
    shown = microscope(trainer, Unit(BEFORE, 1))
    assert shown.alone.itself == 0
    assert shown.alone.example == shown.numbers[0]
    assert shown.alone.batch == pytest.approx(shown.stages[2, 0], rel=FAR)
    at_test_time = microscope(trainer, Unit(BEFORE, 1, training=False))
    assert shown.alone.running == pytest.approx(at_test_time.stages[2, 0], rel=FAR)


def test_dropout_is_as_the_last_mini_batch_had_it():
    network = Network(layers=(Layer(6, "tanh", "before", 0.5), Layer(6, "tanh", "before")))
    trainer = Trainer(Experiment(data=Data(points=90), network=network))
    trainer.steps(5)
    masks = trainer.dropout_masks(len(trainer.last_batch))
    x = trainer.examples.x_train[:, trainer.last_batch].astype(np.float64)
    parameters = trainer.parameters.astype(np.float64)
    traces = textbook.forward(trainer.layout, parameters, trainer.running, x, training=True, masks=masks)
    np.testing.assert_allclose(microscope(trainer, Unit(1, 3)).stages[0], traces[1].z[3], rtol=FAR)


def test_a_unit_that_is_not_there_is_the_nearest(trainer):
    shown = microscope(trainer, Unit(99, 99))
    assert isinstance(shown, Magnified) and (shown.layer, shown.unit) == (2, 3)


def test_looking_changes_nothing(trainer):
    before = trainer.parameters.tobytes() + trainer.running.tobytes() + trainer.last_batch.tobytes()
    microscope(trainer, Unit(BEFORE, 1, bias=2.0, scale=5.0))
    batch_statistics(trainer, OfUnit(BEFORE, 1))
    assert trainer.parameters.tobytes() + trainer.running.tobytes() + trainer.last_batch.tobytes() == before


# -- the averages -----------------------------------------------------------------------------------------------------


def test_each_mini_batch_has_the_mean_and_variance_of_its_values(trainer):
    found = batch_statistics(trainer, OfUnit(BEFORE, 1))
    order = trainer.order.batches(32, trainer.position.__class__(trainer.position.epoch, 0), len(found.mean))[0]
    weights = arrays(trainer)["layer1.weights"][1]
    values = [weights @ trainer.examples.x_train[:, batch] for batch in order]
    np.testing.assert_allclose(found.mean, [v.mean() for v in values], rtol=FAR)
    np.testing.assert_allclose(found.variance, [v.var() for v in values], rtol=FAR)
    whole = weights @ trainer.examples.x_train
    assert (found.whole_mean, found.whole_variance) == pytest.approx((whole.mean(), whole.var()), rel=FAR)
    average = 0.0
    for v in values:
        average = 0.9 * average + 0.1 * v.mean()
    assert found.running_mean[-1] == pytest.approx(average, rel=FAR)


@pytest.mark.parametrize(("momentum", "batches"), [(0.9, 29), (0.99, 299)])
def test_an_average_has_taken_in_95_per_cent_of_a_change_after_so_many_batches(momentum, batches):
    assert lag(momentum) == batches
    assert 1 - momentum**batches >= 0.95 > 1 - momentum ** (batches - 1)


def test_the_noise_of_the_mean_falls_as_the_root_of_m(trainer):
    found = batch_statistics(trainer, OfUnit(BEFORE, 1))
    n = trainer.training_examples
    expected = np.sqrt((n - found.sizes) / (n - 1) / found.sizes)  # drawn without putting back
    np.testing.assert_allclose(found.noise, expected, rtol=4 / np.sqrt(2 * DRAWS))
