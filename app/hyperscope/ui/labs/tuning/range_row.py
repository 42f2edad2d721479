"""One knob of a search space: its range with two handles, its scale in words, and where the draws fall, as bars."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from hyperscope.engine.training_settings import WHOLE_SET
from hyperscope.knob import Value
from hyperscope.lab.tuning.space import CAPTIONS, EPOCHS, Range, knob_of, shown
from hyperscope.ui.controls.control import Caption, by_keyboard, keep_arrows
from hyperscope.ui.controls.text_choice import TextChoice, TextPush
from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import mixed, pixels
from hyperscope.ui.theme import LIGHT, Theme

BARS = 28
HANDLE = 12  # pixels across
TRACK = 3


def widest(path: str, scale: str) -> Range:
    """The longest range that the track of a knob offers."""
    knob = knob_of(path)
    low, high = knob.low, knob.high
    if path == EPOCHS:
        high = 200
    if high >= WHOLE_SET:
        high = 1024
    if path.endswith(".units"):
        high = 128
    if scale == "log":
        low = max(low, knob.least if knob.scale == "zero-log" else 1e-6)
    if scale == "one-minus-log":
        high = min(high, 0.99999)
    return Range(path, low, high, scale)


def scales(path: str) -> tuple[str, ...]:
    """The scales that a knob can be searched on, the one that suits it first."""
    knob = knob_of(path)
    if knob.kind in ("choice", "switch"):
        return ("choices",)
    if path == EPOCHS or knob.scale in ("log", "zero-log"):
        return ("log", "linear")
    if knob.scale == "powers-of-two":
        return ("powers-of-two", "log", "linear")
    return ("one-minus-log", "linear") if knob.scale == "one-minus-log" else ("linear",)


class Ends(QWidget):
    """A track with two handles, bars above; `moved` carries the range. Space takes the other handle."""

    moved = Signal(object)

    def __init__(self, of: Range) -> None:
        super().__init__()
        self.range = of
        self._theme = LIGHT
        self._bars: np.ndarray = np.zeros(BARS)
        self._held = 0  # the handle that is moved: 0 for the lower
        self._ringed = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"Range of {of.label.lower()}")
        self._tell()

    @property
    def whole(self) -> Range:
        """What the track stands for."""
        if self.range.scale == "choices":
            return self.range
        one = widest(self.range.knob, self.range.scale)
        low = min(one.low, self.range.low) if self.range.low > 0 or one.scale == "linear" else one.low
        return msgspec.structs.replace(one, low=low, high=max(one.high, self.range.high))

    def set_range(self, of: Range) -> None:
        """Shows another range."""
        self.range = of
        self._tell()
        self.update()

    def show_draws(self, values: Sequence[Value]) -> None:
        """Draws where values fall."""
        at = self.whole.positions(values)
        self._bars = np.histogram(np.clip(at, 0, 1 - 1e-9), BARS, (0, 1))[0].astype(float)
        self.update()

    def _tell(self) -> None:
        ends = f"from {shown(self.range.value(0))} to {shown(self.range.value(1))}"
        handle = "lower" if self._held == 0 else "upper"
        self.setAccessibleDescription(f"{ends}; the arrows move the {handle} end, space takes the other")

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and size."""
        self._theme = theme
        self.setFixedHeight(pixels(theme, 32))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(pixels(self._theme, 120), pixels(self._theme, 32))

    def _line(self) -> QRectF:
        half = HANDLE * self._theme.scale / 2
        y = self.height() - half - 2
        return QRectF(half, y, self.width() - 2 * half, 0)

    def _x(self, position: float) -> float:
        line = self._line()
        return line.left() + min(1.0, max(0.0, position)) * line.width()

    def ends(self) -> tuple[float, float]:
        """Positions of both ends along the track."""
        whole = self.whole
        if self.range.steps:
            return whole.position(self.range.steps[0]), whole.position(self.range.steps[-1])
        return whole.position(self.range.low), whole.position(self.range.high)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, scale = self._theme, self._theme.scale
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self._line()
        top = self._bars.max() or 1.0
        room = line.top() - HANDLE * scale / 2 - 2
        wide = line.width() / BARS
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(theme.card, theme.accent, 0.45))
        for k, count in enumerate(self._bars.tolist()):
            if count:
                high = max(2.0, room * count / top)
                painter.drawRect(QRectF(line.left() + k * wide + 0.5, room - high, wide - 1, high))
        painter.setPen(QPen(theme.hairline, TRACK * scale, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(line.topLeft(), line.topRight())
        left, right = (self._x(at) for at in self.ends())
        painter.setPen(QPen(theme.accent, TRACK * scale, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(left, line.top()), QPointF(right, line.top()))
        for handle, x in enumerate((left, right)):
            held = self._ringed and self.hasFocus() and handle == self._held
            painter.setPen(QPen(theme.accent, (3.4 if held else 2) * scale))
            painter.setBrush(theme.card)
            painter.drawEllipse(QPointF(x, line.top()), HANDLE * scale / 2 - 1, HANDLE * scale / 2 - 1)
        painter.end()

    def _set(self, handle: int, position: float) -> None:
        """Moves one end as far as the other lets it."""
        whole, one = self.whole, self.range
        value = float(whole.value(position))
        if one.scale != "powers-of-two":
            value = float(f"{value:.2g}") if one.scale != "one-minus-log" else 1 - float(f"{1 - value:.2g}")
            value = min(whole.high, max(whole.low, value))
        ends = [one.low, one.high]
        ends[handle] = value
        tried = msgspec.structs.replace(one, low=ends[0], high=ends[1])
        if not tried.problem() and tried != one:
            self.set_range(tried)
            self.moved.emit(tried)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        left, right = (self._x(at) for at in self.ends())
        self._held = int(abs(x - right) < abs(x - left) or (left == right and x > right))
        self._follow(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._follow(event.position().x())

    def _follow(self, x: float) -> None:
        line = self._line()
        self._set(self._held, (x - line.left()) / max(1.0, line.width()))

    def event(self, event: QEvent) -> bool:
        keep_arrows(event)
        override = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if override and event.key() == Qt.Key.Key_Space:  # type: ignore[attr-defined]
            event.accept()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        whole = self.whole
        by = 1 / len(whole.steps) if whole.steps else 0.02
        steps = {Qt.Key.Key_Left: -by, Qt.Key.Key_Down: -by, Qt.Key.Key_Right: by, Qt.Key.Key_Up: by}
        if event.key() == Qt.Key.Key_Space:
            self._held = 1 - self._held
            self._tell()
            self.update()
        elif event.key() in steps:
            self._set(self._held, self.ends()[self._held] + steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ringed = by_keyboard(event, self._ringed)
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)


class RangeRow(QWidget):
    """`changed` carries the range, `removed` that the knob is not to be searched any more."""

    changed = Signal(object)
    removed = Signal()

    def __init__(self, of: Range) -> None:
        super().__init__()
        self.range = of
        knob = knob_of(of.knob)
        self.name = Caption(
            of.label + (f" {knob.symbol}" if knob.symbol and knob.symbol not in ("batch", "nˡ") else "")
        )
        self.name.setToolTip(knob.help)
        self.said = Caption("")
        self.ends = Ends(of)
        names = [CAPTIONS[scale] for scale in scales(of.knob)]
        self._scales = dict(zip(names, scales(of.knob), strict=True))
        self.scale = TextChoice(names, f"Scale of {of.label.lower()}")
        self.away = TextPush("×", f"Do not search {of.label.lower()}", "Takes this knob out of the search space.")
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.name, 1)
        head.addWidget(self.said)
        head.addWidget(self.away)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 0, 0, 0)
        foot.addWidget(self.scale)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.ends)
        column.addLayout(foot)
        self.scale.choose(CAPTIONS[of.scale])
        self.scale.chosen.connect(self._rescale)
        self.ends.moved.connect(self._take)
        self.away.clicked.connect(self.removed)
        self.ends.setVisible(of.scale != "choices")
        self.set_theme(LIGHT)
        self._say()

    def _take(self, of: Range) -> None:
        self.range = of
        self._say()
        self.changed.emit(of)

    def _rescale(self, caption: str) -> None:
        scale = self._scales[caption]
        low, high = self.range.low, self.range.high
        tried = msgspec.structs.replace(self.range, scale=scale)
        if scale == "log" and low <= 0:
            tried = msgspec.structs.replace(tried, low=widest(tried.knob, scale).low)
        if scale == "powers-of-two":
            tried = msgspec.structs.replace(
                tried, low=2.0 ** math.floor(math.log2(max(1, low))), high=2.0 ** math.ceil(math.log2(max(2, high)))
            )
        if not tried.problem():
            self.ends.set_range(tried)
            self._take(tried)

    def _say(self) -> None:
        one = self.range
        if one.scale == "choices":
            self.said.setText(
                ", ".join(shown(value) for value in one.choices[:3]) + (" …" if len(one.choices) > 3 else "")
            )
        else:
            self.said.setText(f"{shown(one.value(0.0))} … {shown(one.value(1.0))}")

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.name.set_theme(theme, 12)
        self.said.set_theme(theme, 12, 600)
        for part in (self.ends, self.scale, self.away):
            part.set_theme(theme)
