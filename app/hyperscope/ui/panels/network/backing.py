"""A picture kept as pixels, of which only what has changed is painted anew; what moves by itself is laid over it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QPainter, QPixmap, QRegion


class Backing:
    """The pixels of a widget, and which of its regions are older than what they show."""

    def __init__(self) -> None:
        self.pixmap = QPixmap()
        self._dirty = QRegion()

    def spoil(self, region: QRegion) -> None:
        """Takes note that a region looks different by now."""
        self._dirty += region

    def resize(self, size: QSize, ratio: float) -> bool:
        """Becomes `size` pixels large with `ratio` device pixels to each, all of it old; whether it was not."""
        wanted = size * ratio
        if self.pixmap.size() == wanted and self.pixmap.devicePixelRatioF() == ratio:
            return False
        self.pixmap = QPixmap(wanted)
        self.pixmap.setDevicePixelRatio(ratio)
        self._dirty = QRegion(QRect(0, 0, size.width(), size.height()))
        return True

    def renew(self, paint: Callable[[QPainter, QRegion], None]) -> None:
        """Has `paint` do what is old again."""
        if self._dirty.isEmpty():
            return
        dirty, self._dirty = self._dirty, QRegion()
        painter = QPainter(self.pixmap)
        painter.setClipRegion(dirty)
        paint(painter, dirty)
        painter.end()
