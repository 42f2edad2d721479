"""An on-off knob: label on the left, a switch on the right; it moves at once, without animation."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from hyperscope.knob import Knob, Value
from hyperscope.ui.controls.control import Caption, Control, draw_focus
from hyperscope.ui.controls.keyboard import PressedByEnter, Ringed
from hyperscope.ui.controls.words import tooltip
from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import mixed, pixels
from hyperscope.ui.theme import LIGHT, Theme


class Lever(Ringed, PressedByEnter, QAbstractButton):
    """The switch itself; on is also told by the knob's side, not by colour alone."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and size."""
        self._theme = theme
        self.setFixedSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(pixels(self._theme, 30), pixels(self._theme, 18))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, on = self._theme, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        groove = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        off = mixed(theme.control, theme.quiet, 0.75)
        painter.setPen(Qt.PenStyle.NoPen)
        resting = mixed(theme.control, theme.quiet, 0.4)
        painter.setBrush(resting if not self.isEnabled() else theme.accent if on else off)
        painter.drawRoundedRect(groove, groove.height() / 2, groove.height() / 2)
        size = groove.height() - 4
        left = groove.right() - size - 2 if on else groove.left() + 2
        painter.setBrush(theme.on_accent if on else theme.card)
        painter.drawEllipse(QRectF(left, groove.top() + 2, size, size))
        if self.hasFocus() and self.ringed:
            draw_focus(painter, groove.adjusted(-0.5, -0.5, 0.5, 0.5), groove.height() / 2, theme.text)
        painter.end()


class Switch(Control):
    """An on-off knob; a click on the label counts too."""

    def __init__(self, path: str, knob: Knob) -> None:
        super().__init__(path, knob)
        self.caption = Caption.of(knob)
        self.lever = Lever()
        self.lever.setAccessibleName(knob.label)
        self.lever.setAccessibleDescription(knob.help)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.caption, 1)
        row.addWidget(self.lever)
        self.setToolTip(tooltip(knob))
        self.setFocusProxy(self.lever)
        self.lever.clicked.connect(self.offer)
        self.set_theme(LIGHT)

    def value(self) -> Value:
        """Whether it is on."""
        return self.lever.isChecked()

    def set_value(self, value: Value) -> None:
        """Shows `value`."""
        self.lever.setChecked(bool(value))

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.caption.set_theme(theme)
        self.lever.set_theme(theme)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        over: QWidget | None = self.childAt(event.position().toPoint())
        if over is self.caption and event.button() == Qt.MouseButton.LeftButton:
            self.lever.click()
        else:
            super().mouseReleaseEvent(event)
