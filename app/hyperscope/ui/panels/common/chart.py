"""Axes that the lab's own charts are painted on: where values lie in pixels, a grid, ticks and a legend."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPaintEngine, QPainter, QPen

from hyperscope.engine.arrays import Values
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.common.axes import Ticks
from hyperscope.ui.panels.common.line import Scales
from hyperscope.ui.theme import Theme

RIGHT = Qt.AlignmentFlag.AlignRight
CENTRE = Qt.AlignmentFlag.AlignHCenter


@dataclass(frozen=True, slots=True)
class Axes:
    """`area` in pixels stands for x from `across[0]` to `across[1]` and y from `up[0]` to `up[1]`."""

    area: QRectF
    across: tuple[float, float]
    up: tuple[float, float]

    def x(self, values: Values) -> Values:
        """Pixels of values along x."""
        low, high = self.across
        return self.area.left() + (np.asarray(values, float) - low) / (high - low or 1.0) * self.area.width()

    def y(self, values: Values) -> Values:
        """Pixels of values along y."""
        low, high = self.up
        return self.area.bottom() - (np.asarray(values, float) - low) / (high - low or 1.0) * self.area.height()

    def points(self, x: Values, y: Values) -> list[QPointF]:
        """The places of finite values, kept within some distance of the area, as Qt is slow far outside."""
        px, py = self.x(x), self.y(y)
        known = np.isfinite(px) & np.isfinite(py)
        far = 4 * self.area.height()
        py = np.clip(py[known], self.area.top() - far, self.area.bottom() + far)
        return [QPointF(a, b) for a, b in zip(px[known].tolist(), py.tolist(), strict=True)]

    @property
    def scales(self) -> Scales:
        """The same for a `Line`."""
        (left, right), (low, high), area = self.across, self.up, self.area
        across, down = area.width() / (right - left or 1.0), -area.height() / (high - low or 1.0)
        return Scales(area.left() - across * left, area.bottom() - down * low, across, down)

    def paint(self, painter: QPainter, theme: Theme, across: Ticks, up: Ticks) -> None:
        """Hairlines with their labels at the left, labels below."""
        scale = theme.scale
        small = face(10, 400, scale)
        half = QFontMetricsF(small).height() / 2
        for at, said in up:
            y = round(float(self.y(np.array(at)))) + 0.5
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(self.area.left(), y), QPointF(self.area.right(), y))
            write(painter, QRectF(0, y - half, self.area.left() - 7 * scale, 2 * half), said, small, theme.quiet, RIGHT)
        below = self.area.bottom() + 5 * scale
        for at, said in across:
            wide = QFontMetricsF(small).horizontalAdvance(said) + 4
            x = min(max(self.area.left() - 10, float(self.x(np.array(at))) - wide / 2), self.area.right() + 8 - wide)
            write(painter, QRectF(x, below, wide, 2 * half), said, small, theme.quiet, CENTRE)


def polyline(
    painter: QPainter, points: Sequence[QPointF], colour: QColor, width: float, *, dashed: bool = False
) -> None:
    """A line through points, cut to the painter's clip.

    On a screen each piece is a line of its own, and their square ends fill the corners: of one path Qt works out where
    it crosses itself, which took 10 ms for 400 points up and down, and takes 0.3 so.
    """
    points = list(points)
    pen = QPen(colour, width)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if not dashed and colour.alpha() == 255 and painter.paintEngine().type() == QPaintEngine.Type.Raster:
        pen.setCapStyle(Qt.PenCapStyle.SquareCap)
        painter.setPen(pen)
        painter.drawLines([QLineF(one, other) for one, other in itertools.pairwise(points)])
        return
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if dashed:
        pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.drawPolyline(points)


def legend(
    painter: QPainter, right: float, middle: float, theme: Theme, said: Sequence[tuple[str, str, QColor]]
) -> float:
    """Marks (dot, line, dashes) with their words, right-aligned at `right`; returns where it begins."""
    scale, font = theme.scale, face(10, 400, theme.scale)
    metrics = QFontMetricsF(font)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for mark, words, colour in reversed(said):
        wide = metrics.horizontalAdvance(words)
        room = QRectF(right - wide, middle - metrics.height() / 2, wide + 2, metrics.height())
        write(painter, room, words, font, theme.quiet)
        right -= wide + 5 * scale
        if mark == "dot":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(right - 3 * scale, middle), 2.6 * scale, 2.6 * scale)
            right -= 8 * scale
        else:
            ends = [QPointF(right - 13 * scale, middle), QPointF(right, middle)]
            polyline(painter, ends, colour, 1.5 * scale, dashed=mark == "dashes")
            right -= 15 * scale
        right -= 9 * scale
    return right


def legend_width(theme: Theme, said: Sequence[tuple[str, str, QColor]]) -> float:
    """The pixels that `legend` takes for these, if all marks are lines."""
    metrics = QFontMetricsF(face(10, 400, theme.scale))
    return sum(metrics.horizontalAdvance(words) + 29 * theme.scale for _, words, _ in said)


def evenly(words: str, metrics: QFontMetricsF, room: float) -> list[str]:
    """The same lines, about as long as each other, so that none is left with a word."""
    lines = wrapped(words, metrics, room)
    for share in range(95, 50, -5):
        tried = wrapped(words, metrics, room * share / 100)
        if len(tried) > len(lines):
            break
        lines = tried
    return lines


def wrapped(words: str, metrics: QFontMetricsF, room: float) -> list[str]:
    """The lines of words that are no wider than `room` pixels, where no word is."""
    lines: list[str] = []
    line = ""
    for word in words.split(" "):
        tried = f"{line} {word}".strip()
        if line and metrics.horizontalAdvance(tried) > room:
            lines.append(line)
            line = word
        else:
            line = tried
    return [*lines, line] if line else lines
