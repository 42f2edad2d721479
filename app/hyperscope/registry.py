"""A registry is a dict filled by a declaring decorator; asking it for an unknown name lists the known ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hyperscope.quoting import named

T = TypeVar("T")


class Registry(dict[str, T]):
    """Entries by name, in the order they were declared; `kind` is the word used in errors."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def add(self, name: str) -> Callable[[T], T]:
        """A decorator that enters what it decorates under `name`. Raises: ValueError if the name is taken."""

        def declare(entry: T) -> T:
            if name in self:
                raise ValueError(f"{self.kind} {named(name)} is declared twice")
            self[name] = entry
            return entry

        return declare

    def __missing__(self, name: str) -> T:
        raise LookupError(f"{self.kind} is {named(name)}; it must be one of {', '.join(self)}")
