"""Both twins' distributions laid out and painted: A above each axis and as bands, B below it and as lines.

Every axis is common to A and B, or they could not be compared; `common` makes it one for all layers as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from hyperscope.lab.probes.distributions import LayerDistributions
from hyperscope.ui.panels.common.axes import number_text
from hyperscope.ui.panels.common.overlays import ghost_look
from hyperscope.ui.panels.common.small_multiples import (
    Norm,
    Span,
    has_batch_norm,
    norm_of,
    paint_norm,
    paint_river,
    river,
    span_of,
)
from hyperscope.ui.panels.distributions.layer_column import BATCH_NORM, NAMES, VIEWS
from hyperscope.ui.panels.distributions.layer_words import Words
from hyperscope.ui.panels.distributions.twin_column import Half, TwinColumn
from hyperscope.ui.panels.distributions.twin_multiples import (
    EVERY,
    common_span,
    lines,
    mirrored,
    paint_lines,
    paint_mirrored,
)
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import Theme

SLOT = 6.0  # px that a unit's two halves need at least
MEDIAN = 1.75  # px high, B's
SHARE = 0.5  # of the height is the histograms', which go both ways
NOT_IN = "not in {}"
NO_NORM = "no BN"


def colours(theme: Theme) -> tuple[QColor, QColor]:
    """A's and B's, as their curves have them, A's softened where it fills."""
    return theme.quiet, ghost_look("twin", None, theme)[0]


class TwinPlacing:
    """Lays columns out for a canvas `height` pixels high; `common` gives all layers one axis."""

    def __init__(self, words: Words, height: float, ratio: float, common: bool) -> None:
        self._words, self._scale = words, words.theme.scale
        self._height, self._ratio, self._common = height, ratio, common

    def place(self, columns: Sequence[TwinColumn], view: str) -> None:
        """Puts each column's pictures and words where they belong."""
        (self._norms if view == BATCH_NORM else self._histograms)(columns, view)

    def _histograms(self, columns: Sequence[TwinColumn], view: str) -> None:
        words, scale = self._words, self._scale
        halves = [half for column in columns for half in _flowing(column)]
        time = span_of(*(half.epoch[[0, -1]] for half in halves)) or (0.0, 1.0)
        everywhere = span_of(*(half.rows for half in halves)) if self._common and halves else None
        kinds = VIEWS[view][0]
        spans = {kind: common_span(*(part for column in columns for part in column.pair.parts(kind))) for kind in kinds}
        for column in columns:
            top = words.title(column, column.pair.name, *column.statistics(view))
            parts = [(kind, both) for kind in kinds if any(both := column.pair.parts(kind))]
            gap = (12 if column.width > 150 * scale else 6) * scale
            width = (column.width - gap * (len(parts) - 1)) / max(1, len(parts))
            rest = self._height - top - words.high(words.name) - 5 * scale - words.high(words.small)
            tall = max(16.0, round(rest * SHARE))
            for at, (kind, (a, b)) in enumerate(parts):
                span = spans[kind] if self._common else common_span(a, b)
                if span is None:
                    continue
                area = QRectF(round(column.left + at * (width + gap)), round(top), round(width), tall)
                column.pictures.append((kind, mirrored(a, b, area, span, self._ratio)))
                words.below_histogram(column, NAMES[kind], area, span)
                for which, part, side in (("A", a, 0.25), ("B", b, 0.75)):
                    if part is None and len(parts) > 1 and _there(column, which):
                        self._middle(column, NO_NORM, area, side)
            self._missing(column, QRectF(column.left, top, column.width, tall))
            self._river(column, top + tall + words.high(words.name) + 8 * scale, time, everywhere)

    def _missing(self, column: TwinColumn, area: QRectF) -> None:
        for (which, half), side in zip(column.pair.both, (0.25, 0.75), strict=True):
            if half is None:
                self._middle(column, NOT_IN.format(which), area, side)

    def _middle(self, column: TwinColumn, text: str, area: QRectF, down: float) -> None:
        """The text in the middle of a half of `area`, if it fits."""
        words = self._words
        taken, high = words.wide(text, words.small), words.high(words.small)
        if taken <= area.width() and high <= area.height() / 2:
            y = area.top() + down * area.height() - high / 2
            words.say(column, text, area.center().x() - taken / 2, y, words.small)

    def _river(self, column: TwinColumn, top: float, time: Span, everywhere: Span | None) -> None:
        foot = self._height - self._words.high(self._words.small)
        flowing = list(_flowing(column))
        span = everywhere or (span_of(*(half.rows for half in flowing)) if flowing else None)
        if span is None or not flowing or foot - top <= 12:
            return
        area = QRectF(column.left, round(top), column.width, round(foot - top - 2))
        column.area, column.span, column.time = area, span, time
        a, b = column.pair.a, column.pair.b
        if a is not None and a.flows:
            column.river = river(a.epoch, a.rows, area, time, span, EVERY)
        if b is not None and b.flows:
            column.lines = lines(b.epoch, b.rows, area, time, span, MEDIAN * self._scale)
        self._words.below_river(column, area, span, time)

    def _norms(self, columns: Sequence[TwinColumn], view: str) -> None:
        words, scale = self._words, self._scale
        for column in columns:
            column.norms = (_norm(column.pair.a), _norm(column.pair.b))
        found = {id(column): _spans(column.norms) for column in columns}
        everywhere = span_of(*(np.array(span) for span in found.values() if span is not None))
        for column in columns:
            known = [norm for norm in column.norms if norm is not None]
            if not known:
                top = words.title(column, column.pair.name, [])
                words.say(column, "no batch norm", column.left, top, words.stat)
                continue
            top = words.title(column, column.pair.name, _apart(column.norms))
            span = everywhere if self._common else found[id(column)]
            if span is None:
                continue
            left = column.left + max(words.wide(number_text(end, 2), words.small) for end in span) + 6 * scale
            foot = self._height - words.high(words.small) - 2 * scale
            column.area = QRectF(left, round(top), column.left + column.width - left, round(foot - top))
            units = max(len(norm.batch) for norm in known)
            column.span, column.slot = span, max(SLOT, column.area.width() / units)
            shown = min(units, int(column.area.width() / column.slot + 1e-6))
            words.beside_units(column, column.area, span, shown, units)


def _there(column: TwinColumn, which: str) -> bool:
    return dict(column.pair.both)[which] is not None


def _flowing(column: TwinColumn) -> Iterator[Half]:
    return (half for _, half in column.pair.both if half is not None and half.flows)


def _norm(half: Half | None) -> Norm | None:
    layer = half.layer if half is not None else None
    return norm_of(layer) if isinstance(layer, LayerDistributions) and has_batch_norm(layer) else None


def _spans(norms: tuple[Norm | None, Norm | None]) -> Span | None:
    spans = [norm.span for norm in norms if norm is not None]
    return span_of(*(np.array(span) for span in spans if span is not None))


def _apart(norms: tuple[Norm | None, Norm | None]) -> list[str]:
    """How far batch and running means are apart in each, from the longest words to the shortest."""
    off = [number_text(norm.off, 2) if norm is not None else "" for norm in norms]
    said = " · ".join(
        f"{letter} {text} σ" if text else f"{letter} no BN" for letter, text in zip("AB", off, strict=True)
    )
    return [f"μ differs by {said}", f"Δμ {said}", said]


# -- painting -----------------------------------------------------------------------------------------------------


def paint_twins(painter: QPainter, column: TwinColumn, theme: Theme, mouse: QPointF | None) -> None:
    """The column's pictures, without its words."""
    ours, theirs = colours(theme)
    for _, made in column.pictures:
        over = mouse is not None and made.area.contains(mouse)
        pointed = made.bin_at(mouse.x()) if over and mouse is not None else None
        paint_mirrored(painter, made, (ours, theirs), mixed(theme.card, theme.quiet, 0.5), pointed, theme.text)
    if column.river is not None:
        paint_river(painter, column.river, theme.card, theme.quiet, theme.text, theme.scale)
    if column.lines is not None:
        paint_lines(painter, column.lines, theirs, theme.card)
    if column.slot:
        _paint_norms(painter, column, theme)


def _paint_norms(painter: QPainter, column: TwinColumn, theme: Theme) -> None:
    """Each unit's slot in halves: A's at the left, B's at the right."""
    (low, high), area = column.span, column.area
    if low < 0 < high:
        zero = math.floor(area.bottom() + low / (high - low) * area.height() + 0.5)
        painter.fillRect(QRectF(area.left(), zero, area.width(), 1), theme.hairline)
    _, theirs = colours(theme)
    looks = ((-0.22, theme.quiet, theme.text), (0.22, mixed(theme.card, theirs, 0.75), theirs))
    for norm, (aside, bar, line) in zip(column.norms, looks, strict=True):
        if norm is not None:
            shifted = area.translated(aside * column.slot, 0)
            paint_norm(painter, norm, shifted, column.span, column.slot, theme.card, bar, line, share=0.6)
