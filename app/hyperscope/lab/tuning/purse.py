"""A purse of compute: spent on one network that is babysat, or on many with other settings each, all at once.

It says who has what and who did better, and what a babysitter's rule does; nothing here trains.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec
import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.tuning.space import Space, Values, shown

DAYS = 20  # parts in which a purse is spent; between two of them a babysitter looks and moves
MOST = 64  # networks
LONGEST = 20_000  # epochs
GROW, SHRINK = 1.25, 0.5  # of the rate, after a day that lowered the dev loss and after one that did not


@dataclass(frozen=True, slots=True)
class Purse:
    """`epochs` in all: for one network, or for `many` whose settings are drawn from `space` by `seed`.

    The one begins as `experiment` is; with `blind` its settings are drawn too, so that nobody knows good ones.
    """

    experiment: Experiment
    space: Space
    epochs: int = 400
    many: int = 20
    seed: int = 1
    blind: bool = True

    def __post_init__(self) -> None:
        if not 2 <= self.many <= MOST:
            raise ValueError(f"many is {self.many}; it must be a whole number in [2, {MOST}]")
        if not self.many <= self.epochs <= LONGEST:
            raise ValueError(f"epochs is {self.epochs}; it must be a whole number in [{self.many}, {LONGEST}]")
        self.space.checked(self.experiment)

    @property
    def each(self) -> int:
        """Epochs of each of the many."""
        return self.epochs // self.many

    @property
    def whole(self) -> int:
        """Epochs that either may spend: what comes out even."""
        return self.each * self.many

    def drawn(self) -> tuple[Values, ...]:
        """The settings of the many."""
        return tuple(self.space.drawn(tuple(row)) for row in self._places()[1:])

    @property
    def start(self) -> Experiment:
        """What the one begins as."""
        return self.space.made(self.experiment, self.space.drawn(self._places()[0])) if self.blind else self.experiment

    def _places(self) -> list[tuple[float, ...]]:
        at = np.random.default_rng([self.seed, 23]).random((1 + self.many, len(self.space.knobs)))
        return [tuple(row) for row in at.tolist()]


@dataclass(frozen=True, slots=True)
class Babysat:
    """Where both are after `day` of DAYS. Losses are of the dev set, in nats, infinite where a network diverged.

    `panda` has rows (epochs spent, loss), `moves` what was moved, with the epochs spent by then; `many` (days + 1, K)
    the losses at the end of each day. `maps` are class probabilities (C, side, side), the babysat network's first.
    `until` is the day to whose end all train, and `asked` what the babysitter had done, with the day before which: the
    experiment whose training the network took on, or None where it went back to its best day.
    """

    purse: Purse
    day: int
    experiment: Experiment  # the babysat network's, as it is now
    panda: Array
    moves: tuple[tuple[float, str], ...]
    many: Array
    values: tuple[Values, ...]
    maps: tuple[Array, ...] = ()
    alarm: str = ""
    until: int = 0
    asked: tuple[tuple[int, Experiment | None], ...] = ()

    @property
    def over(self) -> bool:
        """Whether the purse is spent."""
        return self.day >= DAYS

    @property
    def best(self) -> int:
        """Which of the many stands lowest now."""
        return int(np.argmin(self.many[-1]))

    def spent(self) -> Array:
        """(days + 1,) epochs that the many together had spent at the end of each day."""
        return np.arange(len(self.many)) * self.purse.whole / DAYS

    def course(self) -> tuple[Array, Array]:
        """The lowest loss so far: of the babysat network at the rows of `panda`, of the many at the end of each day."""
        panda: Array = np.minimum.accumulate(self.panda[:, 1])
        many: Array = np.minimum.accumulate(self.many.min(1))
        return panda, many

    @property
    def scores(self) -> tuple[float, float]:
        """The lowest dev loss of either."""
        panda, many = self.course()
        return float(panda[-1]), float(many[-1])

    def said(self) -> str:
        """Who is ahead, in words."""
        panda, many = self.scores
        if not self.day:
            return "Nothing is spent yet."
        if math.isinf(panda) and math.isinf(many):
            return "None has learned anything yet."
        ahead = "The panda" if panda < many else "The caviar"
        low, high = sorted((panda, many))
        more = high / low if low > 0 else math.inf
        times = f"{more:.1f}" if more < 10 else f"{more:.0f}"
        by = f"{times} times lower" if math.isfinite(more) else "the other never learned"
        verb = "wins" if self.over else "is ahead"
        if math.isfinite(high) and high < 1.02 * low:
            return f"A tie: lowest dev loss {panda:.3g} and {many:.3g}."
        return f"{ahead} {verb}: lowest dev loss {panda:.3g} for the panda, {many:.3g} for the best egg, {by}."


def by_rule(experiment: Experiment, *, lowered: bool) -> Experiment:
    """What the bold driver makes of the rate after a day (Vogl et al. 1988): more while it goes down, else half."""
    training = experiment.training
    rate = min(10.0, max(1e-6, float(f"{training.learning_rate * (GROW if lowered else SHRINK):.3g}")))
    return msgspec.structs.replace(experiment, training=msgspec.structs.replace(training, learning_rate=rate))


def settings_said(space: Space, values: Values) -> str:
    """Settings in a line."""
    return ", ".join(f"{one.symbol} {shown(values[one.knob])}" for one in space.knobs)
