"""Constants of training as code has them: written out where they stay, and variables where a session moved them."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

WIDTH = 100  # characters of a line in a table of moves


@dataclass(frozen=True, slots=True)
class Number:
    """One constant: its `value` at the start, and (step, value) for each of its `moves`, in order.

    As text it is what stands in a formula.
    """

    name: str
    value: float
    moves: tuple[tuple[int, float], ...] = ()

    def __str__(self) -> str:
        return self.name if self.moves else literal(self.value)

    def __bool__(self) -> bool:
        return any(self.values)

    @property
    def values(self) -> tuple[float, ...]:
        """All that it ever is."""
        return (self.value, *(value for _, value in self.moves))

    @property
    def first(self) -> str:
        """Its value at the start, as code."""
        return literal(self.value)

    @property
    def moved(self) -> tuple[tuple[int, str], ...]:
        """Its moves, as code."""
        return tuple((step, literal(value)) for step, value in self.moves)

    @property
    def table(self) -> tuple[str, ...]:
        """The lines of a dictionary of its moves, without its brackets."""
        return tuple(textwrap.wrap(", ".join(f"{step}: {value}" for step, value in self.moved) + ",", WIDTH))


def literal(value: float) -> str:
    """A number as Python reads it back, to the last bit."""
    return repr(value)
