"""How far each framework has come with a session's code; what the pictures of the Side by side view share."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PySide6.QtGui import QColor

from hyperscope.engine.arrays import Array
from hyperscope.lab.frameworks.frameworks import frameworks
from hyperscope.lab.frameworks.measured import Measured
from hyperscope.ui.theme import Theme

NAMES = tuple(frameworks)
SHADES = {name: at for at, name in enumerate(("numpy", "pytorch", "jax", "optax", "keras", "tensorflow"))}
OFF_LEAST = 1e-17  # nats; equal losses are drawn there, as 0 has no place on a logarithmic axis


def shade(theme: Theme, name: str) -> QColor:
    """The colour of a framework."""
    return theme.class_colour(SHADES[name])


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one framework stands: its `losses` (s,), what they took, and how far a run under way is, in words.

    `fresh` says that it is of the same session as our own; `lacks` names the packages that its Python does not have.
    """

    losses: Array = field(default_factory=lambda: np.zeros(0))
    measured: Measured | None = None
    running: str = ""
    waiting: bool = False
    problem: str = ""
    lacks: tuple[str, ...] = ()
    fresh: bool = True

    @property
    def words(self) -> str:
        """What there is instead of figures, "" where there are some."""
        if self.running:
            return self.running
        if self.waiting:
            return "waits for its turn"
        if self.measured is not None:
            return ""
        if self.problem:
            return self.problem
        return f"{self.lacks[0]} is not in this Python" if self.lacks else "not run yet"


@dataclass(frozen=True, slots=True)
class Runs:
    """Our own `losses` (S,) with what they took, and each framework's standing; `moves` are (step, words).

    `earlier` says that they are of a session that has been changed since, `settings_only` that the session cannot be
    begun again and what runs is its settings from a start of their own.
    """

    losses: Array = field(default_factory=lambda: np.zeros(0))
    ours: Measured | None = None
    frameworks: dict[str, Standing] = field(default_factory=lambda: {name: Standing() for name in NAMES})
    moves: tuple[tuple[int, str], ...] = ()
    earlier: bool = False
    settings_only: bool = False

    def compared(self) -> dict[str, Array]:
        """The losses of the frameworks that are of the same session as ours."""
        return {name: one.losses for name, one in self.frameworks.items() if one.fresh and len(one.losses)}

    def off(self, name: str) -> Array:
        """|theirs − ours| of each step that both have, in nats."""
        theirs = self.frameworks[name].losses
        both = min(len(theirs), len(self.losses))
        return np.abs(theirs[:both] - self.losses[:both])
