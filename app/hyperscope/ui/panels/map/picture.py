"""The map's square picture: images, lines and points kept between paints, and which place of the plane lies where."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QWidget

from hyperscope.engine.arrays import Array
from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.probes.decision_map import Map, decision_map
from hyperscope.lab.probes.examples import examples
from hyperscope.lab.probes.passing import Passing
from hyperscope.lab.probes.snapshot import Seen, Status
from hyperscope.ui import paint
from hyperscope.ui.pacing import on_screen
from hyperscope.ui.panels.common.in_turn import InTurn
from hyperscope.ui.panels.map.axes import Extent
from hyperscope.ui.panels.map.pin import Pin, paint_ring
from hyperscope.ui.panels.map.points import AT_ONCE, PointLayer, paint_point
from hyperscope.ui.panels.map.views import VIEWS, contours, placed
from hyperscope.ui.panels.map.wrong import misclassified
from hyperscope.ui.theme import LIGHT, Theme

NEAR = 7.0  # pixels; a press this close to an example means it


class MapPicture:
    """What is drawn of one network in `box` (pixels): its map and the examples on it.

    Arrays turn into images when it is next painted.
    """

    def __init__(self) -> None:
        self.box = QRectF()
        self.theme = LIGHT
        self.status = Status()
        self.passing: Passing | None = None  # what the network makes of the pinned input
        self.examples: Examples | None = None
        self.own: Examples | None = None  # while points are painted: as they are under the brush
        self.map: Map | None = None
        self.view = "soft"
        self.parts = (True, True, True)  # train, dev and test examples are shown
        self.with_borders, self.with_contours = True, False
        self.magnified: Array | None = None  # a node's values, instead of the map
        self.image: QImage | None = None
        self.points = PointLayer()
        self.on: QWidget | None = None  # where it is seen: there a great many examples are drawn over several frames
        self._turns: InTurn | None = None  # the frames that they are drawn over
        self._pieces: tuple[Array, Array] = (np.zeros((0, 4)), np.zeros((0, 4)))  # of borders and contours, in cells
        self._lines: tuple[list[QLineF], list[QLineF]] | None = None  # the same in the box

    def take(self, seen: Seen) -> bool:
        """Takes the newest records; returns whether there are other examples."""
        self.status = seen.status
        data = seen.records.of(examples)
        others = data is not None and not same_examples(data, self.examples)
        if others:
            self.examples = data
        before = self.extent
        if (found := seen.records.of(decision_map)) is not None:
            self.map = found
            self.forget()
        if others or self.extent != before:
            self.points.forget()
        return others

    def lie_in(self, box: QRectF, size: float) -> None:
        """Lies elsewhere from now on, with examples of `size` times the usual."""
        if box != self.box or size != self.points.size:
            self.box, self.points.size = box, size
            self._lines = None
            self.points.forget()

    @property
    def predicted(self) -> Array:
        """The predicted class (m,) of each example, none before there is a map."""
        return self.map.predicted if self.map is not None else np.zeros(0, np.int64)

    @property
    def wrong(self) -> Array:
        """The numbers (k,) of the misclassified examples among those shown."""
        return misclassified(self.examples, self.predicted, self.parts)

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

    def forget_all(self) -> None:
        """The same of the examples too."""
        self.forget()
        self.points.forget()

    def show_own(self, own: Examples | None) -> None:
        """Shows points that are being painted in place of the examples; None ends that."""
        self.own = own
        self.points.forget()

    def magnify(self, values: Array | None) -> None:
        """Shows a node's signed values (side, side), row 0 lowest, in place of the map; None brings the map back."""
        self.magnified = None if values is None else np.asarray(values)
        self.forget()

    def paint(self, painter: QPainter, ratio: float) -> None:
        """Draws the map, or the magnified node, at `ratio` device pixels each."""
        box, theme = self.box, self.theme
        if self.image is None:
            self._render()
        assert self.image is not None
        lines: tuple[tuple[list[QLineF], float, float], ...] = ()
        if self.magnified is None:
            borders, contour_lines = self._lines_now()
            lines = (contour_lines, 0.3, 0.7), (borders, 0.42, 1.0)
        paint_image(painter, box, self.image, lines, theme)
        if self.magnified is None:
            shown = self.own or self.examples
            if shown is not None and self.map is not None:
                predicted = self.map.predicted if shown is self.examples else self._said_at(shown.x)
                most = AT_ONCE if on_screen(self.on) else None
                self.points.update(shown, predicted, self.extent, box.width(), theme, ratio, self.parts, most=most)
                if self.on is not None and self.points.rest:
                    self._turns = self._turns or InTurn(self.on, at_once=False)
                    self._turns.ask("points", self.on.update)
                painter.drawPixmap(box.topLeft(), self.points.pixmap)
        painter.drawPixmap(box.topLeft(), paint.corners(box.width(), theme.card, ratio))

    def paint_empty(self, painter: QPainter) -> None:
        """The place of the map, for the moments until there is one."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.control)
        painter.drawRoundedRect(self.box, 4, 4)

    def paint_pin(self, painter: QPainter, pin: Pin) -> None:
        """Rings the pinned input, with its mark once more over its neighbours'."""
        place = pin.place(self.examples)
        if place is None:
            return
        at = self.pixel(*place)
        if self.box.contains(at):
            paint_ring(painter, at, self.theme, example=pin.example is not None)
            if pin.example is not None and self.examples is not None and self.map is not None:
                said = int(self.map.predicted[pin.example]) if pin.example < len(self.map.predicted) else -1
                true, part = int(self.examples.y[pin.example]), int(self.examples.part[pin.example])
                radius = 3.6 * self.points.size * self.theme.scale
                paint_point(painter, at, radius, true, said, part, self.theme)

    def _render(self) -> None:
        """Turns the newest arrays into an image, and finds borders and contours in them."""
        if self.magnified is not None:
            self.image = paint.sign_picture(self.magnified, self.theme)
            return
        assert self.map is not None
        p = self.map.p
        self.image = VIEWS[self.view](p, self.theme)
        none = np.zeros((0, 4))
        self._pieces = (
            paint.borders(p) if self.with_borders else none,
            contours(p, self.view) if self.with_contours else none,
        )
        self._lines = None

    def _lines_now(self) -> tuple[list[QLineF], list[QLineF]]:
        if self._lines is None:
            shape = self.map.p.shape if self.map is not None else (1, 1, 1)
            borders, contour_lines = self._pieces
            self._lines = placed(borders, shape, self.box), placed(contour_lines, shape, self.box)
        return self._lines


def paint_image(
    painter: QPainter,
    box: QRectF,
    image: QImage,
    lines: Iterable[tuple[list[QLineF], float, float]],
    theme: Theme,
) -> None:
    """An image in `box`, and over it `lines` with their strength (0 to 1) and width in pixels."""
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(box, image)
    painter.setClipRect(box)
    for drawn, strength, width in lines:
        ink = QColor(theme.text)
        ink.setAlphaF(strength)
        painter.setPen(QPen(ink, theme.scale * width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLines(drawn)
    painter.setClipping(False)


def same_data(one: Examples, other: Examples) -> bool:
    """Whether both are the same data set, in whatever plane."""
    same_classes = one.class_names == other.class_names and one.feature_names == other.feature_names
    return same_classes and np.array_equal(one.y, other.y) and np.array_equal(one.part, other.part)


def same_examples(one: Examples, other: Examples | None) -> bool:
    """Whether both are drawn alike."""
    return other is not None and one.axes == other.axes and same_data(one, other) and np.array_equal(one.x, other.x)
