"""The plane as a hidden layer puts it: the grid of the plane bent by the layers before, and where the examples land.

It draws the record `Warp` and computes nothing about the network.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from hyperscope.engine.arrays import Array
from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.lab.probes.warp import LayerInPlane, Warp, warp
from hyperscope.ui import paint
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.map import views as map_views
from hyperscope.ui.panels.map.axes import AXIS, gutter, paint_axes
from hyperscope.ui.panels.map.pin import paint_ring
from hyperscope.ui.panels.map.points import PointLayer
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import INSIDE, LIGHT, Theme

LINES = 12  # squares of the grid each way; the places between its lines only make them smooth
STRONG = 6  # th lines are drawn stronger, as on squared paper
ROW = 18  # pixels
FOOT = 2 * AXIS + 12 + 30 + 2 * ROW + 8  # ticks, the axis's name, the choice of layer, and two lines


class WarpFace(QWidget):
    """A square picture, and under it which layer's view it is, in words and to choose."""

    rate = 20.0
    layer_chosen = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._examples: Examples | None = None
        self._warp: Warp | None = None
        self._points = PointLayer()
        self._parts = (True, True, True)
        self._pinned: int | None = None
        self._box = QRectF()
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
        """Where the square picture lies, in pixels."""
        return self._box

    def show_examples(self, examples: Examples) -> None:
        """Takes note of another data set."""
        self._examples, self._warp = examples, None
        self._points.forget()

    def show_parts(self, parts: tuple[bool, bool, bool]) -> None:
        """Shows examples of train, dev and test, or hides them."""
        self._parts = parts
        self.update()

    def show_pinned(self, example: int | None) -> None:
        """Rings the pinned example."""
        self._pinned = example
        self.update()

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """What it draws, for somebody who looks there."""
        return (Ask(warp, LayerInPlane(focus.plane, focus.layer)),)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Takes the newest view of the plane."""
        found = sides[0].records.of(warp)
        if found is not None:
            self._warp = found
            self._points.forget()
            if len(self.layers.buttons) != (found.layers or 1):
                self.layers.deleteLater()
                self.layers = self._choice(found.layers or 1)
            self.layers.set_index(found.layer if found.layer >= 0 else None)
            self.layers.setVisible(found.layers > 1)
            self._arrange()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.layers.set_theme(theme)
        self._points.forget()
        self._arrange()
        self.update()

    def says(self) -> tuple[str, str]:
        """Two lines: what the picture is, and what else there is to know."""
        firsts, seconds = self._choices()
        return firsts[0], seconds[0]

    def _choices(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Both lines in full, and shorter versions of them."""
        warp = self._warp
        if warp is None or warp.layer < 0:
            return ("",), ("",)
        name = f"layer {warp.layer + 1}"
        seconds: tuple[str, ...] = ("grid: the plane by predicted class", "grid: predicted class")
        if warp.units <= 2:
            of = "one unit" if warp.units == 1 else "two units"
            firsts: tuple[str, ...] = (f"The {of} of {name}, as they are", f"The {of} of {name}")
            if warp.p is not None:
                seconds = ("ground: the output's regions, parted by straight lines", "ground: the output's regions")
        else:
            most = f"First 2 principal components of {name}"
            firsts = (f"{most}'s {warp.units} units", most, f"First 2 components of {name}")
            seconds = tuple(f"{100 * warp.share:.0f}\u00a0% of variance · {second}" for second in seconds)
        if self._examples is not None and len(warp.at) < len(self._examples.y):
            seconds = (*(f"{second} · {len(warp.at)} examples" for second in seconds), seconds[-1])
        return firsts, seconds

    def resizeEvent(self, event: object) -> None:
        self._points.forget()
        self._arrange()

    def _extent(self) -> tuple[float, float, float, float]:
        return self._warp.extent if self._warp is not None else (-1.0, 1.0, -1.0, 1.0)

    def _arrange(self) -> None:
        scale = self._theme.scale
        margin = gutter(self._extent(), self._theme)
        side = max(40.0, min(self.width() - margin - INSIDE, self.height() - FOOT * scale))
        x = margin + (self.width() - margin - INSIDE - side) / 2
        box = QRectF(round(x), 0, int(side), int(side))
        if box != self._box:
            self._box = box
            self._points.forget()
        label = QFontMetricsF(face(11, 400, scale)).horizontalAdvance("Hidden layer") + 8 * scale
        count = self._warp.layers if self._warp is not None else 0
        wide = min(round(34 * scale) * max(1, count), round(self._line(0).width() - label))
        self.layers.setGeometry(
            round(self._line(0).left() + label), round(self._row().top()), wide, self.layers.sizeHint().height()
        )

    def _row(self) -> QRectF:
        scale, box = self._theme.scale, self._box
        top = box.bottom() + (2 * AXIS + 8) * scale
        return QRectF(self._left(), top, box.right() - self._left(), 27 * scale)

    def _left(self) -> float:
        return INSIDE + max(0.0, self._box.left() - gutter(self._extent(), self._theme))

    def _line(self, number: int) -> QRectF:
        scale, row = self._theme.scale, self._row()
        return QRectF(row.left(), row.bottom() + (4 + number * ROW) * scale, row.width(), ROW * scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, warp = QPainter(self), self._theme, self._warp
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if warp is None or warp.layer < 0:
            self._paint_empty(painter, "There is no hidden layer to look through." if warp is not None else "")
            return
        self._paint_ground(painter, warp)
        painter.setClipRect(self._box)
        self._paint_sheet(painter, warp)
        painter.setClipping(False)
        self._paint_points(painter, warp)
        painter.drawPixmap(self._box.topLeft(), paint.corners(self._box.width(), theme.card, self.devicePixelRatioF()))
        paint_axes(painter, self._box, warp.extent, warp.axes, theme)
        small = face(11, 400, theme.scale)
        if warp.layers > 1:
            write(painter, self._row(), "Hidden layer", small, theme.text)
        firsts, seconds = self._choices()
        line, smaller = self._line(0) if warp.layers > 1 else self._row(), face(10, 400, theme.scale)
        write(painter, line, paint.fitting(firsts, small, line.width()), small, theme.text)
        line.translate(0, ROW * theme.scale)
        write(painter, line, paint.fitting(seconds, smaller, line.width()), smaller, theme.quiet)
        painter.end()

    def _paint_empty(self, painter: QPainter, words: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.control)
        painter.drawRoundedRect(self._box, 4, 4)
        inner = self._box.adjusted(24, 24, -24, -24)
        painter.setFont(face(12, 400, self._theme.scale))
        painter.setPen(self._theme.quiet)
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), words)

    def _paint_ground(self, painter: QPainter, warp: Warp) -> None:
        theme, box = self._theme, self._box
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
        left, right, bottom, top = self._extent()
        box = self._box
        x = box.left() + (at[0] - left) / (right - left) * box.width()
        y = box.top() + (top - at[1]) / (top - bottom) * box.height()
        reach = 4 * box.width()
        return np.stack([x.clip(-reach, reach), y.clip(-reach, reach)])

    def _paint_sheet(self, painter: QPainter, warp: Warp) -> None:
        """The lines of the grid, each piece in the colour of the class predicted there."""
        theme = self._theme
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

    def _paint_points(self, painter: QPainter, warp: Warp) -> None:
        examples = self._examples
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
        ratio = self.devicePixelRatioF()
        self._points.update(shown, warp.predicted, warp.extent, self._box.width(), self._theme, ratio, self._parts)
        painter.drawPixmap(self._box.topLeft(), self._points.pixmap)
        found = np.flatnonzero(warp.at == self._pinned).tolist() if self._pinned is not None else []
        if found:
            x, y = self._pixels(warp.x[:, found[:1]])[:, 0].tolist()
            paint_ring(painter, QPointF(x, y), self._theme, example=True)
