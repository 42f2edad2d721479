"""The canvas of the distributions: a column per hidden layer, laid out when data or size change, then painted.

Nothing is laid out while painting, so that following the mouse costs only paint. Columns of twins, which show both,
are placed and painted in `twin_columns`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from hyperscope.lab.probes.distributions import Distributions, LayerDistributions, OutputDistributions
from hyperscope.ui import theme as look
from hyperscope.ui.panels.common.axes import number_text
from hyperscope.ui.panels.common.overlays import paint_reading
from hyperscope.ui.panels.common.small_multiples import (
    Span,
    bars,
    has_batch_norm,
    histogram_span,
    norm_of,
    paint_norm,
    paint_river,
    river,
    span_of,
)
from hyperscope.ui.panels.distributions.layer_column import BATCH_NORM, LEARNED, NAMES, VIEWS, Column, statistics
from hyperscope.ui.panels.distributions.layer_words import Words
from hyperscope.ui.panels.distributions.twin_column import Rows, TwinColumn, lined_up
from hyperscope.ui.panels.distributions.twin_columns import TwinPlacing, paint_twins
from hyperscope.ui.panels.distributions.twin_multiples import common_span
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import LIGHT, Theme

NARROWEST = 96  # px of a column; more layers than fit are turned over like pages
NO_LAYERS = "No hidden layers: add one with + layer to see its distributions"
NO_DATA = "Press play or step one batch: the distributions appear here"
NO_RIVERS = "Play or step, and quantiles over epochs flow here"
RIVER = "river: 5, 25, 50, 75, 95 %"
NORM_LEGEND = "μ ± σ: line batch, bar running"
TWIN_RIVER = "river: A as bands, B as lines, at 5, 50, 95 %"
DEFINITIONS = {
    "signals": "σ: standard deviation of z. sat.: share of outputs where the activation's slope is below 5 % of its "
    "greatest; of ReLU these are the zeros. Dead units give 0 for every example looked at, so their gradient is 0. "
    "Saturated units are flat for more than 95 % of the examples.",
    "weights": "σ: standard deviation of the layer's weights, biases left out.",
    "gradients": "σ: standard deviation of the loss's gradient with respect to the layer's weights, from the last "
    "mini-batch, as the optimiser took it.",
    BATCH_NORM: "How far the last mini-batch's means lie from the running ones, in running σ, on average over units.",
}


class LayerColumns(QWidget):
    """Draws `Distributions`, of twins both. `read` tells in words what is under the mouse, "" for nothing; of twins it
    stands in a box beside the mouse.

    `paged` tells (page, pages, words) when there are more layers than fit.
    """

    read = Signal(str)
    paged = Signal(int, int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setAccessibleName("Histograms and rivers of each hidden layer")
        self._data: Distributions | None = None
        self._twin: Distributions | None = None
        self.view = next(iter(VIEWS))
        self._common = False
        self._page = 0
        self._columns: list[Column] | list[TwinColumn] = []
        self._mouse: QPointF | None = None
        self.reading = ""
        self.rows: Rows = []  # of both twins under the mouse
        self._rows_top = 0.0
        self.set_theme(LIGHT)

    @property
    def empty(self) -> str:
        """What stands here instead of pictures, "" if there are some."""
        shown = [data for data in (self._data, self._twin) if data is not None]
        if not shown:
            return NO_DATA
        if self.view in LEARNED and any(data.output is not None for data in shown):
            return ""
        layers = [layer for data in shown for layer in data.layers]
        if not layers:
            return NO_LAYERS
        counted = any(np.any(np.asarray(layer.z.counts) > 0) for layer in layers)
        return "" if counted else NO_DATA

    @property
    def legends(self) -> tuple[str, ...]:
        """What is shown and how to read it, from the longest to the shortest."""
        data = self._data
        if self.view == BATCH_NORM or data is None:
            return (NORM_LEGEND,)
        flowing = RIVER if self._twin is None else TWIN_RIVER
        if self.view == "weights":
            return (flowing,)
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

    def set_distributions(self, distributions: Distributions, twin: Distributions | None = None) -> None:
        """Shows these, and B's beside them if there is a twin; the page stays if it still exists."""
        self._data, self._twin = distributions, twin
        self._lay_out()

    def set_view(self, view: str) -> None:
        """Batch norm's statistics, or one of VIEWS: histograms and rivers."""
        self.view = view
        self._lay_out()
        self.read.emit(self.reading)

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
        self._lay_out()

    def _lay_out(self) -> None:
        self._columns = []
        if self._data is not None and not self.empty:
            self._columns = self._laid_out(self._data)
        else:
            self.paged.emit(0, 1, "")
        self._follow()
        self.update()

    def _laid_out(self, data: Distributions) -> list[Column] | list[TwinColumn]:
        if self._twin is not None:
            pairs = lined_up(self.view, data, self._twin)
            both = [TwinColumn(pairs[at], left, width) for at, left, width in self._places(len(pairs))]
            TwinPlacing(self._words, self.height(), self.devicePixelRatioF(), self._common).place(both, self.view)
            return both
        layers: tuple[LayerDistributions | OutputDistributions, ...] = data.layers
        if self.view in LEARNED and data.output is not None:
            layers = (*layers, data.output)
        columns = [Column(layers[at], at, left, width) for at, left, width in self._places(len(layers))]
        place = self._place_norms if self.view == BATCH_NORM else self._place_histograms
        place(columns, data)
        return columns

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

    def _place_histograms(self, columns: list[Column], data: Distributions) -> None:
        scale, words, ratio = self._theme.scale, self._words, self.devicePixelRatioF()
        kinds, field = VIEWS[self.view]
        spans = self._histogram_spans([column.layer for column in columns], kinds) if self._common else {}
        epoch = np.asarray(data.epoch, float)
        time = (float(epoch[0]), float(epoch[-1])) if len(epoch) else (0.0, 1.0)
        rivers = [np.asarray(rows, float).reshape(-1, 5) for rows in getattr(data, field)]
        everywhere = span_of(*rivers) if self._common and rivers else None
        for column in columns:
            top = words.title(column, column.layer.name, *statistics(column.layer, self.view))
            parts = [(kind, part) for kind in kinds if (part := getattr(column.layer, kind, None)) is not None]
            gap = (12 if column.width > 150 * scale else 6) * scale
            width = (column.width - gap * (len(parts) - 1)) / max(1, len(parts))
            labels = words.high(words.name)
            rest = self.height() - top - labels - 5 * scale - words.high(words.small)
            tall = max(12.0, round(rest * 0.38))
            for at, (kind, histogram) in enumerate(parts):
                span = spans[kind] if self._common else histogram_span(histogram)
                if span is None:
                    continue
                area = QRectF(round(column.left + at * (width + gap)), round(top), round(width), tall)
                column.bars.append((kind, histogram, bars(histogram, area, span, ratio)))
                words.below_histogram(column, NAMES[kind], area, span)
            top += tall + labels + 8 * scale
            foot = self.height() - words.high(words.small)
            if column.number < len(rivers) and len(rivers[column.number]) and foot - top > 12:
                rows = rivers[column.number]
                span = everywhere or span_of(rows)
                if span is not None and len(rows) == len(epoch):
                    area = QRectF(column.left, round(top), column.width, round(foot - top - 2))
                    column.river, column.rows = river(epoch, rows, area, time, span), rows
                    words.below_river(column, area, span, time)

    def _histogram_spans(self, layers: Sequence[object], kinds: Sequence[str]) -> dict[str, Span | None]:
        return {kind: common_span(*(getattr(layer, kind, None) for layer in layers)) for kind in kinds}

    def _place_norms(self, columns: list[Column], data: Distributions) -> None:
        scale, words = self._theme.scale, self._words
        norms = {at: norm_of(layer) for at, layer in enumerate(data.layers) if has_batch_norm(layer)}
        spans = {at: norm.span for at, norm in norms.items()}
        everywhere = span_of(*(np.array(span) for span in spans.values() if span is not None))
        for column in columns:
            norm = norms.get(column.number)
            if norm is None:
                top = words.title(column, column.layer.name, [])
                words.say(column, "no batch norm", column.left, top, words.stat)
                continue
            off = number_text(norm.off, 2)
            top = words.title(column, column.layer.name, [f"μ differs by {off} σ", f"Δμ {off} σ"])
            span = everywhere if self._common else spans[column.number]
            if span is None:
                continue
            left = column.left + max(words.wide(number_text(end, 2), words.small) for end in span) + 6 * scale
            foot = self.height() - words.high(words.small) - 2 * scale
            column.norm, column.norm_span = norm, span
            column.norm_area = QRectF(left, round(top), column.left + column.width - left, round(foot - top))
            column.slot = max(3.0, column.norm_area.width() / len(norm.batch))
            shown = min(len(norm.batch), int(column.norm_area.width() / column.slot + 1e-6))
            words.beside_units(column, column.norm_area, span, shown, len(norm.batch))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Everything laid out, the bin under the mouse, and the moves."""
        painter = QPainter(self)
        theme = self._theme
        if self.empty:
            painter.setFont(look.font(12, 400, theme.scale))
            painter.setPen(theme.quiet)
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self.empty)
        for column in self._columns:
            if isinstance(column, TwinColumn):
                paint_twins(painter, column, theme, self._mouse)
                if column.flows:
                    self._paint_moves(painter, column.area, column.time)
            else:
                self._paint_column(painter, column)
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
        if self.rows and self._mouse is not None:
            high = len(self.rows) * self._words.high(self._words.stat) + 12 * theme.scale
            top = max(0.0, min(self._rows_top, self.height() - high))
            over = QRectF(self.rect()).adjusted(0, top, 0, 0)
            paint_reading(painter, self.rows, self._mouse.x(), over, self._words.stat, theme)
        painter.end()

    def _paint_column(self, painter: QPainter, column: Column) -> None:
        theme = self._theme
        fills = {
            "z": theme.quiet,
            "hat": mixed(theme.card, theme.accent, 0.6),
            "y": theme.accent,
            "a": theme.class_colour(2),
            "weights": theme.quiet,
            "gradients": theme.class_colour(3),
        }
        for kind, _, made in column.bars:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fills[kind])
            painter.drawPolygon(made.shape)
            base = made.area.bottom()
            painter.fillRect(QRectF(made.area.left(), base, made.area.width(), 1), theme.hairline)
            if self._mouse is not None and made.area.contains(self._mouse):
                bin_ = made.bin_at(self._mouse.x())
                if bin_ is not None:
                    width = max(1.0, made.right[bin_] - made.left[bin_])
                    painter.fillRect(QRectF(made.left[bin_], made.top[bin_], width, base - made.top[bin_]), theme.text)
        if column.river is not None:
            paint_river(painter, column.river, theme.card, theme.quiet, theme.text, theme.scale)
            if self._data is not None and len(self._data.epoch):
                time = float(self._data.epoch[0]), float(self._data.epoch[-1])
                self._paint_moves(painter, column.river.area, time)
        if column.norm is not None:
            if column.norm_span[0] < 0 < column.norm_span[1]:
                low, high = column.norm_span
                area = column.norm_area
                zero = round(area.bottom() + low / (high - low) * area.height())
                painter.fillRect(QRectF(area.left(), zero, area.width(), 1), theme.hairline)
            paint_norm(
                painter,
                column.norm,
                column.norm_area,
                column.norm_span,
                column.slot,
                theme.card,
                theme.quiet,
                theme.accent,
            )

    def _paint_moves(self, painter: QPainter, area: QRectF, time: Span) -> None:
        pen = QPen(self._theme.accent, self._theme.scale)
        pen.setDashPattern([2, 3])
        painter.setPen(pen)
        painted: list[float] = []
        for data in (self._data, self._twin):
            for _, epoch, _ in reversed(data.moves if data is not None else ()):
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
        self._follow()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Reads nothing any more."""
        self._mouse = None
        self._follow()
        self.update()

    def _follow(self) -> None:
        reading, self.rows = "", []
        if self._data is not None and self._mouse is not None:
            reading = self._read(self._data, self._mouse)
        if reading != self.reading:
            self.reading = reading
            self.read.emit(reading)

    def _read(self, data: Distributions, at: QPointF) -> str:
        """What lies at pixel `at`, in words; of twins it goes into `rows` instead."""
        for column in self._columns:
            if isinstance(column, TwinColumn):
                self.rows, self._rows_top = column.reading(at)
                if self.rows:
                    break
            elif said := column.reading(at, data):
                return said
        return ""
