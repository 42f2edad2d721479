"""Small pictures that can be chosen: points in class colours, or a glyph where there is nothing to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolButton

from hyperscope.engine.datasets import generators
from hyperscope.lab.experiment import TABLES
from hyperscope.lab.table import read_table
from hyperscope.resources import asset
from hyperscope.ui.controls.control import by_keyboard, draw_focus
from hyperscope.ui.style import breadth, mixed
from hyperscope.ui.theme import LIGHT, Theme, font

SIDE = 36  # pixels; in large type too, as it is looked at and not read
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
    low, high = x.min(axis=1, keepdims=True), x.max(axis=1, keepdims=True)
    x = (x - low) / np.maximum(high - low, 1e-12)
    return Picture(np.stack([x[0], 1 - x[1]]), y)


def glyph(text: str) -> Picture:
    """A picture of one sign."""
    return Picture(np.zeros((2, 0)), np.zeros(0, int), text)


def _telling(x: NDArray[Any], y: NDArray[Any]) -> tuple[int, int]:
    """The feature that sets the classes apart best, and the best one that is not much the same."""
    kinds = np.unique(y)
    means = np.stack([x[:, y == c].mean(axis=1) for c in kinds])
    within = np.mean([x[:, y == c].var(axis=1) for c in kinds], axis=0)
    order = np.argsort(-means.var(axis=0) / (within + 1e-12))
    first = int(order[0])
    alike = np.abs(np.corrcoef(x)[first])
    return first, int(next((at for at in order[1:] if alike[at] < ALIKE), order[-1]))


class Thumbnail(QToolButton):
    """A picture with its name below, checkable; the one chosen has a ring and a darker name."""

    def __init__(self, source: str, caption: str, tip: str) -> None:
        super().__init__()
        self.source = source
        self._picture: Picture | None = None
        self._theme = LIGHT
        self._by_keyboard = False
        self.setText(caption)
        self.setAccessibleName(source)
        self.setToolTip(tip)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    @property
    def has_picture(self) -> bool:
        """Whether there is something to show yet."""
        return self._picture is not None

    def set_picture(self, picture: Picture) -> None:
        """What to show; until then the tile is empty."""
        self._picture = picture
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.setFont(font(10, 400, min(theme.scale, 1.6)))  # beyond that a name is wider than its place
        self.setFixedSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(breadth(self._theme, 49), SIDE + 4 + self.fontMetrics().height() + 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        tile = QRectF((self.width() - SIDE) / 2, 2, SIDE, SIDE)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(theme.control, theme.text, 0.06) if self.underMouse() else theme.control)
        painter.drawRoundedRect(tile, 5, 5)
        if self._picture is not None:
            self._paint_picture(painter, tile.adjusted(5, 5, -5, -5), self._picture)
        if self.isChecked():
            draw_focus(painter, tile.adjusted(-1, -1, 1, 1), 6, theme.accent)
            draw_focus(painter, tile.adjusted(-0.5, -0.5, 0.5, 0.5), 5.5, theme.accent)
        painter.setPen(theme.text if self.isChecked() or self.underMouse() else theme.quiet)
        painter.setFont(self.font())
        metrics = self.fontMetrics()
        words = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        left = (self.width() - metrics.horizontalAdvance(words)) / 2
        painter.drawText(QPointF(left, tile.bottom() + 2 + metrics.ascent()), words)
        if self.hasFocus() and self._by_keyboard:
            draw_focus(painter, QRectF(self.rect()).adjusted(1, 0.75, -1, -0.75), 6, theme.text)
        painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = by_keyboard(event, self._by_keyboard)
        super().focusInEvent(event)

    def _paint_picture(self, painter: QPainter, room: QRectF, picture: Picture) -> None:
        theme = self._theme
        if picture.glyph:
            painter.setPen(theme.quiet)
            painter.setFont(font(16, 600))
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, picture.glyph)
            return
        places = [
            QPointF(room.left() + float(x) * room.width(), room.top() + float(y) * room.height())
            for x, y in picture.x.T
        ]
        for number in np.unique(picture.y).tolist():
            pen = QPen(theme.class_colour(number), 2.6)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawPoints([place for place, c in zip(places, picture.y.tolist(), strict=True) if c == number])
