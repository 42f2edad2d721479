"""A layer that comes and goes again leaves the network's function as it was; what cannot be kept is said."""

from __future__ import annotations

import json

import msgspec
import numpy as np
import pytest

from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array
from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.session.sides import one_more, with_layers
from hyperscope.lab.timeline.score import from_code, from_json, replay
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.trainer import Trainer

STEPS = 300


def with_one_less(experiment: Experiment) -> Experiment:
    return with_layers(experiment, lambda layers: layers[:-1])


def trained(activation: str = "tanh", norm: str = "off") -> Trainer:
    trainer = Trainer(Experiment(network=Network(layers=(Layer(8, activation, norm),) * 3)))
    trainer.steps(STEPS)
    return trainer


def over_the_plane(trainer: Trainer) -> Array:
    """Class probabilities (C, m) on a grid that reaches beyond the data."""
    side = np.linspace(-1.5, 1.5, 30)
    grid = np.stack(np.meshgrid(side, side)).reshape(2, -1).astype(trainer.dtype)
    return trainer.layout.probabilities(trainer.predictor.logits(trainer.folded(), grid))


@pytest.mark.parametrize("norm", ["off", "before", "after"])
@pytest.mark.parametrize("activation", list(activations))
def test_a_layer_added_and_removed_at_once_gives_the_function_back(activation: str, norm: str) -> None:
    trainer = trained(activation, norm)
    experiment, before, loss = trainer.experiment, over_the_plane(trainer), trainer.scores().dev.loss
    trainer.apply(with_layers(experiment, one_more))
    said = trainer.apply(experiment)
    assert abs(over_the_plane(trainer) - before).mean() < 0.01
    assert trainer.scores().dev.loss == pytest.approx(loss, abs=0.005)
    assert "what the network computes was kept" in said


def test_three_layers_added_and_removed_give_the_function_back() -> None:
    trainer = trained()
    experiment, before = trainer.experiment, over_the_plane(trainer)
    for _ in range(3):
        trainer.apply(with_layers(trainer.experiment, one_more))
    trainer.apply(experiment)
    assert abs(over_the_plane(trainer) - before).mean() < 0.01


def test_a_linear_layer_is_never_missed() -> None:
    trainer = trained("linear")
    before = over_the_plane(trainer)
    trainer.apply(with_one_less(trainer.experiment))
    np.testing.assert_allclose(over_the_plane(trainer), before, atol=1e-4)


def test_what_a_removed_layer_takes_with_it_is_said_with_the_losses() -> None:
    trainer = trained("relu")
    before = trainer.scores().train.loss
    said = trainer.apply(with_one_less(trainer.experiment))
    after = trainer.scores().train.loss
    assert f"though not what the network computes (training loss {before:.3g} → {after:.3g})" in said


def test_a_layer_that_goes_costs_less_than_leaving_it_out() -> None:
    for activation in ("tanh", "relu"):
        one, other = trained(activation), trained(activation)
        one.apply(with_one_less(one.experiment))
        other.apply(with_one_less(other.experiment), bridge=False)
        assert one.scores().train.loss < other.scores().train.loss


def test_a_session_with_a_removed_layer_gives_the_same_numbers_again() -> None:
    timeline = Timeline(Trainer(Experiment()))
    timeline.steps(20)
    timeline.apply(with_one_less(timeline.trainer.experiment))
    timeline.steps(20)
    for score in (timeline.score, from_json(timeline.score.to_json()), from_code(timeline.score.to_code())):
        assert replay(score).parameters.tobytes() == timeline.trainer.parameters.tobytes()


def test_a_session_of_before_leaves_a_removed_layer_out_as_it_did() -> None:
    timeline = Timeline(Trainer(Experiment()))
    timeline.steps(20)
    timeline.apply(with_one_less(timeline.trainer.experiment))
    tree = json.loads(timeline.score.to_json())
    del tree["events"][0]["bridged"]
    of_before = from_json(msgspec.json.encode(tree))
    then = Trainer(Experiment())
    then.steps(20)
    then.apply(with_one_less(Experiment()), bridge=False)
    assert replay(of_before).parameters.tobytes() == then.parameters.tobytes()
    assert "bridged" not in of_before.to_json()
