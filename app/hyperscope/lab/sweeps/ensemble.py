"""Several networks that differ in their start alone, each one's map and answers, and those of their mean."""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

import msgspec
import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.task import News, Progress, Record, Wishes

MOST = 16  # networks
SIDE = 40  # cells of a map
ROWS = 16  # of each network's history, of which nothing is shown
BURST = 0.012  # s of training before the next look
EVERY = 0.08  # s between two records


@dataclass(frozen=True, slots=True, eq=False)
class Ensemble:
    """N networks after `epoch` epochs: `maps` (N, C, side, side) and losses and shares right (N,) on dev and test.

    `mean` (C, side, side) is the mean of the maps; `mean_loss` and `mean_right` (2,) are of the mean of all ŷ, on dev
    and on test.
    """

    epoch: float
    maps: Array
    mean: Array
    loss: Array  # (2, N): dev, test
    right: Array  # (2, N)
    mean_loss: Array
    mean_right: Array

    @property
    def best(self) -> int:
        """The network with the lowest dev loss."""
        return int(np.argmin(self.loss[0]))

    @property
    def beaten(self) -> int:
        """Of how many networks the mean has the lower dev loss."""
        return int((self.loss[0] > self.mean_loss[0]).sum())


def scored(p: Array, y: Indices) -> tuple[float, float]:
    """The mean of −ln ŷ of the true class, in nats, and the share right, of probabilities p (C, m); NaN of none."""
    if not y.size:
        return math.nan, math.nan
    of_true = np.maximum(p[y, np.arange(y.size)], np.finfo(np.float64).tiny)
    return float(-np.log(of_true).mean()), float((p.argmax(axis=0) == y).mean())


@dataclass(frozen=True, slots=True)
class EnsembleTask:
    """Trains `count` networks of one experiment with seeds in a row, for so many `epochs`; the data stay the same.

    Records are Ensemble, the newest of which counts. Raises: ValueError unless there are 2 to MOST.
    """

    experiment: Experiment
    count: int = 8
    epochs: int = 40
    what: ClassVar[str] = "trained the ensemble"

    def __post_init__(self) -> None:
        if not 2 <= self.count <= MOST:
            raise ValueError(f"networks is {self.count}; it must lie in [2, {MOST}]")

    @property
    def members(self) -> tuple[Experiment, ...]:
        """The experiments, which differ in the seed of start and order alone."""
        seeds = ((self.experiment.seed + number) % 1_000_000 for number in range(self.count))
        return tuple(msgspec.structs.replace(self.experiment, seed=seed) for seed in seeds)

    def run(self, wishes: Wishes) -> Generator[News[Ensemble], None, None]:
        """Trains, looks, and ends. Raises: ValueError when data cannot be had."""
        from hyperscope.lab.jobs.small_map import SmallMap
        from hyperscope.lab.training.population import Population

        population = Population(self.members, ROWS)
        first = population.member(0)
        if first.examples.missing:
            raise ValueError(f"own points: {first.examples.missing}")
        pictures = SmallMap(first, ("", ""), SIDE)
        goal, done, burst, free = self.epochs * first.batches_per_epoch, 0, 1, 0.0
        yield Record(_looked(population, pictures), key=Ensemble)
        while done < goal and len(population.stopped) < self.count:
            began, steps = time.monotonic(), min(burst, goal - done)
            population.steps(steps)
            done += steps
            took = time.monotonic() - began
            burst = max(1, min(2 * steps, round(steps * BURST / took))) if took > 0 else 2 * steps
            if done < goal and time.monotonic() >= free:
                yield Record(_looked(population, pictures), key=Ensemble)
                free = time.monotonic() + EVERY
            if done < goal:
                yield Progress(done / goal)  # the whole is done with the last record
        yield Record(_looked(population, pictures), key=Ensemble)
        yield Progress(1.0)


def _looked(population: object, pictures: object) -> Ensemble:
    from hyperscope.lab.jobs.small_map import SmallMap
    from hyperscope.lab.training.population import Population

    assert isinstance(population, Population) and isinstance(pictures, SmallMap)
    members = [population.member(k) for k in range(len(population))]
    maps = np.stack([pictures.p(one) for one in members])
    loss, right = np.zeros((2, len(members))), np.zeros((2, len(members)))
    mean_loss, mean_right = np.zeros(2), np.zeros(2)
    for row, part in enumerate(("dev", "test")):
        answers = []
        for k, one in enumerate(members):
            x, y = getattr(one.examples, f"x_{part}"), getattr(one.examples, f"y_{part}")
            logits = one.predictor.logits(one.folded(), x.astype(one.dtype)).astype(np.float64)
            p = one.layout.probabilities(logits)
            loss[row, k], right[row, k] = scored(p, y)
            answers.append(p)
        mean_loss[row], mean_right[row] = scored(np.mean(answers, axis=0), y)
    return Ensemble(members[0].epoch, maps, maps.mean(axis=0), loss, right, mean_loss, mean_right)
