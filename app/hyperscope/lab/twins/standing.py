"""Where twins stand, at a step that both have taken, and how far luck alone could set them apart there.

What is said and shown of two networks beside each other is taken from here; it does not say who leads.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.engine.prediction import losses_of
from hyperscope.lab.probes.probe import Comparison, Looked

if TYPE_CHECKING:
    from hyperscope.lab.probes.subject import Subject

MANY = 20_000  # examples; of more, what was recorded last will do while training
LOOKS = 10  # rows of the record over which figures are seen to waver
SURE = 2.0  # standard deviations that luck seldom makes


@dataclass(frozen=True, slots=True)
class Figures:
    """Mean losses in nats and accuracies from 0 to 1 after `epoch` epochs, at test time; NaN where there are none."""

    epoch: float
    train_loss: float
    dev_loss: float
    train_accuracy: float
    dev_accuracy: float


@dataclass(frozen=True, slots=True)
class Luck:
    """Differences in dev loss and dev accuracy that luck could make: twice the standard deviation of both together,
    what other dev examples would give and how the figures wavered of late.
    """

    loss: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Standing:
    """`a` and `b` after the same `step`: the present one, or, if they stand `apart`, the last recorded of both."""

    step: int
    a: Figures
    b: Figures
    luck: Luck
    apart: bool = False


def at_same_step(subjects: Sequence[Subject], *, playing: bool = False) -> tuple[int, tuple[Figures, ...]] | None:
    """The last step whose figures are known of all, and these; None where there is no such step.

    That is the present one, unless they stand at different steps, or evaluating them would slow training down.
    """
    step = min(one.step for one in subjects)
    apart = any(one.step != step for one in subjects)
    many = playing and any(one.examples.y.size > MANY for one in subjects)
    if not apart and not many:
        return step, tuple(_now(one) for one in subjects)
    common = _common(subjects, step)
    if not len(common):
        return None if apart else (step, tuple(_now(one) for one in subjects))
    return int(common[-1]), tuple(_recorded(one, int(common[-1])) for one in subjects)


@Comparison
def standing(sides: tuple[Looked, ...], question: None) -> Standing | None:
    """Where A and B stand; None without a B, or where they have no step in common."""
    if len(sides) < 2:
        return None
    a, b = (side.subject for side in sides[:2])
    found = at_same_step((a, b))
    if found is None:
        return None
    step, (ours, theirs) = found
    return Standing(step, ours, theirs, _luck(a, b, step), a.step != b.step)


def _now(subject: Subject) -> Figures:
    scores = subject.scores()
    train, dev = scores.train, scores.dev
    return Figures(subject.epoch, train.loss, dev.loss, train.accuracy, dev.accuracy)


def _recorded(subject: Subject, step: int) -> Figures:
    rows = subject.history.curves()
    at = int(np.searchsorted(rows.step, step))
    measures = (rows.epoch, rows.train_loss, rows.dev_loss, rows.train_accuracy, rows.dev_accuracy)
    return Figures(*(float(measure[at]) for measure in measures))


def _common(subjects: Sequence[Subject], until: int) -> Array:
    """The steps up to `until` that all have recorded."""
    first, *others = (one.history.curves().step for one in subjects)
    for steps in others:
        first = np.intersect1d(first, steps)
    found: Array = first[first <= until]
    return found


def _luck(a: Subject, b: Subject, step: int) -> Luck:
    examples, right = _of_examples(a, b)
    loss, accuracy = _wavering(a, b, step)
    return Luck(SURE * math.hypot(examples, loss), SURE * math.hypot(right, accuracy))


def _of_examples(a: Subject, b: Subject) -> tuple[float, float]:
    """The standard error of the mean difference in dev loss and dev accuracy, example by example if they have the
    same for dev; 0 where there are fewer than two.
    """
    found = []
    for one in (a, b):
        y, sets = one.examples.y_dev, one.examples
        logits = one.predictor.logits(one.folded(), sets.x_dev.astype(one.dtype, copy=False))
        found.append((losses_of(one.layout, logits, y), one.scores().dev.predicted == y))
    sizes = [len(losses) for losses, _ in found]
    if min(sizes) < 2:
        return 0.0, 0.0
    same = a.examples is b.examples or all(
        np.array_equal(getattr(a.examples, name), getattr(b.examples, name)) for name in ("raw", "part")
    )

    def error(x: Array, y: Array) -> float:
        if same:
            return float(np.std(x - y.astype(float), ddof=1)) / math.sqrt(len(y))
        return math.sqrt(sum(float(np.var(each, ddof=1)) / len(each) for each in (x, y)))

    with np.errstate(all="ignore"):
        (ours, right), (theirs, other) = found
        return error(ours, theirs), error(right, other)


def _wavering(a: Subject, b: Subject, until: int) -> tuple[float, float]:
    """The standard deviation of the difference in dev loss and dev accuracy from look to look, trends left out."""
    steps = _common((a, b), until)[-LOOKS:]
    if len(steps) < 3:
        return 0.0, 0.0
    ours, theirs = (one.history.curves() for one in (a, b))
    rows = [np.searchsorted(curves.step, steps) for curves in (ours, theirs)]
    with np.errstate(all="ignore"):
        differences = [
            np.diff(getattr(theirs, name)[rows[1]] - getattr(ours, name)[rows[0]])
            for name in ("dev_loss", "dev_accuracy")
        ]
        loss, accuracy = (float(np.std(each) / math.sqrt(2)) for each in differences)
    return loss, accuracy
