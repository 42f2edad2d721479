"""Drawing of two twins in one small picture: A's histogram above the axis and B's below it, B's quantiles as lines.

Both are binned alike and measured by one scale, or they could not be compared. Arrays and a rectangle in, paint out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from hyperscope.lab.probes.distributions import Histogram
from hyperscope.ui.panels.common.small_multiples import Floats, Span, condensed, polygon, span_of
from hyperscope.ui.style import mixed

FEWEST, MOST = 8, 64  # bins
BIN = 2.5  # px that a bin has at least
EVERY = 3  # px from row to row of rivers: there are two, in the time of one and a half


def common_span(*histograms: Histogram | None) -> Span | None:
    """From the least edge of all to the greatest, None if there are no numbers; a single value gets some room."""
    ends = [span for one in histograms if one is not None and (span := _ends(one)) is not None]
    if not ends:
        return None
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    return (low, high) if high > low else span_of(np.array((low, high)))


def _ends(histogram: Histogram) -> Span | None:
    low, high = float(histogram.edges[0]), float(histogram.edges[-1])
    return (low, high) if math.isfinite(low) and math.isfinite(high) else None


def bins_of(histograms: tuple[Histogram | None, ...], span: Span, width: float) -> int:
    """How many equal bins over `span`, which is to be `width` pixels wide.

    They are no finer than those of the coarsest histogram: what is finer would only be guessed.
    """
    known = [(ends, len(one.counts)) for one in histograms if one is not None and (ends := _ends(one)) is not None]
    coarsest = max(((high - low) / max(1, count) for (low, high), count in known), default=0.0)
    wanted = (span[1] - span[0]) / coarsest if coarsest > 0 else FEWEST
    return round(max(FEWEST, min(wanted, width / BIN, MOST)))


def shares(histogram: Histogram, edges: Floats) -> Floats:
    """(n,) the share of the values in each bin between `edges`, as if they lay evenly in the histogram's own bins."""
    below = np.zeros(len(histogram.counts) + 1)
    np.cumsum(histogram.counts, out=below[1:])
    if not below[-1] > 0 or _ends(histogram) is None:
        return np.zeros(len(edges) - 1)
    passed = np.interp(edges, histogram.edges, below)
    found: Floats = (passed[1:] - passed[:-1]) / below[-1]
    return found


@dataclass(frozen=True, slots=True)
class Mirrored:
    """A's shares above `axis` (y in pixels) and B's below it, by one scale; a twin without the quantity has None."""

    area: QRectF
    axis: float
    edges: Floats  # (n + 1,)
    at: Floats  # (n + 1,) pixels
    shares: tuple[Floats | None, Floats | None]  # (n,) each
    ends: tuple[Floats | None, Floats | None]  # (n,) pixels, where each bar ends
    shapes: tuple[QPolygonF | None, QPolygonF | None]

    def bin_at(self, x: float) -> int | None:
        """The bin at pixel `x`, None beside all bins."""
        found = int(np.searchsorted(self.at, x, side="right")) - 1
        return found if 0 <= found < len(self.at) - 1 else None


def mirrored(a: Histogram | None, b: Histogram | None, area: QRectF, span: Span, ratio: float = 1.0) -> Mirrored:
    """Both over `span` in `area`, the fullest bin of the two half as high as the area; `ratio` as for `bars`."""
    count = bins_of((a, b), span, area.width())
    part = np.arange(count + 1) / count
    edges = span[0] + part * (span[1] - span[0])
    at = np.rint((area.left() + part * area.width()) * ratio) / ratio
    dot = 1 / ratio
    axis = round(area.center().y() * ratio) / ratio
    both = (None if a is None else shares(a, edges), None if b is None else shares(b, edges))
    most = max((float(of.max()) for of in both if of is not None), default=0.0) or 1.0
    tall = (area.height() / 2 - dot) * ratio / most
    gap = dot if area.width() / count >= 4 * dot else 0.0
    ends: list[Floats | None] = []
    shapes: list[QPolygonF | None] = []
    for of, sign, base in zip(both, (-dot, dot), (axis, axis + dot), strict=True):  # the axis lies between them
        if of is None:
            ends.append(None)
            shapes.append(None)
            continue
        # The least of shares still shows: a tail that is drawn as nothing reads as empty.
        end = base + sign * np.where(of > 1e-9, np.maximum(np.rint(of * tall), 1.0), 0.0)
        ends.append(end)
        shapes.append(_steps(at, end, base, gap))
    return Mirrored(area, axis, edges, at, both, (ends[0], ends[1]), (shapes[0], shapes[1]))


def _steps(at: Floats, end: Floats, base: float, gap: float) -> QPolygonF:
    """The polygon of bars from `base` to each `end`; without gaps their outline, which has half as many corners."""
    if gap:
        left, right, floor = at[:-1], at[1:] - gap, np.full_like(end, base)
        corners = np.array(((left, left, right, right), (floor, end, end, floor)))
        return polygon(corners[0].T.ravel(), corners[1].T.ravel())
    x, y = np.repeat(at, 2), np.full(2 * len(at), base)
    y[1:-1] = np.repeat(end, 2)
    return polygon(x, y)


def paint_mirrored(
    painter: QPainter, made: Mirrored, colours: tuple[QColor, QColor], line: QColor, pointed: int | None, text: QColor
) -> None:
    """Both in their colours, the axis between them, and the bin `pointed` at in `text`."""
    painter.setPen(Qt.PenStyle.NoPen)
    for shape, colour in zip(made.shapes, colours, strict=True):
        if shape is not None:
            painter.setBrush(colour)
            painter.drawPolygon(shape)
    painter.fillRect(QRectF(made.area.left(), made.axis, made.area.width(), 1), line)
    if pointed is not None:
        left, width = made.at[pointed], max(1.0, made.at[pointed + 1] - made.at[pointed])
        for end in made.ends:
            if end is not None:
                top, foot = min(end[pointed], made.axis), max(end[pointed], made.axis)
                painter.fillRect(QRectF(left, top, width, foot - top), text)


@dataclass(frozen=True, slots=True)
class Lines:
    """B's quantiles over time, as lines in pieces between rows that are not known."""

    ends: tuple[QPolygonF, ...]  # 5 and 95 %
    median: tuple[QPolygonF, ...]  # as ribbons, which are painted several times faster than wide lines


def lines(epoch: Floats, quantiles: Floats, area: QRectF, time: Span, span: Span, thick: float) -> Lines:
    """`quantiles` (t, 5) at `epoch` (t,) over `time` and `span` in `area`; the median is `thick` pixels high."""
    epoch, quantiles = condensed(epoch, quantiles, max(2, int(area.width() / EVERY)))
    x = area.left() + (epoch - time[0]) / max(1e-12, time[1] - time[0]) * area.width()
    y = area.bottom() - (quantiles - span[0]) / (span[1] - span[0]) * area.height()
    known = np.isfinite(quantiles).all(axis=1)
    turns = np.flatnonzero(np.diff(np.concatenate(([0], known.astype(np.int8), [0])))).reshape(-1, 2).tolist()
    outer = [polygon(x[start:end], y[start:end, of]) for start, end in turns for of in (0, 4)]
    median = []
    for start, end in turns:
        across, middle = x[start:end], y[start:end, 2]
        high = np.concatenate((middle - thick / 2, middle[::-1] + thick / 2))
        median.append(polygon(np.concatenate((across, across[::-1])), high))
    return Lines(tuple(outer), tuple(median))


def paint_lines(painter: QPainter, made: Lines, colour: QColor, ground: QColor) -> None:
    """The median over the two thin ones."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(mixed(ground, colour, 0.85), 1.0))  # wider lines take Qt eight times longer
    for line in made.ends:
        painter.drawPolyline(line)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    for ribbon in made.median:
        painter.drawPolygon(ribbon)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
