"""The last, shorter mini-batch of an epoch: said where it harms batch norm, and left out where that is wanted."""

from __future__ import annotations

import csv
from pathlib import Path

import msgspec
import numpy as np
import pytest

from hyperscope.cli import run
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.doctor.diagnosis import Finding, findings
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.training.population import Population
from hyperscope.lab.training.trainer import Trainer

NORMED = Network(layers=(Layer(8, "tanh", "before"),) * 2)
LONELY = Experiment(network=NORMED, training=Training(batch_size=43))  # 302 examples: 7 batches of 43 and one of 1
DROPPED = changed(LONELY, "training.drop_last", True)


def sizes(trainer: Trainer, steps: int) -> list[int]:
    """Of the mini-batches that so many steps see."""
    found = []
    for _ in range(steps):
        trainer.steps(1)
        found.append(len(trainer.last_batch))
    return found


def seen(name: str, experiment: Experiment) -> Finding | None:
    return next((finding for finding in findings(Trainer(experiment)) if finding.name == name), None)


def test_the_last_batch_is_kept_unless_it_is_to_be_dropped() -> None:
    assert Trainer(LONELY).training_examples == 302
    assert sizes(Trainer(LONELY), 9) == [43] * 7 + [1, 43]


def test_a_dropped_last_batch_is_no_step() -> None:
    trainer = Trainer(DROPPED)
    assert trainer.batches_per_epoch == 7
    assert sizes(trainer, 21) == [43] * 21
    assert trainer.position.epoch == 3


def test_batches_without_a_rest_are_not_touched() -> None:
    even = changed(LONELY, "training.batch_size", 151)
    one, other = Trainer(even), Trainer(changed(even, "training.drop_last", True))
    for trainer in (one, other):
        trainer.steps(40)
    assert one.parameters.tobytes() == other.parameters.tobytes()


def test_fewer_examples_than_a_batch_are_one_batch_all_the_same() -> None:
    assert sizes(Trainer(changed(DROPPED, "training.batch_size", 4096)), 3) == [302] * 3


@pytest.mark.parametrize("more", [{}, {"schedule": "exponential"}, {"patience": 2}], ids=str)
def test_dropped_batches_do_not_show_in_how_steps_are_asked_for(more: dict[str, object]) -> None:
    training = msgspec.structs.replace(DROPPED.training, **more)
    experiment = msgspec.structs.replace(DROPPED, training=training)
    one, other = Trainer(experiment), Trainer(experiment)
    one.steps(60)
    for count in (1, 2, 30, 5, 22):
        other.steps(count)
    assert one.parameters.tobytes() == other.parameters.tobytes()
    assert (one.step, one.position) == (other.step, other.position)


def test_dropping_while_only_the_rest_is_left_begins_the_next_epoch() -> None:
    trainer = Trainer(LONELY)
    trainer.steps(7)
    trainer.apply(DROPPED)
    assert (trainer.position.epoch, trainer.position.used) == (1, 0)
    assert trainer.finish_epoch() == 7


def test_a_population_drops_what_its_members_alone_would() -> None:
    members = [changed(DROPPED, "seed", seed) for seed in (1, 2)]
    population = Population(members)
    population.epochs(3)
    for number, experiment in enumerate(members):
        alone = Trainer(experiment)
        alone.steps(21)
        assert population.member(number).step == 21
        np.testing.assert_allclose(population.member(number).parameters, alone.parameters, rtol=1e-3, atol=1e-5)


def test_dropping_a_batch_of_one_keeps_batch_norm_from_harm() -> None:
    # after each of the last 20 of 60 epochs, the worst
    def worst(experiment: Experiment) -> float:
        trainer, found = Trainer(experiment), []
        while trainer.position.epoch < 60:
            trainer.finish_epoch()
            found.append(trainer.scores().train.accuracy)
        return min(found[40:])

    assert worst(DROPPED) > worst(LONELY) + 0.05


# -- that it is said --------------------------------------------------------------------------------------------------


def test_the_doctor_looks_at_the_smallest_batch_that_occurs() -> None:
    finding = seen("tiny batches", LONELY)
    assert finding is not None and finding.severity == "act"
    assert "over 43 examples at a time, in the last mini-batch of each epoch over 1." in finding.sentence


def test_the_doctors_remedy_is_to_drop_the_last_batch() -> None:
    finding = seen("tiny batches", LONELY)
    assert finding is not None and finding.remedy is not None
    assert finding.remedy.change(LONELY) == DROPPED
    assert seen("tiny batches", DROPPED).severity == "fine"  # type: ignore[union-attr]


def test_the_doctor_counts_batch_norm_of_the_output() -> None:
    output = Network(layers=(), bn_output=True)
    assert seen("tiny batches", msgspec.structs.replace(LONELY, network=output)) is not None


@pytest.mark.parametrize(("size", "has"), [(43, "1 example,"), (60, "2 examples,")])
def test_a_last_batch_too_small_for_batch_norm_is_said_when_it_comes_about(size: int, has: str) -> None:
    trainer = Trainer(Experiment(network=NORMED))
    said = trainer.apply(Experiment(network=NORMED, training=Training(batch_size=size)))
    assert f"The last mini-batch of each epoch has {has} too few for batch norm: drop it" in said


def test_a_small_last_batch_without_batch_norm_is_not_spoken_of() -> None:
    assert Trainer(Experiment(training=Training(batch_size=43))).caution == ""


def test_a_run_says_that_its_last_batch_is_too_small(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lonely.json").write_text(LONELY.to_json(), encoding="utf-8")
    run(["run", str(tmp_path / "lonely.json"), "--epochs", "1"])
    assert "The last mini-batch of each epoch has 1 example" in capsys.readouterr().err


# -- outside ----------------------------------------------------------------------------------------------------------


def test_a_run_that_drops_is_repeated_from_its_batches_step_for_step(tmp_path: Path) -> None:
    training = Training(batch_size=43, drop_last=True, schedule="exponential", decay=0.5, decay_every=1.0)
    experiment = Experiment(data=Data(), network=NORMED, training=training)
    (tmp_path / "dropped.json").write_text(experiment.to_json(), encoding="utf-8")
    words = ["run", str(tmp_path / "dropped.json"), "--epochs", "4", "--out"]
    run([*words, str(tmp_path / "once")])
    run([*words, str(tmp_path / "again"), "--batches", str(tmp_path / "once" / "batches.txt")])
    assert (tmp_path / "once/steps.csv").read_bytes() == (tmp_path / "again/steps.csv").read_bytes()
    with (tmp_path / "again" / "metrics.csv").open(newline="", encoding="utf-8") as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["0", "1", "2", "3", "4"]
