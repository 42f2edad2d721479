"""The same run in each framework, measured on this machine: a row each, of which one is chosen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from hyperscope.lab.frameworks.frameworks import frameworks
from hyperscope.lab.frameworks.measured import Measured, duration, size
from hyperscope.ui.controls.control import draw_focus
from hyperscope.ui.labs.frameworks.standing import NAMES, Runs, Standing, shade
from hyperscope.ui.paint import face, fitting, write
from hyperscope.ui.panels.common.axes import number_text
from hyperscope.ui.panels.common.sheet import Sheet

ROW, LEAST = 40, 21  # pixels of a row, at most and at least
FIRST = 0.27  # the share of the first column
SMALLEST = 0.72  # of the usual type, in a narrow table
NOTES = (
    "Set-up: loading and compiling. Step: the median after the first epoch.",
    "Set-up: loading, compiling. Step: the median.",
)

COLUMNS: dict[str, Callable[[Measured], str]] = {
    "off by": lambda one: number_text(one.off, 2),
    "set-up": lambda one: duration(one.setup),
    "1st epoch": lambda one: duration(one.epoch),
    "a step": lambda one: duration(one.step),
    "memory": lambda one: size(one.memory),
    "lines": lambda one: f"{one.lines}" if one.lines else "–",
}


class ResultsTable(Sheet):
    """Shows `Runs`; `chosen` carries the framework of a row that is clicked, or come to by the keyboard."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__("The same run, measured here")
        self.framework = NAMES[0]
        self._runs = Runs()
        self._rows: dict[str, QRectF] = {}
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, round(self.px(LEAST * (len(NAMES) + 2) + 64)))

    def show_runs(self, runs: Runs, framework: str) -> None:
        """Shows these, one framework chosen."""
        self._runs, self.framework = runs, framework
        said = [f"{frameworks[name].title}: {self._read(one)}" for name, one in runs.frameworks.items()]
        self.setAccessibleDescription("; ".join(said))
        self.update()

    def _read(self, one: Standing) -> str:
        if one.words or one.measured is None:
            return one.words
        figures = ", ".join(f"{name} {text(one.measured)}" for name, text in COLUMNS.items())
        return figures + ("" if one.fresh and not self._runs.earlier else ", of an earlier session")

    def paint(self, painter: QPainter, room: QRectF) -> None:
        theme, scale = self.theme, self.theme.scale
        foot = self.px(20)
        row = min(self.px(ROW), (room.height() - foot) / (len(NAMES) + 2))
        right = Qt.AlignmentFlag.AlignRight
        wide = room.width() * (1 - FIRST) / len(COLUMNS)

        def cell(column: int, y: float) -> QRectF:
            return QRectF(room.left() + room.width() * FIRST + column * wide, y, wide, row)

        figures = scale * self._shrunk(wide - self.px(6))
        for column, name in enumerate(COLUMNS):
            write(painter, cell(column, room.top()), name, face(11, 400, figures), theme.quiet, right)
        y = room.top() + row
        painter.setPen(QPen(theme.hairline, 1))
        painter.drawLine(QPointF(room.left(), round(y) + 0.5), QPointF(room.right(), round(y) + 0.5))
        self._rows = {}
        runs = self._runs
        ours = Standing(measured=runs.ours)
        for name, one in (("", ours), *runs.frameworks.items()):
            place = QRectF(room.left(), y, room.width(), row)
            chosen = name == self.framework
            if chosen:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.control)
                painter.drawRoundedRect(place.adjusted(-6, 1, 6, -1), 5, 5)
            ink = theme.text if one.fresh and not runs.earlier else theme.quiet
            mark = QPointF(room.left() + self.px(4), y + row / 2)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shade(theme, name) if name else theme.quiet)
            painter.drawEllipse(mark, self.px(3.5), self.px(3.5))
            title = QRectF(room.left() + self.px(15), y, room.width() * FIRST - self.px(15), row)
            said = frameworks[name].title if name else "Hyperscope"
            write(painter, title, said, face(12, 600 if chosen else 400, figures), theme.text)
            words = one.words if name or one.measured is None else ""
            if words:
                told = QRectF(title.right(), y, room.right() - title.right(), row)
                write(painter, told, words, face(12, 400, scale), theme.quiet, right)
            elif one.measured is not None:
                for column, text in enumerate(COLUMNS.values()):
                    figure = text(one.measured) if name or column else "–"
                    write(painter, cell(column, y), figure, face(12, 600 if chosen else 400, figures), ink, right)
            if name:
                self._rows[name] = place
            y += row
        old = runs.earlier or any(not one.fresh and one.measured is not None for one in runs.frameworks.values())
        small = face(11, 400, scale)
        note = fitting(["Grey figures are of an earlier session. " * old + said for said in NOTES], small, room.width())
        write(painter, QRectF(room.left(), room.bottom() - foot + 4, room.width(), foot), note, small, theme.quiet)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_focus(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, theme.accent)

    def _shrunk(self, wide: float) -> float:
        """How much smaller the table's type must be for every figure to be whole in a column `wide` pixels wide."""
        measured = [one.measured for one in self._runs.frameworks.values()]
        known = [one for one in (self._runs.ours, *measured) if one is not None]
        bold, plain = (QFontMetricsF(face(size, weight, self.theme.scale)) for size, weight in ((12, 600), (11, 400)))
        widest = max(
            *(plain.horizontalAdvance(name) for name in COLUMNS),
            *(bold.horizontalAdvance(text(one)) for one in known for text in COLUMNS.values()),
        )
        return max(SMALLEST, min(1.0, wide / widest))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for name, place in self._rows.items():
            if place.contains(event.position()):
                self.chosen.emit(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        self.chosen.emit(NAMES[(NAMES.index(self.framework) + step) % len(NAMES)])
