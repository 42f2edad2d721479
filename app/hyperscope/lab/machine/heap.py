"""How a process holds memory that it has freed: as little of it as it can, where the C library is the GNU one."""

from __future__ import annotations

import ctypes
import math
import sys
from contextlib import suppress

ARENAS = -8  # M_ARENA_MAX, as malloc.h of the GNU C library counts what can be set
EASED = 16e6  # bytes let go of after which memory is given back: that takes some 25 ms for 128 MB
LATER = 2.0  # s after which whoever else still had them has let go of them too


def use_one_arena() -> None:
    """Has all threads of this process that begin from now on take memory from one place.

    Each would have one of its own, never given back, though Python lets one of them run at a time: 6 MB of a window.
    """
    _ask("mallopt", ARENAS, 1)


def give_back() -> None:
    """Gives the system back what is free in between: what loading left behind, 4 MB of a window."""
    _ask("malloc_trim", 0)


class Slack:
    """What a process has freed of much that it held, and the C library keeps as long as something lies beyond it."""

    def __init__(self) -> None:
        self._most = 0.0  # bytes, since some were let go of
        self._due = math.inf

    def look(self, held: float, now: float) -> None:
        """Has memory given back a while after much less is `held` (bytes) than was; `now` is in seconds."""
        self._most = max(self._most, held)
        if self._most - held > EASED:
            self._most, self._due = held, now + LATER
        if now >= self._due:
            self._due = math.inf
            give_back()


def _ask(name: str, *arguments: int) -> None:
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):  # of another C library, musl's say, which does without
            getattr(ctypes.CDLL(None), name)(*arguments)
