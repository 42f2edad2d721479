"""The losses of each step, ours and those of frameworks on top, and how far apart they are, on a logarithmic axis."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hyperscope.engine.arrays import Array
from hyperscope.lab.frameworks.frameworks import frameworks
from hyperscope.lab.frameworks.readme import NEAR
from hyperscope.ui.guarded import guarded
from hyperscope.ui.labs.frameworks.standing import OFF_LEAST, Runs, shade
from hyperscope.ui.paint import face, fitting, write
from hyperscope.ui.panels.common.axes import linear_ticks, log_ticks, number_text, power_text
from hyperscope.ui.panels.common.chart import legend, legend_width
from hyperscope.ui.panels.common.overlays import Extra, Floats
from hyperscope.ui.panels.common.plot import Plot
from hyperscope.ui.panels.curves.lines import thinned
from hyperscope.ui.style import mixed, pixels
from hyperscope.ui.theme import LIGHT, Theme

MOST = 1200  # points of a line; of more, the least and the greatest of each stretch are drawn,
BROADLY = 400  # and of the wide one fewer: it shows no more
OURS, THEIRS = 4.5, 1.4  # pixels of the lines' widths
HEAD = 18  # pixels of a plot's title
LEAST = 1e-12  # nats, below which a loss is drawn as that
EMPTY = "Our own run is being trained once more."

Key = tuple[tuple[str, str, QColor], ...]  # (mark, words, colour) of each line


class LossesChart(QWidget):
    """Draws `Runs`; pointed at, both plots read the same step."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Losses, here and there")
        self._theme, self._runs, self._precise = LIGHT, Runs(), False
        self._looks: tuple[object, ...] = ()  # what was drawn: how it looks,
        self._losses: tuple[Array, ...] = ()  # and the losses of each line
        self.losses, self.off = Plot(), Plot()
        self.losses.setAccessibleName("Loss of each mini-batch")
        self.off.setAccessibleName("How far apart they are")
        self._heads = (
            _Head("Loss of each mini-batch, in nats", "Loss, in nats", ""),
            _Head("How far apart they are (equal: at the foot)", "How far apart", ""),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for head, plot, share in zip(self._heads, (self.losses, self.off), (58, 42), strict=True):
            column.addWidget(head)
            column.addWidget(plot, share)
            plot.pointed.connect(self._read)
        self.show_runs(self._runs, precise=False)

    def show_runs(self, runs: Runs, *, precise: bool) -> None:
        """Draws these, if they look otherwise; `precise` says that they are computed in float64."""
        compared = runs.compared()
        looks = (precise, runs.moves, tuple(compared))
        losses = (runs.losses, *compared.values())
        same = looks == self._looks and all(now is then for now, then in zip(losses, self._losses, strict=True))
        self._runs, self._precise, self._looks, self._losses = runs, precise, looks, losses
        if not same:
            self._draw()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        for part in (*self._heads, self.losses, self.off):
            part.set_theme(theme)
        self._draw()

    def _draw(self) -> None:
        theme, runs, steps = self._theme, self._runs, len(self._runs.losses)
        if not steps:
            for plot in (self.losses, self.off):
                plot.show_others(())
                plot.show_curves({}, (0.0, 1.0, 0.0, 1.0), ([], []), empty=EMPTY if plot is self.losses else " ")
            return
        compared = runs.compared()
        wide = _pair(runs.losses, LEAST, BROADLY)
        lines = [Extra(*wide, mixed(theme.card, theme.text, 0.28), OURS)]
        known = [runs.losses, *compared.values()]
        for name, losses in compared.items():
            lines.append(Extra(*_pair(losses, LEAST), shade(theme, name), THEIRS, above=True))
        low, high = _span(np.concatenate(known), LEAST)
        across = linear_ticks(0.0, float(steps), 6, whole=True)
        moves = tuple((at, float(at), words) for at, words in runs.moves)
        self.losses.show_others(lines)
        self.losses.show_curves({}, (0.0, float(steps), low, high), (across, log_ticks(low, high)), moves)
        self._heads[0].show_words(*_keys(runs, theme))
        near = float(NEAR[self._precise])
        level = np.full(2, np.log10(near))
        ends = np.array([0.0, float(steps)])
        others = [Extra(ends, level, theme.quiet, 1.0, dashed=True)]
        tops, bottoms = [near], [near]
        for name in compared:
            off = runs.off(name)
            others.append(
                Extra(*_pair(off, OFF_LEAST), shade(theme, name), THEIRS, label=frameworks[name].title, above=True)
            )
            tops.append(float(np.nanmax(off, initial=near)))
            bottoms.append(float(np.nanmin(np.where(off > 0, off, np.nan), initial=near)))
        low, high = np.log10(max(OFF_LEAST, min(bottoms))) - 0.4, min(3.0, float(np.log10(max(tops))) + 0.6)
        self.off.show_others(others)
        self.off.show_curves({}, (0.0, float(steps), float(low), float(high)), (across, log_ticks(low, high, 6)))
        bound = f"{power_text(round(math.log10(near)))}: not passed in 200 steps as a rule"
        self._heads[1].show_words((("dashes", bound, theme.quiet),))

    def _read(self, x: float) -> None:
        """Both plots mark the step under the mouse, and say the losses there."""
        runs, steps = self._runs, len(self._runs.losses)
        if not steps or not np.isfinite(x):
            for plot in (self.losses, self.off):
                plot.mark(float("nan"))
            return
        at = min(max(0, round(x)), steps - 1)
        rows = [("ours", number_text(float(runs.losses[at]), 6))]
        apart = []
        for name, losses in runs.compared().items():
            if at < len(losses):
                rows.append((frameworks[name].title, number_text(float(losses[at]), 6)))
                apart.append((frameworks[name].title, number_text(float(runs.off(name)[at]), 2)))
        self.losses.mark(float(at), f"step {at}", rows)
        self.off.mark(float(at), f"step {at}", apart)


class _Head(QWidget):
    """A plot's title, in the fullest of `wordings` for which words at its right leave room."""

    def __init__(self, *wordings: str) -> None:
        super().__init__()
        self.setAccessibleName(wordings[0])
        self._wordings, self._theme = wordings, LIGHT
        self._keys: tuple[Key, ...] = ()
        self.title = wordings[0]  # what is drawn,
        self.key: Key = ()  # and this at its right

    def show_words(self, *keys: Key) -> None:
        """What the lines are, from fullest to shortest."""
        self._keys, self.key = keys, keys[0]
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.setFixedHeight(pixels(theme, HEAD))
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        left = float(self.width())
        if self._keys:
            fits = (key for key in self._keys if legend_width(theme, key) <= self.width() - 16)
            self.key = next(fits, self._keys[-1])
            left = legend(painter, self.width() - 8, self.height() / 2, theme, self.key)
        bold = face(11, 600, theme.scale)
        self.title = fitting(self._wordings, bold, left - 8)
        write(painter, QRectF(self.rect()), self.title, bold, theme.quiet)
        painter.end()


def _keys(runs: Runs, theme: Theme) -> tuple[Key, ...]:
    """What the lines are, and in fewer words; the colours of all but ours are those of the table beside it."""
    grey = mixed(theme.card, theme.text, 0.4)
    ours = ("line", "Hyperscope, wide", grey)
    titles = tuple(("line", frameworks[name].title, shade(theme, name)) for name in runs.compared())
    short = tuple((mark, words.rpartition(" ")[2], colour) for mark, words, colour in titles)
    return (ours, *titles), (("line", "ours", grey), *short), (ours,)


def _span(losses: Array, least: float) -> tuple[float, float]:
    """The logarithms between which losses lie, with some air."""
    known = np.log10(np.clip(losses[np.isfinite(losses)], least, None))
    low, high = (float(known.min()), float(known.max())) if len(known) else (-1.0, 0.0)
    air = 0.05 * (high - low) + 0.02
    return low - air, high + air


def _pair(values: Array, least: float, most: int = MOST) -> tuple[Floats, Floats]:
    """Steps and the logarithms of values, no more than `most` of them."""
    level = np.log10(np.clip(values, least, None)).astype(np.float64)
    steps = np.arange(len(level), dtype=np.float64)
    return thinned(steps, level, most // 2)
