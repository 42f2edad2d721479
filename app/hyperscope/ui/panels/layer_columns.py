"""The canvas of the distributions: a column per hidden layer, laid out when data or size change, then painted.

Nothing is laid out while painting, so that following the mouse costs only paint.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from hyperscope.lab.snapshot import Distributions, LayerDistributions, OutputDistributions
from hyperscope.ui import theme as look
from hyperscope.ui.panels.axes import epoch_text, number_text
from hyperscope.ui.panels.layer_column import BATCH_NORM, LEARNED, NAMES, VIEWS, Column
from hyperscope.ui.panels.shaped import Shaped
from hyperscope.ui.panels.small_multiples import (
    Span,
    bars,
    has_batch_norm,
    histogram_span,
    mixed,
    norm_of,
    paint_norm,
    paint_river,
    river,
    span_of,
)
from hyperscope.ui.theme import LIGHT, Theme

NARROWEST = 96  # px of a column; more layers than fit are turned over like pages
NO_LAYERS = "No hidden layers: add one with + layer to see its distributions"
NO_DATA = "Press play or step one batch: the distributions appear here"
NO_RIVERS = "Play or step, and quantiles over epochs flow here"
RIVER = "river: 5, 25, 50, 75, 95 %"
NORM_LEGEND = "μ ± σ: line batch, bar running"
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
    """Draws `Distributions`. `read` tells in words what is under the mouse, "" for nothing.

    `paged` tells (page, pages, words) when there are more layers than fit.
    """

    read = Signal(str)
    paged = Signal(int, int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setAccessibleName("Histograms and rivers of each hidden layer")
        self._data: Distributions | None = None
        self.view = next(iter(VIEWS))
        self._common = False
        self._page = 0
        self._columns: list[Column] = []
        self._mouse: QPointF | None = None
        self._shaped = Shaped()
        self.reading = ""
        self.set_theme(LIGHT)

    @property
    def empty(self) -> str:
        """What stands here instead of pictures, "" if there are some."""
        if self._data is None:
            return NO_DATA
        if self.view in LEARNED and self._data.output is not None:
            return ""
        if not self._data.layers:
            return NO_LAYERS
        counted = any(np.any(np.asarray(layer.z.counts) > 0) for layer in self._data.layers)
        return "" if counted else NO_DATA

    @property
    def legends(self) -> tuple[str, ...]:
        """What is shown and how to read it, from the longest to the shortest."""
        data = self._data
        if self.view == BATCH_NORM or data is None:
            return (NORM_LEGEND,)
        if self.view == "weights":
            return (RIVER,)
        if self.view == "gradients":
            return (f"last mini-batch · {RIVER}", "last mini-batch")
        if data.training:
            said = f"train mode, last mini-batch of {data.examples}"
            return (f"{said}: its own μ and σ², dropout on", said, "train mode")
        return (
            f"evaluation mode, {data.examples} training examples · {RIVER}",
            f"evaluation mode · {RIVER}",
            "evaluation mode",
        )

    def set_distributions(self, distributions: Distributions) -> None:
        """Shows these; the page stays if it still exists."""
        self._data = distributions
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
        self._head, self._stat, self._name, self._small = (
            look.font(size, weight, theme.scale) for size, weight in ((11, 600), (10.5, 400), (10.5, 400), (9, 400))
        )
        self._shaped = Shaped()
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

    def _laid_out(self, data: Distributions) -> list[Column]:
        layers: tuple[LayerDistributions | OutputDistributions, ...] = data.layers
        if self.view in LEARNED and data.output is not None:
            layers = (*layers, data.output)
        scale, count = self._theme.scale, len(layers)
        gap = round(16 * scale) if count <= 4 else round(12 * scale)
        fits = max(1, int((self.width() + gap) / (NARROWEST * scale + gap)))
        pages = math.ceil(count / fits)
        self._page = min(self._page, pages - 1)
        first = self._page * fits
        shown = layers[first : first + fits]
        self.paged.emit(self._page, pages, f"layers {first + 1}–{first + len(shown)} of {count}")
        width = (self.width() - gap * (len(shown) - 1)) / len(shown)
        columns = [Column(layer, first + at, round(at * (width + gap)), int(width)) for at, layer in enumerate(shown)]
        place = self._place_norms if self.view == BATCH_NORM else self._place_histograms
        place(columns, data)
        return columns

    def _head_words(self, column: Column, stats: list[str], strong: bool = False) -> float:
        """Puts the layer's name and the first of `stats` that fits; returns the height that took."""
        metrics = QFontMetricsF(self._head)
        self._say(column, column.layer.name, column.left, 0, self._head, self._theme.text)
        room = column.width - self._wide(column.layer.name, self._head) - 8
        for text in stats:
            taken = self._wide(text, self._stat)
            if taken <= room:
                colour = self._theme.text if strong else self._theme.quiet
                self._say(column, text, column.left + column.width - taken, 0, self._stat, colour)
                break
        return metrics.height() + 5 * self._theme.scale

    def _wide(self, text: str, font: QFont) -> float:
        return self._shaped.wide(text, font)

    def _say(self, column: Column, text: str, x: float, y: float, font: QFont, colour: QColor) -> None:
        column.words.append((QPointF(round(x), round(y)), self._shaped.text(text, font), font, colour))

    def _place_histograms(self, columns: list[Column], data: Distributions) -> None:
        scale, quiet, ratio = self._theme.scale, self._theme.quiet, self.devicePixelRatioF()
        small = QFontMetricsF(self._small)
        kinds, field = VIEWS[self.view]
        spans = self._histogram_spans([column.layer for column in columns], kinds) if self._common else {}
        epoch = np.asarray(data.epoch, float)
        time = (float(epoch[0]), float(epoch[-1])) if len(epoch) else (0.0, 1.0)
        rivers = [np.asarray(rows, float).reshape(-1, 5) for rows in getattr(data, field)]
        everywhere = span_of(*rivers) if self._common and rivers else None
        for column in columns:
            top = self._head_words(column, *column.statistics(self.view))
            parts = [(kind, part) for kind in kinds if (part := getattr(column.layer, kind, None)) is not None]
            gap = (12 if column.width > 150 * scale else 6) * scale
            width = (column.width - gap * (len(parts) - 1)) / max(1, len(parts))
            labels = QFontMetricsF(self._name).height()
            rest = self.height() - top - labels - 5 * scale - small.height()
            tall = max(12.0, round(rest * 0.38))
            for at, (kind, histogram) in enumerate(parts):
                span = spans[kind] if self._common else histogram_span(histogram)
                if span is None:
                    continue
                area = QRectF(round(column.left + at * (width + gap)), round(top), round(width), tall)
                column.bars.append((kind, histogram, bars(histogram, area, span, ratio)))
                name, ends = NAMES[kind], [number_text(end, 2) for end in span]
                taken = self._wide(name, self._name)
                y = area.bottom() + 2 * scale
                self._say(column, name, area.center().x() - taken / 2, y, self._name, quiet)
                low, high = (self._wide(end, self._small) for end in ends)
                if max(low, high) + taken / 2 + 4 <= area.width() / 2:
                    lower = y + QFontMetricsF(self._name).ascent() - small.ascent()
                    self._say(column, ends[0], area.left(), lower, self._small, quiet)
                    self._say(column, ends[1], area.right() - high, lower, self._small, quiet)
            top += tall + labels + 8 * scale
            foot = self.height() - small.height()
            if column.number < len(rivers) and len(rivers[column.number]) and foot - top > 12:
                rows = rivers[column.number]
                span = everywhere or span_of(rows)
                if span is not None and len(rows) == len(epoch):
                    area = QRectF(column.left, round(top), column.width, round(foot - top - 2))
                    column.river, column.rows = river(epoch, rows, area, time, span), rows
                    self._river_words(column, area, span, time)

    def _river_words(self, column: Column, area: QRectF, span: Span, time: Span) -> None:
        quiet = self._theme.quiet
        first, last = epoch_text(time[0]), epoch_text(time[1])
        foot = area.bottom() + 2
        if column.left == 0:
            first = f"epoch {first}"
        self._say(column, first, area.left(), foot, self._small, quiet)
        right = area.right() - self._wide(last, self._small)
        self._say(column, last, right, foot, self._small, quiet)
        if column.width > 150 * self._theme.scale:
            reach = f"from {number_text(span[0], 2)} to {number_text(span[1], 2)}"
            middle = area.center().x() - self._wide(reach, self._small) / 2
            self._say(column, reach, middle, foot, self._small, quiet)

    def _histogram_spans(self, layers: Sequence[object], kinds: Sequence[str]) -> dict[str, Span | None]:
        found: dict[str, Span | None] = {}
        for kind in kinds:
            parts = [part for layer in layers if (part := getattr(layer, kind, None)) is not None]
            ends = [np.array(span) for part in parts if (span := histogram_span(part)) is not None]
            found[kind] = span_of(*ends)
        return found

    def _place_norms(self, columns: list[Column], data: Distributions) -> None:
        scale, small, quiet = self._theme.scale, QFontMetricsF(self._small), self._theme.quiet
        norms = {at: norm_of(layer) for at, layer in enumerate(data.layers) if has_batch_norm(layer)}
        spans = {at: norm.span for at, norm in norms.items()}
        everywhere = span_of(*(np.array(span) for span in spans.values() if span is not None))
        for column in columns:
            norm = norms.get(column.number)
            if norm is None:
                top = self._head_words(column, [])
                self._say(column, "no batch norm", column.left, top, self._stat, quiet)
                continue
            off = number_text(norm.off, 2)
            top = self._head_words(column, [f"μ differs by {off} σ", f"Δμ {off} σ"])
            span = everywhere if self._common else spans[column.number]
            if span is None:
                continue
            left = column.left + max(self._wide(number_text(end, 2), self._small) for end in span) + 6 * scale
            foot = self.height() - small.height() - 2 * scale
            column.norm, column.norm_span = norm, span
            column.norm_area = QRectF(left, round(top), column.left + column.width - left, round(foot - top))
            column.slot = max(3.0, column.norm_area.width() / len(norm.batch))
            for end, y in ((span[1], top), (span[0], foot - small.height())):
                text = number_text(end, 2)
                x = left - 6 * scale - self._wide(text, self._small)
                self._say(column, text, x, y, self._small, quiet)
            shown = min(len(norm.batch), int(column.norm_area.width() / column.slot + 1e-6))
            units = f"units 1–{shown}" + (f" of {len(norm.batch)}" if shown < len(norm.batch) else "")
            middle = column.norm_area.center().x() - self._wide(units, self._small) / 2
            self._say(column, units, middle, foot + 2 * scale, self._small, quiet)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Everything laid out, the bin under the mouse, and the moves."""
        painter = QPainter(self)
        theme = self._theme
        if self.empty:
            painter.setFont(look.font(12, 400, theme.scale))
            painter.setPen(theme.quiet)
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self.empty)
        for column in self._columns:
            self._paint_column(painter, column)
        if self._columns and self.view != BATCH_NORM and all(column.river is None for column in self._columns):
            painter.setFont(look.font(12, 400, theme.scale))
            painter.setPen(theme.quiet)
            lower = QRectF(0, self.height() / 2, self.width(), self.height() / 2)
            painter.drawText(lower, int(Qt.AlignmentFlag.AlignCenter), NO_RIVERS)
        for column in self._columns:
            for at, text, font, colour in column.words:
                painter.setFont(font)
                painter.setPen(colour)
                painter.drawStaticText(at, text)
        painter.end()

    def _paint_column(self, painter: QPainter, column: Column) -> None:
        theme = self._theme
        fills = {
            "z": theme.quiet,
            "hat": mixed(theme.accent, theme.card, 0.6),
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
            self._paint_moves(painter, column.river.area)
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

    def _paint_moves(self, painter: QPainter, area: QRectF) -> None:
        data = self._data
        if data is None or not len(data.epoch):
            return
        first, last = float(data.epoch[0]), float(data.epoch[-1])
        pen = QPen(self._theme.accent, self._theme.scale)
        pen.setDashPattern([2, 3])
        painter.setPen(pen)
        painted: list[float] = []
        for _, epoch, _ in reversed(data.moves):
            x = round(area.left() + (epoch - first) / max(1e-12, last - first) * area.width()) + 0.5
            if area.left() <= x <= area.right() + 1 and all(abs(x - other) >= 3 for other in painted):
                painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
                painted.append(x)

    def event(self, event: QEvent) -> bool:
        """Gives the definitions of what the heads of the columns count, besides all else."""
        if isinstance(event, QHelpEvent):
            over = self._columns and event.pos().y() <= QFontMetricsF(self._head).height() + 4
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
        data, at = self._data, self._mouse
        reading = ""
        if data is not None and at is not None:
            reading = next((said for column in self._columns if (said := column.reading(at, data))), "")
        if reading != self.reading:
            self.reading = reading
            self.read.emit(reading)
