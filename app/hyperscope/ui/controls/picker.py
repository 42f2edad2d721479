"""A list to choose from, for the one case where there may be too many names for buttons: a table's columns."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QComboBox

from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import pixels, wear
from hyperscope.ui.theme import LIGHT, Theme, font


class Picker(QComboBox):
    """A combo box as narrow as it must be, with an arrow of ours, since the style sheet leaves none."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        wear(self, theme)
        self.ensurePolished()  # else the style sheet, once this is shown, restores the font from before
        self.setFont(font(11, 400, theme.scale))
        self.setFixedHeight(pixels(theme, 24))
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        unit = self._theme.scale
        middle = QPointF(self.width() - 11 * unit, self.height() / 2)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.quiet, 1.5 * unit))
        arrow = ((-3.5, -1.5), (0.0, 2.0), (3.5, -1.5))
        painter.drawPolyline(QPolygonF([middle + QPointF(x * unit, y * unit) for x, y in arrow]))
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()  # the card scrolls instead
