"""The lines under the decision map: results, the probabilities under the pointer, and what colours and marks mean."""

from __future__ import annotations

import re

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from hyperscope.engine.arrays import Array
from hyperscope.lab.probes.snapshot import Status
from hyperscope.ui import paint
from hyperscope.ui.controls.words import loss_text, shown
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.common.axes import epoch_text
from hyperscope.ui.panels.map.points import mark
from hyperscope.ui.panels.map.views import margin_scale
from hyperscope.ui.theme import Theme

RIGHT = Qt.AlignmentFlag.AlignRight
FEW = 4  # classes; up to here each keeps its place, so that the eye can compare; of more the likeliest are said
LIKELIEST = 3
LEAST = 38  # pixels for a class's dot and probability; with less room the likeliest are said
HINTS = ("Point at the map to read it; a click holds the place", "Point to read, click to hold")
MIDDLE = 78  # pixels at least for what stands between names and figures
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
        brief = _is_brief(theme, self._first.width())
        for row, (name, accuracy, loss) in enumerate(rows):
            line = self._line(row)
            self._mark(line, row)
            write(painter, line.adjusted(MARK * scale, 0, 0, 0), name, plain, theme.quiet)
            said = loss_text(loss)
            width = write(painter, line, said, strong, theme.text, RIGHT)
            line.setRight(line.right() - width - 4 * scale)
            if not brief:
                width = write(painter, line, "loss", face(10, 400, scale), theme.quiet, RIGHT)
                line.setRight(line.right() - width)
            line.setRight(line.right() - 8 * scale)
            said = f"{100 * accuracy:.1f} %" if np.isfinite(accuracy) else "–"
            write(painter, line, said, strong, theme.text, RIGHT)

    def probabilities(self, x: float, y: float, p: Array, names: tuple[str, ...]) -> None:
        """Class probabilities (C,) at a place of the plane, each in its class's colour, the greatest in semibold.

        More than a few classes take two lines, and the place is left out.
        """
        line = self._line(3)
        per_row = -(-len(p) // 2)
        if len(p) > FEW and line.width() >= per_row * LEAST * self._scale:
            for k in range(len(p)):
                row, column = divmod(k, per_row)
                self._probability(self._line(2 + row), column, per_row, k, p, names)
            return
        where = f"at ({paint.number(x)}, {paint.number(y)})"
        write(self._painter, self._line(2), where, face(12, 400, self._scale), self._theme.quiet)
        shown = range(len(p)) if len(p) <= FEW else np.argsort(-p)[:LIKELIEST].tolist()
        for place, k in enumerate(shown):
            self._probability(line, place, len(shown), k, p, names)

    def _probability(self, line: QRectF, place: int, of: int, k: int, p: Array, names: tuple[str, ...]) -> None:
        painter, theme, scale = self._painter, self._theme, self._scale
        cell = line.width() / of
        rect = QRectF(line.left() + place * cell, line.top(), cell - 4 * scale, line.height())
        rect.setLeft(self._dot(rect, theme.class_colour(k)))
        ink = paint.readable(theme.class_colour(k), theme.card)
        strong = face(12, 600 if k == int(p.argmax()) else 400, scale)
        rect.setLeft(rect.left() + write(painter, rect, share(float(p[k])), strong, ink) + 4 * scale)
        name = names[k] if k < len(names) else f"class {k + 1}"
        if len(p) > FEW and _generic(names):
            name = name.split()[-1]
        if rect.width() > 6 * scale:
            write(painter, rect, name, face(11, 400, scale), theme.quiet)

    def legend(
        self,
        names: tuple[str, ...],
        view: str,
        classes: int,
        still: Status | None = None,
        medians: tuple[float, float] | None = None,
    ) -> None:
        """The scale of the view if it has one, else the classes' names; then what the marks mean.

        Where there is neither scale nor names, what can be done, or the `medians` of scores that jump; in a `still`
        picture its moment.
        """
        row = 3
        if view == "confidence":
            bar = paint.image(paint.confidence_ramp(self._theme)[None])
            self._bar(bar, f"confidence  1/{classes}", "1")
        elif view == "margin":
            self._bar(margin_scale(classes, self._theme), "margin p₁ − p₂  0", "1")
        elif names and not _generic(names):
            self._names(names)
        else:
            row = 2
        if row == 2:
            line, small = self._line(3), face(10, 400, self._scale)
            hints = HINTS if still is None else (f"epoch {epoch_text(still.epoch)} · step {shown(still.step)}",)
            if medians is not None:
                train, dev = (f"{100 * one:.1f} %" for one in medians)
                hints = (f"median of the last ten: train {train}, dev {dev}", f"median of ten: {train}, {dev}")
            write(self._painter, line, paint.fitting(hints, small, line.width()), small, self._theme.quiet)
        self._key(self._line(row))

    def _key(self, line: QRectF) -> None:
        """What outline, fill and the third shape mean, in as many words as there is room for."""
        painter, scale, small = self._painter, self._scale, face(10, 400, self._scale)
        test = QFontMetricsF(small).horizontalAdvance("test") + (MARK + 10) * scale
        said = paint.fitting(KEYS, small, line.width() - test)
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
        wide = sum(11 * scale + metrics.horizontalAdvance(name) for name in names)
        gap = max(4 * scale, min(11 * scale, (line.width() - wide) / max(1, len(names) - 1)))
        for k, name in enumerate(names):
            if line.left() + 11 * scale + metrics.horizontalAdvance(name) > line.right() + 1:
                write(painter, line, "…", small, theme.quiet)
                return
            line.setLeft(self._dot(line, theme.class_colour(k)))
            line.setLeft(line.left() + write(painter, line, name, small, theme.text) + gap)

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


def results_width(theme: Theme, room: float) -> tuple[float, float]:
    """Pixels that `results` takes at the left and the right of a line of `room` pixels; the middle is free."""
    before, after, loss = _results(theme)
    return before, after + (0 if room - before - after - loss < MIDDLE * theme.scale else loss)


def ample_width(theme: Theme) -> float:
    """Pixels in which `results` says all it has to say, with something in the middle."""
    return sum(_results(theme)) + MIDDLE * theme.scale


def _results(theme: Theme) -> tuple[float, float, float]:
    """Pixels that the names of sets take at the left, the figures at the right, and the word "loss" among them."""
    plain, strong, small = (QFontMetricsF(face(*of, theme.scale)) for of in ((12, 400), (12, 600), (10, 400)))
    before = plain.horizontalAdvance("Train") + (MARK + 4) * theme.scale
    after = strong.horizontalAdvance("100.0 %0.000") + 16 * theme.scale
    return before, after, small.horizontalAdvance("loss")


def _is_brief(theme: Theme, room: float) -> bool:
    """Whether the word "loss" is left out, to leave room for what stands in the middle."""
    return results_width(theme, room)[1] == _results(theme)[1]


def share(p: float) -> str:
    """A probability as .04, .95 or 1.00."""
    return f"{p:.2f}".removeprefix("0")


def _generic(names: tuple[str, ...]) -> bool:
    return all(re.fullmatch(r"class\s*\w{1,2}", name, re.IGNORECASE) for name in names)
