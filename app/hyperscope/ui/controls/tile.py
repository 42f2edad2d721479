"""A small picture with its name below that can be chosen; what the picture shows is whoever makes one's to say."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolButton

from hyperscope.ui.controls.control import draw_focus
from hyperscope.ui.controls.keyboard import PressedByEnter, Ringed
from hyperscope.ui.controls.stamp import Stamp
from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import breadth, mixed
from hyperscope.ui.theme import LIGHT, Theme, font

SIDE = 36  # pixels; in large type too, as it is looked at and not read
LEAST = 26  # pixels; smaller, its picture says little
WIDTH = 49
SIDES = 6  # whose pixels are kept: a rail grows and shrinks between a few
LARGEST = 1.6  # scale of its type; beyond that a name is wider than its place

Paint = Callable[[QPainter, QRectF, Theme], None]


class Tile(Ringed, PressedByEnter, QToolButton):
    """A picture with its name below, checkable; one that is chosen has a ring and a darker name.

    `width` is in pixels at scale 1.
    """

    def __init__(self, name: str, caption: str, tip: str, width: int = WIDTH) -> None:
        super().__init__()
        self._width, self._side = width, SIDE
        self.paint_picture: Paint | None = None  # what draws the picture; until there is one the tile is empty
        self._stamp = Stamp(SIDES)
        self._theme = LIGHT
        self.setText(caption)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.ensurePolished()  # else the style sheet, once this is shown, restores the font from before
        self.setFont(font(10, 400, min(theme.scale, LARGEST)))
        self.setFixedSize(self.sizeHint())
        self.update()

    def set_side(self, side: int) -> None:
        """Has the picture `side` pixels wide and high."""
        if side != self._side:
            self._side = side
            self.setFixedSize(self.sizeHint())
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(breadth(self._theme, self._width), self._side + 4 + self.fontMetrics().height() + 1)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        tile = QRectF((self.width() - self._side) / 2, 2, self._side, self._side)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(theme.control, theme.text, 0.06) if self.underMouse() else theme.control)
        painter.drawRoundedRect(tile, 5, 5)
        if (draw := self.paint_picture) is not None:
            lit = self.isChecked() or self.underMouse()  # some pictures are faint else
            self._stamp.paint(painter, tile, (theme, draw, lit), lambda inside, place: draw(inside, place, theme))
        if self.isChecked():
            draw_focus(painter, tile.adjusted(-1, -1, 1, 1), 6, theme.accent)
            draw_focus(painter, tile.adjusted(-0.5, -0.5, 0.5, 0.5), 5.5, theme.accent)
        painter.setPen(QPen(theme.text if self.isChecked() or self.underMouse() else theme.quiet))
        painter.setFont(self.font())
        metrics = self.fontMetrics()
        words = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        left = (self.width() - metrics.horizontalAdvance(words)) / 2
        painter.drawText(QPointF(left, tile.bottom() + 2 + metrics.ascent()), words)
        if self.hasFocus() and self.ringed:
            draw_focus(painter, QRectF(self.rect()).adjusted(1, 0.75, -1, -0.75), 6, theme.text)
        painter.end()
