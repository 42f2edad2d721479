"""Small pictures that can be chosen: points in class colours, or a glyph where there is nothing to draw."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from hyperscope.engine.datasets import generators
from hyperscope.lab.examples.table import read_table
from hyperscope.lab.experiment.data import PAINTED, TABLES
from hyperscope.resources import asset
from hyperscope.ui.controls.tile import Tile
from hyperscope.ui.theme import Theme, font

MARGIN = 5  # pixels between the tile's edge and the points
POINTS = 60
GLYPHS = {"digits": "8"}  # a cloud of its principal components looks like nothing at this size
ALIKE = 0.8  # correlation from which a second feature adds nothing to see
CLASSES = {"circles": 2}  # where the usual three would be a blot


@dataclass(frozen=True, slots=True)
class Picture:
    """`x` (2, m) in [0, 1], y downwards, and class numbers `y` (m,); or a `glyph` instead."""

    x: NDArray[Any]
    y: NDArray[Any]
    glyph: str = ""


def picture_of(source: str) -> Picture:
    """The thumbnail of the data set `source`: a few points really drawn from it, the same ones each time."""
    rng = np.random.default_rng(3)
    if source == PAINTED:
        along = np.linspace(0, 1, 14)
        stroke = np.stack([along, 0.5 + 0.4 * np.sin(2 * np.pi * along)])
        return Picture(
            np.concatenate([stroke, [[0.2, 0.75, 0.9], [0.75, 0.25, 0.9]]], axis=1), np.repeat([0, 1], [14, 3])
        )
    if source in generators:
        entry = generators[source]
        classes = entry.fit_classes(CLASSES.get(source, 3))
        x, y = entry.draw(POINTS, classes, 0.02, rng)
    elif source in TABLES and source not in GLYPHS:
        table = read_table(asset(f"datasets/{TABLES[source]}"), label="class")
        few = rng.permutation(len(table.y))[:POINTS]
        across, up = _telling(table.x, table.y)
        x, y = table.x[[across, up]][:, few], table.y[few]
    else:
        return glyph(GLYPHS.get(source, source[:1].upper()))
    return picture_of_points(x, y)


def picture_of_points(x: NDArray[Any], y: NDArray[Any]) -> Picture:
    """Points x (2, m), at least one, of classes y (m,), stretched over the whole picture."""
    low, high = x.min(axis=1, keepdims=True), x.max(axis=1, keepdims=True)
    x = (x - low) / np.maximum(high - low, 1e-12)
    return Picture(np.stack([x[0], 1 - x[1]]), y)


def glyph(text: str) -> Picture:
    """A picture of one sign."""
    return Picture(np.zeros((2, 0)), np.zeros(0, int), text)


def _telling(x: NDArray[Any], y: NDArray[Any]) -> tuple[int, int]:
    """The feature that sets the classes apart best, and the best one that is not much the same."""
    kinds = sorted(set(y.tolist()))  # np.unique would load masked arrays, in 40 ms
    means = np.stack([x[:, y == c].mean(axis=1) for c in kinds])
    within = np.mean([x[:, y == c].var(axis=1) for c in kinds], axis=0)
    order = np.argsort(-means.var(axis=0) / (within + 1e-12))
    first = int(order[0])
    alike = np.abs(np.corrcoef(x)[first])
    return first, int(next((at for at in order[1:] if alike[at] < ALIKE), order[-1]))


class Thumbnail(Tile):
    """A data set's picture with its name below."""

    def __init__(self, source: str, caption: str, tip: str) -> None:
        super().__init__(source, caption, tip)
        self.source = source

    @property
    def has_picture(self) -> bool:
        """Whether there is something to show yet."""
        return self.paint_picture is not None

    def set_picture(self, picture: Picture) -> None:
        """What to show; until then the tile is empty."""
        self.paint_picture = partial(paint_picture, picture)
        self.update()


def paint_picture(
    picture: Picture, painter: QPainter, tile: QRectF, theme: Theme, dot: float = 2.6, sign: float = 16, rim: float = 0
) -> None:
    """Paints `picture` into `tile`: points `dot` pixels across, or a glyph `sign` pixels high at scale 1.

    A `rim` so many pixels wide sets points apart from a coloured ground.
    """
    room = tile.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    if picture.glyph:
        painter.setPen(theme.quiet)
        painter.setFont(font(sign, 600))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, picture.glyph)
        return
    size = np.array([room.width(), room.height()])
    places = np.array([QPointF(*at) for at in (picture.x.T * size + [room.left(), room.top()]).tolist()], object)
    if rim:
        pen = QPen(theme.map_ground, dot + 2 * rim)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints(places.tolist())
    for number in sorted(set(picture.y.tolist())):
        pen = QPen(theme.class_colour(number), dot)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints(places[picture.y == number].tolist())
