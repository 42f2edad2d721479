"""A box to tick with its name beside it, drawn as large as its type; Qt's own stays as small as it is."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QCheckBox

from hyperscope.ui.controls.control import draw_focus
from hyperscope.ui.controls.keyboard import Ringed
from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import mixed, pixels
from hyperscope.ui.theme import LIGHT, Theme, font

SIDE = 16  # pixels
APART = 8  # pixels between box and name
AROUND = 3  # pixels, for the ring of the keyboard's focus
TYPE = 12.5  # pixels
TICK = ((0.22, 0.52), (0.42, 0.72), (0.78, 0.30))  # shares of the side


class CheckBox(Ringed, QCheckBox):
    """An outline, ticked in accent: many that are on, as most are, do not outshout what is beside them."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._theme = LIGHT
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.ensurePolished()  # else the style sheet, once this is shown, restores the font from before
        self.setFont(font(TYPE, 400, theme.scale))
        self.updateGeometry()
        self.update()

    @property
    def box(self) -> QRectF:
        """Where the box itself is, in pixels."""
        side = pixels(self._theme, SIDE)
        return QRectF(AROUND, (self.height() - side) // 2, side, side)

    def sizeHint(self) -> QSize:
        side, apart = pixels(self._theme, SIDE), pixels(self._theme, APART)
        words = self.fontMetrics().horizontalAdvance(self.text())
        high = max(side, self.fontMetrics().height())
        return QSize(AROUND + side + apart + words + AROUND, high + 2 * AROUND)

    minimumSizeHint = sizeHint

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, box, on = self._theme, self.box, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_box(painter, box, theme, on=on, lit=self.underMouse())
        painter.setPen(theme.text)
        painter.setFont(self.font())
        left = box.right() + pixels(theme, APART)
        words = QRectF(left, 0, self.width() - left, self.height())
        painter.drawText(words, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), self.text())
        if self.hasFocus() and self.ringed:
            draw_focus(painter, box.adjusted(-2, -2, 2, 2), 5, theme.text)
        painter.end()


def draw_box(painter: QPainter, box: QRectF, theme: Theme, *, on: bool, lit: bool = False) -> None:
    """A box with or without its tick."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(mixed(theme.control, theme.text, 0.12) if lit else theme.control)
    painter.setPen(QPen(theme.quiet, 1))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    if on:
        pen = QPen(theme.accent, 2.2 / SIDE * box.width())
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPolyline(
            QPolygonF([QPointF(box.left() + x * box.width(), box.top() + y * box.height()) for x, y in TICK])
        )
    painter.restore()
