"""Pictures of data that move: accuracy while two networks train on, and against how far data have changed untrained."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent

from hyperscope.engine.arrays import Values
from hyperscope.lab.sweeps.moving import WAYS, Moved, Trial
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import card, face, fitting, write
from hyperscope.ui.panels.common.axes import Ticks, linear_ticks
from hyperscope.ui.panels.common.chart import Axes, legend, polyline
from hyperscope.ui.panels.common.painted import Painted
from hyperscope.ui.theme import GRID, INSIDE, Theme

TITLES = {"move": "Moved", "turn": "Turned", "scale": "Scaled", "shares": "Other shares of classes"}
ALONG = {"move": "along x₁", "turn": "degrees", "scale": "times as large", "shares": "share of class 1"}
PERCENT: Ticks = [(0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")]
RIGHT = Qt.AlignmentFlag.AlignRight


def colours(theme: Theme) -> tuple[QColor, QColor, QColor]:
    """Of the three ways: ink without batch norm, accent with it, and a class colour for averages taken anew."""
    return theme.text, theme.accent, theme.class_colour(1)


def percents(low: float) -> Ticks:
    """Ticks from an accuracy `low` to 1, at most four steps."""
    step = 0.1 if low >= 0.6 else 0.2 if low >= 0.2 else 0.5
    return [(at, f"{100 * at:.0f} %") for at in np.arange(1.0, low - 0.01, -step).tolist()]


class AccuracyChart(Painted):
    """Dev accuracy over epochs, on the data of each moment, with a mark where they changed."""

    def __init__(self) -> None:
        super().__init__("Dev accuracy while the data change", (180, 140))
        self._moved: Moved | None = None

    def show_moved(self, moved: Moved | None) -> None:
        """Draws this."""
        self._moved = moved
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, scale = QPainter(self), self.theme, self.theme.scale
        card(painter, QRectF(self.rect()), theme)
        inside = INSIDE * scale
        head = QRectF(inside, 8 * scale, self.width() - 2 * inside, 18 * scale)
        bold = face(11, 600, scale)
        write(painter, head, fitting(("While they train on", "Trained on"), bold, head.width()), bold, theme.quiet)
        under = head.translated(0, 16 * scale)
        write(painter, under, "dev accuracy on the data of now", face(10, 400, scale), theme.quiet)
        if self._moved is not None:
            self._paint_lines(painter, self._moved)
        painter.end()

    def _paint_lines(self, painter: QPainter, moved: Moved) -> None:
        theme, scale = self.theme, self.theme.scale
        area = QRectF(46 * scale, 48 * scale, self.width() - 62 * scale, self.height() - 96 * scale)
        last = max((float(one.epoch[-1]) for one in moved.courses if len(one.epoch)), default=1.0) or 1.0
        settled = [one.dev_accuracy[one.epoch > 0.15 * last] for one in moved.courses]
        least = min((float(values.min()) for values in settled if len(values)), default=0.0)
        low = (
            math.floor(10 * min(max(least, 0.0), 0.9)) / 10
        )  # the beginning may lie below: it is not what one looks at
        axes = Axes(area, (0.0, last), (low, 1.0 + 0.02 * (1 - low)))
        ticks = linear_ticks(0, last, most=4)
        axes.paint(
            painter, theme, [(at, f"epoch {w}" if k == 0 else w) for k, (at, w) in enumerate(ticks)], percents(low)
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if math.isfinite(moved.changed):
            x = float(axes.x(np.array(moved.changed)))
            polyline(painter, [QPointF(x, area.top()), QPointF(x, area.bottom())], theme.quiet, scale, dashed=True)
        painter.save()
        painter.setClipRect(area.adjusted(0, -4, 0, 1))
        for one, colour in zip(moved.courses, colours(theme), strict=False):
            polyline(painter, axes.points(one.epoch, one.dev_accuracy), colour, 1.6 * scale)
        painter.restore()
        marks = [("line", said, colour) for said, colour in zip(("without", "with"), colours(theme), strict=False)]
        legend(painter, self.width() - INSIDE * scale, self.height() - 13 * scale, theme, marks)


class TrialCharts(Painted):
    """A chart for each kind of change: dev accuracy against its size, in the three ways, none trained on such data."""

    def __init__(self) -> None:
        super().__init__("Dev accuracy on changed data, not trained on", (360, 140))
        self._moved: Moved | None = None

    def show_moved(self, moved: Moved | None) -> None:
        """Draws this."""
        self._moved = moved
        if moved is not None:
            said = [f"{TITLES[one.kind]} most: " + ", ".join(_ends(one)) for one in moved.trials]
            self.setAccessibleDescription("; ".join(said))
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        trials = self._moved.trials if self._moved is not None else ()
        count = max(1, len(trials) or 4)
        wide = (self.width() - (count - 1) * GRID) / count
        for number in range(count):
            rect = QRectF(number * (wide + GRID), 0, wide, self.height())
            card(painter, rect, theme)
            if number < len(trials):
                self._paint_trial(painter, rect, trials[number])
        painter.end()

    def _paint_trial(self, painter: QPainter, rect: QRectF, trial: Trial) -> None:
        theme, scale, moved = self.theme, self.theme.scale, self._moved
        assert moved is not None
        small, bold, inside = face(10, 400, scale), face(11, 600, scale), INSIDE * scale
        head = QRectF(rect.left() + inside, 8 * scale, rect.width() - 2 * inside, 18 * scale)
        write(
            painter,
            head,
            fitting((f"{TITLES[trial.kind]}, not trained on", TITLES[trial.kind]), bold, head.width()),
            bold,
            theme.quiet,
        )
        under = head.translated(0, 16 * scale)
        write(painter, under, "dev accuracy", small, theme.quiet)
        area = QRectF(rect.left() + 46 * scale, 48 * scale, rect.width() - 62 * scale, rect.height() - 118 * scale)
        x = self._places(trial)
        axes = Axes(area, (float(x[0]), float(x[-1])), (0.0, 1.02))
        few = [at for at in range(len(x)) if at % 2 == 0]
        painter.save()
        painter.translate(rect.left(), 0)
        local = Axes(area.translated(-rect.left(), 0), axes.across, axes.up)
        local.paint(painter, theme, [(float(x[at]), f"{trial.amounts[at]:g}") for at in few], PERCENT)
        painter.restore()
        along = QRectF(area.left(), area.bottom() + 19 * scale, area.width(), 14 * scale)
        write(painter, along, ALONG[trial.kind], small, theme.quiet, Qt.AlignmentFlag.AlignHCenter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if trial.kind == moved.change.kind:
            at = self._place(trial, moved.change.amount)
            if axes.across[0] <= at <= axes.across[1]:
                px = float(axes.x(np.array(at)))
                polyline(
                    painter, [QPointF(px, area.top()), QPointF(px, area.bottom())], theme.quiet, scale, dashed=True
                )
        for way, colour in enumerate(colours(theme)):
            points = axes.points(x, trial.accuracy[way])
            polyline(painter, points, colour, 1.8 * scale, dashed=way == 2)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            for point in points:
                painter.drawEllipse(point, 2.2 * scale, 2.2 * scale)
        forms = zip(("line", "line", "dashes"), ("without", "averages", "anew"), colours(theme), strict=True)
        legend(painter, rect.right() - inside, rect.bottom() - 13 * scale, theme, list(forms))

    def _places(self, trial: Trial) -> Values:
        return np.log10(trial.amounts) if trial.kind == "scale" else trial.amounts

    def _place(self, trial: Trial, amount: float) -> float:
        return math.log10(amount) if trial.kind == "scale" and amount > 0 else abs(amount)


def _ends(trial: Trial) -> list[str]:
    return [f"{name} {100 * float(values[-1]):.0f} %" for name, values in zip(WAYS, trial.accuracy, strict=True)]
