"""The leading picture of the workbench: logits as bars to drag, their powers, and the probabilities, side by side.

Heights within a column can be compared; each column has a scale of its own.
"""

from __future__ import annotations

import math
from functools import lru_cache, partial

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QLineEdit, QWidget

from hyperscope.lab.softmax.case import LOGIT, Case, Worked
from hyperscope.ui.controls.control import keep_arrows, keep_escape
from hyperscope.ui.controls.words import read
from hyperscope.ui.formula import boxed
from hyperscope.ui.labs.softmax.words import logit, power, share, signed
from hyperscope.ui.paint import face, readable
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.style import wear
from hyperscope.ui.theme import INSIDE, Theme

LEAST = (-2.0, 6.0)  # logits that the first column shows at least
FINE, COARSE = 0.1, 1.0  # what an arrow key adds, and what it does with Shift
SAID = ("logits: any numbers", "all positive, order kept", "they sum to 1")
GRIP = (22.0, 8.0)  # pixels


class Grip(QWidget):
    """The handle of one bar: dragged, moved by keys, or typed into; it is drawn by the picture it lies on."""

    moved = Signal(float)
    let_go = Signal()
    refused = Signal(str)
    passed = Signal(int)  # to the bar so many further on
    _held: tuple[float, float] | None = None  # the pointer's y and the value when it was taken

    def __init__(self, picture: Bars, number: int) -> None:
        super().__init__(picture)
        self._picture = picture
        self.value = 0.0
        self._typing: QLineEdit | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SizeVerCursor)
        self.setAccessibleName(f"Logit of class {number + 1}")

    def set_value(self, value: float) -> None:
        """Stands for this value."""
        self.value = value
        self.setAccessibleDescription(logit(value))

    @property
    def is_held(self) -> bool:
        """Whether it is being dragged."""
        return self._held is not None

    def event(self, event: QEvent) -> bool:
        keep_arrows(event)
        keep_escape(event, self.is_held)
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = (event.globalPosition().y(), self.value)
            self._picture.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            began, value = self._held
            per = self._picture.per_pixel
            self._offer(round(value + (began - event.globalPosition().y()) * per, 1 if per < 0.2 else 0))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            self._held = None
            self.let_go.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.type()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = COARSE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else FINE
        match event.key():
            case Qt.Key.Key_Up:
                self._offer(self.value + step)
            case Qt.Key.Key_Down:
                self._offer(self.value - step)
            case Qt.Key.Key_PageUp:
                self._offer(self.value + COARSE)
            case Qt.Key.Key_PageDown:
                self._offer(self.value - COARSE)
            case Qt.Key.Key_Left:
                self.passed.emit(-1)
            case Qt.Key.Key_Right:
                self.passed.emit(1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.type()
            case Qt.Key.Key_Escape if self._held is not None:
                (_, before), self._held = self._held, None
                self._offer(before)
            case _:
                super().keyPressEvent(event)
                return
        self.let_go.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._picture.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._picture.update()

    def type(self) -> None:
        """Opens a line in which the value is typed: Enter or leaving takes it, Escape does not."""
        if self._typing is not None:
            return
        line = self._typing = _Line(logit(self.value), self._picture)
        line.setAccessibleName(f"{self.accessibleName()}, typed")
        line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        wear(line, self._picture.theme)
        line.setFont(face(12, 600, self._picture.theme.scale))
        wide = round(self._picture.px(64))
        line.setGeometry(self.geometry().center().x() - wide // 2, self.y() - round(self._picture.px(30)), wide, 26)
        line.selectAll()
        line.show()
        line.setFocus()
        line.editingFinished.connect(self._typed)
        line.escaped.connect(self._taken_away)

    def _taken_away(self) -> str:
        """Takes the line away; what was typed into it."""
        line, self._typing = self._typing, None
        if line is None:
            return ""
        line.hide()
        line.deleteLater()
        self.setFocus()
        return line.text()

    def _typed(self) -> None:
        if self._typing is None:
            return
        value = read(LOGIT, self._taken_away().replace("−", "-"))
        said = LOGIT.refusal(value)
        if said:
            self.refused.emit(said)
        else:
            self.moved.emit(float(value))
            self.let_go.emit()

    def _offer(self, value: float) -> None:
        value = min(LOGIT.high, max(LOGIT.low, round(value, 4)))
        if value != self.value:
            self.moved.emit(value)


class _Line(QLineEdit):
    """What a value is typed into, until Escape is pressed."""

    escaped = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)


class Bars(Sheet):
    """Three columns of bars. `moved` carries the number of a class and its new logit, `chosen` the true class."""

    moved = Signal(int, float)
    chosen = Signal(int)
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__("")
        self.setAccessibleName("Logits, powers, probabilities")
        self.setMinimumSize(560, 300)
        self.worked: Worked | None = None
        self.names: tuple[str, ...] = ()
        self.grips: list[Grip] = []
        self._span = LEAST

    # -- what it shows --------------------------------------------------------------------------------------------

    def draw(self, worked: Worked, names: tuple[str, ...] = ()) -> None:
        """Shows a case; `names` are the classes', where they have any."""
        self.worked, self.names = worked, names
        logits = worked.case.logits
        while len(self.grips) < len(logits):
            self._add()
        while len(self.grips) > len(logits):
            gone = self.grips.pop()
            gone.hide()
            gone.deleteLater()
        for grip, value in zip(self.grips, logits, strict=True):
            grip.set_value(value)
        if not any(grip.is_held for grip in self.grips):  # the scale stays under a pointer that drags
            self._span = span(logits)
        self._place()
        self.update()

    def _add(self) -> None:
        number = len(self.grips)
        grip = Grip(self, number)
        grip.moved.connect(partial(self.moved.emit, number))
        grip.let_go.connect(self._settle)
        grip.refused.connect(self.refused)
        grip.passed.connect(lambda by: self.grips[(number + by) % len(self.grips)].setFocus())
        if self.grips:
            QWidget.setTabOrder(self.grips[-1], grip)
        self.grips.append(grip)
        grip.show()

    def _settle(self) -> None:
        if self.worked is not None:
            self._span = span(self.worked.case.logits)
            self._place()
            self.update()

    def name(self, number: int) -> str:
        """What a class is called."""
        return self.names[number] if number < len(self.names) else f"class {number + 1}"

    # -- where things are -----------------------------------------------------------------------------------------

    @property
    def per_pixel(self) -> float:
        """Logits per pixel of the first column's height."""
        low, high = self._span
        return (high - low) / max(1.0, self._column(0).height())

    def _column(self, which: int) -> QRectF:
        """Where the bars of a column stand, from its highest to its lowest value."""
        return _columns(self.width(), self.height(), self.theme.scale)[which]

    def _bar(self, which: int, number: int) -> QRectF:
        """The bar's whole place: as wide as it is, as high as its column."""
        column = self._column(which)
        count = max(1, len(self.grips))
        each = column.width() / count
        wide = min(self.px(54) + 0.12 * each, 0.7 * each)
        return QRectF(column.left() + (number + 0.5) * each - wide / 2, column.top(), wide, column.height())

    def _y(self, value: float) -> float:
        """Where a logit stands in the first column."""
        column, (low, high) = self._column(0), self._span
        return column.bottom() - (min(high, max(low, value)) - low) / (high - low) * column.height()

    @property
    def _base(self) -> float:
        """The line of 0, which all columns have at one height."""
        return self._y(0.0)

    def _place(self) -> None:
        for number, grip in enumerate(self.grips):
            bar = self._bar(0, number)
            at = self._y(grip.value)
            grip.setGeometry(QRectF(bar.left() - 4, at - self.px(12), bar.width() + 8, self.px(24)).toRect())

    def resizeEvent(self, event: object) -> None:
        self._place()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._place()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on a class's name says that it is the true one."""
        for which in range(3):
            for number in range(len(self.grips)):
                bar = self._bar(which, number)
                name = QRectF(bar.left() - 8, self._names_at - 4, bar.width() + 16, self.px(24))
                if name.contains(event.position()):
                    self.chosen.emit(number)
                    return

    # -- how it looks ---------------------------------------------------------------------------------------------

    @property
    def _names_at(self) -> float:
        return self._column(0).bottom() + self.px(14)

    def paint(self, painter: QPainter, room: QRectF) -> None:
        found = self.worked
        if found is None:
            return
        theme, case = self.theme, found.case
        colours = [theme.class_colour(number) for number in range(case.classes)]
        top = self._column(1).top()
        tall = self._base - top
        for number, colour in enumerate(colours):
            z = case.logits[number]
            self._paint_bar(painter, 0, number, self._y(z), colour)
            self._label(painter, 0, number, self._y(z), logit(z), below=z < 0)
            for which, height, said in (
                (1, float(found.relative[number]), power(float(found.exponents[number]))),
                (2, float(found.shares[number]), share(float(found.shares[number]), 3 if case.classes <= 6 else 2)),
            ):
                at = self._base - height * tall
                self._paint_bar(painter, which, number, at, colour)
                self._label(painter, which, number, at, said)
        key = (case.truth, case.classes, self._span, self.names, case.temperature, case.shift)
        self.standing(painter, key, self._paint_standing)
        for number, grip in enumerate(self.grips):
            self._paint_grip(painter, grip, colours[number])
        self._say_arrow(painter, 1, f"÷ {power(found.logarithm)}")
        self._paint_errors(painter, found)

    def _paint_standing(self, painter: QPainter) -> None:
        """What a drag leaves as it is: formulas, base lines, names and arrows."""
        assert self.worked is not None
        case = self.worked.case
        for which, formula in enumerate(heads(case)):
            self._paint_head(painter, which, formula)
            self._paint_ground(painter, which, case.truth)
        for after in range(2):
            self._paint_arrow(painter, after)
        self._say_arrow(painter, 0, first_arrow(case))
        column, (top, foot) = self._column(2), self._errors_at
        box = boxed("\\hat{y} − y" if case.temperature == 1 else "\\frac{\\hat{y} − y}{T}", self.px(14))
        painter.setPen(self.theme.text)
        box.paint(painter, column.left() - box.wide - self.px(18), (top + foot) / 2 + self.px(5))

    @property
    def _errors_at(self) -> tuple[float, float]:
        """From where to where the arrows of ŷ − y reach."""
        return self._names_at + self.px(24), self.height() - INSIDE

    def _paint_head(self, painter: QPainter, which: int, formula: str) -> None:
        theme, column = self.theme, self._column(which)
        box = boxed(formula, self.px(24))
        painter.setPen(theme.text)
        line = self.px(46)
        box.paint(painter, column.left(), line)
        painter.setFont(face(11, 400, theme.scale))
        painter.setPen(theme.quiet)
        painter.drawText(QPointF(column.left() + box.wide + self.px(10), line), SAID[which])

    def _paint_bar(self, painter: QPainter, which: int, number: int, at: float, colour: QColor) -> None:
        bar, base = self._bar(which, number), self._base
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        high = max(1.5, abs(base - at))
        painter.drawRoundedRect(
            QRectF(bar.left(), min(at, base) if at < base else base, bar.width(), high), min(4.0, high / 2), 4
        )

    def _label(self, painter: QPainter, which: int, number: int, at: float, said: str, below: bool = False) -> None:
        theme, bar = self.theme, self._bar(which, number)
        count = len(self.grips)
        font = face(13 if count <= 6 else 10, 600, theme.scale)
        painter.setFont(font)
        painter.setPen(theme.text)
        off = self.px(12 if which == 0 else 5)
        high = self.px(18)
        place = QRectF(bar.center().x() - 60, at + off if below else at - off - high, 120, high)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, said)

    def _paint_ground(self, painter: QPainter, which: int, truth: int) -> None:
        theme, column = self.theme, self._column(which)
        painter.setPen(QPen(theme.hairline, self.px(1)))
        painter.drawLine(QPointF(column.left(), self._base), QPointF(column.right(), self._base))
        each = column.width() / max(1, len(self.grips))
        for number in range(len(self.grips)):
            bar = self._bar(which, number)
            place = QRectF(bar.center().x() - each / 2, self._names_at, each, self.px(18))
            font = face(11, 700 if number == truth else 400, theme.scale)
            painter.setFont(font)
            painter.setPen(theme.text if number == truth else theme.quiet)
            name = self.name(number) if len(self.grips) <= 6 or self.names else f"{number + 1}"
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, name)

    def _paint_grip(self, painter: QPainter, grip: Grip, colour: QColor) -> None:
        theme = self.theme
        wide, high = (self.px(one) for one in GRIP)
        middle = QPointF(QRectF(grip.geometry()).center())
        rect = QRectF(middle.x() - wide / 2, middle.y() - high / 2, wide, high)
        painter.setBrush(theme.card)
        painter.setPen(QPen(theme.accent if grip.is_held or grip.hasFocus() else colour, self.px(2)))
        painter.drawRoundedRect(rect, high / 2, high / 2)
        if grip.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.accent, 1.5))
            painter.drawRoundedRect(rect.adjusted(-4, -4, 4, 4), high, high)

    def _paint_arrow(self, painter: QPainter, after: int) -> None:
        theme = self.theme
        left, right = self._column(after).right(), self._column(after + 1).left()
        y = self._column(0).center().y()
        painter.setPen(QPen(theme.quiet, self.px(1.3)))
        one, other = QPointF(left + self.px(16), y), QPointF(right - self.px(16), y)
        painter.drawLine(one, other)
        painter.drawPolyline(
            QPolygonF([other + QPointF(-self.px(6), -self.px(4)), other, other + QPointF(-self.px(6), self.px(4))])
        )

    def _say_arrow(self, painter: QPainter, after: int, said: str) -> None:
        left, right = self._column(after).right(), self._column(after + 1).left()
        painter.setPen(self.theme.quiet)
        painter.setFont(face(11, 400, self.theme.scale))
        place = QRectF(
            left - self.px(30), self._column(0).center().y() - self.px(26), right - left + self.px(60), self.px(18)
        )
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, said)

    def _paint_errors(self, painter: QPainter, found: Worked) -> None:
        """Below the probabilities, ŷ − y of each class as an arrow the way a step moves its logit."""
        theme, (top, foot) = self.theme, self._errors_at
        middle = (top + foot) / 2
        reach = (foot - top) / 2 - self.px(2)
        most = max(1.0, float(abs(found.gradient).max()))
        for number, value in enumerate(found.gradient.tolist()):
            x = self._bar(2, number).center().x() - (self.px(16) if found.case.classes <= 6 else 0)
            length = -value / most * reach
            painter.setPen(QPen(theme.text, self.px(1.8)))
            if abs(length) > self.px(2):
                tip = QPointF(x, middle - length)
                painter.drawLine(QPointF(x, middle + length), tip)
                way = math.copysign(self.px(min(5.0, abs(length))), length)
                head = QPainterPath(tip + QPointF(-abs(way) * 0.8, way))
                head.lineTo(tip)
                head.lineTo(tip + QPointF(abs(way) * 0.8, way))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPath(head)
            else:
                painter.setBrush(theme.text)
                painter.drawEllipse(QPointF(x, middle), self.px(1), self.px(1))
            if found.case.classes <= 6:
                painter.setFont(face(10, 600, theme.scale))
                painter.setPen(readable(theme.text, theme.card))
                place = QRectF(x + self.px(9), middle - self.px(9), self.px(60), self.px(18))
                painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, signed(value, 3))


@lru_cache(maxsize=8)
def _columns(width: int, height: int, scale: float) -> tuple[QRectF, ...]:
    """The places of the three columns: asked for a hundred times in a frame, and for few sizes."""
    gap, top, foot = 76 * scale, 88 * scale, 92 * scale
    wide = (width - 2 * INSIDE - 20 * scale - 2 * gap) / 3
    high = max(40.0, height - top - foot)
    return tuple(QRectF(INSIDE + 10 * scale + which * (wide + gap), top, wide, high) for which in range(3))


def exponent(case: Case) -> str:
    """What stands above e: z, with c that is added to all of them, over the temperature."""
    z = f"z {'−' if case.shift < 0 else '+'} c" if case.shift else "z"
    return z if case.temperature == 1 else f"({z}) / T" if case.shift else f"{z} / T"


def first_arrow(case: Case) -> str:
    """What is done to z, or what c in the head is."""
    over = f"{case.temperature:g}"
    if case.shift:
        return f"c = {logit(abs(case.shift))}" + (f", T = {over}" if case.temperature != 1 else "")
    return "e to the z" if case.temperature == 1 else f"e to the z / {over}"


def heads(case: Case) -> tuple[str, str, str]:
    """The formula above each column."""
    power = f"e^{{{exponent(case)}}}"
    return "z", power, f"\\hat{{y}} = \\frac{{{power}}}{{Σ {power}}}"


def span(logits: tuple[float, ...]) -> tuple[float, float]:
    """From which to which logit the first column reaches: past all of them, with room to drag on, 0 in it."""
    low, high = min(*logits, 0.0), max(*logits, 0.0)
    room = 0.2 * (high - low)
    return min(LEAST[0], low - room), max(LEAST[1], high + room)
