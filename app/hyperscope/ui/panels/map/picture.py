"""The map's square picture: images, lines and points kept between paints, and which place of the plane lies where."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from hyperscope.engine.arrays import Array
from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.probes.decision_map import Map
from hyperscope.lab.probes.passing import Passing
from hyperscope.ui import paint
from hyperscope.ui.paint import face
from hyperscope.ui.panels.map.axes import Extent
from hyperscope.ui.panels.map.pin import Pin, paint_card, paint_ring
from hyperscope.ui.panels.map.points import PointLayer, paint_point
from hyperscope.ui.panels.map.views import VIEWS, contours, placed
from hyperscope.ui.theme import LIGHT

NEAR = 7.0  # pixels; a press this close to an example means it


class MapPicture:
    """What is drawn in `box` (pixels) of a map and its examples; arrays turn into images when it is next painted."""

    def __init__(self) -> None:
        self.box = QRectF()
        self.theme = LIGHT
        self.examples: Examples | None = None
        self.own: Examples | None = None  # while points are painted: as they are under the brush
        self.map: Map | None = None
        self.view = "soft"
        self.parts = (True, True, True)  # train, dev and test examples are shown
        self.with_borders, self.with_contours = True, False
        self.magnified: Array | None = None  # a node's values, instead of the map
        self.image: QImage | None = None
        self.points = PointLayer()
        self._borders: list[QLineF] = []
        self._contours: list[QLineF] = []

    @property
    def extent(self) -> Extent:
        """Left, right, bottom and top of the plane."""
        if self.map is not None:
            return self.map.extent
        return self.examples.extent if self.examples is not None else (-1.0, 1.0, -1.0, 1.0)

    def place(self, at: QPointF) -> tuple[float, float]:
        """The place of the plane at a pixel."""
        left, right, bottom, top = self.extent
        x, y = (at.x() - self.box.left()) / self.box.width(), (at.y() - self.box.top()) / self.box.height()
        return left + x * (right - left), top - y * (top - bottom)

    def pixel(self, x: float, y: float) -> QPointF:
        """The pixel at a place of the plane."""
        left, right, bottom, top = self.extent
        return QPointF(
            self.box.left() + (x - left) / (right - left) * self.box.width(),
            self.box.top() + (top - y) / (top - bottom) * self.box.height(),
        )

    def example_near(self, at: QPointF) -> int | None:
        """The number of the shown example at a pixel, or None."""
        if self.examples is None or not len(self.examples.y):
            return None
        left, right, bottom, top = self.extent
        per = np.array([[self.box.width() / (right - left)], [self.box.height() / (top - bottom)]])
        away = np.hypot(*((self.examples.x - np.array(self.place(at))[:, None]) * per))
        away[~np.array(self.parts)[self.examples.part]] = np.inf
        nearest = int(away.argmin())
        return nearest if away[nearest] <= NEAR * self.theme.scale else None

    def value_at(self, x: float, y: float) -> Array | None:
        """(C,) probabilities at a place of the plane, interpolated between cells; None before there is a map."""
        if self.map is None:
            return None
        left, right, bottom, top = self.map.extent
        _, height, width = self.map.p.shape
        column = min(max((x - left) / (right - left) * width - 0.5, 0.0), width - 1.0)
        row = min(max((y - bottom) / (top - bottom) * height - 0.5, 0.0), height - 1.0)
        c, r = min(int(column), width - 2), min(int(row), height - 2)
        across, up = column - c, row - r
        block = self.map.p[:, r : r + 2, c : c + 2]
        found: Array = (block @ np.array([1 - across, across])) @ np.array([1 - up, up])
        return found

    def _said_at(self, x: Array) -> Array:
        """The map's most probable class (m,) in the cells of places x (2, m)."""
        assert self.map is not None
        (left, right, bottom, top), (_, height, width) = self.map.extent, self.map.p.shape
        column = ((x[0] - left) / (right - left) * width).astype(int).clip(0, width - 1)
        row = ((x[1] - bottom) / (top - bottom) * height).astype(int).clip(0, height - 1)
        found: Array = self.map.p[:, row, column].argmax(0)
        return found

    def forget(self) -> None:
        """Draws everything anew next time: another map, view, size or colours."""
        self.image = None

    def paint(self, painter: QPainter, ratio: float) -> None:
        """Draws the map, or the magnified node, at `ratio` device pixels each."""
        box, theme = self.box, self.theme
        if self.image is None:
            self._render()
        assert self.image is not None
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, self.image)
        if self.magnified is None:
            painter.setClipRect(box)
            for lines, strength, width in ((self._contours, 0.3, 0.7), (self._borders, 0.42, 1.0)):
                ink = QColor(theme.text)
                ink.setAlphaF(strength)
                painter.setPen(QPen(ink, theme.scale * width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
                painter.drawLines(lines)
            painter.setClipping(False)
            shown = self.own or self.examples
            if shown is not None and self.map is not None:
                predicted = self.map.predicted if shown is self.examples else self._said_at(shown.x)
                self.points.update(shown, predicted, self.extent, box.width(), theme, ratio, self.parts)
                painter.drawPixmap(box.topLeft(), self.points.pixmap)
        painter.drawPixmap(box.topLeft(), paint.corners(box.width(), theme.card, ratio))

    def paint_empty(self, painter: QPainter) -> None:
        """Says what to do where there is no map yet."""
        painter.setBrush(self.theme.control)
        painter.drawRoundedRect(self.box, 4, 4)
        words = "No data yet. Choose a data set to see how the network divides the plane."
        painter.setFont(face(12, 400, self.theme.scale))
        painter.setPen(self.theme.quiet)
        inner = self.box.adjusted(24, 24, -24, -24)
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), words)

    def paint_pin(self, painter: QPainter, pin: Pin, passing: Passing | None) -> None:
        """Rings the pinned input, and says what the network makes of it once that is known."""
        place = pin.place(self.examples)
        if place is None:
            return
        at = self.pixel(*place)
        if self.box.contains(at):
            paint_ring(painter, at, self.theme, example=pin.example is not None)
            if pin.example is not None and self.examples is not None and self.map is not None:
                # once more, over its neighbours
                said = int(self.map.predicted[pin.example]) if pin.example < len(self.map.predicted) else -1
                true, part = int(self.examples.y[pin.example]), int(self.examples.part[pin.example])
                paint_point(painter, at, 3.6 * self.theme.scale, true, said, part, self.theme)
        if passing is not None and pin.is_of(passing):
            names = self.examples.class_names if self.examples is not None else ()
            paint_card(painter, self.box, at, passing, names, self.theme)

    def _render(self) -> None:
        """Turns the newest arrays into an image, and borders and contours into lines."""
        if self.magnified is not None:
            self.image = paint.sign_picture(self.magnified, self.theme)
            return
        assert self.map is not None
        p = self.map.p
        self.image = VIEWS[self.view](p, self.theme)
        self._borders = placed(paint.borders(p), p.shape, self.box) if self.with_borders else []
        self._contours = placed(contours(p, self.view), p.shape, self.box) if self.with_contours else []


def same_data(one: Examples, other: Examples) -> bool:
    """Whether both are the same data set, in whatever plane."""
    same_classes = one.class_names == other.class_names and one.feature_names == other.feature_names
    return same_classes and np.array_equal(one.y, other.y) and np.array_equal(one.part, other.part)


def same_examples(one: Examples, other: Examples | None) -> bool:
    """Whether both are drawn alike."""
    return other is not None and one.axes == other.axes and same_data(one, other) and np.array_equal(one.x, other.x)
