"""Slow motion: the operations of one training step, and of the present one its formula, a sentence and the numbers.

It shows the record `SlowMotion` and asks for other operations by signals; it takes no step itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from hyperscope.ui import formula
from hyperscope.ui.controls.buttons import Button, PlayButton
from hyperscope.ui.controls.control import Caption, paint_text
from hyperscope.ui.controls.ground import Ground
from hyperscope.ui.controls.lines import in_lines
from hyperscope.ui.controls.text_choice import TextPager
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.slow_motion.matrix import Matrices
from hyperscope.ui.panels.slow_motion.operations import PHASES, OperationTrack
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import INSIDE, LIGHT, Theme, font

if TYPE_CHECKING:
    from hyperscope.engine.slow_motion import Operation
    from hyperscope.lab.timeline.slow_motion import SlowMotion

LEAST = 190  # pixels of height at scale 1
SIZE = 19  # pixels of a formula at scale 1
TYPE = (12, 11, 10)  # pixels of a sentence's type at scale 1


class SlowMotionPanel(Ground):
    """A card over the charts. `moved` asks for so many operations on or back, `chosen` for one by its number."""

    moved = Signal(int)
    chosen = Signal(int)
    played = Signal(bool)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._record: SlowMotion | None = None
        self._array = ""  # the symbol of the array looked at, of an operation that wrote several
        self.setAccessibleName("Slow motion")
        self.title = Caption("Slow motion")
        self.where = QLabel()
        self.back = Button("←", "Previous operation", "The operation before · ←")
        self.play = PlayButton("Play the operations, about one a second · space")
        self.on = Button("→", "Next operation", "The next operation; after the last one the step is taken · →")
        self.leave = Button("Leave", "Leave slow motion", "Leave without taking this step · Esc")
        self._buttons = (self.back, self.play, self.on, self.leave)
        self.track = OperationTrack()
        self.told = Told()
        self.matrices = Matrices()
        self.pager = TextPager("Array")
        self._lay_out()
        self.back.clicked.connect(lambda: self.moved.emit(-1))
        self.on.clicked.connect(lambda: self.moved.emit(1))
        self.play.toggled.connect(self.played)
        self.leave.clicked.connect(self.left)
        self.track.chosen.connect(self.chosen)
        self.pager.turned.connect(self._turn)
        self.hide()
        self.set_theme(LIGHT)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title)
        head.addWidget(self.where, 1)
        head.addWidget(self.pager)
        for button in self._buttons:
            head.addWidget(button)
        body = QHBoxLayout()
        body.setSpacing(16)
        body.addWidget(self.told, 34)
        body.addWidget(self.matrices, 66)
        column = QVBoxLayout(self)
        column.setContentsMargins(INSIDE, 8, INSIDE, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.track)
        column.addLayout(body, 1)

    @property
    def record(self) -> SlowMotion | None:
        """What is shown."""
        return self._record

    def show_record(self, record: SlowMotion) -> None:
        """Shows where slow motion stands."""
        self._record = record
        operation = record.operations[record.at]
        twin = f"Twin {record.twin} · " if record.twin else ""
        self.where.setText(
            f"{twin}Step {record.step} · mini-batch {record.batch} of {record.batches} · its loss {record.loss:.3g} · "
            f"operation {record.at + 1} of {len(record.operations)}"
        )
        self.track.show_operations(record.operations, record.at)
        self.told.show_operation(operation)
        self.back.setEnabled(record.at > 0)
        self._show_array(operation)

    def _show_array(self, operation: Operation) -> None:
        symbols = [_part(one.symbol) for one in operation.numbers]
        at = symbols.index(self._array) if self._array in symbols else 0
        shown = f"{formula.plain(operation.numbers[at].symbol)}, {at + 1} of {len(symbols)}"
        self.pager.set_pages(at, len(symbols), shown)
        self.matrices.show_numbers(operation.numbers[at])

    def _turn(self, page: int) -> None:
        if self._record is not None:
            operation = self._record.operations[self._record.at]
            self._array = _part(operation.numbers[page].symbol)
            self._show_array(operation)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        self.title.set_theme(theme)
        self.where.setFont(font(11, 400, theme.scale))
        paint_text(self.where, theme.quiet)
        for button in self._buttons:
            button.set_theme(theme)
            button.setFixedHeight(pixels(theme, 24))
        for part in (self.track, self.told, self.matrices, self.pager):
            part.set_theme(theme)


def _part(symbol: str) -> str:
    """The parameters that an array belongs to: W of m_W as of dW, so that the view stays with them."""
    inside = symbol.partition("_{")[2].removesuffix("}") or symbol
    return inside.removeprefix("d")


class Told(QWidget):
    """Where an operation belongs, its formula, and its sentence."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._operation: Operation | None = None
        self.setAccessibleName("Operation")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)

    def show_operation(self, operation: Operation) -> None:
        """Shows one operation."""
        self._operation = operation
        self.setAccessibleDescription(f"{operation.place}: {formula.plain(operation.formula)}. {operation.sentence}")
        calls = "; ".join(label.partition(": ")[2] for label in operation.calls)
        self.setToolTip(f"{operation.sentence}\nCalls: {calls}")  # in a low window the sentence is cut
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        one, theme, scale = self._operation, self._theme, self._theme.scale
        if one is None:
            return
        painter = QPainter(self)
        line = 16 * scale
        place = QRectF(0, 0, self.width(), line)
        used = write(painter, place, one.place, face(12, 600, scale), theme.text)
        write(
            painter,
            place.adjusted(used + 8 * scale, 0, 0, 0),
            PHASES[one.phase].lower(),
            face(11, 400, scale),
            theme.quiet,
        )
        size, step, lines = self._sentence(one.sentence, self.height() - line - 34 * scale)
        high = max(30 * scale, min(54 * scale, self.height() - line - len(lines) * step))
        formula.write(painter, QRectF(0, line, self.width(), high), one.formula, SIZE * scale, theme.text)
        for number, words in enumerate(lines):
            write(painter, QRectF(0, line + high + number * step, self.width(), step), words, size, theme.text)
        painter.end()

    def _sentence(self, said: str, room: float) -> tuple[QFont, float, list[str]]:
        """Type, pixels from line to line and lines, in the largest of TYPE in which `room` pixels show all of it."""
        for pixel in TYPE:
            size, step = face(pixel, 400, self._theme.scale), (pixel + 4) * self._theme.scale
            most = max(1, int(room / step))
            lines = in_lines(said, QFontMetrics(size), self.width(), most + 1)
            if len(lines) <= most:
                break
        return size, step, in_lines(said, QFontMetrics(size), self.width(), most)
