"""Class weights set by hand, as part of an experiment: live, kept in files, given on the command line."""

from __future__ import annotations

import numpy as np
import pytest

from hyperscope.engine.settings import Training
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import WEIGHTS, Experiment, changed, from_json, parsed
from hyperscope.lab.experiment.moves import sentence
from hyperscope.lab.training.population import Population
from hyperscope.lab.training.trainer import Trainer

RARE = Experiment(data=Data(source="blobs", points=200, noise=0.4, imbalance=0.8))
BY_HAND = changed(RARE, "training.class_weights", "by hand")


def found(trainer: Trainer, number: int) -> float:
    """The share of a class's training examples that is found."""
    x, y = trainer.examples.x_train, trainer.examples.y_train
    answers = trainer.predictor.probabilities(trainer.learner.state, x).argmax(axis=0)
    return float((answers[y == number] == number).mean())


def test_a_weight_is_live_and_keeps_the_weights_of_the_network() -> None:
    trainer = Trainer(BY_HAND)
    trainer.steps(20)
    before = trainer.learner.state.parameters.copy()
    said = trainer.apply(changed(BY_HAND, WEIGHTS, (1.0, 20.0, 20.0)))
    assert np.array_equal(trainer.learner.state.parameters, before)
    assert "kept" in said
    trainer.steps(1)
    assert trainer.step == 21


def test_by_hand_without_numbers_is_the_same_training_as_equal() -> None:
    plain, by_hand = Trainer(RARE), Trainer(BY_HAND)
    for trainer in (plain, by_hand):
        trainer.steps(30)
    np.testing.assert_allclose(plain.learner.state.parameters, by_hand.learner.state.parameters, rtol=1e-4, atol=1e-6)


def test_members_of_other_weights_are_each_what_they_are_alone() -> None:
    both = [changed(BY_HAND, WEIGHTS, weights) for weights in ((1.0, 9.0), (9.0,))]
    population = Population(both)
    population.steps(25)
    for number, experiment in enumerate(both):
        alone = Trainer(experiment)
        alone.steps(25)
        together = population.member(number).weights()
        for name, values in alone.weights().items():
            np.testing.assert_allclose(together[name], values, rtol=1e-4, atol=1e-5)


def test_weights_are_read_from_a_command_line_and_survive_a_file() -> None:
    experiment = changed(BY_HAND, WEIGHTS, parsed(WEIGHTS, "1, 2.5,10"))
    assert experiment.training.weights_by_class == (1.0, 2.5, 10.0)
    assert from_json(experiment.to_json()) == experiment
    assert "weights_by_class" not in RARE.to_json()


def test_words_for_weights_are_refused() -> None:
    with pytest.raises(ValueError, match=r"weights_by_class is 'much'; it must be numbers with commas between"):
        parsed(WEIGHTS, "much")


@pytest.mark.parametrize("given", [(0.0,), (1000.0,), (float("nan"),), ("2",), 3.0, (True,)])
def test_weights_that_cannot_be_are_refused(given: object) -> None:
    with pytest.raises(ValueError, match=r"^weights_by_class is .*; it must be numbers in \[0.01, 100\]"):
        Training(weights_by_class=given)  # type: ignore[arg-type]


def test_a_move_of_weights_is_told_with_its_numbers() -> None:
    said = sentence(BY_HAND, changed(BY_HAND, WEIGHTS, (1.0, 5.0)), "weights kept", 3)
    assert said == "Class weights 1, 5 at epoch 3: weights kept."
