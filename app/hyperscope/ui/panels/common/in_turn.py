"""Painting a part a frame, where all that is new takes longer than a frame to paint."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from PySide6.QtCore import QObject, QTimer

FRAME = 16  # ms between two parts


class InTurn(QObject):
    """Does one thing a frame, the first at once, and each once however often it was asked for meanwhile."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: dict[Hashable, Callable[[], None]] = {}
        self._frames = QTimer(self, interval=FRAME)
        self._frames.timeout.connect(self._next)

    @property
    def waits(self) -> bool:
        """Whether what is asked for now has to wait for its turn."""
        return self._frames.isActive()

    def ask(self, what: Hashable, do: Callable[[], None]) -> None:
        """Has `do` done when it is its turn, which `what` already has if it waits for one."""
        self._waiting[what] = do
        if not self.waits:
            self._next()
            self._frames.start()

    def _next(self) -> None:
        if self._waiting:
            self._waiting.pop(next(iter(self._waiting)))()
        else:
            self._frames.stop()
