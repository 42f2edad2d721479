"""One deep network's signal by layer on a logarithmic axis: without batch norm and with, at the start and now."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from hyperscope.engine.arrays import Array
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.common.axes import log_ticks
from hyperscope.ui.panels.common.chart import Axes, legend, polyline
from hyperscope.ui.panels.common.sheet import Sheet

LEFT, FOOT = 44, 20  # pixels at scale 1
DEEPEST = -12.0  # power of ten, below which values lie at the foot

Pair = tuple[Array | None, Array | None]


class DepthChart(Sheet):
    """`start` and `now` are (without, with) by layer; `first` is the number of the first value's layer."""

    def __init__(self, title: str, first: int) -> None:
        super().__init__(title)
        self.first = first
        self.start: Pair = (None, None)
        self.now: Pair = (None, None)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 140)

    def show_values(self, start: Pair, now: Pair) -> None:
        """Draws these."""
        self.start, self.now = start, now
        read = []
        for how, values in zip(("without", "with"), start, strict=True):
            if values is not None:
                read.append(f"{how} batch norm {', '.join(f'{v:.2g}' for v in values.tolist())}")
        self.setAccessibleDescription("; ".join(read))
        self.update()

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """Axes, dashes for the start, lines for now."""
        theme, scale = self.theme, self.theme.scale
        every = [values for pair in (self.start, self.now) for values in pair if values is not None]
        if not every:
            write(painter, room, "It is being measured.", face(12, 400, scale), theme.quiet)
            return
        area = room.adjusted(self.px(LEFT), self.px(6), -self.px(8), -self.px(FOOT))
        powers = np.concatenate([_powers(values) for values in every])
        low = max(DEEPEST, float(powers.min(initial=0.0)))
        high = max(low + 1.0, float(powers.max(initial=-math.inf)))
        low, high = low - 0.06 * (high - low), high + 0.06 * (high - low)
        count = max(map(len, every))  # while another depth is being measured, one may be of the last
        axes = Axes(area, (0.0, max(1.0, count - 1.0)), (low, high))
        names = [self._name(at, count) for at in range(count)]
        shown = [(float(at), name) for at, name in enumerate(names) if count < 14 or at % 2 == 0]
        axes.paint(painter, theme, shown, log_ticks(low, high, most=5))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.setClipRect(area.adjusted(-5, -5, 5, 5))
        for pair, dashed in ((self.start, True), (self.now, False)):
            for values, colour in zip(pair, (theme.text, theme.accent), strict=True):
                if values is None:
                    continue
                points = axes.points(np.arange(len(values), dtype=float), np.maximum(_powers(values), DEEPEST))
                polyline(painter, points, colour, (1.5 if dashed else 2) * scale, dashed=dashed)
                painter.setPen(QPen(colour, self.px(1.25)))
                painter.setBrush(theme.card if dashed else colour)
                for point in points:
                    painter.drawEllipse(point, self.px(2.4), self.px(2.4))
        painter.restore()
        words = [("line", "without batch norm", theme.text), ("line", "with", theme.accent)]
        if any(values is not None for values in self.now):
            words.append(("dashes", "at the start", theme.quiet))
        head = QRectF(self.rect()).top() + self.px(17)
        legend(painter, room.right(), head, theme, words)

    def _name(self, at: int, count: int) -> str:
        number = at + self.first
        if number == 0:
            return "inputs"
        return "output" if self.first == 1 and at == count - 1 else str(number)


def _powers(values: Array) -> Array:
    """Powers of ten; what is 0 lies far below, what is not finite is left out."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Array = np.log10(values)
    return np.where(np.isfinite(found), found, DEEPEST)
