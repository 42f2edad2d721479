"""Many experiments as one job: where they stand, how they look, and one of them handed over to be gone on with."""

from __future__ import annotations

import itertools
import time
from collections import deque
from typing import Any

import msgspec
import numpy as np
import pytest

from hyperscope.engine.settings import Training
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs import population_task
from hyperscope.lab.jobs.job import Job
from hyperscope.lab.jobs.population_task import HandedOver, HandOver, Maps, PopulationTask, Standing
from hyperscope.lab.jobs.small_map import SmallMap
from hyperscope.lab.jobs.task import Progress, Record, Rest
from hyperscope.lab.training.trainer import Trainer
from lab.sessions import CALM, RUNAWAY, START, moved
from lab.tasks import run_here

PATIENCE = 30.0  # s; a busy machine takes a second or two to start a process
RATE = "training.learning_rate"
FAST = moved((RATE, 0.05))
LARGE = moved(("training.batch_size", 50))
EPOCHS = 6


def found(task: PopulationTask, *wishes: object) -> list[Any]:
    """The records of a task until it rests."""
    return [said.value for said in run_here(task, *wishes)[0] if isinstance(said, Record)]


def alone(experiment: Experiment, epochs: int = EPOCHS) -> Trainer:
    trainer = Trainer(experiment)
    while trainer.position.epoch < epochs and not trainer.alarm:
        trainer.finish_epoch()
    return trainer


def precise(experiment: Experiment) -> Experiment:
    """The experiment in float64, in which stacked networks are those alone to many digits."""
    return msgspec.structs.replace(
        experiment, training=msgspec.structs.replace(experiment.training, precision="float64")
    )


def test_they_are_seen_before_they_have_trained() -> None:
    first = found(PopulationTask((START, FAST), epochs=1))[0]
    assert first.step.tolist() == [0, 0]
    assert first.dev_loss[0] == pytest.approx(Trainer(START).scores().dev.loss)


def test_each_stands_in_the_end_where_it_would_alone() -> None:
    experiments = tuple(precise(one) for one in (START, LARGE, FAST))
    last = found(PopulationTask(experiments, epochs=EPOCHS))[-1]
    trainers = [alone(one) for one in experiments]
    assert last.step.tolist() == [trainer.step for trainer in trainers]
    assert last.epoch.tolist() == [EPOCHS] * 3
    for name in ("train", "dev"):
        scores = [getattr(trainer.scores(), name) for trainer in trainers]
        assert np.allclose(getattr(last, f"{name}_loss"), [one.loss for one in scores], rtol=1e-6)
        assert np.allclose(getattr(last, f"{name}_accuracy"), [one.accuracy for one in scores])


def test_a_length_in_steps_is_kept_to_by_all() -> None:
    assert found(PopulationTask((START, LARGE), steps=7))[-1].step.tolist() == [7, 7]


def test_in_the_end_all_is_done_and_it_rests() -> None:
    said, _ = run_here(PopulationTask((START,), steps=3))
    assert said[-2:] == [Progress(1.0), Rest()]


def test_one_that_breaks_says_so_and_stops_nobody() -> None:
    last = found(PopulationTask((CALM, RUNAWAY), steps=100))[-1]
    assert last.stopped[0] == "" and last.stopped[1] != ""
    assert last.step[0] == 100 and last.step[1] < 100


def test_early_stopping_and_augmentation_are_those_of_each_alone() -> None:
    experiments = tuple(
        precise(moved(*moves)) for moves in ((("training.patience", 2), (RATE, 0.3)), (("data.augment_move", 0.1),))
    )
    last = found(PopulationTask(experiments, epochs=40))[-1]
    trainers = [alone(one, 40) for one in experiments]
    assert last.step.tolist() == [trainer.step for trainer in trainers]
    assert last.stopped == tuple(trainer.alarm for trainer in trainers) and last.stopped[0]
    assert np.allclose(last.dev_loss, [trainer.scores().dev.loss for trainer in trainers], rtol=1e-5)


def test_maps_are_there_when_wished_for_and_are_those_of_each_alone() -> None:
    task = PopulationTask((precise(START), precise(FAST)), epochs=EPOCHS)
    assert found(task)[-1].maps == ()
    last = found(task, Maps(12))[-1]
    trainer = alone(precise(FAST))
    assert [one.shape for one in last.maps] == [(trainer.layout.classes, 12, 12)] * 2
    assert np.allclose(last.maps[1].sum(axis=0), 1, atol=1e-5)
    assert np.allclose(last.maps[1], SmallMap(trainer, ("", ""), 12).p(trainer), atol=1e-4)


@pytest.fixture
def all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at all of them after every burst."""
    monkeypatch.setattr(population_task, "EVERY", 0.0)
    monkeypatch.setattr(population_task, "SHARE", 0)


@pytest.mark.usefixtures("all_the_time")
def test_on_the_way_each_stands_where_its_history_was_last_recorded() -> None:
    task = PopulationTask((precise(START), precise(FAST)), epochs=EPOCHS)
    on_the_way = [seen for seen in found(task) if 0 < seen.epoch[0] < EPOCHS]
    assert len(on_the_way) > 1
    for seen in on_the_way[:6]:
        assert seen.step[0] == seen.step[1], "all at the same step"
        for k, experiment in enumerate(task.experiments):
            trainer = Trainer(experiment)
            trainer.steps(int(seen.step[k]))
            scores = trainer.scores()
            assert seen.dev_loss[k] == pytest.approx(scores.dev.loss, rel=1e-6)
            assert seen.train_accuracy[k] == pytest.approx(scores.train.accuracy)


@pytest.mark.usefixtures("all_the_time")
def test_maps_are_drawn_in_turn_on_the_way_and_all_anew_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(population_task, "DRAWN", 0.0)  # time for one of them at each look
    looks = [seen.maps for seen in found(PopulationTask((START, FAST, CALM), epochs=EPOCHS, maps=Maps(6)))]
    changed = [
        [k for k in range(3) if not np.array_equal(one[k], other[k])] for one, other in itertools.pairwise(looks[:-1])
    ]
    assert changed[:4] == [[0], [1], [2], [0]]
    assert all(len(some) <= 1 for some in changed)
    for experiment, drawn in zip((START, FAST, CALM), looks[-1], strict=True):
        trainer = alone(experiment)
        assert np.allclose(drawn, SmallMap(trainer, ("", ""), 6).p(trainer), atol=1e-3)


def test_one_handed_over_at_the_end_goes_on_with_its_weights() -> None:
    wishes: deque[Any] = deque()
    work = PopulationTask((precise(START), precise(FAST)), epochs=EPOCHS).run(wishes)
    while not isinstance(next(work), Rest):
        pass
    wishes.append(HandOver(1))
    handed = next(work)
    assert isinstance(handed, Record) and isinstance(handed.value, HandedOver) and handed.value.number == 1
    trainer, same = Trainer(START), alone(precise(FAST))
    trainer.restore(handed.value.checkpoint)
    assert trainer.experiment == precise(FAST)
    assert (trainer.step, trainer.position) == (same.step, same.position)
    for one in (same, trainer):
        one.steps(5)  # with the optimiser's memory
    for name, values in same.weights().items():
        assert np.allclose(trainer.weights()[name], values, rtol=1e-6, atol=1e-9), name
    work.close()


def test_a_length_has_to_be_one() -> None:
    with pytest.raises(ValueError, match="epochs is 3 and steps 4; one of them must be positive"):
        PopulationTask((START,), epochs=3, steps=4)


def test_data_that_cannot_be_had_are_named() -> None:
    nowhere = msgspec.structs.replace(START, data=Data(source="file", file="nowhere.csv"))
    with pytest.raises(ValueError, match=r"nowhere\.csv"):
        run_here(PopulationTask((START, nowhere), epochs=1))


def test_in_a_process_of_its_own_many_are_seen_live_and_one_is_handed_over_while_paused() -> None:
    rates = np.geomspace(1e-4, 1, 54)
    experiments = tuple(Experiment(training=Training(learning_rate=rate), seed=k) for k, rate in enumerate(rates))
    job = Job(PopulationTask(experiments, epochs=100_000, maps=Maps(16)))
    try:
        steps: list[float] = []
        deadline = time.monotonic() + PATIENCE
        while len(set(steps)) < 3:  # on a busy machine one may come in which no step was taken
            assert time.monotonic() < deadline, f"it has come to {job.progress}, {job.problem}"
            job.wait(0.5)
            steps += [record.step.min() for record in job.take() if isinstance(record, Standing)]
        assert steps[0] == 0 and steps == sorted(steps)
        job.pause()
        job.wish(HandOver(50))
        while not any(isinstance(record, HandedOver) for record in job.records):
            assert time.monotonic() < deadline, job.problem
            job.wait(0.5)
            job.take()
    finally:
        job.close()
