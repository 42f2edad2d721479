"""A small picture painted once and shown again as long as it stays the same: with every move of the mouse, mostly.

Points with antialiasing take half a millisecond a picture, so a dozen of them a third of a frame.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QPainter, QPixmap


class Stamp:
    """The pixels of one picture, and what it is of; in as many of the sizes it had last as are to be `kept`."""

    def __init__(self, kept: int = 1) -> None:
        self._kept = kept
        self._made: dict[tuple[float, ...], tuple[tuple[object, ...], QPixmap]] = {}  # by place, the last one last

    def paint(
        self, painter: QPainter, place: QRectF, of: tuple[object, ...], draw: Callable[[QPainter, QRectF], None]
    ) -> None:
        """Paints at `place` (pixels) what `draw` paints inside it, called again only when `of` are other objects."""
        ratio = painter.device().devicePixelRatio()
        corner = QPointF(math.floor(place.left() * ratio) / ratio, math.floor(place.top() * ratio) / ratio)
        own = place.translated(-corner)  # the same part of a pixel, or it would be blurred
        at = (own.x(), own.y(), own.width(), own.height(), ratio)
        made = self._made.pop(at, None)
        if made is None or not _same(made[0], of):
            pixels = QPixmap((QSizeF(own.right(), own.bottom()) * ratio).toSize() + QSize(1, 1))
            pixels.setDevicePixelRatio(ratio)
            pixels.fill(Qt.GlobalColor.transparent)
            inside = QPainter(pixels)
            inside.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw(inside, own)
            inside.end()
            made = of, pixels
            while len(self._made) >= self._kept:
                del self._made[next(iter(self._made))]
        self._made[at] = made
        painter.drawPixmap(corner, made[1])


def _same(of: tuple[object, ...], then: tuple[object, ...]) -> bool:
    return len(of) == len(then) and all(now is before for now, before in zip(of, then, strict=True))
