"""The dev loss of a sweep against its setting: the median of each variant as a line, all seeds as a band."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF

from hyperscope.engine.arrays import Values
from hyperscope.lab.sweeps.outcome import Outcome
from hyperscope.ui.guarded import guarded
from hyperscope.ui.labs.batch_norm.sweep_grid import shade
from hyperscope.ui.paint import card, face, readable, write
from hyperscope.ui.panels.common.axes import log_ticks
from hyperscope.ui.panels.common.chart import Axes, polyline
from hyperscope.ui.panels.common.painted import Painted
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import INSIDE

LEAST = 1e-4  # nats, below which losses are drawn as that


class SweepChart(Painted):
    """Draws an `Outcome`."""

    def __init__(self) -> None:
        super().__init__("Dev loss against the setting", (240, 140))
        self._outcome: Outcome | None = None
        self._classes = 3

    def show_outcome(self, outcome: Outcome | None) -> None:
        """Draws this."""
        if outcome is not None and outcome is self._outcome:
            return
        self._outcome = outcome
        if outcome is not None:
            if outcome.standing.maps:
                self._classes = len(outcome.standing.maps[0])
            self.setAccessibleDescription(outcome.best())
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, scale = QPainter(self), self.theme, self.theme.scale
        card(painter, QRectF(self.rect()), theme)
        outcome = self._outcome
        if outcome is None:
            painter.end()
            return
        epochs = int(np.nanmax(outcome.standing.epoch, initial=0))
        inside, small = INSIDE * scale, face(10, 400, scale)
        title = f"Dev loss after {epochs} epoch{'s' * (epochs != 1)}"
        head = QRectF(inside, 8 * scale, self.width() - 2 * inside, 18 * scale)
        write(painter, head, title, face(11, 600, scale), theme.quiet)
        seeds = outcome.plan.seeds
        said = f"line: median · band: all {seeds} seeds" if seeds > 1 else "one seed"
        write(painter, head, said, small, theme.quiet, Qt.AlignmentFlag.AlignRight)
        self._paint_lines(painter, outcome)
        painter.end()

    def _paint_lines(self, painter: QPainter, outcome: Outcome) -> None:
        theme, scale, plan = self.theme, self.theme.scale, outcome.plan
        area = QRectF(50 * scale, 36 * scale, self.width() - 130 * scale, self.height() - 66 * scale)
        guessing = math.log(self._classes)
        losses = np.clip(outcome.dev_loss, LEAST, None)
        finite = losses[np.isfinite(losses)]
        low = math.log10(min(float(finite.min()) if finite.size else 0.1, 0.5 * guessing)) - 0.05
        high = math.log10(max(min(float(finite.max()) if finite.size else 1.0, 4 * guessing), 1.15 * guessing)) + 0.05
        x = _places(outcome)
        axes = Axes(area, (float(x[0]), float(x[-1]) if len(x) > 1 else float(x[0]) + 1), (low, high))
        captions = [(float(at), plan.sweep.captions(value)) for at, value in zip(x, plan.values, strict=True)]
        axes.paint(painter, theme, _thinned(captions, axes, face(10, 400, scale)), log_ticks(low, high, most=4))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        guess = axes.points(np.array([x[0], x[-1]]), np.full(2, math.log10(guessing)))
        orange = theme.class_colour(1)
        polyline(painter, guess, orange, 1.25 * scale, dashed=True)
        room = QRectF(
            area.left() + 6 * scale, float(axes.y(np.array(math.log10(guessing)))) - 16 * scale, 140 * scale, 15 * scale
        )
        write(painter, room, f"ln {self._classes}: guessing", face(10, 400, scale), theme.quiet)
        painter.save()
        painter.setClipRect(area.adjusted(-6, -6, 6, 6))
        level = np.log10(np.where(np.isfinite(losses), losses, np.inf))
        level = np.clip(level, low, high)  # what is not finite lies at the upper edge
        variants = plan.shape[0]
        for v in range(variants):
            colour = shade(theme, v, variants)
            px = axes.x(x)
            top, bottom = axes.y(level[v].max(axis=1)), axes.y(level[v].min(axis=1))
            band = mixed(theme.card, colour, 0.8)
            band.setAlphaF(0.16)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(band)
            corners = [QPointF(a, b) for a, b in zip(px, top, strict=True)]
            corners += [QPointF(a, b) for a, b in zip(px[::-1], bottom[::-1], strict=True)]
            painter.drawPolygon(QPolygonF(corners))
        for v in range(variants):
            colour = shade(theme, v, variants)
            median = np.clip(np.log10(np.clip(outcome.loss[v], LEAST, None)), low, high)
            points = axes.points(x, median)
            polyline(painter, points, colour, 2 * scale)
            painter.setPen(QPen(colour, 1.5 * scale))
            painter.setBrush(theme.card)
            for point in points:
                painter.drawEllipse(point, 3.2 * scale, 3.2 * scale)
        painter.restore()
        self._paint_names(painter, outcome, axes, (low, high))

    def _paint_names(self, painter: QPainter, outcome: Outcome, axes: Axes, span: tuple[float, float]) -> None:
        """The variants' names at the ends of their lines, one below the other where these meet."""
        theme, scale = self.theme, self.theme.scale
        font = face(11, 600, scale)
        high = QFontMetricsF(font).height()
        variants = outcome.plan.shape[0]
        ends = [
            (float(axes.y(np.clip(np.log10(max(LEAST, float(outcome.loss[v, -1]))), *span))), v)
            for v in range(variants)
        ]
        at = -math.inf
        for y, v in sorted(ends):
            at = max(y, at + high)
            room = QRectF(axes.area.right() + 8 * scale, at - high / 2, 72 * scale, high)
            colour = readable(shade(theme, v, variants), theme.card)
            write(painter, room, outcome.plan.sweep.variants[v].name, font, colour)


def _places(outcome: Outcome) -> Values:
    """Where the values lie along x: at their logarithm, as they are, or evenly."""
    values, scale = outcome.plan.values, outcome.plan.sweep.scale
    if scale in ("log", "powers"):
        return np.log10(np.array(values, float))
    return np.array(values, float) if scale == "linear" else np.arange(len(values), dtype=float)


def _thinned(captions: list[tuple[float, str]], axes: Axes, font: object) -> list[tuple[float, str]]:
    """As many captions as fit beside each other, always the first."""
    metrics = QFontMetricsF(font)  # type: ignore[call-overload]
    kept: list[tuple[float, str]] = []
    end = -math.inf
    for at, said in captions:
        x, wide = float(axes.x(np.array(at))), metrics.horizontalAdvance(said)
        if x - wide / 2 > end + 8:
            kept.append((at, said))
            end = x + wide / 2
    return kept
