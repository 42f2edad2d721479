"""The page of the Softmax lab: its views one behind the other."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from hyperscope.ui.labs.lab import Views
from hyperscope.ui.labs.ready import Ready
from hyperscope.ui.labs.softmax.batch import BatchView
from hyperscope.ui.labs.softmax.confidence import ConfidenceView
from hyperscope.ui.labs.softmax.many import ManyView
from hyperscope.ui.labs.softmax.plane import PlaneView
from hyperscope.ui.labs.softmax.workbench import Workbench
from hyperscope.ui.theme import EDGE


class SoftmaxPage(Views):
    """The workbench, the plane, a mini-batch, confidence, and many classes."""

    def __init__(self, ready: Ready) -> None:
        super().__init__()
        self.workbench = ready.take(Workbench)
        self.plane = ready.take(PlaneView)
        self.batch = ready.take(BatchView)
        self.confidence = ready.take(ConfidenceView)
        self.many = ready.take(ManyView)
        self.add_view("workbench", self.workbench, self.workbench)
        self.add_view("plane", self.plane, self.plane)
        self.add_view("batch", self.batch, self.batch)
        self.add_view("confidence", self.confidence, self.confidence)
        self.add_view("many", self.many, self.many)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(EDGE, 0, EDGE, EDGE)
        whole.addWidget(self.stack)
        self.workbench.source_chosen.connect(lambda _: self.trains_changed.emit())

    @property
    def trains(self) -> bool:
        """Not where all is set by hand."""
        return self.view != "workbench" or self.workbench.of_map
