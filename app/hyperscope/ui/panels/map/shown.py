"""What the map shows: a picture of each network, the place pointed at, the pinned input, and where twins disagree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from PySide6.QtCore import QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QPainter

from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.twins.comparison import Disagreement
from hyperscope.ui.panels.map.picture import MapPicture, same_data
from hyperscope.ui.panels.map.pin import Pin
from hyperscope.ui.theme import LIGHT, Theme


@dataclass
class Shown:
    """One picture for each network; `over` and `pin` mean the same place, or the same example, on all of them."""

    pictures: tuple[MapPicture, ...] = field(default_factory=lambda: (MapPicture(),))
    disagreement: Disagreement | None = None
    over: tuple[float, float] | None = None
    pin: Pin | None = None
    hints: bool = True
    magnified: bool = False
    theme: Theme = LIGHT

    @property
    def first(self) -> MapPicture:
        """The picture of the only network, or of A."""
        return self.pictures[0]

    @property
    def examples(self) -> tuple[Examples | None, ...]:
        """The examples of each network."""
        return tuple(picture.examples for picture in self.pictures)

    @property
    def of_same_data(self) -> tuple[MapPicture, ...]:
        """Those pictures whose examples have the numbers that the first's have: twins may differ in their data."""
        ours = self.first.examples
        return tuple(
            picture
            for picture in self.pictures
            if picture is self.first
            or (ours is not None and picture.examples is not None and same_data(ours, picture.examples))
        )

    @property
    def names(self) -> tuple[str, ...]:
        """What the classes are called."""
        return self.first.examples.class_names if self.first.examples is not None else ()


class Arrangement(Protocol):
    """Where the pictures lie on the card, and what is written around them."""

    share: float  # of the width that map and network have, at most

    @property
    def left(self) -> float:
        """Where the card's lines of text begin, in pixels."""

    @property
    def counter(self) -> QRect:
        """Where the mistakes are counted."""

    @property
    def tools(self) -> QRect:
        """Where there is room for two lines of tools."""

    @property
    def reading(self) -> QRect:
        """What changes as the pointer moves."""

    def arrange(self, size: QSize) -> None:
        """Gives every picture its place on a card of `size` pixels."""

    def best_width(self, height: int) -> int:
        """The width at which the pictures are as large as `height` pixels allow."""

    def aimed(self, at: QPointF) -> QPointF | None:
        """The pixel of the first picture that a pixel of the card means; None beside the pictures."""

    def says(self) -> str:
        """What there is to see, in a sentence."""

    def paint(self, painter: QPainter, asked: QRect, ratio: float) -> None:
        """Draws what has changed in `asked`, at `ratio` device pixels each."""


def fresh(count: int, first: MapPicture) -> tuple[MapPicture, ...]:
    """As many pictures as there are networks, the others set as the `first` is."""
    others = tuple(MapPicture() for _ in range(count - 1))
    for other in others:
        other.theme, other.view, other.parts = first.theme, first.view, first.parts
        other.with_borders, other.with_contours = first.with_borders, first.with_contours
        other.own, other.on = first.own, first.on
    return (first, *others)


def below(line: QRectF, card: QSize, gap: float) -> QRect:
    """From `line` to the card's lower edge."""
    return QRectF(line.left(), line.top(), line.width(), card.height() - line.top() - gap).toAlignedRect()
