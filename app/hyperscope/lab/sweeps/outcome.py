"""What a sweep has come to: medians over seeds, which values learn by a stated rule, and what may be luck."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from hyperscope.engine.arrays import Array
from hyperscope.knob import Value
from hyperscope.lab.jobs.population_task import Standing
from hyperscope.lab.sweeps.sweep import Plan

GOOD = 0.9  # median dev accuracy from which a setting counts as learning,
WITHIN = 0.05  # or, where nothing comes so far, so much below the best
LUCK = 0.1  # probability from which a difference is called luck


@dataclass(frozen=True, slots=True)
class Figure:
    """One variant in large: "2.5 decades", and what of; `count` is the number it stands for."""

    variant: str
    said: str
    of: str
    count: float


class Outcome:
    """Of a plan and how its networks stand. Arrays (V, S, K) are by variant, value and seed."""

    def __init__(self, plan: Plan, standing: Standing) -> None:
        self.plan, self.standing = plan, standing
        self.dev_loss = self._shaped(standing.dev_loss)
        self.dev_accuracy = self._shaped(standing.dev_accuracy)
        self.train_loss = self._shaped(standing.train_loss)
        self.train_accuracy = self._shaped(standing.train_accuracy)
        failed = np.array([bool(why) for why in standing.stopped]).reshape(plan.shape)
        self.failed = failed & ~np.array([why.startswith("Stopped early") for why in standing.stopped]).reshape(
            plan.shape
        )
        self.dev_loss[self.failed] = np.inf  # a network that diverged went back to a sound moment; it did not learn
        self.train_loss[self.failed] = np.inf
        self.dev_accuracy[self.failed] = 0.0
        self.train_accuracy[self.failed] = 0.0

    def _shaped(self, values: Array) -> Array:
        found: Array = np.where(np.isfinite(values), values, np.inf).reshape(self.plan.shape)
        return found

    @property
    def accuracy(self) -> Array:
        """(V, S) median dev accuracy."""
        found: Array = np.sort(self.dev_accuracy, axis=2)[:, :, self.plan.seeds // 2]
        return found

    @property
    def loss(self) -> Array:
        """(V, S) median dev loss; infinite where most seeds diverged."""
        found: Array = np.sort(self.dev_loss, axis=2)[:, :, self.plan.seeds // 2]
        return found

    def middle(self, variant: int, value: int) -> int:
        """The seed whose dev accuracy is the median, the first of those that share it."""
        order = np.argsort(self.dev_accuracy[variant, value], kind="stable")
        return int(order[self.plan.seeds // 2])

    @property
    def threshold(self) -> float:
        """The median dev accuracy from which a value counts as learning."""
        best = float(self.accuracy.max(initial=0.0))
        return GOOD if best >= GOOD else max(0.0, best - WITHIN)

    @property
    def rule(self) -> str:
        """How it is counted, in a sentence."""
        said = f"Counted where the median dev accuracy is at least {100 * self.threshold:.0f} %"
        return f"{said}." if self.threshold == GOOD else f"{said}, {100 * WITHIN:.0f} points below the best."

    @property
    def learns(self) -> NDArray[np.bool_]:
        """(V, S) whether a value counts as learning."""
        return self.accuracy >= self.threshold

    def figures(self) -> tuple[Figure, ...]:
        """Each variant in large."""
        return tuple(self._figure(v) for v in range(self.plan.shape[0]))

    def _figure(self, v: int) -> Figure:
        sweep, values, learns = self.plan.sweep, self.plan.values, self.learns[v]
        name, kind = sweep.variants[v].name, sweep.counts
        run = _longest(learns)
        if kind == "decades":
            decades = math.log10(float(values[run[-1]]) / float(values[run[0]])) if len(run) else 0.0
            if len(run) < 2:
                return Figure(name, "one value" if len(run) else "no value", f"of {sweep.of}", 0.0)
            said = f"{decades:.1f}".removesuffix(".0")
            return Figure(name, f"{said} decade{'s' * (said != '1')}", f"of {sweep.of}", decades)
        if kind == "how many":
            return Figure(name, f"{int(learns.sum())} of {len(values)}", sweep.of, float(learns.sum()))
        if kind == "best":
            best = float(self.loss[v].min())
            return Figure(name, _number(best), sweep.of, best)
        learned = np.flatnonzero(learns)
        if not len(learned):
            return Figure(name, "none", sweep.of, 0.0)
        last = values[int(learned[-1 if kind == "up to" else 0])]
        said = f"{kind} {sweep.captions(last)}"
        return Figure(name, said, sweep.of, float(last))

    def best(self) -> str:
        """The variants at their best, in a sentence, and whether they can be told apart."""
        places = [int(np.argmin(row)) for row in self.loss]
        names, sweep = [one.name for one in self.plan.sweep.variants], self.plan.sweep
        each = [
            f"{name} {_number(float(self.loss[v, s]))} at {sweep.symbol} {sweep.captions(self.plan.values[s])}"
            for v, (name, s) in enumerate(zip(names, places, strict=True))
        ]
        said = f"Lowest median dev loss: {', '.join(each)}."
        if self.plan.seeds < 3:
            return f"{said} With {self.plan.seeds} seed{'s' * (self.plan.seeds > 1)} that may be luck."
        first, last = self.dev_loss[0, places[0]], self.dev_loss[-1, places[-1]]
        if len(names) == 1:  # then what is compared is its best value with its first, which is nothing done
            first = self.dev_loss[0, 0]
        p = luck(first, last)
        if p > LUCK:
            return f"{said} No difference to be told from luck (p = {p:.2g})."
        return f"{said} By luck so large a difference comes about in {100 * p:.0f} % of cases."


def luck(first: Array, second: Array) -> float:
    """How probable ranks as far apart as those of two samples are if both come from one population.

    The exact two-sided rank-sum test (Mann and Whitney 1947), ties counted by half.
    """
    together = np.concatenate((first, second))
    above = (together[:, None] > together[None, :]).astype(float) + 0.5 * (together[:, None] == together[None, :])
    n, k = len(together), len(first)
    chosen = _choices(n, k)
    # of pairs within the chosen each has one above the other, so that what is left is above the rest
    over_rest = above.sum(axis=1)[chosen].sum(axis=1) - k * k / 2
    far = np.abs(over_rest - k * (n - k) / 2)
    return float(np.mean(far >= far[0] - 1e-9))


@lru_cache(maxsize=8)
def _choices(n: int, k: int) -> NDArray[np.intp]:
    """(C, k) every way to choose k of n, the first k first."""
    return np.array(list(combinations(range(n), k)), dtype=np.intp).reshape(-1, k)


def _longest(learns: NDArray[np.bool_]) -> list[int]:
    """The longest run of neighbours that learn, the first of those as long."""
    best: list[int] = []
    run: list[int] = []
    for at, good in enumerate(learns.tolist()):
        run = [*run, at] if good else []
        if len(run) > len(best):
            best = run
    return best


def _number(value: float) -> str:
    return "not finite" if not math.isfinite(value) else f"{value:.3f}" if value >= 0.0095 else f"{value:.1g}"


def values_between(low: float, high: float, count: int, scale: str, *, whole: bool = False) -> tuple[Value, ...]:
    """So many values from `low` to `high`, evenly on a logarithmic or linear scale, rounded to two figures; fewer where
    there are not as many powers of two, or whole numbers, between them.
    """
    count = max(2, count)
    if scale == "powers":
        exponents = np.linspace(round(math.log2(low)), round(math.log2(high)), count).round().astype(int)
        return tuple(dict.fromkeys(2**power for power in exponents.tolist()))
    if whole:
        return tuple(dict.fromkeys(np.linspace(low, high, count).round().astype(int).tolist()))
    found = np.logspace(math.log10(low), math.log10(high), count) if scale == "log" else np.linspace(low, high, count)
    return tuple(dict.fromkeys(float(f"{v:.2g}") for v in found.tolist()))
