"""The input that is pinned on the map: its mark, and a card that says what it is and what the network says of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen

from hyperscope.engine.arrays import Array
from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.probes.passing import Passing
from hyperscope.ui import paint
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.map.foot import share
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import Theme

PARTS = ("train", "dev", "test")
BARS = 6  # classes; of more the likeliest are shown
LIKELIEST = 5
WIDTH = 148  # pixels of the card
ROW = 14
RIGHT = Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True)
class Pin:
    """An example by number, or a place in plane coordinates."""

    example: int | None = None
    point: tuple[float, float] | None = None

    def place(self, examples: Examples | None) -> tuple[float, float] | None:
        """Where it is in the plane; None if it is an example that is not there."""
        if self.example is None:
            return self.point
        if examples is None or self.example >= len(examples.y):
            return None
        x, y = examples.x[:, self.example].tolist()
        return x, y

    def is_of(self, passing: Passing | None) -> bool:
        """Whether the record is about this input."""
        if passing is None or not passing.values:
            return False
        if self.example is not None or passing.example is not None:
            return self.example == passing.example
        return self.point is not None and passing.point is not None and math.dist(self.point, passing.point) < 1e-9


def paint_ring(painter: QPainter, at: QPointF, theme: Theme, *, example: bool) -> None:
    """A ring that can be seen on every ground, with a cross where there is no point in it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    scale = theme.scale
    for colour, width in ((theme.map_ground, 4.5), (theme.text, 2.0)):
        pen = QPen(colour, width * scale)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawEllipse(at, 9.5 * scale, 9.5 * scale)
        if not example:
            for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                painter.drawLine(at + QPointF(x, y) * 3.5 * scale, at + QPointF(x, y) * 9.5 * scale)


def paint_card(
    painter: QPainter, box: QRectF, at: QPointF, passing: Passing, names: tuple[str, ...], theme: Theme
) -> None:
    """The card of a pinned input, in the corner of the picture `box` that is farthest from its place."""
    scale = theme.scale
    p = passing.values[-1]
    x, y = passing.point or (0.0, 0.0)
    order = list(range(len(p))) if len(p) <= BARS else np.argsort(-p, kind="stable")[:LIKELIEST].tolist()
    wide = min(WIDTH * scale, box.width() - 8)
    about = (
        [f"{PARTS[passing.part]} example {passing.example}"]
        if passing.example is not None
        else [f"at ({paint.number(x)}, {paint.number(y)})"]
    )
    high = (len(about) + (passing.true >= 0) + 1 + len(order)) * ROW * scale + 14 * scale
    picture = passing.picture
    card = QRectF(0, 0, wide, min(high, box.height() - 8))
    card.moveLeft(box.left() + 4 if at.x() > box.center().x() else box.right() - 4 - wide)
    card.moveTop(box.top() + 4 if at.y() > box.center().y() else box.bottom() - 4 - card.height())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(mixed(theme.quiet, theme.card, 0.5), 1))
    painter.setBrush(theme.card)
    painter.drawRoundedRect(card, 6, 6)
    inner = card.adjusted(8 * scale, 6 * scale, -8 * scale, -6 * scale)
    line = QRectF(inner.left(), inner.top(), inner.width(), ROW * scale)
    if picture is not None:
        side = 3 * ROW * scale - 4
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(QRectF(inner.right() - side, inner.top(), side, side), grey(picture, theme))
        line.setRight(inner.right() - side - 6 * scale)
    small = face(10, 400, scale)
    write(painter, line, about[0], small, theme.quiet)
    predicted = int(p.argmax())
    for word, k in (("true", passing.true), ("predicted", predicted)):
        if k >= 0:
            line.translate(0, ROW * scale)
            _class(painter, line, word, k, names, theme, strong=word == "predicted" and passing.true not in (-1, k))
    line.setRight(inner.right())
    line.translate(0, 2 * scale)
    for k in order:
        line.translate(0, ROW * scale)
        _bar(painter, line, k, float(p[k]), names, theme, strong=k == predicted)


def grey(picture: Array, theme: Theme) -> QImage:
    """A picture of bytes (height, width), ink on the theme's ground; row 0 is its top."""
    level = picture.astype(np.float32)[..., None] / 255
    ground, ink = paint.rgb(theme.control), paint.rgb(theme.text)
    return paint.image(paint.packed(ground + level * (ink - ground)))


def _class(
    painter: QPainter, line: QRectF, word: str, k: int, names: tuple[str, ...], theme: Theme, *, strong: bool
) -> None:
    scale, rect = theme.scale, QRectF(line)
    small = face(10, 400, scale)
    start = QFontMetricsF(small).horizontalAdvance("predicted ") + 2 * scale
    write(painter, rect, word, small, theme.quiet)
    rect.setLeft(rect.left() + min(start, 0.7 * rect.width()))
    _dot(painter, rect, k, theme)
    rect.setLeft(rect.left() + 10 * scale)
    write(painter, rect, named(names, k), face(10, 600 if strong else 400, scale), theme.text)


def _bar(
    painter: QPainter,
    line: QRectF,
    k: int,
    p: float,
    names: tuple[str, ...],
    theme: Theme,
    *,
    strong: bool,
) -> None:
    scale, rect = theme.scale, QRectF(line)
    font = face(10, 600 if strong else 400, scale)
    _dot(painter, rect, k, theme)
    rect.setLeft(rect.left() + 10 * scale)
    figure = QFontMetricsF(font).horizontalAdvance("1.00") + 4 * scale
    name = QRectF(rect.left(), rect.top(), rect.width() * 0.42, rect.height())
    write(painter, name, named(names, k), font, theme.text if strong else theme.quiet)
    write(painter, rect, share(p), font, theme.text, RIGHT)
    room = QRectF(name.right() + 3 * scale, rect.center().y() - 3 * scale, 0, 6 * scale)
    room.setWidth(max(0.0, rect.right() - figure - room.left()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.control)
    painter.drawRect(room)
    painter.setBrush(theme.class_colour(k))
    painter.drawRect(QRectF(room.left(), room.top(), room.width() * p, room.height()))


def _dot(painter: QPainter, line: QRectF, k: int, theme: Theme) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.class_colour(k))
    painter.drawEllipse(
        QPointF(line.left() + 3.5 * theme.scale, line.center().y()), 3.2 * theme.scale, 3.2 * theme.scale
    )


def named(names: tuple[str, ...], k: int) -> str:
    """The name of class `k`."""
    return names[k] if k < len(names) else f"class {k + 1}"
