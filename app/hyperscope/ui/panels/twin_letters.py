"""The letters of twins as they stand over pictures and beside controls: A on a full ground, B within a rim."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from hyperscope.ui.paint import face
from hyperscope.ui.theme import Theme

SIZE = 15.0  # pixels


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
