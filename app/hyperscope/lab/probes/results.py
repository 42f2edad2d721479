"""What a run has come to, for a report: losses, accuracies and mistakes on each part of the data, and the best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyperscope.engine.arrays import Indices
from hyperscope.engine.metrics import Counts, counted
from hyperscope.lab.probes.snapshot import Curves
from hyperscope.lab.training.trainer import Trainer

PARTS = ("train", "dev", "test")


@dataclass(frozen=True, slots=True)
class PartResult:
    """One part of the data at test time: examples, mean loss in nats, accuracy from 0 to 1, counts (C, C) by truth."""

    name: str
    examples: int
    loss: float
    accuracy: float
    confusion: Counts


@dataclass(frozen=True, slots=True)
class Moment:
    """A point of the curves: when, and the losses and accuracies there."""

    step: int
    epoch: float
    train_loss: float
    dev_loss: float
    train_accuracy: float
    dev_accuracy: float


@dataclass(frozen=True, slots=True)
class Results:
    """The network now, and the recorded moments of the lowest dev loss and the highest dev accuracy, if there are."""

    step: int
    epoch: float
    parameters: int
    class_names: tuple[str, ...]
    parts: tuple[PartResult, ...]  # train, dev, test
    lowest_loss: Moment | None
    highest_accuracy: Moment | None


def results(trainer: Trainer) -> Results:
    """What the trainer's network has come to; looking changes nothing."""
    scores, data = trainer.scores(), trainer.examples
    names = data.class_names

    def part(name: str, y: Indices) -> PartResult:
        score = getattr(scores, name)
        return PartResult(name, len(y), score.loss, score.accuracy, counted(score.predicted, y, len(names)))

    curves = trainer.history.curves()
    return Results(
        trainer.step,
        trainer.epoch,
        trainer.layout.size,
        names,
        tuple(part(name, getattr(data, f"y_{name}")) for name in PARTS),
        _moment(curves, -curves.dev_loss),
        _moment(curves, curves.dev_accuracy),
    )


def _moment(curves: Curves, worth: np.ndarray) -> Moment | None:
    """The first point at which `worth` (t,) is greatest; None without any that is a number."""
    known = np.isfinite(worth)
    if not known.any():
        return None
    at = int(np.where(known, worth, -np.inf).argmax())
    values = (curves.train_loss, curves.dev_loss, curves.train_accuracy, curves.dev_accuracy)
    return Moment(int(curves.step[at]), float(curves.epoch[at]), *(float(value[at]) for value in values))
