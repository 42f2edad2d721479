"""Twins in numbers: results in two columns, and how much they disagree or what both say of one place."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from hyperscope.engine.arrays import Array
from hyperscope.lab.probes.snapshot import Status
from hyperscope.lab.twins.comparison import Disagreement
from hyperscope.ui import paint
from hyperscope.ui.controls.words import loss_text
from hyperscope.ui.paint import face, fitting, write
from hyperscope.ui.panels.common.twin_letters import SIZE, badge
from hyperscope.ui.theme import Theme

ROW = 17  # pixels
SPARE = 6  # pixels of the lowest row that may lie below the box: its letters do not
WHOLE = 11  # rows with everything; with less room nothing is said of mistakes
RESULTS = 5  # rows above that of the wrong: letters, losses, accuracies
LIKELIEST = 3
APART = 9  # pixels at least between the figures of A and of B
NARROW = 135  # pixels below which shares are whole per cents
SMALL = 115  # pixels below which the figures are smaller
CLOSE = 150  # pixels below which a hundred per cent is
SIGNS = {"Train loss": "●", "Train": "●", "Dev loss": "■", "Dev": "■"}
RIGHT = Qt.AlignmentFlag.AlignRight


class Numbers:
    """Writes into `box`, A's figures in the middle column and B's in the right one."""

    def __init__(self, painter: QPainter, theme: Theme, box: QRectF) -> None:
        self._painter, self._theme, self._box = painter, theme, box
        self._scale = theme.scale
        self._at = box.top()

    def results(self, a: Status, b: Status) -> None:
        """Losses and accuracies of both after the same step; a dash for what is not known or not finite."""
        size = SIZE * self._scale
        scored = {one.step if one.scored is None else one.scored for one in (a, b)}
        if a.step != b.step and len(scored) == 1:
            write(self._painter, self._line(), f"step {scored.pop()}", face(10, 400, self._scale), self._theme.quiet)
        for which, right in zip("AB", self._columns(), strict=True):
            badge(self._painter, QRectF(right - size, self._at, size, size), which, self._theme)
        self._at += ROW * self._scale
        signs = self._signs
        for name, field in (("Train loss", "train_loss"), ("Dev loss", "dev_loss")):
            self._row(signs.get(name, name), loss_text(getattr(a, field)), loss_text(getattr(b, field)))
        for name, field in (("Train", "train_accuracy"), ("Dev", "dev_accuracy")):
            self._row(signs.get(name, name), self._share(getattr(a, field)), self._share(getattr(b, field)))

    def wrong(self, a: int, b: int) -> None:
        """How many examples each misclassifies, if there is a `place_of_counter` beside the figures."""
        if not place_of_counter(self._box, self._theme).isEmpty():
            self._row("", str(a), str(b))
        self._at += 7 * self._scale

    def disagreement(self, found: Disagreement, ramp: Array) -> None:
        """The shares of plane and examples that are answered differently, and the scale of the picture beside."""
        plain, strong, theme = face(11, 400, self._scale), face(12, 600, self._scale), self._theme
        write(self._painter, self._line(), "They disagree on", plain, theme.quiet)
        self._next()
        shares: list[tuple[str, tuple[str, ...]]] = [
            (f"{100 * found.plane:.1f} %", ("of the plane", "of plane", "plane"))
        ]
        if found.examples is not None:
            of_all = f"of {found.examples.size}"
            shares.append((f"{int(found.examples.sum())}", (f"{of_all} examples", of_all)))
        for figure, of in shares:
            line = self._line()
            line.setLeft(line.left() + write(self._painter, line, figure, strong, theme.text) + 5 * self._scale)
            write(self._painter, line, fitting(of, plain, line.width()), plain, theme.quiet)
            self._next()
        line, small = self._line(), face(10, 400, self._scale)
        if line.bottom() > self._box.bottom() + 1:
            return
        line.setLeft(line.left() + write(self._painter, line, "alike", small, theme.quiet) + 5 * self._scale)
        line.setRight(line.right() - write(self._painter, line, "opposed", small, theme.quiet, RIGHT) - 5 * self._scale)
        bar = QRectF(line.left(), line.center().y() - 4 * self._scale, line.width(), 8 * self._scale)
        self._painter.drawImage(bar, paint.image(ramp[None]))

    def probabilities(self, about: tuple[str, ...], p: Array, q: Array | None, names: tuple[str, ...] = ()) -> None:
        """What A and B say of one input, the likeliest classes first; `about` names it, in shorter and shorter words.

        Of B nothing is written where its probabilities are not known, or are of other classes.
        """
        plain = face(11, 400, self._scale)
        write(self._painter, self._line(), fitting(about, plain, self._box.width()), plain, self._theme.quiet)
        self._next()
        q = q if q is not None and q.shape == p.shape else None
        most = np.maximum(p, q) if q is not None else p
        for k in np.argsort(-most, kind="stable")[:LIKELIEST].tolist():
            if self._line().bottom() > self._box.bottom() + SPARE * self._scale:
                return
            colour = paint.readable(self._theme.class_colour(k), self._theme.card)
            said = f"{q[k]:.2f}" if q is not None else "–"
            self._row(names[k] if k < len(names) else f"class {k + 1}", f"{p[k]:.2f}", said, colour)

    def _columns(self) -> tuple[float, float]:
        return _columns(self._box, self._theme)

    @property
    def _strong(self) -> QFont:
        return _strong(self._box, self._theme)

    @property
    def _signs(self) -> dict[str, str]:
        """What stands for the names where they would be cut short: the shapes of their points on the maps."""
        taken = QFontMetricsF(self._strong).horizontalAdvance("0.000") + 4 * self._scale
        room = self._columns()[0] - self._box.left() - taken
        fits = QFontMetricsF(face(10, 400, self._scale)).horizontalAdvance("Train") <= room
        return {} if fits else SIGNS

    @property
    def _narrow(self) -> bool:
        return _is_narrow(self._box, self._theme)

    def _share(self, value: float) -> str:
        said = f"{100 * value:.{0 if self._narrow else 1}f} %" if np.isfinite(value) else "–"
        return said.replace("100.0", "100") if self._box.width() < CLOSE * self._scale else said

    def _line(self) -> QRectF:
        return QRectF(self._box.left(), self._at, self._box.width(), ROW * self._scale)

    def _next(self) -> None:
        self._at += ROW * self._scale

    def _row(self, name: str, a: str, b: str, colour: QColor | None = None) -> None:
        theme, scale = self._theme, self._scale
        line, strong = self._line(), self._strong
        taken = QFontMetricsF(strong).horizontalAdvance(a) + 4 * scale
        beside = QRectF(line.left(), line.top(), self._columns()[0] - line.left() - taken, line.height())
        usual, small = face(11, 400, scale), face(10, 400, scale)
        fits = QFontMetricsF(usual).horizontalAdvance(name) <= beside.width()
        said = fitting((name, name.removesuffix(" loss")), small, beside.width())  # shares have a % behind them
        write(self._painter, beside, said, usual if fits else small, colour or theme.quiet)
        for said, right in zip((a, b), self._columns(), strict=True):
            rect = QRectF(line)
            rect.setRight(right)
            write(self._painter, rect, said, strong, theme.text, RIGHT)
        self._next()


def place_of_counter(box: QRectF, theme: Theme) -> QRectF:
    """Where in the `box` of the numbers something may stand left of how many are wrong; empty in little room."""
    if box.height() < WHOLE * ROW * theme.scale:
        return QRectF()
    taken = QFontMetricsF(_strong(box, theme)).horizontalAdvance("300") + 4 * theme.scale
    right = _columns(box, theme)[0] - taken
    return QRectF(box.left(), box.top() + RESULTS * ROW * theme.scale, right - box.left(), ROW * theme.scale)


def _columns(box: QRectF, theme: Theme) -> tuple[float, float]:
    """Where the figures of A and B end."""
    narrow = _is_narrow(box, theme)
    widest = QFontMetricsF(_strong(box, theme)).horizontalAdvance("100 %" if narrow else "100.0 %")
    usual = box.left() + (0.7 if narrow else 0.66) * box.width()
    return min(usual, box.right() - widest - APART * theme.scale), box.right()


def _strong(box: QRectF, theme: Theme) -> QFont:
    return face(11 if box.width() < SMALL * theme.scale else 12, 600, theme.scale)


def _is_narrow(box: QRectF, theme: Theme) -> bool:
    return box.width() < NARROW * theme.scale
