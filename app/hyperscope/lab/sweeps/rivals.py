"""The same network with other outputs, on the same data with the same mini-batches, and where their answers differ."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import msgspec
import numpy as np

from hyperscope.engine.activations import sigmoid
from hyperscope.engine.arrays import Array
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.task import News, Progress, Record, Wishes

if TYPE_CHECKING:
    from hyperscope.lab.jobs.small_map import SmallMap
    from hyperscope.lab.training.trainer import Trainer

OUTPUTS = ("softmax", "one-vs-all", "hierarchical", "Weston-Watkins")
TITLES = ("softmax", "one against all", "tree", "hinge")
SIDE = 48  # cells of a map
ROWS = 16  # of each network's history, of which nothing is shown
BURST = 0.012  # s of training before the next has its turn
EVERY = 0.06  # s between two records


@dataclass(frozen=True, slots=True, eq=False)
class Rivals:
    """R networks that differ in their output alone, each after `epoch` epochs, the first of them softmax.

    `maps` (R, C, side, side) are ŷ over the plane and `predicted` (R, m) answers to the training examples.
    `loss` (R,) is each one's own, `cross_entropy` (R,) that of its ŷ made to sum to 1, `train` and `dev` (R,) shares
    of right answers; `yes` is what one against all's answers sum to at the centre of the plane, each class asked alone.
    """

    epoch: float
    maps: Array
    predicted: Array
    loss: Array
    cross_entropy: Array
    train: Array
    dev: Array
    yes: float
    alike: tuple[bool, ...]  # whether each began with the very numbers of the first
    stopped: tuple[str, ...]

    @property
    def examples_apart(self) -> list[int]:
        """Of how many training examples each says another class than softmax."""
        return [int((one != self.predicted[0]).sum()) for one in self.predicted]

    @property
    def plane_apart(self) -> list[float]:
        """The share of the plane in which it does, in cells."""
        said = self.maps.argmax(axis=1)
        return [float((one != said[0]).mean()) for one in said]


def rival(experiment: Experiment, output: str) -> Experiment:
    """The experiment with another output; a tree is the balanced one."""
    network = msgspec.structs.replace(experiment.network, output=output, tree="")
    training = msgspec.structs.replace(experiment.training, label_smoothing=0.0, patience=0)
    return msgspec.structs.replace(experiment, network=network, training=training)


@dataclass(frozen=True, slots=True)
class RivalsTask:
    """Trains them for so many `epochs`, each step together. Records are Rivals, the newest of which counts."""

    experiment: Experiment
    epochs: int
    plane: tuple[str, str] = ("", "")
    what: ClassVar[str] = "trained the four outputs"

    def run(self, wishes: Wishes) -> Generator[News[Rivals], None, None]:
        """Trains, looks, and ends. Raises: ValueError when data cannot be had."""
        together = _Together(self)
        yield Record(together.record(), key=Rivals)
        free = 0.0
        while not together.done:
            together.train()
            if together.done or time.monotonic() >= free:
                yield Record(together.record(), key=Rivals)
                free = time.monotonic() + EVERY
            yield Progress(together.share)
        yield Progress(1.0)


class _Together:
    """The trainers, step by step."""

    def __init__(self, task: RivalsTask) -> None:
        from hyperscope.lab.jobs.small_map import SmallMap
        from hyperscope.lab.training.trainer import Trainer

        self._task = task
        self.trainers: list[Trainer] = [Trainer(rival(task.experiment, output), rows=ROWS) for output in OUTPUTS]
        first = self.trainers[0]
        if first.examples.missing:
            raise ValueError(f"own points: {first.examples.missing}")
        self._map: SmallMap = SmallMap(first, task.plane, SIDE)
        self._goal = task.epochs * first.batches_per_epoch
        self._burst = 1
        start = first.learner.state.parameters
        self._alike = tuple(
            one.learner.state.parameters.shape == start.shape and bool((one.learner.state.parameters == start).all())
            for one in self.trainers
        )

    @property
    def step(self) -> int:
        return max(one.step for one in self.trainers)

    @property
    def done(self) -> bool:
        return self.step >= self._goal or all(one.alarm for one in self.trainers)

    @property
    def share(self) -> float:
        return 1.0 if self.done else self.step / max(1, self._goal)

    def train(self) -> None:
        began, steps = time.monotonic(), min(self._burst, self._goal - self.step)
        for one in self.trainers:
            if not one.alarm:
                one.steps(steps)
        took = time.monotonic() - began
        self._burst = max(1, min(2 * steps, round(steps * BURST / took))) if took > 0 else 2 * steps

    def record(self) -> Rivals:
        trainers, maps = self.trainers, []
        scores = [one.scores() for one in trainers]
        entropies = []
        for one in trainers:
            maps.append(self._map.p(one))
            data = one.examples
            logits = one.predictor.logits(one.folded(), data.x_train.astype(one.dtype)).astype(np.float64)
            p = one.layout.probabilities(logits)[data.y_train, np.arange(data.y_train.size)]
            entropies.append(float(-np.log(np.maximum(p, np.finfo(np.float64).tiny)).mean()))
        return Rivals(
            epoch=trainers[0].epoch,
            maps=np.stack(maps),
            predicted=np.stack([score.train.predicted for score in scores]),
            loss=np.array([score.train.loss for score in scores]),
            cross_entropy=np.array(entropies),
            train=np.array([score.train.accuracy for score in scores]),
            dev=np.array([score.dev.accuracy for score in scores]),
            yes=self._yes(trainers[1]),
            alike=self._alike,
            stopped=tuple(one.alarm for one in trainers),
        )

    def _yes(self, alone: Trainer) -> float:
        """Σ σ(z) of one against all at the middle of the plane."""
        from hyperscope.lab.probes.plane import plane

        left, right, bottom, top = plane(alone, self._task.plane).extent
        middle = np.array([[(left + right) / 2], [(bottom + top) / 2]])
        x = alone.examples.model_units(plane(alone, self._task.plane).lift(middle)).astype(alone.dtype)
        z = alone.predictor.logits(alone.folded(), x).astype(np.float64)
        return float(sigmoid(z).sum())
