"""The cost of one logistic unit over its two weights, for inputs as they are and normalised, and paths down it.

Everything is exact and in float64, and takes a few milliseconds, so it is worked out anew while something is dragged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.curvature import SHARES, rate_limit
from hyperscope.lab.generalise.two_inputs import some

SIDE = 64  # cells along each side of a surface
DECAY = 0.01  # of L2, without which separable classes have no lowest point
ABOVE = 0.3  # nats above the lowest point, up to where the surface reaches along its flattest direction
STEPS = 100
RULES = ("sgd", "momentum", "nesterov", "rmsprop", "adam")
RESCALING = ("rmsprop", "adam")
BETA2, RMS_BETA2, EPSILON = 0.999, 0.9, 1e-8
FAR = 1e6  # weights beyond which a path has diverged
HIGHEST = 690.0  # nats whose exponential, and that of one more, is still a float64


@dataclass(frozen=True, eq=False)
class Bowl:
    """J(w) = mean cross-entropy of σ(w·x + b) + DECAY |w|² / 2, for x (2, m), t (m,) of 0 and 1, at the best b."""

    x: Array
    t: Array
    b: float
    lowest: Array  # (2,)

    def cost(self, w: Array) -> Array:
        """J (...,) at weights w (..., 2), in nats."""
        z = w @ self.x + self.b
        # log(1 + eᶻ) − t z, without overflow
        each = np.logaddexp(0.0, z) - self.t * z
        found: Array = each.mean(axis=-1) + DECAY / 2 * (w**2).sum(axis=-1)
        return found

    def gradient(self, w: Array) -> Array:
        """dJ/dw (..., 2)."""
        p = w @ self.x + self.b
        # σ in place, as paths ask for it a hundred times; e^−z of far z may be ∞, and σ 0
        with np.errstate(over="ignore"):
            np.exp(np.negative(p, out=p), out=p)
        p += 1
        np.divide(1.0, p, out=p)
        p -= self.t
        found: Array = p @ self.x.T / self.t.size + DECAY * w
        return found

    @cached_property
    def curvature(self) -> Array:
        """The two curvatures at the lowest point, the smaller first: eigenvalues of the second derivatives there."""
        found: Array = np.linalg.eigvalsh(self._bend(self.lowest))
        return found

    def _bend(self, w: Array) -> Array:
        p = 1 / (1 + np.exp(-(w @ self.x + self.b)))
        found: Array = (self.x * (p * (1 - p))) @ self.x.T / self.t.size + DECAY * np.eye(2)
        return found

    @property
    def condition(self) -> float:
        """κ: the greatest curvature over the smallest."""
        low, high = self.curvature
        return float(high / low)

    @property
    def half(self) -> float:
        """Half the side of what is shown, in units of weights, the same along both axes."""
        return 1.15 * math.sqrt(2 * ABOVE / float(self.curvature[0]))

    def limit(self, rule: str, beta: float) -> float:
        """The rate from which on steps along the greatest curvature overshoot ever further; ∞ where it is rescaled."""
        share = SHARES.get(rule)
        return rate_limit(float(self.curvature[1]), beta) * share(beta) if share is not None else math.inf

    def surface(self, side: int = SIDE) -> Array:
        """J (side, side) around the lowest point, the second weight along the rows, lowest row first."""
        along = np.linspace(-self.half, self.half, side)
        first, second = self.lowest[0] + along, (self.lowest[1] + along)[:, None]
        to_first, to_second = self.x @ self.t / self.t.size
        straight = first * to_first + second * to_second + self.b * self.t.mean()
        found: Array = self._bent(along) / self.t.size - straight + DECAY / 2 * (first**2 + second**2)
        return found

    def _bent(self, along: Array) -> Array:
        """Σ log(1 + eᶻ) (side, side) over the examples, z = w·x + b, at weights `along` both axes off the lowest.

        One logarithm of a product of many 1 + eᶻ stands for as many, and eᶻ is a product of what depends on one weight:
        that takes a tenth of the time of `cost` at each place.
        """
        u = self.x[0][:, None] * along  # (m, side)
        v = self.x[1][:, None] * along + (self.lowest @ self.x + self.b)[:, None]
        side = along.size
        product, here, found = np.ones((side, side)), np.empty((side, side)), np.zeros((side, side))
        far = float(np.abs(u).max() + np.abs(v).max())
        if far < HIGHEST:
            u, v = np.exp(u), np.exp(v)
            most = int(HIGHEST / (far + math.log(2)))  # factors of a product that is still a float64
        else:
            most = int(HIGHEST / math.log(2))
        for number, (across, up) in enumerate(zip(u, v[:, :, None], strict=True), start=1):
            if far < HIGHEST:
                np.multiply(up, across, out=here)
            else:  # log(1 + eᶻ) = max(z, 0) + log(1 + e^−|z|)
                np.add(up, across, out=here)
                found += np.maximum(here, 0)
                np.exp(-np.abs(here), out=here)
            here += 1
            product *= here
            if number % max(1, most) == 0:
                found += np.log(product)
                product.fill(1)
        return found + np.log(product)


def bowl(x: Array, t: Array) -> Bowl:
    """That of inputs x (2, m) and t (m,); b and the lowest point by Newton's method, halving steps that overshoot."""
    full = np.vstack([x, np.ones(t.size)])
    pull = np.diag([DECAY, DECAY, 1e-9])
    theta = np.zeros(3)

    def cost(at: Array) -> float:
        z = at @ full
        return float((np.logaddexp(0.0, z) - t * z).mean() + at @ pull @ at / 2)

    for _ in range(60):
        p = 1 / (1 + np.exp(-np.clip(theta @ full, -500, 500)))
        slope = full @ (p - t) / t.size + pull @ theta
        step = np.linalg.solve((full * (p * (1 - p))) @ full.T / t.size + pull, slope)
        if slope @ step < 1e-14:  # the cost falls by half of that, which is soon less than it is rounded by
            theta = theta - step
            break
        share = 1.0
        while share > 1e-6 and cost(theta - share * step) > cost(theta):
            share /= 2
        theta = theta - share * step
    return Bowl(x, t, float(theta[2]), theta[:2])


def two_bowls(x: Array, y: Indices, stretch: float) -> tuple[Bowl, Bowl]:
    """Of inputs (n, m), the first two, and classes (m,), the first against the rest: as they are, the second input
    `stretch` times as large, and normalised to mean 0 and variance 1.
    """
    chosen = some(y.size)
    two = x[:2, chosen].astype(np.float64)
    if len(two) < 2:
        two = np.vstack([two, two**2])
    two = two * np.array([[1.0], [stretch]])
    t = (y[chosen] == 0).astype(np.float64)
    deviation = two.std(axis=1, keepdims=True)
    normal = (two - two.mean(axis=1, keepdims=True)) / np.where(deviation > 0, deviation, 1.0)
    return bowl(two, t), bowl(normal, t)


def path(
    gradient: Callable[[Array], Array], start: Array, rule: str, alpha: float, beta: float, steps: int = STEPS
) -> Array:
    """Weights (s + 1, 2) from `start` on by full-batch steps; it ends early where they leave FAR.

    The updates are those of `engine.optimisers`; β is momentum's, and Adam's β₁; β₂ is .9 for RMSProp, .999 for Adam.
    """
    return paths(gradient, start, (rule,), alpha, beta, steps)[rule]


def paths(
    gradient: Callable[[Array], Array],
    start: Array,
    rules: Sequence[str],
    alpha: float,
    beta: float,
    steps: int = STEPS,
) -> dict[str, Array]:
    """The path of each rule: all take their steps together and in place, which takes a tenth of the time."""
    rescaling = [rule for rule in rules if rule in RESCALING]
    order = [*(rule for rule in rules if rule not in RESCALING), *rescaling]  # so that those lie together
    plain = len(order) - len(rescaling)
    one = np.ones((len(order), 2))
    ahead, adam = (one * [[rule == name] for rule in order] for name in ("nesterov", "adam"))
    keeps = one * [[beta * (rule not in ("sgd", "rmsprop"))] for rule in order]
    adds = one - adam * beta  # of the gradient, to the first moment
    of_first = np.where(ahead, beta, one)  # of it in a step, where `ahead` adds the gradient
    of_adam = adam[plain:] > 0
    second_keeps = np.where(of_adam, BETA2, RMS_BETA2)
    second_adds = 1 - second_keeps
    w = np.tile(np.array(start, float), (len(order), 1))
    first, second = np.zeros_like(w), np.zeros_like(second_keeps)
    found = np.empty((steps + 1, *w.shape))
    found[0] = w
    along, part = np.empty_like(w), np.empty_like(w)
    rescaled = along[plain:]
    with np.errstate(all="ignore"):  # what diverges is cut off below
        for count in range(1, steps + 1):
            g = gradient(w)
            first *= keeps
            first += np.multiply(adds, g, out=part)
            np.multiply(ahead, g, out=along)
            along += np.multiply(of_first, first, out=part)
            if rescaling:
                own = g[plain:]
                second *= second_keeps
                second += second_adds * own * own
                rescaled /= np.where(of_adam, 1 - beta**count, 1.0)
                rescaled /= np.sqrt(second / np.where(of_adam, 1 - BETA2**count, 1.0)) + EPSILON
            along *= alpha
            w -= along
            found[count] = w
    return {rule: _until_far(found[:, order.index(rule)]) for rule in rules}


def _until_far(walked: Array) -> Array:
    """The path up to the first place that is beyond FAR or not finite, that included."""
    beyond = np.flatnonzero(~(np.abs(walked).max(axis=1) < FAR))
    return walked[: int(beyond[0]) + 1] if len(beyond) else walked


def outcome(of: Bowl, walked: Array) -> tuple[str, float]:
    """What became of a path: "diverges", "swings" or "arrives", "on the way"; and J above the lowest at its end."""
    with np.errstate(all="ignore"):
        # only where it began and where it is late: the cost of every step took as long as the steps
        lately = min(len(walked) - 1, max(2, len(walked) // 5))
        above = of.cost(walked[[0, *range(len(walked) - lately, len(walked))]]) - float(of.cost(of.lowest))
    end = float(above[-1])
    if not np.isfinite(end) or end > 2 * max(float(above[0]), 1e-6):
        return "diverges", math.inf
    if end < 0.001:
        return "arrives", end
    late = above[1:] if len(above) > 2 else above
    return ("swings" if late.min() < 0.5 * late.max() and late[-1] > 0.02 else "on the way"), end
