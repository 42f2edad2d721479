"""Scrolls down what it holds at its own width."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

MOST = 4  # sizes within one event; in ordinary use it is given three at most


class Scrolled(QScrollArea):
    """A `body` as wide as there is room, on the ground that is beneath; it scrolls where it is taller, and `across` too
    where it is wider.

    Each time the body has another size, Qt asks it how much it needs and gives it that, within the same event. Buttons
    that break into rows say so only afterwards, and a layout within a layout says until then what was so before. One
    that needs a scroll bar without it, and none with it, would be given the one width and the other by turns until the
    stack is full, which ends the process. So it is asked a few times only; what has changed since then has asked for
    another layout, and has it when the event is over.
    """

    def __init__(self, body: QWidget, *, across: bool = False) -> None:
        super().__init__()
        self._sizes = 0  # that the body was given in this event
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if not across:
            self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(body)
        for ground in (self.viewport(), body):
            ground.setAutoFillBackground(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Resize:
            return super().eventFilter(watched, event)
        if self._sizes == MOST:
            return False
        self._sizes += 1
        try:
            return super().eventFilter(watched, event)
        finally:
            self._sizes -= 1
