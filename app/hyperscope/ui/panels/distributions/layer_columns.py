"""The canvas of the distributions: a column per hidden layer, laid out when data or size change, then painted.

Nothing is laid out while painting, so that following the mouse costs only paint.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from hyperscope.lab.probes.distributions import Distributions
from hyperscope.ui import theme as look
from hyperscope.ui.guarded import guarded
from hyperscope.ui.panels.common.in_turn import InTurn
from hyperscope.ui.panels.common.overlays import paint_reading
from hyperscope.ui.panels.common.stretch import NOTCH, Stretch
from hyperscope.ui.panels.distributions.layer_column import Column, Reading
from hyperscope.ui.panels.distributions.layer_words import Words
from hyperscope.ui.panels.distributions.lined_up import BATCH_NORM, LEARNED, LETTERS, VIEWS, lined_up, zeros_in_all
from hyperscope.ui.panels.distributions.multiples import Span
from hyperscope.ui.panels.distributions.placing import Placing, paint_column, run_of
from hyperscope.ui.theme import LIGHT, Theme

NARROWEST = 96  # px of a column; more layers than fit are turned over like pages
NO_LAYERS = "No hidden layers: add one with + layer to see its distributions"
NO_DATA = "Press play or step one batch: the distributions appear here"
NO_RIVERS = "Play or step, and quantiles over epochs flow here"
NORM_LEGEND = "μ ± σ: line batch, bar running"
RIVERS = {1: "river: 5, 25, 50, 75, 95 %", 2: "river: A as bands, B as lines, at 5, 50, 95 %"}  # by how many are shown
DEFINITIONS = {
    "signals": "σ: standard deviation of z. sat.: share of outputs where the activation's slope is below 5 % of its "
    "greatest; of ReLU these are the zeros. Dead units give 0 for every example looked at, so their gradient is 0. "
    "Saturated units are flat for more than 95 % of the examples.",
    "weights": "σ: standard deviation of the layer's weights, biases left out. Weights that are exactly 0, as L1 makes "
    "them, are counted.",
    "gradients": "σ: standard deviation of the loss's gradient with respect to the layer's weights, from the last "
    "mini-batch, as the optimiser took it.",
    BATCH_NORM: "How far the last mini-batch's means lie from the running ones, in running σ, on average over units.",
}


class LayerColumns(QWidget):
    """Draws `Distributions` of one network, or of two in common. `read` tells in words what is under the mouse, "" for
    nothing; of two it stands in a box beside the mouse.

    `paged` tells (page, pages, words) when there are more layers than fit.
    """

    read = Signal(str)
    paged = Signal(int, int, str)
    unit_chosen = Signal(int, int)  # layer, from 0, and unit, where batch norm's statistics of it were pressed

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setAccessibleName("Histograms and rivers of each hidden layer")
        self.data: tuple[Distributions, ...] = ()
        self.view = next(iter(VIEWS))
        self._common = False
        self._page = 0
        self._columns: list[Column] = []
        self._mouse: QPointF | None = None
        self.reading = Reading()
        self.stretch = Stretch(self)
        self.stretch.changed.connect(self._lay_out)
        self._run: Span = (0.0, 1.0)  # its first and last epoch
        self._held: tuple[Column, float] | None = None  # whose river is dragged, and from where across
        self.turns: InTurn | None = None  # in which a change of size is laid out; at once if there is none
        self.late = False  # whether that is still to be done
        self.set_theme(LIGHT)

    def share(self, stretch: Stretch) -> None:
        """Shows from now on what others show that have the same stretch."""
        self.stretch.changed.disconnect(self._lay_out)
        self.stretch = stretch
        stretch.changed.connect(self._lay_out)

    @property
    def empty(self) -> str:
        """What stands here instead of pictures, "" if there are some."""
        if not self.data:
            return NO_DATA
        if self.view in LEARNED and any(data.output is not None for data in self.data):
            return ""
        layers = [layer for data in self.data for layer in data.layers]
        if not layers:
            return NO_LAYERS
        counted = any(np.any(np.asarray(layer.z.counts) > 0) for layer in layers)
        return "" if counted else NO_DATA

    @property
    def legends(self) -> tuple[str, ...]:
        """What is shown and how to read it, from the longest to the shortest."""
        if self.view == BATCH_NORM or not self.data:
            return (NORM_LEGEND,)
        data, flowing = self.data[0], RIVERS[len(self.data)]
        if self.view == "weights":
            exact = self._exact_zeros()
            return (f"{exact} · {flowing}", exact) if exact else (flowing,)
        if self.view == "gradients":
            return (f"last mini-batch · {flowing}", "last mini-batch")
        if data.training:
            said = f"train mode, last mini-batch of {data.examples}"
            return (f"{said}: its own μ and σ², dropout on", said, "train mode")
        return (
            f"evaluation mode, {data.examples} training examples · {flowing}",
            f"evaluation mode · {flowing}",
            "evaluation mode",
        )

    def _exact_zeros(self) -> str:
        """How many weights are exactly 0 in all, of each side; "" where that is not worth a word."""
        found = [zeros_in_all(data) for data in self.data]
        if not any(found):
            return ""
        said = [f"{zeros[0]} of {zeros[1]}" if zeros is not None else "none" for zeros in found]
        if len(said) == 1:
            return f"{said[0]} weights are exactly 0"
        return "exactly 0: " + " · ".join(f"{letter} {words}" for letter, words in zip(LETTERS, said, strict=True))

    def set_distributions(self, *data: Distributions) -> None:
        """Shows these of each side; the page stays if it still exists."""
        self.data = data
        self._lay_out()

    def set_view(self, view: str) -> None:
        """Batch norm's statistics, or one of VIEWS: histograms and rivers."""
        self.view = view
        self._lay_out()
        self.read.emit(self.reading.sentence)

    def set_common(self, common: bool) -> None:
        """One axis for all layers, or one each."""
        self._common = common
        self._lay_out()

    def set_page(self, page: int) -> None:
        """Turns to `page`, from 0."""
        self._page = page
        self._lay_out()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self._words = Words(theme)
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lays out for the new size."""
        super().resizeEvent(event)
        if self.turns is not None and self._columns:
            self.late = True
            self.turns.ask(self, self._lay_out_late)
        else:
            self._lay_out()

    def _lay_out_late(self) -> None:
        if self.late:
            self._lay_out()

    def _lay_out(self) -> None:
        self.late = False
        self._columns = []
        if self.empty:
            self.paged.emit(0, 1, "")
        else:
            layers = lined_up(self.view, self.data)
            self._columns = [Column(layers[at], left, width) for at, left, width in self._places(len(layers))]
            self._run = run_of(layers)
            ratio = self.devicePixelRatioF()
            placing = Placing(self._words, self.height(), ratio, self._common, layers, self.stretch)
            placing.place(self._columns, self.view)
        self._follow()
        self.update()

    def _places(self, count: int) -> list[tuple[int, int, int]]:
        """(number, left, width in pixels) of those of `count` columns that are on this page."""
        scale = self._theme.scale
        gap = round(16 * scale) if count <= 4 else round(12 * scale)
        fits = max(1, int((self.width() + gap) / (NARROWEST * scale + gap)))
        pages = math.ceil(count / fits)
        self._page = min(self._page, pages - 1)
        first = self._page * fits
        shown = range(first, min(count, first + fits))
        self.paged.emit(self._page, pages, f"layers {first + 1}–{shown[-1] + 1} of {count}")
        width = (self.width() - gap * (len(shown) - 1)) / len(shown)
        return [(number, round(at * (width + gap)), int(width)) for at, number in enumerate(shown)]

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Everything laid out, the bin under the mouse, and the moves."""
        painter = QPainter(self)
        theme = self._theme
        if self.empty:
            painter.setFont(look.font(12, 400, theme.scale))
            painter.setPen(theme.quiet)
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self.empty)
        for column in self._columns:
            paint_column(painter, column, theme, self._mouse)
            if column.flows:
                self._paint_moves(painter, column.area, column.time)
        if self._columns and self.view != BATCH_NORM and not any(column.flows for column in self._columns):
            painter.setFont(look.font(12, 400, theme.scale))
            painter.setPen(theme.quiet)
            lower = QRectF(0, self.height() / 2, self.width(), self.height() / 2)
            painter.drawText(lower, int(Qt.AlignmentFlag.AlignCenter), NO_RIVERS)
        for column in self._columns:
            for at, text, font, colour in column.words:
                painter.setFont(font)
                painter.setPen(colour)
                painter.drawStaticText(at, text)
        if self.reading.rows and self._mouse is not None:
            high = len(self.reading.rows) * self._words.high(self._words.stat) + 12 * theme.scale
            top = max(0.0, min(self.reading.y, self.height() - high))
            over = QRectF(self.rect()).adjusted(0, top, 0, 0)
            paint_reading(painter, self.reading.rows, self._mouse.x(), over, self._words.stat, theme)
        painter.end()

    def _paint_moves(self, painter: QPainter, area: QRectF, time: Span) -> None:
        pen = QPen(self._theme.accent, self._theme.scale)
        pen.setDashPattern([2, 3])
        painter.setPen(pen)
        painted: list[float] = []
        for data in self.data:
            for _, epoch, _ in reversed(data.moves):
                x = round(area.left() + (epoch - time[0]) / max(1e-12, time[1] - time[0]) * area.width()) + 0.5
                if area.left() <= x <= area.right() + 1 and all(abs(x - other) >= 3 for other in painted):
                    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
                    painted.append(x)

    def event(self, event: QEvent) -> bool:
        """Gives the definitions of what the heads of the columns count, besides all else."""
        if isinstance(event, QHelpEvent):
            over = self._columns and event.pos().y() <= self._words.high(self._words.head) + 4
            QToolTip.showText(event.globalPos(), self.definition if over else "", self)
            return True
        return super().event(event)

    @property
    def definition(self) -> str:
        """What the heads of the columns count."""
        return DEFINITIONS.get(self.view, DEFINITIONS["signals"])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Reads what is under the mouse."""
        self._mouse = event.position()
        if self._held is not None:
            column, before = self._held
            self._held = column, event.position().x()
            epochs = (column.time[1] - column.time[0]) / max(1.0, column.area.width())
            self.stretch.move((before - event.position().x()) * epochs, self._run)
        self._follow()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes hold of a river."""
        column = self._river_at(event.position())
        if column is not None and event.button() == Qt.MouseButton.LeftButton:
            self._held = column, event.position().x()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() == Qt.MouseButton.LeftButton and (place := self.unit_at(event.position())) is not None:
            self.unit_chosen.emit(*place)

    def unit_at(self, at: QPointF) -> tuple[int, int] | None:
        """The layer, from 0, and the unit whose batch norm's statistics are drawn at a place."""
        for column in self._columns if self.view == BATCH_NORM else ():
            if column.slot and column.area.contains(at):
                layer = int(column.layers.name.removeprefix("Layer ")) - 1
                return layer, int((at.x() - column.area.left()) / column.slot)
        return None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lets go of it."""
        self._held = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Shows again what is shown usually."""
        if self._river_at(event.position()) is not None:
            self.stretch.follow()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Shows less of the time around the mouse, or more."""
        column, notches = self._river_at(event.position()), event.angleDelta().y() / NOTCH
        if column is None or not notches:
            event.ignore()
            return
        share = (event.position().x() - column.area.left()) / max(1.0, column.area.width())
        self.stretch.zoom(notches, column.time[0] + share * (column.time[1] - column.time[0]), self._run)

    def _river_at(self, at: QPointF) -> Column | None:
        return next((column for column in self._columns if column.flows and column.area.contains(at)), None)

    def leaveEvent(self, event: QEvent) -> None:
        """Reads nothing any more."""
        self._mouse = None
        self._follow()
        self.update()

    def _follow(self) -> None:
        found = (column.reading(self._mouse) for column in self._columns) if self._mouse is not None else ()
        said, self.reading = self.reading.sentence, next(filter(None, found), Reading())
        if self.reading.sentence != said:
            self.read.emit(self.reading.sentence)
