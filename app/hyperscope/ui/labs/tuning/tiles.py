"""The wall's small pictures as pixels: a network's map with its loss and course, painted only when it moved."""

from __future__ import annotations

import math
from collections.abc import Hashable
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPaintEngine, QPainter, QPen, QPixmap, QPolygonF

from hyperscope.engine.arrays import Array
from hyperscope.ui.labs.tuning.results import Row
from hyperscope.ui.paint import face, fitting, soft_map, write
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import Theme

FOOT = 13  # pixels below a map: its course and loss
POINTS = 12  # of a course below a map
LEGIBLE = 22  # pixels of a map's side from which there is something below it


class Tiles:
    """Paints tiles, and keeps the pixels of each as long as its row and how it is to look stay the same."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Row, Hashable, QPixmap]] = {}
        self._maps: dict[int, tuple[Array, QImage]] = {}
        self._pen: tuple[Theme, QPen] | None = None  # of a course, and in which theme

    def clear(self) -> None:
        """Forgets all."""
        self._kept.clear()
        self._maps.clear()

    def kept(self, number: int) -> QPixmap | None:
        """The pixels of a trial's tile, None if it was not painted."""
        held = self._kept.get(number)
        return held[2] if held is not None else None

    def map_of(self, row: Row, theme: Theme) -> QImage | None:
        """A network's map, None where it has none."""
        if row.map.ndim != 3 or not row.map.size:
            return None
        held = self._maps.get(row.number)
        if held is None or held[0] is not row.map:
            held = self._maps[row.number] = row.map, soft_map(row.map, theme)
        return held[1]

    def paint(
        self, painter: QPainter, row: Row, square: QRectF, span: tuple[float, float], theme: Theme, bare: bool
    ) -> None:
        """The map in `square` and, unless it is to be `bare`, what stands below it; losses between `span`."""
        engine = painter.paintEngine()
        if engine is None or engine.type() != QPaintEngine.Type.Raster:  # a drawing keeps its lines and letters
            self._draw(painter, row, square, span, theme, bare)
            return
        ratio = painter.deviceTransform().m11()
        foot = 0.0 if bare else FOOT * theme.scale
        looks = (square.width(), span, ratio, bare, theme.name)
        held = self._kept.get(row.number)
        if held is None or held[0] is not row or held[1] != looks:
            wide, high = math.ceil(square.width() * ratio), math.ceil((square.height() + foot) * ratio)
            pixels = held[2] if held is not None else QPixmap()
            if (pixels.width(), pixels.height()) != (wide, high):
                pixels = QPixmap(wide, high)
            pixels.setDevicePixelRatio(ratio)
            pixels.fill(theme.card)
            inner = QPainter(pixels)
            inner.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            self._draw(inner, row, QRectF(0, 0, square.width(), square.height()), span, theme, bare)
            inner.end()
            held = self._kept[row.number] = row, looks, pixels
        painter.drawPixmap(square.topLeft(), held[2])

    def _draw(
        self, painter: QPainter, row: Row, square: QRectF, span: tuple[float, float], theme: Theme, bare: bool
    ) -> None:
        if (picture := self.map_of(row, theme)) is not None:
            painter.drawImage(square, picture)
        else:
            painter.fillRect(square, theme.control)
        if bare or square.width() < LEGIBLE * theme.scale:
            return
        scale = theme.scale
        line = QRectF(square.left(), square.bottom() + scale, square.width(), (FOOT - 1) * scale)
        small = face(9 if square.width() < 52 * scale else 10, 400, scale)
        colour = theme.text if row.sound else theme.quiet
        words = fitting(figures(row), small, line.width())
        taken = write(painter, line, words, small, colour, Qt.AlignmentFlag.AlignRight)
        left = line.width() - taken - 3 * scale
        if left > 6 * scale:
            if self._pen is None or self._pen[0] is not theme:
                self._pen = theme, QPen(mixed(theme.card, theme.text, 0.25), 1.0 * theme.scale)
            painter.setPen(self._pen[1])
            _course(painter, row.curve, QRectF(line.left(), line.top() + 2, left, line.height() - 4), span)


def figures(row: Row) -> tuple[str, ...]:
    """What may stand below a map, the fullest first: its loss, or where it was stopped."""
    loss = row.loss
    if row.state == "pruned":
        return (f"✕ {row.epoch:.0f}",)
    if not math.isfinite(loss):
        return ("∞",)
    number, exponent = f"{loss:.0e}".split("e")
    brief = f"{number}e{int(exponent)}".replace("-", "−")
    if loss >= 9.5:
        return f"{loss:.2f}", f"{loss:.1f}", f"{loss:.0f}", brief
    if loss >= 0.095:
        return f"{loss:.2f}", f"{loss:.1f}"
    if loss >= 0.0095:
        return f"{loss:.3f}", f"{loss:.2f}", brief
    return (f"{loss:.{3 if loss >= 0.00095 else 4}f}", brief) if loss >= 0.000095 else (brief,)


def rounded(span: tuple[float, float]) -> tuple[float, float]:
    """A span of logarithms in fifths of a decade, so that courses are not all painted anew for a little more."""
    return math.floor(span[0] * 5) / 5, math.ceil(span[1] * 5) / 5


@lru_cache(maxsize=512)
def _few_of(count: int) -> list[int]:
    """The points of a course that are drawn, no more than there are pixels to tell apart."""
    few = min(count, POINTS)
    return [round(k * (count - 1) / (few - 1)) for k in range(few)]


def _course(painter: QPainter, curve: Array, room: QRectF, span: tuple[float, float]) -> None:
    """The dev loss so far, on the scale that all share."""
    count = len(curve)
    if count < 2:
        return
    points = curve[_few_of(count)].tolist()  # one after the other from here on: NumPy takes longer over so few
    first, last = points[0][0], points[-1][0]
    across, up = room.width() / max(1e-9, last - first), room.height() / (span[1] - span[0])
    course = QPolygonF()
    for epoch, loss, *_ in points:
        level = math.log10(max(loss, 1e-9)) if math.isfinite(loss) else span[1]
        high = min(max(level, span[0]), span[1]) - span[0]
        course.append(QPointF(room.left() + (epoch - first) * across, room.bottom() - high * up))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.drawPolyline(course)
