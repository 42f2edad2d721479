"""What all controls have in common: a path and knob of the experiment, and the two things a control can say."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QWidget

from hyperscope.knob import Knob, Value
from hyperscope.ui.controls.words import acts_at_once, effect, title
from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import mixed, pixels
from hyperscope.ui.theme import LIGHT, Theme, font

NOTE = 9  # pixels of a note's ground besides its words
MIXED = "mixed"  # what a control says that stands for several values


class Control(QWidget):
    """A widget for one knob. Besides what is here, each has `value()`, `set_value(value)`, which says nothing, and
    `set_theme(theme)`.

    Its accessible name is the knob's label.
    """

    moved = Signal(str, object)  # path and new value, also while dragging
    refused = Signal(str)  # the sentence that says why what was typed is not allowed

    def __init__(self, path: str, knob: Knob) -> None:
        super().__init__()
        self.path = path
        self.knob = knob
        self.setAccessibleName(knob.label)

    def offer(self, value: Value) -> bool:
        """Says that the user wants `value`, or why that is refused; whether it was allowed."""
        # a sentence that says 99 and not 99.0, as it was typed
        plain = int(value) if isinstance(value, float) and value.is_integer() else value
        if said := self.knob.refusal(plain):
            self.refused.emit(said)
            return False
        self.moved.emit(self.path, value)
        return True


class Caption(QLabel):
    """Text with the mark of a knob: a dot if it acts at once, a ring if it rebuilds; no mark where it does not fit."""

    def __init__(self, text: str, live: bool | None = None, *, mark_first: bool = False) -> None:
        super().__init__(text)
        self._live = live
        self._mark_first = mark_first
        self._notes: tuple[str, ...] = ()
        self._usual = ""  # what it said before it said something else for a while
        self._theme = LIGHT
        self._ink = LIGHT.text
        self.setTextFormat(Qt.TextFormat.PlainText)

    @classmethod
    def of(cls, knob: Knob, *, short: bool = False) -> Caption:
        """The caption of `knob`: its label and mark, or if `short` its symbol alone."""
        made = cls("")
        made.setAccessibleDescription(effect(knob))
        made.show_knob(knob, short=short)
        return made

    def show_knob(self, knob: Knob, *, short: bool = False) -> None:
        """Says what `of` says of `knob`."""
        symbol_only = short and bool(knob.symbol)
        self._live = None if symbol_only else acts_at_once(knob)
        self.setText(knob.symbol if symbol_only else title(knob))
        self.updateGeometry()

    def show_words(self, words: str) -> None:
        """Says these words for a while, and with none what it said before."""
        self._usual = self._usual or self.text()
        self.setText(words or self._usual)

    def set_notes(self, *notes: str) -> None:
        """Writes the first of `notes` that fits at the right, in the colour of what is chosen; none for no note."""
        if notes != self._notes:
            self._notes = notes
            self.update()

    @property
    def note(self) -> str:
        """What is written at the right, or "" where nothing fits or is to be said."""
        room = self.width() - self.sizeHint().width() - pixels(self._theme, 2)
        metrics = QFontMetricsF(font(10, 600, self._theme.scale))
        fits = (note for note in self._notes if metrics.horizontalAdvance(note) + NOTE * self._theme.scale <= room)
        return next(fits, "")

    def set_theme(self, theme: Theme, size: float = 12, weight: int = 400, *, quiet: bool = False) -> None:
        """Takes on new colours and type; `quiet` for what is read second."""
        self._theme = theme
        self.setFont(font(size, weight, theme.scale))
        self._ink = theme.quiet if quiet else theme.text
        if self._mark_first:
            self.setIndent(pixels(theme, 12))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return hint if self._live is None or self._mark_first else hint + QSize(pixels(self._theme, 12), 0)

    def minimumSizeHint(self) -> QSize:
        return super().sizeHint()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        self._paint_words()
        if self._notes:
            self._paint_note()
        if self._live is None:
            return
        radius = 2.75 * self._theme.scale
        text = 0 if self._mark_first else self.fontMetrics().horizontalAdvance(self.text()) + pixels(self._theme, 4)
        if text + 2 * radius + 1 > self.width():
            return
        draw_mark(self, text + radius + 1, self.height() / 2 + 0.5, radius, self._theme.quiet, self._live)

    def _paint_words(self) -> None:
        """The text as a label has it, but in a colour of its own: a style sheet for each of hundreds of captions takes
        a third of a change of theme, and a palette is lost when the window's style sheet is set again.
        """
        flags = int(self.alignment()) | (int(Qt.TextFlag.TextWordWrap) if self.wordWrap() else 0)
        painter = QPainter(self)
        painter.setPen(self._ink if self.isEnabled() else mixed(self._theme.quiet, self._theme.card, 0.35))
        painter.drawText(self.contentsRect().adjusted(max(0, self.indent()), 0, 0, 0), flags, self.text())
        painter.end()

    def _paint_note(self) -> None:
        """The note on a ground of its own, or where there is no room for it a dot at the far right."""
        theme, note = self._theme, self.note
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        small = font(10, 600, theme.scale)
        wide = QFontMetricsF(small).horizontalAdvance(note) + NOTE * theme.scale if note else 6 * theme.scale
        high = (15 if note else 6) * theme.scale
        pill = QRectF(self.width() - wide - pixels(theme, 2), (self.height() - high) / 2, wide, high)
        painter.setBrush(mixed(theme.card, theme.accent, 0.16) if note else theme.accent)
        painter.drawRoundedRect(pill, min(4 * theme.scale, high / 2), min(4 * theme.scale, high / 2))
        if note:
            painter.setFont(small)
            painter.setPen(theme.text)
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, note)
        painter.end()


ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)


def keep_arrows(event: QEvent) -> None:
    """Claims the arrow keys for a control that has the keyboard, which the window may use for something else."""
    if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in ARROWS:
        event.accept()


def keep_escape(event: QEvent, held: bool) -> None:
    """Claims Escape for what is being dragged, which takes it back; the window may use it for something else."""
    if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and held:
        event.setAccepted(event.key() == Qt.Key.Key_Escape)


class _Arrows(QObject):
    """Claims the arrow keys for whoever has the keyboard, by looking at what that gets."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        keep_arrows(event)
        return False


@cache
def _arrows() -> _Arrows:
    return _Arrows()


def arrows_kept(widget: QWidget, kept: bool) -> None:
    """Claims the arrow keys for `widget` from now on, while it has the keyboard, or no more.

    Of hundreds of small controls only one has it. Were each to look at all that it gets, a change of theme, which
    tells all of them several things, would take a third longer.
    """
    if kept:
        widget.installEventFilter(_arrows())
    else:
        widget.removeEventFilter(_arrows())


def by_keyboard(event: QFocusEvent, before: bool) -> bool:
    """Whether the focus came from the keyboard, as far as `event` tells; where it does not, as `before`."""
    if event.reason() in (
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.OtherFocusReason,
    ):
        return True
    return before and event.reason() != Qt.FocusReason.MouseFocusReason


def draw_mark(on: QWidget, x: float, y: float, radius: float, colour: QColor, live: bool) -> None:
    """A dot (live) or a ring around (x, y)."""
    painter = QPainter(on)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if live:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
    else:
        painter.setPen(QPen(colour, 1.25))
        radius -= 0.4
    painter.drawEllipse(QRectF(x - radius, y - radius, 2 * radius, 2 * radius))
    painter.end()


def paint_text(label: QWidget, colour: QColor, disabled: QColor | None = None) -> None:
    """Gives `label` text of this colour, and of another while it can do nothing."""
    # a palette would be lost: the application's style sheet, when set again, restores the one from before
    kind = label.metaObject().className()  # of this very class, or the label's tooltip would take the colour on
    resting = f".{kind}:disabled {{ color: {disabled.name()}; }}" if disabled is not None else ""
    sheet = f".{kind} {{ color: {colour.name()}; }}{resting}"
    if label.styleSheet() != sheet:  # each takes 0.2 ms, the same again too
        label.setStyleSheet(sheet)


def draw_focus(painter: QPainter, around: QRectF, radius: float, colour: QColor) -> None:
    """The ring that shows where the keyboard is."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 1.5))
    painter.drawRoundedRect(around, radius, radius)
