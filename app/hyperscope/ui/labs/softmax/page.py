"""The page of the Softmax lab: its views one behind the other."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from hyperscope.ui.labs.lab import Page
from hyperscope.ui.labs.softmax.batch import BatchView
from hyperscope.ui.labs.softmax.confidence import ConfidenceView
from hyperscope.ui.labs.softmax.many import ManyView
from hyperscope.ui.labs.softmax.plane import PlaneView
from hyperscope.ui.labs.softmax.workbench import Workbench
from hyperscope.ui.theme import EDGE, Theme


class SoftmaxPage(Page):
    """Shows one view at a time, whose name is `view`."""

    def __init__(self) -> None:
        super().__init__()
        self.workbench = Workbench()
        self.plane = PlaneView()
        self.batch = BatchView()
        self.confidence = ConfidenceView()
        self.many = ManyView()
        self.views: dict[str, QWidget] = {
            "workbench": self.workbench,
            "plane": self.plane,
            "batch": self.batch,
            "confidence": self.confidence,
            "many": self.many,
        }
        self.view = "workbench"
        self._stack = QStackedWidget()
        for view in self.views.values():
            self._stack.addWidget(view)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(EDGE, 0, EDGE, EDGE)
        whole.addWidget(self._stack)
        self.workbench.source_chosen.connect(lambda _: self.trains_changed.emit())

    @property
    def trains(self) -> bool:
        """Not where all is set by hand."""
        return self.view != "workbench" or self.workbench.of_map

    def show_view(self, name: str) -> None:
        """Shows one of the lab's views."""
        self.view = name
        self._stack.setCurrentWidget(self.views[name])

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.workbench.set_theme(theme)
        for view in (self.plane, self.batch, self.confidence, self.many):
            view.set_theme(theme)
