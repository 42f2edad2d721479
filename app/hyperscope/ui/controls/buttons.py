"""Buttons with words: plain ones, the one that plays and pauses, and the one that unfolds more."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSizePolicy, QToolButton

from hyperscope.ui.controls.control import by_keyboard, draw_focus
from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import pixels, wear
from hyperscope.ui.theme import LIGHT, Theme, font

HEIGHT = 28  # pixels


class Button(QPushButton):
    """A push button that takes the keyboard only by Tab, so that a click leaves no ring, and Enter as well as space."""

    def __init__(self, text: str, name: str, tip: str = "") -> None:
        super().__init__(text)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        wear(self, theme)
        self.ensurePolished()  # else the style sheet, once this is shown, restores the font from before
        self.setFont(font(12, 500, theme.scale))
        self.setFixedHeight(pixels(theme, HEIGHT))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _entered(self, event):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        _ring(self, event)
        super().focusInEvent(event)


class PlayButton(Button):
    """Checked while playing; a triangle or two bars, whichever a press leads to."""

    def __init__(self, tip: str) -> None:
        self._theme = LIGHT
        super().__init__("", "Play", tip)
        self.setCheckable(True)
        self.setProperty("accent", True)
        self.toggled.connect(lambda on: self.setAccessibleName("Pause" if on else "Play"))

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and size."""
        super().set_theme(theme)
        self._theme = theme
        self.setFixedWidth(pixels(theme, 38))
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        unit = self._theme.scale
        middle = QPointF(self.width() / 2, self.height() / 2)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.on_accent)
        if self.isChecked():
            for left in (-4.5, 1.5):
                painter.drawRoundedRect(
                    QRectF(middle.x() + left * unit, middle.y() - 5 * unit, 3 * unit, 10 * unit), 1, 1
                )
        else:
            corners = ((-3.5, -5.5), (-3.5, 5.5), (6.0, 0.0))
            painter.drawPolygon(QPolygonF([middle + QPointF(x * unit, y * unit) for x, y in corners]))
        painter.end()


class TextButton(QToolButton):
    """Text that can be pressed; `role` is the style sheet's name for it: tab or plain."""

    def __init__(self, text: str, role: str, tip: str = "") -> None:
        super().__init__()
        self._size, self._weight = 13, 500 if role == "tab" else 400
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolTip(tip)
        self.setProperty(role, True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        wear(self, theme)
        self.ensurePolished()  # else the style sheet, once this is shown, restores the font from before
        self.setFont(font(self._size, self._weight, theme.scale))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _entered(self, event):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        _ring(self, event)
        super().focusInEvent(event)


class Disclosure(QAbstractButton):
    """A word with an arrow, checked while what belongs to it is unfolded."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._theme = LIGHT
        self._by_keyboard = False
        self.setText(text)
        self.setCheckable(True)
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.setFont(font(11, 500, theme.scale))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        wide = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(wide + pixels(self._theme, 22), pixels(self._theme, 20))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, unit = self._theme, self._theme.scale
        colour = theme.text if self.underMouse() or self.isChecked() else theme.quiet
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        middle = QPointF(5 * unit, self.height() / 2)
        corners = (
            ((-3.5, -2.0), (3.5, -2.0), (0.0, 2.5)) if self.isChecked() else ((-2.0, -3.5), (-2.0, 3.5), (2.5, 0.0))
        )
        painter.drawPolygon(QPolygonF([middle + QPointF(x * unit, y * unit) for x, y in corners]))
        painter.setPen(colour)
        painter.drawText(self.rect().adjusted(pixels(theme, 14), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        if self.hasFocus() and self._by_keyboard:
            draw_focus(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, theme.accent)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _entered(self, event):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = by_keyboard(event, self._by_keyboard)
        super().focusInEvent(event)


def _entered(button: QAbstractButton, event: QKeyEvent) -> bool:
    """Presses `button` if Enter was pressed, once however long it is held; space may be the window's for playing."""
    if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return False
    if not event.isAutoRepeat():
        button.click()
    return True


def _ring(button: QAbstractButton, event: QFocusEvent) -> None:
    """Lets the style sheet show the focus only where the keyboard brought it."""
    before = bool(button.property("ring"))
    if by_keyboard(event, before) != before:
        button.setProperty("ring", not before)
        type_now = button.font()
        button.style().unpolish(button)
        button.style().polish(button)
        button.setFont(type_now)  # which unpolishing takes back to what it was before the style sheet
