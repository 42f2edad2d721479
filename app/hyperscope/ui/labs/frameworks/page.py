"""The Frameworks lab's page: its view, with the hyperparameters beside it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout

from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.labs.frameworks.code_view import CodeView
from hyperscope.ui.labs.lab import Page
from hyperscope.ui.panels.cards.hyperparameters import HyperparametersCard
from hyperscope.ui.theme import EDGE, GRID, Theme


class FrameworksPage(Page):
    """Lays out the view and the card, and hears how many examples there are."""

    def __init__(self) -> None:
        super().__init__()
        self.code = CodeView()
        self.card = HyperparametersCard()
        self.inputs, self.classes, self.examples = 2, 3, 0
        self.on_examples: Callable[[], None] = lambda: None
        whole = QHBoxLayout(self)
        whole.setContentsMargins(EDGE, 0, EDGE, EDGE)
        whole.setSpacing(GRID)
        whole.addWidget(self.code, 1)
        whole.addWidget(self.card)

    def show_experiment(self, experiment: Experiment) -> None:
        """Sets every control to `experiment`, without a word of what was moved."""
        self.card.show_experiment(experiment, self.examples)

    def show_examples(self, examples: Examples, experiment: Experiment) -> None:
        """Takes note of a new data set."""
        self.inputs, self.classes = len(examples.feature_names), len(examples.class_names)
        self.examples = examples.training
        self.card.show_classes(examples.class_names)
        self.show_experiment(experiment)
        self.on_examples()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.code.set_theme(theme)
        self.card.set_theme(theme)
