"""Populations: every member is what it would be alone, whatever it is trained beside, and opens as a trainer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.probes.probe import Looked
from hyperscope.lab.training.in_training import InTraining
from hyperscope.lab.training.population import TOGETHER, Population
from hyperscope.lab.training.stack import Member
from hyperscope.lab.training.trainer import Trainer
from lab.sessions import moved
from probed import ASKS, OF_ONE

SMALL = Experiment(data=Data(points=80), training=Training(precision="float64"))
STRAIGHT = Experiment(
    network=Network(layers=(Layer(8, "linear"),) * 3),
    training=Training(optimiser="sgd", learning_rate=0.01, precision="float64"),
)
PATIENT = moved(("data.noise", 0.15), ("data.points", 120), ("training.patience", 5), start=SMALL)
RATES = (0.003, 0.01, 0.03)


def mixture() -> list[Experiment]:
    """Members that differ in rates, constants and seeds, some also in structure, optimiser, batch size or data."""
    members = [changed(changed(SMALL, "seed", k), "training.learning_rate", 0.003 * (k + 1)) for k in range(9)]
    members[1] = changed(members[1], "network.layers.1.batch_norm", "before")
    members[2] = changed(members[2], "training.schedule", "cosine")
    members[3] = changed(members[3], "network.layers.0.dropout", 0.3)
    members[4] = changed(members[4], "training.l2", 0.01)
    members[5] = changed(members[5], "training.optimiser", "rmsprop")
    members[6] = changed(members[6], "training.batch_size", 7)
    members[7] = changed(members[7], "data.source", "moons")
    members[8] = changed(members[8], "data.augment_jitter", 0.1)
    return members


def with_rates(start: Experiment = SMALL) -> list[Experiment]:
    return [changed(start, "training.learning_rate", rate) for rate in RATES]


def is_stacked(run: InTraining[Any]) -> bool:
    return isinstance(run, Member) and run.stack is not None


def apart(run: InTraining[Any], trainer: InTraining[Any]) -> float:
    """The greatest difference in any weight."""
    alone, together = trainer.weights(), run.weights()
    return max(float(np.abs(alone[name] - together[name]).max()) for name in alone)


def curves_apart(run: InTraining[Any], trainer: Trainer) -> float:
    """The greatest difference in any row of the curves, which are at the same steps."""
    one, other = run.history.curves(), trainer.history.curves()
    assert one.step.tolist() == other.step.tolist()
    names = ("epoch", "batch_loss", "train_loss", "dev_loss", "train_accuracy", "learning_rate", "gradient_norm")
    for name in names:
        assert (np.isnan(getattr(one, name)) == np.isnan(getattr(other, name))).all()
    return max(float(np.nanmax(np.abs(getattr(one, name) - getattr(other, name)))) for name in names)


# -- the same as alone ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("member", range(9))
def test_a_member_equals_itself_trained_alone(member: int) -> None:
    population = Population(mixture())
    population.steps(23)
    trainer = Trainer(mixture()[member])
    trainer.steps(23)
    found = population.member(member)
    assert (found.step, found.position) == (23, trainer.position)
    assert apart(found, trainer) < 1e-12
    assert found.scores().dev.loss == pytest.approx(trainer.scores().dev.loss, abs=1e-12)


def test_epochs_go_through_each_members_own_training_set() -> None:
    members = [changed(SMALL, "training.batch_size", size) for size in (7, 16)]
    population = Population(members)
    population.epochs(2)
    for number, member in enumerate(members):
        trainer = Trainer(member)
        trainer.finish_epoch()
        trainer.finish_epoch()
        assert population.member(number).step == trainer.step
        assert apart(population.member(number), trainer) < 1e-12


def test_more_members_than_are_stacked_together_are_all_trained() -> None:
    members = [changed(SMALL, "seed", k) for k in range(TOGETHER + 3)]
    population = Population(members)
    population.steps(5)
    trainer = Trainer(members[-1])
    trainer.steps(5)
    assert apart(population.member(TOGETHER + 2), trainer) < 1e-12


def test_members_on_data_of_their_own_are_stacked() -> None:
    members = [changed(SMALL, "data.seed", seed) for seed in range(3)]
    population = Population(members)
    assert all(is_stacked(population.member(k)) for k in range(3))
    population.steps(30)
    trainer = Trainer(members[2])
    trainer.steps(30)
    assert apart(population.member(2), trainer) < 1e-12
    assert curves_apart(population.member(2), trainer) < 1e-12


def test_augmented_members_each_train_on_copies_of_their_own() -> None:
    members = [moved(("data.augment_rotate", 20.0), ("seed", seed), start=SMALL) for seed in range(3)]
    population = Population(members)
    assert is_stacked(population.member(0))
    population.steps(30)
    for number, member in enumerate(members):
        trainer = Trainer(member)
        trainer.steps(30)
        assert apart(population.member(number), trainer) < 1e-12


def test_who_is_like_no_other_is_trained_by_a_trainer() -> None:
    population = Population(mixture())
    assert isinstance(population.member(7), Trainer)
    assert is_stacked(population.member(0))


def test_points_still_to_be_painted_are_no_reason_to_refuse_a_member() -> None:
    population = Population([changed(SMALL, "data.source", "painted")] * 2 + [SMALL] * 2)
    population.epochs(1)
    assert population.member(0).step == 0
    assert population.member(2).step == population.member(2).batches_per_epoch


# -- recording --------------------------------------------------------------------------------------------------------


def test_a_members_curves_are_those_of_a_trainer() -> None:
    population = Population(with_rates())
    for count in (1, 40, 3):
        population.steps(count)
    for number, member in enumerate(with_rates()):
        trainer = Trainer(member)
        trainer.steps(44)
        assert curves_apart(population.member(number), trainer) < 1e-12


@pytest.mark.parametrize("name", ["quantiles", "activations", "weights", "gradients", "normalised"])
def test_a_members_rivers_are_those_of_a_trainer(name: str) -> None:
    population = Population(with_rates())
    population.steps(40)
    trainer = Trainer(with_rates()[1])
    trainer.steps(40)
    pairs = zip(population.member(1).history.rivers_of(name), trainer.history.rivers_of(name), strict=True)
    assert all(np.allclose(one, other, rtol=1e-5, atol=1e-6, equal_nan=True) for one, other in pairs)


def test_a_full_history_is_thinned_as_a_trainers_is() -> None:
    population = Population(with_rates(), rows=16)
    population.steps(333)
    trainer = Trainer(with_rates()[2], rows=16)
    trainer.steps(333)
    assert len(trainer.history) <= 16
    assert curves_apart(population.member(2), trainer) < 1e-9


# -- stopping ---------------------------------------------------------------------------------------------------------


def test_a_member_that_diverges_is_named_and_leaves_the_others_alone() -> None:
    broken, sound = changed(STRAIGHT, "training.learning_rate", 10.0), changed(STRAIGHT, "seed", 7)
    population = Population([broken, sound])
    population.steps(2000)
    trainer = Trainer(sound)
    trainer.steps(2000)
    assert "layer" in population.stopped[0] or "output" in population.stopped[0]
    assert population.member(0).step < 2000
    assert all(np.isfinite(values).all() for values in population.member(0).weights().values())
    assert population.member(1).step == 2000
    assert apart(population.member(1), trainer) < 1e-9


def test_a_member_that_diverges_goes_back_to_where_a_trainer_goes_back_to() -> None:
    members = with_rates(STRAIGHT)
    population, trainer = Population(members), Trainer(members[1])
    population.steps(40)
    trainer.steps(40)
    wild = changed(members[1], "training.learning_rate", 10.0)
    assert population.apply(1, wild) == trainer.apply(wild)
    population.steps(2000)
    trainer.steps(2000)
    found = population.member(1)
    assert trainer.alarm and found.alarm == trainer.alarm
    assert (found.step, found.position, found.marks) == (trainer.step, trainer.position, trainer.marks)
    assert apart(found, trainer) < 1e-12
    assert curves_apart(found, trainer) < 1e-12
    assert population.member(0).step == population.member(2).step == 2040


def test_members_stop_early_each_in_its_own_epoch() -> None:
    members = [changed(PATIENT, "seed", seed) for seed in range(4)]
    population = Population(members)
    population.steps(3000)
    ends = set()
    for number, member in enumerate(members):
        trainer = Trainer(member)
        trainer.steps(3000)
        found = population.member(number)
        assert found.stopped_early
        assert (found.step, found.alarm) == (trainer.step, trainer.alarm)
        assert apart(found, trainer) < 1e-9
        assert curves_apart(found, trainer) < 1e-9
        ends.add(found.step)
    assert len(ends) > 1


def test_who_has_stopped_goes_on_when_told_to() -> None:
    members = [changed(PATIENT, "seed", seed) for seed in range(2)]
    population = Population(members)
    population.steps(3000)
    before = population.member(0).step
    population.go_on(0)
    population.steps(4)
    assert population.member(0).step == before + 4
    assert 1 in population.stopped


# -- changing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("training.learning_rate", 0.1),
        ("training.beta2", 0.9),
        ("training.optimiser", "rmsprop"),
        ("training.batch_size", 9),
        ("network.layers.0.units", 11),
        ("network.layers.1.batch_norm", "before"),
        ("data.noise", 0.3),
        ("seed", 3),
    ],
)
def test_a_member_takes_on_a_change_as_a_trainer_does(path: str, value: Any) -> None:
    population, trainer, other = Population(with_rates()), Trainer(with_rates()[1]), Trainer(with_rates()[2])
    changed_one = changed(with_rates()[1], path, value)
    population.steps(11)
    trainer.steps(11)
    other.steps(28)
    assert population.apply(1, changed_one) == trainer.apply(changed_one)
    population.steps(17)
    trainer.steps(17)
    found = population.member(1)
    assert (found.step, found.position, found.marks) == (trainer.step, trainer.position, trainer.marks)
    assert apart(found, trainer) < 1e-10
    assert curves_apart(found, trainer) < 1e-10
    assert apart(population.member(2), other) < 1e-10


def test_a_live_change_leaves_a_member_in_its_stack() -> None:
    population = Population(with_rates())
    population.steps(3)
    population.apply(1, changed(with_rates()[1], "training.l2", 0.1))
    assert is_stacked(population.member(1))


def test_members_that_are_changed_alike_are_stacked_anew() -> None:
    population = Population(with_rates())
    population.steps(3)
    for number, member in enumerate(with_rates()):
        population.apply(number, changed(member, "training.optimiser", "sgd"))
    population.steps(1)
    assert all(is_stacked(population.member(number)) for number in range(3))


def test_data_that_cannot_be_had_leave_a_member_as_it_was() -> None:
    population = Population(with_rates())
    population.steps(3)
    with pytest.raises(ValueError, match=r"nowhere\.csv"):
        population.apply(1, moved(("data.source", "file"), ("data.file", "nowhere.csv"), start=SMALL))
    assert population.member(1).experiment == with_rates()[1]
    assert population.member(1).step == 3


# -- opening ----------------------------------------------------------------------------------------------------------


def test_a_member_opens_as_a_trainer_with_everything_it_had() -> None:
    members = [changed(one, "network.layers.1.batch_norm", "before") for one in with_rates(PATIENT)]
    population, trainer = Population(members), Trainer(members[1])
    for run in (population, trainer):
        run.steps(33)
    opened = population.trainer(1)
    assert opened.best is not None and trainer.best is not None
    assert opened.best.step == trainer.best.step
    assert opened.sound.step == trainer.sound.step
    opened.steps(40)
    trainer.steps(40)
    assert (opened.step, opened.position, opened.marks) == (trainer.step, trainer.position, trainer.marks)
    assert apart(opened, trainer) < 1e-10
    assert curves_apart(opened, trainer) < 1e-10


def test_what_is_done_with_an_opened_member_does_not_show_in_the_population() -> None:
    population = Population(with_rates())
    population.steps(9)
    before = population.member(1).weights()
    opened = population.trainer(1)
    opened.steps(20)
    assert population.member(1).step == 9 and len(population.member(1).history) < len(opened.history)
    assert all((before[name] == values).all() for name, values in population.member(1).weights().items())


def test_a_checkpoint_of_a_member_is_one_of_a_trainer() -> None:
    population, trainer = Population(with_rates()), Trainer(with_rates()[0])
    population.steps(14)
    trainer.restore(population.member(1).checkpoint())
    population.steps(20)
    trainer.steps(20)
    assert trainer.experiment == with_rates()[1]
    assert apart(population.member(1), trainer) < 1e-10
    assert curves_apart(population.member(1), trainer) < 1e-10


def test_a_member_goes_back_to_a_checkpoint() -> None:
    population = Population(with_rates())
    population.steps(14)
    kept, before = population.member(1).checkpoint(), population.member(1).weights()
    population.steps(20)
    population.restore(1, kept)
    assert population.member(1).step == 14
    assert all((before[name] == values).all() for name, values in population.member(1).weights().items())
    population.steps(5)
    assert (population.member(1).step, population.member(2).step) == (19, 39)


def test_a_member_is_looked_at_like_a_trainer() -> None:
    population, trainer = Population(with_rates()), Trainer(with_rates()[1])
    population.steps(6)
    trainer.steps(6)
    member = population.member(1)
    x = trainer.examples.x_dev
    assert (member.epoch, member.layout, member.batch_size) == (trainer.epoch, trainer.layout, trainer.batch_size)
    assert np.allclose(member.predictor.logits(member.folded(), x), trainer.predictor.logits(trainer.folded(), x))
    assert np.allclose(member.traces(x)[-1].output, trainer.traces(x)[-1].output)
    assert member.gradient is not None and trainer.gradient is not None
    assert np.allclose(member.gradient, trainer.gradient)
    assert member.last_batch.tolist() == trainer.last_batch.tolist()


@pytest.mark.parametrize("name", [name for name in OF_ONE if name != "findings"])  # which steps a trainer
def test_every_probe_finds_in_a_member_what_it_finds_in_the_trainer_it_opens_as(name: str) -> None:
    start = moved(("network.layers.0.dropout", 0.2), ("network.layers.1.batch_norm", "before"), start=SMALL)
    population = Population(with_rates(start))
    population.steps(9)
    found, expected = (Looked(run)(ASKS[name]) for run in (population.member(1), population.trainer(1)))
    assert repr(found) == repr(expected)


def test_an_unknown_member_is_refused_by_number() -> None:
    population = Population([SMALL])
    with pytest.raises(LookupError, match="no member 3; they are 0 to 0"):
        population.member(3)
