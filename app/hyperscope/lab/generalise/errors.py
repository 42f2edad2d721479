"""Error rates as what they are, counts of few examples: their intervals, the gaps between them, and the verdict.

Pure functions of counts; where these come from is the matter of `standing`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Z = 1.959963984540054  # of a normal distribution, within which 95 % lie
LARGE = 0.05  # from which on a gap between error rates counts,
SURE = 0.02  # where its interval begins no lower; of ten examples one wrong is no sign of 10 %
HIDDEN = 0.1  # a gap that the sets are too small to rule out, from which on that is said

Amount = Literal["high", "low", "unsure"]


def wilson(wrong: int, of: int) -> tuple[float, float]:
    """The 95 % score interval of an error rate counted over `of` examples (Wilson 1927); (0, 1) of none."""
    if not of:
        return 0.0, 1.0
    rate, square = wrong / of, Z * Z / of
    middle = (rate + square / 2) / (1 + square)
    half = Z / (1 + square) * math.sqrt(rate * (1 - rate) / of + square / (4 * of))
    return (0.0 if not wrong else max(0.0, middle - half)), (1.0 if wrong == of else min(1.0, middle + half))


@dataclass(frozen=True, slots=True)
class Counted:
    """`wrong` of `of` examples of one set."""

    name: str
    wrong: int
    of: int

    @property
    def rate(self) -> float:
        """The error, 0 to 1; NaN of no examples."""
        return self.wrong / self.of if self.of else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Where it lies with 95 %."""
        return wilson(self.wrong, self.of)


@dataclass(frozen=True, slots=True)
class Gap:
    """`size` of a gap between two error rates, its 95 % interval, and what that comes to."""

    name: str
    size: float
    low: float
    high: float

    @property
    def amount(self) -> Amount:
        """High: large, and surely more than next to nothing. Low: not large, and a large one can be ruled out."""
        if self.size >= LARGE:
            return "high" if self.low >= SURE else "unsure"
        return "unsure" if self.high >= HIDDEN else "low"


@dataclass(frozen=True, slots=True)
class Errors:
    """The errors that there are. `best` is the least that anybody makes: by hand, or `estimated` where more.

    `apart` are examples from where the training set is from that were not trained on (train-dev); None where dev and
    test are from there too.
    """

    best: float
    train: Counted
    dev: Counted
    test: Counted
    apart: Counted | None = None
    estimated: bool = False

    @property
    def sets(self) -> tuple[Counted, ...]:
        """All of them, in order."""
        return tuple(one for one in (self.train, self.apart, self.dev, self.test) if one is not None)

    @property
    def bias(self) -> Gap:
        """Train error less the best possible; below 0, what was learned by heart."""
        low, high = self.train.interval
        return Gap("bias", self.train.rate - self.best, low - self.best, high - self.best)

    @property
    def variance(self) -> Gap:
        """What is lost from training examples to others from the same place."""
        return _between("variance", self.train, self.apart or self.dev)

    @property
    def mismatch(self) -> Gap | None:
        """What is lost from there to another place; None where there is none."""
        return _between("mismatch", self.apart, self.dev) if self.apart is not None else None

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Those that there are."""
        return tuple(gap for gap in (self.bias, self.variance, self.mismatch) if gap is not None)


def _between(name: str, first: Counted, second: Counted) -> Gap:
    """The difference of two rates with its 95 % interval, from those of each (Newcombe 1998, method 10)."""
    (low1, high1), (low2, high2) = first.interval, second.interval
    p1, p2 = first.rate if first.of else 0.5, second.rate if second.of else 0.5
    size = p2 - p1
    down = math.sqrt((p2 - low2) ** 2 + (high1 - p1) ** 2)
    up = math.sqrt((high2 - p2) ** 2 + (p1 - low1) ** 2)
    return Gap(name, size, max(-1.0, size - down), min(1.0, size + up))


MISMATCH = "mismatch: dev and test come from another place"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the errors come to: gaps that are `high`, those one cannot be sure of, and a `sentence`."""

    high: tuple[str, ...]
    unsure: tuple[str, ...]
    sentence: str


def percent(rate: float) -> str:
    """A rate as people write it: 0 %, 2.5 %, 32 %."""
    if math.isnan(rate):
        return "–"
    said = f"{100 * rate:.1f}" if 0 < abs(rate) < 0.0995 else f"{100 * rate:.0f}"
    return f"{said.removesuffix('.0')}\u00a0%".replace("-", "−")


def verdict(errors: Errors) -> Verdict:
    """The usual table, by what the counts allow to be said."""
    high = tuple(gap.name for gap in errors.gaps if gap.amount == "high")
    unsure = tuple(gap.name for gap in errors.gaps if gap.amount == "unsure")
    rates = [f"{one.name} {percent(one.rate)}" for one in errors.sets if one.name != "test"]
    said = f"Error: {', '.join(rates)}"
    if errors.best:
        said += f", at best {percent(errors.best)}"
    named = [f"high {name}" for name in high if name != "mismatch"]
    parts = [" and ".join(named)] if named else []
    if "mismatch" in high:
        parts.append(MISMATCH)
    if parts:
        said += f": {', and '.join(parts)}."
    elif unsure:
        said += ": too few examples to tell."
    else:
        kinds = "bias nor variance" if errors.mismatch is None else "bias, variance nor mismatch"
        said += f": neither {kinds} is high."
    if unsure:
        said += f" {_doubt(errors, unsure)}"
    return Verdict(high, unsure, said)


def _doubt(errors: Errors, unsure: tuple[str, ...]) -> str:
    """Which set is too small for what, with the gap that it could hide or that could be luck."""
    gap = max((gap for gap in errors.gaps if gap.name in unsure), key=lambda gap: gap.high)
    smaller = errors.train if gap.name == "bias" else min(errors.sets, key=lambda one: (one.of, one.name != "dev"))
    if gap.name != "bias" and smaller.name == "test":
        smaller = errors.dev
    examples = f"{smaller.of} {smaller.name} example{'s' * (smaller.of != 1)}"
    if not smaller.of:
        return f"There are no {smaller.name} examples."
    if gap.size >= LARGE:
        return f"With {examples}, {percent(gap.size)} of {gap.name} may be luck."
    return f"With {examples}, {gap.name} of up to {percent(gap.high)} could be hidden."
