"""Pictures of three networks beside each other: what their layers receive over time, and their loss along a step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF

from hyperscope.engine.arrays import Values
from hyperscope.lab.sweeps.shifting import NAMES, STEPS, Course, Courses
from hyperscope.ui.guarded import guarded
from hyperscope.ui.labs.batch_norm.sweep_grid import shade
from hyperscope.ui.labs.batch_norm.words import figure
from hyperscope.ui.paint import card, face, fitting, write
from hyperscope.ui.panels.common.axes import linear_ticks, log_ticks
from hyperscope.ui.panels.common.chart import Axes, legend, polyline
from hyperscope.ui.panels.common.painted import Painted
from hyperscope.ui.panels.distributions.multiples import bands, condensed, span_of
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import GRID, INSIDE

WORDS = ("without batch norm", "before each activation", "and noise after it")
HEAD = 34  # pixels at scale 1
NAMED = 128  # of the networks' names
POINTS = 24  # along a line
CHARTS = ("Training loss", "Loss along the step", "Change of the gradient along the step")


class River(Protocol):
    """What is drawn of a network; see the fields of the same names in `lab/sweeps/shifting.Course`."""

    @property
    def epoch(self) -> Values: ...
    @property
    def train_loss(self) -> Values: ...
    @property
    def rivers(self) -> tuple[Values, ...]: ...
    @property
    def drift(self) -> Values: ...
    @property
    def stopped(self) -> str: ...


class Rivers(Painted):
    """A row for each network and a column for each layer: quantiles of what enters its activation, and their drift.

    `names` of the networks, with a few `words` on each.
    """

    def __init__(self, names: Sequence[str] = NAMES, words: Sequence[str] = WORDS) -> None:
        super().__init__("What each layer receives over time", (360, 200))
        self._names, self._words = names, words
        self._mark = math.nan
        self._courses: Sequence[River] = ()
        self._note = ""

    def show_courses(self, courses: Sequence[River], note: str, mark: float = math.nan) -> None:
        """Draws these, none being () ; `note` says how far they are, and a line stands at an epoch to `mark`."""
        self._courses, self._note, self._mark = courses, note, mark
        if courses:
            said = [
                f"{name}: " + ", ".join(f"layer {k + 1} {figure(float(d))}" for k, d in enumerate(one.drift))
                for name, one in zip(self._names, courses, strict=True)
            ]
            self.setAccessibleDescription("Drift an epoch, in spreads. " + "; ".join(said))
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, scale = QPainter(self), self.theme, self.theme.scale
        card(painter, QRectF(self.rect()), theme)
        inside, small = INSIDE * scale, face(10, 400, scale)
        title = "What each layer receives over time"
        head = QRectF(inside, 8 * scale, self.width() - 2 * inside, 18 * scale)
        wide = write(painter, head, title, face(11, 600, scale), theme.quiet)
        said = (
            f"{self._note} · river: quantiles of what enters the activation · drift: how far they move an epoch",
            f"{self._note} · river: what enters the activation",
            self._note,
        )
        room = head.adjusted(wide + inside, 0, 0, 0)
        write(painter, room, fitting(said, small, room.width()), small, theme.quiet, Qt.AlignmentFlag.AlignRight)
        if self._courses:
            self._paint_rows(painter, self._courses)
        painter.end()

    def _paint_rows(self, painter: QPainter, courses: Sequence[River]) -> None:
        theme, scale = self.theme, self.theme.scale
        inside, small = INSIDE * scale, face(10, 400, scale)
        rows, columns = len(courses), max(1, len(courses[0].rivers))
        high = (self.height() - HEAD * scale - 8 * scale) / rows
        slot = (self.width() - (NAMED + INSIDE) * scale) / columns
        last = max(float(one.epoch[-1]) if len(one.epoch) else 0.0 for one in courses) or 1.0
        for row, (name, words, one) in enumerate(zip(self._names, self._words, courses, strict=True)):
            top = HEAD * scale + row * high
            colour = shade(theme, 0 if row == 0 else 2 if row == 1 else 1, 3)
            middle = top + high / 2
            write(
                painter,
                QRectF(inside, middle - 26 * scale, NAMED * scale, 16 * scale),
                name,
                face(12, 600, scale),
                colour,
            )
            write(painter, QRectF(inside, middle - 9 * scale, NAMED * scale, 14 * scale), words, small, theme.quiet)
            loss = figure(float(one.train_loss[-1])) if len(one.train_loss) else "–"
            said = (one.stopped and "diverged") or f"loss {loss}"
            write(
                painter,
                QRectF(inside, middle + 6 * scale, NAMED * scale, 14 * scale),
                said,
                face(10, 600, scale),
                theme.text,
            )
            for column, quantiles in enumerate(one.rivers):
                left = inside + NAMED * scale + column * slot
                label = QRectF(left, top, slot - 14 * scale, 15 * scale)
                if row == 0:
                    write(painter, label, f"Layer {column + 1}", face(10, 600, scale), theme.text)
                drift = f"drift {figure(float(one.drift[column]))}"
                write(painter, label, drift, small, theme.quiet, Qt.AlignmentFlag.AlignRight)
                area = QRectF(left, top + 17 * scale, slot - 14 * scale, high - 26 * scale)
                self._paint_river(painter, area, one, quantiles, last, colour)

    def _paint_river(
        self, painter: QPainter, area: QRectF, one: River, quantiles: Values, last: float, colour: QColor
    ) -> None:
        theme = self.theme
        span = span_of(quantiles.astype(float))
        painter.fillRect(QRectF(area.left(), area.bottom(), area.width(), 1), theme.hairline)
        if span is None or len(one.epoch) < 2 or area.height() < 4:
            return
        made = bands(one.epoch.astype(np.float64), quantiles.astype(np.float64), area, (0.0, last), span)
        made.paint(painter, mixed(theme.card, colour, 0.85), theme.card, theme.text, theme.scale)
        if math.isfinite(self._mark):
            x = area.left() + self._mark / last * area.width()
            marked = [QPointF(x, area.top()), QPointF(x, area.bottom())]
            polyline(painter, marked, theme.quiet, theme.scale, dashed=True)


class Landscape(Painted):
    """Three charts over epochs: the training loss, the range of the loss along the step, the gradient's change."""

    def __init__(self) -> None:
        super().__init__("Loss and gradient along the step", (360, 140))
        self._courses: Courses | None = None

    def show_courses(self, courses: Courses | None) -> None:
        """Draws these."""
        self._courses = courses
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, scale = QPainter(self), self.theme, self.theme.scale
        wide = (self.width() - 2 * GRID) / 3
        for number, title in enumerate(CHARTS):
            rect = QRectF(number * (wide + GRID), 0, wide, self.height())
            card(painter, rect, theme)
            font = face(11, 600, scale)
            room = QRectF(rect.left() + INSIDE * scale, 8 * scale, wide - 2 * INSIDE * scale, 18 * scale)
            choices = (title, title.replace(" along the step", ""))
            write(painter, room, fitting(choices, font, room.width()), font, theme.quiet)
            if self._courses is not None:
                self._paint_chart(painter, rect, number, self._courses)
        painter.end()

    def _lines(self, one: Course, number: int) -> tuple[Values, tuple[Values, ...]]:
        """x (t,) and what is drawn over it, each point the mean of some, since every one would be noise."""
        x = one.epoch if number == 0 else one.step_epoch
        lines = ((one.train_loss,), (one.low, one.high), (one.change,))[number]
        known = np.isfinite(np.stack(lines)).all(axis=0) if len(x) else np.zeros(0, bool)
        if known.sum() < 2:
            return x[known], tuple(line[known] for line in lines)
        x, meant = condensed(x[known].astype(np.float64), np.stack(lines, 1)[known].astype(np.float64), POINTS)
        return x, tuple(meant.T)

    def _paint_chart(self, painter: QPainter, rect: QRectF, number: int, courses: Courses) -> None:
        theme, scale = self.theme, self.theme.scale
        small = face(10, 400, scale)
        said = (
            "in nats",
            f"least to greatest, {STEPS[0]:g} to {STEPS[-1]:g} α along −∇L; in nats",
            "greatest ‖∇L(there) − ∇L(here)‖ / ‖∇L(here)‖",
        )[number]
        room = QRectF(rect.left() + INSIDE * scale, 24 * scale, rect.width() - 2 * INSIDE * scale, 15 * scale)
        write(painter, room, said, small, theme.quiet)
        area = QRectF(rect.left() + 46 * scale, 46 * scale, rect.width() - 60 * scale, rect.height() - 88 * scale)
        every = [self._lines(one, number) for one in courses.courses]
        known = np.concatenate([line for _, lines in every for line in lines] or [np.zeros(0)])
        known = known[np.isfinite(known) & (known > 0)]
        last = max((float(x[-1]) for x, _ in every if len(x)), default=1.0) or 1.0
        low, high = (float(np.log10(np.quantile(known, q))) for q in (0.005, 0.995)) if known.size else (-1.0, 0.0)
        axes = Axes(area, (0.0, last), (low - 0.05, max(high, low + 0.3) + 0.05))
        ticks = linear_ticks(0, last, most=5)
        ticks = [(at, f"epoch {words}" if k == 0 else words) for k, (at, words) in enumerate(ticks)]
        axes.paint(painter, theme, ticks, log_ticks(*axes.up, most=4))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(area.adjusted(-2, -2, 2, 2))
        for row, (x, lines) in enumerate(every):
            colour = shade(theme, 0 if row == 0 else 2 if row == 1 else 1, 3)
            logs = [np.log10(np.maximum(np.nan_to_num(line, nan=np.inf), 1e-12)) for line in lines]
            if number == 1 and len(x):
                veil = QColor(colour)
                veil.setAlphaF(0.2)
                points = axes.points(x, logs[0]) + axes.points(x, logs[1])[::-1]
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(veil)
                painter.drawPolygon(QPolygonF(points))
            for line in logs:
                polyline(painter, axes.points(x, line), colour, 1.5 * scale)
        painter.restore()
        marks = [
            ("line", name, shade(theme, 0 if row == 0 else 2 if row == 1 else 1, 3)) for row, name in enumerate(NAMES)
        ]
        legend(painter, rect.right() - INSIDE * scale, rect.bottom() - 12 * scale, theme, marks)


def times(value: float) -> str:
    """A ratio in words: "1.7 times"."""
    return "–" if not math.isfinite(value) else f"{value:.1f} times" if value < 10 else f"{value:.0f} times"
