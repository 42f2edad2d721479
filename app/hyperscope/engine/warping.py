"""Two directions in which to look at many units at once, held steady from look to look.

Pure functions of activations a (n, m); no networks, and no memory: whoever looks again brings the last directions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperscope.engine.arrays import Array
from hyperscope.engine.plane import Extent, extent_of

Floats = NDArray[np.float64]

LEAST = 0.82  # of the extent's span; examples that fill less of it are looked at more closely
HEADROOM = 1.06  # times the span, so that the next few looks need no other extent


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """Units seen along two orthonormal directions `basis` (n, 2) from `mean` (n,); `share`, 0 to 1, is their variance.

    `extent` is left, right, bottom and top of what is seen, in the units' own measure.
    """

    mean: Floats
    basis: Floats
    share: float
    extent: Extent

    def seen(self, a: Array) -> Floats:
        """The places (2, m) of activations a (n, m)."""
        found: Floats = self.basis.T @ (_finite(a) - self.mean[:, None])
        return found


def outlook(a: Array, last: Outlook | None = None, units: tuple[int, int] | None = None) -> Outlook:
    """How to look at activations a (n, m): one or two units as they are, more along their two principal components.

    Of more, two `units`, counted from 0, may be looked at instead, as they are.

    The components are turned (orthogonal Procrustes, Schönemann 1966) to lie as those of the `last` look did, which
    must have been at n units too, and the extent stays while it fits. Without a last look the first component's and
    the second's largest weight is positive.
    """
    values: Floats = _finite(a).astype(np.float64)
    if last is not None and len(last.mean) != len(a):
        raise ValueError(f"the last look was at {len(last.mean)} units, this one is at {len(a)}")
    mean: Floats
    basis: Floats
    if len(values) <= 2:
        mean, basis, share = np.zeros(len(a)), np.eye(len(a), 2), 1.0
    elif units is not None:
        mean, basis, share = np.zeros(len(a)), np.eye(len(a))[:, list(units)], _share_of(values, units)
    else:
        mean, basis, share = _components(values)
        if last is not None:
            basis = aligned(basis, last.basis)
    looked = Outlook(mean, basis, share, (0.0, 0.0, 0.0, 0.0))
    wanted = extent_of(looked.seen(values), equal=True)
    return Outlook(mean, basis, share, _steady(wanted, last.extent if last is not None else None))


def aligned(basis: Floats, last: Floats) -> Floats:
    """`basis` (n, 2) turned or mirrored within its own plane to lie as near as it can to `last` (n, 2)."""
    left, _, right = np.linalg.svd(basis.T @ last)
    found: Floats = basis @ (left @ right)
    return found


def _finite(a: Array) -> Array:
    """`a` with 0 for what is not finite; the sum tells whether there is any, at a tenth of the cost."""
    with np.errstate(all="ignore"):
        sound = np.isfinite(a.sum())
    return a if sound else np.nan_to_num(a, posinf=0.0, neginf=0.0)


def _scale(a: Floats) -> float:
    """A power of 2, which divides exactly, about as large as `a`: squares of a diverging network's would overflow."""
    return float(np.ldexp(1.0, np.frexp(np.abs(a).max(initial=1.0))[1] - 1))


def _share_of(a: Floats, units: tuple[int, int]) -> float:
    """What part of the variance of a (n, m) two units have, 1 where there is none."""
    variances = (a / _scale(a)).var(axis=1) if a.shape[1] else np.zeros(len(a))
    whole = float(variances.sum())
    return float(variances[list(units)].sum()) / whole if whole > 0 else 1.0


def _components(a: Floats) -> tuple[Floats, Floats, float]:
    """The mean (n,), the first two principal components (n, 2), and their share of the variance."""
    size = _scale(a)
    mean = (a / size).mean(axis=1)
    centred = a / size - mean[:, None]
    variances, directions = np.linalg.eigh(centred @ centred.T)
    basis = directions[:, [-1, -2]]
    largest = np.abs(basis).argmax(axis=0)
    basis = basis * np.where(basis[largest, [0, 1]] < 0, -1.0, 1.0)
    whole = float(variances.sum())
    return mean * size, basis, float(variances[-2:].sum()) / whole if whole > 0 else 1.0


def _steady(wanted: Extent, last: Extent | None) -> Extent:
    """`last` while it holds what is wanted and is not much too large, else what is wanted and some headroom."""
    left, right, bottom, top = wanted
    if last is not None:
        holds = last[0] <= left and right <= last[1] and last[2] <= bottom and top <= last[3]
        if holds and right - left >= LEAST * (last[1] - last[0]):
            return last
    x, y, half = (left + right) / 2, (bottom + top) / 2, (right - left) / 2 * HEADROOM
    return x - half, x + half, y - half, y + half
