"""What spoils a data set on purpose: unequal classes, wrong labels, and dev and test sets from elsewhere.

It knows class numbers and inputs only; which examples belong to which part is the caller's business.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperscope.engine.augmentation import Shape, turned

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def divided(total: int, counts: Ints, share: float, least: int = 0) -> Ints:
    """Class sizes (C,) adding up to `total`, of which class 0 has `share` and the others what is left, as in `counts`.

    No class that has members falls below `least` of them, even if the share, and then the total, are missed for it.
    """
    first = round(total * share)
    others = counts[1:] / max(1, counts[1:].sum()) * (total - first)
    sizes: Ints = np.concatenate([[first], np.floor(others).astype(np.int64)])
    left = total - int(sizes.sum())
    sizes[1 + np.argsort(np.floor(others) - others, kind="stable")[:left]] += 1
    sizes = np.maximum(sizes, np.minimum(least, counts))
    while sizes.sum() > total and sizes.max() > least:
        sizes[sizes.argmax()] -= 1
    return sizes


def thinned(counts: Ints, share: float, least: int = 0) -> Ints:
    """The largest class sizes (C,) within `counts` (C,) that give class 0 the `share`, as `divided` says."""
    total = int(min(counts[0] / share, counts[1:].sum() / (1 - share)) + 1e-9)
    return np.minimum(divided(total, counts, share, least), counts)


def chosen(y: Ints, sizes: Ints, rng: np.random.Generator) -> Ints:
    """Sorted numbers of examples drawn so that class c of y (m,) appears `sizes[c]` times.

    None is drawn twice before all of its class are drawn once; a class with a size must have members.
    """
    drawn = [np.resize(rng.permutation(np.flatnonzero(y == c)), size) for c, size in enumerate(sizes)]
    return np.sort(np.concatenate(drawn))


def relabelled(y: Ints, classes: int, share: float, rng: np.random.Generator) -> Ints:
    """A copy of y (m,) in which the `share` of all labels, to the nearest, is another class, each equally likely.

    With the same randomness, a larger share changes the same labels and more.
    """
    result = y.copy()
    if classes > 1:
        order, steps = rng.permutation(len(y)), rng.integers(1, classes, len(y))
        wrong = order[: round(share * len(y))]
        result[wrong] = (y[wrong] + steps[wrong]) % classes
    return result


@dataclass(frozen=True, slots=True)
class Shift:
    """Inputs scaled, turned by `rotate` degrees anticlockwise, then moved along the first axis; as it is: no shift."""

    move: float = 0.0
    rotate: float = 0.0
    scale: float = 1.0

    @property
    def idle(self) -> bool:
        """Whether inputs stay where they are."""
        return self == Shift()


def shifted_plane(x: Floats, shift: Shift, image_shape: Shape | None = None) -> Floats:
    """Points x (2, m) shifted about the origin, or pictures x (n, m) about their middle, moved in pixels."""
    return turned(x, image_shape, shift.rotate, shift.scale, np.array([[shift.move], [0.0]]))


def shifted_table(x: Floats, training: Floats, shift: Shift) -> Floats:
    """Inputs x (n, m) shifted about the mean of `training` (n, m'), in units of each input's standard deviation there.

    All inputs move; only two inputs turn, as other numbers of them have no plane of their own.
    """
    mean, deviation = training.mean(axis=1, keepdims=True), training.std(axis=1, keepdims=True)
    away = x - mean
    if len(x) == 2 and shift.rotate:
        unit = np.where(deviation > 0, deviation, 1.0)
        away = unit * turned(away / unit, None, shift.rotate, 1.0, np.zeros((2, 1)))
    result: Floats = mean + shift.scale * away + shift.move * deviation
    return result
