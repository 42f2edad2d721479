"""What a hidden layer makes of the plane, as a square picture: the plane's grid, bent, and where the examples land."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from hyperscope.engine.arrays import Array
from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.probes.warp import Warp
from hyperscope.ui import paint
from hyperscope.ui.paint import face
from hyperscope.ui.panels.map import views as map_views
from hyperscope.ui.panels.map.axes import Extent
from hyperscope.ui.panels.map.pin import paint_ring
from hyperscope.ui.panels.map.points import PointLayer
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import LIGHT

LINES = 12  # squares of the grid each way; the places between its lines only make them smooth
STRONG = 6  # th lines are drawn stronger, as on squared paper
NO_LAYER = "There is no hidden layer to look through."


class WarpPicture:
    """What is drawn of one network in `box` (pixels)."""

    def __init__(self) -> None:
        self.box = QRectF()
        self.theme = LIGHT
        self.examples: Examples | None = None
        self.warp: Warp | None = None
        self.parts = (True, True, True)  # train, dev and test examples are shown
        self.pinned: int | None = None
        self._points = PointLayer()

    @property
    def extent(self) -> Extent:
        """Left, right, bottom and top of what is seen of the layer."""
        return self.warp.extent if self.warp is not None else (-1.0, 1.0, -1.0, 1.0)

    def take(self, warp: Warp) -> None:
        """Takes the newest view of the plane."""
        self.warp = warp
        self._points.forget()

    def show_examples(self, examples: Examples | None) -> None:
        """Takes note of another data set."""
        self.examples, self.warp = examples, None
        self._points.forget()

    def lie_in(self, box: QRectF, size: float) -> None:
        """Lies elsewhere from now on, with examples of `size` times the usual."""
        self.box, self._points.size = box, size
        self._points.forget()

    def says(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Two lines in full, and shorter versions of them: what the picture is, and what else there is to know."""
        warp = self.warp
        if warp is None or warp.layer < 0:
            return ("",), ("",)
        name = f"layer {warp.layer + 1}"
        seconds: tuple[str, ...] = ("grid: the plane by predicted class", "grid: predicted class")
        if warp.units <= 2:
            of = "one unit" if warp.units == 1 else "two units"
            firsts: tuple[str, ...] = (f"The {of} of {name}, as they are", f"The {of} of {name}", f"{of} of {name}")
            if warp.p is not None:
                seconds = ("ground: the output's regions, parted by straight lines", "ground: the output's regions")
        else:
            if warp.chosen is not None:
                pair = f"Units {warp.chosen[0] + 1} and {warp.chosen[1] + 1} of {name}"
                firsts = (f"{pair}'s {warp.units} units, as they are", f"{pair}, as they are", pair)
            else:
                firsts = _of_components(name, warp.units)
            of_variance = f"{100 * warp.share:.0f}\u00a0% of variance"
            seconds = (*(f"{of_variance} · {second}" for second in seconds), of_variance)
        if self.examples is not None and len(warp.at) < len(self.examples.y):
            seconds = (*(f"{second} · {len(warp.at)} examples" for second in seconds), *seconds[1:])
        return firsts, seconds

    def paint(self, painter: QPainter, ratio: float) -> None:
        """Draws it at `ratio` device pixels each."""
        warp = self.warp
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if warp is None or warp.layer < 0:
            self._paint_empty(painter, NO_LAYER if warp is not None else "")
            return
        self._paint_ground(painter, warp)
        painter.setClipRect(self.box)
        self._paint_sheet(painter, warp)
        painter.setClipping(False)
        self._paint_points(painter, warp, ratio)
        painter.drawPixmap(self.box.topLeft(), paint.corners(self.box.width(), self.theme.card, ratio))

    def _paint_empty(self, painter: QPainter, words: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.control)
        painter.drawRoundedRect(self.box, 4, 4)
        inner = self.box.adjusted(24, 24, -24, -24)
        painter.setFont(face(12, 400, self.theme.scale))
        painter.setPen(self.theme.quiet)
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), words)

    def _paint_ground(self, painter: QPainter, warp: Warp) -> None:
        theme, box = self.theme, self.box
        painter.fillRect(box, theme.map_ground if theme.dark else theme.window)
        if warp.p is None:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setOpacity(0.55)
        painter.drawImage(box, paint.soft_map(warp.p, theme))
        painter.setOpacity(1.0)
        line = QColor(theme.text)
        line.setAlphaF(0.6)
        painter.setPen(QPen(line, 1.2 * theme.scale))
        painter.drawLines(map_views.placed(paint.borders(warp.p), warp.p.shape, box))

    def _pixels(self, at: Array) -> Array:
        """Pixels (2, …) of places (2, …) of the picture; what is far outside comes no farther than a few pictures."""
        left, right, bottom, top = self.extent
        box = self.box
        x = box.left() + (at[0] - left) / (right - left) * box.width()
        y = box.top() + (top - at[1]) / (top - bottom) * box.height()
        reach = 4 * box.width()
        return np.stack([x.clip(-reach, reach), y.clip(-reach, reach)])

    def _paint_sheet(self, painter: QPainter, warp: Warp) -> None:
        """The lines of the grid, each piece in the colour of the class predicted there."""
        theme = self.theme
        at = self._pixels(warp.sheet)
        side = at.shape[1]
        pieces: dict[tuple[int, bool], list[QPolygonF]] = {}
        every = max(1, (side - 1) // LINES)
        for number in range(0, side, every):
            strong = number % (every * STRONG) == 0
            for x, y, said in (
                (at[0, number], at[1, number], warp.said[number]),
                (at[0, :, number], at[1, :, number], warp.said[:, number]),
            ):
                cuts = np.flatnonzero(said[1:] != said[:-1]) + 1
                for start, stop in zip([0, *cuts.tolist()], [*cuts.tolist(), side - 1], strict=True):
                    if stop > start:
                        places = zip(x[start : stop + 1].tolist(), y[start : stop + 1].tolist(), strict=True)
                        run = QPolygonF([QPointF(*place) for place in places])
                        pieces.setdefault((int(said[start]), strong), []).append(run)
        ground = theme.map_ground if theme.dark else theme.window
        for (k, strong), runs in pieces.items():
            ink = mixed(ground, theme.class_colour(k), 0.85 if strong else 0.5)
            if warp.p is not None:
                ink = mixed(theme.class_colour(k), theme.text, 0.3 if strong else 0.1)
            painter.setPen(QPen(ink, (1.4 if strong else 1.0) * theme.scale))
            for run in runs:
                painter.drawPolyline(run)

    def _paint_points(self, painter: QPainter, warp: Warp, ratio: float) -> None:
        examples = self.examples
        if examples is None or (len(warp.at) and warp.at[-1] >= len(examples.y)):
            return
        shown = Examples(
            x=warp.x,
            y=examples.y[warp.at],
            part=examples.part[warp.at],
            class_names=examples.class_names,
            axes=warp.axes,
            extent=warp.extent,
        )
        self._points.update(shown, warp.predicted, warp.extent, self.box.width(), self.theme, ratio, self.parts)
        painter.drawPixmap(self.box.topLeft(), self._points.pixmap)
        found = np.flatnonzero(warp.at == self.pinned).tolist() if self.pinned is not None else []
        if found:
            x, y = self._pixels(warp.x[:, found[:1]])[:, 0].tolist()
            paint_ring(painter, QPointF(x, y), self.theme, example=True)


def _of_components(layer: str, units: int) -> tuple[str, ...]:
    """What the picture is along principal components, in full and shorter."""
    most = f"First 2 principal components of {layer}"
    return f"{most}'s {units} units", most, f"First 2 components of {layer}", f"Components of {layer}"
