"""A card with the present network's map and its examples, square, at the left of what else is said there."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QResizeEvent

from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.panels.common.sheet import HEAD, Sheet
from hyperscope.ui.panels.map.picture import MapPicture
from hyperscope.ui.theme import INSIDE, Theme

LEAST = 60.0  # pixels of the map's side


class MapSheet(Sheet):
    """`picture` is the map, with examples of `size` times the usual."""

    def __init__(self, title: str, size: float) -> None:
        super().__init__(title)
        self.picture = MapPicture()
        self.picture.on = self
        self._size = size

    def take(self, side: Seen) -> None:
        """Takes the newest map and examples."""
        self.picture.take(side)
        self._lie()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.picture.theme = theme
        self._lie()
        self.picture.forget_all()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lie()

    @property
    def beside(self) -> QRectF:
        """What is left at the right of the map."""
        box = self.picture.box
        left = box.right() + self.px(14)
        return QRectF(left, box.top(), self.width() - INSIDE - left, box.height())

    def _lie(self) -> None:
        room = self.room
        side = max(LEAST, min(room.width(), room.height()))
        self.picture.lie_in(QRectF(room.left(), self.px(HEAD), side, side), self._size)
