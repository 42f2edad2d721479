"""One curve of pyqtgraph's, painted straight into a widget.

pyqtgraph takes as long to load as a fifth of the program's start. That is done once the window is there (`ui.ahead`);
until then Qt draws the same pieces one by one: to the pixel, at twice the cost.
"""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import numpy as np
from PySide6.QtCore import QLineF
from PySide6.QtGui import QColor, QPainter, QPen

from hyperscope.ui.panels.common.strokes import NOTHING, Floats, pairs

FEW = 3000  # points of which Qt's own pieces take 10 ms


class Scales(NamedTuple):
    """What (0, 0) is in pixels, and how many a unit takes across and down."""

    x0: float
    y0: float
    across: float
    down: float


class Line:
    """A line of a colour, `width` pixels wide; of `pieces` the ends lie two by two, else gaps are where y is not
    finite. Lines with a greater `level` are painted later.
    """

    def __init__(self, level: int = 0) -> None:
        self.x, self.y = NOTHING, NOTHING
        self.colour, self.width, self.level = QColor(), 1.0, level
        self.smooth = True
        self._pieces = False
        self._painted: Scales | None = None  # what its points were placed by, if they are the same since
        self._item: Any = None  # a PlotCurveItem, from the first points on

    def look(self, colour: QColor, width: float, *, smooth: bool = True) -> None:
        """Takes on a colour, a width in pixels, and whether its edges are smoothed."""
        self.colour, self.width, self.smooth = colour, width, smooth

    def set(self, x: Floats, y: Floats, *, pieces: bool = False) -> None:
        """Goes through these points (n,)."""
        self.x, self.y, self._pieces, self._painted = x, y, pieces, None

    def paint(self, painter: QPainter, scales: Scales) -> None:
        """Paints it, its points placed by `scales`.

        Not by the painter's: where its units are not square, Qt takes ten times as long for lines wider than a pixel.
        """
        if len(self.x) < 2:
            return
        pen = QPen(self.colour, self.width * painter.deviceTransform().m11() / painter.worldTransform().m11())
        pen.setCosmetic(True)  # its width counts pixels of the device, whatever the painter's units
        if self._item is None and len(self.x) <= FEW and "pyqtgraph" not in sys.modules:
            self._paint_pieces(painter, pen, *self._placed(scales))
            return
        if self._item is None:
            self._item = _made()
        if self._painted != scales:
            self._item.setData(*self._placed(scales), connect="pairs" if self._pieces else "finite")
            self._painted = scales
        self._item.opts["pen"], self._item.opts["antialias"] = pen, self.smooth
        self._item.paint(painter, None, None)

    def _placed(self, scales: Scales) -> tuple[Floats, Floats]:
        """Its points in pixels."""
        return scales.x0 + scales.across * self.x, scales.y0 + scales.down * self.y

    def _paint_pieces(self, painter: QPainter, pen: QPen, x: Floats, y: Floats) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self.smooth)
        painter.setPen(pen)
        x, y = (x, y) if self._pieces else pairs(x, y)
        ends = np.column_stack((x, y)).reshape(-1, 4).tolist()
        painter.drawLines([QLineF(*piece) for piece in ends])


def _made() -> Any:
    import pyqtgraph

    made = pyqtgraph.PlotCurveItem(skipFiniteCheck=False)
    # Measured at 600 jagged points, 1.5 px wide and smoothed: as one path 8 ms (16 at twice the pixels),
    # dashed 12 (21), as single segments 0.4 (0.8). So all are segments and dashes are cut beforehand.
    made.setSegmentedLineMode("on")
    return made
