"""Views of labs that are made before anybody visits the lab: all at once they hold the window up for several frames.

A lab names what can be made so by `AHEAD` beside its `make`, and its page takes each from the window's `Ready`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from PySide6.QtWidgets import QWidget

W = TypeVar("W", bound=QWidget)

Recipe = tuple[Callable[..., QWidget], *tuple[Hashable, ...]]  # what makes a view, and what it is given


class Ready:
    """Views, each for one page to `take`."""

    def __init__(self) -> None:
        self._made: dict[Recipe, QWidget] = {}
        self._taken: set[Recipe] = set()

    def make(self, recipe: Recipe) -> None:
        """Makes a view, unless it is there or was taken."""
        if recipe not in self._made and recipe not in self._taken:
            of, *given = recipe
            self._made[recipe] = of(*given)

    def take(self, of: Callable[..., W], *given: Any) -> W:
        """The view that `of` makes from what is `given`, made now if it was not yet."""
        recipe: Recipe = (of, *given)
        self._taken.add(recipe)
        found: Any = self._made.pop(recipe, None)  # what `of` made
        return of(*given) if found is None else found

    @property
    def waiting(self) -> int:
        """How many views nobody has taken."""
        return len(self._made)

    def clear(self) -> None:
        """Does away with those that nobody took."""
        for made in self._made.values():
            made.deleteLater()
        self._made.clear()
