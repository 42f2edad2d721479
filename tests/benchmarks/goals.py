"""The speeds and sizes that the engine is to reach, and whether it does: ratios in one run, never times across runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.tasks import VARIANTS

Seconds = Mapping[tuple[str, str], float]  # by (task, contender), per step, model-step, map or change

ENGINE = "engine"


@dataclass(frozen=True)
class Goal:
    """`found` is to be at least `wanted`, or at most; None where what it needs was not measured."""

    sentence: str
    found: float | None
    wanted: float
    at_least: bool = True
    unit: str = "×"

    def __str__(self) -> str:
        relation = "≥" if self.at_least else "≤"
        limit = f"{self.sentence}: {relation} {self._with_unit(self.wanted)}"
        if self.found is None:
            return f"  ?      {limit}; not measured"
        met = self.found >= self.wanted if self.at_least else self.found <= self.wanted
        return f"  {'met   ' if met else 'MISSED'} {limit}; found {self._with_unit(self.found)}"

    def _with_unit(self, value: float) -> str:
        shown = f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
        return f"×{shown}" if self.unit == "×" else f"{shown} {self.unit}"


def goals(seconds: Seconds, memory: Mapping[str, float]) -> Iterator[Goal]:
    """Every goal, in the order of the tables; `memory` is what `benchmarks.memory` found."""

    def ratio(slow: tuple[str, str], fast: tuple[str, str]) -> float | None:
        return seconds[slow] / seconds[fast] if slow in seconds and fast in seconds else None

    def beside(task: str, peer: str) -> float | None:
        return ratio((task, peer), (task, ENGINE))

    yield Goal("W1b against PyTorch with fused Adam", beside("W1b", "torch-fused"), 18)
    yield Goal("W1b against JAX jit per step", beside("W1b", "jax"), 6)
    yield Goal("W1a against JAX lax.scan", beside("W1a", "jax-scan"), 1)
    yield Goal("W2 against PyTorch with fused Adam", beside("W2", "torch-fused"), 3)
    yield Goal("W3 against PyTorch with fused Adam", beside("W3", "torch-fused"), 1.9)
    yield Goal("W4, K = 64, against JAX vmap and scan", beside("W4-64", "jax-scan"), 1.8)
    # the first is what the goal was taken from, and PyTorch is faster the second way
    yield Goal("W4, K = 64, against PyTorch stacked, BN by formulas", beside("W4-64", "torch-by-formulas"), 5.5)
    yield Goal("W4, K = 64, against PyTorch stacked, its own BN", beside("W4-64", "torch-stacked"), 5.5)
    yield Goal("W4, K = 64, against its own single model in a loop", ratio(("W1b", ENGINE), ("W4-64", ENGINE)), 6.5)
    larger = ratio(("W4-256", ENGINE), ("W4-64", ENGINE))
    # two equal groups of members measured apart differ by some per cent
    yield Goal("W4, K = 256, a model-step against that of K = 64 (level, give or take 5 %)", larger, 1.05, False)
    yield Goal("F, W1b 100², against C", ratio(("F-W1b-100", ENGINE), ("F-W1b-100", "c")), 1.5, False)
    for name, (_, base) in VARIANTS.items():
        if name == "sgd":
            continue
        with_it, without = ((task, ENGINE) for task in (f"W1b-{name}", base))
        known = {with_it, without, ("W1b", ENGINE)} <= set(seconds)
        cost = (seconds[with_it] - seconds[without]) / seconds["W1b", ENGINE] * 100 if known else None
        yield Goal(f"Turning on {name}, of a W1b step", cost, 25, False, "%")
    for task, words in (("W1b-change", "the engine"), ("W1b-apply", "the trainer")):
        found = seconds.get((task, ENGINE))
        sentence = f"From a change of architecture to the first epoch, {words}"
        yield Goal(sentence, None if found is None else found * 1e3, 5, False, "ms")
    yield Goal("W4, K = 256, above the idle process", memory.get("crowd"), 100, False, "MB")
    yield Goal("The history of a million steps", memory.get("history"), 20, False, "MB")
    yield Goal("A checkpoint in memory against its arrays' bytes", memory.get("checkpoint"), 1.05, False)
