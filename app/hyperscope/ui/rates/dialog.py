"""The dialog of the learning-rate finder: its curve, what that shows in one sentence, and a button to take the rate."""

from __future__ import annotations

from typing import Never

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.job import Job
from hyperscope.lab.jobs.rate_search import RateSearch, told
from hyperscope.lab.training.range_test import RangeTest
from hyperscope.ui import style
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.open_table.parts import Verdict
from hyperscope.ui.rates.chart import RateChart
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import EDGE, INSIDE, Theme

WIDE, HIGH = 620, 440  # pixels
LOOK_EVERY = 50  # ms
HOW = "200 steps from the start, each with a rate a little higher than the last; the network itself stays as it is."


class RateDialog(QDialog):
    """Tries rates for `experiment` in a process of its own while it is open; `chosen` carries the rate to take."""

    chosen = Signal(float)

    def __init__(self, experiment: Experiment, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Find a learning rate")
        self.found: RangeTest | None = None
        self.job: Job[Never, RangeTest] = Job(RateSearch(experiment))
        self._look = QTimer(self)
        self._look.setInterval(LOOK_EVERY)
        self._look.timeout.connect(self._take)
        self.how = Caption(HOW)
        self.chart = RateChart()
        self.verdict = Verdict()
        self.close_button = Button("Close", "Close", "Leave the rate as it is · Esc")
        self.use_button = Button("Use", "Use the rate found", "Acts at once and keeps weights · Enter")
        self.use_button.setProperty("accent", True)
        self.use_button.setDefault(True)
        self.use_button.setEnabled(False)
        self._card = QFrame()
        self._card.setProperty("card", True)
        self._inside = QVBoxLayout(self._card)
        self._inside.addWidget(self.how)
        self._inside.addWidget(self.chart, 1)
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.verdict, 1)
        for button in (self.close_button, self.use_button):
            self._foot.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self._card, 1)
        self._column.addLayout(self._foot)
        self.close_button.clicked.connect(self.reject)
        self.use_button.clicked.connect(self._use)
        self.verdict.say("Trying rates …")
        self.set_theme(theme)
        self.resize(pixels(theme, WIDE), pixels(theme, HIGH))
        self._look.start()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        style.dress(self, theme)
        self.setPalette(style.palette(theme))  # which a style sheet takes back
        self.how.set_theme(theme, 11, quiet=True)
        self.chart.set_theme(theme)
        self.verdict.set_theme(theme)
        for button in (self.close_button, self.use_button):
            button.set_theme(theme)
            button.setMinimumWidth(pixels(theme, 84))
        edge, inside = pixels(theme, EDGE), pixels(theme, INSIDE)
        self._column.setContentsMargins(edge, edge, edge, edge)
        self._column.setSpacing(pixels(theme, 8))
        self._inside.setContentsMargins(inside, inside - 2, inside, inside)
        self._foot.setSpacing(pixels(theme, 8))

    def done(self, result: int) -> None:
        """Ends the search, done or not."""
        self._look.stop()
        self.job.close()
        super().done(result)

    def _take(self) -> None:
        self.job.take()
        if not self.job.over:
            return
        self._look.stop()
        self.found = self.job.result
        if self.found is None:
            self.verdict.say(self.job.problem or "No rates were tried.", alarm=True)
            return
        self.chart.show_found(self.found)
        self.chart.setAccessibleDescription(told(self.found))
        self.verdict.say(told(self.found))
        if self.found.suggested is not None:
            self.use_button.setText(f"Use α {self.found.suggested:g}")
            self.use_button.setEnabled(True)
            self.use_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _use(self) -> None:
        if self.found is not None and self.found.suggested is not None:
            rate = self.found.suggested
            self.accept()
            self.chosen.emit(rate)
