"""The decision map: class probabilities over the plane, the examples on it, and what they are under the pointer.

It draws the records `Examples` and `Map` and computes nothing about the network.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QWidget

from hyperscope.lab.snapshot import Examples, Map, Snapshot, Status
from hyperscope.ui import paint
from hyperscope.ui.paint import TextButton, face, write
from hyperscope.ui.panels.map_foot import Foot
from hyperscope.ui.panels.map_points import PointLayer
from hyperscope.ui.theme import GRID, INSIDE, LIGHT, Theme

Array = NDArray[Any]
VIEWS = {"soft": paint.soft_map, "hard": paint.hard_map, "confidence": paint.confidence_map}
SAYS = {
    "soft": "Class colours mixed by probability",
    "hard": "The most probable class",
    "confidence": "The greatest probability",
}
ROW = 18  # pixels; one line under the picture
HEAD = 34  # above the picture
AXIS = 12  # pixels; a line of the axes' type
FOOT = 2 * AXIS + 10 + 4 * ROW + 8  # below the picture: ticks, the axis's name, and four lines
LEFT, RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
CENTRE = Qt.AlignmentFlag.AlignHCenter


class MapPanel(QWidget):
    """The map as a card. Wants some 326 × 450 pixels and uses any more for the picture."""

    probes = ("examples", "map")
    rate = 20.0
    hovered = Signal(float, float)  # plane coordinates under the pointer
    left = Signal()  # the pointer is over the picture no longer
    arranged = Signal()  # the picture lies elsewhere, or shows another part of the plane

    def __init__(self, theme: Theme = LIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._examples: Examples | None = None
        self._own: Examples | None = None  # while points are painted: as they are under the brush
        self._map: Map | None = None
        self._status = Status()
        self._picture = QRectF()
        self._image: QImage | None = None
        self._lines: list[QLineF] = []
        self._points = PointLayer()
        self._over: tuple[float, float] | None = None
        self._magnified: tuple[Array, str] | None = None
        self._view = "soft"
        self.setAccessibleName("Decision map")
        self.setAccessibleDescription("What the network answers at each place of the plane, and the examples on it")
        self.setMouseTracking(True)
        self.setMinimumSize(200, 260)
        choices = QButtonGroup(self)
        self._choices = {view: TextButton(view, f"{SAYS[view]}", self) for view in VIEWS}
        for view, button in self._choices.items():
            button.setCheckable(True)
            button.setAccessibleName(f"Map view: {view}")
            choices.addButton(button)
            button.clicked.connect(lambda _, chosen=view: self.set_view(chosen))
        self.set_view("soft")
        self.set_theme(theme)

    @property
    def view(self) -> str:
        """soft, hard or confidence."""
        return self._view

    def set_view(self, view: str) -> None:
        """Shows probabilities as soft, hard or confidence. Raises: KeyError for any other word."""
        self._choices[view].setChecked(True)
        self._view, self._image = view, None
        self.update()

    @property
    def picture(self) -> QRect:
        """Where on the panel the square picture lies, in pixels."""
        return self._picture.toRect()

    @property
    def tools_place(self) -> QRect:
        """Where on the panel there is room for two lines of tools, in place of the legend."""
        line = self._line(2)
        return QRectF(line.left(), line.top(), line.width(), self.height() - line.top() - GRID).toAlignedRect()

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """The part of the plane in the picture: left, right, bottom, top."""
        return self._extent()

    @property
    def examples(self) -> Examples | None:
        """The examples that the last snapshot brought."""
        return self._examples

    def show_own(self, own: Examples | None) -> None:
        """Shows points that are being painted in place of the examples, filled as the map says; None ends that."""
        self._own = own
        self._points.forget()
        self.update()

    def draw(self, snapshot: Snapshot) -> None:
        """Takes the newest map and examples; they turn into a picture when the panel is next painted."""
        self._status = snapshot.status
        examples = snapshot.views.get("examples")
        if examples is not None and not _same(examples, self._examples):
            self._examples = examples
            self._points.forget()
            self._arrange()
        if (found := snapshot.views.get("map")) is not None:
            moved = self._map is None or self._map.extent != found.extent
            self._map, self._image = found, None
            if moved:
                self._points.forget()
                self.arranged.emit()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme, self._image = theme, None
        for button in self._choices.values():
            button.set_theme(theme, 11)
        self._points.forget()
        self._arrange()
        self.update()

    def magnify(self, picture: Array | None, caption: str = "") -> None:
        """Shows a node's signed values (side, side), row 0 lowest, in place of the map; None brings the map back."""
        self._magnified = None if picture is None else (np.asarray(picture), caption)
        self._image = None
        for button in self._choices.values():
            button.setVisible(picture is None)
        self.update()

    def value_at(self, x: float, y: float) -> Array | None:
        """(C,) probabilities at a place of the plane, interpolated between cells; None before there is a map."""
        if self._map is None:
            return None
        left, right, bottom, top = self._map.extent
        _, height, width = self._map.p.shape
        column = min(max((x - left) / (right - left) * width - 0.5, 0.0), width - 1.0)
        row = min(max((y - bottom) / (top - bottom) * height - 0.5, 0.0), height - 1.0)
        c, r = min(int(column), width - 2), min(int(row), height - 2)
        across, up = column - c, row - r
        block = self._map.p[:, r : r + 2, c : c + 2]
        found: Array = (block @ np.array([1 - across, across])) @ np.array([1 - up, up])
        return found

    def _said_at(self, x: Array) -> Array:
        """The map's most probable class (m,) in the cells of places x (2, m)."""
        assert self._map is not None
        (left, right, bottom, top), (_, height, width) = self._map.extent, self._map.p.shape
        column = ((x[0] - left) / (right - left) * width).astype(int).clip(0, width - 1)
        row = ((x[1] - bottom) / (top - bottom) * height).astype(int).clip(0, height - 1)
        found: Array = self._map.p[:, row, column].argmax(0)
        return found

    def best_width(self, height: int) -> int:
        """The width at which the picture is as large as `height` pixels allow, with no room left beside it."""
        return math.ceil(height - (HEAD + FOOT) * self._theme.scale + self._gutter() + INSIDE)

    # where things are

    def _gutter(self) -> float:
        """Pixels from the card's left edge to the picture: the name of the upward axis, and its ticks."""
        scale = self._theme.scale
        small = QFontMetricsF(face(9, 400, scale))
        _, _, bottom, top = self._extent()
        widest = max((small.horizontalAdvance(_tick(v)) for v in paint.ticks(bottom, top)), default=0.0)
        return 8 + AXIS * scale + 3 + max(widest, 12 * scale) + 3 * scale

    def _arrange(self) -> None:
        scale, gutter = self._theme.scale, self._gutter()
        head, foot = HEAD * scale, FOOT * scale
        side = max(40.0, min(self.width() - gutter - INSIDE, self.height() - head - foot))
        x = gutter + (self.width() - gutter - INSIDE - side) / 2
        self._picture = QRectF(round(x), round(head), int(side), int(side))
        at = self._picture.right() + 3
        for button in reversed(self._choices.values()):
            button.resize(button.sizeHint())
            button.move(round(at - button.width()), round(self._middle() - button.height() / 2))
            at -= button.width() + 2 * scale
        self.arranged.emit()

    def _middle(self) -> float:
        """The y of the middle of the title's line; the same as on the other cards."""
        return INSIDE - 2 + 7 * self._theme.scale

    def _left(self) -> float:
        """Where the card's lines of text begin, at the margin, or nearer to the picture where that stands alone."""
        return INSIDE + max(0.0, self._picture.left() - self._gutter())

    def _extent(self) -> tuple[float, float, float, float]:
        if self._map is not None:
            return self._map.extent
        return self._examples.extent if self._examples is not None else (-1.0, 1.0, -1.0, 1.0)

    def _place(self, at: QPointF) -> tuple[float, float]:
        left, right, bottom, top = self._extent()
        box = self._picture
        return (
            left + (at.x() - box.left()) / box.width() * (right - left),
            top - (at.y() - box.top()) / box.height() * (top - bottom),
        )

    def _line(self, row: int) -> QRectF:
        scale, box = self._theme.scale, self._picture
        top = box.bottom() + (2 * AXIS + 8 + row * ROW) * scale
        return QRectF(self._left(), top, box.right() - self._left(), ROW * scale)

    # what happens

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._points.forget()
        self._arrange()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._picture.contains(event.position()) and self._map is not None:
            self._over = self._place(event.position())
            self.hovered.emit(*self._over)
        else:
            self._leave()
        self._update_foot()

    def leaveEvent(self, event: QEvent) -> None:
        self._leave()
        self._update_foot()

    def _leave(self) -> None:
        if self._over is not None:
            self._over = None
            self.left.emit()

    def _update_foot(self) -> None:
        top = int(self._line(0).top())
        self.update(0, top, self.width(), self.height() - top)

    # how it looks

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        scale = theme.scale
        paint.card(painter, QRectF(self.rect()), theme)
        box = self._picture
        end = box.right() if self._magnified else self._choices["soft"].x() - 4
        head = QRectF(self._left(), self._middle() - 10 * scale, end - self._left(), 20 * scale)
        strong = face(11, 600, scale)
        title = self._magnified[1] if self._magnified else "Decision map"
        if not self._magnified and QFontMetricsF(strong).horizontalAdvance(title) > head.width():
            title = "Map"
        write(painter, head, title, strong, theme.text if self._magnified else theme.quiet)
        if self._map is None and not self._magnified:
            self._paint_empty(painter)
            return
        if event.rect().top() < box.bottom():
            self._paint_picture(painter)
            self._paint_axes(painter)
        names = self._examples.class_names if self._examples is not None else ()
        foot = Foot(painter, theme, self._line(0), ROW * scale)
        foot.results(self._status)
        if self._magnified:
            foot.sign_scale(self._magnified[0])
        elif self._map is not None and self._over is not None:
            p = self.value_at(*self._over)
            assert p is not None
            foot.probabilities(*self._over, p, names)
        else:
            foot.legend(names, len(self._map.p) if self._map is not None and self._view == "confidence" else 0)

    def _paint_empty(self, painter: QPainter) -> None:
        painter.setBrush(self._theme.control)
        painter.drawRoundedRect(self._picture, 4, 4)
        words = "No data yet. Choose a data set to see how the network divides the plane."
        painter.setFont(face(12, 400, self._theme.scale))
        painter.setPen(self._theme.quiet)
        inner = self._picture.adjusted(24, 24, -24, -24)
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), words)

    def _paint_picture(self, painter: QPainter) -> None:
        box, theme = self._picture, self._theme
        if self._image is None:
            self._render()
        assert self._image is not None
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, self._image)
        if self._magnified is None:
            line = QColor(theme.text)
            line.setAlphaF(0.42)
            painter.setClipRect(box)
            painter.setPen(QPen(line, theme.scale, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawLines(self._lines)
            painter.setClipping(False)
            shown = self._own or self._examples
            if shown is not None and self._map is not None:
                said = self._map.predicted if shown is self._examples else self._said_at(shown.x)
                self._points.update(shown, said, self._extent(), box.width(), theme, self.devicePixelRatioF())
                painter.drawPixmap(box.topLeft(), self._points.pixmap)
        painter.drawPixmap(box.topLeft(), paint.corners(box.width(), theme.card, self.devicePixelRatioF()))

    def _render(self) -> None:
        """Turns the newest arrays into an image and the borders between regions into lines."""
        theme, box = self._theme, self._picture
        if self._magnified is not None:
            self._image = paint.sign_picture(self._magnified[0], theme)
            return
        assert self._map is not None
        p = self._map.p
        self._image = VIEWS[self._view](p, theme)
        pieces = (paint.borders(p) + 0.5) / np.array([p.shape[2], p.shape[1]] * 2) * box.width()
        pieces[:, 1::2] = box.height() - pieces[:, 1::2]
        pieces += [box.left(), box.top()] * 2
        self._lines = [QLineF(*piece) for piece in pieces.tolist()]

    def _paint_axes(self, painter: QPainter) -> None:
        theme, box, scale = self._theme, self._picture, self._theme.scale
        left, right, bottom, top = self._extent()
        names = self._examples.axes if self._examples is not None else ("", "")
        font, high = face(9, 400, scale), AXIS * scale
        across = [(v, box.left() + (v - left) / (right - left) * box.width()) for v in paint.ticks(left, right)]
        up = [(v, box.bottom() - (v - bottom) / (top - bottom) * box.height()) for v in paint.ticks(bottom, top)]
        for value, x in across:
            write(painter, QRectF(x - 30, box.bottom() + 2, 60, high), _tick(value), font, theme.quiet, CENTRE)
        for value, y in up:
            gap = QRectF(0, y - high / 2, box.left() - 3 * scale, high)
            write(painter, gap, _tick(value), font, theme.quiet, RIGHT)
        font = face(10, 400, scale)
        below = QRectF(box.left(), box.bottom() + 1 + high, box.width(), high + 2)
        write(painter, below, names[0], font, theme.quiet, CENTRE)
        painter.save()
        painter.translate(box.left() - self._gutter() + 8 + high / 2, box.center().y())
        if len(names[1]) > 3:
            painter.rotate(-90)
        beside = QRectF(-box.height() / 2, -high / 2 - 1, box.height(), high + 2)
        write(painter, beside, names[1], font, theme.quiet, CENTRE)
        painter.restore()


def _tick(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _same(one: Examples, other: Examples | None) -> bool:
    return (
        other is not None
        and one.class_names == other.class_names
        and one.axes == other.axes
        and (np.array_equal(one.x, other.x) and np.array_equal(one.y, other.y) and np.array_equal(one.part, other.part))
    )
