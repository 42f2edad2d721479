"""The inputs of drawn points as pictures that are switched on and off: what each feature is over the plane."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import partial

import numpy as np
from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QGridLayout, QWidget

from hyperscope.engine.datasets import HALF_WIDTH
from hyperscope.engine.features import Feature, features
from hyperscope.ui.controls.tile import Tile
from hyperscope.ui.controls.words import standardised
from hyperscope.ui.paint import Array, sign_picture
from hyperscope.ui.theme import Theme

PER_ROW = 4
WIDTH, BETWEEN = 40, 8  # pixels; so the columns stand below those of the data sets
TIP = (
    "<p><b>{}</b><br>The network is told this of each point while it is chosen.{}"
    "<br>Rebuilds; training starts over.</p>"
)
CELLS = 36  # of a picture, across and up
FAINT = 0.35  # opacity of a feature that is off


class FeatureTiles(QWidget):
    """A tile for every feature there is; those that are on have a ring, the others are faint. One always stays on."""

    moved = Signal(str, object)  # path, the names of the features that are on, in the order of their declaration
    refused = Signal(str)

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.setAccessibleName("Inputs")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(BETWEEN)
        grid.setVerticalSpacing(2)
        self.tiles: dict[str, Tile] = {}
        for place, (name, feature) in enumerate(features.items()):
            tile = Tile(name, feature.caption, TIP.format(feature.caption, ""), WIDTH)
            tile.paint_picture = partial(_paint, tile, _Picture(values_of(feature)))
            tile.clicked.connect(partial(self._switch, name))
            grid.addWidget(tile, place // PER_ROW, place % PER_ROW)
            self.tiles[name] = tile

    @property
    def rows(self) -> int:
        """How many rows of tiles there are."""
        return math.ceil(len(self.tiles) / PER_ROW)

    def value(self) -> tuple[str, ...]:
        """The features that are on."""
        return tuple(name for name, tile in self.tiles.items() if tile.isChecked())

    def set_value(self, names: Collection[str]) -> None:
        """Shows that `names` are on; says nothing."""
        for name, tile in self.tiles.items():
            tile.setChecked(name in names)

    def show_scaling(self, scaled: Mapping[str, tuple[float, float]]) -> None:
        """Says of each feature, by its caption, with which μ and σ it is standardised; nothing of others."""
        for name, tile in self.tiles.items():
            caption = features[name].caption
            how = "<br>" + standardised(*scaled[caption]) if caption in scaled else ""
            tile.setToolTip(TIP.format(caption, how))

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        for tile in self.tiles.values():
            tile.set_theme(theme)

    def _switch(self, name: str) -> None:
        if on := self.value():
            self.moved.emit(self.path, on)
            return
        tile = self.tiles[name]
        tile.setChecked(True)
        self.refused.emit(f"{tile.text()} is the only input left; a network needs at least one.")


def values_of(feature: Feature) -> Array:
    """The feature (CELLS, CELLS) over the plane where points are drawn, row 0 at the bottom."""
    at = (np.arange(CELLS) + 0.5) / CELLS * 2 * HALF_WIDTH - HALF_WIDTH
    x1, x2 = np.meshgrid(at, at)
    return feature.compute(x1.ravel(), x2.ravel()).reshape(CELLS, CELLS)


class _Picture:
    """The feature's values in colours, kept as long as these are the same."""

    def __init__(self, values: Array) -> None:
        self._values = values
        self._made: tuple[Theme, QImage] | None = None

    def of(self, theme: Theme) -> QImage:
        if self._made is None or self._made[0] is not theme:
            self._made = theme, sign_picture(self._values, theme)
        return self._made[1]


def _paint(tile: Tile, picture: _Picture, painter: QPainter, room: QRectF, theme: Theme) -> None:
    shape = QPainterPath()
    shape.addRoundedRect(room, 5, 5)
    painter.setClipPath(shape)
    painter.setOpacity(1.0 if tile.isChecked() or tile.underMouse() else FAINT)
    painter.drawImage(room, picture.of(theme))
