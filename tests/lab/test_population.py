"""Populations: every member is what it would be alone, whatever it is trained beside."""

from __future__ import annotations

import numpy as np
import pytest

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.training.population import TOGETHER, Population
from hyperscope.lab.training.trainer import Trainer

SMALL = Experiment(data=Data(points=80), training=Training(precision="float64"))


def mixture() -> list[Experiment]:
    """Members that differ in rates, constants and seeds, some also in structure, optimiser, batch size or data."""
    members = [changed(changed(SMALL, "seed", k), "training.learning_rate", 0.003 * (k + 1)) for k in range(8)]
    members[1] = changed(members[1], "network.layers.1.batch_norm", "before")
    members[2] = changed(members[2], "training.schedule", "cosine")
    members[3] = changed(members[3], "network.layers.0.dropout", 0.3)
    members[4] = changed(members[4], "training.l2", 0.01)
    members[5] = changed(members[5], "training.optimiser", "rmsprop")
    members[6] = changed(members[6], "training.batch_size", 7)
    members[7] = changed(members[7], "data.source", "moons")
    return members


def apart(population: Population, member: int, trainer: Trainer) -> float:
    """The greatest difference in any weight."""
    alone, together = trainer.weights(), population.weights(member)
    return max(float(np.abs(alone[name] - together[name]).max()) for name in alone)


@pytest.mark.parametrize("member", range(8))
def test_a_member_equals_itself_trained_alone(member: int) -> None:
    population = Population(mixture())
    population.steps(23)
    trainer = Trainer(mixture()[member])
    trainer.steps(23)
    assert population.member(member).step == 23
    assert apart(population, member, trainer) < 1e-12
    assert population.scores(member).dev.loss == pytest.approx(trainer.scores().dev.loss, abs=1e-12)


def test_epochs_go_through_each_members_own_training_set() -> None:
    members = [changed(SMALL, "training.batch_size", size) for size in (7, 16)]
    population = Population(members)
    population.epochs(2)
    for number, member in enumerate(members):
        trainer = Trainer(member)
        trainer.finish_epoch()
        trainer.finish_epoch()
        assert population.member(number).step == trainer.step
        assert apart(population, number, trainer) < 1e-12


def test_more_members_than_are_stacked_together_are_all_trained() -> None:
    members = [changed(SMALL, "seed", k) for k in range(TOGETHER + 3)]
    population = Population(members)
    population.steps(5)
    trainer = Trainer(members[-1])
    trainer.steps(5)
    assert apart(population, TOGETHER + 2, trainer) < 1e-12


def test_a_member_that_diverges_is_named_and_leaves_the_others_alone() -> None:
    straight = Network(layers=(Layer(8, "linear"),) * 3)
    broken = Experiment(network=straight, training=Training(optimiser="sgd", learning_rate=10, precision="float64"))
    sound = changed(changed(broken, "training.learning_rate", 0.01), "seed", 7)
    population = Population([broken, sound])
    population.steps(2000)
    trainer = Trainer(sound)
    trainer.steps(2000)
    assert "layer" in population.stopped[0] or "output" in population.stopped[0]
    assert population.member(0).step < 2000
    assert all(np.isfinite(values).all() for values in population.weights(0).values())
    assert population.member(1).step == 2000
    assert apart(population, 1, trainer) < 1e-9


def test_an_unknown_member_is_refused_by_number() -> None:
    population = Population([SMALL])
    with pytest.raises(LookupError, match="no member 3; they are 0 to 0"):
        population.weights(3)
