"""Layers that come and go anywhere: the others keep what they learned, and stay who they are."""

from __future__ import annotations

import numpy as np
import pytest

from hyperscope.engine import textbook
from hyperscope.engine.arrays import Array
from hyperscope.engine.settings import Layer, Network, marks
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, from_json
from hyperscope.lab.session.sides import MOST_LAYERS, one_less, one_more, with_layers
from hyperscope.lab.timeline import score as scores
from hyperscope.lab.timeline.score import Event, Score, replay
from hyperscope.lab.training.trainer import Trainer

NETWORK = Network(layers=tuple(Layer(units, "relu") for units in (6, 6, 6)), initialiser="he")
START = Experiment(data=Data(points=100), network=NETWORK)
NORMED = with_layers(START, lambda layers: tuple(Layer(6, "relu", "before") for _ in layers))


def answers(trainer: Trainer) -> Array:
    state, layout = trainer.learner.state, trainer.layout
    return textbook.forward(layout, state.parameters, state.running, trainer.examples.x_dev, training=False)[-1].output


def trained(experiment: Experiment) -> Trainer:
    trainer = Trainer(experiment)
    trainer.steps(40)
    return trainer


@pytest.mark.parametrize("start", [START, NORMED], ids=["plain", "batch norm"])
@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_a_layer_put_anywhere_keeps_what_the_network_computes(start: Experiment, at: int) -> None:
    trainer = trained(start)
    before = answers(trainer)
    trainer.apply(with_layers(start, lambda layers: one_more(layers, at)))
    assert len(trainer.layout.names) == 5
    np.testing.assert_allclose(answers(trainer), before, atol=1e-5)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_the_other_layers_keep_their_weights_when_one_comes_before_them(at: int) -> None:
    trainer = trained(START)
    before = trainer.weights()
    trainer.apply(with_layers(START, lambda layers: one_more(layers, at)))
    after = trainer.weights()
    for number in range(at, 3):
        old, new = before[f"layer{number + 1}.weights"], after[f"layer{number + 2}.weights"]
        np.testing.assert_allclose(new[:, : old.shape[1]], old, rtol=1e-6)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_layer_taken_out_leaves_the_others_their_weights_but_the_one_that_stands_in_for_it(number: int) -> None:
    trainer = trained(with_layers(START, lambda layers: (Layer(2, "relu"), *layers[1:])))
    before = trainer.weights()
    trainer.apply(with_layers(trainer.experiment, lambda layers: one_less(layers, number)))
    after = trainer.weights()
    kept = [name for name in range(3) if name != number]
    for place, old in enumerate(kept):
        if old == number + 1:
            continue
        was, now = before[f"layer{old + 1}.weights"], after[f"layer{place + 1}.weights"]
        width = min(was.shape[1], now.shape[1])
        np.testing.assert_array_equal(now[:, :width], was[:, :width])


@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_a_layer_put_anywhere_and_taken_out_again_leaves_the_experiment_of_before(at: int) -> None:
    more = with_layers(START, lambda layers: one_more(layers, at))
    assert with_layers(more, lambda layers: one_less(layers, at)) == START


def test_marks_tell_layers_apart_whatever_comes_and_goes() -> None:
    layers = NETWORK.layers
    layers = one_more(layers, 1)
    assert marks(layers) == [1, 4, 2, 3]
    layers = one_less(layers, 0)
    assert marks(layers) == [4, 2, 3]
    assert marks(one_more(layers)) == [4, 2, 3, 5]


def test_layers_of_before_have_no_marks_to_write() -> None:
    added = with_layers(START, lambda layers: one_less(one_more(layers), 3))
    assert added == START
    assert "mark" not in START.to_json()


def test_no_more_layers_come_than_the_picture_can_show() -> None:
    full = (Layer(),) * MOST_LAYERS
    assert one_more(full, 2) == full


def test_a_session_with_a_layer_in_the_middle_gives_its_numbers_again() -> None:
    more = with_layers(START, lambda layers: one_more(layers, 1))
    less = with_layers(more, lambda layers: one_less(layers, 0))
    score = Score(START, (Event(20, more), Event(35, less)), 50)
    read = scores.from_code(score.to_code())
    assert read == score == scores.from_json(score.to_json())
    assert from_json(less.to_json()) == less
    for name, values in replay(score).weights().items():
        assert np.array_equal(values, replay(read).weights()[name])


def test_a_mark_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^mark is -1; it must be a whole number from 0 on$"):
        Layer(mark=-1)
