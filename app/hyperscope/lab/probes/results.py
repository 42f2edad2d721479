"""What a run has come to, for a report: losses, accuracies and mistakes on each part of the data, and the best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Indices
from hyperscope.engine.metrics import Counts, counted
from hyperscope.lab.probes.probe import Probe
from hyperscope.lab.training.curves import Curves

if TYPE_CHECKING:
    from hyperscope.lab.experiment.experiment import Experiment
    from hyperscope.lab.probes.subject import Subject

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
class BestMoment:
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
    lowest_loss: BestMoment | None
    highest_accuracy: BestMoment | None
    experiment: Experiment | None = None  # in force


@Probe
def results(subject: Subject, question: None) -> Results:
    """Numbers and mistakes on each part of the data."""
    scores, data = subject.scores(), subject.examples
    names = data.class_names

    def part(name: str, y: Indices) -> PartResult:
        score = getattr(scores, name)
        return PartResult(name, len(y), score.loss, score.accuracy, counted(score.predicted, y, len(names)))

    curves = subject.history.curves()
    return Results(
        subject.step,
        subject.epoch,
        subject.layout.size,
        names,
        tuple(part(name, getattr(data, f"y_{name}")) for name in PARTS),
        _moment(curves, -curves.dev_loss),
        _moment(curves, curves.dev_accuracy),
        subject.experiment,
    )


def _moment(curves: Curves, worth: np.ndarray) -> BestMoment | None:
    """The first point at which `worth` (t,) is greatest; None without any that is a number."""
    known = np.isfinite(worth)
    if not known.any():
        return None
    at = int(np.where(known, worth, -np.inf).argmax())
    values = (curves.train_loss, curves.dev_loss, curves.train_accuracy, curves.dev_accuracy)
    return BestMoment(int(curves.step[at]), float(curves.epoch[at]), *(float(value[at]) for value in values))
