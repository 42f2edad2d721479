"""Augmented copies as they are trained on, beside their originals: points in their plane, pictures as pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.lab.probes.subject import Subject

MOST = 120  # points
PICTURES = 12  # originals that are drawn


@dataclass(frozen=True, slots=True, eq=False)
class Copies:
    """Some training examples and their copies of `epoch`, classes `y` (k,).

    Points are `x` and `copied` (2, k) in the plane whose `extent` is left, right, bottom, top; pictures besides have
    `pictures` and `copied_pictures` (k, height, width) from 0 to `brightest`, else None. `idle` says that copies equal
    their originals; `moved` is how far they are away on average, in the plane.
    """

    epoch: int
    x: Array
    copied: Array
    y: Indices
    extent: tuple[float, float, float, float]
    pictures: Array | None
    copied_pictures: Array | None
    brightest: float
    idle: bool
    count: int  # of training examples in all

    @property
    def moved(self) -> float:
        """The mean distance of copies from their originals."""
        return float(np.hypot(*(self.copied - self.x)).mean()) if self.y.size else 0.0


@Probe
def copies(subject: Subject, question: tuple[str, str]) -> Copies | None:
    """The copies of the present epoch, in the plane of two features; None where there are no examples."""
    # not for the window, which knows the record alone
    from hyperscope.engine.augmentation import STREAM, augmented
    from hyperscope.lab.examples.examples import TRAIN, augmenter
    from hyperscope.lab.probes.plane import plane

    data = subject.examples
    if data.missing:
        return None
    raw = data.raw[:, data.part == TRAIN]
    made = augmenter(data, subject.experiment.data, subject.experiment.seed)
    epoch = subject.position.epoch
    other = raw
    if made is not None:
        rng = np.random.default_rng([made.seed, STREAM, epoch])
        other = augmented(made.raw, made.augmentation, made.image_shape, rng, made.unit)
    count = raw.shape[1]
    most = PICTURES if data.image_shape is not None else MOST
    some = np.linspace(0, count - 1, min(most, count)).round().astype(np.int64)
    seen = plane(subject, question)
    shape = data.image_shape
    before, after = raw[:, some], other[:, some]
    return Copies(
        epoch,
        seen.project(before),
        seen.project(after),
        data.y_train[some],
        seen.extent,
        before.T.reshape(-1, *shape) if shape is not None else None,
        after.T.reshape(-1, *shape) if shape is not None else None,
        float(data.raw.max()) if shape is not None else 1.0,
        made is None,
        count,
    )
