"""From too much freedom to too little: losses against the strength of one restraint, with the map of each strength."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout

from hyperscope.engine.arrays import Array
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.generalise.errors import percent
from hyperscope.lab.generalise.strengths import STRENGTHS
from hyperscope.lab.sweeps.outcome import Outcome
from hyperscope.lab.sweeps.sweep import Sweep
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.control import ARROWS, draw_focus, keep_arrows
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.paint import corners, face, soft_map, write
from hyperscope.ui.panels.common.axes import linear_ticks, number_text
from hyperscope.ui.panels.common.chart import Axes, polyline
from hyperscope.ui.panels.common.sheet import HEAD, Sheet
from hyperscope.ui.theme import INSIDE, Theme

LEFT, FOOT, SAID = 40, 20, 24  # pixels at scale 1: of the axis, of its captions, of what is read at the chosen one
MAPS = 74  # pixels of a map at most
ABOVE = 1.15  # of the losses that are shown, at which one that is far above the others is cut off


class StrengthCard(Sheet):
    """`chosen` carries a sweep; `twinned` the experiment with the strength that is looked at."""

    chosen = Signal(object)
    twinned = Signal(object)

    def __init__(self) -> None:
        super().__init__("From too much freedom to too little")
        self.sweep: Sweep = STRENGTHS[0]
        self.outcome: Outcome | None = None
        self.at = -1  # which value is looked at, -1 for the one of the lowest dev loss
        self._pictures: list[QImage] = []
        self.kinds = Segments(tuple(sweep.title for sweep in STRENGTHS), "What restrains it")
        self.twin = Button("In a twin", "Try this strength in a twin", "Trains the network so beside the present one.")
        self.kinds.set_index(0)
        head = QHBoxLayout()
        head.addStretch(1)
        head.addWidget(self.kinds)
        self._column = QVBoxLayout(self)
        self._column.addLayout(head)
        self._column.addStretch(1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.twin)
        self._column.addLayout(foot)
        self._column.setContentsMargins(INSIDE, 6, INSIDE, 8)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.kinds.chosen.connect(lambda index: self._choose(STRENGTHS[index]))
        self.twin.clicked.connect(self._twin)

    def minimumSizeHint(self) -> QSize:
        return QSize(420, 240)

    def _choose(self, sweep: Sweep) -> None:
        if sweep is not self.sweep:
            self.show_sweep(sweep)
            self.chosen.emit(sweep)

    def show_sweep(self, sweep: Sweep) -> None:
        """Turns to another restraint."""
        self.sweep, self.outcome, self.at = sweep, None, -1
        self.kinds.set_index(STRENGTHS.index(sweep))
        self._pictures = []
        self.update()

    def show_outcome(self, outcome: Outcome | None, note: str) -> None:
        """Shows where its networks stand."""
        self.outcome, self.note = outcome, ""
        self._note = note
        self.twin.setEnabled(outcome is not None)
        self._draw_pictures()
        self.setAccessibleDescription(self.said())
        self.update()

    _note = ""

    @property
    def value(self) -> int:
        """The number of the value that is looked at."""
        if self.at >= 0 or self.outcome is None:
            return max(0, self.at)
        return int(np.argmin(self.outcome.loss[0]))

    def said(self) -> str:
        """What is read at the value that is looked at."""
        outcome = self.outcome
        if outcome is None:
            return ""
        at, values = self.value, outcome.plan.values
        caption = f"{self.sweep.symbol} {self.sweep.captions(values[at])}"
        train, dev = _median(outcome.train_loss)[at], outcome.loss[0, at]
        error = 1 - outcome.accuracy[0, at]
        which = " (lowest dev loss)" if at == int(np.argmin(outcome.loss[0])) else ""
        said = f"{caption}{which}: train {_figure(train)}, dev {_figure(dev)}, dev error {percent(float(error))}"
        if not outcome.standing.zeros:
            return said
        zeros, count = outcome.standing.zeros[outcome.plan.number(0, at, outcome.middle(0, at))]
        return f"{said}, {zeros} of {count} weights exactly 0"

    def look_at(self, at: int) -> None:
        """Looks at another value."""
        if self.outcome is not None:
            self.at = max(0, min(at, len(self.outcome.plan.values) - 1))
            self.setAccessibleDescription(self.said())
            self.update()

    def experiment(self) -> Experiment | None:
        """The network of the value that is looked at, of the middle seed."""
        if self.outcome is None:
            return None
        return self.outcome.plan.network(0, self.value, 0)

    def _twin(self) -> None:
        if (made := self.experiment()) is not None:
            self.twinned.emit(made)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        self.kinds.set_theme(theme)
        self.twin.set_theme(theme)
        self._draw_pictures()

    def _draw_pictures(self) -> None:
        outcome = self.outcome
        self._pictures = []
        if outcome is not None and outcome.standing.maps:
            for at in range(len(outcome.plan.values)):
                number = outcome.plan.number(0, at, outcome.middle(0, at))
                self._pictures.append(soft_map(outcome.standing.maps[number], self.theme))

    # -- where all lies -------------------------------------------------------------------------------------------

    def _areas(self) -> tuple[QRectF, float, float]:
        """The chart's area, the side of a map, and where maps begin."""
        room = QRectF(self.rect()).adjusted(INSIDE, self.px(HEAD + 12), -INSIDE, -INSIDE)
        count = len(self.sweep.values)
        apart = (room.width() - self.px(LEFT)) / count
        side = min(self.px(MAPS), apart - self.px(8), 0.34 * room.height())
        below = room.bottom() - self.px(SAID) - side
        area = QRectF(room.left() + self.px(LEFT), room.top(), room.width() - self.px(LEFT), 0)
        area.setBottom(below - self.px(FOOT))
        # values stand above the middles of their maps
        area.adjust(apart / 2, 0, -apart / 2, 0)
        return area, side, below

    def place(self, at: int) -> QPointF:
        """Where a value stands along the axis, at the foot of the chart."""
        area, _, _ = self._areas()
        count = len(self.sweep.values)
        return QPointF(area.left() + area.width() * at / max(1, count - 1), area.bottom())

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """The chart, maps along it, and what is read at the value that is looked at."""
        theme, scale = self.theme, self.theme.scale
        area, side, below = self._areas()
        outcome = self.outcome
        foot = QRectF(
            room.left(), room.bottom() - self.px(SAID - 6), room.width() - self.twin.width() - 8, self.px(SAID)
        )
        said = self.said() if outcome is not None else self._note or "The networks are being trained."
        if outcome is not None and self._note:
            said = f"{said} · {self._note}"
        write(painter, foot, said, face(11, 400, scale), theme.quiet if outcome is None else theme.text)
        if outcome is None:
            return
        train, dev = _median(outcome.train_loss), outcome.loss[0]
        finite = np.concatenate([train[np.isfinite(train)], dev[np.isfinite(dev)]])
        high = max(float(finite.max(initial=0.0)), 0.05) * 1.06
        ordered = np.sort(dev[np.isfinite(dev)])
        if len(ordered) > 2:  # one that is far above all others would press them flat
            high = min(high, max(3 * float(ordered[-2]), 0.05) * ABOVE)
        count = len(self.sweep.values)
        axes = Axes(area, (0.0, count - 1.0), (0.0, high))
        captions = [(float(at), self.sweep.captions(value)) for at, value in enumerate(outcome.plan.values)]
        axes.paint(painter, theme, captions, linear_ticks(0.0, high, 5))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places = np.arange(count, dtype=float)
        painter.save()
        painter.setClipRect(area.adjusted(-8, -8, 8, 3))
        for losses, colour, dashed in ((train, theme.text, False), (dev, theme.accent, True)):
            shown = np.where(np.isfinite(losses), losses, 10 * high)
            polyline(painter, axes.points(places, shown), colour, 2 * scale, dashed=dashed)
        painter.restore()
        self._paint_names(painter, axes, train, dev)
        self._paint_chosen(painter, axes, dev)
        for at, picture in enumerate(self._pictures):
            middle = self.place(at).x()
            rect = QRectF(round(middle - side / 2), round(below), side, side)
            painter.drawImage(rect, picture)
            painter.drawPixmap(rect.topLeft(), corners(round(side), theme.card, self.devicePixelRatioF()))
            if at == self.value:
                painter.setPen(QPen(theme.accent, self.px(2)))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(rect.adjusted(-3, -3, 3, 3), 5, 5)
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()).adjusted(2, 2, -2, -2), 6, theme.accent)

    def _paint_names(self, painter: QPainter, axes: Axes, train: Array, dev: Array) -> None:
        """Which line is which, at the left where they are apart."""
        theme, scale = self.theme, self.theme.scale
        high = axes.up[1]
        ys = [float(axes.y(np.array(min(max(float(v[0]), 0.0), high)))) for v in (train, dev)]
        if abs(ys[0] - ys[1]) < self.px(16):
            ys = [ys[0] + self.px(8), ys[1] - self.px(8)]
        for y, name, colour in ((ys[0], "train", theme.text), (ys[1], "dev", theme.accent)):
            at = min(max(y - self.px(17), axes.area.top() - self.px(4)), axes.area.bottom() - self.px(16))
            room = QRectF(axes.area.left() + self.px(4), at, self.px(60), self.px(14))
            write(painter, room, name, face(11, 600, scale), colour)

    def _paint_chosen(self, painter: QPainter, axes: Axes, dev: Array) -> None:
        theme, at = self.theme, self.value
        x = self.place(at).x()
        height = float(dev[at]) if math.isfinite(float(dev[at])) else axes.up[1]
        y = float(axes.y(np.array(min(height, axes.up[1]))))
        dots = QPen(theme.accent, self.px(1.25))
        dots.setDashPattern([2, 2])
        painter.setPen(dots)
        painter.drawLine(QPointF(x, y), QPointF(x, axes.area.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.accent)
        painter.drawEllipse(QPointF(x, y), self.px(5), self.px(5))

    # -- pointer and keys -----------------------------------------------------------------------------------------

    def _follow(self, event: QMouseEvent) -> None:
        area, _, _ = self._areas()
        count = len(self.sweep.values)
        share = (event.position().x() - area.left()) / max(1.0, area.width())
        self.look_at(round(share * (count - 1)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._follow(event)

    def event(self, event: QEvent) -> bool:
        keep_arrows(event)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ARROWS:
            step = 1 if event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Up) else -1
            self.look_at(self.value + step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._twin()
        else:
            super().keyPressEvent(event)


def _median(losses: Array) -> Array:
    """(S,) of (1, S, K)."""
    found: Array = np.sort(losses[0], axis=1)[:, losses.shape[2] // 2]
    return found


def _figure(value: float) -> str:
    return "not finite" if not math.isfinite(value) else number_text(float(value))
