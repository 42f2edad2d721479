"""What lies over or behind a plot's own curves: other runs' lines, bands of several runs, their labels, a reading.

Records with colours in, paint out; it knows nothing of training. Everything is in the view's pixels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from hyperscope.ui.panels.common.strokes import NOTHING, polygon
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import Theme

Floats = NDArray[np.float64]
ROUND = 4  # px, of the reading's corners
PAD = 6  # px inside it
CELL = 3  # px; so finely places for labels are told apart
ENDED = 20  # px before the right end that a line has ended and does not grow


@dataclass(frozen=True)
class Extra:
    """Another run's line in the axes' units; `label` is written at its end, "" for none."""

    x: Floats
    y: Floats
    colour: QColor
    width: float  # px at scale 1
    dashed: bool = False
    label: str = ""
    above: bool = False  # the plot's own curves
    beside: bool = False  # the label stands beside the plot, as the line grows to its right edge


@dataclass(frozen=True)
class Spread:
    """A band of several runs in the axes' units."""

    label: str
    x: Floats
    low: Floats
    median: Floats
    high: Floats
    colour: QColor


def ghost_look(role: str, colour: QColor | None, theme: Theme) -> tuple[QColor, float]:
    """The opaque colour and the width (px at scale 1) of a run of this role; a `side` is as strong as the first."""
    match role:
        case "side":
            return theme.other, 2.0
        case "branch":
            return mixed(theme.card, colour or theme.accent, 0.6), 1.0
        case _:
            return mixed(theme.card, colour or theme.text, 0.26 if colour is None else 0.45), 1.0


def paint_spread(painter: QPainter, points: Spread, ground: QColor, scale: float) -> None:
    """A band between low and high and the line of the median; `points` is in pixels."""
    known = np.isfinite(points.x) & np.isfinite(points.low) & np.isfinite(points.high) & np.isfinite(points.median)
    if known.sum() < 2:
        return
    x, low, high, median = (part[known] for part in (points.x, points.low, points.high, points.median))
    tint = QColor(points.colour)
    tint.setAlphaF(0.22)  # two bands are to be seen through each other
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint)
    shape: QPolygonF = polygon(np.concatenate((x, x[::-1])), np.concatenate((low, high[::-1])))
    painter.drawPolygon(shape)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(mixed(ground, points.colour, 0.8), 1.5 * scale))
    across, up = x.tolist(), median.tolist()
    painter.drawLines([QLineF(across[at], up[at], across[at + 1], up[at + 1]) for at in range(len(across) - 1)])


def place_labels(
    ends: Sequence[tuple[float, float, str]],
    metrics: QFontMetricsF,
    area: QRectF,
    lines: tuple[Floats, Floats] = (NOTHING, NOTHING),
) -> list[QRectF]:
    """A place for each label beside its line's end (x, y), inside `area`, none over another.

    For a line that has ended, the nearest place with the fewest of the points x, y of `lines`; one that still grows,
    at the right, keeps its label where it is, since it would jump about.
    """
    placed: list[QRectF] = []
    crowd: Crowd | None = None
    for x, y, text in ends:
        width, height = metrics.horizontalAdvance(text) + 4, metrics.height()
        if x < area.right() - ENDED:
            crowd = crowd or Crowd(area, lines, placed)
            place = crowd.clear(QPointF(x, y), QSizeF(width, height))
        else:
            place = _beside_end(QPointF(x, y), QSizeF(width, height), area, placed)
        placed.append(place)
        if crowd is not None:
            crowd.fill(place)
    return placed


def _beside_end(end: QPointF, size: QSizeF, area: QRectF, placed: Sequence[QRectF]) -> QRectF:
    """Just above the end, or as near to that as there is room."""
    height = size.height()
    left = min(max(area.left(), end.x() - size.width()), area.right() - size.width())
    tops = [end.y() - height - 2, end.y() + 2]
    tops += [end.y() - height - 2 - height * n for n in range(1, 9)] + [end.y() + 2 + height * n for n in range(1, 9)]
    spots = [QRectF(QPointF(left, top), size) for top in tops]
    inside = [spot for spot in spots if spot.top() >= area.top() - 1 and spot.bottom() <= area.bottom() + 1]
    free = [spot for spot in inside if not any(spot.intersects(other) for other in placed)]
    return (free or inside or spots)[0]


class Crowd:
    """How many points of `lines` lie in each cell of `area`; where something was `placed`, as full as can be."""

    def __init__(self, area: QRectF, lines: tuple[Floats, Floats], placed: Sequence[QRectF] = ()) -> None:
        self._area, self._full = area, len(lines[0]) + 1
        across, up = max(1, int(area.width() // CELL)), max(1, int(area.height() // CELL))
        x, y = (line[np.isfinite(lines[0]) & np.isfinite(lines[1])] for line in lines)  # a loss may be off every scale
        column, row = (x - area.left()) // CELL, (y - area.top()) // CELL
        inside = (column >= 0) & (column < across) & (row >= 0) & (row < up)
        cells = (row[inside] * across + column[inside]).astype(np.int64)
        self._counts = np.bincount(cells, minlength=up * across).reshape(up, across)
        for other in placed:
            self.fill(other)

    def fill(self, place: QRectF) -> None:
        """Takes note that something is there."""
        area = self._area
        left, top = int((place.left() - area.left()) // CELL), int((place.top() - area.top()) // CELL)
        right, bottom = int((place.right() - area.left()) // CELL), int((place.bottom() - area.top()) // CELL)
        self._counts[max(0, top) : bottom + 1, max(0, left) : right + 1] += self._full

    def clear(self, end: QPointF, size: QSizeF) -> QRectF:
        """The place for a label of `size` nearest to its line's end of those with the fewest points in them."""
        area, (up, across) = self._area, self._counts.shape
        wide, high = math.ceil(size.width() / CELL), math.ceil(size.height() / CELL)
        if wide > across or high > up:
            return QRectF(QPointF(max(area.left(), area.right() - size.width()), area.top()), size)
        sums = np.pad(self._counts.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
        crossed = sums[high:, wide:] - sums[:-high, wide:] - sums[high:, :-wide] + sums[:-high, :-wide]
        rows, columns = np.nonzero(crossed == crossed.min())
        x, y = area.left() + CELL * columns, area.top() + CELL * rows
        aside = np.maximum(0, np.maximum(x - end.x(), end.x() - x - size.width()))
        above = np.maximum(0, np.maximum(y - end.y(), end.y() - y - size.height()))
        best = int(np.hypot(aside, above).argmin())
        return QRectF(QPointF(x[best], y[best]), size)


def place_beside(ends: Sequence[tuple[float, str]], metrics: QFontMetricsF, area: QRectF, left: float) -> list[QRectF]:
    """A place for each label from `left` on, at the height y of its line's end or near it, none over another."""
    step = metrics.height() - 2
    order = sorted(range(len(ends)), key=lambda at: ends[at][0])
    middles = [ends[at][0] for at in order]
    for at in range(1, len(middles)):
        middles[at] = max(middles[at], middles[at - 1] + step)
    floor = area.bottom()
    for at in range(len(middles) - 1, -1, -1):
        middles[at] = min(middles[at], floor)
        floor = middles[at] - step
    placed = dict(zip(order, middles, strict=True))
    return [
        QRectF(left, placed[at] - step / 2, metrics.horizontalAdvance(text) + 4, step)
        for at, (_, text) in enumerate(ends)
    ]


def paint_reading(
    painter: QPainter, rows: Sequence[tuple[str, str]], x: float, area: QRectF, font: QFont, theme: Theme
) -> None:
    """Names and values in a box beside the reading line at `x`, on the side with more room."""
    metrics = QFontMetricsF(font)
    pad, height = PAD * theme.scale, metrics.height()
    most = max(40.0, 0.75 * area.width())
    names = max(metrics.horizontalAdvance(name) for name, _ in rows)
    values = max(metrics.horizontalAdvance(value) for _, value in rows)
    names = min(names, most - values - 3 * pad)
    width = names + values + 3 * pad
    left = x + pad if x + pad + width <= area.right() else x - pad - width
    left = min(max(left, area.left()), area.right() - width)  # over the line where neither side has room
    box = QRectF(round(left), round(area.top() + 2), round(width), round(len(rows) * height + pad))
    painter.setPen(QPen(theme.hairline, 1))
    painter.setBrush(theme.card)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, 0.5, 0.5), ROUND, ROUND)
    painter.setFont(font)
    for number, (name, value) in enumerate(rows):
        base = QPointF(box.left() + pad, box.top() + pad / 2 + number * height + metrics.ascent())
        painter.setPen(theme.quiet)
        painter.drawText(base, metrics.elidedText(name, Qt.TextElideMode.ElideRight, names))
        painter.setPen(theme.text)
        painter.drawText(QPointF(box.right() - pad - metrics.horizontalAdvance(value), base.y()), value)
