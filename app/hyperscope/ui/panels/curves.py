"""The curves: loss or accuracy over epochs, train solid and dev dashed, with a mark where a control was moved.

It draws `Curves` records and knows nothing of what trains.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from hyperscope.lab.snapshot import Curves, Snapshot
from hyperscope.ui import theme as look
from hyperscope.ui.controls.text_choice import TextChoice, TextSwitch
from hyperscope.ui.panels.axes import Ticks, linear_ticks, log_ticks, number_text
from hyperscope.ui.panels.plot import Floats, Plot
from hyperscope.ui.theme import LIGHT, Theme

GAP = 8  # pixels at least between the legend and its neighbours
BETA = 0.9  # of the smoothing: about the last 10 points
EMPTY = "Press play and the curves appear here"


class CurvesPanel(QWidget):
    """Loss or accuracy, chosen by word; the loss logarithmic or not, both smoothed or not."""

    probes: tuple[str, ...] = ("curves",)
    rate: float = 15.0

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Curves")
        self.setMinimumSize(220, 150)  # less than head and legend ask for side by side: the legend makes way
        self._curves: Curves | None = None
        self.view = TextChoice(("Loss", "Accuracy"), "Curve", weight=600)
        self.smooth = TextSwitch("smooth", "Smooth the curves")
        self.smooth.setToolTip("Exponential average with β = 0.9, bias-corrected: about the last 10 points.")
        self.log = TextSwitch("log", "Logarithmic loss axis", on=True)
        self.log.setToolTip("Equal factors of the loss take equal heights.")
        self.legend = Legend()
        self.plot = Plot()
        self.plot.setAccessibleName("Loss and accuracy over epochs")
        self._head = QHBoxLayout()
        for part in (self.view, self.legend, self.smooth, self.log):
            self._head.addWidget(part)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._column.addWidget(self.plot, 1)
        self.view.chosen.connect(self._view_chosen)
        self.smooth.toggled.connect(self._redraw)
        self.log.toggled.connect(self._redraw)
        self.plot.pointed.connect(self._read)
        self.set_theme(LIGHT)

    def draw(self, snapshot: Snapshot) -> None:
        """Shows the snapshot's curves, if it has any."""
        curves = snapshot.views.get("curves")
        if curves is not None:
            self._curves = curves
            self._redraw()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        inside = round(look.INSIDE * theme.scale)
        self._column.setContentsMargins(inside - 2, inside - 4, inside - 4, inside - 4)
        self._column.setSpacing(round(2 * theme.scale))
        self._head.setSpacing(round(2 * theme.scale))
        for part in (self.view, self.smooth, self.log, self.legend, self.plot):
            part.set_theme(theme)
        self._make_room()
        self._redraw()
        self.update()

    def sizeHint(self) -> QSize:
        """The size at which the Playground shows it at 1280 × 800."""
        return QSize(380, 246)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cuts dashes and ticks anew for the new size."""
        super().resizeEvent(event)
        self._make_room()
        self._redraw()

    def _make_room(self) -> None:
        """Gives the legend a line of its own where it does not fit into the head."""
        parts = (self.view, self.smooth, self.log)
        margins = self._column.contentsMargins()
        taken = sum(part.sizeHint().width() + self._head.spacing() for part in parts)
        taken += margins.left() + margins.right() + GAP
        fits = self.legend.least() <= self.width() - taken
        if fits != (self._head.indexOf(self.legend) >= 0):
            (self._column if fits else self._head).removeWidget(self.legend)
            if fits:
                self._head.takeAt(1)
                self._head.insertWidget(1, self.legend)
            else:
                self._head.insertStretch(1)
                self._column.insertWidget(1, self.legend)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The card."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.card)
        painter.drawRoundedRect(QRectF(self.rect()), look.RADIUS, look.RADIUS)
        painter.end()

    def _view_chosen(self, name: str) -> None:
        self.log.setEnabled(name == "Loss")  # shares of 1 need no logarithm
        self._redraw()

    def _redraw(self) -> None:
        curves = self._curves
        if curves is None or not len(curves.epoch):
            self.plot.show_curves({}, (0.0, 1.0, 0.0, 1.0), ([], []), empty=EMPTY)
            return
        across, _ = self.plot.plot_size()
        epoch = np.asarray(curves.epoch, float)
        left, right = float(epoch[0]), float(epoch[-1])
        right = right if right > left else left + 1
        loss = self.view.value == "Loss"
        lines = self._lines(curves, loss)
        main = np.concatenate([lines.get(f"raw {role}", lines[role]) for role in ("train", "dev")])
        if loss and self.log.isChecked():
            bottom, top, y_ticks = log_range(main)
            with np.errstate(divide="ignore", invalid="ignore"):
                # A loss of exactly 0 has no logarithm; it lies on the floor of the plot rather than nowhere.
                lines = {role: np.where(y <= 0, bottom, np.log10(y)) for role, y in lines.items()}
        else:
            bottom, top, y_ticks = linear_range(main, share=not loss)
        columns = max(50, round(across / 2))  # one point per pixel: more take longer and show no more
        shown = {role: thinned(epoch, y, columns) for role, y in lines.items()}
        x_ticks = linear_ticks(left, right, max(2, round(across / (70 * self._theme.scale))) + 1)
        self.plot.show_curves(shown, (left, right, bottom, top), (x_ticks, y_ticks), curves.moves)

    def _lines(self, curves: Curves, loss: bool) -> dict[str, Floats]:
        """Values by role, before any logarithm."""
        train, dev = (curves.train_loss, curves.dev_loss) if loss else (curves.train_accuracy, curves.dev_accuracy)
        lines = {"train": np.asarray(train, float), "dev": np.asarray(dev, float)}
        if self.smooth.isChecked():
            lines = {
                **{f"raw {role}": y for role, y in lines.items()},
                **{role: smoothed(y) for role, y in lines.items()},
            }
        if loss:
            lines["batch"] = np.asarray(curves.batch_loss, float)
        return lines

    def _read(self, x: float) -> None:
        curves = self._curves
        if curves is None or math.isnan(x) or not len(curves.epoch):
            self.plot.mark(math.nan)
            self.legend.read(None)
            return
        at = int(np.abs(np.asarray(curves.epoch, float) - x).argmin())
        self.plot.mark(float(curves.epoch[at]))
        if self.view.value == "Loss":
            self.legend.read(tuple(number_text(float(y[at])) for y in (curves.train_loss, curves.dev_loss)))
        else:
            values = (float(y[at]) for y in (curves.train_accuracy, curves.dev_accuracy))
            self.legend.read(tuple("–" if math.isnan(value) else f"{100 * value:.1f} %" for value in values))


SAMPLE, GAP_BESIDE = 19.0, 8.0  # pixels at scale 1: a piece of a line, and the space before what stands on its left


class Legend(QWidget):
    """Which line is which, and under the mouse what it reads there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: tuple[str, ...] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_theme(LIGHT)

    @property
    def text(self) -> str:
        """What it says, in words."""
        values = self._values or ("", "")
        return f"train {values[0]} dev {values[1]}".replace("  ", " ").strip()

    def read(self, values: tuple[str, ...] | None) -> None:
        """Shows the values of train and dev, None for the names alone."""
        if values != self._values:
            self._values = values
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self._name = look.font(11, 400, theme.scale)
        self._value = look.font(11, 500, theme.scale)
        self.setFixedHeight(round(20 * theme.scale))
        self.update()

    def least(self) -> float:
        """The width in pixels of the longest that it says where names give way to values."""
        names, figures = QFontMetricsF(self._name), QFontMetricsF(self._value)
        plain = sum(names.horizontalAdvance(name) for name in ("train", "dev"))
        values = 2 * (figures.horizontalAdvance("100.0 %") + GAP_BESIDE * self._theme.scale)
        return (2 * SAMPLE + GAP_BESIDE) * self._theme.scale + max(plain, values)

    def _with_names(self) -> bool:
        """Whether there is room for names and values."""
        if self._values is None:
            return True
        names, figures = QFontMetricsF(self._name), QFontMetricsF(self._value)
        taken = sum(names.horizontalAdvance(name) for name in ("train", "dev"))
        taken += sum(figures.horizontalAdvance(value) for value in self._values)
        return taken + (2 * SAMPLE + 3 * GAP_BESIDE) * self._theme.scale <= self.width()

    def paintEvent(self, event: QPaintEvent) -> None:
        """From the right: dash, value, name of dev, then of train; the names only where they fit."""
        theme = self._theme
        painter = QPainter(self)
        names, figures = QFontMetricsF(self._name), QFontMetricsF(self._value)
        scale, x = theme.scale, float(self.width())
        base = (self.height() + names.ascent() - names.descent()) / 2
        middle = round(self.height() / 2) + 0.5
        values, named = self._values or ("", ""), self._with_names()
        for name, value, dashed in (("dev", values[1], True), ("train", values[0], False)):
            pen = QPen(theme.text if not dashed else theme.quiet, 1.5 * scale)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            if dashed:
                pen.setDashPattern([4 / 1.5, 1.5 / 1.5])
            painter.setPen(pen)
            painter.drawLine(QPointF(x - 15 * scale, middle), QPointF(x, middle))
            x -= SAMPLE * scale
            if value:
                x -= figures.horizontalAdvance(value)
                painter.setFont(self._value)
                painter.setPen(theme.text)
                painter.drawText(QPointF(x, base), value)
                x -= 4 * scale
            if named:
                x -= names.horizontalAdvance(name)
                painter.setFont(self._name)
                painter.setPen(theme.quiet)
                painter.drawText(QPointF(x, base), name)
            x -= GAP_BESIDE * scale
        painter.end()


def log_range(values: Floats) -> tuple[float, float, Ticks]:
    """log10 of bottom and top of a loss axis, on 1, 2 or 5 so that it seldom moves, and its ticks."""
    with np.errstate(invalid="ignore"):
        known = values[np.isfinite(values) & (values > 0)]
    if not len(known):
        return -1.0, 0.0, log_ticks(-1.0, 0.0)
    stops = np.array([0.0, math.log10(2), math.log10(5), 1.0])

    def stop(value: float, up: bool) -> float:
        power = math.floor(value)
        part = value - power
        at = np.searchsorted(stops, part - 1e-9) if up else np.searchsorted(stops, part + 1e-9, side="right") - 1
        return power + float(stops[min(3, max(0, int(at)))])

    bottom, top = stop(math.log10(known.min()), False), stop(math.log10(known.max()), True)
    if top - bottom < 0.3:
        bottom, top = stop(bottom - 0.1, False), stop(top + 0.1, True)
    return bottom, top, log_ticks(bottom, top)


def linear_range(values: Floats, share: bool) -> tuple[float, float, Ticks]:
    """Bottom and top of a linear axis on its ticks: from 0 for losses, up to 1 for shares, and the ticks."""
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    if share:
        step = 0.5 if low < 0.5 else 0.1 if low < 0.9 else 0.02
        bottom = max(0.0, math.floor(low / step + 1e-9) * step)
        return bottom, 1.0, linear_ticks(bottom, 1.0, 6, unit="%")
    step = (high or 1.0) / 4
    ticks = linear_ticks(0.0, high or 1.0, 5)
    if len(ticks) > 1:
        step = ticks[1][0] - ticks[0][0]
    top = math.ceil((high or 1.0) / step - 1e-9) * step
    return 0.0, top, linear_ticks(0.0, top, 6)


def smoothed(values: Floats, beta: float = BETA) -> Floats:
    """The bias-corrected exponential average v/(1 − βᵗ) with v ← βv + (1 − β)x of (t,) values; NaN is passed over."""
    out = np.full(len(values), np.nan)
    average, weight = 0.0, 0.0
    for at, value in enumerate(values.tolist()):
        if math.isfinite(value):
            average = beta * average + (1 - beta) * value
            weight = beta * weight + (1 - beta)
            out[at] = average / weight
    return out


def thinned(x: Floats, y: Floats, columns: int) -> tuple[Floats, Floats]:
    """At most `columns` pairs of the lowest and highest of consecutive points, so that no spike is lost; NaN stays."""
    group = math.ceil(len(x) / max(1, columns))
    if group <= 2:
        return x, y
    whole = len(x) // group * group
    start = np.arange(0, whole, group)
    blocks = y[:whole].reshape(-1, group)
    known = np.isfinite(blocks)
    low = start + np.where(known, blocks, np.inf).argmin(axis=1)
    high = start + np.where(known, blocks, -np.inf).argmax(axis=1)
    pairs = np.column_stack((np.minimum(low, high), np.maximum(low, high))).ravel()
    kept = np.concatenate((pairs, np.arange(whole, len(x))))
    return x[kept], y[kept]
