"""The Frameworks lab's page: its views one behind the other, with the hyperparameters beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtWidgets import QHBoxLayout

from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.frameworks.script import Script
from hyperscope.ui.labs.frameworks.choosing_view import ChoosingView
from hyperscope.ui.labs.frameworks.code_view import CodeView
from hyperscope.ui.labs.frameworks.side_view import SideView
from hyperscope.ui.labs.frameworks.writes_view import WritesView
from hyperscope.ui.labs.lab import Views
from hyperscope.ui.labs.ready import Ready
from hyperscope.ui.panels.cards.hyperparameters import HyperparametersCard
from hyperscope.ui.theme import EDGE, GRID, Theme


class FrameworksPage(Views):
    """Lays out the view and the card, and hears how many examples there are."""

    def __init__(self, ready: Ready, calm: Callable[[], bool]) -> None:
        super().__init__()
        self.code, self.side = ready.take(CodeView), ready.take(SideView)
        self.writes, self.choosing = WritesView(calm), ready.take(ChoosingView)
        self.add_view("code", self.code, self.code)
        self.add_view("side-by-side", self.side, self.side)
        self.add_view("writes", self.writes, self.writes)
        self.add_view("choosing", self.choosing, self.choosing)
        self.card = ready.take(HyperparametersCard)
        self.inputs, self.classes, self.examples = 2, 3, 0
        self.script: Script | None = None
        self.on_script: Callable[[], None] = lambda: None
        self.on_examples: Callable[[], None] = lambda: None
        whole = QHBoxLayout(self)
        whole.setContentsMargins(EDGE, 0, EDGE, EDGE)
        whole.setSpacing(GRID)
        whole.addWidget(self.stack, 1)
        whole.addWidget(self.card)

    def show_view(self, name: str) -> None:
        super().show_view(name)
        if self.script is not None:
            self.show_script(self.script)

    def show_script(self, script: Script) -> None:
        """Shows the code of a session in the view that is seen."""
        self.script = script
        for view in (self.code, self.writes, self.choosing):
            if view is self.stack.currentWidget():
                view.show_script(script)
        self.on_script()

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

    def dressing(self, theme: Theme) -> Iterator[None]:
        yield from super().dressing(theme)
        self.card.set_theme(theme)
