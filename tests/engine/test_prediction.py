"""Prediction: batch norm folded into the weights, against the textbook in evaluation mode."""

from __future__ import annotations

import numpy as np
import pytest

from engine.networks import NORMS, batches, covering, examples, layout, learner, stirred, stirred_running
from hyperscope.engine import textbook
from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array
from hyperscope.engine.outputs import outputs
from hyperscope.engine.parameters import Layout
from hyperscope.engine.prediction import BLOCK, Predictor, folded, score
from hyperscope.engine.softmax import softmax

FLOAT = np.dtype(np.float64)


def trained(structure: Layout) -> tuple[Array, Array]:
    """Parameters and running statistics as they might be in the middle of training."""
    return stirred(structure, structure.initial(np.random.default_rng(5), FLOAT)), stirred_running(structure)


@pytest.mark.parametrize("norms", covering(first=NORMS, second=NORMS, third=NORMS), ids="-".join)
def test_folded_logits_are_the_textbooks_at_test_time(norms: tuple[str, ...]) -> None:
    structure = layout((6, 30, 5), "tanh", norms)
    parameters, running = trained(structure)
    x, _ = examples(50)
    logits = Predictor(structure, FLOAT).logits(folded(structure, parameters, running), x)
    expected = textbook.forward(structure, parameters, running, x, training=False)[-1].output
    assert np.abs(logits - expected).max() < 1e-12


@pytest.mark.parametrize(("norm", "activation"), covering(norm=NORMS, activation=activations))
def test_each_layers_outputs_are_the_textbooks_at_test_time(norm: str, activation: str) -> None:
    structure = layout((6, 5), activation, norm)
    parameters, running = trained(structure)
    x, _ = examples(50)
    outputs = Predictor(structure, FLOAT).activations(folded(structure, parameters, running), x)
    traces = textbook.forward(structure, parameters, running, x, training=False)
    assert len(outputs) == 3
    for output, trace in zip(outputs, traces, strict=True):
        assert np.abs(output - trace.output).max() < 1e-12


@pytest.mark.parametrize("m", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 5])
def test_any_number_of_examples_is_predicted_alike(m: int) -> None:
    structure = layout((6, 5), norm="after")
    parameters, running = trained(structure)
    x = np.random.default_rng(1).normal(size=(2, m))
    logits = Predictor(structure, FLOAT).logits(folded(structure, parameters, running), x)
    expected = textbook.forward(structure, parameters, running, x, training=False)[-1].output
    assert np.allclose(logits, expected, atol=1e-12)


def test_a_predictor_used_for_many_sizes_in_turn_stays_right() -> None:
    structure = layout((6, 5))
    parameters, running = trained(structure)
    layers, predictor = folded(structure, parameters, running), Predictor(structure, FLOAT)
    for m in (*range(1, 15), 3):
        x = np.random.default_rng(m).normal(size=(2, m))
        expected = textbook.forward(structure, parameters, running, x, training=False)[-1].output
        assert np.allclose(predictor.logits(layers, x), expected, atol=1e-12)


def test_later_predictions_leave_earlier_ones_alone() -> None:
    structure = layout((6, 5))
    layers = folded(structure, *trained(structure))
    predictor = Predictor(structure, FLOAT)
    first = predictor.logits(layers, np.zeros((2, 4)))
    before = first.copy()
    predictor.logits(layers, np.ones((2, 4)))
    assert np.array_equal(first, before)


def test_folding_does_not_touch_the_parameters() -> None:
    structure = layout((6, 5), norm="after")
    parameters, running = trained(structure)
    before = parameters.copy(), running.copy()
    folded(structure, parameters, running)
    assert np.array_equal(parameters, before[0])
    assert np.array_equal(running, before[1])


@pytest.mark.parametrize("norm", NORMS)
def test_float32_stays_float32(norm: str) -> None:
    structure = layout((6, 5), norm=norm)
    parameters, running = (values.astype(np.float32) for values in trained(structure))
    layers = folded(structure, parameters, running)
    assert {layer.weights.dtype for layer in layers} == {np.dtype(np.float32)}
    assert Predictor(structure, np.dtype(np.float32)).logits(layers, examples()[0]).dtype == np.float32


def test_a_score_is_the_mean_loss_and_the_share_that_is_right() -> None:
    logits = np.array([[2.0, 0.0, 1.0, 5.0], [0.0, 3.0, 0.0, 0.0]])
    y = np.array([0, 1, 1, 0])
    found = score(layout(classes=2), logits, y)
    assert found.predicted.tolist() == [0, 1, 0, 0]
    assert found.accuracy == 0.75
    assert found.loss == pytest.approx(-np.log(softmax(logits)[y, np.arange(4)]).mean())


def test_the_score_of_no_examples_is_not_a_number() -> None:
    found = score(layout(), np.zeros((3, 0)), np.zeros(0, np.int64))
    assert np.isnan(found.loss)
    assert np.isnan(found.accuracy)


@pytest.mark.parametrize("output", outputs)
def test_the_predicted_class_is_the_most_probable_one(output: str) -> None:
    structure = layout(classes=5, output=output, temperature=3.0)
    logits = np.random.default_rng(2).normal(0, 3, (structure.widths[-1], 60))
    found = score(structure, logits, np.zeros(60, np.int64))
    assert np.array_equal(found.predicted, structure.probabilities(logits).argmax(axis=0))


@pytest.mark.parametrize("output", outputs)
def test_the_score_of_the_training_set_is_the_loss_of_training_on_it(output: str) -> None:
    of = learner(layout(norm="off", output=output, temperature=2.0))
    of.steps(batches(10))
    layers = folded(of.layout, of.state.parameters, of.state.running)
    x, y = examples()
    found = score(of.layout, Predictor(of.layout, FLOAT).logits(layers, x), y)
    assert found.loss == pytest.approx(of.steps([np.arange(40)])[0], abs=1e-12)


def test_a_scored_loss_knows_no_label_smoothing() -> None:
    logits, y = np.array([[9.0], [0.0]]), np.array([0])
    assert score(layout(classes=2), logits, y).loss == pytest.approx(np.log1p(np.exp(-9)), rel=1e-9)


@pytest.mark.parametrize("norms", NORMS)
def test_batch_norm_on_the_output_is_folded_as_well(norms: str) -> None:
    structure = layout((6, 5), "tanh", norms, bn_output=True)
    parameters, running = trained(structure)
    x, _ = examples(50)
    logits = Predictor(structure, FLOAT).logits(folded(structure, parameters, running), x)
    expected = textbook.forward(structure, parameters, running, x, training=False)[-1].output
    assert np.abs(logits - expected).max() < 1e-12


def test_dropout_and_jolts_are_for_training_alone() -> None:
    plain, noisy = layout(), layout(dropout=0.5, bn_jolt=1.0)
    parameters, running = trained(plain)
    x, _ = examples(50)
    found = [Predictor(of, FLOAT).logits(folded(of, parameters, running), x) for of in (plain, noisy)]
    assert np.array_equal(*found)


def test_of_one_example_alone_batch_norm_in_training_tells_nothing_but_beta() -> None:
    """The known useless answer: z − μ is 0, so every example looks the same; the running averages tell them apart."""
    structure = layout((6, 5))
    parameters, running = trained(structure)
    beta = structure.parameters["layer2.beta"].of(parameters)
    for x in np.random.default_rng(1).normal(size=(3, 2, 1)):
        trace = textbook.forward(structure, parameters, running, x, training=True)[1]
        assert trace.y is not None
        assert np.allclose(trace.y[:, 0], beta, atol=1e-15)


@pytest.mark.parametrize("bn_output", [False, True])
@pytest.mark.parametrize("norm", ["before", "after"])
def test_training_on_batches_of_one_comes_to_no_harm(norm: str, bn_output: bool) -> None:
    of = learner(layout(norm=norm, bn_output=bn_output))
    losses = of.steps([np.array([at % 40]) for at in range(50)])
    assert np.isfinite(losses).all()
    assert np.isfinite(of.state.running).all()
