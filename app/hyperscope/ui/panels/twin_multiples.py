"""Drawing of two twins in one small picture: A's histogram above the axis and B's below it, B's quantiles as lines.

Both are binned alike and measured by one scale, or they could not be compared. Arrays and a rectangle in, paint out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from hyperscope.lab.snapshot import Histogram
from hyperscope.ui.panels.small_multiples import Floats, Span, condensed, histogram_span, mixed, polygon, span_of

FEWEST, MOST = 8, 64  # bins
BIN = 2.5  # px that a bin has at least
EVERY = 3  # px from row to row of B's lines


def common_span(*histograms: Histogram | None) -> Span | None:
    """From the least edge of all to the greatest, None if there are no numbers."""
    ends = [np.array(span) for one in histograms if one is not None and (span := histogram_span(one)) is not None]
    return span_of(*ends)


def common_edges(histograms: tuple[Histogram | None, ...], span: Span, width: float) -> Floats:
    """Edges (n + 1,) of equal bins over `span`, which is to be `width` pixels wide.

    No finer than the coarsest histogram that is there: what is finer would only be guessed.
    """
    steps = [(e[-1] - e[0]) / (len(e) - 1) for one in histograms if one is not None and len(e := _edges(one)) > 1]
    known = [step for step in steps if np.isfinite(step) and step > 0]
    wanted = (span[1] - span[0]) / max(known) if known else FEWEST
    return np.linspace(span[0], span[1], 1 + round(max(FEWEST, min(wanted, width / BIN, MOST))))


def shares(histogram: Histogram | None, edges: Floats) -> Floats:
    """(n,) the share of the values in each bin between `edges`, as if they lay evenly in the histogram's own bins."""
    if histogram is None or histogram_span(histogram) is None:
        return np.zeros(len(edges) - 1)
    counts = np.nan_to_num(np.asarray(histogram.counts, float))
    total = counts.sum()
    if total <= 0:
        return np.zeros(len(edges) - 1)
    below = np.concatenate(([0.0], np.cumsum(counts))) / total
    found: Floats = np.diff(np.interp(edges, _edges(histogram), below, left=0.0, right=1.0))
    return found


def _edges(histogram: Histogram) -> Floats:
    return np.asarray(histogram.edges, float)


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
    edges = common_edges((a, b), span, area.width())
    at = area.left() + (edges - span[0]) / (span[1] - span[0]) * area.width()
    at = np.round(at * ratio) / ratio
    axis = round(area.center().y() * ratio) / ratio
    both = [None if one is None else shares(one, edges) for one in (a, b)]
    most = max((float(of.max(initial=0.0)) for of in both if of is not None), default=0.0)
    tall, dot = area.height() / 2 - 1 / ratio, 1 / ratio
    gap = dot if (at[1:] - at[:-1]).min() >= 3 * dot else 0.0
    left, right = at[:-1], at[1:] - gap
    x = np.array((left, left, right, right)).T.ravel()
    ends: list[Floats | None] = []
    shapes: list[QPolygonF | None] = []
    for of, sign in zip(both, (-1.0, 1.0), strict=True):
        if of is None:
            ends.append(None)
            shapes.append(None)
            continue
        base = axis if sign < 0 else axis + dot  # the axis itself lies between them
        high = np.round(of / max(1e-300, most) * tall * ratio) / ratio
        # The least of shares still shows: a tail that is drawn as nothing reads as empty.
        end = base + sign * np.where(of > 1e-9, np.maximum(high, dot), 0.0)
        floor = np.full_like(end, base)
        ends.append(end)
        shapes.append(polygon(x, np.array((floor, end, end, floor)).T.ravel()))
    return Mirrored(area, axis, edges, at, (both[0], both[1]), (ends[0], ends[1]), (shapes[0], shapes[1]))


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
    median: tuple[QPolygonF, ...]


def lines(epoch: Floats, quantiles: Floats, area: QRectF, time: Span, span: Span) -> Lines:
    """`quantiles` (t, 5) at `epoch` (t,) over `time` and `span` in `area`."""
    epoch, quantiles = condensed(epoch, quantiles, max(2, int(area.width() / EVERY)))
    x = area.left() + (epoch - time[0]) / max(1e-12, time[1] - time[0]) * area.width()
    y = area.bottom() - (quantiles - span[0]) / (span[1] - span[0]) * area.height()
    known = np.isfinite(quantiles).all(axis=1)
    turns = np.flatnonzero(np.diff(np.concatenate(([0], known.astype(np.int8), [0])))).reshape(-1, 2).tolist()
    outer = [polygon(x[start:end], y[start:end, of]) for start, end in turns for of in (0, 4)]
    return Lines(tuple(outer), tuple(polygon(x[start:end], y[start:end, 2]) for start, end in turns))


def paint_lines(painter: QPainter, made: Lines, colour: QColor, ground: QColor, scale: float) -> None:
    """The median over the two thin ones, with the ground showing beside it where it crosses A's band."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(mixed(colour, ground, 0.85), 1.0))  # wider lines take Qt eight times longer
    for line in made.ends:
        painter.drawPolyline(line)
    painter.setPen(QPen(colour, 1.5 * scale))
    for line in made.median:
        painter.drawPolyline(line)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
