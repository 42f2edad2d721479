"""What the history records besides losses: the rate used, the gradient's length, quantiles; and what probes count."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hyperscope.engine import textbook
from hyperscope.engine.activations import activations
from hyperscope.engine.schedules import rate_factors
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.engine.softmax import one_hot
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.probes.distributions import Mode, distributions
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.history import RIVERS, History
from hyperscope.lab.training.quantiles import QUANTILES
from hyperscope.lab.training.trainer import Trainer

DATA = Data(points=120)
PLAIN = Network(layers=(Layer(8, "tanh"), Layer(6, "relu")))
NORMED = Network(layers=(Layer(8, "tanh", "before"), Layer(6, "gelu", "after")))


def trainer(network: Network = PLAIN, **training: Any) -> Trainer:
    """In float64, so that formulas can be compared closely."""
    return Trainer(Experiment(data=DATA, network=network, training=Training(precision="float64", **training), seed=3))


def recorded(at: Trainer, steps: int) -> Trainer:
    at.steps(steps)
    while at.history.curves().step[-1] != at.step:
        at.steps(1)
    return at


@pytest.mark.parametrize("schedule", ["constant", "cosine", "inverse", "steps"])
def test_the_rate_recorded_is_the_schedule_s(schedule: str) -> None:
    run = recorded(trainer(schedule=schedule, decay_every=7, warmup=2, learning_rate=0.02), 60)
    curves, training = run.history.curves(), run.experiment.training
    began = np.array([_epoch_before(run, int(step)) for step in curves.step[1:]])
    assert curves.learning_rate[1:] == pytest.approx(0.02 * rate_factors(schedule, began, training), rel=1e-12)


def _epoch_before(run: Trainer, step: int) -> float:
    """Where the step that led to `step` began, in epochs."""
    epoch, batch = divmod(step - 1, run.batches_per_epoch)
    return epoch + batch * run.batch_size / run.training_examples


def test_a_rate_moved_in_training_shows_from_the_next_row_on() -> None:
    run = recorded(trainer(learning_rate=0.01), 10)
    run.apply(changed(run.experiment, "training.learning_rate", 0.002))
    recorded(run, 10)
    rates = run.history.curves().learning_rate
    assert (rates[1], rates[-1]) == (0.01, 0.002)


def test_before_any_step_rate_and_gradient_are_not_known() -> None:
    run = trainer()
    run.steps(1)
    curves = run.history.curves()
    assert np.isnan([curves.learning_rate[0], curves.gradient_norm[0]]).all()


@pytest.mark.parametrize("network", [PLAIN, NORMED], ids=["plain", "normed"])
def test_the_gradient_s_norm_is_the_textbook_s(network: Network) -> None:
    run = recorded(trainer(network), 20)
    step = run.history.next_due(run.step)
    run.steps(step - run.step - 1)
    before = run.learner.state.parameters.copy()
    run.steps(1)
    data, batch = run.examples, run.last_batch
    _, gradient = textbook.loss_and_gradient(
        run.layout, before, data.x_train[:, batch], one_hot(data.y_train[batch], run.layout.classes)
    )
    assert run.history.curves().gradient_norm[-1] == pytest.approx(np.linalg.norm(gradient), rel=1e-9)


def test_a_clipped_gradient_is_no_longer_than_its_limit() -> None:
    norms = recorded(trainer(clip_norm=0.05), 60).history.curves().gradient_norm[1:]
    assert norms.max() == pytest.approx(0.05)


def test_how_steps_are_asked_for_does_not_show_in_what_is_recorded() -> None:
    one, other = trainer(NORMED), trainer(NORMED)
    one.steps(60)
    for _ in range(60):
        other.steps(1)
    assert bits(one) == bits(other)


def bits(run: Trainer) -> dict[str, bytes]:
    return {name: np.asarray(value).tobytes() for name, value in run.history.state().items()}


def test_going_back_and_on_again_records_the_same_bytes() -> None:
    session = Timeline(trainer(NORMED, schedule="cosine", decay_every=9))
    session.steps(90)
    first = bits(session.trainer)
    session.restore(37)
    session.steps(53)
    assert bits(session.trainer) == first


def test_a_moment_gone_back_to_has_the_records_it_had() -> None:
    session = Timeline(trainer(NORMED))
    session.steps(40)
    there = bits(session.trainer)
    session.steps(50)
    session.restore(40)
    assert bits(session.trainer) == there


def test_an_older_history_reads_as_not_known() -> None:
    run = recorded(trainer(), 20)
    state = {name: value for name, value in run.history.state().items() if name not in RIVERS[1:]}
    history = History.from_state(state | {"measures": state["measures"][:4]})
    curves = history.curves()
    assert np.isnan(curves.learning_rate).all() and np.isnan(curves.gradient_norm).all()
    assert curves.train_loss.tolist() == run.history.curves().train_loss.tolist()
    assert history.rivers_of("weights") == ()


def test_an_older_history_goes_on() -> None:
    run = recorded(trainer(), 20)
    state = {name: value for name, value in run.history.state().items() if name not in RIVERS[1:]}
    run.history = History.from_state(state | {"measures": state["measures"][:4]})
    recorded(run, 10)
    river = run.history.rivers_of("weights")[0]
    assert np.isnan(river[0]).all() and np.isfinite(river[-1]).all()


# -- rivers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", activations)
def test_an_activation_said_to_rise_never_falls(name: str) -> None:
    values = activations[name].value(np.linspace(-8, 8, 4001))
    assert bool((np.diff(values) >= 0).all()) == activations[name].rising


@pytest.mark.parametrize("name", activations)
def test_the_river_of_a_holds_the_quantiles_of_a(name: str) -> None:
    run = recorded(trainer(Network(layers=(Layer(7, name, "after"), Layer(5, name, "before")))), 12)
    traces = run.traces(run.examples.x_train[:, run.looked_at])
    for number in range(2):
        a = np.sort(traces[number].activated, axis=None)
        expected = a[[round(share * (a.size - 1)) for share in QUANTILES]]
        assert run.history.rivers_of("activations")[number][-1] == pytest.approx(expected)


def test_the_river_of_normalised_values_holds_their_quantiles_and_nothing_where_there_are_none() -> None:
    layers = (Layer(7, "tanh", "after"), Layer(5, "tanh"), Layer(6, "tanh", "before"))
    run = recorded(trainer(Network(layers=layers)), 12)
    traces = run.traces(run.examples.x_train[:, run.looked_at])
    rivers = run.history.rivers_of("normalised")
    for number in (0, 2):
        values = np.sort(traces[number].normalised, axis=None)
        expected = values[[round(share * (values.size - 1)) for share in QUANTILES]]
        assert rivers[number][-1] == pytest.approx(expected)
    assert np.isnan(rivers[1]).all()
    assert recorded(trainer(Network(layers=(Layer(7),))), 4).history.rivers_of("normalised") == ()


def test_the_rivers_of_weights_and_gradients_hold_their_quantiles_without_biases() -> None:
    run = recorded(trainer(), 12)
    weights = run.weights()
    for number, name in enumerate(run.layout.names):
        matrix = weights[f"{name}.weights"]
        at = [round(share * (matrix.size - 1)) for share in QUANTILES]
        expected = np.sort(matrix, axis=None)[at].astype(np.float32)
        assert run.history.rivers_of("weights")[number][-1].tolist() == expected.tolist()
    gradient = run.layout.parameters["output.weights"].of(run.learner.state.gradient)[:, :-1]
    median = np.sort(gradient, axis=None)[round((gradient.size - 1) / 2)]
    assert run.history.rivers_of("gradients")[-1][-1, 2] == np.float32(median)


def test_of_many_weights_the_river_holds_nearly_the_quantiles() -> None:
    run = recorded(trainer(Network(layers=(Layer(64, "relu"), Layer(64, "relu")))), 4)
    matrix = run.weights()["layer2.weights"]
    assert run.history.rivers_of("weights")[1][-1] == pytest.approx(np.quantile(matrix, QUANTILES), abs=0.03)


# -- what is counted now ------------------------------------------------------------------------------------------


def test_dead_units_are_those_that_give_0_for_all_examples() -> None:
    run = trainer(Network(layers=(Layer(6, "relu"),)))
    weights = run.weights()
    weights["layer1.bias"][[1, 4]] = -1000
    weights["layer1.bias"][[0, 2, 3, 5]] = 1000
    run.set_weights(weights)
    layer = distributions(run, Mode()).layers[0]
    assert (layer.dead, layer.stuck, layer.units) == (2, 2, 6)


def test_saturated_units_are_flat_for_almost_all_examples() -> None:
    run = trainer(Network(layers=(Layer(6, "tanh"),)))
    weights = run.weights()
    weights["layer1.weights"] *= 0.01
    weights["layer1.bias"][:] = [0, 9, 0, -9, 9, 0]
    run.set_weights(weights)
    layer = distributions(run, Mode()).layers[0]
    assert (layer.dead, layer.stuck, layer.saturated) == (0, 3, 0.5)


def test_what_dropout_leaves_out_is_not_dead() -> None:
    run = recorded(trainer(Network(layers=(Layer(6, "tanh", dropout=0.5),)), batch_size=8), 9)
    assert distributions(run, Mode(training=True)).layers[0].dead == 0


def test_in_training_mode_batch_norm_makes_mean_0_and_variance_1() -> None:
    run = recorded(trainer(NORMED), 30)
    seen = distributions(run, Mode(training=True)).layers[0].hat
    assert seen is not None
    assert (seen.mean, seen.deviation) == pytest.approx((0, 1), abs=1e-3)


def test_in_evaluation_mode_the_running_statistics_are_used() -> None:
    run = recorded(trainer(NORMED), 5)  # too early for them to be those of the data
    seen = distributions(run, Mode()).layers[0].hat
    assert seen is not None
    assert abs(seen.deviation - 1) > 0.02


def test_in_training_mode_a_is_what_dropout_left_of_the_last_mini_batch() -> None:
    run = recorded(trainer(Network(layers=(Layer(6, "tanh", dropout=0.4), Layer(5, "tanh"))), batch_size=16), 9)
    m = len(run.last_batch)
    mask = run.learner.dropout_masks(m)[0]
    weights = run.weights()
    z = weights["layer1.weights"] @ run.examples.x_train[:, run.last_batch] + weights["layer1.bias"][:, None]
    a = np.tanh(z) * mask
    first, second = distributions(run, Mode(training=True)).layers
    assert first.a.mean == pytest.approx(a.mean())
    entering = weights["layer2.weights"] @ a + weights["layer2.bias"][:, None]
    assert second.z.mean == pytest.approx(entering.mean())
    assert distributions(run, Mode()).layers[0].a.mean != pytest.approx(a.mean())


def test_the_masks_are_those_that_the_last_step_used() -> None:
    run = trainer(Network(layers=(Layer(6, "tanh", dropout=0.4),)), batch_size=16)
    run.steps(9)
    before = run.learner.state.parameters.copy()
    run.steps(1)
    mask = run.learner.dropout_masks(len(run.last_batch))[0]
    weights = run.layout.parameters["layer1.weights"].of(before)
    x = run.examples.x_train[:, run.last_batch]
    a = np.tanh(weights[:, :-1] @ x + weights[:, -1:]) * mask
    output = run.layout.parameters["output.weights"].of(before)
    z = output[:, :-1] @ a + output[:, -1:]
    p = np.exp(z) / np.exp(z).sum(axis=0)
    d = (p - one_hot(run.examples.y_train[run.last_batch], run.layout.classes)) / x.shape[1]
    found = run.layout.parameters["output.weights"].of(run.learner.state.gradient)
    assert found[:, :-1] == pytest.approx(d @ a.T, abs=1e-12)


def test_after_going_back_the_gradient_shown_is_the_last_mini_batch_s() -> None:
    run = recorded(trainer(), 20)
    copy = trainer()
    copy.restore(run.checkpoint())
    assert copy.last_batch.tolist() == run.last_batch.tolist()
    data, batch = run.examples, run.last_batch
    _, gradient = textbook.loss_and_gradient(
        run.layout,
        run.learner.state.parameters,
        data.x_train[:, batch],
        one_hot(data.y_train[batch], run.layout.classes),
    )
    expected = run.layout.parameters["layer1.weights"].of(gradient)[:, :-1]
    seen = distributions(copy, Mode()).layers[0].gradients
    assert seen is not None
    assert (seen.mean, seen.deviation) == pytest.approx((expected.mean(), expected.std()))


def test_the_gradient_of_another_future_is_not_taken_for_this_one_s() -> None:
    run, copy = recorded(trainer(), 20), trainer()
    copy.set_weights({name: 2 * values for name, values in copy.weights().items()})
    copy.steps(20)
    copy.restore(run.checkpoint())
    assert copy.gradient is None
