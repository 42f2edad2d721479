"""A surface painted: bands and contour lines from above, or its height in an oblique view, with paths on it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen

from hyperscope.engine.arrays import Array
from hyperscope.ui.paint import image, packed, rgb
from hyperscope.ui.panels.common.chart import polyline
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import Theme

BANDS = 14
MESH = 26  # cells of the oblique view along each side
FLAT, RISE = 0.52, 0.55  # of its side: how deep the ground lies, and how high the highest point stands
TALL = 1.3  # of the level above which paths are cut off


@dataclass(frozen=True, eq=False)
class Relief:
    """A cost (side, side), lowest row first, over a square of `half` around the middle; `level` from 0 to 1 is its
    height on a scale of square roots, which shows a valley's floor.
    """

    cost: Array
    half: float

    @cached_property
    def level(self) -> Array:
        """(side, side)."""
        low, high = float(np.nanmin(self.cost)), float(np.nanquantile(self.cost, 0.98))
        found: Array = np.sqrt(np.clip((self.cost - low) / max(high - low, 1e-12), 0, TALL))
        return np.nan_to_num(found, nan=TALL)

    def levels_at(self, places: Array) -> Array:
        """(t,) of places (t, 2) in units of `half`, by bilinear interpolation, those outside as at the edge."""
        level, side = self.level, len(self.cost)
        at = np.clip((places + 1) / 2 * (side - 1), 0, side - 1.001)
        left, low = at[:, 0].astype(int), at[:, 1].astype(int)
        u, v = at[:, 0] - left, at[:, 1] - low
        below = (1 - u) * level[low, left] + u * level[low, left + 1]
        above = (1 - u) * level[low + 1, left] + u * level[low + 1, left + 1]
        found: Array = (1 - v) * below + v * above
        return found

    def picture(self, theme: Theme, pixels: int) -> QImage:
        """The bands from above with a line where one ends, `pixels` along each side."""
        band = (_finer(self.level, pixels) * BANDS).astype(np.uint8)[::-1]
        ends = np.zeros(band.shape, bool)
        ends[1:] |= band[1:] != band[:-1]
        ends[:, :-1] |= band[:, 1:] != band[:, :-1]
        return image(np.take(_shades(theme), 2 * band + ends))


def _shades(theme: Theme) -> Array:
    """The pixel (2 k,) of each band from the lowest on, in turn with that of a line where it ends."""
    share = np.minimum(np.arange(math.ceil(TALL * BANDS) + 1) / BANDS, 1)[:, None]
    low, high = rgb(mixed(theme.card, theme.accent, 0.62)), rgb(mixed(theme.card, theme.quiet, 0.1))
    band = low * (1 - share) + high * share
    line = 0.55 * band + 0.45 * rgb(mixed(theme.card, theme.accent, 0.9))
    return packed(np.stack([band, line], axis=1).reshape(-1, 3))


def _finer(level: Array, pixels: int) -> Array:
    """The level read between its cells, linearly (pixels, pixels)."""
    side = len(level)
    at = np.linspace(0, side - 1, pixels)
    left = np.minimum(at.astype(int), side - 2)
    share = at - left
    rows = level[left] * (1 - share)[:, None] + level[left + 1] * share[:, None]
    found: Array = np.take(rows, left, axis=1)
    found *= 1 - share
    beside = np.take(rows, left + 1, axis=1)
    beside *= share
    found += beside
    return found


def oblique(area: QRectF, places: Array, levels: Array) -> list[QPointF]:
    """Pixels of places (t, 2), from −1 to 1, at heights (t,) from 0 to 1, in the oblique view."""
    side = area.width()
    u, v = places[:, 0], places[:, 1]
    x = area.center().x() + side * (0.37 * u + 0.11 * v)
    ground = area.bottom() - area.height() * (0.03 + FLAT * (v + 1) / 2 * 0.72 + 0.03 * (1 - u) / 2)
    y = ground - area.height() * RISE * levels
    return [QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]


def from_above(area: QRectF, places: Array) -> list[QPointF]:
    """Pixels of places (t, 2), from −1 to 1; far ones are kept near, as Qt is slow far outside."""
    near = np.clip(places, -9, 9)
    x = area.center().x() + area.width() / 2 * near[:, 0]
    y = area.center().y() - area.height() / 2 * near[:, 1]
    return [QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]


def paint_height(painter: QPainter, relief: Relief, area: QRectF, theme: Theme) -> None:
    """The surface as a mesh, from the back to the front."""
    at = np.linspace(-1, 1, MESH + 1)
    u, v = np.meshgrid(at, at)
    places = np.stack([u.ravel(), v.ravel()], axis=1)
    levels = np.minimum(relief.levels_at(places), 1.05)
    points = oblique(area, places, levels)
    wide = MESH + 1
    low, high = rgb(mixed(theme.card, theme.accent, 0.62)), rgb(mixed(theme.card, theme.quiet, 0.12))
    share = np.minimum(_between_corners(levels.reshape(wide, wide)), 1)[..., None]
    colours = packed(low * (1 - share) + high * share).tolist()
    brushes = {colour: QBrush(QColor.fromRgb(colour)) for colour in {one for row in colours for one in row}}
    painter.setPen(QPen(mixed(theme.card, theme.accent, 0.75), 0.6 * theme.scale))
    for row in range(MESH - 1, -1, -1):
        for column in range(MESH):
            here = row * wide + column
            painter.setBrush(brushes[colours[row][column]])
            painter.drawPolygon([points[here], points[here + 1], points[here + wide + 1], points[here + wide]])


def _between_corners(levels: Array) -> Array:
    """The mean of the corners of each cell."""
    found: Array = (levels[:-1, :-1] + levels[:-1, 1:] + levels[1:, 1:] + levels[1:, :-1]) / 4
    return found


def height_picture(relief: Relief, area: QRectF, theme: Theme, ratio: float) -> tuple[QImage, QRectF]:
    """The surface as `paint_height` paints it in `area`, clear around it, and where it is to be drawn."""
    beyond = 0.03 * area.height()  # the highest point stands a little above the area
    place = area.adjusted(-beyond, -beyond, beyond, beyond).toAlignedRect()
    made = QImage(place.size() * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(-place.topLeft())
    paint_height(painter, relief, area, theme)
    painter.end()
    return made, QRectF(place)


def paint_path(painter: QPainter, points: list[QPointF], colour: QColor, theme: Theme, *, dots: bool = True) -> None:
    """A path with a dot for each of its first steps."""
    polyline(painter, points, colour, 1.8 * theme.scale)
    if dots:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for point in points[1:16]:
            painter.drawEllipse(point, 2.1 * theme.scale, 2.1 * theme.scale)
