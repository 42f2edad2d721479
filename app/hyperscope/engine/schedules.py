"""Learning-rate schedules: each declared once, as a factor on the learning rate over the epochs.

They see only where training stands; the learning rate itself stays a live knob.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.registry import Registry


class Decay(Protocol):
    """The constants of a schedule, as `settings.Training` has them."""

    @property
    def decay(self) -> float:
        """What is multiplied with, or k."""

    @property
    def decay_every(self) -> float:
        """Epochs between drops, or until the end of a cosine or cycle."""

    @property
    def warmup(self) -> float:
        """Epochs of linear warm-up."""


@dataclass(frozen=True)
class Schedule:
    """`factor(epochs, decay)`: the factors (S,) at epochs (S,), counted from 0 with fractions; `uses` names knobs.

    `meaning` says in a sentence what it does with α₀, the rate that is set.
    """

    label: str
    factor: Callable[[Array, Decay], Array]
    uses: tuple[str, ...] = ()
    meaning: str = ""


schedules: Registry[Schedule] = Registry("schedule")

LOWEST = 0.01  # of the learning rate: where a cycle turns


def _steps(epochs: Array, decay: Decay) -> Array:
    result: Array = decay.decay ** np.floor(epochs / decay.decay_every)
    return result


def _cosine(epochs: Array, decay: Decay) -> Array:
    result: Array = 0.5 * (1 + np.cos(np.pi * np.minimum(1.0, epochs / decay.decay_every)))
    return result


def _cycle(epochs: Array, decay: Decay) -> Array:
    # down and up again within decay_every epochs (Smith 2017, figure 2, begun at the top)
    phase = np.mod(epochs / decay.decay_every, 1.0)
    result: Array = LOWEST + (1 - LOWEST) * np.abs(1 - 2 * phase)
    return result


schedules["constant"] = Schedule(
    "none", lambda epochs, decay: np.ones_like(epochs), meaning="α = α₀: the rate stays as it is set."
)
schedules["exponential"] = Schedule(
    "× each epoch",
    lambda epochs, decay: decay.decay ** np.floor(epochs),
    ("decay",),
    "α = k^epoch · α₀: multiplied by k once after each epoch; k is 0.9 or 0.99 as a rule.",
)
schedules["smooth"] = Schedule(
    "× each step",
    lambda epochs, decay: decay.decay**epochs,
    ("decay",),
    "α = k^t · α₀ with t in epochs and fractions of them: by as much as × each epoch, a little at every step.",
)
schedules["steps"] = Schedule(
    "steps",
    _steps,
    ("decay", "decay_every"),
    "α = k^⌊epoch / period⌋ · α₀: multiplied by k once in each period, and constant between.",
)
schedules["inverse"] = Schedule(
    "1/(1+kt)",
    lambda epochs, decay: 1 / (1 + decay.decay * np.floor(epochs)),
    ("decay",),
    "α = α₀ / (1 + k · epoch): fast at first, then ever more slowly.",
)
schedules["cosine"] = Schedule(
    "cosine",
    _cosine,
    ("decay_every",),
    "α = α₀ (1 + cos(π · epoch / period)) / 2: down to 0 within the period, and there it stays (Loshchilov and "
    "Hutter 2017).",
)
schedules["cyclic"] = Schedule(
    "cyclic",
    _cycle,
    ("decay_every",),
    f"Down to {LOWEST:g} α₀ and up again in each period, in straight lines (Smith 2017, begun at the top).",
)


def rate_factors(schedule: str, epochs: Array, decay: Decay) -> Array:
    """Factors (S,) on the learning rate for steps that begin at `epochs` (S,), warm-up included."""
    factors = schedules[schedule].factor(epochs, decay)
    if decay.warmup > 0:
        factors = factors * (
            np.minimum(epochs + 1e-3, decay.warmup) / decay.warmup
        )  # the first step is not of length 0
    return factors
