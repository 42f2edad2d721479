"""Values that are typed: a number or some text on the right of its label."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy

from hyperscope.knob import Knob, Value
from hyperscope.ui.controls.control import Caption, Control
from hyperscope.ui.controls.words import read, shown, tooltip, typed
from hyperscope.ui.style import pixels, wear
from hyperscope.ui.theme import LIGHT, Theme, font


class Entry(QLineEdit):
    """A line edit that reads as a value and is typed as one: Enter or leaving applies, Escape takes back.

    `accept` gets the words, shows their value with `set_texts`, and says whether they were allowed.
    """

    done = Signal()  # Enter or Escape: the keyboard may go elsewhere

    def __init__(self, accept: Callable[[str], bool]) -> None:
        super().__init__()
        self._accept = accept
        self._reading = self._typing = ""
        self._theme = LIGHT
        self._clicked_into = False
        self.setProperty("value", True)
        self.setTextMargins(0, 0, -4, 0)  # so that the figures, not their frame, end where the track ends
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def set_texts(self, reading: str, typing: str) -> None:
        """Shows `reading`, or `typing` while the keyboard is here."""
        if (reading, typing) == (self._reading, self._typing):
            return
        longer = len(reading) != len(self._reading)
        self._reading, self._typing = reading, typing
        self.take_back()
        if longer:
            self.updateGeometry()

    def take_back(self) -> None:
        """Shows the value again, instead of what was typed."""
        if self.hasFocus():
            self.setText(self._typing)
            self.selectAll()
        else:
            self.setText(self._reading)
            self.setCursorPosition(0)

    def set_theme(self, theme: Theme, weight: int = 600) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        wear(self, theme)
        self.ensurePolished()  # else the style sheet, once this is shown, restores the font from before
        self.setFont(font(12, weight, theme.scale))
        self.setFixedHeight(pixels(theme, 18))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        wide = max(metrics.horizontalAdvance(text) for text in (self._reading, self._typing, "00"))
        return QSize(wide + 6, pixels(self._theme, 18))

    def minimumSizeHint(self) -> QSize:
        return QSize(pixels(self._theme, 20), pixels(self._theme, 18))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.setText(self._typing)
        self.selectAll()
        self._clicked_into = event.reason() == Qt.FocusReason.MouseFocusReason

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self._clicked_into and not self.hasSelectedText():
            self.selectAll()  # the press has just put the cursor somewhere
        self._clicked_into = False

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        # a context menu or another window is not leaving
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self._apply()
            self.take_back()  # also what was not changed goes from its typed to its readable form

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                if self._apply():
                    self.done.emit()
            case Qt.Key.Key_Escape:
                self.take_back()
                self.done.emit()
            case _:
                super().keyPressEvent(event)

    def _apply(self) -> bool:
        """Hands on what was typed, if anything was; whether it was taken."""
        words = self.text().strip()
        if words == self._typing:
            return True
        taken = self._accept(words)
        self.take_back()
        return taken


class TypedControl(Control):
    """A knob whose value is typed in full, such as a seed or the name of a column."""

    def __init__(self, path: str, knob: Knob) -> None:
        super().__init__(path, knob)
        self._value: Value = "" if knob.kind == "text" else int(knob.low)
        self._read: Callable[[str], Value] = str if knob.kind == "text" else lambda words: read(knob, words)
        self.caption = Caption.of(knob)
        self.entry = Entry(self._enter)
        self.entry.setProperty("value", False)
        self.entry.setTextMargins(0, 0, 0, 0)
        self.entry.setAccessibleName(knob.label)
        self.entry.setAccessibleDescription(knob.help)
        self.caption.setBuddy(self.entry)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.caption, 1)
        row.addWidget(self.entry)
        self.setToolTip(tooltip(knob))
        self.setFocusProxy(self.entry)
        self.entry.done.connect(self.entry.clearFocus)
        self.set_theme(LIGHT)

    def value(self) -> Value:
        """The value shown."""
        return self._value

    def set_value(self, value: Value) -> None:
        """Shows `value`."""
        self._value = value
        self.entry.set_texts(shown(value) if self.knob.kind == "text" else str(value), typed(value))

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.caption.set_theme(theme)
        self.entry.set_theme(theme, 500)
        self.entry.setFixedSize(pixels(theme, 84), pixels(theme, 22))

    def _enter(self, words: str) -> bool:
        value = self._read(words)
        if allowed := self.offer(value):
            self.set_value(value)
        return allowed
