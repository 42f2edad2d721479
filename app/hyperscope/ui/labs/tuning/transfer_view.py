"""Does it transfer? The best settings of each data set on all others, against each one's own best."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QVBoxLayout

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.tuning.space import Space, shown, usual
from hyperscope.lab.tuning.transfer import Transfer, Transferred, changes, data_sets
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.card import Card
from hyperscope.ui.controls.control import Caption, keep_arrows
from hyperscope.ui.controls.run_row import RunRow
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.guarded import guarded_part
from hyperscope.ui.labs.tuning.view import GAP, WIDTH, View, slider, words
from hyperscope.ui.paint import contrast, face, write
from hyperscope.ui.panels.common.chart import wrapped
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import GRID, LIGHT, Theme

WORST = 10.0  # times one's own best, at which a cell is darkest
CENTRE = Qt.AlignmentFlag.AlignHCenter
RIGHT = Qt.AlignmentFlag.AlignRight


class MatrixSheet(Sheet):
    """A row for the settings of each data set, a column for each data set they are tried on.

    `opened` carries row · D + column of a cell that was clicked, or chosen with the arrows and Enter.
    """

    opened = Signal(int)

    def __init__(self) -> None:
        super().__init__("Settings of … tried on …: dev loss, and how many times each one's own best")
        self.found: Transferred | None = None
        self.over: tuple[int, int] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_found(self, found: Transferred | None, note: str) -> None:
        """Draws this."""
        self.found, self.note = found, note
        self._describe()
        self.update()

    def _describe(self) -> None:
        if self.found is not None:
            cell = f" {self.said(*self.over)}" if self.over is not None else ""
            self.setAccessibleDescription(self.found.said() + cell)

    def said(self, i: int, j: int) -> str:
        """A cell in words."""
        if self.found is None:
            return ""
        names = [case.name for case in self.found.cases]
        values = self.found.values[i]
        if values is None or math.isnan(self.found.losses[i, j]):
            return f"{names[i]} on {names[j]}: not there yet."
        settings = ", ".join(f"{one.symbol} {shown(values[one.knob])}" for one in self.found.space.knobs)
        loss, times = float(self.found.losses[i, j]), float(self.found.times()[i, j])
        reached = "most diverge" if math.isinf(loss) else f"dev loss {loss:.3g}"
        against = ", its own best" if i == j else "" if math.isinf(times) else f", {times:.2g} times its own best"
        return f"Settings of {names[i]} ({settings}) on {names[j]}: {reached}{against}."

    # -- where it lies --------------------------------------------------------------------------------------------

    def cell(self, i: int, j: int) -> QRectF:
        """The place of a cell."""
        count = len(self.found.cases) if self.found is not None else 1
        room = self.room.adjusted(self.px(104), self.px(24), 0, -self.px(22))
        wide, high = room.width() / count, room.height() / count
        return QRectF(room.left() + j * wide + 2, room.top() + i * high + 2, wide - 4, high - 4)

    def _under(self, at: QPointF) -> tuple[int, int] | None:
        count = len(self.found.cases) if self.found is not None else 0
        return next(((i, j) for i in range(count) for j in range(count) if self.cell(i, j).contains(at)), None)

    # -- drawing --------------------------------------------------------------------------------------------------

    @guarded_part
    def paint(self, painter: QPainter, room: QRectF) -> None:
        if self.found is None:
            return
        theme, scale, found = self.theme, self.theme.scale, self.found
        times = found.times()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for i, case in enumerate(found.cases):
            left, top = self.cell(i, 0), self.cell(0, i)
            row = QRectF(room.left(), left.top(), self.px(96), left.height())
            write(painter, row, case.name, face(12, 500, scale), theme.text, RIGHT)
            head = QRectF(top.left(), room.top(), top.width(), self.px(22))
            write(painter, head, case.name, face(12, 500, scale), theme.text, CENTRE)
            for j in range(len(found.cases)):
                self._paint_cell(painter, i, j, float(times[i, j]))
        foot = QRectF(room.left(), room.bottom() - self.px(16), room.width(), self.px(16))
        said = self.said(*self.over) if self.over is not None else "Rows: where they were found. Columns: where tried."
        write(painter, foot, said, face(11, 400, scale), theme.text if self.over is not None else theme.quiet)

    def _ground(self, times: float) -> QColor:
        """From the card's colour for as good as one's own best to a warm one for ten times its loss."""
        level = min(1.0, max(0.0, math.log(max(times, 1.0)) / math.log(WORST))) if times < math.inf else 1.0
        return mixed(self.theme.control, self.theme.class_colour(1), level)

    def _paint_cell(self, painter: QPainter, i: int, j: int, times: float) -> None:
        assert self.found is not None
        theme, scale, place = self.theme, self.theme.scale, self.cell(i, j)
        loss = float(self.found.losses[i, j])
        ground = theme.control if math.isnan(loss) else self._ground(times)
        own, over = i == j, (i, j) == self.over
        pen = QPen(theme.text if over else theme.accent, 2 * scale) if own or over else Qt.PenStyle.NoPen
        painter.setPen(pen)
        painter.setBrush(ground)
        painter.drawRoundedRect(place, 5, 5)
        if math.isnan(loss):
            return
        ink = max((theme.text, theme.card), key=lambda colour: contrast(colour, ground))
        middle = place.center().y()
        high, low = self.px(20), self.px(15)
        upper = QRectF(place.left(), middle - high, place.width(), high)
        lower = QRectF(place.left(), middle + 1, place.width(), low)
        write(painter, upper, "∞" if math.isinf(loss) else f"{loss:.3g}", face(15, 600, scale), ink, CENTRE)
        figure = f"{times:.1f}" if times < 9.95 else f"{times:.0f}"
        said = "its own best" if own else "diverges" if math.isinf(times) else f"× {figure}"
        write(painter, lower, said, face(11, 400, scale), ink, CENTRE)

    # -- mouse and keyboard ---------------------------------------------------------------------------------------

    def _look_at(self, cell: tuple[int, int] | None) -> None:
        if cell != self.over:
            self.over = cell
            self._describe()
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._look_at(self._under(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._look_at(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._open(self._under(event.position()))

    def _open(self, cell: tuple[int, int] | None) -> None:
        if cell is not None and self.found is not None and not math.isnan(self.found.losses[cell]):
            self.opened.emit(cell[0] * len(self.found.cases) + cell[1])

    def event(self, event: QEvent) -> bool:
        keep_arrows(event)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Down: (1, 0),
            Qt.Key.Key_Up: (-1, 0),
        }
        if self.found is None:
            return super().keyPressEvent(event)
        if event.key() in steps:
            most = len(self.found.cases) - 1
            i, j = self.over or (0, 0)
            down, right = steps[Qt.Key(event.key())] if self.over is not None else (0, 0)
            self._look_at((min(most, max(0, i + down)), min(most, max(0, j + right))))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.over)
        else:
            super().keyPressEvent(event)


class SettingsSheet(Sheet):
    """How well settings travel, and where on its range each knob's best value lies, for each data set."""

    def __init__(self) -> None:
        super().__init__("The best settings of each, on the ranges that were searched")
        self.found: Transferred | None = None

    def show_found(self, found: Transferred | None) -> None:
        """Draws this."""
        self.found = found
        self.setAccessibleDescription(found.said() if found is not None else "")
        self.update()

    @guarded_part
    def paint(self, painter: QPainter, room: QRectF) -> None:
        if self.found is None:
            return
        theme, scale, found = self.theme, self.theme.scale, self.found
        font = face(13, 600, scale)
        lines = wrapped(found.said(), QFontMetricsF(font), room.width())
        for at, line in enumerate(lines[:2]):
            place = QRectF(room.left(), room.top() + at * self.px(18), room.width(), self.px(18))
            write(painter, place, line, font, theme.text)
        top = room.top() + self.px(18) * min(2, len(lines)) + self.px(8)
        names, small = self.px(104), face(10, 400, scale)
        wide = (room.width() - names) / len(found.space.knobs)
        high = min(self.px(22), (room.bottom() - top - self.px(18)) / max(1, len(found.cases)))
        if high < self.px(9):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for k, one in enumerate(found.space.knobs):
            left = room.left() + names + k * wide
            head = QRectF(left, top, wide - self.px(14), self.px(16))
            write(painter, head, f"{one.label}: {shown(one.value(0))} to {shown(one.value(1))}", small, theme.quiet)
        for i, (case, values) in enumerate(zip(found.cases, found.values, strict=True)):
            y = top + self.px(18) + i * high
            row = QRectF(room.left(), y, names - self.px(8), high)
            write(painter, row, case.name, face(11, 500, scale), theme.text, RIGHT)
            for k, one in enumerate(found.space.knobs):
                left, length = room.left() + names + k * wide, wide - self.px(66)
                painter.setPen(QPen(theme.hairline, 2 * scale))
                painter.drawLine(QPointF(left, y + high / 2), QPointF(left + length, y + high / 2))
                if values is None:
                    continue
                x = left + min(1.0, max(0.0, one.position(values[one.knob]))) * length
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.accent)
                painter.drawEllipse(QPointF(x, y + high / 2), 4 * scale, 4 * scale)
                place = QRectF(left + length + self.px(6), y, self.px(54), high)
                write(painter, place, shown(values[one.knob]), small, theme.text)


class TransferView(View):
    """`asked` says that all are to be tuned."""

    asked = Signal()

    def __init__(self) -> None:
        self.matrix, self.settings = MatrixSheet(), SettingsSheet()
        card = Card("Does it transfer?", WIDTH, GAP)
        right = QVBoxLayout()
        right.setSpacing(GRID)
        right.addWidget(self.matrix, 66)
        right.addWidget(self.settings, 34)
        self.settings.setMinimumHeight(150)
        super().__init__("Does it transfer?", card, (self.matrix, self.settings), right)
        self.about = words("Settings that are best on one data set: how good are they on another?", 12)
        self.between = Caption("Between")
        self.what = Segments(("data sets", "the data, changed"), "Between what")
        self.what.set_index(0)
        self.draws = slider("draws", "Draws", 4, 200, "Settings that each data set is tried with.", scale="log")
        self.epochs = slider("epochs", "Epochs each", 2, 200, "How long each network is trained.", scale="log")
        self.seeds = slider("seeds", "Fresh seeds", 1, 9, "Networks by whose median settings are judged.")
        self.draws.set_value(24)
        self.epochs.set_value(20)
        self.seeds.set_value(3)
        self.run, self.pause = Button("Tune each", "Tune each"), Button("Pause", "Pause")
        self.why = words(
            "Each is tried with the same draws from the wall's space. The best are then trained from fresh seeds, so "
            "that none is good by the luck of having been chosen. A cell opens its network."
        )
        parts = (self.about, self.between, self.what, self.draws, self.epochs, self.seeds)
        for part in (*parts, RunRow(self.run, self.pause), self.why):
            card.column.addWidget(part)
        for control in (self.draws, self.epochs, self.seeds):
            control.refused.connect(self.refused)
        self.what.chosen.connect(lambda _: self.asked.emit())
        self.run.clicked.connect(self.asked)
        self.pause.clicked.connect(self._pause)
        self.matrix.opened.connect(self.opened)
        self.set_theme(LIGHT)
        card.order_tabs()

    def made(self, experiment: Experiment, space: Space | None = None) -> Transfer:
        """What is to be trained. Raises: ValueError where the space does not suit a data set."""
        cases = data_sets(experiment) if self.what.index() == 0 else changes(experiment)
        figures = (int(control.value() or 1) for control in (self.draws, self.epochs, self.seeds))
        return Transfer(cases, space or usual(experiment), *figures)

    @property
    def found(self) -> Transferred | None:
        """What has come."""
        standing = self.crowd.standing
        return standing if isinstance(standing, Transferred) else None

    def origin(self, number: int) -> str:
        """What a network that is opened elsewhere was here."""
        found = self.found
        if found is None:
            return super().origin(number)
        i, j = divmod(number, len(found.cases))
        return f"This network has the best settings of {found.cases[i].name}, on {found.cases[j].name}"

    def _pause(self) -> None:
        self.crowd.pause()
        self.redraw()

    def redraw(self) -> None:
        """Shows what has come."""
        job = self.crowd.job
        self.pause.setEnabled(job is not None and not self.crowd.done)
        self.pause.setText("Go on" if job is not None and job.paused else "Pause")
        self.matrix.show_found(self.found, self.crowd.said())
        self.settings.show_found(self.found)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        for label in (self.about, self.why):
            label.set_theme(theme, label.property("px"), quiet=True)
        self.between.set_theme(theme, 12)
        for part in (self.what, self.draws, self.epochs, self.seeds, self.run, self.pause):
            part.set_theme(theme)
