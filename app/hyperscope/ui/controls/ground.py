"""A card's ground, for what is laid out on it."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import card
from hyperscope.ui.theme import LIGHT, RADIUS, Theme


class Ground(QFrame):
    """A frame that paints itself as a card, `edged` with a line round it.

    A style sheet that did would have to be put on all that lies there.
    """

    def __init__(self, parent: QWidget | None = None, *, edged: bool = False) -> None:
        super().__init__(parent)
        self._theme, self._edged = LIGHT, edged

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours."""
        self._theme = theme
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, whole = QPainter(self), QRectF(self.rect())
        if not self._edged:
            card(painter, whole, self._theme)
        else:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.hairline, 1))
            painter.setBrush(self._theme.card)
            painter.drawRoundedRect(whole.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.end()
