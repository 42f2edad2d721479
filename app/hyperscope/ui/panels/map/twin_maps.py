"""The maps of twins: A's and B's decision map side by side, below them where they disagree, and both in numbers.

It draws the records `Map`, `Examples` and `Disagreement` and computes nothing about the networks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from hyperscope.engine.arrays import Array
from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.probes.decision_map import Map, decision_map
from hyperscope.lab.probes.examples import examples
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen, Status
from hyperscope.lab.twins.comparison import Disagreement, disagreement
from hyperscope.ui import paint
from hyperscope.ui import theme as look
from hyperscope.ui.controls.control import paint_text
from hyperscope.ui.controls.text_choice import TextChoice
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.common.twin_letters import letter
from hyperscope.ui.panels.common.twin_numbers import Numbers
from hyperscope.ui.panels.map.points import PointLayer
from hyperscope.ui.theme import INSIDE, LIGHT, Theme

VIEWS = {"soft": paint.soft_map, "hard": paint.hard_map, "confidence": paint.confidence_map}
HEAD, LABEL, GAP, FOOT = 34, 18, 10, 12  # pixels: above the pictures, over each, between them, below
DISAGREEMENT = ("Where they disagree", "They disagree", "Disagree")
NO_PLANE = "Other features or classes: there is no plane in common to compare on."
SMALL = 0.72  # of the usual size, the examples
STRONGEST = 0.85  # of the text's colour, where the twins could not differ more


@dataclass
class _Picture:
    """One map, and what it was last drawn from."""

    map: Map | None = None
    examples: Examples | None = None
    image: QImage | None = None
    lines: list[QLineF] = field(default_factory=list)
    points: PointLayer = field(default_factory=lambda: PointLayer(SMALL))


class TwinMaps(QWidget):
    """Takes the decision map's place while there are twins."""

    rate = 15.0
    hovered = Signal(float, float)  # the pointer's place in plane coordinates
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._a, self._b = _Picture(), _Picture()
        self._found: Disagreement | None = None
        self._strength: QImage | None = None
        self._rims: list[QLineF] = []
        self._status = (Status(), Status())
        self._over: tuple[float, float] | None = None
        self._boxes = (QRectF(), QRectF(), QRectF(), QRectF())
        self._magnified: tuple[Array | None, Array | None] | None = None
        self.setAccessibleName("Decision maps of the twins")
        self.setMouseTracking(True)
        self.setMinimumSize(220, 260)
        self.title = QLabel("Decision maps")
        self.view = TextChoice(tuple(VIEWS), "Map view")
        self.view.chosen.connect(self._view_chosen)
        self._head = QHBoxLayout()
        self._head.addWidget(self.title)
        self._head.addStretch(1)
        self._head.addWidget(self.view)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._column.addStretch(1)
        self.set_theme(LIGHT)

    @property
    def disagreement(self) -> Disagreement | None:
        """What is shown of where they disagree; None where it cannot be said."""
        return self._found

    def cell(self, which: str) -> QRectF:
        """Where the picture of "A", "B", "disagreement" or the "numbers" lies on the panel, in pixels."""
        return self._boxes[("A", "B", "disagreement", "numbers").index(which)]

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """What it draws, for somebody who looks there."""
        at = focus.in_plane
        return Ask(examples, at), Ask(decision_map, at), Ask(disagreement, at)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Takes the newest maps of both; they turn into pictures when the panel is next painted."""
        if len(sides) < 2:
            return
        a, b = sides
        self._status = (a.status, b.status)
        for picture, seen in ((self._a, a), (self._b, b)):
            if (data := seen.records.of(examples)) is not None:
                picture.examples = data
                picture.points.forget()
            if (found := seen.records.of(decision_map)) is not None:
                picture.map, picture.image = found, None
        if b.records.of(decision_map) is not None:
            self._found, self._strength = b.records.of(disagreement), None
            self._tell()
        self.update()

    def magnify(self, a: Array | None, b: Array | None) -> None:
        """Shows a unit's signed values (side, side) of either network in place of its map; twice None ends that."""
        self._magnified = None if a is None and b is None else (a, b)
        self._a.image = self._b.image = None
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        inside = round(INSIDE * theme.scale)
        self._column.setContentsMargins(inside, inside - 4, inside - 4, 0)
        self.title.setFont(look.font(11, 600, theme.scale))
        paint_text(self.title, theme.quiet)
        self.view.set_theme(theme)
        self._arrange()

    def best_width(self, height: int) -> int:
        """The width at which the pictures are as large as `height` pixels allow."""
        scale = self._theme.scale
        side = (height - (HEAD + 2 * LABEL + GAP + FOOT) * scale) / 2
        return math.ceil(2 * side + GAP * scale + 2 * INSIDE)

    def sizeHint(self) -> QSize:
        return QSize(self.best_width(450), 450)

    def _tell(self) -> None:
        found = self._found
        said = NO_PLANE if found is None else f"They disagree on {100 * found.plane:.1f} % of the plane"
        if found is not None and found.examples is not None:
            said += f" and on {int(found.examples.sum())} of {found.examples.size} examples"
        self.setAccessibleDescription(said)

    # -- where things are -----------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        scale = self._theme.scale
        gap, label, head = GAP * scale, LABEL * scale, HEAD * scale
        room = (self.width() - 2 * INSIDE - gap) / 2
        side = max(40.0, float(int(min(room, (self.height() - head - 2 * label - gap - FOOT * scale) / 2))))
        left = round((self.width() - 2 * side - gap) / 2)
        upper = round(head + label)
        lower = round(upper + side + gap + label)
        right = round(left + side + gap)
        self._boxes = (
            QRectF(left, upper, side, side),
            QRectF(right, upper, side, side),
            QRectF(left, lower, side, side),
            QRectF(right, lower - label, side, side + label),
        )
        self._view_chosen()
        for picture in (self._a, self._b):
            picture.points.forget()

    def _view_chosen(self, _: str = "") -> None:
        self._a.image = self._b.image = self._strength = None
        self.update()

    def _extent(self, which: _Picture) -> tuple[float, float, float, float]:
        return which.map.extent if which.map is not None else (-1.0, 1.0, -1.0, 1.0)

    # -- what happens ---------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        box = next((box for box in self._boxes[:3] if box.contains(event.position())), None)
        over = None
        if box is not None and self._a.map is not None:
            left, right, bottom, top = self._extent(self._a)
            x = left + (event.position().x() - box.left()) / box.width() * (right - left)
            over = (x, top - (event.position().y() - box.top()) / box.height() * (top - bottom))
        if over != self._over:
            self._point_at(over)

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._point_at(None)

    def _point_at(self, place: tuple[float, float] | None) -> None:
        was, self._over = self._over, place
        if place is not None:
            self.hovered.emit(*place)
        elif was is not None:
            self.left.emit()
        self.update()

    # -- how it looks ---------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        paint.card(painter, QRectF(self.rect()), theme)
        self._paint_map(painter, 0)
        self._paint_map(painter, 1)
        self._paint_disagreement(painter)
        numbers = Numbers(painter, theme, self._boxes[3])
        numbers.results(*self._status)
        if self._over is not None and self._a.map is not None and self._b.map is not None:
            names = self._a.examples.class_names if self._a.examples is not None else ()
            numbers.probabilities(self._over, _at(self._a.map, self._over), _at(self._b.map, self._over), names)
            self._paint_pointer(painter)
        elif self._found is not None:
            numbers.disagreement(self._found, _ramp(theme))
        painter.end()

    def _paint_map(self, painter: QPainter, number: int) -> None:
        picture, box, theme = (self._a, self._b)[number], self._boxes[number], self._theme
        letter(painter, box, "AB"[number], theme)
        if picture.map is None:
            painter.fillRect(box, theme.control)
            return
        magnified = self._magnified[number] if self._magnified is not None else None
        if picture.image is None:
            if magnified is not None:
                picture.image = paint.sign_picture(magnified, theme)
            else:
                picture.image = VIEWS[self.view.value](picture.map.p, theme)
            picture.lines = _lines(picture.map.p, box)
        self._paint_image(painter, picture.image, box, picture.lines if magnified is None else [])
        if picture.examples is not None and magnified is None:
            ratio = self.devicePixelRatioF()
            picture.points.update(
                picture.examples, picture.map.predicted, picture.map.extent, box.width(), theme, ratio
            )
            painter.drawPixmap(box.topLeft(), picture.points.pixmap)
        painter.drawPixmap(box.topLeft(), paint.corners(box.width(), theme.card, self.devicePixelRatioF()))

    def _paint_disagreement(self, painter: QPainter) -> None:
        box, theme, found = self._boxes[2], self._theme, self._found
        scale = theme.scale
        label = QRectF(box.left(), box.top() - LABEL * scale, box.width(), (LABEL - 2) * scale)
        font = face(11, 500, scale)
        write(painter, label, paint.fitting(DISAGREEMENT, font, label.width()), font, theme.text)
        if found is None:
            painter.fillRect(box, theme.control)
            painter.setPen(theme.quiet)
            painter.setFont(face(11, 400, scale))
            flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
            painter.drawText(box.adjusted(12, 12, -12, -12), flags, NO_PLANE)
            return
        if self._strength is None:
            levels = np.rint(np.clip(np.nan_to_num(found.strength), 0, 1) * 255).astype(np.intp)
            self._strength = paint.image(_ramp(theme)[levels][::-1])
            self._rims = _lines(np.stack([~found.differs, found.differs]).astype(np.float32), box)
        self._paint_image(painter, self._strength, box, self._rims)
        if found.examples is not None and self._a.examples is not None:
            self._paint_torn(painter, self._a.examples, found)
        painter.drawPixmap(box.topLeft(), paint.corners(box.width(), theme.card, self.devicePixelRatioF()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.hairline, 1))  # where they agree it is as bright as the card
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _paint_torn(self, painter: QPainter, examples: Examples, found: Disagreement) -> None:
        """The examples that the twins answer differently, in the colour of their true class."""
        assert found.examples is not None
        if found.examples.size != examples.y.size:
            return
        box, theme = self._boxes[2], self._theme
        left, right, bottom, top = found.extent
        radius = 2.6 * theme.scale
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for at in np.flatnonzero(found.examples)[:1500].tolist():
            x = box.left() + (examples.x[0, at] - left) / (right - left) * box.width()
            y = box.top() + (top - examples.x[1, at]) / (top - bottom) * box.height()
            painter.setPen(QPen(theme.map_ground, 1.2 * theme.scale))
            painter.setBrush(theme.class_colour(int(examples.y[at])))
            painter.drawEllipse(QPointF(x, y), radius, radius)

    def _paint_image(self, painter: QPainter, image: QImage, box: QRectF, lines: list[QLineF]) -> None:
        theme = self._theme
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, image)
        line = QColor(theme.text)
        line.setAlphaF(0.42)
        painter.setPen(QPen(line, theme.scale, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.setClipRect(box)
        painter.drawLines(lines)
        painter.setClipping(False)

    def _paint_pointer(self, painter: QPainter) -> None:
        """The same place on all three pictures."""
        assert self._over is not None
        left, right, bottom, top = self._extent(self._a)
        across, down = (self._over[0] - left) / (right - left), (top - self._over[1]) / (top - bottom)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for box in self._boxes[:3]:
            at = QPointF(box.left() + across * box.width(), box.top() + down * box.height())
            for colour, width in ((self._theme.map_ground, 3.5), (self._theme.text, 1.5)):
                painter.setPen(QPen(colour, width * self._theme.scale))
                painter.drawEllipse(at, 5 * self._theme.scale, 5 * self._theme.scale)


def _lines(p: Array, box: QRectF) -> list[QLineF]:
    """The borders between the regions of p (C, height, width) as lines in `box`."""
    pieces = (paint.borders(p) + 0.5) / np.array([p.shape[2], p.shape[1]] * 2) * box.width()
    pieces[:, 1::2] = box.height() - pieces[:, 1::2]
    pieces += [box.left(), box.top()] * 2
    return [QLineF(*piece) for piece in pieces.tolist()]


def _ramp(theme: Theme) -> Array:
    """(256,) pixels from no disagreement to the strongest: one neutral hue, as every other means a class."""
    share = np.linspace(0, STRONGEST, 256, dtype=np.float32)[:, None]
    return paint.packed(share * paint.rgb(theme.text) + (1 - share) * paint.rgb(theme.map_ground))


def _at(found: Map, place: tuple[float, float]) -> Array:
    """(C,) probabilities in the cell of a map that a place of the plane lies in."""
    left, right, bottom, top = found.extent
    _, height, width = found.p.shape
    column = int(np.clip((place[0] - left) / (right - left) * width, 0, width - 1))
    row = int(np.clip((place[1] - bottom) / (top - bottom) * height, 0, height - 1))
    p: Array = found.p[:, row, column]
    return p
