"""Numbers before and after an operation: the first rows and columns of an array, tinted by sign, changes heavier."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from hyperscope.engine.arrays import Array
from hyperscope.ui import formula
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import face, fitting, write
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import LIGHT, Theme

if TYPE_CHECKING:
    from hyperscope.engine.slow_motion import Numbers, Summary

CELL = (50, 16)  # pixels at scale 1
LOWEST = 13  # pixels of a row at scale 1
HEAD, FOOT, ARROW, SIDE = 20, 15, 26, 16
TIP = "The first units and columns; numbers that changed are heavier. Blue is above 0, orange below."
TINT = 0.42  # of the sign's colour in the cell of the greatest number
RIGHT = Qt.AlignmentFlag.AlignRight
MIDDLE = Qt.AlignmentFlag.AlignHCenter


def figure(value: float) -> str:
    """A number in at most seven characters, with a true minus sign."""
    if not math.isfinite(value):
        return {math.inf: "∞", -math.inf: "−∞"}.get(value, "NaN")
    size = abs(value)
    if size >= 1e5 or 0 < size < 1e-2:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa}e{int(exponent)}".replace("-", "−")
    return f"{value:.3g}".replace("-", "−") if size < 1000 else f"{value:.0f}".replace("-", "−")


def summed_up(summary: Summary) -> str:
    """Mean, deviation and range in words."""
    return (
        f"mean {figure(summary.mean)} · σ {figure(summary.deviation)} · "
        f"{figure(summary.least)} to {figure(summary.greatest)}"
    )


def summaries(summary: Summary) -> tuple[str, ...]:
    """The same from the fullest to the shortest."""
    mean, deviation, _ = whole = summed_up(summary).split(" · ")
    return " · ".join(whole), f"{mean} · {deviation}", mean


class Matrices(QWidget):
    """One array, or two with an arrow: what an operation wrote, and what it was made from."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._numbers: Numbers | None = None
        self.setAccessibleName("Numbers before and after")
        self.setToolTip(TIP)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)

    def show_numbers(self, numbers: Numbers) -> None:
        """Shows one array."""
        self._numbers = numbers
        before = f" from {summed_up(numbers.earlier)}" if numbers.earlier is not None else ""
        said = f"{formula.plain(numbers.symbol)}: {summed_up(numbers.summary)}{before}"
        self.setAccessibleDescription(said)
        self.setToolTip(f"{TIP} {said}.")
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.update()

    def shape_shown(self) -> tuple[int, int]:
        """Rows and columns of each array that there is room for."""
        if self._numbers is None:
            return 0, 0
        scale, (rows, columns) = self._theme.scale, self._numbers.now.shape
        high = (self.height() - (HEAD + FOOT) * scale) / (LOWEST * scale)
        wide = (self._room() - SIDE * scale) / (CELL[0] * scale)
        return max(1, min(rows, int(high))), max(1, min(columns, int(wide)))

    def _room(self) -> float:
        """Pixels across for each array."""
        assert self._numbers is not None
        return (self.width() - ARROW * self._theme.scale) / 2 if self._numbers.was is not None else float(self.width())

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._numbers is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        numbers, scale, room = self._numbers, self._theme.scale, self._room()
        rows, columns = self.shape_shown()
        shown = [one[:rows, :columns] for one in (numbers.was, numbers.now) if one is not None]
        finite = np.concatenate([one[np.isfinite(one)].ravel() for one in shown])
        top = float(np.abs(finite).max()) if finite.size else 1.0
        left = 0.0
        if numbers.was is not None and numbers.earlier is not None:
            self._matrix(painter, 0.0, shown[0], numbers.was_symbol, numbers.earlier, None, top)
            said = QFontMetricsF(face(10, 400, scale)).horizontalAdvance(summed_up(numbers.earlier))
            wide = SIDE * scale + max(columns * CELL[0] * scale, said)
            left = min(wide, room) + ARROW * scale
            arrow = QRectF(left - ARROW * scale, HEAD * scale, ARROW * scale, rows * self._high(rows))
            write(painter, arrow, "→", face(15, 400, scale), self._theme.quiet, MIDDLE)
        self._matrix(painter, left, shown[-1], numbers.symbol, numbers.summary, shown[0], top)
        painter.end()

    def _high(self, rows: int) -> float:
        scale = self._theme.scale
        return min(CELL[1] * scale, (self.height() - (HEAD + FOOT) * scale) / max(1, rows))

    def _matrix(
        self,
        painter: QPainter,
        left: float,
        values: Array,
        symbol: str,
        summary: Summary,
        was: Array | None,
        top: float,
    ) -> None:
        assert self._numbers is not None
        theme, scale, numbers = self._theme, self._theme.scale, self._numbers
        rows, columns = values.shape
        wide, high, side = CELL[0] * scale, self._high(rows), SIDE * scale
        head = QRectF(left + side, 0, columns * wide, HEAD * scale)
        used = formula.write(painter, head, symbol, 13 * scale, theme.text)
        shape = f"{numbers.shape[0]} × {numbers.shape[1]}"
        kinds = f"units × {numbers.columns}" if numbers.columns else "one for each unit"
        note = head.adjusted(used + 8 * scale, 0, self._room() - columns * wide - side, 0)
        hidden = numbers.shape[0] > rows or numbers.shape[1] > columns
        cut = f"; the first {rows} × {columns}" if hidden else ""
        small = face(10, 400, scale)
        said = fitting((f"{shape}, {kinds}{cut}", f"{shape}{cut}", f"{shape}, {kinds}", shape), small, note.width())
        write(painter, note, said, small, theme.quiet)
        for row in range(rows):
            y = HEAD * scale + row * high
            write(
                painter, QRectF(left, y, side - 4 * scale, high), f"{row + 1}", face(9, 400, scale), theme.quiet, RIGHT
            )
            for column in range(columns):
                value = float(values[row, column])
                cell = QRectF(left + side + column * wide, y, wide - 1, high - 1)
                painter.fillRect(cell, self._tint(value, top))
                changed = was is not None and was is not values and not _same(value, float(was[row, column]))
                heavy = changed and numbers.was is not None
                write(painter, cell, figure(value), face(10, 600 if heavy else 400, scale), theme.text, MIDDLE)
        y = HEAD * scale + rows * high + 2 * scale
        below = QRectF(left + side, y, self._room() - side, 12 * scale)
        write(painter, below, fitting(summaries(summary), small, below.width()), small, theme.quiet)

    def _tint(self, value: float, top: float) -> QColor:
        theme = self._theme
        if not math.isfinite(value):
            return mixed(theme.card, theme.classes[6], TINT)
        share = min(1.0, abs(value) / top) if top > 0 else 0.0
        return mixed(theme.card, theme.positive if value >= 0 else theme.negative, TINT * share)


def _same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))
