"""Two settings over many seeds: how probable so large a difference is by luck, and how many seeds would tell.

Nothing here trains.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from hyperscope.engine.arrays import Array

SHUFFLES = 10_000
LEVEL, POWER = 1.959964, 0.841621  # of a normal distribution: 5 % of two sides, and 80 % power
TOLD = 0.05  # probability below which a difference is told from luck

Test = Literal["permutation", "ranks"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of losses (n,) each; `p` is by `test`, `wins` how probable it is that a network of the second beats one of the
    first, `seeds` how many each would need to tell so large a difference in four of five tries, 0 where none would.
    """

    first: Array
    second: Array
    test: Test
    p: float
    wins: float
    seeds: int

    @property
    def medians(self) -> tuple[float, float]:
        """Of both."""
        return float(np.median(self.first)), float(np.median(self.second))

    @property
    def told(self) -> bool:
        """Whether the difference is told from luck."""
        return self.p < TOLD

    def said(self, names: tuple[str, str]) -> str:
        """The verdict in two sentences."""
        a, b = self.medians
        count = len(self.first)
        better = names[1] if self.wins > 0.5 else names[0]
        beats = max(self.wins, 1 - self.wins)
        if self.told:
            head = f"{better} is better: so large a difference comes by luck in {_share(self.p)} of cases."
        else:
            head = f"No difference to be told from luck: one as large comes by it in {_share(self.p)} of cases."
        tail = (
            f"Median dev loss {a:.3g} and {b:.3g}; with any one seed each, {better} wins {_share(beats)} of the time."
        )
        if self.seeds == 0 or self.seeds > 1_000_000:
            return f"{head} {tail}"
        more = f"To tell it, {self.seeds} seeds each would do" + (
            f"; these are {count}." if self.seeds > count else "."
        )
        return f"{head} {tail} {more}"


def _share(value: float) -> str:
    return "less than 0.1 %" if value < 0.001 else f"{100 * value:.1f} %" if value < 0.1 else f"{100 * value:.0f} %"


def verdict(first: Array, second: Array, test: Test = "ranks", seed: int = 0) -> Verdict:
    """Compares the losses of two settings; infinite ones count as the worst.

    Raises: ValueError with fewer than two of either.
    """
    if min(len(first), len(second)) < 2:
        raise ValueError("at least two seeds of each setting are needed")
    wins = superiority(first, second)
    p = _by_ranks(first, second, seed) if test == "ranks" else _by_means(first, second, seed)
    return Verdict(np.asarray(first, float), np.asarray(second, float), test, p, wins, seeds_needed(wins))


def superiority(first: Array, second: Array) -> float:
    """How probable it is that one of the second is lower than one of the first, ties by half (Mann and Whitney)."""
    a, b = np.asarray(first, float)[:, None], np.asarray(second, float)[None, :]
    return float((b < a).mean() + 0.5 * (b == a).mean())


def seeds_needed(wins: float) -> int:
    """Seeds of each setting with which a rank test at 5 % tells such a difference in 80 % of tries (Noether 1987).

    0 where there is no difference to tell.
    """
    if abs(wins - 0.5) < 1e-6:
        return 0
    total = (LEVEL + POWER) ** 2 / (3 * (wins - 0.5) ** 2)
    return max(4, math.ceil(total / 2))  # fewer than four of each reach no 5 % at all


def _by_ranks(first: Array, second: Array, seed: int) -> float:
    """Shuffled labels and how far the sums of ranks then lie apart; two-sided, the seen labels among the shuffles."""
    together = np.concatenate([first, second])
    return _shuffled(_ranks(together), len(first), seed)


def _by_means(first: Array, second: Array, seed: int) -> float:
    """Shuffled labels and the difference of means; where a loss is not finite, of the ranks instead."""
    together = np.concatenate([first, second]).astype(float)
    return _shuffled(together if np.isfinite(together).all() else _ranks(together), len(first), seed)


def _ranks(values: Array) -> Array:
    below = (values[:, None] > values[None, :]).sum(1)
    same = (values[:, None] == values[None, :]).sum(1)
    found: Array = below + (same - 1) / 2.0
    return found


def _shuffled(values: Array, count: int, seed: int) -> float:
    values = values - values.mean()
    seen = abs(values[:count].sum())
    sums = np.abs(values[_drawn(len(values), count, seed)].sum(1))
    return float((1 + (sums >= seen - 1e-12 * max(1.0, seen)).sum()) / (SHUFFLES + 1))


@lru_cache(maxsize=32)  # some 0.3 MB each; the same are asked for with every seed that comes
def _drawn(of: int, count: int, seed: int) -> Array:
    """(SHUFFLES, count) which of so many are the first ones, each time at random."""
    random = np.random.default_rng([seed, 13]).random((SHUFFLES, of))
    if count >= of:
        return np.broadcast_to(np.arange(of, dtype=np.int16), (SHUFFLES, of))
    return np.argpartition(random, count, axis=1)[:, :count].astype(np.int16)
