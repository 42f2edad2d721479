"""Ten seeds: the runs are those of single trainers, and what they say of luck."""

from __future__ import annotations

import math
import os
import signal
from collections.abc import Iterator
from typing import Never

import msgspec
import numpy as np
import pytest

from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.job import Job
from hyperscope.lab.jobs.seeds import SeedRuns, Seeds, TenSeeds, decisive, looked_at, with_seeds
from hyperscope.lab.timeline.score import Score
from hyperscope.lab.training.trainer import Trainer
from lab.sessions import CALM, RUNAWAY, START, moved
from lab.tasks import result_of, run_here
from patience import SECONDS

FAST = moved(("training.learning_rate", 0.05))


def outcome(a: Experiment, b: Experiment, epochs: int = 20, count: int = 3) -> Seeds:
    return result_of(TenSeeds(Score(a), Score(b), epochs, count))


def alone(experiment: Experiment, epochs: int = 20, count: int = 3) -> list[list[float]]:
    """The dev losses of single trainers at the same epochs."""
    rows = []
    for one in with_seeds(Score(experiment), count):
        trainer, row = Trainer(one.start), []
        for epoch in looked_at(epochs).tolist():
            while trainer.position.epoch < epoch and not trainer.alarm:
                trainer.finish_epoch()
            row.append(trainer.scores().dev.loss)
        rows.append(row)
    return rows


@pytest.mark.parametrize(
    "experiment",
    [START, moved(("data.augment_move", 0.1)), moved(("training.patience", 3))],
    ids=["stacked", "augmented", "stopping early"],
)
def test_the_runs_are_those_of_single_trainers(experiment: Experiment) -> None:
    precise = msgspec.structs.replace(
        experiment, training=msgspec.structs.replace(experiment.training, precision="float64")
    )
    found = outcome(precise, FAST)
    assert found.seeds == (7, 8, 9)
    assert np.allclose(found.a.loss, alone(precise), rtol=1e-6)


def test_both_begin_with_the_same_seeds() -> None:
    found = outcome(START, FAST)
    assert np.allclose(found.a.loss[:, 0], found.b.loss[:, 0], rtol=1e-5)


def test_a_run_that_diverges_counts_as_the_worst() -> None:
    found = outcome(CALM, RUNAWAY)
    assert np.isinf(found.b.loss[:, -1]).all()
    assert found.sentence.startswith("3 seeds, epoch 20: no verdict, A is better in 3 of 3 (too few to decide); median")
    assert found.sentence.endswith("against not finite; B diverged in 3.")


def made(a: list[float], b: list[float], by_loss: bool = True) -> Seeds:
    """An outcome with these losses at the end, or accuracies."""

    def runs(values: list[float]) -> SeedRuns:
        column = np.array(values)[:, None]
        return SeedRuns(column, column) if by_loss else SeedRuns(np.ones_like(column), column)

    return Seeds(tuple(range(len(a))), np.array([20.0]), runs(a), runs(b), by_loss)


def test_the_sentence_says_when_how_often_by_which_rule_and_both_medians() -> None:
    found = made([0.03] * 9 + [0.01], [0.02] * 10)
    said = "Ten seeds, epoch 20: B is better, in 9 of 10 (9 decide); median dev loss 0.020 against 0.030."
    assert (found.verdict, found.sentence) == ("B", said)


def test_what_a_coin_often_does_is_no_verdict() -> None:
    found = made([0.03] * 8 + [0.01] * 2, [0.02] * 10)
    assert found.verdict == ""
    assert "no verdict, B is better in 8 of 10 (9 decide)" in found.sentence


def test_as_many_seeds_decide_as_the_sign_test_asks_for() -> None:
    assert [decisive(count) for count in (5, 6, 8, 9, 10, 20)] == [None, 6, 8, 8, 9, 15]


def test_equal_runs_are_no_verdict() -> None:
    assert "no verdict, 0 to 0" in made([0.1] * 10, [0.1] * 10).sentence


def test_losses_of_two_kinds_are_compared_by_accuracy() -> None:
    found = made([0.9] * 10, [0.95] * 10, by_loss=False)
    assert found.sentence.endswith("(9 decide); median dev accuracy 95.0\u00a0% against 90.0\u00a0%.")
    assert found.dots[1].tolist() == [0.95] * 10


def test_a_band_reaches_from_quarter_to_quarter_about_the_median() -> None:
    band, _ = made([0.0, 1.0, 2.0, 3.0, 4.0], [0.0] * 5).bands
    assert (band.low[0], band.median[0], band.high[0]) == (1.0, 2.0, 3.0)
    assert band.name == "A, 5 seeds"


def test_a_band_is_not_drawn_where_diverged_runs_reach() -> None:
    band, _ = made([1.0, 2.0, 3.0, math.inf, math.inf], [0.0] * 5).bands
    assert band.median[0] == 3.0 and math.isnan(band.high[0])


@pytest.fixture
def job() -> Iterator[Job[Never, Seeds]]:
    made_one = Job(TenSeeds(Score(START), Score(FAST), 20, 2))
    yield made_one
    made_one.close()


def wait_for_the_end(job: Job[Never, Seeds]) -> None:
    for _ in range(round(SECONDS / 0.05)):
        if job.over:
            return
        job.wait(0.05)
        job.take()
    raise AssertionError(f"it does not end; it is at {job.progress}")


def test_a_process_of_its_own_comes_to_the_same(job: Job[Never, Seeds]) -> None:
    wait_for_the_end(job)
    assert job.result is not None and job.progress.share == 1.0
    assert np.array_equal(job.result.a.loss, outcome(START, FAST, 20, 2).a.loss)


def test_a_process_that_is_lost_is_said_to_be(job: Job[Never, Seeds]) -> None:
    assert job.pid is not None
    os.kill(job.pid, signal.SIGKILL)
    wait_for_the_end(job)
    assert job.problem == "The process that trained the ten seeds ended unexpectedly."


def test_data_that_cannot_be_had_are_named() -> None:
    nowhere = msgspec.structs.replace(START, data=Data(source="file", file="nowhere.csv"))
    with pytest.raises(ValueError, match=r"nowhere\.csv"):
        run_here(TenSeeds(Score(nowhere), Score(START), 20, 2))
