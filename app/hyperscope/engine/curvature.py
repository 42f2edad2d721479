"""How the loss bends along its gradient, how long a step that allows, and how noisy mini-batch gradients are.

Everything is worked out in float64 from the textbook gradient in training mode; nothing is learned or remembered.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.parameters import Layout
from hyperscope.engine.textbook import loss_and_gradient

REACH: float = float(np.finfo(np.float64).eps) ** (
    1 / 3
)  # balances rounding and the third derivative in a central difference


def gradient(layout: Layout, parameters: Array, x: Array, y: Array) -> Array:
    """The gradient (P,) in float64 of the mean loss of inputs x (n, m) with one-hot y (C, m)."""
    with np.errstate(all="ignore"):
        return loss_and_gradient(layout, parameters.astype(np.float64), x.astype(np.float64, copy=False), y)[1]


def curvature_along(layout: Layout, parameters: Array, x: Array, y: Array, direction: Array) -> float:
    """dᵀHd / dᵀd for a direction d (P,), H being the loss's second derivatives, by a central difference of gradients.

    Its unit is loss per squared weight; NaN for a direction of length 0.
    """
    length = float(np.linalg.norm(direction))
    if length == 0:
        return math.nan
    along, middle = direction.astype(np.float64) / length, parameters.astype(np.float64)
    reach = REACH * max(1.0, float(np.linalg.norm(middle)))
    ahead = gradient(layout, middle + reach * along, x, y)
    behind = gradient(layout, middle - reach * along, x, y)
    bend: float = float(along @ (ahead - behind)) / (2 * reach)
    return bend


def curvature_along_gradient(layout: Layout, parameters: Array, x: Array, y: Array) -> float:
    """λ = gᵀHg / gᵀg, the curvature that a step of gradient descent meets; NaN where g is 0."""
    return curvature_along(layout, parameters, x, y, gradient(layout, parameters, x, y))


def rate_limit(curvature: float, momentum: float = 0.0) -> float:
    """The rate from which steps on ½λx² overshoot ever further: (2 + 2β) / λ, without momentum 2 / λ.

    With v = βv + g and w = w − αv (Polyak 1964). Infinite where nothing curves upwards (λ ≤ 0), NaN of NaN.
    """
    if math.isnan(curvature):
        return math.nan
    return (2 + 2 * momentum) / curvature if curvature > 0 else math.inf


# By what factor an optimiser's limit on ½λx² is that of plain momentum. Nesterov's
# z² − (1 + β)(1 − αλ) z + β(1 − αλ) = 0 has a root at −1 there: looking ahead makes it overshoot earlier.
SHARES: dict[str, Callable[[float], float]] = {
    "sgd": lambda beta: 1 / (1 + beta),
    "momentum": lambda beta: 1.0,
    "nesterov": lambda beta: 1 / (1 + 2 * beta),
}


def steady_rate(optimiser: str, decay: float, momentum: float) -> float:
    """The rate from which on weight decay λ w by itself makes weights grow; infinite where gradients are rescaled.

    AdamW's decay is apart from its gradients, w ← (1 − αλ) w, and so has the limit of plain gradient descent.
    """
    share = SHARES.get("sgd" if optimiser == "adamw" else optimiser)
    return rate_limit(decay, momentum) * share(momentum) if share is not None else math.inf


@dataclass(frozen=True, slots=True)
class GradientNoise:
    """`variance`: tr Cov of the gradients of mini-batches of `size` examples; `signal`: |mean gradient|²."""

    size: int
    variance: float
    signal: float

    @property
    def scale(self) -> float:
        """tr(Σ) / |g|² in examples, Σ being one example's covariance (McCandlish et al. 2018, eq. 2.9).

        With batches of this size noise and signal are alike; far smaller ones are mostly noise. Infinite where g is 0.
        """
        if self.signal == 0:
            return math.inf if self.variance > 0 else math.nan
        return self.size * self.variance / self.signal

    @property
    def per_batch(self) -> float:
        """The noise in one mini-batch's squared gradient against the signal in it: scale / size."""
        return self.scale / self.size


def gradient_noise(layout: Layout, parameters: Array, x: Array, y: Array, batches: Sequence[Indices]) -> GradientNoise:
    """The noise over `batches` (m,) of example numbers, all of one size and none shared, of x (n, M), one-hot y (C, M).

    With batch norm a batch's gradient also depends on who else is in it, and that counts as noise too.
    Raises: ValueError for fewer than two batches or unequal sizes.
    """
    sizes = {len(batch) for batch in batches}
    if len(batches) < 2 or len(sizes) != 1:
        raise ValueError(f"there are {len(batches)} batches of sizes {sorted(sizes)}; it takes two or more of one size")
    each = np.stack([gradient(layout, parameters, x[:, batch], y[:, batch]) for batch in batches])
    mean = each.mean(axis=0)
    variance = float(((each - mean) ** 2).sum()) / (len(batches) - 1)
    return GradientNoise(sizes.pop(), variance, float(mean @ mean))
