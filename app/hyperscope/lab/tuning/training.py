"""A portion of trials trained together: those that can be are stacked, each stops where it is told to.

It knows no strategies and no studies.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.jobs.small_map import SmallMap
from hyperscope.lab.training.checkpoint import Checkpoint
from hyperscope.lab.training.in_training import InTraining
from hyperscope.lab.training.population import Population
from hyperscope.lab.tuning.trials import Finished, Trial

BURST = 0.012  # s of training before the next ones have their turn
ROWS = 40  # of each trial's history: enough for a curve as wide as a thumbnail
SIDE = 24  # cells of a small map


@dataclass(frozen=True, slots=True)
class Running:
    """Where a portion's trials stand: arrays (K,), losses in nats; `maps` as those of `Finished`."""

    numbers: tuple[int, ...]
    epoch: Array
    loss: Array
    accuracy: Array
    curves: tuple[Array, ...]
    maps: tuple[Array, ...] = ()
    values: tuple[Mapping[str, Any], ...] = ()
    boxes: tuple[int, ...] = ()


@dataclass
class _Group:
    """Trials that take their steps together."""

    trials: list[Trial]
    population: Population
    goal: int  # steps at which it stops
    step: int = 0
    burst: int = 1

    @property
    def done(self) -> bool:
        return self.step >= self.goal or len(self.population.stopped) == len(self.trials)


@dataclass
class Portion:
    """`trials` in training, up to `until` epochs at first; `begun` are checkpoints that some of them go on from.

    Raises: ValueError when data cannot be had.
    """

    trials: Sequence[Trial]
    until: int | None = None
    begun: Mapping[int, Checkpoint] = field(default_factory=dict)
    plane: tuple[str, str] = ("", "")

    def __post_init__(self) -> None:
        self.kept: dict[int, Checkpoint] = {}  # of trials that are no longer trained
        self._pictures: dict[object, SmallMap] = {}
        self._seen: dict[int, tuple[int, Array]] = {}  # the map of each trial, and the step it is of
        self._groups: list[_Group] = []
        self._turn = 0
        self.steps_taken = 0
        self._group({trial.number: self.begun.get(trial.number) for trial in self.trials})

    def _group(self, states: Mapping[int, Checkpoint | None]) -> None:
        alike: dict[object, list[Trial]] = {}
        for trial in self.trials:
            if trial.number in states:
                training = trial.experiment.training
                key = (trial.experiment.data, training.batch_size, training.drop_last, trial.epochs)
                alike.setdefault(key, []).append(trial)
        self._groups = []
        for trials in alike.values():
            population = Population([trial.experiment for trial in trials], ROWS)
            for row, trial in enumerate(trials):
                if (state := states[trial.number]) is not None:
                    population.restore(row, state)
                    if state.experiment != trial.experiment:
                        population.apply(row, trial.experiment)
            first = population.member(0)
            began = 0 if trials[0].parent < 0 else first.step
            epochs = trials[0].epochs if self.until is None else min(self.until, trials[0].epochs)
            goal = began + epochs * first.batches_per_epoch
            self._groups.append(_Group(trials, population, goal, first.step))
        self._turn = 0

    @property
    def done(self) -> bool:
        """Whether all are trained as far as they are to be for now."""
        return all(group.done for group in self._groups)

    @property
    def share(self) -> float:
        """How much of the training up to there is done, 0 to 1."""
        wanted = sum(group.goal * len(group.trials) for group in self._groups)
        had = sum((group.goal if group.done else group.step) * len(group.trials) for group in self._groups)
        return had / wanted if wanted else 1.0

    def train(self) -> list[int]:
        """Those whose turn it is, for a moment; the numbers of trials that came to their end in it."""
        group = self._next()
        if group is None:
            return []
        began, steps = time.monotonic(), min(group.burst, group.goal - group.step)
        going = len(group.trials) - len(group.population.stopped)
        group.population.steps(steps)
        group.step += steps
        self.steps_taken += steps * going
        took = time.monotonic() - began
        group.burst = max(1, min(2 * steps, round(steps * BURST / took))) if took > 0 else 2 * steps
        return [trial.number for trial in group.trials] if group.done else []

    def _next(self) -> _Group | None:
        """Groups have turns, but what was begun together in few steps ends together: the one least far along."""
        going = [group for group in self._groups if not group.done]
        return min(going, key=lambda group: group.step / group.goal) if going else None

    def member(self, number: int) -> InTraining[Any]:
        """A trial that is in training. Raises: LookupError for another."""
        for group in self._groups:
            for row, trial in enumerate(group.trials):
                if trial.number == number:
                    return group.population.member(row)
        raise LookupError(f"trial {number} is not in training")

    def loss(self, number: int) -> float:
        """The dev loss now; infinite of one that diverged."""
        member = self.member(number)
        if member.alarm and not member.stopped_early:
            return math.inf
        loss = float(member.scores().dev.loss)
        return loss if math.isfinite(loss) else math.inf

    def go_on(self, numbers: Sequence[int], until: int | None) -> None:
        """Trains these on, and the others no more."""
        states: dict[int, Checkpoint | None] = {number: self.member(number).checkpoint() for number in numbers}
        self.until = until
        self._group(states)

    def finished(self, number: int, pruned: bool = False) -> Finished:
        """What a trial has come to as it stands."""
        member = self.member(number)
        trial = next(trial for trial in self.trials if trial.number == number)
        scores = member.scores()
        diverged = bool(member.alarm) and not member.stopped_early
        loss = self.loss(number)
        return Finished(
            number,
            trial.values,
            "pruned" if pruned else "diverged" if diverged else "done",
            loss,
            0.0 if diverged else float(scores.dev.accuracy),
            math.inf if diverged else float(scores.train.loss),
            member.epoch,
            member.step,
            member.alarm,
            trial.box,
            trial.parent,
            (),
            curve_of(member),
            self._map(number, member),
        )

    @property
    def going(self) -> list[int]:
        """The numbers of those in training."""
        return sorted(trial.number for group in self._groups for trial in group.trials)

    def running(self, maps: bool = True, some: Sequence[int] | None = None) -> Running:
        """Where all that are in training stand, or some of them."""
        wanted = None if some is None else set(some)
        every = [
            (trial, group.population.member(row))
            for group in self._groups
            for row, trial in enumerate(group.trials)
            if wanted is None or trial.number in wanted
        ]
        every.sort(key=lambda pair: pair[0].number)
        scores = [member.scores() for _, member in every]
        return Running(
            tuple(trial.number for trial, _ in every),
            np.array([member.epoch for _, member in every]),
            np.array([self.loss(trial.number) for trial, _ in every]),
            np.array([score.dev.accuracy for score in scores]),
            tuple(curve_of(member) for _, member in every),
            tuple(self._map(trial.number, member) for trial, member in every) if maps else (),
            tuple(trial.values for trial, _ in every),
            tuple(trial.box for trial, _ in every),
        )

    def _map(self, number: int, member: InTraining[Any]) -> Array:
        """Its class probabilities (C, side, side) over the plane that is looked at."""
        if (seen := self._seen.get(number)) is not None and seen[0] == member.step:
            return seen[1]
        key = member.experiment.data, member.experiment.training.precision
        if key not in self._pictures:
            self._pictures[key] = SmallMap(member, self.plane, SIDE)
        self._seen[number] = member.step, self._pictures[key].p(member).astype(np.float32)
        return self._seen[number][1]


def curve_of(member: InTraining[Any]) -> Array:
    """(t, 2) epoch and dev loss of each row of its history."""
    curves = member.history.curves()
    return np.stack([curves.epoch, curves.dev_loss], axis=1).astype(np.float32)
