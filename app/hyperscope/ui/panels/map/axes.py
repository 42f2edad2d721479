"""The scales beside a square picture of a plane: round numbers along two edges, and what the axes are called."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from hyperscope.ui import paint
from hyperscope.ui.paint import face, write
from hyperscope.ui.theme import Theme

Extent = tuple[float, float, float, float]  # left, right, bottom, top
AXIS = 12  # pixels; a line of the axes' type
RIGHT, CENTRE = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignHCenter


def gutter(extent: Extent, theme: Theme) -> float:
    """Pixels from a card's left edge to the picture: the name of the upward axis, and its ticks."""
    small = QFontMetricsF(face(9, 400, theme.scale))
    widest = max((small.horizontalAdvance(tick(v)) for v in paint.ticks(*extent[2:])), default=0.0)
    return 8 + AXIS * theme.scale + 3 + max(widest, 12 * theme.scale) + 3 * theme.scale


def paint_axes(painter: QPainter, box: QRectF, extent: Extent, names: tuple[str, str], theme: Theme) -> None:
    """Writes ticks and names around the picture `box`."""
    left, right, bottom, top = extent
    font, high = face(9, 400, theme.scale), AXIS * theme.scale
    across = [(v, box.left() + (v - left) / (right - left) * box.width()) for v in paint.ticks(left, right)]
    up = [(v, box.bottom() - (v - bottom) / (top - bottom) * box.height()) for v in paint.ticks(bottom, top)]
    for value, x in across:
        write(painter, QRectF(x - 30, box.bottom() + 2, 60, high), tick(value), font, theme.quiet, CENTRE)
    for value, y in up:
        gap = QRectF(0, y - high / 2, box.left() - 3 * theme.scale, high)
        write(painter, gap, tick(value), font, theme.quiet, RIGHT)
    font = face(10, 400, theme.scale)
    below = QRectF(box.left(), box.bottom() + 1 + high, box.width(), high + 2)
    write(painter, below, names[0], font, theme.quiet, CENTRE)
    painter.save()
    painter.translate(box.left() - gutter(extent, theme) + 8 + high / 2, box.center().y())
    if len(names[1]) > 3:
        painter.rotate(-90)
    beside = QRectF(-box.height() / 2, -high / 2 - 1, box.height(), high + 2)
    write(painter, beside, names[1], font, theme.quiet, CENTRE)
    painter.restore()


def tick(value: float) -> str:
    """A tick's number with a true minus sign."""
    return f"{value:g}".replace("-", "−")
