"""What the view of regularisation shows, against the formulas: weights and norms, two weights, dropout, patience."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.engine.softmax import one_hot
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.generalise.restrained import restrained
from hyperscope.lab.generalise.stopping import stopping
from hyperscope.lab.generalise.thinned import ASSUMED, DRAWS, SHOWN, thinned
from hyperscope.lab.generalise.two_weights import SIDE, Contours, TwoWeights, rim, two_weights
from hyperscope.lab.training.history import History
from hyperscope.lab.training.trainer import Trainer

SMALL = Experiment(
    data=Data(source="moons", classes=2, points=120, noise=0.3),
    network=Network(layers=(Layer(6, "tanh"), Layer(4, "relu"))),
    training=Training(precision="float64"),
)
NORMED = replace(SMALL, network=Network(layers=(Layer(5, "tanh", "before"), Layer(4, "relu", "after"))))
LEFT_OUT = replace(SMALL, network=Network(layers=(Layer(40, "relu", dropout=0.2), Layer(30, "tanh", dropout=0.5))))


def trained(experiment: Experiment, steps: int) -> Trainer:
    trainer = Trainer(experiment)
    trainer.steps(steps)
    return trainer


# -- weights ----------------------------------------------------------------------------------------------------------


def test_norms_over_the_run_are_those_of_the_weights_at_each_row():
    trainer = Trainer(SMALL)
    expected = []
    for step in range(9):
        if trainer.history.due(step):
            weights = trainer.weights()
            expected.append([np.sqrt((weights[f"{name}.weights"] ** 2).sum()) for name in trainer.layout.names])
        trainer.steps(1)
    found = restrained(trainer, None)
    rows = np.stack([layer.course for layer in found.layers], axis=1)[: len(expected)]
    np.testing.assert_allclose(rows, expected, rtol=1e-6)
    assert [layer.norm for layer in found.layers] == pytest.approx([layer.course[-1] for layer in found.layers])
    assert found.epoch[-1] == trainer.epoch and [layer.caption for layer in found.layers][-1] == "Output"


def test_exact_zeros_are_counted_without_biases():
    trainer = trained(SMALL, 3)
    weights = trainer.weights()
    weights["layer1.weights"][2, 1] = weights["output.weights"][0, :3] = 0
    weights["layer1.bias"][:] = 0
    trainer.set_weights(weights)
    found = restrained(trainer, None)
    assert [layer.zeros for layer in found.layers] == [1, 0, 3]
    assert found.zeros == (4, 6 * 2 + 4 * 6 + 2 * 4)


def test_norms_are_not_known_of_an_older_history_and_go_on():
    trainer = trained(SMALL, 8)
    state = {name: value for name, value in trainer.history.state().items() if name != "norms"}
    trainer.history = History.from_state(state)
    trainer.steps(1)
    found = restrained(trainer, None)
    for layer in found.layers:
        assert len(layer.course) == len(found.epoch)
        assert np.isnan(layer.course[:-1]).any() and np.isfinite(layer.course[-1])


# -- early stopping ---------------------------------------------------------------------------------------------------

IMPATIENT = changed(SMALL, "training.patience", 5)


def test_the_flag_stands_at_the_lowest_dev_loss_and_its_weights_are_kept():
    trainer = Trainer(changed(IMPATIENT, "training.learning_rate", 0.1))
    lowest = np.inf
    while not trainer.alarm:
        trainer.finish_epoch()
        if trainer.alarm:
            break
        loss = trainer.scores().dev.loss
        if loss < lowest:
            lowest, at, kept = loss, trainer.position.epoch, restrained(trainer, None)
        found = stopping(trainer, None)
        assert (found.lowest, found.waited) == (at, trainer.position.epoch - at)
        assert found.lowest_loss == pytest.approx(lowest) and found.kept and not found.stopped
        flagged = restrained(trainer, None)
        assert flagged.kept_epoch == at
        assert [layer.kept for layer in flagged.layers] == pytest.approx([layer.norm for layer in kept.layers])
    found = stopping(trainer, None)
    assert found.stopped and found.dev_now == pytest.approx(lowest) and "Stopped" in found.sentence()


def test_without_patience_the_flag_is_at_the_lowest_recorded_and_nothing_is_kept():
    trainer = trained(SMALL, 60)
    found = stopping(trainer, None)
    assert found.lowest_loss == pytest.approx(np.nanmin(found.dev_loss)) and not found.kept
    assert "nothing is kept" in found.sentence() and np.isnan(restrained(trainer, None).kept_epoch)


def test_before_the_first_step_the_flag_is_where_it_begins():
    found = stopping(Trainer(SMALL), None)
    assert (found.lowest, found.lowest_loss) == (0.0, found.dev_now) and np.isfinite(found.dev_now)


# -- two weights ------------------------------------------------------------------------------------------------------


def with_weights(trainer: Trainer, found: Contours, values: tuple[float, float]) -> float:
    """The training loss with the two weights set."""
    weights = trainer.weights()
    for (layer, unit, into), value in zip((found.first, found.second), values, strict=True):
        weights[f"{trainer.layout.names[layer]}.weights"][unit, into] = value
    other = Trainer(trainer.experiment)
    other.set_weights(weights)
    return other.scores().train.loss


@pytest.mark.parametrize("experiment", [SMALL, NORMED], ids=["plain", "batch norm"])
@pytest.mark.parametrize(("first", "second"), [((0, 1, 0), (0, 1, 1)), ((2, 1, 3), (1, 0, 2)), ((1, 2, 1), (1, 3, 4))])
def test_the_cost_over_two_weights_is_the_training_loss_with_them_set(experiment, first, second):
    trainer = trained(experiment, 10)
    found = two_weights(trainer, TwoWeights(first, second))
    assert (found.first, found.second) == (first, second)
    for row, column in ((0, 0), (5, 20), (SIDE - 1, 12)):
        values = [found.half * (2 * at / (SIDE - 1) - 1) for at in (column, row)]
        assert found.cost[row, column] == pytest.approx(with_weights(trainer, found, tuple(values)), rel=1e-6)
    assert found.at(found.now[None])[0] == pytest.approx(trainer.scores().train.loss, abs=0.05)


def test_weights_that_are_not_there_mean_the_first_and_one_with_itself_its_neighbour():
    trainer = trained(SMALL, 2)
    assert two_weights(trainer, TwoWeights((9, 0, 0), (0, 99, 0))).first == (0, 0, 0)
    same = two_weights(trainer, TwoWeights((1, 2, 5), (1, 2, 5)))
    assert (same.first, same.second) == ((1, 2, 5), (1, 2, 0))
    narrow = Trainer(replace(SMALL, data=replace(SMALL.data, features=("x1",)), network=Network(layers=())))
    assert two_weights(narrow, TwoWeights()).second == (0, 1, 0)


def valley(slope: float) -> Contours:
    """A parabola around (2, slope), over weights from −4 to 4."""
    along = np.linspace(-4, 4, SIDE)
    u, v = np.meshgrid(along, along)
    return Contours((0, 0, 0), (0, 0, 1), ("a", "b"), (u - 2) ** 2 + (v - slope) ** 2, 4.0, np.zeros(2))


def test_within_the_diamond_a_weight_is_exactly_nought_and_within_the_circle_it_is_not():
    found = valley(0.5)
    assert found.within(1.0, "diamond") == (1.0, 0.0)
    x, y = found.within(1.0, "circle")
    assert np.hypot(x, y) == pytest.approx(1, abs=0.02) and y == pytest.approx(0.5 / np.hypot(2, 0.5), abs=0.05)
    assert found.lowest == pytest.approx((2.0, 0.5), abs=0.2)
    assert found.within(4.0, "circle") == pytest.approx(found.lowest)  # what is large enough restrains nothing


@pytest.mark.parametrize("shape", ["circle", "diamond"])
def test_the_rim_has_its_length_everywhere_and_its_corners_on_the_axes(shape):
    places = rim(1.5, shape)
    length = np.abs(places).sum(axis=1) if shape == "diamond" else np.hypot(*places.T)
    assert length == pytest.approx(np.full(len(places), 1.5))
    assert sorted(map(tuple, places[(places == 0).any(axis=1)].tolist())) == [(-1.5, 0), (0, -1.5), (0, 1.5), (1.5, 0)]


# -- dropout ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_dividing_by_keep_keeps_the_mean(seed):
    """E12: with keep .8 mask / keep has mean 1 and variance .25; activations keep theirs, and lose a fifth without."""
    found = thinned(trained(replace(LEFT_OUT, seed=seed), 20), None)
    first = found.layers[0]
    assert first.keep == pytest.approx(0.8)
    assert first.mask_mean == pytest.approx(1, abs=0.01) and first.mask_variance == pytest.approx(0.25, abs=0.01)
    assert first.scaled == pytest.approx(first.whole, rel=0.02)
    assert first.unscaled == pytest.approx(0.8 * first.whole, rel=0.02)


def test_the_networks_drawn_are_those_that_the_last_step_trained():
    trainer = trained(LEFT_OUT, 20)
    found = thinned(trainer, None)
    masks = trainer.dropout_masks(len(trainer.last_batch))
    x = trainer.examples.x_train[:, trainer.last_batch]
    logits = trainer.traces(x, masks=masks)[-1].output[:, :SHOWN]
    assert found.p_each == pytest.approx(trainer.layout.probabilities(logits))
    for number, layer in enumerate(found.layers):
        assert np.array_equal(layer.kept, masks[number][:, :SHOWN] > 0)
    assert np.array_equal(found.true, trainer.examples.y_train[trainer.last_batch][:SHOWN])


def test_the_average_of_thinned_networks_is_nearer_the_whole_one_than_each_is():
    trainer = trained(LEFT_OUT, 60)
    found = thinned(trainer, None)
    assert len(found.gap) == DRAWS and found.gap[-1] < 0.8 * found.apart
    batch = trainer.last_batch
    p = trainer.layout.probabilities(trainer.traces(trainer.examples.x_train[:, batch])[-1].output)
    y = one_hot(trainer.examples.y_train[batch], 2)
    assert found.loss_whole == pytest.approx(float(-np.log((p * y).sum(axis=0)).mean()))
    assert found.loss_mean < found.loss_each


def test_at_test_time_nothing_is_left_out():
    """E12: the answers are those of the same weights without dropout."""
    trainer = trained(LEFT_OUT, 30)
    bare = Trainer(replace(LEFT_OUT, network=Network(layers=(Layer(40, "relu"), Layer(30, "tanh")))))
    bare.set_weights(trainer.weights())
    assert bare.scores().dev.loss == trainer.scores().dev.loss


def test_where_nothing_is_left_out_a_share_is_assumed_and_said_so():
    found = thinned(trained(SMALL, 4), None)
    assert found.assumed and [layer.keep for layer in found.layers] == [ASSUMED] * 2
    assert thinned(Trainer(replace(SMALL, network=Network(layers=()))), None) is None


def test_weights_whose_unit_is_cut_off_have_a_flat_loss():
    trainer = trained(SMALL, 3)
    weights = trainer.weights()
    weights["layer2.weights"][:, 0] = 0
    trainer.set_weights(weights)
    assert two_weights(trainer, TwoWeights((0, 0, 0), (0, 0, 1))).flat
    assert not two_weights(trainer, TwoWeights((0, 1, 0), (0, 1, 1))).flat and not valley(0.5).flat
