"""On-off choices of how things are shown, which are no knobs of the experiment."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from hyperscope.ui.controls.control import Caption, draw_focus
from hyperscope.ui.controls.keyboard import PressedByEnter, Ringed
from hyperscope.ui.controls.switch import Lever
from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import mixed, pixels
from hyperscope.ui.theme import LIGHT, Theme, font

Mark = Callable[[QPainter, float, float, float], None]  # draws a sign around x, y, of a radius


class Toggle(QWidget):
    """A caption and a lever."""

    toggled = Signal(bool)

    def __init__(self, text: str, tip: str, *, on: bool = False) -> None:
        super().__init__()
        self.caption = Caption(text)
        self.lever = Lever()
        self.lever.setAccessibleName(text)
        self.lever.setAccessibleDescription(tip)
        self.lever.setChecked(on)
        self.lever.toggled.connect(self.toggled)
        self.setToolTip(tip)
        self.setFocusProxy(self.lever)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.caption, 1)
        row.addWidget(self.lever)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.caption.set_theme(theme, 11)
        self.lever.set_theme(theme)


class Chip(Ringed, PressedByEnter, QAbstractButton):
    """A word with a mark, checked while what it names is shown; not checked it is pale and struck through."""

    def __init__(self, text: str, name: str, tip: str, mark: Mark | None = None) -> None:
        super().__init__()
        self._theme, self._mark = LIGHT, mark
        self.setText(text)
        self.setCheckable(True)
        self.setChecked(True)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.ensurePolished()  # else the style sheet, once this is shown, restores the font from before
        self.setFont(font(11, 500, theme.scale))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        sign = pixels(self._theme, 13) if self._mark is not None else 0
        wide = self.fontMetrics().horizontalAdvance(self.text()) + sign
        return QSize(wide + pixels(self._theme, 14), pixels(self._theme, 24))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, scale, on = self._theme, self._theme.scale, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pill = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        ground = theme.control if on or self.underMouse() else theme.card
        painter.setPen(QPen(mixed(theme.control, theme.quiet, 0.55), 1) if on else Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(pill, 6, 6)
        ink = theme.text if on else mixed(theme.quiet, ground, 0.7)
        wide = self.fontMetrics().horizontalAdvance(self.text())
        sign = 13 * scale if self._mark is not None else 0.0
        left = (self.width() - wide - sign) / 2
        if self._mark is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            self._mark(painter, left + 4 * scale, self.height() / 2, 3.4 * scale)
        painter.setPen(ink)
        words = QRectF(left + sign, 0, wide + 2, self.height())
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), self.text())
        if not on:
            y = round(words.center().y()) + 1
            painter.drawLine(QPointF(words.left(), y), QPointF(words.right() - 2, y))
        if self.hasFocus() and self.ringed:
            draw_focus(painter, pill.adjusted(0.5, 0.5, -0.5, -0.5), 5, theme.accent)
        painter.end()
