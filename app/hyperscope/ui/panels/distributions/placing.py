"""Columns of distributions laid out and painted, of one network or of two that share each picture.

Every axis is common to all sides, or they could not be compared; `common` makes it one for all layers as well.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from hyperscope.ui.panels.common.axes import number_text
from hyperscope.ui.panels.common.overlays import ghost_look
from hyperscope.ui.panels.common.stretch import Stretch
from hyperscope.ui.panels.distributions.layer_column import Column
from hyperscope.ui.panels.distributions.layer_words import Words
from hyperscope.ui.panels.distributions.lined_up import BATCH_NORM, LETTERS, NAMES, NORMALISED, VIEWS, Layers
from hyperscope.ui.panels.distributions.multiples import (
    Norm,
    Span,
    bands,
    bars,
    common_norm_span,
    common_span,
    lines,
    paint_bars,
    paint_norm,
    span_of,
)
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import Theme

MEDIAN = 1.75  # px high, of a river of lines
NOT_IN = "not in {}"
NO_NORM = "no BN"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a column's room is used: the histograms' share of its height and what they need of it, pixels from row to
    row of rivers, and what a unit needs across; where in its slot each side stands, and how wide it is there.
    """

    share: float
    least: float
    every: int
    slot: float
    aside: tuple[float, ...]
    wide: float


# Histograms of two go both ways and units stand beside each other; two rivers take the time of one and a half.
SHAPES = {1: Shape(0.38, 12.0, 2, 3.0, (0.0,), 1.0), 2: Shape(0.5, 16.0, 3, 6.0, (-0.22, 0.22), 0.6)}


def colours(theme: Theme) -> tuple[QColor, QColor]:
    """A's and B's, as their curves have them, A's softened where it fills."""
    return theme.quiet, ghost_look("side", None, theme)[0]


class Placing:
    """Lays columns out for a canvas `height` pixels high; `common` gives all layers of `everything` one axis.

    Rivers are of the epochs of the `stretch`.
    """

    def __init__(
        self,
        words: Words,
        height: float,
        ratio: float,
        common: bool,
        everything: Sequence[Layers],
        stretch: Stretch,
    ) -> None:
        self._words, self._scale = words, words.theme.scale
        self._height, self._ratio, self._common, self._everything = height, ratio, common, everything
        self._stretch = stretch
        self._shape = SHAPES[len(everything[0].sides)]

    def place(self, columns: Sequence[Column], view: str) -> None:
        """Puts each column's pictures and words where they belong."""
        (self._norms if view == BATCH_NORM else self._histograms)(columns, view)

    def _histograms(self, columns: Sequence[Column], view: str) -> None:
        words, scale = self._words, self._scale
        time = self._stretch.of(*run_of(self._everything))
        flowing = [side for layers in self._everything for side in layers.between(*time).flowing]
        everywhere = span_of(*(side.rows for side in flowing)) if self._common else None
        kinds = VIEWS[view][0]
        spans = {
            kind: common_span(*(part for column in columns for part in column.layers.parts(kind))) for kind in kinds
        }
        for column in columns:
            top = words.title(column, column.layers.name, *column.layers.statistics(view))
            parts = [(kind, of) for kind in kinds if any(of := column.layers.parts(kind))]
            gap = (12 if column.width > 150 * scale else 6) * scale
            width = (column.width - gap * (len(parts) - 1)) / max(1, len(parts))
            labels = words.high(words.name)
            rest = self._height - top - labels - 5 * scale - words.high(words.small)
            tall = max(self._shape.least, round(rest * self._shape.share))
            for at, (kind, of) in enumerate(parts):
                span = spans[kind] if self._common else common_span(*of)
                if span is None:
                    continue
                area = QRectF(round(column.left + at * (width + gap)), round(top), round(width), tall)
                column.pictures.append((kind, bars(of, area, span, self._ratio)))
                words.below_histogram(column, NAMES[kind], area, span)
                for number, (part, side) in enumerate(zip(of, column.layers.sides, strict=True)):
                    if part is None and (len(parts) > 1 or view == NORMALISED) and side is not None:
                        self._middle(column, NO_NORM, area, number)
            room = QRectF(column.left, top, column.width, tall)
            for number, side in enumerate(column.layers.sides):
                if side is None:
                    self._middle(column, NOT_IN.format(LETTERS[number]), room, number)
                elif view == NORMALISED and not parts:
                    self._middle(column, NO_NORM, room, number)
            self._rivers(column, top + tall + labels + 8 * scale, time, everywhere)

    def _middle(self, column: Column, text: str, area: QRectF, number: int) -> None:
        """The text in the middle of that part of `area` that is one side's, if it fits."""
        words, own = self._words, area.height() / len(column.layers.sides)
        taken, high = words.wide(text, words.small), words.high(words.small)
        if taken <= area.width() and high <= own:
            y = area.top() + (number + 0.5) * own - high / 2
            words.say(column, text, area.center().x() - taken / 2, y, words.small)

    def _rivers(self, column: Column, top: float, time: Span, everywhere: Span | None) -> None:
        foot = self._height - self._words.high(self._words.small)
        seen = column.layers.between(*time)
        span = everywhere or span_of(*(side.rows for side in seen.flowing))
        if span is None or not seen.flowing or foot - top <= 12:
            return
        area = QRectF(column.left, round(top), column.width, round(foot - top - 2))
        column.area, column.span, column.time = area, span, time
        first, *others = seen.sides
        if first is not None and first.flows:
            column.bands = bands(first.epoch, first.rows, area, time, span, self._shape.every)
        for side in others:
            if side is not None and side.flows:
                thick = MEDIAN * self._scale
                column.lines = lines(side.epoch, side.rows, area, time, span, self._shape.every, thick)
        self._words.below_river(column, area, span, time)

    def _norms(self, columns: Sequence[Column], view: str) -> None:
        words, scale = self._words, self._scale
        everywhere = common_norm_span([norm for layers in self._everything for norm in layers.norms()])
        for column in columns:
            norms = column.layers.norms()
            known = [norm for norm in norms if norm is not None]
            if not known:
                top = words.title(column, column.layers.name, [])
                words.say(column, "no batch norm", column.left, top, words.stat)
                continue
            top = words.title(column, column.layers.name, _apart(norms))
            span = everywhere if self._common else common_norm_span(norms)
            if span is None:
                continue
            left = column.left + max(words.wide(number_text(end, 2), words.small) for end in span) + 6 * scale
            foot = self._height - words.high(words.small) - 2 * scale
            column.area = QRectF(left, round(top), column.left + column.width - left, round(foot - top))
            units = max(len(norm.batch) for norm in known)
            column.norms, column.span = norms, span
            column.slot = max(self._shape.slot, column.area.width() / units)
            shown = min(units, int(column.area.width() / column.slot + 1e-6))
            words.beside_units(column, column.area, span, shown, units)


def run_of(everything: Sequence[Layers]) -> Span:
    """The first and last epoch that any river knows of."""
    flowing = [side for layers in everything for side in layers.flowing]
    first, last = [float(side.epoch[0]) for side in flowing], [float(side.epoch[-1]) for side in flowing]
    return min(first, default=0.0), max(last, default=1.0)


def _apart(norms: Sequence[Norm | None]) -> list[str]:
    """How far batch and running means are apart in each, from the longest words to the shortest."""
    off = ["no BN" if norm is None else f"{number_text(norm.off, 2)} σ" for norm in norms]
    if len(off) == 1:
        return [f"μ differs by {off[0]}", f"Δμ {off[0]}"]
    said = " · ".join(f"{letter} {text}" for letter, text in zip(LETTERS, off, strict=True))
    return [f"μ differs by {said}", f"Δμ {said}", said]


# -- painting -----------------------------------------------------------------------------------------------------


def paint_column(painter: QPainter, column: Column, theme: Theme, mouse: QPointF | None) -> None:
    """The column's pictures, without its words."""
    ours, theirs = colours(theme)
    alone = len(column.layers.sides) == 1
    line = theme.hairline if alone else mixed(theme.card, theme.quiet, 0.5)
    for kind, made in column.pictures:
        over = mouse is not None and made.area.contains(mouse)
        pointed = made.bin_at(mouse.x()) if over and mouse is not None else None
        fills = (_of_kind(kind, theme),) if alone else (ours, theirs)  # colour tells kinds, or else sides
        paint_bars(painter, made, fills, line, pointed, theme.text)
    if column.bands is not None:
        column.bands.paint(painter, theme.quiet, theme.card, theme.text, theme.scale)
    if column.lines is not None:
        column.lines.paint(painter, theirs, theme.card)
    if column.slot:
        looks = (
            ((theme.quiet, theme.accent),)
            if alone
            else ((theme.quiet, theme.text), (mixed(theme.card, theirs, 0.75), theirs))
        )
        _paint_norms(painter, column, theme, looks)


def _of_kind(kind: str, theme: Theme) -> QColor:
    return {
        "hat": mixed(theme.card, theme.accent, 0.6),
        "y": theme.accent,
        "a": theme.class_colour(2),
        "gradients": theme.other,
    }.get(kind, theme.quiet)


def _paint_norms(painter: QPainter, column: Column, theme: Theme, looks: Sequence[tuple[QColor, QColor]]) -> None:
    """Each unit's slot with every side in its part of it."""
    (low, high), area = column.span, column.area
    if low < 0 < high:
        zero = math.floor(area.bottom() + low / (high - low) * area.height() + 0.5)
        painter.fillRect(QRectF(area.left(), zero, area.width(), 1), theme.hairline)
    shape = SHAPES[len(column.norms)]
    for norm, aside, (bar, accent) in zip(column.norms, shape.aside, looks, strict=True):
        if norm is not None:
            shifted = area.translated(aside * column.slot, 0)
            paint_norm(painter, norm, shifted, column.span, column.slot, theme.card, bar, accent, shape.wide)
