"""Would more data help? Error by number of training examples, in nested parts of one training set, as a job.

All networks take as many steps and are measured on the same dev set; points that are generated are drawn anew in a
greater number, as many again for each doubling, while a table has only what it has.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import ClassVar

import msgspec
import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.engine.datasets import generators
from hyperscope.lab.examples.examples import ExampleSet, load
from hyperscope.lab.experiment.experiment import Experiment, knob_at
from hyperscope.lab.generalise.trials import BURST, FEWEST, MOST, MOST_SEEDS, SEEDS, STEPS
from hyperscope.lab.jobs.task import News, Progress, Record, Wishes

MORE = 8  # times as many examples as there are, where more can be drawn
LEAST = 10  # training examples
DEV = 600  # examples that generated points are measured on


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """Errors (S, K) from 0 to 1 with so many training `examples` (S,), by seed; NaN where not yet trained.

    `now` is how many the experiment has, `m_dev` how many errors on dev are counted over.
    """

    examples: tuple[int, ...]
    train_error: Array
    dev_error: Array
    now: int
    m_dev: int

    @property
    def train(self) -> Array:
        """Medians (S,)."""
        return _medians(self.train_error)

    @property
    def dev(self) -> Array:
        """Medians (S,)."""
        return _medians(self.dev_error)

    def sentence(self) -> str:
        """Whether more data would help, as far as the curve goes; "" while it is not whole."""
        train, dev = self.train, self.dev
        if len(dev) < 2 or not np.isfinite(dev).all():
            return ""
        noise = math.sqrt(max(1e-9, dev[-1] * (1 - dev[-1])) / max(1, self.m_dev))
        fell, gap = dev[-2] - dev[-1], dev[-1] - train[-1]
        if fell > 2 * noise:
            return "The dev error still falls with more examples."
        if gap < max(0.02, 2 * noise):
            return "The curves have met: more examples would hardly help."
        return "The dev error hardly falls any more, though a gap is left."


def _medians(values: Array) -> Array:
    ordered = np.sort(values, axis=1)  # NaN last
    found: Array = ordered[:, (values.shape[1] - 1) // 2]
    return found


def sizes(training: int, most: int) -> tuple[int, ...]:
    """How many examples are tried: the training set halved as far as LEAST, and doubled as far as `most`."""
    found, below = [training], training // 2
    while below >= LEAST and len(found) < 4:
        found.insert(0, below)
        below //= 2
    while 2 * found[-1] <= most:
        found.append(2 * found[-1])
    return tuple(found)


def drawn(experiment: Experiment) -> tuple[ExampleSet, int]:
    """The examples of which parts are trained on, and how many training examples the experiment itself has."""
    own = load(experiment.data)
    now = int(own.y_train.size)
    data = experiment.data
    if data.source not in generators:
        return own, now
    points = min(int(knob_at("data.points").high), max(2 * DEV, round(MORE * now / 0.6)))
    # as many for the dev set as it takes to see small differences, and the rest to train on
    dev = min(0.35, max(0.05, DEV / points))
    return load(msgspec.structs.replace(data, points=points, dev_share=dev, test_share=0.05)), now


@dataclass(frozen=True)
class Curve:
    """The task of it, for so many `steps` and `seeds`. Raises: ValueError for a number out of range."""

    experiment: Experiment
    steps: int = STEPS
    seeds: int = SEEDS
    what: ClassVar[str] = "trained with more and fewer examples"

    def __post_init__(self) -> None:
        for name, value, low, high in (("steps", self.steps, FEWEST, MOST), ("seeds", self.seeds, 1, MOST_SEEDS)):
            if not low <= value <= high:
                raise ValueError(f"{name} is {value}; it must be a whole number in [{low}, {high}]")

    def run(self, wishes: Wishes) -> Generator[News[LearningCurve], None, None]:
        """Trains a seed of each size in turn, then the next seed. Raises: ValueError when data cannot be had."""
        from hyperscope.lab.training.trainer import Trainer

        examples, now = drawn(self.experiment)
        # the parts are nested: which examples come first is drawn once
        order = np.random.default_rng([self.experiment.data.seed, 7]).permutation(examples.y_train.size)
        most = MORE * now if self.experiment.data.source in generators else now
        tried = sizes(now, min(most, examples.y_train.size))
        found = np.full((2, len(tried), self.seeds), np.nan)
        whole = len(tried) * self.seeds

        def curve() -> LearningCurve:
            return LearningCurve(tried, found[0].copy(), found[1].copy(), now, int(examples.y_dev.size))

        yield Record(curve(), key=LearningCurve)
        for seed in range(self.seeds):
            experiment = msgspec.structs.replace(self.experiment, seed=(self.experiment.seed + seed) % 1_000_000)
            for at, count in enumerate(tried):
                trainer = Trainer(experiment, part(examples, np.sort(order[:count])), rows=2)
                burst = 1
                while trainer.step < self.steps and not trainer.alarm:
                    began = time.monotonic()
                    taken = trainer.steps(min(burst, self.steps - trainer.step))
                    took = time.monotonic() - began
                    burst = max(1, min(2 * burst, round(taken * BURST / took))) if took > 0 else 2 * burst
                    yield Progress((seed * len(tried) + at + trainer.step / self.steps) / whole)
                scores = trainer.scores()
                found[:, at, seed] = 1 - scores.train.accuracy, 1 - scores.dev.accuracy
                yield Record(curve(), key=LearningCurve)
        yield Progress(1.0)


def part(examples: ExampleSet, chosen: Array) -> ExampleSet:
    """The examples with only the chosen ones of the training set; scales and other sets stay."""
    numbers = np.flatnonzero(examples.part == 0)
    kept = np.sort(np.concatenate([numbers[chosen], np.flatnonzero(examples.part > 0)]))
    return replace(
        examples,
        raw=examples.raw[:, kept],
        y=examples.y[kept],
        part=examples.part[kept],
        x_train=np.ascontiguousarray(examples.x_train[:, chosen]),
        y_train=examples.y_train[chosen],
    )
