"""A view made of sweeps: the list at the left, maps with their summary above, losses and the reasons below."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from hyperscope.lab.sweeps.sweep import Sweep
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.control import Caption, paint_text
from hyperscope.ui.guarded import guarded
from hyperscope.ui.labs.batch_norm.runs import Run
from hyperscope.ui.labs.batch_norm.sweep_card import SweepCard
from hyperscope.ui.labs.batch_norm.sweep_chart import SweepChart
from hyperscope.ui.labs.batch_norm.sweep_grid import SweepGrid
from hyperscope.ui.paint import card
from hyperscope.ui.panels.fed import FedView
from hyperscope.ui.theme import EDGE, GRID, INSIDE, LIGHT, Theme, font


class Reasons(QWidget):
    """Why, in a few lines, with the counter-case or what to do instead, and ways on."""

    watched = Signal()
    paired = Signal()
    led = Signal(str)  # the sweep that shows the counter-case

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._theme = LIGHT
        self._leads_to = ""
        self.title = Caption("Why")
        self.words, self.but = QLabel(), QLabel()
        for label in (self.words, self.but):
            label.setWordWrap(True)
            label.setMinimumWidth(40)
        self.watch = Button("Watch one in the Playground", "Watch one in the Playground", "The best one, as it stands.")
        self.pair = Button("Both as twins", "Both as twins", "Trains this setting with and without, side by side.")
        self.lead = Button("Show that", "Show the counter-case", "Another sweep, which shows it.")
        ways = QHBoxLayout()
        ways.setSpacing(6)
        for button in (self.watch, self.pair, self.lead):
            ways.addWidget(button)
        ways.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.title)
        self._column.addWidget(self.words)
        self._column.addWidget(self.but)
        self._column.addStretch(1)
        self._column.addLayout(ways)
        self.watch.clicked.connect(self.watched)
        self.pair.clicked.connect(self.paired)
        self.lead.clicked.connect(lambda: self.led.emit(self._leads_to))
        self.setAccessibleName("Why")
        self.set_theme(LIGHT)

    def show_sweep(self, sweep: Sweep) -> None:
        """Says why, of this sweep."""
        self.words.setText("<br><br>".join(sweep.why))
        self.but.setText(sweep.but)
        self._leads_to = sweep.leads_to
        self.lead.setVisible(bool(sweep.leads_to))

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        inside = round(INSIDE * theme.scale)
        self._column.setContentsMargins(inside, inside - 4, inside, inside)
        self._column.setSpacing(round(7 * theme.scale))
        self.title.set_theme(theme, 11, 600, quiet=True)
        for label, size, colour in ((self.words, 12, theme.text), (self.but, 11, theme.quiet)):
            label.ensurePolished()
            label.setFont(font(size, 400, theme.scale))
            paint_text(label, colour)
        for button in (self.watch, self.pair, self.lead):
            button.set_theme(theme)
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        card(painter, QRectF(self.rect()), self._theme)
        painter.end()


class SweepView(FedView):
    """The whole view. It is a panel that is drawn from a job's records, by `show_run`."""

    def __init__(self, title: str, sweeps: tuple[Sweep, ...]) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self.card = SweepCard(title, sweeps)
        self.grid, self.chart, self.reasons = SweepGrid(), SweepChart(), Reasons()
        self.reasons.show_sweep(self.card.sweep)
        lower = QHBoxLayout()
        lower.setSpacing(GRID)
        lower.addWidget(self.chart, 62)
        lower.addWidget(self.reasons, 38)
        right = QVBoxLayout()
        right.setSpacing(GRID)
        right.addWidget(self.grid, 57)
        right.addLayout(lower, 43)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(EDGE, EDGE, EDGE, EDGE)
        whole.setSpacing(GRID)
        whole.addWidget(self.card)
        whole.addLayout(right, 1)

    @property
    def sweep(self) -> Sweep:
        """The one that is looked at."""
        return self.card.sweep

    def show_run(self, run: Run | None, old: bool, problem: str = "") -> None:
        """Shows what a run has come to; `old` says that it is of another experiment."""
        self.reasons.show_sweep(self.sweep)
        self.card.again.setText("Run again" if run is not None else "Run")
        self.card.pause.setEnabled(run is not None and not run.done)
        self.card.pause.setText("Go on" if run is not None and run.job.paused else "Pause")
        ready = run is not None and run.outcome is not None
        for button in (self.reasons.watch, self.reasons.pair):
            button.setEnabled(ready)
        if run is None:
            self.grid.show_outcome(None, problem or "Run trains its networks.")
            self.chart.show_outcome(None)
            return
        count = math.prod(run.plan.shape)
        note = f"{count} networks, {100 * run.share:.0f} %"
        if run.done or run.share >= 1:
            note = f"{count} networks, {run.plan.epochs} epochs"
        elif run.job.paused:
            note += ", paused"
        if problem:
            note = problem
        elif old:
            note = f"of an earlier experiment: {note}"
        self.grid.show_outcome(run.outcome, note)
        self.chart.show_outcome(run.outcome)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        for part in (self.card, self.grid, self.chart, self.reasons):
            part.set_theme(theme)
