"""What a learning-rate range test found, as a record that a window can have without anything that trains."""

from __future__ import annotations

from dataclasses import dataclass

from hyperscope.engine.arrays import Array


@dataclass(frozen=True)
class RangeTest:
    """What each rate did: `rates` (t,) ascending, the mini-batches' `losses` (t,) in nats, and `means` (t,) of those
    around each step.

    `steepest` is the rate at which the mean loss fell fastest per decade, None if it hardly fell; `diverged` the rate
    at which training broke down, None if it never did.
    """

    rates: Array
    losses: Array
    means: Array
    steepest: float | None
    diverged: float | None

    @property
    def suggested(self) -> float | None:
        """A rate to begin with: the steepest, rounded to one digit as people set it; None if nothing was learned."""
        return None if self.steepest is None else float(f"{self.steepest:.0e}")
