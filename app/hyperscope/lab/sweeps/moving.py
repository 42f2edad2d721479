"""Data that move: a network without and one with batch norm, while they train on them and when they are used on them.

Half way through the training all data change at once, the training set too, and both go on. What they would have made
of changed data just before, without training on, is tried for a range of changes: with the running averages, and with
μ and σ² taken anew from the changed inputs, without their classes (Li et al. 2016, "Revisiting batch normalization for
practical domain adaptation"). It knows no window; `MovingData` is a job's task.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.examples.moved import Change, Kind, moved, turns
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.task import News, Progress, Record, Rest, Wishes
from hyperscope.lab.sweeps.shifting import drift_of, variants

if TYPE_CHECKING:
    from hyperscope.engine.parameters import Layout
    from hyperscope.lab.examples.examples import ExampleSet
    from hyperscope.lab.training.trainer import Trainer

NAMES = ("without batch norm", "with batch norm")
WAYS = ("without batch norm", "by running averages", "μ and σ² taken anew")
KINDS: tuple[Kind, ...] = ("move", "turn", "scale", "shares")
AMOUNTS: dict[Kind, tuple[float, ...]] = {
    "move": (0.0, 0.125, 0.25, 0.375, 0.5, 0.75, 1.0, 1.25, 1.5),
    "turn": (0.0, 10.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0),
    "scale": (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0),
    "shares": (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 0.95),
}
PIXELS = 4  # times as far pictures move, in pixels
BACK = 0.01  # of accuracy, within which it counts as before
BURST = 0.012  # s of training before the other network has its turn
EVERY = 0.08  # s between two looks
TRIED = 0.4  # s between two tries of all changes
ROWS = 400  # of a history


@dataclass(frozen=True, slots=True)
class Course:
    """One network so far: at `epoch` (t,) its `train_loss` and `dev_accuracy` (t,) on the data of that moment, and
    `rivers[l]` (t, 5), the 5 to 95 % quantiles of what enters layer l's activation. `stopped` says why it stands.
    """

    epoch: Array
    train_loss: Array
    dev_accuracy: Array
    rivers: tuple[Array, ...]
    stopped: str = ""

    @property
    def drift(self) -> Array:
        """How far each layer's quantiles move in an epoch (L,), see `drift_of`."""
        return np.array([drift_of(self.epoch, quantiles) for quantiles in self.rivers])


@dataclass(frozen=True, slots=True)
class Trial:
    """Dev accuracies (3, A) of WAYS after changes of a `kind` by `amounts` (A,), from networks not trained on them."""

    kind: Kind
    amounts: Array
    accuracy: Array


@dataclass(frozen=True, slots=True)
class Moved:
    """Both networks, when the data `changed`, in epochs, and how; NaN before that.

    `trials` are of the networks before the first change, and `at` (3,) the accuracies after the `change` that is set.
    `put` is each change that the data came to, with the step of each network then.
    """

    courses: tuple[Course, ...]
    change: Change
    changed: float
    trials: tuple[Trial, ...]
    at: Array
    put: tuple[tuple[tuple[int, ...], Change], ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Of one network the dev accuracy `before` the change, an epoch after it, `soon`, and in how many epochs it is
    `back` within BACK of what it was: NaN while it is not known, infinite if that has not come.
    """

    before: float
    soon: float
    back: float


@dataclass(frozen=True)
class MovingData:
    """The task of training both for so many epochs, `change` coming half way. A Change wished for comes at once.

    With `put` the data change as they did then, before anything else.
    Raises: ValueError for a number of epochs out of range.
    """

    experiment: Experiment
    change: Change = Change()  # noqa: RUF009  # frozen
    epochs: int = 80
    put: tuple[tuple[tuple[int, ...], Change], ...] = ()
    what: ClassVar[str] = "trained on data that move"

    def __post_init__(self) -> None:
        if not 2 <= self.epochs <= 400:
            raise ValueError(f"epochs is {self.epochs}; it must be a whole number in [2, 400]")

    def again(self, wished: Mapping[type, Any], records: tuple[Moved, ...]) -> MovingData:
        """The task of having the data change as they did."""
        if not records:
            return self
        return replace(self, change=records[-1].change, put=records[-1].put)

    def run(self, wishes: Wishes) -> Generator[News[Moved], None, None]:
        """Trains both in turn, and tells how they stand. Raises: ValueError when their data cannot be had."""
        both = _Both(self)
        told = 0.0
        while True:
            if wishes:
                both.take(wishes.popleft())
                yield Record(both.record(), key=Moved)
            elif both.done:
                yield Record(both.record(), key=Moved)
                yield Progress(1.0)
                yield Rest()
            else:
                both.train()
                if time.monotonic() >= told + EVERY:
                    told = time.monotonic()
                    yield Record(both.record(), key=Moved)
                yield Progress(both.share)


class _Both:
    """The two networks in training."""

    def __init__(self, task: MovingData) -> None:
        from hyperscope.lab.training.trainer import Trainer

        self.trainers = tuple(Trainer(one, rows=ROWS) for one in variants(task.experiment, 0.0)[:2])
        self.original = self.trainers[0].examples
        if self.original.missing:
            raise ValueError(self.original.missing)
        self.change, self.changed = task.change, float("nan")
        self.goal = task.epochs * self.trainers[0].batches_per_epoch
        self.half = task.epochs // 2 * self.trainers[0].batches_per_epoch
        self.trials: tuple[Trial, ...] = ()
        self.at = np.full(len(WAYS), np.nan)
        self._tried = 0.0
        self._put_before = deque(task.put)
        self.put: list[tuple[tuple[int, ...], Change]] = []

    @property
    def done(self) -> bool:
        return all(trainer.step >= self.goal or trainer.alarm for trainer in self.trainers)

    @property
    def share(self) -> float:
        return 1.0 if self.done else min(t.step for t in self.trainers if not t.alarm) / self.goal

    @property
    def _due(self) -> tuple[int, ...]:
        """The step up to which each trains before something else happens."""
        if self._put_before:
            return self._put_before[0][0]
        return (self.goal if np.isfinite(self.changed) else self.half,) * len(self.trainers)

    def train(self) -> None:
        """Each for about BURST s, up to the same step; then the data change, if it is time."""
        due = self._due
        for trainer, until in zip(self.trainers, due, strict=True):
            ends = time.monotonic() + BURST
            while trainer.step < until and not trainer.alarm and time.monotonic() < ends:
                trainer.steps(min(8, until - trainer.step))
        there = all(one.step >= until or one.alarm for one, until in zip(self.trainers, due, strict=True))
        if there and self._put_before:
            now, self.change = self.change, self._put_before.popleft()[1]
            self._put()
            self.change = now
        elif there and not self.done:
            self._put()
        elif np.isnan(self.changed) and time.monotonic() >= self._tried + TRIED:
            self._try()
            self._tried = time.monotonic()

    def take(self, wish: object) -> None:
        """A change that is wished for comes at once; once all is trained, it is only tried."""
        if isinstance(wish, Change):
            self.change = wish
            if self.done or np.isnan(self.changed):
                self.at = self._accuracies(moved(self.original, wish))
            else:
                self._put()

    def _put(self) -> None:
        """Has the data change."""
        if np.isnan(self.changed):
            self._try()
        self.changed = max(trainer.epoch for trainer in self.trainers)
        self.put.append((tuple(trainer.step for trainer in self.trainers), self.change))
        examples = moved(self.original, self.change)
        for trainer in self.trainers:
            trainer.record_if_due()
            trainer.meet(examples)

    def _try(self) -> None:
        """Every kind of change, on the networks as they are."""
        self._kept = [
            (trainer.layout, trainer.parameters.astype(np.float64), trainer.running.astype(np.float64))
            for trainer in self.trainers
        ]
        kinds = [kind for kind in KINDS if kind != "turn" or turns(self.original)]
        far = PIXELS if self.original.image_shape is not None else 1
        trials = []
        for kind in kinds:
            amounts = np.array(AMOUNTS[kind]) * (far if kind == "move" else 1)
            found = [self._accuracies(moved(self.original, Change(kind, float(amount)))) for amount in amounts]
            trials.append(Trial(kind, amounts, np.stack(found, axis=1)))
        self.trials = tuple(trials)
        self.at = self._accuracies(moved(self.original, self.change))

    def _accuracies(self, examples: ExampleSet) -> Array:
        (plain, *of_plain), (normed, *of_normed) = self._kept
        anew = averages_of(normed, of_normed[0], of_normed[1], examples.x_dev)
        return np.array(
            [
                accuracy(plain, of_plain[0], of_plain[1], examples),
                accuracy(normed, of_normed[0], of_normed[1], examples),
                accuracy(normed, of_normed[0], anew, examples),
            ]
        )

    def record(self) -> Moved:
        courses = tuple(_course(trainer) for trainer in self.trainers)
        return Moved(courses, self.change, self.changed, self.trials, self.at.copy(), tuple(self.put))


def _course(trainer: Trainer) -> Course:
    curves = trainer.history.curves()
    return Course(curves.epoch, curves.train_loss, curves.dev_accuracy, tuple(trainer.history.rivers), trainer.alarm)


def accuracy(layout: Layout, parameters: Array, running: Array, examples: ExampleSet) -> float:
    """The dev accuracy at test time, by these running averages, from 0 to 1."""
    from hyperscope.engine import textbook
    from hyperscope.engine.prediction import score

    with np.errstate(all="ignore"):
        logits = textbook.forward(layout, parameters, running, examples.x_dev, training=False)[-1].output
    return score(layout, logits, examples.y_dev).accuracy


def averages_of(layout: Layout, parameters: Array, running: Array, x: Array) -> Array:
    """The running averages (R,) as they would be if inputs x (n, m) were all that was ever averaged."""
    from hyperscope.engine import textbook

    anew = running.copy()
    with np.errstate(all="ignore"):
        for name, trace in zip(
            layout.names, textbook.forward(layout, parameters, running, x, training=True), strict=True
        ):
            if trace.mean is not None and trace.variance is not None:
                layout.running[f"{name}.mean"].of(anew)[...] = trace.mean.ravel()
                layout.running[f"{name}.variance"].of(anew)[...] = trace.variance.ravel()
    return anew


def found_of(course: Course, changed: float) -> Finding:
    """What the change at an epoch did to one network."""
    after = course.epoch > changed
    known = course.dev_accuracy[~after] if np.isfinite(changed) else course.dev_accuracy
    before = float(known[-1]) if len(known) else float("nan")
    if not np.isfinite(changed) or not after.any():
        return Finding(before, float("nan"), float("nan"))
    then, when = course.dev_accuracy[after], course.epoch[after] - changed
    first, good = np.flatnonzero(when >= 1), np.flatnonzero(then >= before - BACK)
    soon = float(then[first[0]]) if len(first) else float("nan")
    return Finding(before, soon, float(when[good[0]]) if len(good) else float("inf"))
