"""How a process holds memory that it has freed: as little of it as it can, where the C library is the GNU one."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

ARENAS = -8  # M_ARENA_MAX, as malloc.h of the GNU C library counts what can be set


def use_one_arena() -> None:
    """Has all threads of this process that begin from now on take memory from one place.

    Each would have one of its own, never given back, though Python lets one of them run at a time: 6 MB of a window.
    """
    _ask("mallopt", ARENAS, 1)


def give_back() -> None:
    """Gives the system back what is free in between: what loading left behind, 4 MB of a window."""
    _ask("malloc_trim", 0)


def _ask(name: str, *arguments: int) -> None:
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):  # of another C library, musl's say, which does without
            getattr(ctypes.CDLL(None), name)(*arguments)
