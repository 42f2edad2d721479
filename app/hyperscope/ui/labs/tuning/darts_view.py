"""Darts: the same draws on a linear and on a logarithmic scale, counted by decade, and what networks make of them."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QVBoxLayout

from hyperscope.engine.arrays import Array
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.population_task import Standing
from hyperscope.lab.tuning.darts import Board, Thrown, experiments, thrown
from hyperscope.lab.tuning.space import CAPTIONS, Range, shown
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.card import Card
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.guarded import guarded_part
from hyperscope.ui.labs.tuning.scales import ticks
from hyperscope.ui.labs.tuning.view import GAP, WIDTH, View, slider, words
from hyperscope.ui.paint import face, readable, write
from hyperscope.ui.panels.common.axes import log_ticks
from hyperscope.ui.panels.common.chart import Axes
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import GRID, LIGHT, Theme

KNOBS = (
    ("rate α", Board("training.learning_rate", 1e-4, 1.0)),
    ("L2 λ", Board("training.l2", 1e-6, 1.0)),
    ("β", Board("training.momentum", 0.9, 0.999, "one-minus-log")),
)
GOLDEN = 0.6180339887  # darts lie at heights that follow it, so that few cover one another


def of_linear(theme: Theme) -> QColor:
    """The colour of what was drawn on the linear scale; the other's is the accent."""
    return theme.class_colour(1)


class DartSheet(Sheet):
    """One way of drawing, on both axes."""

    def __init__(self, linear: bool) -> None:
        super().__init__("")
        self.linear = linear
        self.found: Thrown | None = None

    def show_thrown(self, found: Thrown) -> None:
        """Draws these."""
        self.found = found
        suited = {"one-minus-log": "evenly in r, as 1 − 10^r", "log": "evenly on a logarithmic scale"}[
            found.board.scale
        ]
        self.title = f"{found.board.count} draws, " + ("evenly on a linear scale" if self.linear else suited)
        counts = found.linear_counts if self.linear else found.suited_counts
        self.setAccessibleName(self.title)
        parts = [
            f"{counts[k]:.0f} between {shown(float(found.edges[k]))} and {shown(float(found.edges[k + 1]))}"
            for k in range(found.decades)
        ]
        self.setAccessibleDescription(", ".join(parts))
        self.update()

    @guarded_part
    def paint(self, painter: QPainter, room: QRectF) -> None:
        if self.found is None:
            return
        gap = self.px(28)
        wide = (room.width() - gap) / 2
        foot = self.px(20)
        area = QRectF(
            room.left() + self.px(8), room.top() + self.px(18), wide - self.px(16), room.height() - foot - self.px(18)
        )
        self._paint_axis(painter, area, self.found.board.linear, "on a linear axis", False)
        area.moveLeft(area.left() + wide + gap)
        by = "by 1 − β, in decades" if self.found.board.scale == "one-minus-log" else "on a logarithmic axis, by decade"
        self._paint_axis(painter, area, self.found.board.suited, by, True)

    def _paint_axis(self, painter: QPainter, area: QRectF, axis: Range, said: str, counted: bool) -> None:
        assert self.found is not None
        theme, scale, found = self.theme, self.theme.scale, self.found
        values = found.linear if self.linear else found.suited
        counts = found.linear_counts if self.linear else found.suited_counts
        colour = of_linear(theme) if self.linear else theme.accent
        small = face(10, 400, scale)
        write(
            painter, QRectF(area.left(), area.top() - self.px(18), area.width(), self.px(15)), said, small, theme.quiet
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if counted:
            most = max(1.0, float(found.board.count))
            for k, count in enumerate(counts.tolist()):
                left, right = (area.left() + axis.position(float(found.edges[k + j])) * area.width() for j in (0, 1))
                high = area.height() * count / most
                bar = QRectF(left + 1, area.bottom() - high, right - left - 2, high)
                painter.fillRect(bar, mixed(theme.card, colour, 0.28))
        painter.setPen(QPen(theme.quiet, 1 * scale))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        for at, tick in ticks(axis, 6):
            x = area.left() + at * area.width()
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(x, area.top() + 2), QPointF(x, area.bottom()))
            box = QRectF(x - 40 * scale, area.bottom() + 4 * scale, 80 * scale, 14 * scale)
            write(painter, box, tick, small, theme.quiet, Qt.AlignmentFlag.AlignHCenter)
        painter.setPen(Qt.PenStyle.NoPen)
        dart = QColor(colour)
        dart.setAlphaF(0.75)
        painter.setBrush(dart)
        for k, value in enumerate(values.tolist()):
            x = area.left() + min(1.0, max(0.0, axis.position(value))) * area.width()
            y = area.bottom() - (0.06 + 0.86 * ((k * GOLDEN) % 1.0)) * area.height()
            painter.drawEllipse(QPointF(x, y), 2.6 * scale, 2.6 * scale)
        if counted:
            self._paint_shares(painter, area, axis, counts, colour)

    def _paint_shares(self, painter: QPainter, area: QRectF, axis: Range, counts: Array, colour: QColor) -> None:
        """The share of the draws in each decade, over what lies there."""
        assert self.found is not None
        font = face(12, 600, self.theme.scale)
        ground = QColor(self.theme.card)
        ground.setAlphaF(0.82)
        for k, count in enumerate(counts.tolist()):
            left, right = (area.left() + axis.position(float(self.found.edges[k + j])) * area.width() for j in (0, 1))
            share = count / self.found.board.count
            top = max(area.top(), area.bottom() - area.height() * share - self.px(20))
            place = QRectF((left + right) / 2 - self.px(21), top, self.px(42), self.px(18))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(place, 4, 4)
            said = f"{100 * share:.0f} %"
            write(painter, place, said, font, readable(colour, self.theme.card), Qt.AlignmentFlag.AlignHCenter)


class FoundSheet(Sheet):
    """What networks with each draw came to: their dev losses against the value, and the best of each scale."""

    def __init__(self) -> None:
        super().__init__("Then trained: what each scale found")
        self.found: Thrown | None = None
        self.losses: Array = np.zeros(0)

    def show_losses(self, found: Thrown | None, losses: Array, note: str) -> None:
        """Draws these, (2n,) of `found`, the linear scale's first; none yet if they are empty."""
        self.found, self.losses, self.note = found, losses, note
        self.setAccessibleDescription(self.said())
        self.update()

    def said(self) -> str:
        """What each scale found, in a sentence."""
        found = self.found
        if found is None or not len(self.losses):
            return "Train them, and see where the good values lie."
        count, parts = found.board.count, []
        for name, values, losses in self._both():
            finite = np.isfinite(losses)
            if not finite.any():
                parts.append(f"{name}: none learned")
                continue
            best = int(np.argmin(np.where(finite, losses, np.inf)))
            near = int((losses <= 2 * np.nanmin(np.where(np.isfinite(self.losses), self.losses, np.nan))).sum())
            parts.append(
                f"{name}: best {losses[best]:.3g} at {shown(float(values[best]))}, "
                f"{near} of {count} within twice the best of all"
            )
        return "; ".join(parts) + "."

    def _both(self) -> tuple[tuple[str, Array, Array], ...]:
        assert self.found is not None
        count = self.found.board.count
        other = CAPTIONS[self.found.board.scale]
        return (
            ("linear", self.found.linear, self.losses[:count]),
            (other, self.found.suited, self.losses[count:]),
        )

    @guarded_part
    def paint(self, painter: QPainter, room: QRectF) -> None:
        theme, scale = self.theme, self.theme.scale
        line = QRectF(room.left(), room.top() - self.px(2), room.width(), self.px(17))
        write(painter, line, self.said(), face(12, 500, scale), theme.text)
        if self.found is None or not len(self.losses):
            return
        finite = self.losses[np.isfinite(self.losses)]
        low = math.log10(max(1e-5, float(finite.min()))) if finite.size else -1.0
        high = max(low + 0.3, math.log10(min(float(finite.max()), 5.0)) if finite.size else 0.5)
        area = room.adjusted(self.px(36), self.px(26), -self.px(8), -self.px(18))
        axis = self.found.board.suited
        axes = Axes(area, (0, 1), (low - 0.08, high + 0.08))
        axes.paint(painter, theme, ticks(axis, 8), log_ticks(low, high, most=4))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for k, (_, values, losses) in enumerate(self._both()):
            colour = of_linear(theme) if k == 0 else theme.accent
            finite_here = np.where(np.isfinite(losses), losses, np.inf)
            best = int(np.argmin(finite_here))
            for n, (value, loss) in enumerate(zip(values.tolist(), losses.tolist(), strict=True)):
                level = math.log10(max(loss, 1e-9)) if math.isfinite(loss) else high
                x = float(axes.x(np.array(min(1.0, max(0.0, axis.position(value))))))
                y = float(axes.y(np.array(min(high, max(low, level)))))
                dot = QColor(colour)
                dot.setAlphaF(0.75)
                painter.setBrush(dot)
                painter.setPen(QPen(theme.text, 1.6 * scale) if n == best else Qt.PenStyle.NoPen)
                size = (4.6 if n == best else 2.6) * scale
                painter.drawEllipse(QPointF(x, y), size, size)


class DartsView(View):
    """`asked` says that they are to be trained."""

    asked = Signal()

    def __init__(self) -> None:
        self.on_linear, self.on_suited, self.trained = DartSheet(True), DartSheet(False), FoundSheet()
        card = Card("Darts", WIDTH, GAP)
        right = QVBoxLayout()
        right.setSpacing(GRID)
        for sheet, share in ((self.on_linear, 32), (self.on_suited, 32), (self.trained, 36)):
            sheet.setMinimumHeight(120)
            right.addWidget(sheet, share)
        super().__init__("Darts", card, (self.on_linear, self.on_suited, self.trained), right)
        self.about = words("The same positions, thrown evenly, as values on two scales. Where do they land?", 12)
        self.knob = Segments([name for name, _ in KNOBS], "Knob")
        self.low, self.high = self._ends(KNOBS[0][1])
        self.count = slider("draws", "Draws", 10, 200, "How many darts are thrown.", scale="log")
        self.count.set_value(100)
        self.epochs = slider("epochs", "Epochs each", 2, 200, "How long each network is trained.", scale="log")
        self.epochs.set_value(20)
        self.again = Button("Throw again", "Throw again", "Other draws.")
        self.train = Button("Train them", "Train them", "A network for each draw of both scales.")
        self.said = words("")
        self.seed = 1
        self.board = KNOBS[0][1]
        for part in (self.about, self.knob, self.low, self.high, self.count, self.again, self.epochs):
            card.column.addWidget(part)
        self.train.setProperty("accent", True)
        card.column.addWidget(self.train)
        card.column.addWidget(self.said)
        self.knob.set_index(0)
        self.knob.chosen.connect(self._choose)
        self.count.moved.connect(lambda path, value: self._throw())
        self.again.clicked.connect(self._again)
        self.train.clicked.connect(self.asked)
        self._throw()
        self.set_theme(LIGHT)
        card.order_tabs()

    def _ends(self, board: Board) -> tuple[KnobSlider, KnobSlider]:
        made = []
        low, high = {"training.learning_rate": (1e-6, 10.0), "training.l2": (1e-6, 1.0)}.get(board.knob, (0.5, 0.9999))
        scale = "one-minus-log" if board.scale == "one-minus-log" else "log"
        for name, value in (("from", board.low), ("to", board.high)):
            one = slider(name, name.capitalize(), low, high, "An end of the range.", scale=scale, whole=False)  # type: ignore[arg-type]
            one.set_value(value)
            one.moved.connect(lambda path, value: self._throw())
            one.refused.connect(self.refused)
            one.set_theme(self.sheets[0].theme)
            made.append(one)
        return made[0], made[1]

    def _choose(self, index: int) -> None:
        board = KNOBS[index][1]
        self.board = board
        old = self.low, self.high
        self.low, self.high = self._ends(board)
        for before, after in zip(old, (self.low, self.high), strict=True):
            self.card.column.replaceWidget(before, after)
            before.setParent(None)
            before.deleteLater()
        self.card.order_tabs()
        self._throw()

    def _again(self) -> None:
        self.seed += 1
        self._throw()

    @property
    def found(self) -> Thrown:
        """What was thrown."""
        low, high = sorted((float(self.low.value() or 0), float(self.high.value() or 0)))
        board = KNOBS[self.knob.index() or 0][1]
        try:
            self.board = Board(board.knob, low, high, board.scale, int(self.count.value() or 10), self.seed)
        except ValueError as problem:
            self.refused.emit(str(problem))
        return thrown(self.board)

    def _throw(self) -> None:
        found = self.found
        for sheet in (self.on_linear, self.on_suited):
            sheet.show_thrown(found)
        edges = [shown(float(found.edges[found.fullest + j])) for j in (0, 1)]
        self.said.setText(
            f"{100 * found.share:.0f} % of the linear draws lie between {edges[0]} and {edges[1]}; of very many it "
            f"would be {100 * found.expected:.0f}\N{NO-BREAK SPACE}%."
        )
        self.crowd.touch()
        self.redraw()

    def experiments(self, experiment: Experiment) -> tuple[Experiment, ...]:
        """The networks that are to be trained."""
        return experiments(self.found, experiment)

    def redraw(self) -> None:
        """Shows what the networks of these draws have come to."""
        standing, found = self.crowd.standing, self.crowd.of
        if standing is None or not isinstance(found, Thrown):
            self.trained.show_losses(None, np.zeros(0), self.crowd.said())
            return
        old = found.board != self.board
        note = self.crowd.said() + (" of earlier draws" if old else "")
        self.trained.show_losses(found, losses_of(standing), note)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        for label in (self.about, self.said):
            label.set_theme(theme, label.property("px"), quiet=True)
        for part in (self.knob, self.low, self.high, self.count, self.again, self.epochs, self.train):
            part.set_theme(theme)


def losses_of(standing: Standing) -> Array:
    """Dev losses (K,), infinite of networks that diverged."""
    broken = np.array([bool(why) and not why.startswith("Stopped early") for why in standing.stopped])
    found: Array = np.where(broken | ~np.isfinite(standing.dev_loss), np.inf, standing.dev_loss)
    return found
