"""Drawing of small histograms, rivers of quantiles and batch-norm strips: arrays and a rectangle in, paint out.

One network has a picture to itself. Two share it, binned alike and measured by one scale, or they could not be
compared: the first above each axis and as bands, the second below it and as lines.

Plain QPainter: 24 plots of pyqtgraph's, each with its view box and items, would cost more than a frame. A
histogram is one polygon and a river two, so a layer takes some ten calls.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from hyperscope.lab.probes.distributions import Histogram, LayerDistributions
from hyperscope.ui.panels.common.strokes import Floats, polygon
from hyperscope.ui.style import mixed

Span = tuple[float, float]

FEWEST, MOST = 8, 64  # bins in common
BIN = 2.5  # px that a bin in common has at least


def span_of(*arrays: Floats) -> Span | None:
    """The least and greatest finite value of all arrays, None without any; a single value gets some room."""
    known = [array[np.isfinite(array)] for array in arrays]
    known = [array for array in known if array.size]
    if not known:
        return None
    low, high = float(min(a.min() for a in known)), float(max(a.max() for a in known))
    if high <= low:
        room = abs(low) * 0.05 or 0.5
        low, high = low - room, high + room
    return low, high


# -- histograms ---------------------------------------------------------------------------------------------------


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


def bins_of(histograms: Sequence[Histogram | None], span: Span, width: float) -> int:
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
class Bars:
    """Histograms of one quantity laid out in `area`, ready to be painted and to be asked for the bin under the mouse.

    One stands on the `axis`, y in pixels, at the area's foot; of two the second hangs from it in the middle. Whoever
    is without the quantity has None.
    """

    area: QRectF
    axis: float
    edges: Floats  # (n + 1,)
    at: Floats  # (n + 1,) pixels
    parts: tuple[Floats | None, ...]  # (n,) each, in proportion to the counts, and to the shares of two
    ends: tuple[Floats | None, ...]  # (n,) pixels, where each bar ends
    shapes: tuple[QPolygonF | None, ...]

    def bin_at(self, x: float) -> int | None:
        """The bin at pixel `x`, None beside all bins."""
        found = int(np.searchsorted(self.at, x, side="right")) - 1
        return found if 0 <= found < len(self.at) - 1 else None

    def shares_of(self, bin_: int) -> tuple[float | None, ...]:
        """Which share of each histogram's values lies in a bin."""
        return tuple(None if of is None else float(of[bin_] / (of.sum() or 1.0)) for of in self.parts)


def bars(histograms: Sequence[Histogram | None], area: QRectF, span: Span, ratio: float = 1.0) -> Bars:
    """`histograms` over `span` in `area`, the fullest bin of all as high as there is room for each.

    `ratio` is device pixels per pixel: all edges lie on one, and where bins are wide enough one of them is a gap. One
    histogram, which is there, has its own bins; two have bins in common.
    """
    low, high = span
    own = histograms[0] if len(histograms) == 1 else None
    if own is not None:
        edges = np.asarray(own.edges, float)
        part = (edges - low) / (high - low)
        counts = np.where(own.counts > 0, np.asarray(own.counts, float), 0.0)  # also what is not a number
        parts: list[Floats | None] = [counts / (counts.max(initial=0.0) or 1.0)]
        axis, room, gapped = round(area.bottom() * ratio), area.height() * ratio, 3
    else:
        count = bins_of(histograms, span, area.width())
        part = np.arange(count + 1) / count
        edges = low + part * (high - low)
        parts = [None if one is None else shares(one, edges) for one in histograms]
        axis, room, gapped = round(area.center().y() * ratio), area.height() / 2 * ratio - 1, 4
    at = np.rint((area.left() + part * area.width()) * ratio)
    gap = 1.0 if (at[1:] - at[:-1]).min(initial=gapped) >= gapped else 0.0
    at /= ratio
    most = max((float(of.max(initial=0.0)) for of in parts if of is not None), default=0.0) or 1.0
    ends: list[Floats | None] = []
    shapes: list[QPolygonF | None] = []
    for number, of in enumerate(parts):
        if of is None:
            ends.append(None)
            shapes.append(None)
            continue
        way, least, base = (1, np.maximum, axis + 1) if number else (-1, np.minimum, axis)  # the axis lies between
        end = np.rint(axis + way * room / most * of) + (base - axis)
        # The least of shares still shows: a tail that is drawn as nothing reads as empty.
        end = np.where(of > 1e-9, least(end, base + way), base) / ratio
        ends.append(end)
        shapes.append(_steps(at, end, base / ratio, gap / ratio))
    return Bars(area, axis / ratio, edges, at, tuple(parts), tuple(ends), tuple(shapes))


def _steps(at: Floats, end: Floats, base: float, gap: float) -> QPolygonF:
    """The polygon of bars from `base` to each `end`; without gaps their outline, which has half as many corners."""
    if gap:
        left, right, floor = at[:-1], at[1:] - gap, np.full_like(end, base)
        corners = np.array(((left, left, right, right), (floor, end, end, floor)))
        return polygon(corners[0].T.ravel(), corners[1].T.ravel())
    x, y = np.repeat(at, 2), np.full(2 * len(at), base)
    y[1:-1] = np.repeat(end, 2)
    return polygon(x, y)


def paint_bars(
    painter: QPainter, made: Bars, colours: Sequence[QColor], line: QColor, pointed: int | None, text: QColor
) -> None:
    """Each in its colour, the axis, and the bin `pointed` at in `text`."""
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


# -- rivers -------------------------------------------------------------------------------------------------------


def condensed(epoch: Floats, quantiles: Floats, most: int) -> tuple[Floats, Floats]:
    """At most `most` rows, each the mean of as many of `quantiles` (t, 5), the first and last at their own epoch.

    Every k-th row would show the noise of the rows that happened to be kept.
    """
    group = -(-len(epoch) // most)
    if group < 2:
        return epoch, quantiles
    early = len(epoch) % group  # the first of the rows make a smaller group, so that the newest always count
    blocks = quantiles[early:].reshape(-1, group, quantiles.shape[1])
    kept, at = blocks.mean(axis=1), epoch[early:].reshape(-1, group).mean(axis=1)
    if early:
        kept = np.concatenate((quantiles[:early].mean(axis=0)[None], kept))
        at = np.concatenate(([0.0], at))
    at[0], at[-1] = epoch[0], epoch[-1]
    return at, kept


def _pieces(
    epoch: Floats, quantiles: Floats, area: QRectF, time: Span, span: Span, every: int
) -> Iterator[tuple[Floats, Floats]]:
    """x (n,) and y (n, 5) in pixels between rows that are not known; at most one row in `every` pixels."""
    epoch, quantiles = condensed(epoch, quantiles, max(2, int(area.width() / every)))
    x = area.left() + (epoch - time[0]) / max(1e-12, time[1] - time[0]) * area.width()
    y = area.bottom() - (quantiles - span[0]) / (span[1] - span[0]) * area.height()
    known = np.isfinite(quantiles).all(axis=1)
    turns = np.flatnonzero(np.diff(np.concatenate(([0], known.astype(np.int8), [0]))))
    return ((x[start:end], y[start:end]) for start, end in turns.reshape(-1, 2).tolist())


def _between(x: Floats, upper: Floats, lower: Floats) -> QPolygonF:
    return polygon(np.concatenate((x, x[::-1])), np.concatenate((upper, lower[::-1])))


@dataclass(frozen=True, slots=True)
class Bands:
    """The quantiles of a layer over time as two bands and a line, in pieces between rows that are not known."""

    outer: tuple[QPolygonF, ...]
    inner: tuple[QPolygonF, ...]
    median: tuple[QLineF, ...]

    def paint(self, painter: QPainter, colour: QColor, ground: QColor, text: QColor, scale: float) -> None:
        """The bands in `colour` and the median in `text`."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        for shapes, share in ((self.outer, 0.24), (self.inner, 0.5)):
            painter.setBrush(mixed(ground, colour, share))
            for shape in shapes:
                painter.drawPolygon(shape)
        # As segments: a wide smoothed polyline takes Qt some twenty times longer.
        painter.setPen(QPen(text, 1.25 * scale))
        painter.drawLines(self.median)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def bands(epoch: Floats, quantiles: Floats, area: QRectF, time: Span, span: Span, every: int = 2) -> Bands:
    """`quantiles` (t, 5) at `epoch` (t,) over `time` and `span` in `area`; at most one row in `every` pixels."""
    outer, inner, median = [], [], []
    for x, y in _pieces(epoch, quantiles, area, time, span, every):
        outer.append(_between(x, y[:, 0], y[:, 4]))
        inner.append(_between(x, y[:, 1], y[:, 3]))
        points, middle = x.tolist(), y[:, 2].tolist()
        median += [QLineF(points[at], middle[at], points[at + 1], middle[at + 1]) for at in range(len(points) - 1)]
    return Bands(tuple(outer), tuple(inner), tuple(median))


@dataclass(frozen=True, slots=True)
class Lines:
    """The 5, 50 and 95 % quantiles over time, as lines in pieces between rows that are not known."""

    ends: tuple[QPolygonF, ...]
    median: tuple[QPolygonF, ...]  # as ribbons, which are painted several times faster than wide lines

    def paint(self, painter: QPainter, colour: QColor, ground: QColor) -> None:
        """The median over the two thin ones."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(mixed(ground, colour, 0.85), 1.0))  # wider lines take Qt eight times longer
        for line in self.ends:
            painter.drawPolyline(line)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for ribbon in self.median:
            painter.drawPolygon(ribbon)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def lines(
    epoch: Floats, quantiles: Floats, area: QRectF, time: Span, span: Span, every: int = 2, thick: float = 1.0
) -> Lines:
    """The same as lines; the median is `thick` pixels high."""
    ends, median = [], []
    for x, y in _pieces(epoch, quantiles, area, time, span, every):
        ends += [polygon(x, y[:, of]) for of in (0, 4)]
        median.append(_between(x, y[:, 2] - thick / 2, y[:, 2] + thick / 2))
    return Lines(tuple(ends), tuple(median))


# -- batch norm ---------------------------------------------------------------------------------------------------


def has_batch_norm(layer: object) -> bool:
    """Whether batch and running statistics of `layer` are all there."""
    if not isinstance(layer, LayerDistributions):
        return False
    parts = (layer.batch_mean, layer.batch_variance, layer.running_mean, layer.running_variance)
    return all(part is not None and len(part) for part in parts)


@dataclass(frozen=True, slots=True)
class Norm:
    """Mean and deviation per unit (n,), of the last batch and running."""

    batch: Floats
    batch_deviation: Floats
    running: Floats
    running_deviation: Floats

    @property
    def span(self) -> Span | None:
        """What mean ± σ of both reach."""
        return span_of(
            self.batch - self.batch_deviation,
            self.batch + self.batch_deviation,
            self.running - self.running_deviation,
            self.running + self.running_deviation,
        )

    @property
    def off(self) -> float:
        """How far the batch means lie from the running ones, in running σ, on average over units."""
        with np.errstate(divide="ignore", invalid="ignore"):
            apart = np.abs(self.batch - self.running) / self.running_deviation
        known = apart[np.isfinite(apart)]
        return float(known.mean()) if known.size else math.nan


def norm_of(layer: LayerDistributions) -> Norm:
    """Batch norm's statistics of `layer`, which has them."""
    with np.errstate(invalid="ignore"):
        return Norm(
            np.asarray(layer.batch_mean, float),
            np.sqrt(np.asarray(layer.batch_variance, float)),
            np.asarray(layer.running_mean, float),
            np.sqrt(np.asarray(layer.running_variance, float)),
        )


def common_norm_span(norms: Sequence[Norm | None]) -> Span | None:
    """What all of them reach, None if there are no numbers."""
    spans = [norm.span for norm in norms if norm is not None]
    return span_of(*(np.array(span) for span in spans if span is not None))


def paint_norm(
    painter: QPainter,
    norm: Norm,
    area: QRectF,
    span: Span,
    slot: float,
    ground: QColor,
    quiet: QColor,
    accent: QColor,
    share: float = 1.0,
) -> None:
    """Per unit a slot `slot` pixels wide: running mean ± σ as a grey bar with its mean cut in, the batch's in accent.

    A bar and a line inside it can be told apart without colour and at 3 pixels per unit. What is painted takes
    `share` of the width that it would have alone.
    """
    low, high = span
    shown = min(len(norm.batch), int(area.width() / slot + 1e-6))

    def y(values: Floats) -> list[float]:
        return (area.bottom() - (np.nan_to_num(values[:shown]) - low) / (high - low) * area.height()).tolist()

    middle = (area.left() + (np.arange(shown) + 0.5) * slot).tolist()
    wide, thick = min(14.0, slot * 0.6 * share), 2.0 if slot * share >= 8 else 1.0
    bars = zip(middle, y(norm.running + norm.running_deviation), y(norm.running - norm.running_deviation), strict=True)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(mixed(ground, quiet, 0.28))
    painter.drawRects([QRectF(x - wide / 2, top, wide, max(1.0, bottom - top)) for x, top, bottom in bars])
    painter.setBrush(quiet)
    painter.drawRects(
        [QRectF(x - wide / 2, at - thick / 2, wide, thick) for x, at in zip(middle, y(norm.running), strict=True)]
    )
    ends = zip(middle, y(norm.batch + norm.batch_deviation), y(norm.batch - norm.batch_deviation), strict=True)
    painter.setPen(QPen(accent, thick * 0.75))
    painter.drawLines([QLineF(x, top, x, bottom) for x, top, bottom in ends])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(accent)
    radius = min(3.0, max(1.0, slot * 0.3 * share))
    for x, at in zip(middle, y(norm.batch), strict=True):
        painter.drawEllipse(QPointF(x, at), radius, radius)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
