"""Choosing: the course's three questions, answered by what was measured here and by dated facts."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from hyperscope.lab.frameworks.frameworks import frameworks
from hyperscope.lab.frameworks.measured import OURS, Measured, duration
from hyperscope.lab.frameworks.script import Script
from hyperscope.ui.labs.frameworks.choosing_cards import EaseCard, OpenCard, SpeedCard
from hyperscope.ui.labs.frameworks.code_card import set_sentence
from hyperscope.ui.labs.frameworks.later import LaterCounts
from hyperscope.ui.panels.fed import Fed
from hyperscope.ui.theme import GRID, Theme


class ChoosingView(Fed, QWidget):
    """Shows a `Script`'s lines in each framework, and what was `measured` of each."""

    rate = 30.0

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Choosing")
        self.measured: Mapping[str, Measured] = {}
        self.script: Script | None = None
        self.sentence = QLabel()
        self.ease, self.speed, self.open = EaseCard(), SpeedCard(), OpenCard()
        self._later = LaterCounts(self, self.ease.show_counts)
        above = QHBoxLayout()
        above.setSpacing(GRID)
        above.addWidget(self.ease, 50)
        above.addWidget(self.speed, 50)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(GRID)
        whole.addWidget(self.sentence)
        whole.addLayout(above, 54)
        whole.addWidget(self.open, 46)
        self._say()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        for card in (self.ease, self.speed, self.open):
            card.set_theme(theme)
        set_sentence(self.sentence, theme)

    @property
    def late(self) -> bool:
        """Whether lines are still being counted."""
        return self._later.late

    def show_script(self, script: Script) -> None:
        """Counts the lines of a session's code."""
        if script != self.script:
            self.script = script
            self._later.show_script(script)

    def show_measured(self, measured: Mapping[str, Measured]) -> None:
        """Takes what was measured, by framework."""
        self.measured = measured
        self.speed.show_measured(measured)
        self._say()

    def _say(self) -> None:
        run = [name for name in self.measured if name != OURS]
        if not run:
            said = "Nothing was measured on this machine yet: Side by side runs the code, and what it took stands here."
        else:
            run.sort(key=lambda name: self.measured[name].step)
            ends = [run[0], run[-1]] if len(run) > 1 else run
            steps = " to ".join(f"{duration(self.measured[name].step)} in {frameworks[name].title}" for name in ends)
            said = f"Here a step takes {steps}. What suits you depends on the size that you really have: measure that."
        self.sentence.setText(said)
