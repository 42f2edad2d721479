"""The view of bias and variance: the errors, the remedies, strengths, more data, and the recipe."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from hyperscope.knob import Knob
from hyperscope.lab.generalise.trials import FEWEST, SEEDS, STEPS
from hyperscope.lab.sweeps.sweep import MOST_SEEDS
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.control import paint_text
from hyperscope.ui.controls.run_row import RunRow
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.labs.generalise.error_card import ErrorCard
from hyperscope.ui.labs.generalise.learning_card import LearningCard
from hyperscope.ui.labs.generalise.recipe_card import RecipeCard
from hyperscope.ui.labs.generalise.remedies_table import RemediesTable
from hyperscope.ui.labs.generalise.strength_card import StrengthCard
from hyperscope.ui.panels.fed import FedView
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import EDGE, GRID, LIGHT, Theme, font

MOST_STEPS = 5000
STEPS_KNOB = Knob(
    "whole", "Steps", "Steps of gradient descent that each network takes, whatever is changed.", True,
    low=FEWEST, high=MOST_STEPS, scale="log", name="steps",
)  # fmt: skip
SEEDS_KNOB = Knob(
    "whole", "Seeds", "Networks of each kind, with other initial weights and mini-batches.", True,
    low=1, high=MOST_SEEDS, name="seeds",
)  # fmt: skip


class BiasView(FedView):
    """The whole view. It is a panel that is drawn from jobs; `drawn` tells that what is new is to be shown.

    `asked` says that all is to be trained anew, `paused` that it is to stand still or go on.
    """

    asked = Signal()
    paused = Signal()
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Bias and variance")
        self.errors, self.table = ErrorCard(), RemediesTable()
        self.strength, self.learning, self.recipe = StrengthCard(), LearningCard(), RecipeCard()
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setMinimumWidth(60)
        self.steps = KnobSlider("steps", STEPS_KNOB, beside=True, ticks=False)
        self.seeds = KnobSlider("seeds", SEEDS_KNOB, beside=True, ticks=False)
        self.steps.set_value(STEPS)
        self.seeds.set_value(SEEDS)
        self.again = Button("Run again", "Try everything again", "Of the experiment as it is now.")
        self.pause = Button("Pause", "Pause what is being tried")
        for control in (self.steps, self.seeds):
            control.refused.connect(self.refused)
        self.again.clicked.connect(self.asked)
        self.pause.clicked.connect(self.paused)
        head = QHBoxLayout()
        head.setSpacing(2 * GRID)
        head.addWidget(self.sentence, 1)
        for part in (self.steps, self.seeds, RunRow(self.again, self.pause)):
            head.addWidget(part)
        upper = QHBoxLayout()
        upper.setSpacing(GRID)
        upper.addWidget(self.errors, 34)
        upper.addWidget(self.table, 66)
        right = QVBoxLayout()
        right.setSpacing(GRID)
        right.addWidget(self.learning, 57)
        right.addWidget(self.recipe, 43)
        lower = QHBoxLayout()
        lower.setSpacing(GRID)
        lower.addWidget(self.strength, 53)
        lower.addLayout(right, 47)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(EDGE, GRID, EDGE, EDGE)
        whole.setSpacing(GRID)
        whole.addLayout(head)
        whole.addLayout(upper, 55)
        whole.addLayout(lower, 45)
        self.set_theme(LIGHT)

    @property
    def settings(self) -> tuple[int, int]:
        """Steps and seeds, as they are set."""
        return int(self.steps.value() or STEPS), int(self.seeds.value() or SEEDS)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.sentence.ensurePolished()
        self.sentence.setFont(font(13, 400, theme.scale))
        paint_text(self.sentence, theme.text)
        self.steps.setFixedWidth(pixels(theme, 176))
        self.seeds.setFixedWidth(pixels(theme, 150))
        parts = (self.table, self.strength, self.learning, self.recipe, self.steps, self.seeds, self.again, self.pause)
        for part in parts:
            part.set_theme(theme)
