"""The maps of twins: A's and B's beside each other, below them where they disagree, and both in numbers."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from hyperscope.engine.arrays import Array
from hyperscope.lab.twins.comparison import Disagreement
from hyperscope.ui import paint
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.common.twin_letters import letter
from hyperscope.ui.panels.common.twin_numbers import Numbers, place_of_counter
from hyperscope.ui.panels.map.head import HEAD
from hyperscope.ui.panels.map.picture import paint_image
from hyperscope.ui.panels.map.pin import PARTS, named, paint_ring
from hyperscope.ui.panels.map.shown import Shown, below
from hyperscope.ui.panels.map.views import placed
from hyperscope.ui.theme import INSIDE, Theme

EDGE = 4  # pixels from the numbers to the card's lower edge, where there are many
LABEL, GAP, FOOT = 18, 10, 12  # pixels: over each picture, between them, below
TOOLS = 60  # pixels; two lines of tools
DISAGREEMENT = ("Where they disagree", "They disagree", "Disagree")
APART = "They stand at different steps, {} and {}, so where they disagree is not compared."
NO_PLANE = "Other features or classes: there is no plane in common to compare on."
SMALL = 0.72  # of the usual size, the examples
STRONGEST = 0.85  # of the text's colour, where the twins could not differ more
MOST = 1500  # examples that are answered differently and shown


class Beside:
    """An `Arrangement` of the two pictures of `shown`."""

    share = 0.42

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self._card = QSize()
        self._third, self._fourth = QRectF(), QRectF()  # the disagreement's place, and that of the numbers
        self._drawn: Disagreement | None = None  # what the image and the lines show
        self._image = QImage()
        self._rims: list[QLineF] = []

    @property
    def left(self) -> float:
        """See `Arrangement`."""
        return self._shown.first.box.left()

    @property
    def counter(self) -> QRect:
        """See `Arrangement`: among the numbers."""
        return place_of_counter(self._fourth, self._shown.theme).toRect()

    @property
    def tools(self) -> QRect:
        """See `Arrangement`: over what lies lowest."""
        top = self._card.height() - TOOLS * self._shown.theme.scale
        return below(QRectF(INSIDE, top, self._card.width() - 2 * INSIDE, 0), self._card, FOOT)

    @property
    def reading(self) -> QRect:
        """See `Arrangement`: the place is marked on all pictures."""
        return QRect(0, 0, self._card.width(), self._card.height())

    @property
    def cells(self) -> tuple[QRectF, QRectF, QRectF, QRectF]:
        """Where A, B, the disagreement and the numbers lie, in pixels."""
        a, b = self._shown.pictures
        return a.box, b.box, self._third, self._fourth

    def arrange(self, size: QSize) -> None:
        """See `Arrangement`."""
        self._card = size
        scale = self._shown.theme.scale
        gap, label, head = GAP * scale, LABEL * scale, HEAD * scale
        room = (size.width() - 2 * INSIDE - gap) / 2
        side = max(40.0, float(int(min(room, (size.height() - head - 2 * label - gap - FOOT * scale) / 2))))
        left = round((size.width() - 2 * side - gap) / 2)
        upper = round(head + label)
        lower = round(upper + side + gap + label)
        right = round(left + side + gap)
        for picture, x in zip(self._shown.pictures, (left, right), strict=True):
            picture.lie_in(QRectF(x, upper, side, side), SMALL)
        self._third = QRectF(left, lower, side, side)
        top = lower - label
        self._fourth = QRectF(right, top, side, max(side + label, size.height() - EDGE - top))
        self._drawn = None

    def best_width(self, height: int) -> int:
        """See `Arrangement`."""
        scale = self._shown.theme.scale
        side = (height - (HEAD + 2 * LABEL + GAP + FOOT) * scale) / 2
        return math.ceil(2 * side + GAP * scale + 2 * INSIDE)

    def aimed(self, at: QPointF) -> QPointF | None:
        """See `Arrangement`: a place of any picture is that place of A's plane."""
        box = next((box for box in self.cells[:3] if box.contains(at)), None)
        return at - box.topLeft() + self._shown.first.box.topLeft() if box is not None else None

    def says(self) -> str:
        """See `Arrangement`."""
        found = self._shown.disagreement
        said = self._why_not if found is None else f"They disagree on {100 * found.plane:.1f} % of the plane"
        if found is not None and found.examples is not None:
            said += f" and on {int(found.examples.sum())} of {found.examples.size} examples"
        return said

    @property
    def _why_not(self) -> str:
        """Why nothing is said of where they disagree."""
        a, b = (picture.status.step for picture in self._shown.pictures)
        return NO_PLANE if a == b else APART.format(f"A at {a}", f"B at {b}")

    # how it looks

    def paint(self, painter: QPainter, asked: QRect, ratio: float) -> None:
        """See `Arrangement`."""
        shown = self._shown
        for picture, which in zip(shown.pictures, "AB", strict=True):
            letter(painter, picture.box, which, shown.theme)
            if picture.map is None and picture.magnified is None:
                painter.fillRect(picture.box, shown.theme.control)
            else:
                picture.paint(painter, ratio)
        self._paint_disagreement(painter, ratio)
        self._paint_numbers(painter)
        if shown.pin is not None and not shown.magnified:
            self._paint_pin(painter)
        if shown.over is not None:
            self._paint_pointer(painter, shown.over)

    def _paint_numbers(self, painter: QPainter) -> None:
        shown, (a, b) = self._shown, self._shown.pictures
        numbers = Numbers(painter, shown.theme, self._fourth)
        numbers.results(a.status, b.status)
        numbers.wrong(*(len(picture.wrong) for picture in (a, b)))
        if shown.over is not None:
            p, q = (picture.value_at(*shown.over) for picture in (a, b))
            if p is not None and q is not None:
                x, y = shown.over
                numbers.probabilities((f"at ({paint.number(x)}, {paint.number(y)})",), p, q, shown.names)
        elif shown.pin is not None and shown.pin.is_of(a.passing) and not shown.magnified:
            self._read_pin(numbers)
        elif shown.disagreement is not None:
            numbers.disagreement(shown.disagreement, _ramp(shown.theme))

    def _read_pin(self, numbers: Numbers) -> None:
        """What both say of the pinned input."""
        shown, (ours, theirs) = self._shown, (picture.passing for picture in self._shown.pictures)
        assert ours is not None
        x, y = ours.point or (0.0, 0.0)
        about: tuple[str, ...] = (f"at ({paint.number(x)}, {paint.number(y)})",)
        if ours.example is not None:
            example, true = f"{PARTS[ours.part]} example {ours.example}", named(shown.names, ours.true)
            about = (f"{example}: {true}", f"{PARTS[ours.part]} {ours.example}: {true}", example)
        same = ours.example is None or len(shown.of_same_data) == len(shown.pictures)
        q = theirs.values[-1] if same and theirs is not None and theirs.values else None
        numbers.probabilities(about, ours.values[-1], q, shown.names)

    def _paint_disagreement(self, painter: QPainter, ratio: float) -> None:
        box, theme, found = self._third, self._shown.theme, self._shown.disagreement
        scale = theme.scale
        label = QRectF(box.left(), box.top() - LABEL * scale, box.width(), (LABEL - 2) * scale)
        font = face(11, 500, scale)
        write(painter, label, paint.fitting(DISAGREEMENT, font, label.width()), font, theme.text)
        if found is None:
            painter.fillRect(box, theme.control)
            painter.setPen(theme.quiet)
            painter.setFont(face(11, 400, scale))
            flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
            painter.drawText(box.adjusted(12, 12, -12, -12), flags, self._why_not)
            return
        if found is not self._drawn:
            levels = np.rint(np.clip(np.nan_to_num(found.strength), 0, 1) * 255).astype(np.intp)
            self._image = paint.image(_ramp(theme)[levels][::-1])
            sides = np.stack([~found.differs, found.differs]).astype(np.float32)
            self._rims = placed(paint.borders(sides), sides.shape, box)
            self._drawn = found
        paint_image(painter, box, self._image, ((self._rims, 0.42, 1.0),), theme)
        self._paint_torn(painter, found)
        painter.drawPixmap(box.topLeft(), paint.corners(box.width(), theme.card, ratio))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.hairline, 1))  # where they agree it is as bright as the card
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _paint_torn(self, painter: QPainter, found: Disagreement) -> None:
        """The shown examples that the twins answer differently, in the colour of their true class."""
        first, theme = self._shown.first, self._shown.theme
        examples = first.examples
        if found.examples is None or examples is None or found.examples.size != examples.y.size:
            return
        away = self._third.topLeft() - first.box.topLeft()
        radius = 2.6 * theme.scale
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        torn = np.flatnonzero(found.examples & np.array(first.parts)[examples.part])[:MOST]
        painter.setPen(QPen(theme.map_ground, 1.2 * theme.scale))
        for at in torn.tolist():
            painter.setBrush(theme.class_colour(int(examples.y[at])))
            painter.drawEllipse(first.pixel(*examples.x[:, at].tolist()) + away, radius, radius)

    def _paint_pin(self, painter: QPainter) -> None:
        """The pinned input on all three pictures."""
        shown, first, pin = self._shown, self._shown.first, self._shown.pin
        assert pin is not None
        for picture in shown.pictures if pin.example is None else shown.of_same_data:
            picture.paint_pin(painter, pin)
        place = pin.place(first.examples)
        if place is not None and first.box.contains(first.pixel(*place)):
            away = self._third.topLeft() - first.box.topLeft()
            paint_ring(painter, first.pixel(*place) + away, shown.theme, example=pin.example is not None)

    def _paint_pointer(self, painter: QPainter, place: tuple[float, float]) -> None:
        """The same place on all three pictures."""
        first, theme = self._shown.first, self._shown.theme
        at = first.pixel(*place) - first.box.topLeft()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for box in self.cells[:3]:
            for colour, width in ((theme.map_ground, 3.5), (theme.text, 1.5)):
                painter.setPen(QPen(colour, width * theme.scale))
                painter.drawEllipse(box.topLeft() + at, 5 * theme.scale, 5 * theme.scale)


def _ramp(theme: Theme) -> Array:
    """(256,) pixels from no disagreement to the strongest: one neutral hue, as every other means a class."""
    share = np.linspace(0, STRONGEST, 256, dtype=np.float32)[:, None]
    return paint.packed(share * paint.rgb(theme.text) + (1 - share) * paint.rgb(theme.map_ground))
