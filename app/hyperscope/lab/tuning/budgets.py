"""Grid or random, with one parameter that matters and another that hardly does: the same budget, the optimum anywhere.

A loss is a valley over the unit square, known exactly, so that thousands of searches are counted in no time. Bergstra
and Bengio 2012 gave the picture; nothing here trains.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyperscope.engine.arrays import Array

REPEATS = 1000
TIE = 1e-9  # losses nearer than this are the same


@dataclass(frozen=True, slots=True)
class Valley:
    """`side`² trials in a valley `width` wide along the first parameter; the second matters `second` times as much.

    `at` is where along the first parameter the optimum lies; along the second it is in `other`.
    """

    side: int = 5
    width: float = 0.12
    second: float = 0.0
    at: float = 0.37
    other: float = 0.5
    seed: int = 1

    @property
    def trials(self) -> int:
        """The budget."""
        return self.side**2


@dataclass(frozen=True, slots=True)
class Duel:
    """Both searches of one valley: places (n, 2) and losses (n,) of each."""

    valley: Valley
    grid: Array
    random: Array
    grid_losses: Array
    random_losses: Array


@dataclass(frozen=True, slots=True)
class Counted:
    """Of many valleys with the optimum anywhere: how often random was lower, the grid was, and neither.

    `gaps` (r,) are the grid's best loss less random's, `places` (r,) where the optimum lay.
    """

    random: float
    grid: float
    ties: float
    gaps: Array
    places: Array


def loss(valley: Valley, places: Array) -> Array:
    """The loss (…,) at places (…, 2): 0 at the optimum, towards 1 far from it."""
    far = ((places[..., 0] - valley.at) / valley.width) ** 2
    far = far + valley.second * ((places[..., 1] - valley.other) / valley.width) ** 2
    found: Array = 1 - np.exp(-far / 2)
    return found


def grid(side: int) -> Array:
    """(side², 2) places in the middles of equal parts."""
    at = (np.arange(side) + 0.5) / side
    x, y = np.meshgrid(at, at)
    return np.stack([x.ravel(), y.ravel()], axis=1)


def duel(valley: Valley) -> Duel:
    """One grid and one random search."""
    lines = grid(valley.side)
    drawn = np.random.default_rng([valley.seed, 17]).random((valley.trials, 2))
    return Duel(valley, lines, drawn, loss(valley, lines), loss(valley, drawn))


def counted(valley: Valley, repeats: int = REPEATS) -> Counted:
    """The same, again and again, each with the optimum elsewhere and other draws."""
    random = np.random.default_rng([valley.seed, 19])
    at = random.random((repeats, 2))
    drawn = random.random((repeats, valley.trials, 2))
    lines = grid(valley.side)[None]
    scale = np.array([1.0, valley.second])

    def best(places: Array) -> Array:
        far = (((places - at[:, None]) / valley.width) ** 2 * scale).sum(-1)
        found: Array = 1 - np.exp(-far.min(1) / 2)
        return found

    gaps = best(lines) - best(drawn)
    return Counted(
        float((gaps > TIE).mean()), float((gaps < -TIE).mean()), float((abs(gaps) <= TIE).mean()), gaps, at[:, 0]
    )
