"""The curves between two columns, drawn by NumPy: width and opacity by |w|, colour by sign.

Qt strokes antialiased curves in some 50 µs each, 8 to 14 ms for 8-8-8; here every pixel near a curve knows its
distance from the start, so that new weights are a few array operations (0.3 to 1 ms per pair of columns).
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainterPath

from hyperscope.engine.arrays import Array
from hyperscope.ui import paint
from hyperscope.ui.panels.network.layout import UnitColumn
from hyperscope.ui.theme import Theme

THIN, THICK = 0.5, 3.0  # pixels; the widths of the weakest and the strongest edge of a layer
FAINT, STRONG = 0.13, 0.92  # their opacities
PALE = 0.012  # share of the greatest |w| below which an edge is left out


def widths(weights: Array) -> Array:
    """Pixels (…) of edges with these weights, relative to the greatest magnitude among them."""
    share = _share(weights)
    result: Array = np.where(share > PALE, THIN + (THICK - THIN) * share, 0)
    return result


def _share(weights: Array) -> Array:
    size = np.nan_to_num(np.abs(weights).astype(np.float32), posinf=0)
    result: Array = size / max(float(size.max(initial=0)), 1e-30)
    return result


def bundled(weights: Array, before: UnitColumn, after: UnitColumn) -> Array:
    """Weights (n, n_before) as drawn: those of a summarised layer as one root mean square."""
    if after.summary:
        weights = np.sqrt(np.mean(np.square(weights), 0, keepdims=True))
    if before.summary:
        weights = np.sqrt(np.mean(np.square(weights), 1, keepdims=True))
    return weights


class Edges:
    """All curves from column `before` to column `after`; edge j · n_before + i leads from unit i to unit j.

    `box` is where their picture lies on the panel, `ratio` the device pixels per pixel, `scale` the theme's.
    """

    def __init__(self, before: UnitColumn, after: UnitColumn, ratio: float, scale: float) -> None:
        self.before, self.after, self.scale, self.ratio = before, after, scale, ratio
        left, right = before.nodes[0].right(), after.nodes[0].left()
        self._from = np.tile(before.ys, len(after.nodes))
        self._to = np.repeat(after.ys, len(before.nodes))
        ys = np.concatenate([self._from, self._to])
        pad = 4 * scale
        top, bottom = np.floor((ys.min() - pad) * ratio) / ratio, ys.max() + pad
        x0 = np.floor(left * ratio) / ratio
        self._left, self._right = left, right
        self._width = max(1, round((right - x0) * ratio))
        self._height = int(np.ceil((bottom - top) * ratio))
        self.box = QRectF(x0, top, self._width / ratio, self._height / ratio)
        self._spread()

    def _spread(self) -> None:
        """Finds the pixels within reach of each curve, and their distances from it."""
        ratio, wide, high = self.ratio, self._width, self._height
        at = self.box.left() + (np.arange(wide) + 0.5) / ratio
        middles = (self._heights(at) - self.box.top()) * ratio  # (edges, wide), device pixels
        slope = np.hypot(1, np.gradient(middles, axis=1)) if wide > 1 else np.ones_like(middles)
        reach = THICK * self.scale * ratio / 2 + 0.5
        lowest = np.floor(middles - reach * slope).astype(np.intp).ravel()
        count = np.ceil(middles + reach * slope).astype(np.intp).ravel() - lowest
        edge, column = np.divmod(np.arange(count.size), wide)
        step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        row = np.repeat(lowest, count) + step
        away = (np.abs(row + 0.5 - np.repeat(middles.ravel(), count)) / np.repeat(slope.ravel(), count)).astype(
            np.float32
        )
        near = (away < reach) & (row >= 0) & (row < high)
        pixel = row[near] * wide + np.repeat(column, count)[near]
        touched = np.zeros(wide * high, bool)  # sorting them, as `unique` does, takes ten times as long
        touched[pixel] = True
        self._touched = np.flatnonzero(touched)
        self._where = (np.cumsum(touched) - 1)[pixel].astype(np.intp)
        self._away, self._edge = away[near], np.repeat(edge, count)[near].astype(np.int32)

    def _heights(self, x: Array) -> Array:
        """(edges, len(x)): the y of each curve where it passes `x`, in pixels of the panel."""
        t = np.linspace(0, 1, 129)
        along = self._left + (self._right - self._left) * (1.5 * t * (1 - t) + t**3)
        t = np.interp(x, along, t)
        risen = t * t * (3 - 2 * t)
        result: Array = self._from[:, None] + (self._to - self._from)[:, None] * risen
        return result

    def picture(self, weights: Array, theme: Theme, strength: Array | None = None) -> QImage:
        """The curves of weights as drawn (n, n_before); unsigned summaries in the quiet colour.

        Widths are those of the weights; opacities too, or else of `strength` of the same shape.

        Where curves cross, the opacities add up as those of filters do and the stronger gives the colour; that needs
        no order among them.
        """
        share, w = _share(weights if strength is None else strength).ravel(), weights.ravel()
        half = (widths(weights).ravel() * (self.scale * self.ratio / 2)).astype(np.float32)
        half = np.where(half > 0, half + 0.5, -1)
        plain = self.before.summary or self.after.summary
        depth = -np.log1p(-(FAINT + (STRONG - FAINT) * share)) * (
            0.2 if plain else 1
        )  # one stands for many: no shouting
        depth = np.where(w < 0, -depth, depth).astype(np.float32)
        cover = half[self._edge] - self._away
        live = np.flatnonzero(cover > 0)
        signed = np.minimum(cover[live], 1) * depth[self._edge[live]]
        where, many = self._where[live], len(self._touched)
        total = np.bincount(where, np.abs(signed), many).astype(np.float32)
        lean = np.bincount(where, signed, many).astype(np.float32) / np.maximum(total, 1e-9)
        alpha = 1 - np.exp(-total)
        high, low = (paint.rgb(c) for c in ((theme.quiet,) * 2 if plain else (theme.positive, theme.negative)))
        share = 0.5 + 0.5 * lean
        pixels = (alpha * 255).astype(np.uint32) << np.uint32(24)
        for k, shift in enumerate((16, 8, 0)):
            pixels |= ((low[k] + (high[k] - low[k]) * share) * alpha).astype(np.uint32) << np.uint32(shift)
        canvas = np.zeros(self._width * self._height, np.uint32)
        canvas[self._touched] = pixels
        made = paint.image(canvas.reshape(self._height, self._width), QImage.Format.Format_ARGB32_Premultiplied)
        made.setDevicePixelRatio(self.ratio)
        return made

    def spans(self, x: float) -> bool:
        """Whether `x` lies between the columns."""
        return self._left < x < self._right

    def nearest(self, x: float, y: float, wide: Array | None = None) -> tuple[int, int, float] | None:
        """(unit after, unit before, pixels away) of the curve nearest to a place between the columns, or None.

        With `wide` (n, n_before), the curves' widths in pixels, distances count from the rims.
        """
        if not self.spans(x):
            return None
        here, ahead = self._heights(np.array([x, x + 0.5])).T
        away = np.abs(here - y) / np.hypot(1, 2 * (ahead - here))
        # where curves run close together the wider one is meant, as it is what the eye sees there
        edge = int((away if wide is None else away - wide.ravel() / 2).argmin())
        after, before = divmod(edge, len(self.before.nodes))
        return after, before, float(away[edge])

    def at(self, after: int, before: int, share: float) -> tuple[float, float]:
        """The place on the panel at a `share` of one curve's way."""
        x = self._left + (self._right - self._left) * (1.5 * share * (1 - share) + share**3)
        start, end = float(self.before.ys[before]), float(self.after.ys[after])
        return x, start + (end - start) * share * share * (3 - 2 * share)

    def path(self, after: int, before: int) -> QPainterPath:
        """One curve, for Qt to stroke on top of the rest."""
        middle = (self._left + self._right) / 2
        start = QPointF(self._left, float(self.before.ys[before]))
        end = QPointF(self._right, float(self.after.ys[after]))
        made = QPainterPath(start)
        made.cubicTo(QPointF(middle, start.y()), QPointF(middle, end.y()), end)
        return made
