"""A star, filled or not."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from hyperscope.ui.style import mixed
from hyperscope.ui.theme import Theme

SIZE = 6.5  # pixels from the middle to a tip
WAIST = 0.45  # of that: where it is narrowest


def paint_star(painter: QPainter, room: QRectF, theme: Theme, on: bool) -> None:
    """Paints it into the middle of `room`: filled in accent, or its outline."""
    middle, tip = room.center(), SIZE * theme.scale
    corners = []
    for corner in range(10):
        reach, turn = tip * (WAIST if corner % 2 else 1.0), math.pi * (corner / 5 - 0.5)
        corners.append(QPointF(middle.x() + reach * math.cos(turn), middle.y() + reach * math.sin(turn)))
    painter.setPen(QPen(theme.accent if on else mixed(theme.card, theme.quiet, 0.7), 1.25 * theme.scale))
    painter.setBrush(theme.accent if on else Qt.BrushStyle.NoBrush)
    painter.drawPolygon(QPolygonF(corners))
