"""A knob as a slider: label and typed value above, a track with a ring for a handle, ticks below."""

from __future__ import annotations

from collections.abc import Callable, Collection

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSlider, QVBoxLayout

from hyperscope.knob import Knob, Value
from hyperscope.ui.controls.control import MIXED, Caption, Control, arrows_kept, by_keyboard
from hyperscope.ui.controls.detents import Detents
from hyperscope.ui.controls.entry import Entry
from hyperscope.ui.controls.words import read, tooltip, typed
from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import breadth, mixed, pixels
from hyperscope.ui.theme import LIGHT, Theme, font

HANDLE = 14  # pixels across
APART = 11  # pixels at least between the labels of ticks
TRACK = 3
TICK_TYPE = 9
LONGEST = "0.0001"  # figure of a slider that is all on one line
LEAST = 28  # pixels across of such a slider at least
NOTCH = 120  # of QWheelEvent's angle, one click of a mouse's wheel


class Track(QSlider):
    """QSlider with its keyboard and accessibility, drawn flat; a press anywhere takes the handle there.

    `rest(before, wanted)` is the step at which a key or the wheel leaves the handle; `origin`, from 0 to 1, is where
    the filled part begins.
    """

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._theme = LIGHT
        self._ticks: list[tuple[float, str]] = []
        self._room = False  # for ticks, which keep their room when they change
        self._by_keyboard = False
        self._vague = False
        self.origin = 0.0
        self.rest: Callable[[int, int], int] = lambda before, wanted: wanted
        self.actionTriggered.connect(self._come_to_rest)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # without the wheel, which would catch whoever scrolls by
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_ticks(self, ticks: list[tuple[float, str]]) -> None:
        """Labels at places from 0 to 1."""
        self._ticks = ticks
        self._room = bool(ticks)
        self.updateGeometry()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.setFont(font(TICK_TYPE, 400, theme.scale))
        self.updateGeometry()
        self.update()

    def set_vague(self, vague: bool) -> None:
        """Whether the handle stands for several values, and is drawn without what leads up to it."""
        if vague != self._vague:
            self._vague = vague
            self.update()

    def sizeHint(self) -> QSize:
        below = self.fontMetrics().height() - 1 if self._room else 0
        return QSize(pixels(self._theme, 60), pixels(self._theme, HANDLE) + 2 + below)

    def minimumSizeHint(self) -> QSize:
        return QSize(breadth(self._theme, 56), self.sizeHint().height())

    def x_at(self, place: float) -> float:
        """The handle's centre in pixels at `place` from 0 to 1."""
        half = pixels(self._theme, HANDLE) / 2 + 1
        return half + place * (self.width() - 2 * half)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, size = self._theme, pixels(self._theme, HANDLE)
        at = QPointF(self.x_at(self._place()), size / 2 + 1)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        thick = TRACK * theme.scale
        top = at.y() - thick / 2
        filled = theme.accent if self.isEnabled() and not self._vague else theme.quiet
        painter.setBrush(mixed(theme.control, theme.quiet, 0.28))
        painter.drawRoundedRect(QRectF(1, top, self.width() - 2, thick), thick / 2, thick / 2)
        painter.setBrush(filled)
        if not self._vague:
            start = self.x_at(self.origin) if self.origin else 1.0
            painter.drawRoundedRect(QRectF(start, top, at.x() - start, thick).normalized(), thick / 2, thick / 2)
        if self.hasFocus() and self._by_keyboard:
            # a target: the ring stays as large, and a full dot comes into it
            painter.setPen(QPen(filled, 1.25 * theme.scale))
            painter.setBrush(theme.card)
            painter.drawEllipse(at, size / 2 + 0.25, size / 2 + 0.25)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(filled)
            painter.drawEllipse(at, size / 2 - 2.25, size / 2 - 2.25)
        else:
            ring = 2.25 * theme.scale
            painter.setPen(QPen(filled, ring))
            inside = mixed(theme.card, theme.accent, 0.25) if self.underMouse() else theme.card
            painter.setBrush(filled if self.isSliderDown() else inside)
            painter.drawEllipse(at, (size - ring) / 2, (size - ring) / 2)
        self._paint_ticks(painter)
        painter.end()

    def _paint_ticks(self, painter: QPainter) -> None:
        painter.setPen(self._theme.quiet)
        painter.setFont(self.font())
        metrics = self.fontMetrics()
        base = pixels(self._theme, HANDLE) + 1 + metrics.ascent()
        for left, label in self._labels_that_fit():
            painter.drawText(QPointF(left, base), label)

    def _labels_that_fit(self) -> list[tuple[float, str]]:
        """(left edge, label) of every tick, or every second, third ... so that none touch."""
        metrics, gap = self.fontMetrics(), APART * self._theme.scale
        for stride in range(1, len(self._ticks) + 1):
            # counted from the right end, which may be a word and must be seen
            kept = self._ticks[::-1][::stride][::-1]
            wide = [metrics.horizontalAdvance(label) for _, label in kept]
            lefts = [
                min(max(0.0, self.x_at(place) - w / 2), self.width() - w)
                for (place, _), w in zip(kept, wide, strict=True)
            ]
            ends = [left + w + gap for left, w in zip(lefts, wide, strict=True)]
            if all(end <= left for end, left in zip(ends[:-1], lefts[1:], strict=True)):
                return [(left, label) for left, (_, label) in zip(lefts, kept, strict=True)]
        return []

    def _place(self) -> float:
        return (self.sliderPosition() - self.minimum()) / max(1, self.maximum() - self.minimum())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._by_keyboard = False
        self.setSliderDown(True)
        self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._follow(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus():
            event.ignore()  # the card scrolls instead
            return
        wanted = self.value() + round(event.angleDelta().y() / NOTCH * self.singleStep())
        self.setValue(self.rest(self.value(), wanted))
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = by_keyboard(event, self._by_keyboard)
        arrows_kept(self, True)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        arrows_kept(self, False)
        super().focusOutEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self.update()

    def _come_to_rest(self, action: int) -> None:
        if action != QSlider.SliderAction.SliderMove.value:
            self.setSliderPosition(self.rest(self.value(), self.sliderPosition()))

    def _follow(self, event: QMouseEvent) -> None:
        left, right = self.x_at(0), self.x_at(1)
        place = min(1.0, max(0.0, (event.position().x() - left) / (right - left)))
        self.setSliderPosition(self.minimum() + round(place * (self.maximum() - self.minimum())))
        self.update()


class KnobSlider(Control):
    """A number's slider; `short` puts the symbol in place of the label, without ticks, for narrow columns, and
    `beside` all on one line.

    Where it stands for several values that differ, it says "mixed", and its `value()` is None.
    """

    held = Signal(bool)  # a drag begins, or has ended

    def __init__(self, path: str, knob: Knob, *, short: bool = False, ticks: bool = True, beside: bool = False) -> None:
        super().__init__(path, knob)
        self._beside = beside
        self._value: float = knob.low
        self._detents = Detents(knob, knob.high)
        self._ticks = ticks
        self._short = short
        self._mixed = False
        self.caption = Caption.of(knob, short=short)
        self.entry = Entry(self._enter)
        self.track = Track()
        self.caption.setBuddy(self.track)
        self.track.setAccessibleName(knob.label)
        self.entry.setAccessibleName(f"{knob.label}, typed")
        self.track.setParent(self)  # the first child, so that Tab comes to it first; a focus proxy keeps Tab from entry
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(self.caption, 0 if beside else 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addLayout(row)
        (row if beside else column).addWidget(self.track, 1 if beside else 0)
        if beside:
            self.track.setMinimumWidth(LEAST)
        row.addWidget(self.entry)
        self.track.valueChanged.connect(self._slide)
        self.track.sliderPressed.connect(lambda: self.held.emit(True))
        self.track.sliderReleased.connect(self._let_go)
        self.entry.done.connect(lambda: self.track.setFocus(Qt.FocusReason.OtherFocusReason))
        self.setToolTip(tooltip(knob))
        self._fit()
        self.set_theme(LIGHT)

    def value(self) -> Value | None:
        """The value shown, None if mixed."""
        return None if self._mixed else self._value

    def set_value(self, value: Value) -> None:
        """Shows `value`, unless the handle is being dragged: what comes back late must not pull it away."""
        if not self.track.isSliderDown():
            self._show(float(value) if self.knob.kind == "number" else int(value))

    def set_mixed(self, values: Collection[float]) -> None:
        """Shows that it stands for all of `values`, the handle at their mean, unless it is being dragged."""
        if not self.track.isSliderDown():
            self._show(sum(values) / len(values))
            self._mixed = True
            self.track.set_vague(True)
            self._tell()

    def set_short(self, short: bool) -> None:
        """Whether the symbol stands in place of the label, and no ticks are shown."""
        if short != self._short:
            self._short = short
            self.caption.show_knob(self.knob, short=short)
            self._fit()

    @property
    def has_ticks(self) -> bool:
        """Whether the scale is labelled."""
        return self._ticks

    @property
    def give(self) -> int:
        """Pixels of height that the ticks take."""
        return self.track.fontMetrics().height() - 1

    def set_ticks(self, ticks: bool) -> None:
        """Labels the scale, or not."""
        if ticks != self._ticks:
            self._ticks = ticks
            self._fit()

    def set_upper(self, upper: float, word: str = "") -> None:
        """Ends the scale at `upper`; with a `word`, its right end stands for the knob's greatest value and says so."""
        detents = Detents(self.knob, min(max(upper, self.knob.low), self.knob.high), word)
        if detents != self._detents:
            self._detents = detents
            self.setToolTip(tooltip(self.knob, f"{word}: {upper:g} {self.knob.unit}" if word else ""))
            self._fit()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.caption.set_theme(theme)
        self.entry.set_theme(theme)
        self.track.set_theme(theme)
        if self._beside:  # else the track would grow and shrink with the figure, and the handle leave the pointer
            self.entry.setFixedWidth(self.entry.fontMetrics().horizontalAdvance(LONGEST) + 6)

    def _fit(self) -> None:
        """Gives the track the steps of the detents, and its old value."""
        self.track.blockSignals(True)
        self.track.setRange(0, self._detents.count)
        self.track.setSingleStep(self._detents.fine)
        self.track.setPageStep(self._detents.coarse)
        self.track.blockSignals(False)
        self.track.rest = self._detents.next_rest
        self.track.set_ticks(self._detents.ticks() if self._ticks and not self._short else [])
        if not self._mixed:
            self._show(self._value)

    def _let_go(self) -> None:
        if not self._mixed:
            self._show(self._value)  # where the handle may rest
        self.held.emit(False)

    def _show(self, value: float) -> None:
        self._value = value
        self._mixed = False
        self.track.set_vague(False)
        self.track.blockSignals(True)
        self.track.setValue(self._detents.step(value))
        self.track.blockSignals(False)
        self._tell()

    def _tell(self) -> None:
        said = MIXED if self._mixed else self._detents.shown(self._value)
        typing = "" if self._mixed else said if said == self._detents.end else typed(self._value)
        self.entry.set_texts(said, typing)
        self.track.setAccessibleDescription(said)

    def _slide(self, step: int) -> None:
        value = self._detents.value(step)
        if value != self._value or self._mixed:
            self._value = value
            self._mixed = False
            self.track.set_vague(False)
            self._tell()
            self.offer(value)

    def _enter(self, words: str) -> bool:
        end = self._detents.end
        top = int(self.knob.high) if self.knob.kind == "whole" else self.knob.high
        value = top if end and words.casefold() == end.casefold() else read(self.knob, words)
        if end and not isinstance(value, str) and self._detents.upper <= value <= top:
            value = top
        if allowed := self.offer(value):
            assert not isinstance(value, str)
            self._show(value)
        return allowed
