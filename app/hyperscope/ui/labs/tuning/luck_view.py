"""Luck: two settings over many seeds, both clouds, and how probable so large a difference is without any."""

from __future__ import annotations

import math

import msgspec
import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QVBoxLayout

from hyperscope.engine.arrays import Array
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.tuning.luck import TOLD, Verdict, verdict
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.card import Card
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.run_row import RunRow
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.guarded import guarded_part
from hyperscope.ui.labs.tuning.darts_view import losses_of
from hyperscope.ui.labs.tuning.luck_setting import CHANGES, Setting
from hyperscope.ui.labs.tuning.view import GAP, WIDTH, View, slider, words
from hyperscope.ui.paint import face, readable, write
from hyperscope.ui.panels.common.axes import log_ticks
from hyperscope.ui.panels.common.chart import Axes, polyline, wrapped
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import GRID, LIGHT, Theme

SAME = "the same settings (nothing but luck)"
AS_IT_IS = "as in the Playground"
NAMES = ("A", "B")


def seeded(experiment: Experiment, seed: int) -> Experiment:
    """The experiment with other weights and order, the same data."""
    return msgspec.structs.replace(experiment, seed=(experiment.seed + seed) % 1_000_000)


class Clouds(Sheet):
    """Every network of both settings as a dot, with the medians; `opened` carries one that was clicked."""

    opened = Signal(int)

    def __init__(self) -> None:
        super().__init__("Dev loss of every network")
        self.losses: Array = np.zeros((2, 0))
        self.setMouseTracking(True)
        self.over: int | None = None

    def show_losses(self, losses: Array, note: str) -> None:
        """Draws these, (2, n)."""
        self.losses, self.note = losses, note
        self.update()

    def _axes(self) -> Axes:
        finite = self.losses[np.isfinite(self.losses)]
        low = math.log10(max(1e-6, float(finite.min()))) if finite.size else -2.0
        high = math.log10(max(1e-6, float(finite.max()))) if finite.size else 0.0
        room = self.room.adjusted(self.px(46), self.px(6), -self.px(18), -self.px(20))
        pad = 0.08 * (high - low) + 0.03
        return Axes(room, (low - pad, high + pad), (0, 2))

    def place(self, number: int) -> QPointF:
        """Where a network lies: number n of A, then those of B."""
        axes, count = self._axes(), self.losses.shape[1]
        row, k = divmod(number, count)
        loss = float(self.losses[row, k])
        level = math.log10(max(1e-6, loss)) if math.isfinite(loss) else axes.across[1]
        height = 1.5 - row + 0.30 * (((k * 0.6180339887) % 1.0) - 0.5) * 2
        return QPointF(float(axes.x(np.array(level))), float(axes.y(np.array(height))))

    @guarded_part
    def paint(self, painter: QPainter, room: QRectF) -> None:
        theme, scale = self.theme, self.theme.scale
        if not self.losses.size:
            write(
                painter,
                room,
                "Train both over many seeds.",
                face(12, 400, scale),
                theme.quiet,
                Qt.AlignmentFlag.AlignHCenter,
            )
            return
        axes = self._axes()
        axes.paint(painter, theme, log_ticks(*axes.across, most=8), [])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, name in enumerate(NAMES):
            colour = theme.text if row == 0 else theme.accent
            y = float(axes.y(np.array(1.5 - row)))
            write(
                painter,
                QRectF(room.left(), y - self.px(10), self.px(30), self.px(20)),
                name,
                face(16, 600, scale),
                colour,
            )
            dot = QColor(colour)
            dot.setAlphaF(0.55)
            for k in range(self.losses.shape[1]):
                number = row * self.losses.shape[1] + k
                painter.setPen(QPen(theme.text, 1.6 * scale) if number == self.over else Qt.PenStyle.NoPen)
                painter.setBrush(dot)
                size = (5.5 if number == self.over else 3.8) * scale
                painter.drawEllipse(self.place(number), size, size)
            middle = float(np.median(self.losses[row]))
            if math.isfinite(middle) and middle > 0:
                x = float(axes.x(np.array(math.log10(middle))))
                half = axes.area.height() * 0.2
                painter.setPen(QPen(colour, 2.4 * scale))
                painter.drawLine(QPointF(x, y - half), QPointF(x, y + half))
                said = QRectF(x - self.px(60), y - half - self.px(15), self.px(120), self.px(14))
                write(
                    painter,
                    said,
                    f"median {middle:.3g}",
                    face(10, 600, scale),
                    readable(colour, theme.card),
                    Qt.AlignmentFlag.AlignHCenter,
                )

    def _under(self, at: QPointF) -> int | None:
        count = self.losses.shape[1]
        found, near = None, self.px(9) ** 2
        for number in range(2 * count):
            away = self.place(number) - at
            if (far := away.x() ** 2 + away.y() ** 2) < near:
                found, near = number, far
        return found

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._under(event.position())
        if over != self.over:
            self.over = over
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if (number := self._under(event.position())) is not None:
            self.opened.emit(number)

    def leaveEvent(self, event: QEvent) -> None:
        self.over = None
        self.update()


class VerdictSheet(Sheet):
    """What the test says, and what it would have said with fewer seeds."""

    def __init__(self) -> None:
        super().__init__("Luck, or not?")
        self.verdict: Verdict | None = None
        self.course: list[tuple[int, float]] = []

    def show_verdict(self, found: Verdict | None, course: list[tuple[int, float]]) -> None:
        """Draws this; `course` has the number of seeds and p after so many."""
        self.verdict, self.course = found, course
        self.note = (
            "" if found is None else "permutation test of the " + ("means" if found.test == "permutation" else "ranks")
        )
        self.setAccessibleDescription(found.said(NAMES) if found is not None else "")
        self.update()

    @guarded_part
    def paint(self, painter: QPainter, room: QRectF) -> None:
        theme, scale, found = self.theme, self.theme.scale, self.verdict
        if found is None:
            return
        wide = room.width() * 0.46
        large = face(22, 600, scale)
        figure = "p < 0.001" if found.p < 0.001 else f"p = {found.p:.3f}" if found.p < 0.1 else f"p = {found.p:.2f}"
        write(
            painter,
            QRectF(room.left(), room.top(), wide, self.px(30)),
            figure,
            large,
            theme.accent if found.told else theme.text,
        )
        font = face(12, 400, scale)
        high = self.px(17)
        for at, line in enumerate(wrapped(found.said(NAMES), QFontMetricsF(font), wide)):
            write(
                painter, QRectF(room.left(), room.top() + self.px(34) + at * high, wide, high), line, font, theme.text
            )
        if len(self.course) < 2:
            return
        area = QRectF(
            room.left() + wide + self.px(60),
            room.top() + self.px(16),
            room.width() - wide - self.px(68),
            room.height() - self.px(36),
        )
        most = self.course[-1][0]
        axes = Axes(area, (2, max(3, most)), (-4.1, 0.05))
        ticks = [(float(k), str(k)) for k in sorted({2, most // 2, most}) if k >= 2]
        axes.paint(painter, theme, ticks, [])
        small = face(10, 400, scale)
        for level, said in ((0.0, "1"), (-1.0, "0.1"), (-2.0, "0.01"), (-3.0, "0.001")):
            y = float(axes.y(np.array(level)))
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            write(
                painter,
                QRectF(area.left() - self.px(46), y - self.px(7), self.px(40), self.px(14)),
                said,
                small,
                theme.quiet,
                Qt.AlignmentFlag.AlignRight,
            )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y = float(axes.y(np.array(math.log10(TOLD))))
        ends = [QPointF(area.left(), y), QPointF(area.right(), y)]
        polyline(painter, ends, mixed(theme.card, theme.quiet, 0.8), 1.2 * scale, dashed=True)
        write(
            painter,
            QRectF(area.left(), y + 1, area.width(), self.px(14)),
            "told from luck below 0.05",
            small,
            theme.quiet,
            Qt.AlignmentFlag.AlignRight,
        )
        x = np.array([count for count, _ in self.course], float)
        p = np.log10(np.maximum([value for _, value in self.course], 1e-4))
        polyline(painter, axes.points(x, p), theme.accent, 2 * scale)
        head = QRectF(area.left(), room.top() - self.px(2), area.width(), self.px(15))
        write(painter, head, "p with the first so many seeds of each", small, theme.quiet)


class LuckView(View):
    """`asked` says that both are to be trained, `paused` that they are to stand still or go on."""

    asked = Signal()
    paused = Signal()

    def __init__(self) -> None:
        self.clouds, self.judged = Clouds(), VerdictSheet()
        card = Card("Luck", WIDTH, GAP)
        right = QVBoxLayout()
        right.setSpacing(GRID)
        right.addWidget(self.clouds, 60)
        right.addWidget(self.judged, 40)
        self.judged.setMinimumHeight(150)
        super().__init__("Luck", card, (self.clouds, self.judged), right)
        self.clouds.opened.connect(self.opened)
        self.about = words(
            "Any two settings, trained from many seeds: B is A with a change, or a trial of the wall.", 12
        )
        self.of_a, self.of_b = Caption("A has"), Caption("B has")
        self.first = Setting("A", AS_IT_IS, AS_IT_IS)
        self.second = Setting("B", SAME, next(iter(CHANGES)))
        self.seeds = slider("seeds", "Seeds of each", 4, 100, "Networks of each setting.", scale="log")
        self.epochs = slider("epochs", "Epochs each", 2, 200, "How long each network is trained.", scale="log")
        self.seeds.set_value(20)
        self.epochs.set_value(20)
        self.test_name = Caption("Test")
        self.test = Segments(("ranks", "means"), "Test")
        self.test.set_index(0)
        self.run, self.pause = Button("Train both", "Train both"), Button("Pause", "Pause")
        self.why = words(
            "One run of each says little: press it again with the same settings, where nothing but luck is left. The "
            "labels A and B are shuffled ten thousand times: p is how often they then lie as far apart."
        )
        what = (self.about, self.of_a, self.first, self.of_b, self.second, self.seeds, self.epochs)
        for part in (*what, self.test_name, self.test, RunRow(self.run, self.pause), self.why):
            card.column.addWidget(part)
        self.test.chosen.connect(lambda _: self.redraw())
        self.run.clicked.connect(self.asked)
        self.pause.clicked.connect(self.paused)
        for control in (self.seeds, self.epochs):
            control.refused.connect(self.refused)
        for setting in (self.first, self.second):
            setting.refused.connect(self.refused)
        self._seen: object = None
        self.set_theme(LIGHT)
        card.order_tabs()

    def experiments(self, experiment: Experiment) -> tuple[Experiment, ...]:
        """A's networks, then B's, seed by seed; where both have the same settings B's seeds are others.

        Raises: ValueError where one cannot have its setting, or their data differ.
        """
        first = self.first.made(experiment)
        other = self.second.made(first)
        if first.data != other.data:
            raise ValueError("A and B are of different data, so their losses say nothing; search on the same data")
        count = int(self.seeds.value() or 4)
        shift = count if other == first else 0
        return tuple(seeded(first, k) for k in range(count)) + tuple(seeded(other, k + shift) for k in range(count))

    def origin(self, number: int) -> str:
        """What a network that is opened elsewhere was here."""
        return "This network is one of the two clouds"

    def redraw(self) -> None:
        """Shows what has come."""
        standing = self.crowd.standing
        self.pause.setEnabled(self.crowd.job is not None and not self.crowd.done)
        self.pause.setText("Go on" if self.crowd.job is not None and self.crowd.job.paused else "Pause")
        if standing is None:
            self.clouds.show_losses(np.zeros((2, 0)), self.crowd.said())
            self.judged.show_verdict(None, [])
            return
        losses = losses_of(standing).reshape(2, -1)
        self.clouds.show_losses(losses, self.crowd.said())
        test = "permutation" if self.test.index() == 1 else "ranks"
        found = verdict(losses[0], losses[1], test)  # type: ignore[arg-type]
        course: list[tuple[int, float]] = []
        if self.crowd.done:
            counts = sorted({round(k) for k in np.geomspace(2, losses.shape[1], 14)})
            course = [(k, verdict(losses[0, :k], losses[1, :k], test).p) for k in counts]  # type: ignore[arg-type]
        self.judged.show_verdict(found, course)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        for label in (self.about, self.why):
            label.set_theme(theme, label.property("px"), quiet=True)
        for caption in (self.of_a, self.of_b, self.test_name):
            caption.set_theme(theme, 12)
        for setting in (self.first, self.second):
            setting.set_theme(theme)
        for part in (self.seeds, self.epochs, self.test, self.run, self.pause):
            part.set_theme(theme)
