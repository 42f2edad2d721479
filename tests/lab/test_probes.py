"""Probes: what they show is what the textbook formulas give, at test time, and looking changes nothing."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hyperscope.engine import textbook
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.engine.softmax import softmax
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.decision_map import COARSE, FINE, Map
from hyperscope.lab.probes.distributions import BINS, Distributions, histogram
from hyperscope.lab.probes.network import PICTURE, WIDEST, NetworkPicture
from hyperscope.lab.probes.plane import InPlane, grid, plane
from hyperscope.lab.probes.probe import Looked
from hyperscope.lab.training.quantiles import QUANTILES
from hyperscope.lab.training.trainer import Trainer
from probed import ASKS, OF_ONE

PLAIN = Network(layers=(Layer(8, "tanh"), Layer(6, "relu")))
NORMED = Network(layers=(Layer(8, "tanh", "before"), Layer(6, "relu", "after"), Layer(5, "sigmoid")))
SOFTMAX_ALONE = Network(layers=())
NETWORKS = {"plain": PLAIN, "normed": NORMED, "softmax alone": SOFTMAX_ALONE}
DATA = {
    "spiral": Data(points=120, classes=4),
    "scaled spiral": Data(points=120, standardise=True),
    "iris": Data(source="iris"),
    "scaled wine": Data(source="wine", standardise=True),
}
each_network = pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS.keys())
each_data = pytest.mark.parametrize("data", DATA.values(), ids=DATA.keys())
each_probe = pytest.mark.parametrize("name", OF_ONE)


def trained(
    network: Network = NORMED, data: Data = DATA["spiral"], steps: int = 60, precision: str = "float64"
) -> Trainer:
    """A trainer after some steps, in float64 so that formulas can be compared closely."""
    trainer = Trainer(Experiment(data=data, network=network, training=Training(precision=precision), seed=3))
    trainer.steps(steps)
    return trainer


def textbook_logits(trainer: Trainer, x: Any) -> Any:
    state = trainer.learner.state
    return textbook.forward(trainer.layout, state.parameters, state.running, x, training=False)[-1].output


def shown(name: str, trainer: Trainer, question: InPlane | None = None) -> Any:
    ask = ASKS[name] if question is None else replace(ASKS[name], question=question)
    return Looked(trainer)(ask)


def bits(trainer: Trainer) -> bytes:
    kept = trainer.checkpoint()
    vectors = b"".join(vector.tobytes() for vector in kept.moment.vectors)
    return (
        vectors
        + b"".join(np.asarray(value).tobytes() for value in kept.history.values())
        + repr((kept.step, kept.position, kept.marks)).encode()
    )


@each_network
@each_probe
def test_looking_changes_nothing(name: str, network: Network) -> None:
    trainer, other = trained(network), trained(network)
    before = bits(trainer)
    shown(name, trainer)
    assert bits(trainer) == before
    trainer.steps(20)
    other.steps(20)
    assert bits(trainer) == bits(other)


@each_data
@each_network
@each_probe
def test_every_probe_can_cross_to_the_window(name: str, network: Network, data: Data) -> None:
    record = shown(name, trained(network, data, steps=5))
    assert type(pickle.loads(pickle.dumps(record))) is type(record)


@each_network
@each_probe
def test_every_probe_looks_at_an_untrained_network_too(name: str, network: Network) -> None:
    assert shown(name, trained(network, steps=0)) is not None


# -- the map ------------------------------------------------------------------------------------------------------


@each_data
@each_network
def test_the_map_s_probabilities_sum_to_1(network: Network, data: Data) -> None:
    seen: Map = shown("map", trained(network, data))
    assert seen.p.sum(axis=0) == pytest.approx(np.ones(seen.p.shape[1:]), abs=1e-5)


@each_data
@each_network
def test_the_map_agrees_with_the_textbook_in_every_cell(network: Network, data: Data) -> None:
    trainer = trained(network, data)
    seen: Map = shown("map", trainer)
    left, right, bottom, top = seen.extent
    rows, columns = seen.p.shape[1:]
    across = left + (np.arange(columns) + 0.5) / columns * (right - left)
    up = bottom + (np.arange(rows) + 0.5) / rows * (top - bottom)
    for row, column in ((0, 0), (rows - 1, 0), (3, columns // 2), (rows // 2, columns - 1)):
        point = np.array([[across[column]], [up[row]]])
        x = trainer.examples.model_units(plane(trainer).lift(point))
        assert seen.p[:, row, column] == pytest.approx(softmax(textbook_logits(trainer, x))[:, 0], abs=1e-6)


@each_data
def test_predicted_classes_agree_with_the_scores(data: Data) -> None:
    trainer = trained(data=data)
    seen, examples, scores = shown("map", trainer), shown("examples", trainer), trainer.scores()
    for number, part in enumerate((scores.train, scores.dev, scores.test)):
        own = examples.part == number
        assert (seen.predicted[own] == examples.y[own]).mean() == pytest.approx(part.accuracy)


@each_data
def test_predicted_classes_agree_with_the_textbook(data: Data) -> None:
    trainer = trained(data=data)
    x = trainer.examples.model_units(trainer.examples.raw)
    assert np.array_equal(shown("map", trainer).predicted, textbook_logits(trainer, x).argmax(axis=0))


def test_large_networks_get_a_coarser_map() -> None:
    large = Network(layers=(Layer(100), Layer(100)))
    assert shown("map", trained(steps=0)).p.shape == (4, FINE, FINE)
    assert shown("map", trained(large, steps=0)).p.shape == (4, COARSE, COARSE)


def test_two_features_span_the_map_when_asked() -> None:
    trainer = trained(data=DATA["iris"])
    names = trainer.examples.feature_names
    seen = shown("examples", trainer, InPlane((names[2], names[0])))
    assert seen.axes == (names[2], names[0])
    assert seen.x == pytest.approx(trainer.examples.raw[[2, 0]])


def test_features_the_data_do_not_have_mean_the_usual_plane() -> None:
    trainer = trained()
    assert shown("examples", trainer, InPlane(("petal", "sepal"))).axes == ("x₁", "x₂")


def test_a_map_of_new_data_is_not_drawn_on_the_old_grid() -> None:
    for seed in range(12):
        # each trainer is gone before the next is made, so that the next one's data may lie where the last one's did
        trainer = trained(SOFTMAX_ALONE, Data(points=40, seed=seed, noise=0.5, standardise=True), steps=1)
        logits = textbook_logits(trainer, grid(trainer, ("", ""), FINE))
        expected = softmax(logits).reshape(-1, FINE, FINE)
        assert shown("map", trainer).p == pytest.approx(expected, abs=1e-6)
        del trainer


# -- the network --------------------------------------------------------------------------------------------------


@each_network
@each_data
def test_the_pictures_are_the_textbook_s_outputs(network: Network, data: Data) -> None:
    trainer = trained(network, data)
    drawn: NetworkPicture = shown("network", trainer)
    state = trainer.learner.state
    x = grid(trainer, ("", ""), PICTURE)
    traces = textbook.forward(trainer.layout, state.parameters, state.running, x, training=False)
    for layer, trace in zip(drawn.layers[1:-1], traces[:-1], strict=True):
        assert layer.pictures is not None
        assert layer.pictures.reshape(len(trace.output), -1) == pytest.approx(trace.output, rel=1e-4, abs=1e-4)
    outputs = drawn.layers[-1].pictures
    assert outputs is not None
    assert outputs.reshape(len(outputs), -1) == pytest.approx(softmax(traces[-1].output), abs=1e-5)


@each_network
def test_layers_are_drawn_in_order_from_inputs_to_classes(network: Network) -> None:
    names = [layer.name for layer in shown("network", trained(network)).layers]
    assert names == ["Inputs", *(f"Layer {n + 1}" for n in range(len(network.layers))), "Softmax"]


def test_an_input_s_picture_rises_along_its_own_axis() -> None:
    across, up = shown("network", trained()).layers[0].pictures
    assert (np.diff(across, axis=1) > 0).all()
    assert np.allclose(np.diff(across, axis=0), 0)
    assert (np.diff(up, axis=0) > 0).all()


def test_the_weights_shown_are_the_network_s() -> None:
    trainer = trained()
    layers, weights = shown("network", trainer).layers, trainer.weights()
    assert np.array_equal(layers[1].weights, weights["layer1.weights"])
    assert np.array_equal(layers[1].gamma, weights["layer1.gamma"])
    assert np.array_equal(layers[2].biases, weights["layer2.bias"])
    assert np.array_equal(layers[4].weights, weights["output.weights"])


def test_batch_norm_before_the_activation_has_no_bias() -> None:
    assert shown("network", trained()).layers[1].biases is None


def test_layers_too_wide_to_draw_have_no_pictures() -> None:
    wide = Network(layers=(Layer(WIDEST), Layer(WIDEST + 1)))
    drawn = shown("network", trained(wide, steps=0)).layers
    assert [layer.pictures is None for layer in drawn] == [False, False, True, False]


def test_captions_tell_where_batch_norm_stands() -> None:
    captions = [layer.caption for layer in shown("network", trained()).layers]
    assert captions == ["2 features", "BN · tanh", "ReLU · BN", "sigmoid", "4 classes"]


# -- distributions ------------------------------------------------------------------------------------------------


@each_data
@each_network
def test_every_value_is_counted_once(network: Network, data: Data) -> None:
    trainer = trained(network, data)
    seen: Distributions = shown("distributions", trainer)
    looked_at = len(trainer.looked_at)
    for layer, settings in zip(seen.layers, network.layers, strict=True):
        for counted in (layer.z, layer.a, *([layer.y] if layer.y is not None else [])):
            assert counted.counts.sum() == settings.units * looked_at


def test_batch_and_running_statistics_are_there_just_with_batch_norm() -> None:
    layers = shown("distributions", trained()).layers
    for part in ("y", "batch_mean", "batch_variance", "running_mean", "running_variance"):
        assert [getattr(layer, part) is not None for layer in layers] == [True, True, False]


def test_running_statistics_are_the_network_s() -> None:
    trainer = trained()
    layer = shown("distributions", trainer).layers[0]
    assert np.array_equal(layer.running_mean, trainer.weights()["layer1.running_mean"])
    assert np.array_equal(layer.running_variance, trainer.weights()["layer1.running_variance"])


def test_batch_statistics_are_those_of_the_last_mini_batch() -> None:
    trainer = trained()
    z = trainer.weights()["layer1.weights"] @ trainer.examples.x_train[:, trainer.last_batch]
    layer = shown("distributions", trainer).layers[0]
    assert layer.batch_mean == pytest.approx(z.mean(axis=1))
    assert layer.batch_variance == pytest.approx(z.var(axis=1))


def penalised(l1: float, steps: int = 60) -> Trainer:
    training = Training(optimiser="sgd", learning_rate=0.1, l1=l1)
    made = Trainer(Experiment(data=Data(points=120), network=PLAIN, training=training))
    made.steps(steps)
    return made


def test_the_weights_that_l1_made_exactly_0_are_counted_by_layer() -> None:
    trainer = penalised(0.05)
    seen = shown("distributions", trainer)
    found = [int((trainer.weights()[f"{name}.weights"] == 0).sum()) for name in trainer.layout.names]
    assert [*(layer.zeros for layer in seen.layers), seen.output.zeros] == found
    assert sum(found) > 0


def test_no_zeros_are_counted_where_there_is_no_l1_and_none_is_0() -> None:
    seen = shown("distributions", penalised(0.0))
    assert [*(layer.zeros for layer in seen.layers), seen.output.zeros] == [None] * 3


def test_with_l1_no_zeros_are_none_at_all_and_said_so() -> None:
    seen = shown("distributions", penalised(1e-6, 1))
    assert [*(layer.zeros for layer in seen.layers), seen.output.zeros] == [0] * 3


def test_z_is_the_weighted_sum_before_batch_norm() -> None:
    trainer = trained()
    z = trainer.weights()["layer1.weights"] @ trainer.examples.x_train[:, trainer.looked_at]
    counted = shown("distributions", trainer).layers[0].z
    assert (counted.mean, counted.deviation) == pytest.approx((z.mean(), z.std()))
    assert (counted.edges[0], counted.edges[-1]) == pytest.approx((z.min(), z.max()))


def test_a_is_the_activation_s_output() -> None:
    counted = shown("distributions", trained(PLAIN)).layers[0].a
    assert -1 <= counted.edges[0] < counted.edges[-1] <= 1


def test_saturated_relu_units_are_those_that_give_0() -> None:
    trainer = trained(PLAIN)
    state = trainer.learner.state
    x = trainer.examples.x_train[:, trainer.looked_at]
    trace = textbook.forward(trainer.layout, state.parameters, state.running, x, training=False)[1]
    assert shown("distributions", trainer).layers[1].saturated == pytest.approx((trace.output == 0).mean())


@each_network
def test_rivers_have_a_row_of_rising_quantiles_per_row_of_the_history(network: Network) -> None:
    trainer = trained(network)
    seen: Distributions = shown("distributions", trainer)
    assert len(seen.rivers) == len(network.layers)
    for river in seen.rivers:
        assert river.shape == (len(trainer.history), len(QUANTILES))
        assert (np.diff(river, axis=1) >= 0).all()


def test_the_newest_quantiles_are_those_of_what_enters_the_activation() -> None:
    trainer = trained(PLAIN)
    while trainer.history.curves().step[-1] != trainer.step:
        trainer.steps(1)
    weights = trainer.weights()
    x = trainer.examples.x_train[:, trainer.looked_at]
    z = weights["layer1.weights"] @ x + weights["layer1.bias"][:, None]
    expected = np.quantile(z, QUANTILES, method="nearest")
    assert shown("distributions", trainer).rivers[0][-1] == pytest.approx(expected, rel=1e-2, abs=1e-2)


def test_a_histogram_counts_as_numpy_does() -> None:
    values = np.random.default_rng(4).normal(size=(6, 50))
    counts, edges = np.histogram(values, BINS)
    assert np.array_equal(histogram(values).counts, counts)
    assert histogram(values).edges == pytest.approx(edges)


def test_a_histogram_of_one_value_has_room_around_it() -> None:
    counted = histogram(np.full((2, 3), 7.0))
    assert (counted.counts.sum(), counted.edges[0], counted.edges[-1]) == (6, 6.5, 7.5)


def test_a_histogram_leaves_out_what_is_not_finite() -> None:
    counted = histogram(np.array([[1.0, np.nan, np.inf, -np.inf, 2.0]]))
    assert (counted.counts.sum(), counted.mean) == (2, 1.5)


def test_a_histogram_of_nothing_finite_is_empty() -> None:
    assert histogram(np.array([[np.nan]])).counts.sum() == 0


# -- curves and examples ------------------------------------------------------------------------------------------


def test_the_curves_end_at_the_last_row_of_the_history() -> None:
    trainer = trained()
    seen = shown("curves", trainer)
    assert seen.step[0] == 0
    assert len(seen.step) == len(seen.train_loss) == len(trainer.history)


def test_accuracies_lie_between_0_and_1() -> None:
    seen = shown("curves", trained())
    assert ((seen.train_accuracy >= 0) & (seen.train_accuracy <= 1)).all()
    assert ((seen.dev_accuracy >= 0) & (seen.dev_accuracy <= 1)).all()


@each_data
def test_examples_lie_inside_the_picture(data: Data) -> None:
    seen = shown("examples", trained(data=data, steps=0))
    left, right, bottom, top = seen.extent
    assert left < seen.x[0].min() < seen.x[0].max() < right
    assert bottom < seen.x[1].min() < seen.x[1].max() < top


def test_the_number_of_training_examples_is_shown() -> None:
    trainer = trained(steps=0)
    assert (
        shown("examples", trainer).training == trainer.training_examples == (shown("examples", trainer).part == 0).sum()
    )


# -- what can be set by hand --------------------------------------------------------------------------------------


def test_the_network_picture_names_its_arrays_as_the_engine_does() -> None:
    trainer = trained()
    layers = shown("network", trainer).layers
    assert [layer.array for layer in layers] == ["", *trainer.layout.names]
    for layer in layers[1:]:
        assert np.array_equal(layer.weights, trainer.weights()[f"{layer.array}.weights"])


def test_a_tree_s_classes_say_why_their_numbers_cannot_be_set() -> None:
    layers = shown("network", trained(Network(layers=(Layer(4),), output="hierarchical"))).layers
    assert layers[1].fixed == ""
    assert layers[2].fixed.startswith("the classes of a tree have no numbers of their own")


def test_a_wide_layer_is_summed_up_and_a_narrow_one_is_not() -> None:
    trainer = trained(Network(layers=(Layer(WIDEST + 1, "relu"), Layer(WIDEST, "relu"))))
    inputs, wide, narrow, output = shown("network", trainer).layers
    assert inputs.summary is narrow.summary is output.summary is None
    assert wide.summary.norm == pytest.approx(np.linalg.norm(trainer.weights()["layer1.weights"]))


def test_units_that_answer_the_same_to_every_example_count_as_dead() -> None:
    trainer = trained(Network(layers=(Layer(20, "relu"),)))
    weights = trainer.weights()
    weights["layer1.weights"][:3] = 0
    weights["layer1.bias"][:3] = -1
    before = shown("network", trainer).layers[1].summary.dead
    trainer.set_weights(weights)
    assert shown("network", trainer).layers[1].summary.dead >= max(3, before)
