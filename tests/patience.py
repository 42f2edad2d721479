"""How long tests wait for what comes within a moment: a busy machine takes many seconds to start two Pythons and Qt.

Nothing is slower for it, since whoever waits goes on as soon as it is there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pytestqt.qtbot import QtBot

T = TypeVar("T")

SECONDS = 90.0
PATIENCE = round(1000 * SECONDS)  # ms, as Qt counts


def settled(qtbot: QtBot, read: Callable[[], T], apart: int = 200) -> T:
    """What `read` gives once it has given the same five times in a row, `apart` ms from one to the next."""
    found: list[T] = []

    def same() -> bool:
        qtbot.wait(apart)
        found.append(read())
        return len(found) > 4 and all(one == found[-1] for one in found[-5:])

    qtbot.waitUntil(same, timeout=PATIENCE)
    return found[-1]
