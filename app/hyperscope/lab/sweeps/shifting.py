"""Three networks side by side: plain, with batch norm, and with batch norm followed by random jolts.

What each layer receives over time, and how smooth the loss is along a step: the experiment of Santurkar et al. (2018),
"How does batch normalization help optimization?". It knows no window; `ThreeNetworks` is a job's task.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

import msgspec
import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.task import News, Progress, Record, Rest, Wishes
from hyperscope.lab.sweeps.batch_norm import layers, network, training

NAMES = ("plain", "batch norm", "with jolts")
STEPS = (0.5, 1.0, 2.0, 4.0)  # step lengths, in units of α, as in the paper's figure 4
MEASURED = 60  # looks at the landscape in a run, at even distances
BURST = 0.012  # s of training before the next network has its turn
EVERY = 0.08  # s between two looks
ROWS = 160  # of a history


@dataclass(frozen=True, slots=True)
class Course:
    """One network so far. `rivers[l]` (t, 5) are the 5 to 95 % quantiles of what enters layer l's activation, at
    `epoch` (t,), as is `train_loss`; `drift` (L,) is how far they move in an epoch, see `drift_of`.

    At `step_epoch` (s,) the loss was measured along the gradient: `low`, `high` (s,) are the least and greatest of it
    over STEPS, in nats, and `change` (s,) is the greatest L2 distance between the gradients there and here, divided by
    the gradient's own norm. `stopped` says why it stands, or "".
    """

    epoch: Array
    train_loss: Array
    rivers: tuple[Array, ...]
    drift: Array
    step_epoch: Array
    low: Array
    high: Array
    change: Array
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class Courses:
    """The three of them."""

    courses: tuple[Course, ...]


def variants(experiment: Experiment, jolt: float) -> tuple[Experiment, ...]:
    """The experiment plain, with batch norm before every activation, and so with jolts of that size."""
    plain = network(layers(experiment, batch_norm="off"), bn_output=False, bn_jolt=0.0)
    normed = layers(plain, batch_norm="before")
    return plain, normed, network(normed, bn_jolt=jolt)


def drift_of(epoch: Array, quantiles: Array) -> float:
    """How far quantiles (t, 5) at `epoch` (t,) move in an epoch, in units of their own spread; NaN for too few.

    The mean over rows of the mean distance between neighbouring rows' quantiles, which is about the Wasserstein
    distance of the two distributions, divided by the earlier one's distance from the 25 to the 75 % quantile, over the
    epochs between them.
    """
    known = np.isfinite(quantiles).all(axis=1)
    epoch, quantiles = epoch[known], quantiles[known].astype(np.float64)
    if len(epoch) < 2:
        return float("nan")
    moved = np.abs(np.diff(quantiles, axis=0)).mean(axis=1)
    spread = quantiles[:-1, 3] - quantiles[:-1, 1]
    wide = spread > 0
    if not wide.any():
        return float("nan")
    return float((moved[wide] / spread[wide] / np.diff(epoch)[wide]).mean())


@dataclass(frozen=True)
class ThreeNetworks:
    """The task of training the three for so many epochs by gradient descent at rate `rate`, jolts of size `jolt`.

    Raises: ValueError for a rate, jolt or number of epochs out of range.
    """

    experiment: Experiment
    rate: float = 0.3
    jolt: float = 0.5
    epochs: int = 60
    what: ClassVar[str] = "trained the three networks"

    def __post_init__(self) -> None:
        if not 1 <= self.epochs <= 400:
            raise ValueError(f"epochs is {self.epochs}; it must be a whole number in [1, 400]")
        self.experiments  # noqa: B018  # refuses a rate or a jolt out of range

    @property
    def experiments(self) -> tuple[Experiment, ...]:
        """What is trained."""
        plain = training(self.experiment, optimiser="sgd", learning_rate=self.rate, schedule="constant", patience=0)
        return variants(plain, self.jolt)

    def run(self, wishes: Wishes) -> Generator[News[Courses], None, None]:
        """Trains them in turn, and tells how they stand. Raises: ValueError when their data cannot be had."""
        runs = [_Run(experiment, self.epochs) for experiment in self.experiments]
        told = 0.0
        while True:
            for run in runs:
                run.train()
                yield Progress(min(one.share for one in runs))
            done = all(run.done for run in runs)
            if done or time.monotonic() >= told + EVERY:
                told = time.monotonic()
                yield Record(Courses(tuple(run.course() for run in runs)), key=Courses)
            if done:
                yield Progress(1.0)
                yield Rest()
                return


class _Run:
    """One of the three in training."""

    def __init__(self, experiment: Experiment, epochs: int) -> None:
        from hyperscope.lab.training.trainer import Trainer

        self.trainer = Trainer(experiment, rows=ROWS)
        if self.trainer.examples.missing:
            raise ValueError(self.trainer.examples.missing)
        self.goal = epochs * self.trainer.batches_per_epoch
        self._every = max(1, self.goal // MEASURED)
        self._measured: list[tuple[float, float, float, float]] = []
        self._due = 0

    @property
    def done(self) -> bool:
        return self.trainer.step >= self.goal or bool(self.trainer.alarm)

    @property
    def share(self) -> float:
        return 1.0 if self.done else self.trainer.step / self.goal

    def train(self) -> None:
        """For about BURST s, with a look at the landscape wherever one is due."""
        ends = time.monotonic() + BURST
        while not self.done and time.monotonic() < ends:
            if self.trainer.step >= self._due:
                self._measured.append(landscape(self.trainer))
                self._due += self._every
            self.trainer.steps(min(self._due, self.goal) - self.trainer.step)

    def course(self) -> Course:
        history = self.trainer.history
        epoch, rivers = history.epoch, history.rivers
        measured = np.array(self._measured, np.float64).reshape(-1, 4).T
        return Course(
            epoch,
            history.curves().train_loss,
            rivers,
            np.array([drift_of(epoch, quantiles) for quantiles in rivers]),
            measured[0],
            measured[1],
            measured[2],
            measured[3],
            self.trainer.alarm,
        )


def landscape(trainer: object) -> tuple[float, float, float, float]:
    """(epoch, least loss, greatest loss, greatest relative change of the gradient) along the step that comes next.

    Of the next mini-batch in training mode, in float64 and by the textbook, without jolts: at θ − s α ∇L for each s of
    STEPS. The change is ‖∇L(there) − ∇L(here)‖ / ‖∇L(here)‖.
    """
    from hyperscope.engine import textbook
    from hyperscope.engine.softmax import one_hot
    from hyperscope.lab.training.trainer import Trainer

    assert isinstance(trainer, Trainer)
    batches, _ = trainer.coming()
    batch = batches[0]
    x = trainer.examples.x_train[:, batch].astype(np.float64)
    y = one_hot(trainer.examples.y_train[batch], trainer.layout.classes)
    here = trainer.parameters.astype(np.float64)
    rate = trainer.experiment.training.learning_rate
    with np.errstate(all="ignore"):
        _, gradient = textbook.loss_and_gradient(trainer.layout, here, x, y)
        norm = float(np.linalg.norm(gradient))
        losses, changes = [], []
        for step in STEPS:
            loss, there = textbook.loss_and_gradient(trainer.layout, here - step * rate * gradient, x, y)
            losses.append(loss)
            changes.append(float(np.linalg.norm(there - gradient)) / norm if norm > 0 else 0.0)
    return trainer.epoch, min(losses), max(losses), max(changes)


@dataclass(frozen=True, slots=True)
class Findings:
    """What the three show: their training `losses` (3,), each the median of the last tenth of the run; how many times
    as far the inputs `drift` with batch norm as without, in the median of layers; and how many times as much the
    gradient `change`s along a step without batch norm as with it, in the median of the run. NaN where it is not known.
    """

    losses: tuple[float, ...]
    drift: float
    change: float


def findings(courses: Courses) -> Findings:
    """What they show until now."""
    plain, normed = courses.courses[:2]
    losses = [one.train_loss[-max(1, len(one.train_loss) // 10) :] for one in courses.courses]
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.float64(_middle(plain.change)) / _middle(normed.change)
        drift = _middle(normed.drift / plain.drift)
    return Findings(tuple(map(_middle, losses)), drift, float(change))


def _middle(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def deep_sigmoid(experiment: Experiment) -> Experiment:
    """The experiment with the paper's kind of network: deep enough that batch norm is needed (claim B1)."""
    from hyperscope.lab.sweeps.sweep import deepened

    made = layers(deepened(experiment), activation="sigmoid", dropout=0.0)
    return msgspec.structs.replace(made, network=msgspec.structs.replace(made.network, initialiser="xavier"))
