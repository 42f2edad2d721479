"""The plane as a hidden layer puts it: a picture for each network, and under it which layer's view it is.

It draws the record `Warp` and computes nothing about the networks.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.lab.probes.warp import LayerInPlane, warp
from hyperscope.ui import paint
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.common.twin_letters import SIZE, badge
from hyperscope.ui.panels.map.axes import AXIS, gutter, paint_axes
from hyperscope.ui.panels.map.warp_picture import WarpPicture
from hyperscope.ui.theme import INSIDE, LIGHT, Theme

ROW = 18  # pixels
CHOICE = 30  # pixels; the choice of layer
FOOT = 2 * AXIS + 12 + CHOICE + 2 * ROW + 8  # ticks, the axis's name, the choice of layer, and two lines
GAP = 10  # pixels between the pictures of twins
WORDS = 116  # pixels at least for what stands beside a picture
WRAPPED = Qt.TextFlag.TextWordWrap
ENOUGH = 0.9  # of the side beside each other, for pictures below each other
SMALL = 0.72  # of the usual size, the examples of twins


class WarpFace(QWidget):
    """Square pictures, which layer's view they are, in words, and a choice of layer."""

    rate = 20.0
    layer_chosen = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self.pictures: tuple[WarpPicture, ...] = (WarpPicture(),)
        self._words: tuple[QRectF, ...] = (QRectF(),)  # where two lines are written for each picture
        self._choice_row = QRectF()
        self.setAccessibleName("Warped plane")
        self.layers = self._choice(1)
        self.hide()

    def _choice(self, layers: int) -> Segments:
        choice = Segments(tuple(str(n + 1) for n in range(layers)), "Hidden layer whose view is shown")
        choice.setParent(self)
        choice.setToolTip("The hidden layer up to which grid and examples are sent")
        choice.chosen.connect(self.layer_chosen)
        choice.set_theme(self._theme)
        return choice

    @property
    def picture(self) -> QRectF:
        """Where the square picture lies, in pixels; of twins A's."""
        return self.pictures[0].box

    def show_examples(self, examples: tuple[Examples | None, ...]) -> None:
        """Takes note of other data sets, one for each network."""
        first = self.pictures[0]
        if len(examples) != len(self.pictures):
            self.pictures = (first, *(WarpPicture() for _ in examples[1:]))
        for picture, data in zip(self.pictures, examples, strict=True):
            picture.theme, picture.parts, picture.pinned = first.theme, first.parts, first.pinned
            picture.show_examples(data)
        self._arrange()

    def show_parts(self, parts: tuple[bool, bool, bool]) -> None:
        """Shows examples of train, dev and test, or hides them."""
        for picture in self.pictures:
            picture.parts = parts
        self.update()

    def show_pinned(self, example: int | None) -> None:
        """Rings the pinned example."""
        for picture in self.pictures:
            picture.pinned = example
        self.update()

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """What it draws, for somebody who looks there."""
        return (Ask(warp, LayerInPlane(focus.plane, focus.layer, focus.units)),)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Takes the newest views of the plane."""
        found = [seen.records.of(warp) for seen in sides]
        for picture, view in zip(self.pictures, found, strict=True):
            if view is not None:
                picture.take(view)
        deepest = max((view for view in found if view is not None), key=lambda view: view.layers, default=None)
        if deepest is not None:
            if len(self.layers.buttons) != (deepest.layers or 1):
                self.layers.hide()  # it goes later, and a picture may be taken before
                self.layers.deleteLater()
                self.layers = self._choice(deepest.layers or 1)
            self.layers.set_index(deepest.layer if deepest.layer >= 0 else None)
            self.layers.setVisible(deepest.layers > 1)
            self._arrange()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.layers.set_theme(theme)
        for picture in self.pictures:
            picture.theme = theme
        self._arrange()
        self.update()

    def says(self) -> tuple[str, str]:
        """Two lines: what the first picture is, and what else there is to know."""
        firsts, seconds = self.pictures[0].says()
        return firsts[0], seconds[0]

    def resizeEvent(self, event: object) -> None:
        self._arrange()

    # where things are

    @property
    def _deep(self) -> bool:
        """Whether there is a choice of layers."""
        return len(self.layers.buttons) > 1

    def _arrange(self) -> None:
        if len(self.pictures) == 1:
            self._arrange_one(self.pictures[0])
        else:
            self._arrange_many()
        scale, row = self._theme.scale, self._choice_row
        label = QFontMetricsF(face(11, 400, scale)).horizontalAdvance("Hidden layer") + 8 * scale
        count = len(self.layers.buttons) if self._deep else 0
        wide = min(round(34 * scale) * max(1, count), round(row.width() - label))
        self.layers.setGeometry(round(row.left() + label), round(row.top()), wide, self.layers.sizeHint().height())

    def _arrange_one(self, picture: WarpPicture) -> None:
        """The picture with its axes, below it the choice of layer, then the words."""
        scale = self._theme.scale
        margin = gutter(picture.extent, self._theme)
        side = max(40.0, min(self.width() - margin - INSIDE, self.height() - FOOT * scale))
        x = margin + (self.width() - margin - INSIDE - side) / 2
        box = QRectF(round(x), 0, int(side), int(side))
        picture.lie_in(box, 1.0)
        left = INSIDE + max(0.0, box.left() - margin)
        row = QRectF(left, box.bottom() + (2 * AXIS + 8) * scale, box.right() - left, 27 * scale)
        self._choice_row = row
        top = row.bottom() + 4 * scale if self._deep else row.top()
        self._words = (QRectF(left, top, row.width(), 2 * ROW * scale),)

    def _arrange_many(self) -> None:
        """The choice of layer, and pictures below each other with their words at the right, which fills the card.

        Where they would be far smaller so, they lie beside each other with their words below.
        """
        scale, wide, count = self._theme.scale, self.width() - 2 * INSIDE, len(self.pictures)
        gap, words, size = GAP * scale, 2 * ROW * scale, SIZE * scale
        top = (CHOICE + 4) * scale if self._deep else 2 * scale
        room = self.height() - top - INSIDE
        beside = min((wide - gap * (count - 1)) / count, room - size - 4 * scale - words)
        below = min((room - gap * (count - 1)) / count, wide - gap - WORDS * scale)
        in_rows = below >= ENOUGH * beside
        side = max(40, int(below if in_rows else beside))
        if in_rows:
            places = [QRectF(INSIDE, round(top + number * (side + gap)), side, side) for number in range(count)]
            left = INSIDE + side + gap
            down = size + 6 * scale
            self._words = tuple(QRectF(left, box.top() + down, INSIDE + wide - left, side - down) for box in places)
        else:
            left, upper = (self.width() - count * side - gap * (count - 1)) / 2, round(top + size + 4 * scale)
            places = [QRectF(round(left + number * (side + gap)), upper, side, side) for number in range(count)]
            self._words = tuple(QRectF(box.left(), box.bottom() + 4 * scale, side, words) for box in places)
        for picture, box in zip(self.pictures, places, strict=True):
            picture.lie_in(box, SMALL)
        self._choice_row = QRectF(INSIDE, 0, wide, 27 * scale)

    # how it looks

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, ratio = self._theme, self.devicePixelRatioF()
        with QPainter(self) as painter:
            for picture in self.pictures:
                picture.paint(painter, ratio)
            if self._deep:
                write(painter, self._choice_row, "Hidden layer", face(11, 400, theme.scale), theme.text)
            if len(self.pictures) == 1:
                self._paint_axes(painter, self.pictures[0])
            else:
                self._paint_letters(painter)
            for picture, room in zip(self.pictures, self._words, strict=True):
                self._paint_words(painter, picture, room)

    def _paint_axes(self, painter: QPainter, picture: WarpPicture) -> None:
        if picture.warp is not None and picture.warp.layer >= 0:
            paint_axes(painter, picture.box, picture.warp.extent, picture.warp.axes, self._theme)

    def _paint_letters(self, painter: QPainter) -> None:
        size = SIZE * self._theme.scale
        for which, picture, words in zip("AB", self.pictures, self._words, strict=True):
            above = QPointF(picture.box.left(), picture.box.top() - size - 3 * self._theme.scale)
            beside = QPointF(words.left(), picture.box.top())
            at = above if words.left() == picture.box.left() else beside
            badge(painter, QRectF(at.x(), at.y(), size, size), which, self._theme)

    def _paint_words(self, painter: QPainter, picture: WarpPicture, room: QRectF) -> None:
        """Two lines where there is room for them; beside a picture as many as the words need."""
        theme, left = self._theme, QRectF(room)
        for choices, size, ink in zip(picture.says(), (11, 10), (theme.text, theme.quiet), strict=True):
            font, line = face(size, 400, theme.scale), QRectF(left)
            line.setHeight(ROW * theme.scale)
            if room.height() > 3 * line.height():
                painter.setFont(font)
                painter.setPen(ink)
                line = painter.boundingRect(left, WRAPPED, choices[0])
                painter.drawText(left, WRAPPED, choices[0])
                line.setHeight(line.height() + 4 * theme.scale)
            else:
                write(painter, line, paint.fitting(choices, font, line.width()), font, ink)
            left.setTop(line.bottom())
