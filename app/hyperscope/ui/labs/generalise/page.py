"""The page of the Generalise lab: its views one behind the other."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.labs.generalise.bias_view import BiasView
from hyperscope.ui.labs.generalise.data_view import DataView
from hyperscope.ui.labs.generalise.depth_view import DepthView
from hyperscope.ui.labs.generalise.regularise_view import RegulariseView
from hyperscope.ui.labs.generalise.surface_view import SurfaceView
from hyperscope.ui.labs.lab import Views
from hyperscope.ui.labs.ready import Ready
from hyperscope.ui.panels import Panel


class GeneralisePage(Views):
    """Bias and variance, regularise, data, depth and the cost surface."""

    def __init__(self, ready: Ready) -> None:
        super().__init__()
        self.bias = ready.take(BiasView)
        self.regularise = ready.take(RegulariseView)
        self.data = ready.take(DataView)
        self.deep = ready.take(DepthView)
        self.surface = ready.take(SurfaceView)
        self.training_examples = self.classes = 0
        own, data = self.regularise, self.data
        self.panels: tuple[Panel, ...] = (
            *(self.bias, self.bias.errors, self.deep, self.surface, self.surface.bowls),
            *(own, own.geometry_card, own.stopping, own.thinned),
            *(data.copies, data.map, data.errors, data.curves),
        )
        self.add_view("bias-and-variance", self.bias, self.bias, self.bias.errors)
        self.add_view("regularise", own, own, own.geometry_card, own.stopping, own.thinned)
        self.add_view("data", data, data.copies, data.map, data.errors, data.curves, data)
        self.add_view("depth", self.deep, self.deep)
        self.add_view("surface", self.surface, self.surface)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.stack)

    @property
    def trains(self) -> bool:
        """Where regularisers and data act on it; what else is seen trains networks of its own."""
        return self.view in ("regularise", "data")

    def show_experiment(self, experiment: Experiment) -> None:
        """Sets every control to `experiment`, without a word of what was moved."""
        self.bias.errors.show_experiment(experiment)
        self.regularise.show_experiment(experiment)
        self.data.show_experiment(experiment)

    def show_examples(self, examples: Examples, experiment: Experiment) -> None:
        """Takes note of a new data set."""
        self.training_examples, self.classes = examples.training, len(examples.class_names)
        self.data.show_examples(examples)
