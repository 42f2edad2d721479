"""The operations of one training step as a track, from forward to update: which are done, and where slow motion is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from hyperscope.ui import formula
from hyperscope.ui.controls.control import draw_focus
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import face, write
from hyperscope.ui.style import mixed, pixels
from hyperscope.ui.theme import LIGHT, Theme

if TYPE_CHECKING:
    from hyperscope.engine.slow_motion import Operation

HEIGHT = 50  # pixels at scale 1
NARROWEST = 10  # pixels; with more operations than fit so, the track follows the present one
WORDED = 30  # pixels; from here on an operation shows its symbol
PHASES = {"forward": "Forward", "loss": "Loss", "backward": "Backward", "update": "Update"}


class OperationTrack(QWidget):
    """One field per operation; a click on one asks for it by `chosen`."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._operations: Sequence[Operation] = ()
        self.at = 0
        self.setAccessibleName("Operations of this step")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_theme(LIGHT)

    def show_operations(self, operations: Sequence[Operation], at: int) -> None:
        """Shows a step's operations, number `at` as the present one."""
        self._operations, self.at = operations, at
        if operations:
            one = operations[at]
            said = f"{at + 1} of {len(operations)}: {one.place}, {formula.plain(one.symbol)}"
            self.setAccessibleDescription(said)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.setFixedHeight(pixels(theme, HEIGHT))
        self.update()

    def field(self, number: int) -> QRectF:
        """Where an operation lies, in pixels; perhaps beyond the ends."""
        scale, count = self._theme.scale, max(1, len(self._operations))
        pitch = max(NARROWEST * scale, self.width() / count)
        hidden = max(0.0, pitch * count - self.width())
        shift = min(hidden, max(0.0, (self.at + 0.5) * pitch - self.width() / 2))
        top = 28 * scale
        return QRectF(number * pitch - shift, top, pitch, self.height() - top)

    def operation_at(self, x: float) -> int | None:
        """The operation under a place, None if there is none."""
        return next(
            (n for n in range(len(self._operations)) if self.field(n).left() <= x < self.field(n).right()), None
        )

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        numbered = list(enumerate(self._operations))
        phases = []
        for phase, members in groupby(numbered, key=lambda pair: pair[1].phase):
            phases.append(([n for n, _ in members], PHASES.get(phase, phase)))
        by_place = groupby(numbered, key=lambda pair: (pair[1].phase, pair[1].place))
        self._heads(painter, phases, 0)
        self._heads(painter, [([n for n, _ in members], place) for (_, place), members in by_place], 1)
        for number, one in numbered:
            self._field(painter, number, one)
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, self._theme.accent)
        painter.end()

    def _heads(self, painter: QPainter, groups: Sequence[tuple[list[int], str]], row: int) -> None:
        """Names groups of operations where there is room; the present one's name takes what room it needs."""
        theme, scale = self._theme, self._theme.scale
        plain, strong = face(10, 400, scale), face(10, 600, scale)
        present = QRectF()
        rooms = []
        for numbers, words in groups:
            left, right = max(self.field(numbers[0]).left(), 0.0), min(self.field(numbers[-1]).right(), self.width())
            room = QRectF(left + 2, row * 13 * scale, right - left - 4, 13 * scale)
            rooms.append(room)
            if numbers[0] <= self.at <= numbers[-1]:
                room.setWidth(max(room.width(), QFontMetricsF(strong).horizontalAdvance(words) + 1))
                room.moveLeft(min(room.left(), self.width() - room.width()))
                present = QRectF(room.left(), room.top(), QFontMetricsF(strong).horizontalAdvance(words), room.height())
        for (numbers, words), room in zip(groups, rooms, strict=True):
            if row == 0 and numbers[0]:
                painter.setPen(theme.hairline)
                left = self.field(numbers[0]).left()
                painter.drawLine(QPointF(left, 0), QPointF(left, self.height()))
            if numbers[0] <= self.at <= numbers[-1]:
                write(painter, room, words, strong, theme.text)
                continue
            wide = QFontMetricsF(plain).horizontalAdvance(words)
            taken = QRectF(room.left(), room.top(), wide, room.height())
            if wide <= room.width() and not taken.intersects(present):
                write(painter, room, words, plain, theme.quiet)

    def _field(self, painter: QPainter, number: int, one: Operation) -> None:
        theme, scale = self._theme, self._theme.scale
        room = self.field(number)
        if room.right() < 0 or room.left() > self.width():
            return
        inner = room.adjusted(1, 0, -1, 0)
        done = number < self.at
        ground = theme.accent if number == self.at else mixed(theme.control, theme.accent, 0.28 if done else 0.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(inner, 4 * scale, 4 * scale)
        if room.width() >= WORDED * scale:
            colour = theme.on_accent if number == self.at else theme.text
            formula.write(painter, inner.adjusted(2, 1, -2, -1), one.symbol, 12 * scale, colour, centred=True)

    # -- mouse and keys -------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self.operation_at(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and number is not None:
            self.chosen.emit(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(self._operations) - 1}
        if event.key() in ends:
            self.chosen.emit(ends[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            number = self.operation_at(event.pos().x())
            said = "The operations of this step; a click goes to one."
            if number is not None:
                one = self._operations[number]
                said = f"{one.place}: {formula.plain(one.formula)}"
            QToolTip.showText(event.globalPos(), said, self)
            return True
        return super().event(event)
