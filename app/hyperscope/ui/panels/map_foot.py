"""The lines under the decision map: results, the probabilities under the pointer, and what colours and marks mean."""

from __future__ import annotations

import re

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from hyperscope.lab.snapshot import Array, Status
from hyperscope.ui import paint
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.map_points import mark
from hyperscope.ui.theme import Theme

RIGHT = Qt.AlignmentFlag.AlignRight
FEW = 4  # classes; up to here each keeps its place, so that the eye can compare; of more the likeliest are said
LIKELIEST = 3
HINT = "Point at the map to read its probabilities"
MARK = 11  # pixels from a point's mark to the words beside it
KEYS = ("outline: true class · fill: predicted", "outline true · fill predicted", "rim true · fill said")


class Foot:
    """Writes four lines below each other, the first in `line`, each `row` pixels under the last."""

    def __init__(self, painter: QPainter, theme: Theme, line: QRectF, row: float) -> None:
        self._painter, self._theme, self._first, self._row = painter, theme, line, row
        self._scale = theme.scale

    def _line(self, row: int) -> QRectF:
        return self._first.translated(0, row * self._row)

    def results(self, status: Status) -> None:
        """Accuracy and loss of train and dev; a dash for what is not known or not finite."""
        painter, theme, scale = self._painter, self._theme, self._scale
        plain, strong = face(12, 400, scale), face(12, 600, scale)
        rows = (("Train", status.train_accuracy, status.train_loss), ("Dev", status.dev_accuracy, status.dev_loss))
        for row, (name, accuracy, loss) in enumerate(rows):
            line = self._line(row)
            self._mark(line, row)
            write(painter, line.adjusted(MARK * scale, 0, 0, 0), name, plain, theme.quiet)
            said = f"{loss:.3f}" if np.isfinite(loss) else "–"
            width = write(painter, line, said, strong, theme.text, RIGHT)
            line.setRight(line.right() - width - 4 * scale)
            width = write(painter, line, "loss", plain, theme.text, RIGHT)
            line.setRight(line.right() - width - 10 * scale)
            said = f"{100 * accuracy:.1f} %" if np.isfinite(accuracy) else "–"
            write(painter, line, said, strong, theme.text, RIGHT)

    def probabilities(self, x: float, y: float, p: Array, names: tuple[str, ...]) -> None:
        """Class probabilities (C,) at a place of the plane, each in its class's colour, the greatest in semibold."""
        painter, theme, scale, line = self._painter, self._theme, self._scale, self._line(3)
        where = f"at ({paint.number(x)}, {paint.number(y)})"
        write(painter, self._line(2), where, face(12, 400, scale), theme.quiet)
        shown = range(len(p)) if len(p) <= FEW else np.argsort(-p)[:LIKELIEST].tolist()
        cell = line.width() / len(shown)
        for place, k in enumerate(shown):
            rect = QRectF(line.left() + place * cell, line.top(), cell - 4 * scale, line.height())
            rect.setLeft(self._dot(rect, theme.class_colour(k)))
            ink = paint.readable(theme.class_colour(k), theme.card)
            strong = face(12, 600 if k == int(p.argmax()) else 400, scale)
            rect.setLeft(rect.left() + write(painter, rect, share(float(p[k])), strong, ink) + 4 * scale)
            name = names[k] if k < len(names) else f"class {k + 1}"
            write(painter, rect, name, face(11, 400, scale), theme.quiet)

    def legend(self, names: tuple[str, ...], confidence_of: int) -> None:
        """The scale of confidence among so many classes if not 0, else the classes' names; then what the marks mean."""
        row = 3
        if confidence_of:
            bar = paint.image(paint.confidence_ramp(self._theme)[None])
            self._bar(bar, f"confidence  1/{confidence_of}", "1")
        elif names and not _generic(names):
            self._names(names)
        else:
            row = 2
            write(self._painter, self._line(3), HINT, face(10, 400, self._scale), self._theme.quiet)
        self._key(self._line(row))

    def _key(self, line: QRectF) -> None:
        """What outline, fill and the third shape mean, in as many words as there is room for."""
        painter, scale, small = self._painter, self._scale, face(10, 400, self._scale)
        metrics = QFontMetricsF(small)
        test = metrics.horizontalAdvance("test") + (MARK + 10) * scale
        room = line.width() - test
        said = next((words for words in KEYS if metrics.horizontalAdvance(words) <= room), KEYS[-1])
        line.setLeft(line.left() + write(painter, line, said, small, self._theme.quiet) + 10 * scale)
        self._mark(line, 2)
        write(painter, line.adjusted(MARK * scale, 0, 0, 0), "test", small, self._theme.quiet)

    def _mark(self, line: QRectF, part: int) -> None:
        """The shape of a part's points, at the left of `line`."""
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._theme.quiet)
        mark(self._painter, QPointF(line.left() + 3.5 * self._scale, line.center().y()), 3 * self._scale, part)

    def _names(self, names: tuple[str, ...]) -> None:
        painter, theme, scale, line = self._painter, self._theme, self._scale, self._line(2)
        small = face(10, 400, scale)
        metrics = QFontMetricsF(small)
        for k, name in enumerate(names):
            if line.left() + 12 * scale + metrics.horizontalAdvance(name) > line.right() + 1:
                write(painter, line, "…", small, theme.quiet)
                return
            line.setLeft(self._dot(line, theme.class_colour(k)))
            line.setLeft(line.left() + write(painter, line, name, small, theme.text) + 11 * scale)

    def sign_scale(self, values: Array) -> None:
        """What the colours of a magnified node stand for."""
        most = float(np.abs(np.nan_to_num(values)).max(initial=0))
        self._bar(paint.image(paint.sign_ramp(self._theme)[None]), f"−{most:.2g}", f"+{most:.2g}")
        said = "One unit's output, scaled to its own greatest size"
        write(self._painter, self._line(3), said, face(10, 400, self._scale), self._theme.quiet)

    def _bar(self, bar: QImage, low: str, high: str) -> None:
        painter, line, scale, quiet = self._painter, self._line(2), self._scale, self._theme.quiet
        small = face(10, 400, scale)
        line.setLeft(line.left() + write(painter, line, low, small, quiet) + 6 * scale)
        line.setRight(line.right() - write(painter, line, high, small, quiet, RIGHT) - 6 * scale)
        painter.drawImage(QRectF(line.left(), line.center().y() - 4 * scale, line.width(), 8 * scale), bar)

    def _dot(self, line: QRectF, colour: QColor) -> float:
        """A class's dot at the left of `line`; returns where words may begin."""
        size = 7 * self._scale
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(colour)
        self._painter.drawEllipse(QRectF(line.left(), line.center().y() - size / 2, size, size))
        return line.left() + size + 4 * self._scale


def share(p: float) -> str:
    """A probability as .04, .95 or 1.00."""
    return f"{p:.2f}".removeprefix("0")


def _generic(names: tuple[str, ...]) -> bool:
    return all(re.fullmatch(r"class\s*\w{1,2}", name, re.IGNORECASE) for name in names)
