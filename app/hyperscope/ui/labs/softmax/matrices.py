"""A mini-batch as matrices, one below the other: a column an example, the same one in all of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from hyperscope.engine.arrays import Array
from hyperscope.lab.softmax.mini_batch import MiniBatch
from hyperscope.ui.controls.control import keep_arrows
from hyperscope.ui.formula import boxed
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import face, number, readable, sign_ramp, write
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import INSIDE, LIGHT, Theme

CELL = (29.0, 16.0)  # pixels at least, so that numbers can be read,
ROOMY = (72.0, 24.0)  # and at most
LABEL = 100.0  # pixels at the left for what a matrix is called
APART = 9.0  # pixels between two matrices
HEAD = 20.0  # pixels above them, for the examples' true classes


class Matrices(QWidget):
    """Z, e^Z, Ŷ, Y and Ŷ − Y. `pointed` carries the column under the pointer, −1 for none, `chosen` one pressed."""

    pointed = Signal(int)
    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Matrices of the mini-batch")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.theme = LIGHT
        self.batch: MiniBatch | None = None
        self.column = -1
        self._shades: list[Shades] = []  # of each matrix, worked out when it is next painted
        self._room = (0.0, 0.0)  # pixels of width and height that there are without scrolling

    def draw(self, batch: MiniBatch) -> None:
        """Shows a mini-batch."""
        self.batch = batch
        self._shades = []
        self._fit()
        self.update()

    def show_column(self, column: int) -> None:
        """Frames one column in all matrices, none if −1."""
        if column != self.column:
            self.column = column
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.theme = theme
        self._shades = []
        self._fit()
        self.update()

    def set_room(self, width: float, height: float) -> None:
        """Says how large it may be without being scrolled."""
        self._room = (width, height)
        self._fit()

    # -- where things are -----------------------------------------------------------------------------------------

    @property
    def _shape(self) -> tuple[int, int]:
        return self.batch.z.shape if self.batch is not None else (0, 0)

    @property
    def cell(self) -> tuple[float, float]:
        """Width and height of a cell in pixels."""
        scale, (rows, m) = self.theme.scale, self._shape
        wide = (self._room[0] - LABEL * scale - INSIDE) / max(1, m)
        high = (self._room[1] - (HEAD + len(MATRICES) * APART) * scale) / max(1, len(MATRICES) * rows)
        across, up = ((least * scale, most * scale) for least, most in zip(CELL, ROOMY, strict=True))
        return min(max(wide, across[0]), across[1]), min(max(high, up[0]), up[1])

    def _fit(self) -> None:
        rows, m = self._shape
        wide, high = self.cell
        scale = self.theme.scale
        tall = HEAD * scale + len(MATRICES) * (rows * high + APART * scale)
        self.setFixedHeight(max(1, round(tall)))
        self.setMinimumWidth(round(LABEL * scale + m * wide + INSIDE))

    def place(self, which: int) -> QRectF:
        """Where a matrix lies."""
        rows, m = self._shape
        wide, high = self.cell
        scale = self.theme.scale
        top = HEAD * scale + which * (rows * high + APART * scale)
        return QRectF(LABEL * scale, top, m * wide, rows * high)

    def column_at(self, at: QPointF) -> int:
        """The column under a pixel, −1 for none."""
        wide, _ = self.cell
        found = int((at.x() - LABEL * self.theme.scale) // wide)
        return found if 0 <= found < self._shape[1] else -1

    # -- what is done ---------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        keep_arrows(event)
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointed.emit(self.column_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.chosen.emit(self.column_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if by is None or not self._shape[1]:
            super().keyPressEvent(event)
            return
        self.chosen.emit((self.column + by) % self._shape[1] if self.column >= 0 else 0)

    # -- how it looks ---------------------------------------------------------------------------------------------

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        batch, theme = self.batch, self.theme
        if batch is None or not batch.z.size:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide, high = self.cell
        clip = QRectF(event.rect())
        font = face(9.5, 400, theme.scale)
        for column in range(batch.z.shape[1]):
            x = LABEL * theme.scale + (column + 0.5) * wide
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.class_colour(int(batch.true[column])))
            painter.drawEllipse(QPointF(x, HEAD * theme.scale * 0.45), 3.5 * theme.scale, 3.5 * theme.scale)
        if not self._shades:
            self._shades = [shade_of(values_of(batch), theme) for _, _, values_of, shade_of, _ in MATRICES]
        for which, (formula, said, values_of, _, digits) in enumerate(MATRICES):
            place = self.place(which)
            values, shades = values_of(batch), self._shades[which]
            self._label(painter, place, formula, said)
            painter.setFont(font)
            for row in range(values.shape[0]):
                for column in range(values.shape[1]):
                    cell = QRectF(place.left() + column * wide, place.top() + row * high, wide, high)
                    if not cell.intersects(clip):
                        continue
                    shade = shades[row][column]
                    painter.fillRect(cell.adjusted(0.5, 0.5, -0.5, -0.5), shade)
                    painter.setPen(_ink(shade.rgb(), theme.text.rgb(), theme.card.rgb()))
                    painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, number(float(values[row, column]), digits))
        if self.column >= 0:
            left = LABEL * theme.scale + self.column * wide
            top, foot = HEAD * theme.scale, self.place(len(MATRICES) - 1).bottom()
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.text, 1.6 * theme.scale))
            painter.drawRoundedRect(QRectF(left - 1, top - 2, wide + 2, foot - top + 4), 3, 3)
        if self.hasFocus():
            painter.setPen(QPen(theme.accent, 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def _label(self, painter: QPainter, place: QRectF, formula: str, said: str) -> None:
        theme = self.theme
        painter.setPen(theme.text)
        box = boxed(formula, 15 * theme.scale)
        middle = place.center().y()
        box.paint(painter, 4, middle + 1)
        below = QRectF(4, middle + 5 * theme.scale, LABEL * theme.scale - 8, 14 * theme.scale)
        write(painter, below, said, face(10, 400, theme.scale), theme.quiet)


_INKS: dict[tuple[int, int, int], QColor] = {}


def _ink(ground: int, text: int, card: int) -> QColor:
    """Text colour that can be read on a cell; worked out once for each colour."""
    key = (ground, text, card)
    if key not in _INKS:
        if len(_INKS) > 4096:
            _INKS.clear()
        _INKS[key] = readable(QColor.fromRgb(text), QColor.fromRgb(ground))
    return _INKS[key]


Shades = list[list[QColor]]


def signed_shades(values: Array, theme: Theme) -> Shades:
    """Blue for positive, orange for negative, the stronger the farther from 0."""
    top = float(np.abs(values).max()) or 1.0
    ramp = sign_ramp(theme)
    steps = ((values / top + 1) / 2 * (len(ramp) - 1)).round().astype(int).clip(0, len(ramp) - 1)
    colours = {step: mixed(theme.card, QColor.fromRgb(int(ramp[step])), 0.75) for step in set(steps.ravel().tolist())}
    return [[colours[step] for step in row] for row in steps.tolist()]


def _positive(values: Array, theme: Theme) -> Shades:
    steps = (values * 32).round().astype(int).clip(0, 32)
    colours = [mixed(theme.card, theme.accent, 0.7 * step / 32) for step in range(33)]
    return [[colours[step] for step in row] for row in steps.tolist()]


def _of_class(values: Array, theme: Theme) -> Shades:
    """Each row in its class's colour, as strong as the share."""
    steps = (values * 32).round().astype(int).clip(0, 32)
    made = []
    for row, found in enumerate(steps.tolist()):
        colours = [mixed(theme.card, theme.class_colour(row), 0.8 * step / 32) for step in range(33)]
        made.append([colours[step] for step in found])
    return made


def _z(batch: MiniBatch) -> Array:
    return batch.z


def _t(batch: MiniBatch) -> Array:
    return batch.t


def _p(batch: MiniBatch) -> Array:
    return batch.p


def _y(batch: MiniBatch) -> Array:
    return batch.y


def _error(batch: MiniBatch) -> Array:
    return batch.p - batch.y


MATRICES: tuple[tuple[str, str, Callable[[MiniBatch], Array], Callable[[Array, Theme], Shades], int], ...] = (
    ("Z", "logits", _z, signed_shades, 1),
    ("T = e^{Z − max}", "largest is 1", _t, _positive, 2),
    ("\\hat{Y}", "columns sum to 1", _p, _of_class, 2),
    ("Y", "what it is", _y, _of_class, 2),
    ("\\hat{Y} − Y", "dZ", _error, signed_shades, 2),
)
