"""The examples as a layer over the map: outline for the true class, fill for the predicted, shape for the part.

Only points whose prediction changed are drawn again: each covers the mark it had before.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap, QPolygonF

from hyperscope.lab.examples.drawn import Examples
from hyperscope.ui.theme import Theme

Array = NDArray[Any]
CROWD = 1500  # examples; above this they are drawn smaller
AT_ONCE = 4000  # examples that a frame draws on screen: 20 000 of twins took it 150 ms
UNSEEN = -2  # the prediction of what is not drawn yet


def mark(painter: QPainter, at: QPointF, radius: float, part: int) -> None:
    """Fills the shape of a part around `at`: train a circle, dev a square, test a triangle, of about equal area."""
    if part == 1:
        half = radius * 0.88
        painter.drawRect(QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half))
    elif part == 2:
        half = radius * 1.2
        low, top = at.y() + radius * 0.85, at.y() - radius * 1.2
        painter.drawPolygon(QPolygonF([QPointF(at.x() - half, low), QPointF(at.x() + half, low), QPointF(at.x(), top)]))
    else:
        painter.drawEllipse(at, radius, radius)


def paint_point(
    painter: QPainter, at: QPointF, radius: float, true: int, predicted: int, part: int, theme: Theme
) -> None:
    """An example: outline in the colour of the true class, fill in that of the predicted (−1: not known)."""
    painter.setPen(Qt.PenStyle.NoPen)
    wrong = predicted not in (true, -1)
    radius *= 1.25 if wrong else 1.0  # mistakes are what one looks for
    painter.setBrush(theme.map_ground)
    mark(painter, at, radius + 0.9 * theme.scale, part)
    painter.setBrush(theme.class_colour(true))
    mark(painter, at, radius, part)
    if predicted != true:
        painter.setBrush(theme.class_colour(predicted) if wrong else theme.map_ground)
        mark(painter, at, radius * 0.52, part)


class PointLayer:
    """A transparent pixmap of all examples, kept between paints; on small pictures they may be drawn smaller."""

    def __init__(self, size: float = 1.0) -> None:
        self.size = size  # of the usual; to be forgotten when it changes
        self.pixmap = QPixmap()
        self.rest = False  # whether some wait for the next frame
        self._drawn: Array | None = None  # the predictions that the pixmap shows
        self._next = 0  # the example that is drawn first next time, so that each has its turn
        self._parts = (True, True, True)
        self._made_for: tuple[Theme, float, float] | None = None
        self._stamps: dict[tuple[int, int, int], QPixmap] = {}
        self._places: Array = np.zeros((0, 2), int)

    def forget(self) -> None:
        """Draws everything anew next time: other examples, colours or size."""
        self._drawn = None

    def update(
        self,
        examples: Examples,
        predicted: Array,
        extent: tuple[float, float, float, float],
        side: float,
        theme: Theme,
        ratio: float,
        parts: tuple[bool, bool, bool] = (True, True, True),
        *,
        most: int | None = None,
    ) -> None:
        """Brings the pixmap, `side` pixels square at `ratio` device pixels each, up to date with `predicted` (m,).

        Of train, dev and test it shows the `parts` that are true. It draws at `most` so many marks, if that is said.
        """
        m = len(examples.y)
        if len(predicted) != m:  # a map of other examples: draw no fill rather than a wrong one
            predicted = np.full(m, -1)
        shown = np.array(parts)[examples.part]
        if (
            self._drawn is None
            or len(self._drawn) != m
            or self.pixmap.devicePixelRatio() != ratio
            or parts != self._parts
        ):
            self._begin(examples, extent, side, theme, ratio)
            self._drawn, self._next = np.full(m, UNSEEN), 0
            self._parts = parts
        changed = np.flatnonzero((predicted != self._drawn) & shown)
        self.rest = most is not None and len(changed) > most
        if not len(changed):
            return
        if self.rest:
            changed = np.roll(changed, -int(np.searchsorted(changed, self._next)))[:most]
            self._next = int(changed[-1]) + 1
        self._drawn[changed] = predicted[changed]
        self.pixmap.setDevicePixelRatio(1.0)  # all in device pixels: with whole numbers a mark takes half the time
        painter = QPainter(self.pixmap)
        radius = self._radius
        kinds = np.stack([examples.y[changed], predicted[changed], examples.part[changed]], 1)
        places = self._places[changed].tolist()
        for (x, y), (true, said, part) in zip(places, kinds.tolist(), strict=True):
            kind = (true, said, part)
            if kind not in self._stamps:
                self._stamps[kind] = _stamp(true, said, part, radius, theme, ratio)
            painter.drawPixmap(x, y, self._stamps[kind])
        painter.end()
        self.pixmap.setDevicePixelRatio(ratio)

    def _begin(
        self, examples: Examples, extent: tuple[float, float, float, float], side: float, theme: Theme, ratio: float
    ) -> None:
        self.pixmap = QPixmap(round(side * ratio), round(side * ratio))
        self.pixmap.setDevicePixelRatio(ratio)
        self.pixmap.fill(Qt.GlobalColor.transparent)
        m = len(examples.y)
        # in the look 3 pixels on a picture of 300; they grow with it, but slower
        self._radius = self.size * (3.0 if m <= CROWD else 1.9) * theme.scale * max(1.0, side / 300) ** 0.5
        if (theme, self._radius, ratio) != self._made_for:
            self._stamps.clear()
            self._made_for = (theme, self._radius, ratio)
        left, right, bottom, top = extent
        half = _half(self._radius)
        x = (examples.x[0] - left) / (right - left) * side - half
        y = (top - examples.x[1]) / (top - bottom) * side - half
        self._places = np.round(np.stack([x, y], 1) * ratio).astype(int)  # device pixels; whole ones: sharp and fast


def _half(radius: float) -> float:
    return round(radius * 1.25 + 3)


def _stamp(true: int, predicted: int, part: int, radius: float, theme: Theme, ratio: float) -> QPixmap:
    """A mark in device pixels."""
    half = _half(radius)
    stamp = QPixmap(round(2 * half * ratio), round(2 * half * ratio))
    stamp.setDevicePixelRatio(ratio)
    stamp.fill(Qt.GlobalColor.transparent)
    painter = QPainter(stamp)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_point(painter, QPointF(half, half), radius, true, predicted, part, theme)
    painter.end()
    stamp.setDevicePixelRatio(1.0)
    return stamp
