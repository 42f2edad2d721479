"""Side by side: the session's code run in frameworks of this machine, its losses on ours, and what each took."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from hyperscope.lab.frameworks.frameworks import frameworks
from hyperscope.lab.frameworks.trial import Python
from hyperscope.lab.twins.account import ELSEWHERE
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.ground import Ground
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.labs.frameworks.code_card import SHARES, set_sentence
from hyperscope.ui.labs.frameworks.code_view import SHORT
from hyperscope.ui.labs.frameworks.losses_chart import LossesChart
from hyperscope.ui.labs.frameworks.python_card import PythonCard
from hyperscope.ui.labs.frameworks.results_table import ResultsTable
from hyperscope.ui.labs.frameworks.standing import NAMES, Runs
from hyperscope.ui.panels.common.axes import number_text
from hyperscope.ui.panels.fed import Fed
from hyperscope.ui.theme import GRID, INSIDE, LIGHT, Theme


class SideView(Fed, QWidget):
    """Shows `Runs`; says by signals what is to be run, and where."""

    rate = 30.0
    run_wanted = Signal(str)
    all_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Side by side")
        self.framework = NAMES[0]
        self.runs = Runs()
        self.precise = False
        self._busy = False
        self._python: tuple[str, Python | None, str, bool] = ("", None, "", True)
        self.sentence = QLabel()
        self.choice = Segments([SHORT[name] for name in NAMES], "Framework")
        self.run = Button("Run it here", "Run the code here", "In the Python named at the right, beside the window · G")
        self.run.setProperty("accent", True)
        self.all = Button("Run all", "Run all that are there", "One after another, each in a process of its own")
        self.chart, self.table, self.python = LossesChart(), ResultsTable(), PythonCard()
        self.card = Ground()
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.choice)
        head.addStretch(1)
        head.addWidget(self.all)
        head.addWidget(self.run)
        inner = QVBoxLayout(self.card)
        inner.setContentsMargins(INSIDE, INSIDE - 2, INSIDE, GRID)
        inner.setSpacing(GRID)
        inner.addLayout(head)
        inner.addWidget(self.chart, 1)
        right = QVBoxLayout()
        right.setSpacing(GRID)
        right.addWidget(self.table, 66)
        right.addWidget(self.python, 34)
        below = QHBoxLayout()
        below.setSpacing(GRID)
        below.addWidget(self.card, SHARES[0] - 6)
        below.addLayout(right, SHARES[1] + 6)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(GRID)
        whole.addWidget(self.sentence)
        whole.addLayout(below, 1)
        self.choice.chosen.connect(lambda at: self.show_framework(NAMES[at]))
        self.table.chosen.connect(self.show_framework)
        self.run.clicked.connect(self._press)
        self.all.clicked.connect(lambda: self.all_wanted.emit())
        self.choice.set_index(0)
        self.set_theme(LIGHT)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        for part in (self.choice, self.run, self.all, self.chart, self.table, self.python, self.card):
            part.set_theme(theme)
        set_sentence(self.sentence, theme)

    # -- what is shown --------------------------------------------------------------------------------------------

    def show_runs(self, runs: Runs, *, busy: bool, precise: bool) -> None:
        """Shows how far they are; `busy` that one is under way, `precise` that they are in float64."""
        self.runs, self._busy, self.precise = runs, busy, precise
        self._show()

    def show_python(self, path: str, found: Python | None, problem: str, *, own: bool) -> None:
        """Shows what is known of the Python that code is run in."""
        self._python = (path, found, problem, own)
        self._show()

    def show_framework(self, name: str) -> None:
        """Chooses a framework."""
        self.framework = name
        self.choice.set_index(NAMES.index(name))
        self._show()

    def _press(self) -> None:
        if self._busy:
            self.cancel_wanted.emit()
        else:
            self.run_wanted.emit(self.framework)

    def _show(self) -> None:
        runs, one = self.runs, self.runs.frameworks[self.framework]
        self.run.setText("Cancel" if self._busy else "Run it again" if one.measured is not None else "Run it here")
        self.run.setAccessibleName("Cancel the run" if self._busy else f"Run {frameworks[self.framework].title} here")
        self.run.setEnabled(self._busy or not one.lacks)
        self.all.setEnabled(not self._busy)
        self.chart.show_runs(runs, precise=self.precise)
        self.table.show_runs(runs, self.framework)
        path, found, problem, own = self._python
        self.python.show_python(path, found, problem, self.framework, own=own)
        self.sentence.setText(self._said())

    def _said(self) -> str:
        title, one = frameworks[self.framework].title, self.runs.frameworks[self.framework]
        if one.problem and not one.running:
            return one.problem
        if one.running:
            return f"{title}: {one.running}. Our own losses are the wide line below its own."
        if one.measured is None:
            if one.lacks:
                return f"{title} is not in this Python; the card at the right has the one command that installs it."
            what = "The settings in force, from their own start" if self.runs.settings_only else "The same session"
            return f"{what}, run by {title} on this machine, with its losses on ours: press Run it here."
        off, steps = one.measured.off, one.measured.steps
        said = f"{title} comes within {number_text(off, 2)} nats of our {steps} losses." if off else (
            f"{title}'s {steps} losses are ours to the last bit."
        )  # fmt: skip
        if not one.fresh or self.runs.earlier:
            return f"{said} That was the session before it was changed: run it again."
        if self.runs.settings_only:
            return f"{said} Both trained the settings in force from their own start. {ELSEWHERE}"
        kind = "float64, 16 digits" if self.precise else "float32, 7 digits"
        return f"{said} Both compute in {kind}; sums in another order round otherwise, and that grows."
