"""What is worked out for looking at a network and kept until what it was made of changes: grids, inputs, directions."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class LookCache:
    """One value under each name. It holds for the very `source` it was made of, and an equal `key`."""

    def __init__(self) -> None:
        self._found: dict[Hashable, tuple[object, Hashable, Any]] = {}

    def __call__(self, name: Hashable, source: object, key: Hashable, make: Callable[[], T]) -> T:
        """The value kept, else made anew."""
        had = self._found.get(name)
        if had is None or had[0] is not source or had[1] != key:
            had = self._found[name] = (source, key, make())
        value: T = had[2]
        return value

    def last(self, name: Hashable, source: object, key: Hashable) -> Any:
        """The value kept, None if there is none that holds."""
        had = self._found.get(name)
        return None if had is None or had[0] is not source or had[1] != key else had[2]

    def keep(self, name: Hashable, source: object, key: Hashable, value: Any) -> None:
        """Keeps this in place of what was there."""
        self._found[name] = (source, key, value)
