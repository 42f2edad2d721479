"""The microscope's picture: a mini-batch in five linked columns, a dot and a line for each example in its class colour.

It draws a `Magnified` record; which unit that is of, and what is moved, it does not know.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from hyperscope.engine.arrays import Values
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.microscope import Magnified, Unit, microscope
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui import formula
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.text_choice import TextChoice
from hyperscope.ui.guarded import guarded
from hyperscope.ui.labs.batch_norm.words import Stage, figure, reading, stages
from hyperscope.ui.paint import card, face, fitting, write
from hyperscope.ui.panels.common.axes import linear_ticks
from hyperscope.ui.panels.common.chart import CENTRE, Axes, evenly
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import INSIDE, LIGHT, Theme

MOST = 160  # examples that are drawn; of a larger mini-batch as many, evenly spread
BINS = 14
NEAR = 14  # pixels at scale 1 from a dot or line within which the pointer means it
APART = 6.0  # times as far as all else reach z and z − μ before they are drawn smaller
SHORT = {"variance": "var", "mean": "μ", "μ running": "μ", "saturated": "sat."}
KEPT = 0.55  # of the axis that values must fill, else it is set anew


class Columns(QWidget):
    """The five columns; `pointed` carries the number of the example under the pointer or keyboard, None for none."""

    pointed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("The mini-batch in this unit")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 200)
        self.class_names: tuple[str, ...] = ()
        self.example: int | None = None  # that is looked at
        self._shown: Magnified | None = None
        self._backward = False
        self._values: Values = np.zeros((5, 0))
        self._stages: tuple[Stage, ...] = ()
        self._kept: Values = np.zeros(0, np.int64)  # places of the examples that are drawn
        self._reach = (-1.0, 1.0)
        self._shrunk = 1.0  # what the first columns are divided by
        self._stamps: dict[tuple[int, float, float], QPixmap] = {}
        self._standing_key: tuple[object, ...] = ()  # what the words that stand were written for,
        self._standing_words: tuple[tuple[float, QPixmap], ...] = ()  # and they, with the heights where they lie
        self._theme = LIGHT
        self.set_theme(LIGHT)

    # -- what is shown --------------------------------------------------------------------------------------------

    def show_unit(self, shown: Magnified, backward: bool) -> None:
        """Draws this."""
        backward = backward and shown.backward is not None
        if backward != self._backward or self._shown is None or shown.name != self._shown.name:
            self._reach = (0.0, 0.0)  # another axis altogether
        self._shown, self._backward = shown, backward
        assert not backward or shown.backward is not None
        self._values = shown.backward.stages if backward and shown.backward is not None else shown.stages
        self._stages = stages(shown, backward)
        m = self._values.shape[1]
        self._kept = np.arange(m) if m <= MOST else np.linspace(0, m - 1, MOST).round().astype(np.int64)
        self._settle()
        self._tell()
        self.update()

    def set_example(self, number: int | None) -> None:
        """Looks at this example, if it is in the mini-batch."""
        self.example = number
        self._tell()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self._stamps.clear()
        self.update()

    @property
    def place(self) -> int | None:
        """Where the example that is looked at stands in the mini-batch, None if nowhere."""
        if self._shown is None or self.example is None:
            return None
        found = np.flatnonzero(self._shown.numbers == self.example)
        return int(found[0]) if len(found) else None

    @property
    def shrunk(self) -> float:
        """What the first columns are divided by, so that the rest can be seen."""
        return self._shrunk

    def _tell(self) -> None:
        if self._shown is None:
            return
        said = "; ".join(f"{s.plain}: " + ", ".join(f"{a} {b}" for a, b in s.figures) for s in self._stages)
        if (place := self.place) is not None:
            said = reading(self._shown, place, self._backward, self._class_name(place)) + ". " + said
        self.setAccessibleDescription(said)

    def _class_name(self, place: int) -> str:
        assert self._shown is not None
        number = int(self._shown.true[place])
        return self.class_names[number] if number < len(self.class_names) else f"class {number + 1}"

    # -- where it lies --------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Chooses the axis, which grows at once and shrinks only when little of it is used, lest it tremble."""
        reach = [_reach(values) for values in self._values]
        first = 2 if self._shown is None or self._shown.norm != "after" else 1
        wide, rest = max(reach[:first], default=0.0), max(reach[first:], default=0.0)
        self._shrunk = 1.0
        if self._backward:
            first, wide, rest = 0, 0.0, max(reach)
        if rest > 0 and wide > APART * rest:
            self._shrunk = _round_up(wide / (2 * rest))
        scaled = self._scaled()
        finite = scaled[np.isfinite(scaled)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (-1.0, 1.0)
        low, high = min(low, 0.0), max(high, 0.0)
        if high - low < 1e-30:
            low, high = -1.0, 1.0
        room = 0.06 * (high - low)
        was = self._reach
        if low < was[0] or high > was[1] or (high - low) < KEPT * (was[1] - was[0]):
            self._reach = (low - room, high + room)

    def _scaled(self) -> Values:
        values = np.array(self._values, float)
        if self._shrunk != 1.0:
            values[: 1 if self._shown is not None and self._shown.norm == "after" else 2] /= self._shrunk
        return values

    def _parts(self) -> tuple[QRectF, float, float]:
        """The area of the dots, and the heights above (formulas) and below (figures and words)."""
        scale = self._theme.scale
        left, right = 46 * scale, 6 * scale
        slot = (self.width() - left - right) / 5
        most = max((len(self._why(stage, slot)) for stage in self._stages), default=2)
        above, below = 46 * scale, (36 + 13 * most) * scale
        return (
            QRectF(left, above, max(1.0, self.width() - left - right), max(1.0, self.height() - above - below)),
            above,
            below,
        )

    def _why(self, stage: Stage, slot: float) -> list[str]:
        return _lines(stage.why, slot - 8 * self._theme.scale, self._theme.scale)

    def _column(self, area: QRectF, at: int) -> float:
        """The x of a column's dots."""
        slot = area.width() / 5
        return area.left() + (at + 0.5) * slot - 0.08 * slot

    def _axes(self, area: QRectF) -> Axes:
        return Axes(area, (0.0, 1.0), self._reach)

    # -- painting -------------------------------------------------------------------------------------------------

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        if self._shown is None:
            painter.end()
            return
        area, above, _ = self._parts()
        axes = self._axes(area)
        axes.paint(painter, theme, [], linear_ticks(*self._reach, most=6))
        values = self._scaled()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_histograms(painter, area, axes, values)
        self._paint_lines(painter, area, axes, values)
        self._paint_dots(painter, area, axes, values)
        self._paint_brackets(painter, area, axes, values)
        self._paint_words(painter, area, above)
        if self.hasFocus():
            painter.setPen(QPen(theme.accent, 1.25 * theme.scale))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)
        painter.end()

    def _paint_histograms(self, painter: QPainter, area: QRectF, axes: Axes, values: Values) -> None:
        theme, wide = self._theme, 0.30 * area.width() / 5
        shades = [mixed(theme.card, theme.quiet, 0.35)] * 2 + [mixed(theme.card, theme.accent, 0.36)] * 2
        shades.append(mixed(theme.card, theme.class_colour(2), 0.42))
        if self._shown is not None and self._shown.norm == "after":
            shades = [shades[0], shades[4], shades[0], shades[2], shades[2]]
        painter.setPen(Qt.PenStyle.NoPen)
        low, high = self._reach
        bins = max(8, min(28, int(area.height() / (BINS * theme.scale))))
        edges = axes.y(np.linspace(low, high, bins + 1)).tolist()
        for at in range(5):
            finite = values[at][np.isfinite(values[at])]
            if not finite.size:
                continue
            counts = np.bincount(((finite - low) / (high - low) * bins).astype(int).clip(0, bins - 1), minlength=bins)
            left, each = self._column(area, at) + 8 * theme.scale, wide / int(counts.max())
            painter.setBrush(shades[at])
            painter.drawRects(  # at once: bars with round corners, one by one, took a tenth of a frame
                [
                    QRectF(left, edges[k + 1] + 1, max(2.0, count * each), max(1.0, edges[k] - edges[k + 1] - 2))
                    for k, count in enumerate(counts.tolist())
                    if count
                ]
            )

    def _paint_lines(self, painter: QPainter, area: QRectF, axes: Axes, values: Values) -> None:
        assert self._shown is not None
        theme, x = self._theme, [self._column(area, at) for at in range(5)]
        y = axes.y(values)
        far = 2 * area.height()
        y = np.clip(np.nan_to_num(y, nan=area.center().y(), posinf=-far, neginf=far), -far, 3 * far)
        classes = self._shown.true[self._kept]
        for number in sorted(set(classes.tolist())):  # np.unique would load masked arrays, in 100 ms
            colour = QColor(theme.class_colour(number))
            colour.setAlphaF(0.5 if len(self._kept) <= 64 else 0.28)
            painter.setPen(QPen(colour, theme.scale))
            rows = y[:, self._kept[classes == number]].T.tolist()
            painter.drawLines([QLineF(x[k], row[k], x[k + 1], row[k + 1]) for row in rows for k in range(4)])
        if (place := self.place) is not None:
            painter.setPen(QPen(theme.text, 2 * theme.scale))
            row = y[:, place].tolist()
            painter.drawLines([QLineF(x[k], row[k], x[k + 1], row[k + 1]) for k in range(4)])

    def _paint_dots(self, painter: QPainter, area: QRectF, axes: Axes, values: Values) -> None:
        assert self._shown is not None
        theme, ratio = self._theme, self.devicePixelRatioF()
        radius = (3.4 if len(self._kept) <= 64 else 2.6) * theme.scale
        classes = self._shown.true[self._kept].tolist()
        stamps = {number: self._stamp(number, radius, ratio) for number in set(classes)}
        half = next((stamp.width() / ratio / 2 for stamp in stamps.values()), 0.0)
        least, most = area.top() - 4, area.bottom() + 4
        for at, column in enumerate(axes.y(values[:, self._kept]).tolist()):
            x = self._column(area, at) - half
            for number, y in zip(classes, column, strict=True):
                if least <= y <= most:  # nothing that is not finite is
                    painter.drawPixmap(QPointF(x, y - half), stamps[number])
        if (place := self.place) is not None:
            for at in range(5):
                y = float(axes.y(values[at, place]))
                if math.isfinite(y):
                    painter.setPen(QPen(theme.text, 1.75 * theme.scale))
                    painter.setBrush(theme.class_colour(int(self._shown.true[place])))
                    painter.drawEllipse(QPointF(self._column(area, at), y), 1.7 * radius, 1.7 * radius)

    def _stamp(self, number: int, radius: float, ratio: float) -> QPixmap:
        key = (number, radius, ratio)
        if key not in self._stamps:
            side = math.ceil(2 * radius + 4)
            made = QPixmap(round(side * ratio), round(side * ratio))
            made.setDevicePixelRatio(ratio)
            made.fill(Qt.GlobalColor.transparent)
            painter = QPainter(made)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.card, self._theme.scale))
            painter.setBrush(self._theme.class_colour(number))
            painter.drawEllipse(QPointF(side / 2, side / 2), radius, radius)
            painter.end()
            self._stamps[key] = made
        return self._stamps[key]

    def _paint_brackets(self, painter: QPainter, area: QRectF, axes: Axes, values: Values) -> None:
        theme = self._theme
        painter.setPen(QPen(theme.text, 1.5 * theme.scale))
        for at in range(5):
            finite = values[at][np.isfinite(values[at])]
            if not finite.size:
                continue
            mean, deviation = float(finite.mean()), float(finite.std())
            x = self._column(area, at) - 13 * theme.scale
            low, middle, high = axes.y(np.array([mean - deviation, mean, mean + deviation])).tolist()
            arm = 3 * theme.scale
            ends = [QLineF(x - arm, low, x + arm, low), QLineF(x - arm, high, x + arm, high)]
            longer = 5 * theme.scale
            painter.drawLines([QLineF(x, low, x, high), *ends, QLineF(x - longer, middle, x + longer, middle)])

    def _paint_words(self, painter: QPainter, area: QRectF, above: float) -> None:
        theme, scale = self._theme, self._theme.scale
        slot = area.width() / 5
        for top, words in self._standing(area, above):
            painter.drawPixmap(QPointF(0, top), words)
        bold, plain = face(11, 600, scale), face(11, 400, scale)
        metrics = QFontMetricsF(bold)
        row = metrics.height()
        first = 1 if self._shown is not None and self._shown.norm == "after" else 2
        for at, stage in enumerate(self._stages):
            left = area.left() + at * slot
            figures = list(stage.figures)
            if self._shrunk != 1 and at < first and not self._backward:
                figures.append(("drawn", f"1 : {self._shrunk:g}"))
            wide = [QFontMetricsF(plain).horizontalAdvance(a + " ") + metrics.horizontalAdvance(b) for a, b in figures]
            gap = 9 * scale
            if sum(wide) + gap * (len(wide) - 1) > slot - 4:
                figures = [(SHORT.get(name, name), said) for name, said in figures]
                wide = [
                    QFontMetricsF(plain).horizontalAdvance(a + " ") + metrics.horizontalAdvance(b) for a, b in figures
                ]
            while len(figures) > 1 and sum(wide) + gap * (len(wide) - 1) > slot - 4:
                if len(figures) > 2:
                    figures.pop(1), wide.pop(1)
                else:
                    gap = max(2.0, slot - 4 - sum(wide))
                    break
            x = left + max(1.0, (slot - sum(wide) - gap * (len(wide) - 1)) / 2)
            top = area.bottom() + 8 * scale
            for name, said in figures:
                x += write(painter, QRectF(x, top, slot, row), name + " ", plain, theme.quiet)
                x += write(painter, QRectF(x, top, slot, row), said, bold, theme.text) + gap
        if (example := self.place) is not None:
            self._paint_reading(painter, area, example)

    def _standing(self, area: QRectF, above: float) -> tuple[tuple[float, QPixmap], ...]:
        """The formulas above and the reasons below, as pixels that are kept: to write them takes a third of a frame."""
        theme, scale = self._theme, self._theme.scale
        said = tuple((stage.formula, stage.why) for stage in self._stages)
        key = (said, self.width(), self.height(), self.devicePixelRatioF(), theme)
        if key == self._standing_key:
            return self._standing_words
        slot, small = area.width() / 5, face(10, 400, scale)
        high = QFontMetricsF(small).height()
        top = math.floor(area.bottom() + 11 * scale + QFontMetricsF(face(11, 600, scale)).height())
        formulas, reasons = self._strip(above), self._strip(self.height() - top)
        painter = QPainter(formulas)
        painter.setBrush(Qt.BrushStyle.NoBrush)  # a root's sign is a path
        for at, stage in enumerate(self._stages):
            room = QRectF(area.left() + at * slot + 3, 2, slot - 6, above - 8 * scale)
            formula.write(painter, room, stage.formula, 16 * scale, theme.text, centred=True)
        painter.end()
        painter = QPainter(reasons)
        for at, stage in enumerate(self._stages):
            left = area.left() + at * slot + 2 * scale
            for number, line in enumerate(self._why(stage, slot)):
                place = QRectF(left, number * high, slot - 4 * scale, high)
                write(painter, place, line, small, theme.quiet, CENTRE)
        painter.end()
        self._standing_key, self._standing_words = key, ((0.0, formulas), (top, reasons))
        return self._standing_words

    def _strip(self, high: float) -> QPixmap:
        """Nothing yet, as wide as this and so high."""
        ratio = self.devicePixelRatioF()
        made = QPixmap(round(self.width() * ratio), max(1, math.ceil(high * ratio)))
        made.setDevicePixelRatio(ratio)
        made.fill(Qt.GlobalColor.transparent)
        return made

    def _paint_reading(self, painter: QPainter, area: QRectF, place: int) -> None:
        """The example's number beside each of its dots."""
        assert self._shown is not None
        theme, scale = self._theme, self._theme.scale
        font = face(11, 600, scale)
        metrics = QFontMetricsF(font)
        axes, values = self._axes(area), self._scaled()
        for at in range(5):
            said = figure(float(self._values[at, place]))
            y = float(axes.y(values[at, place]))
            if not math.isfinite(y):
                continue
            wide, high = metrics.horizontalAdvance(said) + 10 * scale, metrics.height() + 3 * scale
            x = self._column(area, at) + 10 * scale
            y = min(max(area.top(), y - high / 2), area.bottom() - high)
            painter.setPen(QPen(theme.quiet, 1))
            painter.setBrush(theme.card)
            painter.drawRoundedRect(QRectF(x, y, wide, high), 4, 4)
            write(painter, QRectF(x + 5 * scale, y, wide, high), said, font, theme.text)

    # -- pointing -------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._under(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._point(self._under(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in KEYS:
            event.accept()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from example to example in the order of the first column; Escape lets go."""
        key = event.key()
        if key == Qt.Key.Key_Escape and self.example is not None:
            self._point(None)
        elif key in KEYS[:4] and self._shown is not None and len(self._kept):
            order = self._kept[np.argsort(self._values[0, self._kept], kind="stable")]
            found = np.flatnonzero(order == (-1 if self.place is None else self.place))
            step = 1 if key in (Qt.Key.Key_Up, Qt.Key.Key_Right) else -1
            start = int(found[0]) if len(found) else (-1 if step > 0 else len(order))
            self._point(int(self._shown.numbers[order[(start + step) % len(order)]]))
        else:
            super().keyPressEvent(event)

    def _point(self, number: int | None) -> None:
        if number != self.example:
            self.set_example(number)
            self.pointed.emit(number)

    def _under(self, at: QPointF) -> int | None:
        """The example whose dot or line is nearest to a place, if it is near."""
        if self._shown is None or not len(self._kept):
            return None
        area, _, _ = self._parts()
        if not area.adjusted(-20, -10, 10, 10).contains(at):
            return None
        x = [self._column(area, k) for k in range(5)]
        y = self._axes(area).y(self._scaled()[:, self._kept])
        reach = NEAR * self._theme.scale
        px = min(max(at.x(), x[0]), x[-1])
        k = min(3, int(np.searchsorted(x, px, side="right")) - 1)
        share = (px - x[k]) / (x[k + 1] - x[k])
        away = np.abs((1 - share) * y[k] + share * y[k + 1] - at.y())
        if not np.isfinite(away).any() or np.nanmin(away) > reach:
            return None
        return int(self._shown.numbers[self._kept[int(np.nanargmin(away))]])


KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Escape)


@lru_cache(maxsize=64)
def _lines(words: str, room: float, scale: float) -> list[str]:
    return evenly(words, QFontMetricsF(face(10, 400, scale)), room)


def _reach(values: Values) -> float:
    finite = values[np.isfinite(values)]
    return float(np.abs(finite).max()) if finite.size else 0.0


def _round_up(value: float) -> float:
    ten = 10.0 ** math.floor(math.log10(value))
    return next(k * ten for k in (1, 2, 5, 10) if k * ten >= value)


class MicroscopePanel(QWidget):
    """The card of the columns: its title, what is chosen of it, and what to do where there is no batch norm.

    `changed` tells that it asks for something else; `wanted` that batch norm is to be added.
    """

    rate: float = 30.0

    changed = Signal()
    wanted = Signal()

    def __init__(self, question: Callable[[], Unit], side: Callable[[], int]) -> None:
        super().__init__()
        self._question, self._side = question, side
        self._theme = LIGHT
        self.setAccessibleName("Microscope")
        self.title = Caption("Microscope")
        self.lacking = Caption("")
        self.add = Button("Add it, in a twin", "Add batch norm, in a twin", "Trains a copy with batch norm beside it.")
        self.direction = TextChoice(("forward", "backward"), "Direction", weight=600)
        self.statistics = TextChoice(("this batch", "running averages"), "Statistics", weight=600)
        self.direction.word("backward").setToolTip("The gradient on its way back, through the same stages.")
        self.statistics.word("this batch").setToolTip("As in training: by this mini-batch's own μ and σ².")
        self.statistics.word("running averages").setToolTip("As at test time: by the averages kept while training.")
        self.columns = Columns()
        self.drawn: Magnified | None = None
        self.lacking.hide()  # until it is known that there is no batch norm
        self.add.hide()
        self._head = QHBoxLayout()
        self._head.addWidget(self.title)
        self._head.addWidget(self.lacking)
        self._head.addWidget(self.add)
        self._head.addStretch(1)
        self._head.addWidget(self.direction)
        self._head.addWidget(self.statistics)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._column.addWidget(self.columns, 1)
        self.direction.chosen.connect(lambda _: self._choose())
        self.statistics.chosen.connect(lambda _: self._choose())
        self.add.clicked.connect(self.wanted)
        self.set_theme(LIGHT)

    @property
    def training(self) -> bool:
        """Whether the mini-batch's own statistics are used."""
        return self.statistics.value == "this batch"

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """The unit that is chosen."""
        return (Ask(microscope, self._question()),)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows the unit of the side that the controls move."""
        found = sides[min(self._side(), len(sides) - 1)].records.of(microscope)
        if found is None:
            return
        self.drawn = found
        off = found.norm == "off"
        self._entitle()
        self.lacking.setText("It has no batch norm; this is what it would do at first.")
        self.lacking.setVisible(off)
        self.add.setVisible(off)
        self.direction.setVisible(not off)
        self.statistics.setVisible(not off)
        self.direction.setEnabled(self.training)
        self.columns.show_unit(found, self.direction.value == "backward")

    def _entitle(self) -> None:
        """Says in the title as much as there is room for."""
        found = self.drawn
        if found is None:
            return
        whole = f"{found.title}: one mini-batch of {len(found.true)}, example by example"
        short = whole.partition(", example")[0]
        taken = self.direction.sizeHint().width() + self.statistics.sizeHint().width() + 62 * self._theme.scale
        said = (whole, short, found.title) if found.norm != "off" else (found.title,)
        self.title.setText(fitting(said, self.title.font(), self.width() - taken))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._entitle()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        inside = round(INSIDE * theme.scale)
        self._column.setContentsMargins(inside, inside - 4, inside, inside - 4)
        self._column.setSpacing(round(4 * theme.scale))
        self._head.setSpacing(round(10 * theme.scale))
        self.title.set_theme(theme, 11, 600, quiet=True)
        self.lacking.set_theme(theme, 11)
        for part in (self.add, self.direction, self.statistics, self.columns):
            part.set_theme(theme)
        self._entitle()
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        card(painter, QRectF(self.rect()), self._theme)
        painter.end()

    def _choose(self) -> None:
        if not self.training and self.direction.value == "backward":
            self.direction.choose("forward")  # nothing is learned at test time
        self.direction.setEnabled(self.training)
        self.changed.emit()
