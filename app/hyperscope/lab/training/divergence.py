"""Why training diverged: weights too large to compute with, L2 with too large a rate, or the rate alone.

It is told what was in force and how large the weights were, and puts the cause into words; it changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hyperscope.engine.curvature import steady_rate
from hyperscope.engine.settings import Training

Cause = Literal["rate", "l2", "weights"]
LARGE = 1e5  # of a weight; no training of ours leads there, and what follows from it soon overflows


@dataclass(frozen=True, slots=True)
class Reason:
    """The cause, what follows "because", and what to do."""

    cause: Cause
    because: str
    advice: str


def reason(training: Training, weight: float) -> Reason:
    """Why a run that had been sound diverged under `training`; `weight` is the largest that there was or was set.

    L2 alone takes w to (1 − αλ) w, which grows with every step once |1 − αλ| ≥ 1; momentum and looking ahead move
    that limit, see `engine.curvature`. Optimisers that rescale gradients leave L2 no such pull, but for AdamW.
    """
    if abs(weight) >= LARGE:
        return Reason(
            "weights",
            f"a weight of {abs(weight):.3g} is too large to compute with",
            "start from smaller weights",
        )
    rate, strength = training.learning_rate, training.l2
    if strength and (limit := steady_rate(training.optimiser, strength, training.momentum)) <= rate:
        product = rate * strength
        return Reason(
            "l2",
            f"with α {rate:.3g} and λ {strength:.3g} L2 alone makes the weights larger at every step: αλ is "
            f"{product:.3g}, and must lie below {limit * strength:.3g}",
            "lower λ or α and go on",
        )
    return Reason("rate", f"with α {rate:.3g} each step overshoots further than the last", "lower α and go on")
