"""Choices and switches made of words alone: quiet text, what holds in text colour and heavier.

They sit in the heads of panels, beside what they change, and know nothing of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from hyperscope.ui import theme as look
from hyperscope.ui.controls.control import paint_text
from hyperscope.ui.controls.keyboard import ForButtons
from hyperscope.ui.guarded import guarded
from hyperscope.ui.theme import LIGHT, Theme

SIZE = 11  # px of type
HEIGHT = 20  # px, so that a finger or a shaky mouse finds it
PAD = 4  # px at both ends of a word, for the ring of the keyboard's focus
GAP = 2  # px between words, besides


class _Look:
    """The type and colours of one word, drawn the same whether it is one of several or a switch."""

    def __init__(self, theme: Theme, weight: int) -> None:
        self.theme = theme
        self.off: QFont = look.font(SIZE, 400, theme.scale)
        self.on: QFont = look.font(SIZE, weight, theme.scale)

    def size(self, text: str) -> QSize:
        # The heavier face sets the width, so that nothing moves when the choice does.
        width = max(QFontMetricsF(face).horizontalAdvance(text) for face in (self.off, self.on))
        return QSize(int(width) + 2 * PAD, round(HEIGHT * self.theme.scale))

    def paint(self, button: _Worded) -> None:
        painter = QPainter(button)
        theme = self.theme
        lit = button.isChecked() or button.underMouse()
        painter.setPen(theme.text if lit and button.isEnabled() else theme.quiet)
        painter.setFont(self.on if button.isChecked() else self.off)
        painter.drawText(button.rect(), int(Qt.AlignmentFlag.AlignCenter), button.text())
        if button.ringed:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.accent, 1.5 * theme.scale))
            painter.drawRoundedRect(QRectF(button.rect()).adjusted(0.75, 0.75, -0.75, -0.75), 3, 3)
        painter.end()


KEYS = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


class _Worded(ForButtons):
    """A button that is nothing but its word; `weight` is that of the word while it holds."""

    ringed = False
    shown: _Look

    def set_up(self, accessible_name: str, weight: int) -> None:
        self.weight = weight
        self.shown = _Look(LIGHT, weight)
        self.setAccessibleName(accessible_name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click a ring around the word would be noise
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.shown = _Look(theme, self.weight)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return self.shown.size(self.text())

    minimumSizeHint = sizeHint

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.ringed = event.reason() in KEYS or event.reason() == Qt.FocusReason.OtherFocusReason
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.ringed = False
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        self.shown.paint(self)


class _Word(_Worded, QRadioButton):
    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)


class TextChoice(QWidget):
    """A row of words of which one is chosen; Tab reaches it, the arrow keys move in it.

    `weight` is that of the chosen word; `chosen` tells its name when it changes. Raises: ValueError without names.
    """

    chosen = Signal(str)

    def __init__(
        self,
        names: Sequence[str],
        accessible_name: str,
        parent: QWidget | None = None,
        weight: int = 500,
    ) -> None:
        super().__init__(parent)
        if not names:
            raise ValueError("names is empty; a choice needs at least one")
        self.setAccessibleName(accessible_name)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._words = {name: _Word(name) for name in names}
        for name, word in self._words.items():
            word.set_up(f"{accessible_name}: {name}", weight)
            word.toggled.connect(lambda on, name=name: self.chosen.emit(name) if on else None)
            self._row.addWidget(word)
        first = self._words[names[0]]
        first.blockSignals(True)
        first.setChecked(True)
        first.blockSignals(False)
        self.set_theme(LIGHT)

    @property
    def value(self) -> str:
        """The name of the chosen word."""
        return next(name for name, word in self._words.items() if word.isChecked())

    def choose(self, name: str) -> None:
        """Chooses `name`, as a click on it does. Raises: LookupError listing the names there are."""
        if name not in self._words:
            raise LookupError(f"choice is {name!r}; it must be one of {', '.join(self._words)}")
        self._words[name].setChecked(True)

    def word(self, name: str) -> QAbstractButton:
        """The button that says `name`."""
        return self._words[name]

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._row.setSpacing(round(GAP * theme.scale))
        for word in self._words.values():
            word.set_theme(theme)


class TextSwitch(_Worded, QCheckBox):
    """One word that is on (text colour, heavier) or off (quiet); `toggled` tells."""

    def __init__(self, text: str, accessible_name: str, on: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.set_up(accessible_name, 500)
        self.setChecked(on)

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)


class TextPush(_Worded, QPushButton):
    """A quiet word that can be pressed."""

    def __init__(self, text: str, accessible_name: str, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.set_up(accessible_name, 400)
        self.setToolTip(tip)


class TextPager(QWidget):
    """‹ 1–6 of 9 ›: turns pages of `unit`; hidden while there is one page. `turned` tells the page, from 0."""

    turned = Signal(int)

    def __init__(self, unit: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(unit)
        self._unit = unit.lower()
        self.page, self._pages = 0, 1
        self.back, self.on = QToolButton(self), QToolButton(self)
        self._label = QLabel(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for button, text, name, step in (
            (self.back, "‹", f"Earlier {self._unit}", -1),
            (self.on, "›", f"Later {self._unit}", 1),
        ):
            button.setText(text)
            button.setAccessibleName(name)
            button.setAutoRaise(True)
            button.clicked.connect(lambda _=False, step=step: self.turn(step))
        for part in (self.back, self._label, self.on):
            row.addWidget(part)
        self.set_theme(LIGHT)

    @property
    def text(self) -> str:
        """What stands between the arrows."""
        return self._label.text()

    def turn(self, step: int) -> None:
        """Goes on by `step` pages, as far as there are some."""
        page = min(self._pages - 1, max(0, self.page + step))
        if page != self.page:
            self.turned.emit(page)

    def set_pages(self, page: int, pages: int, text: str) -> None:
        """Shows that `page` of `pages` is open, which `text` describes."""
        self.page, self._pages = page, pages
        self._label.setText(text)
        self.back.setEnabled(page > 0)
        self.on.setEnabled(page < pages - 1)
        self.setVisible(pages > 1)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._label.setFont(look.font(SIZE, 400, theme.scale))
        paint_text(self._label, theme.quiet)
        for button in (self.back, self.on):
            button.setFont(look.font(14, 600, theme.scale))
            button.setFixedSize(round(20 * theme.scale), round(HEIGHT * theme.scale))
            button.setStyleSheet(
                "QToolButton { border: 1px solid transparent; border-radius: 3px; background: transparent; padding: 0;"
                f" color: {theme.text.name()}; }}"
                f"QToolButton:disabled {{ color: {theme.hairline.name()}; }}"
                f"QToolButton:hover {{ background: {theme.control.name()}; }}"
                f"QToolButton:focus {{ border-color: {theme.accent.name()}; }}"
            )
