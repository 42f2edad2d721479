"""The curve of a range test: the loss of each mini-batch over the rate it was taken with, and its mean around there."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from hyperscope.lab.training.range_test import RangeTest
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import Array, face, ticks, write
from hyperscope.ui.theme import LIGHT, Theme

LEFT, RIGHT, TOP, FOOT = 52, 16, 26, 36  # pixels around the curve
CEILING = 1.6  # times the first mean: what lies above is cut off, for the fall is what is looked for
VERMILION = 6  # of the theme's class colours


class RateChart(QWidget):
    """Draws nothing until there is something to draw; rates on a logarithmic scale."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._found: RangeTest | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Loss over learning rate")

    def show_found(self, found: RangeTest) -> None:
        """Another range test."""
        self._found = found
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 200)

    @property
    def room(self) -> QRectF:
        """Where the curve is, in pixels."""
        unit = self._theme.scale
        return QRectF(self.rect()).adjusted(LEFT * unit, TOP * unit, -RIGHT * unit, -FOOT * unit)

    def x_at(self, rate: float) -> float:
        """Where a rate lies, in pixels."""
        assert self._found is not None
        low, high = (math.log10(rate_) for rate_ in _span(self._found))
        return self.room.left() + (math.log10(rate) - low) / (high - low) * self.room.width()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        found, theme = self._found, self._theme
        if found is None or not len(found.rates):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room, small = self.room, face(11, 400, theme.scale)
        top = min(float(found.losses.max()), CEILING * float(found.means[0]))
        bottom = min(0.0, float(found.losses.min()))
        self._paint_axes(painter, bottom, top)
        painter.save()
        painter.setClipRect(room.adjusted(0, -2, 0, 2))
        for values, pen in (
            (found.losses, QPen(theme.hairline, 1.2 * theme.scale)),
            (found.means, QPen(theme.text, 2.2 * theme.scale)),
        ):
            painter.setPen(pen)
            painter.drawPolyline(self._line(found.rates, values, bottom, top))
        painter.restore()
        marks = (
            (found.suggested, theme.accent, "α {:g}"),
            (found.diverged, theme.class_colour(VERMILION), "breaks down"),
        )
        for rate, colour, said in marks:
            if rate is None:
                continue
            x = min(self.x_at(rate), room.right())
            painter.setPen(QPen(colour, 1.5 * theme.scale, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))
            words = QRectF(x - 60 * theme.scale, 0, 120 * theme.scale, room.top() - 2)
            words.moveRight(min(words.right(), self.width() - 4))
            write(painter, words, said.format(rate), small, theme.text, Qt.AlignmentFlag.AlignHCenter)
        painter.end()

    def _paint_axes(self, painter: QPainter, bottom: float, top: float) -> None:
        assert self._found is not None
        theme, room, small = self._theme, self.room, face(11, 400, self._theme.scale)
        low, high = _span(self._found)
        for power in range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1):
            x = self.x_at(10.0**power)
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))
            said = f"{10.0**power:g}" if -4 < power < 4 else f"1e{power}".replace("-", "−")
            write(painter, QRectF(x - 30, room.bottom() + 2, 60, 16 * theme.scale), said, small, theme.quiet, CENTRE)
        for value in ticks(bottom, top):
            y = room.bottom() - (value - bottom) / (top - bottom) * room.height()
            write(painter, QRectF(0, y - 9, room.left() - 6, 18), f"{value:g}", small, theme.quiet, RIGHT_EDGE)
        foot = QRectF(room.left(), self.height() - 18 * theme.scale, room.width(), 18 * theme.scale)
        write(painter, foot, "learning rate α of the step", small, theme.quiet, CENTRE)
        write(painter, QRectF(4, 4, 60 * theme.scale, 16 * theme.scale), "loss", small, theme.quiet)

    def _line(self, rates: Array, values: Array, bottom: float, top: float) -> QPolygonF:
        room = self.room
        high = np.minimum(values, 2 * top)  # what is cut off need not lie at infinity
        y = room.bottom() - (high - bottom) / (top - bottom) * room.height()
        return QPolygonF([QPointF(self.x_at(rate), at) for rate, at in zip(rates.tolist(), y.tolist(), strict=True)])


CENTRE, RIGHT_EDGE = Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight


def _span(found: RangeTest) -> tuple[float, float]:
    return float(found.rates[0]), max(float(found.rates[-1]), 2 * float(found.rates[0]), found.diverged or 0.0)
