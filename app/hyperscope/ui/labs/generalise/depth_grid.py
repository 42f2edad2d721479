"""Every initialiser with every activation: a strip of layers each, shaded by the order of magnitude of its signal."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolTip, QVBoxLayout

from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array
from hyperscope.engine.initialisers import initialisers
from hyperscope.lab.experiment.experiment import knob_at
from hyperscope.lab.generalise.depth import Cell, Signals, said
from hyperscope.ui.controls.control import ARROWS, draw_focus, keep_arrows
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.paint import face, fitting, write
from hyperscope.ui.panels.common.sheet import HEAD, Sheet
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import INSIDE, Theme

NAMES, HEADS, KEY = 62, 18, 26  # pixels at scale 1: of the initialisers, of the activations, of the legend
DEEPEST, HIGHEST = -6.0, 4.0  # powers of ten at which shades end
KINDS = ("mean |a|", "signal", "gradient")
RULES, BENDS = tuple(initialisers), tuple(activations)


def strip_of(found: Signals, kind: int) -> Array:
    """Powers of ten by layer (L,): of mean |a| over the inputs', of the spread over theirs, or of the gradient over the
    output layer's.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (
            found.size[1:] / found.size[0],
            found.spread[1:] / found.spread[0],
            found.gradient[:-1] / found.gradient[-1],
        )[kind]
        power = np.log10(ratio)
    power = np.where(np.isnan(power), -np.inf, power)
    result: Array = np.clip(power, DEEPEST, HIGHEST)
    return result


def shade(theme: Theme, power: float) -> QColor:
    """The ground where nothing is left, accent where all is as it was, orange where it has grown."""
    if power <= 0:
        return mixed(theme.control, theme.accent, 1 - power / DEEPEST)
    return mixed(theme.accent, theme.negative, power / HIGHEST)


class DepthGrid(Sheet):
    """`chosen` carries the initialiser and activation that are looked at."""

    chosen = Signal(str, str)

    def __init__(self) -> None:
        super().__init__("Every initialiser with every activation")
        self.cells: dict[tuple[str, str, bool], Signals] = {}
        self.rule, self.bend = "xavier", "sigmoid"
        self.kind = 1
        self.kinds = Segments(KINDS, "What is shown")
        self.kinds.set_index(self.kind)
        self.kinds.chosen.connect(self.show_kind)
        head = QHBoxLayout()
        head.addStretch(1)
        head.addWidget(self.kinds)
        column = QVBoxLayout(self)
        column.setContentsMargins(INSIDE, 6, INSIDE, 8)
        column.addLayout(head)
        column.addStretch(1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        return QSize(420, 300)

    def show_kind(self, kind: int) -> None:
        """Shows one of KINDS."""
        self.kind = kind
        self.kinds.set_index(kind)
        self._tell()
        self.update()

    def show_cells(self, cells: tuple[Cell, ...]) -> None:
        """Shows what was measured."""
        self.cells = {(one.initialiser, one.activation, one.normed): one.signals for one in cells}
        self._tell()
        self.update()

    def choose(self, rule: str, bend: str) -> None:
        """Looks at one of them."""
        if (rule, bend) != (self.rule, self.bend):
            self.rule, self.bend = rule, bend
            self._tell()
            self.update()
            self.chosen.emit(rule, bend)

    def sentence(self, rule: str, bend: str) -> str:
        """What becomes of the signal there."""
        name = f"{knob_at('network.layers.0.activation').caption(bend)}, {knob_at('network.initialiser').caption(rule)}"
        parts = [
            f"{how} batch norm {said(self.cells[rule, bend, normed])}"
            for normed, how in ((False, "without"), (True, "with"))
            if (rule, bend, normed) in self.cells
        ]
        return f"{name}: {'; '.join(parts)}." if parts else name

    def _tell(self) -> None:
        self.setAccessibleDescription(self.sentence(self.rule, self.bend))

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        self.kinds.set_theme(theme)

    # -- where all lies -------------------------------------------------------------------------------------------

    def place(self, rule: str, bend: str) -> QRectF:
        """Where a cell lies."""
        room = QRectF(self.rect()).adjusted(INSIDE, self.px(HEAD + 10), -INSIDE, -INSIDE)
        left, top = room.left() + self.px(NAMES), room.top() + self.px(HEADS)
        wide = (room.right() - left) / len(BENDS)
        high = (room.bottom() - self.px(KEY) - top) / len(RULES)
        column, row = BENDS.index(bend), RULES.index(rule)
        return QRectF(left + column * wide, top + row * high, wide, high)

    def _under(self, at: QPointF) -> tuple[str, str] | None:
        every = ((rule, bend) for rule in RULES for bend in BENDS)
        return next((one for one in every if self.place(*one).contains(at)), None)

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """Names, strips, and the legend."""
        theme, scale = self.theme, self.theme.scale
        bends, rules = knob_at("network.layers.0.activation"), knob_at("network.initialiser")
        for bend in BENDS:
            cell = self.place(RULES[0], bend)
            above = QRectF(cell.left(), cell.top() - self.px(HEADS), cell.width(), self.px(HEADS - 4))
            bold = face(11, 600 if bend == self.bend else 400, scale)
            write(painter, above, bends.caption(bend), bold, theme.text, Qt.AlignmentFlag.AlignHCenter)
        for rule in RULES:
            cell = self.place(rule, BENDS[0])
            beside = QRectF(room.left(), cell.top(), self.px(NAMES - 8), cell.height())
            bold = face(11, 600 if rule == self.rule else 400, scale)
            write(painter, beside, rules.caption(rule), bold, theme.text, Qt.AlignmentFlag.AlignRight)
            for bend in BENDS:
                self._paint_cell(painter, rule, bend)
        self._paint_key(painter, room)
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()).adjusted(2, 2, -2, -2), 6, theme.accent)

    def _paint_cell(self, painter: QPainter, rule: str, bend: str) -> None:
        theme = self.theme
        cell = self.place(rule, bend).adjusted(self.px(3), self.px(4), -self.px(3), -self.px(4))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        half = (cell.height() - 2) / 2
        for row, normed in enumerate((False, True)):
            found = self.cells.get((rule, bend, normed))
            strip = QRectF(cell.left(), cell.top() + row * (half + 2), cell.width(), half)
            if found is None:
                painter.fillRect(strip, theme.control)
                continue
            powers = strip_of(found, self.kind)
            edges = np.linspace(strip.left(), strip.right(), len(powers) + 1)
            for at, power in enumerate(powers.tolist()):
                part = QRectF(edges[at], strip.top(), edges[at + 1] - edges[at] - 1, half)
                painter.fillRect(part, shade(theme, power))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if (rule, bend) == (self.rule, self.bend):
            painter.setPen(QPen(theme.accent, self.px(2)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(cell.adjusted(-4, -4, 3, 4), 4, 4)

    def _paint_key(self, painter: QPainter, room: QRectF) -> None:
        theme = self.theme
        line = QRectF(room.left(), room.bottom() - self.px(14), room.width(), self.px(16))
        of = "the inputs’" if self.kind < 2 else "the output layer’s"
        what = ("mean |a|", "spread from example to example", "gradient")[self.kind]
        small = face(10, 400, theme.scale)
        words = fitting(
            (
                f"{what} by layer, against {of}; upper strip without batch norm, lower with",
                f"{what}, against {of}; above without batch norm, below with",
            ),
            small,
            line.width() - self.px(190),
        )
        taken = write(painter, line, words, small, theme.quiet)
        bar = self.px(110)
        left = line.right() - bar - self.px(30)
        if left < line.left() + taken + self.px(50):
            return
        write(painter, QRectF(left - self.px(34), line.top(), self.px(30), line.height()), "10⁻⁶", small, theme.quiet,
              Qt.AlignmentFlag.AlignRight)  # fmt: skip
        for at in range(round(bar)):
            power = DEEPEST + (HIGHEST - DEEPEST) * at / bar
            painter.fillRect(QRectF(left + at, line.center().y() - self.px(4), 1.5, self.px(8)), shade(theme, power))
        write(
            painter, QRectF(left + bar + self.px(4), line.top(), self.px(30), line.height()), "10⁴", small, theme.quiet
        )

    # -- pointer and keys -----------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._under(event.position())
        if event.button() == Qt.MouseButton.LeftButton and found is not None:
            self.choose(*found)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            at = event.pos()  # type: ignore[attr-defined]
            found = self._under(QPointF(at))
            if found is not None:
                QToolTip.showText(event.globalPos(), self.sentence(*found), self)  # type: ignore[attr-defined]
            return True
        keep_arrows(event)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in ARROWS:
            super().keyPressEvent(event)
            return
        row, column = RULES.index(self.rule), BENDS.index(self.bend)
        row += {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        column += {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        self.choose(RULES[row % len(RULES)], BENDS[column % len(BENDS)])
