"""Painting a part a frame, where all that is new takes longer than a frame to paint."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from PySide6.QtCore import QObject, QTimer

from hyperscope.ui.pacing import FRAME, frames


class InTurn(QObject):
    """Does one thing a frame, the first at once or, where asking goes with much else, the frame after next, when that
    has been painted; and each once however often it was asked for meanwhile.

    It goes by the window's frames: at a beat of its own a part would often come just when the next frame is due.
    """

    def __init__(self, parent: QObject, *, at_once: bool = True) -> None:
        super().__init__(parent)
        self._at_once = at_once
        self._waiting: dict[Hashable, Callable[[], None]] = {}
        self._done_in = -1  # the last frame in which nothing more is to be done
        self._alone = QTimer(self, interval=2 * FRAME)  # goes on where no window has frames
        self._alone.timeout.connect(self._go_on_alone)
        self._heard = 0  # of the window's frames, when it was last looked whether there are any
        frames.drawn.connect(self._go_on)

    @property
    def waits(self) -> bool:
        """Whether what is asked for now has to wait for its turn."""
        return self._alone.isActive()

    def ask(self, what: Hashable, do: Callable[[], None]) -> None:
        """Has `do` done when it is its turn, which `what` already has if it waits for one."""
        self._waiting[what] = do
        if not self.waits:
            if self._at_once:
                self._next()
            else:
                self._done_in = frames.count + 1  # the next one may be due at once, before anything is painted
                self._heard = frames.count
                self._alone.start()

    def _go_on(self) -> None:
        if self.waits and self._done_in < frames.count:  # not a second thing in the frame that it was asked in
            self._next()

    def _go_on_alone(self) -> None:
        """Goes on if no window has frames: after a long one the timer is due before the next."""
        if self._heard == frames.count:
            self._next()
        self._heard = frames.count

    def _next(self) -> None:
        if self._waiting:
            self._heard = frames.count
            self._alone.start()
            self._done_in = frames.count
            self._waiting.pop(next(iter(self._waiting)))()
        else:
            self._alone.stop()
