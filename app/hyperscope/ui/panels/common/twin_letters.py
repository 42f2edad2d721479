"""The letters of twins as they stand over pictures and beside controls: A on a full ground, B within a rim."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import face
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import LIGHT, Theme

SIZE = 15.0  # pixels
CORNER = 13.0  # pixels; in a panel's corner


def badge(painter: QPainter, box: QRectF, which: str, theme: Theme) -> None:
    """The letter in `box`, told apart by form as well: A is full, B is hollow."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    full = which == "A"
    painter.setPen(QPen(theme.text, 1.25 * theme.scale))
    painter.setBrush(theme.text if full else Qt.BrushStyle.NoBrush)
    inner = box.adjusted(0.75, 0.75, -0.75, -0.75)
    painter.drawRoundedRect(inner, 3.5 * theme.scale, 3.5 * theme.scale)
    painter.setPen(theme.card if full else theme.text)
    painter.setFont(face(10, 700, theme.scale))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), which)


def letter(painter: QPainter, over: QRectF, which: str, theme: Theme) -> None:
    """The letter at the left above the picture `over`."""
    size = SIZE * theme.scale
    badge(painter, QRectF(over.left(), over.top() - size - 3 * theme.scale, size, size), which, theme)


class Badge(QWidget):
    """A letter in the corner of a panel: which of the twins it shows."""

    def __init__(self, over: QWidget, x: int, y: int) -> None:
        super().__init__(over)
        self._theme, self._at, self.letter = LIGHT, (x, y), ""  # pixels at scale 1
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_letter(self, which: str) -> None:
        """Shows "A" or "B", nothing for ""."""
        self.letter = which
        self.setAccessibleName(f"Shows twin {which}" if which else "")
        self.setVisible(bool(which))
        self.raise_()
        self.update()

    def lie_at(self, x: int, y: int) -> None:
        """Goes to another place, in pixels at scale 1."""
        self._at = x, y
        self.set_theme(self._theme)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and size."""
        self._theme = theme
        x, y = self._at
        self.setGeometry(pixels(theme, x), pixels(theme, y), pixels(theme, CORNER), pixels(theme, CORNER))
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        badge(painter, QRectF(self.rect()), self.letter, self._theme)
        painter.end()
