"""The plane on which examples and decision maps are drawn, laid through the space of raw inputs.

Raw inputs are the numbers as drawn or read; what the network is fed (standardised or not) is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Extent = tuple[float, float, float, float]

MARGIN = 0.1  # of the span of the examples, on each side


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """A flat window into n raw inputs: the plane's (u, v) is the input origin + scale · (u · across + v · up).

    All vectors are (n,); `across` and `up` are orthonormal (or `up` is zero, where there is one input only), so
    u and v are measured in `scale`. `extent` is (left, right, bottom, top) in u and v; `axes` names u and v.
    """

    origin: Floats
    across: Floats
    up: Floats
    scale: Floats
    extent: Extent
    axes: tuple[str, str]

    def lift(self, points: Floats) -> Floats:
        """The raw inputs (n, m) at plane coordinates (2, m)."""
        return self.origin[:, None] + self.scale[:, None] * (np.stack([self.across, self.up], axis=1) @ points)

    def project(self, x: Floats) -> Floats:
        """The plane coordinates (2, m) of raw inputs (n, m), seen at right angles in units of `scale`."""
        return np.stack([self.across, self.up]) @ ((x - self.origin[:, None]) / self.scale[:, None])


def of_two(x: Floats, names: tuple[str, str]) -> Plane:
    """The plane that two inputs (2, m) of like units already are; u and v have equal scales in the picture."""
    across, up = np.eye(2)
    return Plane(np.zeros(2), across, up, np.ones(2), extent_of(x, equal=True), names)


def square(half: float, names: tuple[str, str]) -> Plane:
    """The plane that two inputs of like units already are, up to `half` from the middle whatever lies on it."""
    across, up = np.eye(2)
    return Plane(np.zeros(2), across, up, np.ones(2), (-half, half, -half, half), names)


def of_features(x: Floats, training: Floats, first: int, second: int, names: tuple[str, str]) -> Plane:
    """Two of the n inputs of x (n, m) as u and v, each filling the picture; all others stay at the training set's mean.

    `second` may equal `first` only where there is one input; v is then nothing but room to draw in.
    """
    axes = np.eye(len(x))
    across, up = axes[first], (axes[second] if second != first else np.zeros(len(x)))
    origin = np.where(across + up > 0, 0.0, training.mean(axis=1))
    plane = Plane(origin, across, up, np.ones(len(x)), (0, 0, 0, 0), names)
    return _sized(plane, x, equal=False)


def of_components(x: Floats, training: Floats, scale: Floats) -> Plane:
    """The first two principal components of the training set (n, m), n ≥ 2, its inputs measured in `scale` (n,).

    The extent takes in all of x (n, m'). Each component's largest weight is positive, so pictures do not flip.
    """
    mean = training.mean(axis=1)
    directions, strengths, _ = np.linalg.svd((training - mean[:, None]) / scale[:, None], full_matrices=False)
    if directions.shape[1] < 2:
        raise ValueError("principal components need at least two training examples of two inputs")
    first, second = (_upright(directions[:, k]) for k in (0, 1))
    variance = strengths**2
    shares = variance[:2] / max(float(variance.sum()), np.finfo(float).tiny)
    names = (f"PC 1 ({shares[0]:.0%} of variance)", f"PC 2 ({shares[1]:.0%})")
    return _sized(Plane(mean, first, second, scale, (0, 0, 0, 0), names), x, equal=True)


def extent_of(points: Floats, *, equal: bool) -> Extent:
    """Left, right, bottom and top that hold points (2, m) with a margin; `equal` gives both axes the larger span."""
    low, high = points.min(axis=1), points.max(axis=1)
    centre, half = (low + high) / 2, (high - low) / 2 * (1 + 2 * MARGIN)
    # a span that vanishes, or that rounding would swallow, still needs a width to draw in
    half = np.where(half > 1e-9 * np.abs(centre), half, 0.0)
    half = np.where(half > 0, half, half.max() if half.max() > 0 and equal else np.maximum(1.0, np.abs(centre) / 10))
    if equal:
        half = np.full(2, half.max())
    left, bottom = (centre - half).tolist()
    right, top = (centre + half).tolist()
    return left, right, bottom, top


def _sized(plane: Plane, x: Floats, *, equal: bool) -> Plane:
    extent = extent_of(plane.project(x), equal=equal)
    return Plane(plane.origin, plane.across, plane.up, plane.scale, extent, plane.axes)


def _upright(direction: Floats) -> Floats:
    weights = np.abs(direction)
    # the first of nearly equal weights decides, lest rounding does
    decisive = int(np.argmax(weights > weights.max() - 1e-6))
    return direction if direction[decisive] > 0 else -direction
