"""The three small charts below the microscope: μ and σ² of mini-batch after mini-batch, and their noise by size."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from hyperscope.engine.arrays import Values
from hyperscope.lab.probes.batch_statistics import BatchStatistics, OfUnit, batch_statistics
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.guarded import guarded
from hyperscope.ui.labs.batch_norm.words import figure
from hyperscope.ui.paint import card, face, fitting, write
from hyperscope.ui.panels.common.axes import Ticks, linear_ticks, log_ticks, number_text
from hyperscope.ui.panels.common.chart import Axes, evenly, legend, polyline
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import GRID, INSIDE, LIGHT, Theme

SHARES = (0.385, 0.385, 0.23)  # of the width
STEADY = 0.12  # of an axis that may be missing or too much before it is set anew


class AveragesPanel(QWidget):
    """Draws a `BatchStatistics` record of the unit that is chosen."""

    rate: float = 1.5  # a look takes a forward pass for each mini-batch

    def __init__(self, question: Callable[[], OfUnit], side: Callable[[], int]) -> None:
        super().__init__()
        self._question, self._side = question, side
        self._theme = LIGHT
        self.found: BatchStatistics | None = None
        self._spans: list[tuple[float, float]] = [(0.0, 0.0)] * 2
        self.setAccessibleName("Statistics of mini-batches")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(150)

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """The unit that is chosen."""
        return (Ask(batch_statistics, self._question()),)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows the unit of the side that the controls move."""
        found = sides[min(self._side(), len(sides) - 1)].records.of(batch_statistics)
        if found is None:
            return
        self.found = found
        for at, (each, moving, whole) in enumerate(
            (
                (found.mean, found.running_mean, found.whole_mean),
                (found.variance, found.running_variance, found.whole_variance),
            )
        ):
            self._spans[at] = _steadied(self._spans[at], np.concatenate((each, moving, [whole])))
        self.setAccessibleDescription(self._said(found))
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.update()

    def _said(self, found: BatchStatistics) -> str:
        at = float(found.noise[found.sizes == found.batch_size][0])
        now = f", running {figure(found.now_mean)}" if found.now_mean is not None else ""
        return (
            f"Mean of the whole training set {figure(found.whole_mean)}{now}; "
            f"at m = {found.batch_size} the mean of a mini-batch is off by {at:.2g} σ."
        )

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, found = QPainter(self), self._theme, self.found
        room = self.width() - 2 * GRID
        left = 0.0
        rects = []
        for share in SHARES:
            rects.append(QRectF(left, 0, share * room, self.height()))
            left += share * room + GRID
        for rect in rects:
            card(painter, rect, theme)
        self._paint_title(painter, rects[2], ("Noise of μ against m",), rects[2].right())
        if found is not None:
            self._paint_course(painter, rects[0], 0, found.mean, found.running_mean, found.whole_mean, found.now_mean)
            self._paint_course(
                painter, rects[1], 1, found.variance, found.running_variance, found.whole_variance, found.now_variance
            )
            self._paint_noise(painter, rects[2], found)
        painter.end()

    def _paint_course(
        self,
        painter: QPainter,
        rect: QRectF,
        which: int,
        each: Values,
        moving: Values,
        whole: float,
        now: float | None,
    ) -> None:
        theme, scale, found = self._theme, self._theme.scale, self.found
        assert found is not None
        dots, truth = mixed(theme.card, theme.accent, 0.75), theme.class_colour(2)
        said = [
            ("dot", "each mini-batch", dots),
            ("line", f"average, begun at {which}", theme.text),
            ("dashes", "whole training set", truth),
        ]
        title = 96 * scale
        middle = 18 * scale
        while legend_width(said, scale) > rect.width() - title and len(said) > 1:
            said = [(mark, _shorter(words), colour) for mark, words, colour in said]
            if legend_width(said, scale) > rect.width() - title:
                said = said[:-1] if len(said) > 2 else said[:1]
        left = legend(painter, rect.right() - INSIDE * scale, middle, theme, said)
        name = ("Mean μ", "Variance σ²")[which]
        still = (f"{name} of the coming mini-batches, weights standing still", f"{name}, weights standing still", name)
        self._paint_title(painter, rect, still, left)
        area = QRectF(rect.left() + 44 * scale, 38 * scale, rect.width() - 58 * scale, rect.height() - 66 * scale)
        epochs = found.epoch
        axes = Axes(area, (0.0, float(epochs[-1]) or 1.0), self._spans[which])
        across: Ticks = [
            (at, f"{words} epochs" if k else "now")
            for k, (at, words) in enumerate(linear_ticks(0, float(epochs[-1]), most=6))
        ]
        across = [
            (at, words if k in (0, len(across) - 1) else words.removesuffix(" epochs"))
            for k, (at, words) in enumerate(across)
        ]
        axes.paint(painter, theme, across, linear_ticks(*self._spans[which], most=4))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(area.adjusted(-3, -3, 3, 3))
        polyline(painter, axes.points(np.array([0.0, epochs[-1]]), np.full(2, whole)), truth, 1.5 * scale, dashed=True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(dots)
        for point in axes.points(epochs[1:], each):
            painter.drawEllipse(point, 2.6 * scale, 2.6 * scale)
        polyline(painter, axes.points(epochs, moving), theme.text, 1.75 * scale)
        painter.restore()
        if now is not None and math.isfinite(now):
            self._paint_now(painter, axes, now)

    def _paint_title(self, painter: QPainter, rect: QRectF, said: Sequence[str], right: float) -> None:
        theme, scale = self._theme, self._theme.scale
        font = face(11, 600, scale)
        left = rect.left() + INSIDE * scale
        place = QRectF(left, 9 * scale, right - left - 4 * scale, 18 * scale)
        write(painter, place, fitting(said, font, place.width()), font, theme.quiet)

    def _paint_now(self, painter: QPainter, axes: Axes, now: float) -> None:
        """A mark at the right where the running average in use stands."""
        theme, scale = self._theme, self._theme.scale
        y = min(max(axes.area.top(), float(axes.y(np.array(now)))), axes.area.bottom())
        x = axes.area.right()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.text)
        painter.drawPolygon(
            [QPointF(x + 1, y), QPointF(x + 8 * scale, y - 4 * scale), QPointF(x + 8 * scale, y + 4 * scale)]
        )

    def _paint_noise(self, painter: QPainter, rect: QRectF, found: BatchStatistics) -> None:
        theme, scale = self._theme, self._theme.scale
        small = face(10, 400, scale)
        at = float(found.noise[found.sizes == found.batch_size][0])
        said = f"In σ; dashed 1/√m. At m = {found.batch_size} a mini-batch's mean is off by {number_text(at, 2)} σ."
        metrics = QFontMetricsF(small)
        lines = evenly(said, metrics, rect.width() - 2 * INSIDE * scale)
        foot = len(lines) * metrics.height() + 8 * scale
        area = QRectF(
            rect.left() + 44 * scale, 38 * scale, rect.width() - 62 * scale, rect.height() - 62 * scale - foot
        )
        sizes = np.log10(found.sizes.astype(float))
        with np.errstate(divide="ignore"):
            noise = np.log10(np.maximum(found.noise, 0))
        known = noise[np.isfinite(noise)]
        low = min(float(known.min()) if known.size else -1.0, -0.5 * float(sizes[-1])) - 0.1
        axes = Axes(area, (float(sizes[0]) - 0.08, float(sizes[-1]) + 0.08), (low, 0.0))
        marks = [m for m in (2, 8, 32, 128, 512, 2048, 8192) if m <= found.sizes[-1]]
        axes.paint(painter, theme, [(math.log10(m), str(m)) for m in marks], log_ticks(low, 0.0, most=3))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        polyline(painter, axes.points(sizes[[0, -1]], -0.5 * sizes[[0, -1]]), theme.quiet, 1.25 * scale, dashed=True)
        for size, x, y in zip(found.sizes.tolist(), axes.x(sizes).tolist(), axes.y(noise).tolist(), strict=True):
            if math.isfinite(y):
                chosen = size == found.batch_size
                painter.setPen(QPen(theme.accent, 1.5 * scale))
                painter.setBrush(theme.accent if chosen else theme.card)
                painter.drawEllipse(QPointF(x, y), (4.4 if chosen else 3) * scale, (4.4 if chosen else 3) * scale)
        top = rect.bottom() - foot - 2 * scale
        for number, line in enumerate(lines):
            place = QRectF(
                rect.left() + INSIDE * scale, top + number * metrics.height(), rect.width(), metrics.height()
            )
            write(painter, place, line, small, theme.quiet)


def legend_width(said: Sequence[tuple[str, str, QColor]], scale: float) -> float:
    """The pixels that `axes.legend` needs for this."""
    metrics = QFontMetrics(face(10, 400, scale))
    return sum(metrics.horizontalAdvance(words) + (22 if mark == "dot" else 29) * scale for mark, words, _ in said)


def _shorter(words: str) -> str:
    return {"each mini-batch": "mini-batches", "whole training set": "whole set"}.get(words, words.split(",")[0])


def _steadied(was: tuple[float, float], values: Values) -> tuple[float, float]:
    """The span of values, or the one that there was as long as it will do, so that the axis does not tremble."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return (0.0, 1.0)
    low, high = float(finite.min()), float(finite.max())
    room = 0.08 * (high - low) or 0.5
    if was[0] <= low and high <= was[1] and (high - low) > (1 - 4 * STEADY) * (was[1] - was[0]):
        return was
    return (low - room, high + room)
