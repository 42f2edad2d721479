"""A small picture painted once and shown again as long as it stays the same: with every move of the mouse, mostly."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QPainter, QPixmap


class Stamp:
    """The pixels of one picture, and what it is of."""

    def __init__(self) -> None:
        self._pixels = QPixmap()
        self._at: tuple[QRectF, float] = (QRectF(), 0.0)
        self._of: tuple[object, ...] = ()

    def paint(
        self, painter: QPainter, place: QRectF, of: tuple[object, ...], draw: Callable[[QPainter, QRectF], None]
    ) -> None:
        """Paints at `place` (pixels) what `draw` paints inside it, called again only when `of` are other objects."""
        ratio = painter.device().devicePixelRatio()
        corner = QPointF(math.floor(place.left() * ratio) / ratio, math.floor(place.top() * ratio) / ratio)
        own = place.translated(-corner)  # the same part of a pixel, or it would be blurred
        same = (own, ratio) == self._at and len(of) == len(self._of)
        if not same or any(now is not then for now, then in zip(of, self._of, strict=True)):
            self._at, self._of = (own, ratio), of
            self._pixels = QPixmap((QSizeF(own.right(), own.bottom()) * ratio).toSize() + QSize(1, 1))
            self._pixels.setDevicePixelRatio(ratio)
            self._pixels.fill(Qt.GlobalColor.transparent)
            inside = QPainter(self._pixels)
            inside.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw(inside, own)
            inside.end()
        painter.drawPixmap(corner, self._pixels)
