"""The page of the Generalise lab: its views one behind the other."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedLayout, QWidget

from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.labs.generalise.bias_view import BiasView
from hyperscope.ui.labs.generalise.data_view import DataView
from hyperscope.ui.labs.generalise.depth_view import DepthView
from hyperscope.ui.labs.generalise.regularise_view import RegulariseView
from hyperscope.ui.labs.generalise.surface_view import SurfaceView
from hyperscope.ui.labs.lab import Page
from hyperscope.ui.panels import Panel
from hyperscope.ui.theme import Theme


class GeneralisePage(Page):
    """Shows one view at a time; `view` is its name."""

    def __init__(self) -> None:
        super().__init__()
        self.bias = BiasView()
        self.regularise = RegulariseView()
        self.data = DataView()
        self.deep = DepthView()
        self.surface = SurfaceView()
        self._shown: dict[str, QWidget] = {
            "bias-and-variance": self.bias,
            "regularise": self.regularise,
            "data": self.data,
            "depth": self.deep,
            "surface": self.surface,
        }
        self.view = "bias-and-variance"
        self.training_examples = self.classes = 0
        own, data = self.regularise, self.data
        self.panels: tuple[Panel, ...] = (
            *(self.bias, self.bias.errors, self.deep, self.surface),
            *(own, own.geometry_card, own.stopping, own.thinned),
            *(data.copies, data.map, data.errors, data.curves),
        )
        self._stack = QStackedLayout(self)
        for shown in self._shown.values():
            self._stack.addWidget(shown)

    @property
    def trains(self) -> bool:
        """Where regularisers and data act on it; what else is seen trains networks of its own."""
        return self.view in ("regularise", "data")

    def show_view(self, name: str) -> None:
        """Shows one of the lab's views."""
        self.view = name
        self.trains_changed.emit()
        self._stack.setCurrentWidget(self._shown[name])

    def show_experiment(self, experiment: Experiment) -> None:
        """Sets every control to `experiment`, without a word of what was moved."""
        self.bias.errors.show_experiment(experiment)
        self.regularise.show_experiment(experiment)
        self.data.show_experiment(experiment)

    def show_examples(self, examples: Examples, experiment: Experiment) -> None:
        """Takes note of a new data set."""
        self.training_examples, self.classes = examples.training, len(examples.class_names)
        self.data.show_examples(examples)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        for panel in self.panels:
            panel.set_theme(theme)
        self.data.set_theme(theme)
