"""All knobs at once: a line for each trial through its settings to its dev loss; a stretch of any axis chooses."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from hyperscope.lab.tuning.space import shown
from hyperscope.ui.labs.tuning.results import Results, Row
from hyperscope.ui.paint import face, write
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import Theme

NEAR = 14.0  # pixels from an axis at which it is meant
BRIGHT = 8  # of the best that stand out while none are chosen


class Parallel:
    """Draws `results` within a room and takes what is dragged there; whoever owns the widget passes it on."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.stretches: dict[int, tuple[float, float]] = {}  # of axes by place, the dev loss last; positions
        self._from: tuple[int, float] | None = None
        self.room = QRectF()

    def clear(self) -> None:
        """Chooses nothing any more."""
        self.stretches.clear()
        self._from = None

    def _x(self, axis: int) -> float:
        axes = len(self.results.space.knobs) + 1
        return self.room.left() + axis / max(1, axes - 1) * self.room.width()

    def positions(self, row: Row) -> list[float]:
        """(n + 1,) of a trial, the dev loss last, the best on top."""
        low, high = self.results.scale_of_losses()
        loss = math.log10(max(row.loss, 1e-9)) if math.isfinite(row.loss) else high
        found = [min(1.0, max(0.0, one.position(row.values[one.knob]))) for one in self.results.space.knobs]
        return [*found, 1 - min(1.0, max(0.0, (loss - low) / (high - low)))]

    def _all_positions(self, rows: Sequence[Row]) -> list[list[float]]:
        """`positions` of each row, (N, n + 1)."""
        low, high = self.results.scale_of_losses()
        losses = np.array([row.loss for row in rows])
        levels = np.where(np.isfinite(losses), np.log10(np.maximum(losses, 1e-9)), high)
        found = [one.positions([row.values[one.knob] for row in rows]) for one in self.results.space.knobs]
        whole = np.stack([*found, 1 - (levels - low) / (high - low)], axis=1)
        places: list[list[float]] = np.clip(np.nan_to_num(whole, nan=0.5), 0, 1).tolist()
        return places

    def paint(self, painter: QPainter, room: QRectF, theme: Theme) -> None:
        """Draws it."""
        scale, results = theme.scale, self.results
        if results.plan is None:
            return
        foot, head = 16 * scale, 14 * scale
        side = 26 * scale
        self.room = room.adjusted(side, head, -side, -foot)
        small = face(10, 400, scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rows = results.best_first
        bright = results.chosen or frozenset(row.number for row in rows[:BRIGHT] if row.sound)
        across = [self._x(axis) for axis in range(len(results.space.knobs) + 1)]
        faint = mixed(theme.card, theme.quiet, 0.3)
        for row, positions in zip(reversed(rows), self._all_positions(rows[::-1]), strict=True):
            on = row.number in bright
            colour = theme.accent if on else faint
            width = (1.6 if on else 0.8) * scale
            if row.number == results.over:
                colour, width = theme.text, 2.4 * scale
            painter.setPen(QPen(colour, width))
            painter.drawPolyline(QPolygonF([QPointF(x, self._y(y)) for x, y in zip(across, positions, strict=True)]))
        span = results.scale_of_losses()
        names = [(one.symbol, shown(one.value(1.0)), shown(one.value(0.0))) for one in results.space.knobs]
        names.append(("dev loss", f"{10 ** span[0]:.2g}", f"{10 ** span[1]:.2g}"))
        for axis, (name, top, bottom) in enumerate(names):
            x = self._x(axis)
            painter.setPen(QPen(theme.quiet, 1.2 * scale))
            painter.drawLine(QPointF(x, self.room.top()), QPointF(x, self.room.bottom()))
            if axis in self.stretches:
                low, high = self.stretches[axis]
                brush = mixed(theme.card, theme.accent, 0.55)
                brush.setAlphaF(0.5)
                painter.fillRect(QRectF(QPointF(x - 5, self._y(high)), QPointF(x + 5, self._y(low))), brush)
            box = QRectF(x - 50 * scale, self.room.bottom() + 2, 100 * scale, 13 * scale)
            write(painter, box, name, face(11, 500, scale), theme.text, Qt.AlignmentFlag.AlignHCenter)
            edge = QRectF(x - 40 * scale, self.room.top() - 13 * scale, 80 * scale, 12 * scale)
            write(painter, edge, top, small, theme.quiet, Qt.AlignmentFlag.AlignHCenter)
            low_edge = QRectF(x + 5 * scale, self.room.bottom() - 13 * scale, 60 * scale, 12 * scale)
            if axis < len(names) - 1:
                write(painter, low_edge, bottom, small, theme.quiet)
            else:
                low_edge.moveRight(x - 5 * scale)
                write(painter, low_edge, bottom, small, theme.quiet, Qt.AlignmentFlag.AlignRight)

    def _y(self, position: float) -> float:
        return self.room.bottom() - position * self.room.height()

    def _position(self, y: float) -> float:
        return min(1.0, max(0.0, (self.room.bottom() - y) / max(1.0, self.room.height())))

    def press(self, at: QPointF) -> None:
        """A stretch begins on the nearest axis, if one is near."""
        if self.results.plan is None:
            return
        axes = range(len(self.results.space.knobs) + 1)
        near = min(axes, key=lambda axis: abs(self._x(axis) - at.x()))
        if abs(self._x(near) - at.x()) < NEAR:
            self._from = (near, self._position(at.y()))
            self.stretches.pop(near, None)
            self.choose()

    def drag(self, at: QPointF) -> bool:
        """It is drawn on; whether there is one."""
        if self._from is None:
            return False
        axis, began = self._from
        low, high = sorted((began, self._position(at.y())))
        self.stretches[axis] = (low - 1e-6, high + 1e-6)
        self.choose()
        return True

    def release(self) -> None:
        """It is as it is."""
        self._from = None

    def choose(self) -> None:
        """Chooses the trials that lie in all stretches."""
        if not self.stretches:
            self.results.choose(())
            return
        self.results.choose(
            number
            for number, row in self.results.rows.items()
            if all(low <= self.positions(row)[axis] <= high for axis, (low, high) in self.stretches.items())
        )

    def near(self, at: QPointF) -> int | None:
        """The trial whose line is near a place."""
        if self.results.plan is None or not self.results.rows or self.room.width() <= 0:
            return None
        axes = len(self.results.space.knobs) + 1
        where = (at.x() - self.room.left()) / self.room.width() * (axes - 1)
        left = int(min(max(0, math.floor(where)), axes - 2)) if axes > 1 else 0
        share = where - left
        rows = list(self.results.rows.values())
        ends = np.array([self.positions(row)[left : left + 2] for row in rows])
        y = self.room.bottom() - (ends[:, 0] + share * (ends[:, -1] - ends[:, 0])) * self.room.height()
        nearest = int(np.argmin(np.abs(y - at.y())))
        return rows[nearest].number if abs(y[nearest] - at.y()) < 6 else None
