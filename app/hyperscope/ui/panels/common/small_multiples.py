"""Drawing of small histograms, rivers of quantiles and batch-norm strips: arrays and a rectangle in, paint out.

Plain QPainter: 24 plots of pyqtgraph's, each with its view box and items, would cost more than a frame. A
histogram is one polygon and a river two, so a layer takes some ten calls.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from hyperscope.lab.probes.distributions import Histogram, LayerDistributions
from hyperscope.ui.style import mixed

Floats = NDArray[np.float64]
Span = tuple[float, float]


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


def histogram_span(histogram: Histogram) -> Span | None:
    """From the first edge to the last, None if they are not numbers."""
    return span_of(np.asarray(histogram.edges, float)[[0, -1]])


def polygon(x: Floats, y: Floats) -> QPolygonF:
    """The polygon through (x, y)."""
    made: QPolygonF = pg.functions.arrayToQPolygonF(x, y)
    return made


@dataclass(frozen=True, slots=True)
class Bars:
    """A histogram laid out in `area`, ready to be painted and to be asked for the bin under the mouse."""

    area: QRectF
    left: Floats  # (bins,) pixels
    right: Floats
    top: Floats
    shape: QPolygonF

    def bin_at(self, x: float) -> int | None:
        """The bin at pixel `x`, None beside all bins."""
        found = np.flatnonzero((self.left <= x) & (x < self.right))
        return int(found[0]) if found.size else None


def bars(histogram: Histogram, area: QRectF, span: Span, ratio: float = 1.0) -> Bars:
    """`histogram` over `span` in `area`, the fullest bin as high as the area; `ratio` is device pixels per pixel.

    Bins as wide as three device pixels keep one of them as a gap; all edges lie on device pixels.
    """
    edges, counts = np.asarray(histogram.edges, float), np.asarray(histogram.counts, float)
    counts = np.where(counts > 0, counts, 0.0)  # also what is not a number
    low, high = span
    at = area.left() + (np.clip(edges, low, high) - low) / (high - low) * area.width()
    at = np.round(at * ratio) / ratio
    left, right = at[:-1], at[1:]
    base = round(area.bottom() * ratio) / ratio
    top = base - counts / max(1e-300, counts.max(initial=0.0)) * area.height()
    # The least of shares still shows: a tail that is drawn as nothing reads as empty.
    top = np.where(counts > 0, np.minimum(np.round(top * ratio) / ratio, base - 1 / ratio), base)
    gap = 1 / ratio if len(left) and (right - left).min() >= 3 / ratio else 0.0
    inner = right - gap
    x = np.array((left, left, inner, inner)).T.ravel()
    floor = np.full_like(top, base)
    y = np.array((floor, top, top, floor)).T.ravel()
    return Bars(area, left, right, top, polygon(x, y))


@dataclass(frozen=True, slots=True)
class River:
    """The quantiles of one layer over time laid out in `area`: pieces between rows that are not known."""

    area: QRectF
    outer: tuple[QPolygonF, ...]
    inner: tuple[QPolygonF, ...]
    median: tuple[QLineF, ...]


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


def river(epoch: Floats, quantiles: Floats, area: QRectF, time: Span, span: Span, every: int = 2) -> River:
    """`quantiles` (t, 5) at `epoch` (t,) over `time` and `span` in `area`; at most one row in `every` pixels."""
    epoch, quantiles = condensed(epoch, quantiles, max(2, int(area.width() / every)))
    x = area.left() + (epoch - time[0]) / max(1e-12, time[1] - time[0]) * area.width()
    y = area.bottom() - (quantiles - span[0]) / (span[1] - span[0]) * area.height()
    outer, inner, median = [], [], []
    known = np.isfinite(quantiles).all(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], known.astype(np.int8), [0]))))
    for start, end in edges.reshape(-1, 2).tolist():
        across, up = x[start:end], y[start:end]
        there_and_back = np.concatenate((across, across[::-1]))
        outer.append(polygon(there_and_back, np.concatenate((up[:, 0], up[::-1, 4]))))
        inner.append(polygon(there_and_back, np.concatenate((up[:, 1], up[::-1, 3]))))
        middle = up[:, 2].tolist()
        points = across.tolist()
        median += [QLineF(points[at], middle[at], points[at + 1], middle[at + 1]) for at in range(len(points) - 1)]
    return River(area, tuple(outer), tuple(inner), tuple(median))


def paint_river(painter: QPainter, made: River, ground: QColor, quiet: QColor, text: QColor, scale: float) -> None:
    """The two bands and the median line."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    for shapes, share in ((made.outer, 0.24), (made.inner, 0.5)):
        painter.setBrush(mixed(ground, quiet, share))
        for shape in shapes:
            painter.drawPolygon(shape)
    # As segments: a wide smoothed polyline takes Qt some twenty times longer.
    painter.setPen(QPen(text, 1.25 * scale))
    painter.drawLines(made.median)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def has_batch_norm(layer: LayerDistributions) -> bool:
    """Whether batch and running statistics of `layer` are all there."""
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
