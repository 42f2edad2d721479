"""The map of one network: a large picture with its axes, and four lines below it."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QPainter

from hyperscope.ui.panels.map.axes import AXIS, gutter, paint_axes
from hyperscope.ui.panels.map.foot import Foot, ample_width, results_width
from hyperscope.ui.panels.map.head import HEAD
from hyperscope.ui.panels.map.pin import paint_card
from hyperscope.ui.panels.map.shown import Shown, below
from hyperscope.ui.theme import GRID, INSIDE

ROW = 18  # pixels; one line under the picture
FOOT = 2 * AXIS + 10 + 4 * ROW + 8  # below the picture: ticks, the axis's name, and four lines


class Alone:
    """An `Arrangement` of the first picture of `shown`."""

    share = 0.46

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self._card = QSize()

    @property
    def _margin(self) -> float:
        return gutter(self._shown.first.extent, self._shown.theme)

    @property
    def left(self) -> float:
        """See `Arrangement`: at the margin, or nearer to the picture where that stands alone and leaves the room."""
        beside = max(0.0, self._shown.first.box.left() - self._margin)
        return INSIDE + min(beside, max(0.0, self._card.width() - 2 * INSIDE - ample_width(self._shown.theme)))

    @property
    def counter(self) -> QRect:
        """See `Arrangement`: between the names and the figures of the results."""
        two = self._line(0).united(self._line(1))
        before, after = results_width(self._shown.theme, two.width())
        return two.adjusted(before, 0, -after, 0).toRect()

    @property
    def tools(self) -> QRect:
        """See `Arrangement`: in place of the legend."""
        return below(self._line(2), self._card, GRID)

    @property
    def reading(self) -> QRect:
        """See `Arrangement`: the lines below the picture."""
        top = int(self._line(0).top())
        return QRect(0, top, self._card.width(), self._card.height() - top)

    def _line(self, row: int) -> QRectF:
        scale, box = self._shown.theme.scale, self._shown.first.box
        top = box.bottom() + (2 * AXIS + 8 + row * ROW) * scale
        ample = min(self.left + ample_width(self._shown.theme), self._card.width() - INSIDE)
        right = max(box.right(), ample)  # under a small picture words go on beside it
        return QRectF(self.left, top, right - self.left, ROW * scale)

    def arrange(self, size: QSize) -> None:
        """See `Arrangement`."""
        self._card = size
        scale, margin = self._shown.theme.scale, self._margin
        head, foot = HEAD * scale, FOOT * scale
        side = max(40.0, min(size.width() - margin - INSIDE, size.height() - head - foot))
        x = margin + (size.width() - margin - INSIDE - side) / 2
        self._shown.first.lie_in(QRectF(round(x), round(head), int(side), int(side)), 1.0)

    def best_width(self, height: int) -> int:
        """See `Arrangement`: no room is left beside the picture."""
        return math.ceil(height - (HEAD + FOOT) * self._shown.theme.scale + self._margin + INSIDE)

    def aimed(self, at: QPointF) -> QPointF | None:
        """See `Arrangement`."""
        return at if self._shown.first.box.contains(at) else None

    def says(self) -> str:
        """See `Arrangement`."""
        return "What the network answers at each place of the plane, and the examples on it"

    def paint(self, painter: QPainter, asked: QRect, ratio: float) -> None:
        """See `Arrangement`."""
        shown, drawn, theme = self._shown, self._shown.first, self._shown.theme
        if drawn.map is None and not shown.magnified:
            drawn.paint_empty(painter)
            return
        if asked.top() < drawn.box.bottom():
            drawn.paint(painter, ratio)
            axes = drawn.examples.axes if drawn.examples is not None else ("", "")
            paint_axes(painter, drawn.box, drawn.extent, axes, theme)
            if shown.pin is not None and not shown.magnified:
                self._paint_pin(painter)
        foot = Foot(painter, theme, self._line(0), ROW * theme.scale)
        foot.results(drawn.status)
        if drawn.magnified is not None:
            foot.sign_scale(drawn.magnified)
        elif drawn.map is not None and shown.over is not None:
            p = drawn.value_at(*shown.over)
            assert p is not None
            foot.probabilities(*shown.over, p, shown.names)
        elif drawn.map is not None:
            still = None if shown.hints else drawn.status
            foot.legend(shown.names, drawn.view, len(drawn.map.p), still, drawn.status.medians)

    def _paint_pin(self, painter: QPainter) -> None:
        """Rings the pinned input, and says what the network makes of it once that is known."""
        shown, drawn = self._shown, self._shown.first
        assert shown.pin is not None
        drawn.paint_pin(painter, shown.pin)
        place = shown.pin.place(drawn.examples)
        if place is not None and drawn.passing is not None and shown.pin.is_of(drawn.passing):
            paint_card(painter, drawn.box, drawn.pixel(*place), drawn.passing, shown.names, shown.theme)
