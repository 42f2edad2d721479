"""The curves of some runs in one chart: train solid, dev dashed, each run in a colour and named at its line's end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from hyperscope.lab.training.curves import Curves
from hyperscope.ui import paint
from hyperscope.ui.guarded import guarded
from hyperscope.ui.panels.common.axes import linear_ticks
from hyperscope.ui.panels.curves.lines import linear_range, log_range, thinned
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import LIGHT, Theme

LEFT, TOP, BOTTOM = 44, 8, 24  # pixels around the plot; at its right as much as the names need
APART = 13  # pixels between names at least
Numbers = TypeVar("Numbers", float, np.ndarray)
EMPTY = "The curves of this run cannot be read"


@dataclass(frozen=True, slots=True)
class Line:
    """One run's curves, what stands at the end of its train and dev line, and its colour."""

    curves: Curves
    train: str
    dev: str
    colour: QColor


class RunChart(QWidget):
    """Overlaid curves of loss or accuracy; `moment` marks an epoch."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._lines: tuple[Line, ...] = ()
        self._loss = True
        self._moment: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(140)
        self.setAccessibleName("Curves of the chosen runs")

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is drawn."""
        return self._lines

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Draws other runs."""
        self._lines = tuple(line for line in lines if len(line.curves.epoch))
        named = (f"{line.train}, {line.dev}" for line in self._lines)
        self.setAccessibleDescription("; ".join(named))
        self.update()

    def show_measure(self, name: str) -> None:
        """Draws "Loss" or "Accuracy"."""
        self._loss = name == "Loss"
        self.update()

    def show_moment(self, epoch: float | None) -> None:
        """Marks an epoch, or none."""
        self._moment = epoch
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.setMinimumHeight(pixels(theme, 140))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(pixels(self._theme, 420), pixels(self._theme, 220))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, unit = self._theme, self._theme.scale
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._lines:
            middle = Qt.AlignmentFlag.AlignHCenter
            paint.write(painter, QRectF(self.rect()), EMPTY, paint.face(12, 400, unit), theme.quiet, middle)
            painter.end()
            return
        pairs = [(line, dashed, self._values(line.curves, dashed)) for line in self._lines for dashed in (False, True)]
        every = np.concatenate([values for _, _, values in pairs])
        bottom, top, ticks = log_range(every) if self._loss else linear_range(every, share=True)
        left = min(float(line.curves.epoch[0]) for line in self._lines)
        right = max(float(line.curves.epoch[-1]) for line in self._lines)
        right = right if right > left else left + 1
        names = QFontMetricsF(paint.face(11, 500, unit))
        widest = max(names.horizontalAdvance(word) for line in self._lines for word in (line.train, line.dev))
        room = QRectF(self.rect()).adjusted(LEFT * unit, TOP * unit, -widest - 10 * unit, -BOTTOM * unit)

        def across(epoch: Numbers) -> Numbers:
            return room.left() + (epoch - left) / (right - left) * room.width()

        def up(value: Numbers) -> Numbers:
            return room.bottom() - (value - bottom) / (top - bottom) * room.height()

        self._paint_axes(painter, room, [(up(y), text) for y, text in ticks])
        epochs = linear_ticks(left, right, max(2, round(room.width() / (70 * unit))) + 1)
        self._paint_epochs(painter, room, [(across(x), text) for x, text in epochs])
        ends = []
        for line, dashed, values in pairs:
            with np.errstate(divide="ignore", invalid="ignore"):
                heights = np.where(values > 0, np.log10(values), bottom) if self._loss else values
            x, y = thinned(np.asarray(line.curves.epoch, float), heights, max(50, round(room.width() / 2)))
            seen = np.isfinite(y)
            points = [*map(QPointF, across(x[seen]).tolist(), up(y[seen]).tolist())]
            pen = QPen(line.colour, (1.25 if dashed else 1.75) * unit)
            if dashed:
                pen.setDashPattern([4, 2.5])
            painter.setPen(pen)
            painter.drawPolyline(QPolygonF(points))
            if points:
                ends.append((points[-1].y(), points[-1].x(), line.dev if dashed else line.train, line.colour))
        self._paint_names(painter, room, ends)
        if self._moment is not None and left <= self._moment <= right:
            painter.setPen(QPen(theme.accent, 1.5 * unit))
            mark = across(self._moment)
            painter.drawLine(QPointF(mark, room.bottom()), QPointF(mark, room.top()))
        painter.end()

    def _values(self, curves: Curves, dev: bool) -> np.ndarray:
        if self._loss:
            return np.asarray(curves.dev_loss if dev else curves.train_loss, float)
        return np.asarray(curves.dev_accuracy if dev else curves.train_accuracy, float)

    def _paint_axes(self, painter: QPainter, room: QRectF, ticks: Sequence[tuple[float, str]]) -> None:
        theme, unit = self._theme, self._theme.scale
        for y, text in ticks:
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(room.left(), round(y) + 0.5), QPointF(room.right(), round(y) + 0.5))
            label = QRectF(0, y - 8 * unit, room.left() - 8 * unit, 16 * unit)
            paint.write(painter, label, text, paint.face(10, 400, unit), theme.quiet, Qt.AlignmentFlag.AlignRight)

    def _paint_epochs(self, painter: QPainter, room: QRectF, ticks: Sequence[tuple[float, str]]) -> None:
        theme, unit, small = self._theme, self._theme.scale, paint.face(10, 400, self._theme.scale)
        foot = QRectF(0, room.bottom() + 6 * unit, room.left() - 8 * unit, 14 * unit)
        paint.write(painter, foot, "epoch", small, theme.quiet, Qt.AlignmentFlag.AlignRight)
        for x, text in ticks:
            label = QRectF(x - 30 * unit, foot.top(), 60 * unit, foot.height())
            paint.write(painter, label, text, small, theme.quiet, Qt.AlignmentFlag.AlignHCenter)

    def _paint_names(self, painter: QPainter, room: QRectF, ends: list[tuple[float, float, str, QColor]]) -> None:
        """Names at the ends of lines, moved apart where they would lie on each other."""
        unit, least = self._theme.scale, APART * self._theme.scale
        ends = sorted(ends, key=lambda end: end[0])
        heights: list[float] = []
        for y, *_ in ends:
            heights.append(max(y, heights[-1] + least) if heights else y)
        over = (heights[-1] - room.bottom()) if heights else 0.0
        floor = room.bottom()
        for number in range(len(heights) - 1, -1, -1):
            if over <= 0:
                break
            heights[number] = min(heights[number], floor)
            floor = heights[number] - least
        for height, (_, x, word, colour) in zip(heights, ends, strict=True):
            label = QRectF(x + 5 * unit, height - 8 * unit, self.width() - x, 16 * unit)
            ink = paint.readable(colour, self._theme.card)
            paint.write(painter, label, word, paint.face(11, 500, unit), ink)
