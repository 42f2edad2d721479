"""The Batch norm lab's page: it lays out the panels of its views, of which one is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.batch_statistics import OfUnit
from hyperscope.lab.probes.microscope import Magnified, Unit
from hyperscope.lab.sweeps.batch_norm import HURTS, WHY
from hyperscope.ui.controls.stack import Stack
from hyperscope.ui.labs.batch_norm.averages import AveragesPanel
from hyperscope.ui.labs.batch_norm.columns import MicroscopePanel
from hyperscope.ui.labs.batch_norm.moving_view import MovingView
from hyperscope.ui.labs.batch_norm.picker import PickerPanel
from hyperscope.ui.labs.batch_norm.shift_view import ShiftView
from hyperscope.ui.labs.batch_norm.sweep_view import SweepView
from hyperscope.ui.labs.batch_norm.unit_card import UnitCard
from hyperscope.ui.labs.lab import Views
from hyperscope.ui.labs.ready import Ready
from hyperscope.ui.panels import Panel
from hyperscope.ui.theme import EDGE, GRID

UPPER, LOWER = 64, 36  # shares of the height
OF_WHY, OF_HURTS = ("Experiments", WHY), ("Where it hurts", HURTS)


class BatchNormPage(Views):
    """`microscope` and what else there is; `layer`, -1 for the last hidden one, and `unit` are those looked at.

    Of shifting inputs `shifting` says which are looked at, "layers" or "data"; `turned` that it is the other.
    """

    turned = Signal()

    def __init__(self, ready: Ready, side: Callable[[], int]) -> None:
        super().__init__()
        self.layer, self.unit = -1, 0
        self.example: int | None = None
        self._examples = 0
        self._experiment: Experiment | None = None
        self.picker = ready.take(PickerPanel)
        self.microscope = MicroscopePanel(self._question, side)
        self.averages = AveragesPanel(lambda: OfUnit(self.layer, self.unit), side)
        self.card = ready.take(UnitCard)
        upper = QHBoxLayout()
        upper.setSpacing(GRID)
        upper.addWidget(self.picker)
        upper.addWidget(self.microscope, 1)
        left = QVBoxLayout()
        left.setSpacing(GRID)
        left.addLayout(upper, UPPER)
        left.addWidget(self.averages, LOWER)
        self.of_microscope = QWidget()
        whole = QHBoxLayout(self.of_microscope)
        whole.setContentsMargins(EDGE, 0, EDGE, EDGE)
        whole.setSpacing(GRID)
        whole.addLayout(left, 1)
        whole.addWidget(self.card)
        self.of_sweeps = {"why": ready.take(SweepView, *OF_WHY), "hurts": ready.take(SweepView, *OF_HURTS)}
        self.of_shift, self.of_moving = ready.take(ShiftView), ready.take(MovingView)
        self.shifting: Literal["layers", "data"] = "layers"
        self._shifts = Stack()
        for part in (self.of_shift, self.of_moving):
            self._shifts.addWidget(part)
            part.card.turned.connect(self.show_shifting)
        self.add_view("microscope", self.of_microscope, self.microscope, self.picker, self.averages, self.card)
        self.add_view("shift", self._shifts, self.of_shift, self.of_moving)
        for name, of_sweep in self.of_sweeps.items():
            self.add_view(name, of_sweep, of_sweep)
        pages = QVBoxLayout(self)
        pages.setContentsMargins(0, 0, 0, 0)
        pages.addWidget(self.stack)
        self.panels: tuple[Panel, ...] = (
            self.microscope,
            self.picker,
            self.averages,
            self.of_shift,
            self.of_moving,
            *self.of_sweeps.values(),
        )

    @property
    def trains(self) -> bool:
        """Only the microscope is of the shared network; the others have networks of their own."""
        return self.view == "microscope"

    def show_shifting(self, which: Literal["layers", "data"]) -> None:
        """Shows what "layers" receive, or what becomes of "data" that move."""
        if which != self.shifting:
            self.shifting = "data" if which == "data" else "layers"  # one that came by a signal is equal, not the same
            before, after = (self.of_shift, self.of_moving) if which == "data" else (self.of_moving, self.of_shift)
            by_keyboard = any(button.hasFocus() for button in before.card.faces.buttons)
            self._shifts.setCurrentWidget(after)
            if by_keyboard:  # the arrows go on where they are
                after.card.faces.buttons[after.card.faces.index() or 0].setFocus()
            self.turned.emit()

    def _question(self) -> Unit:
        bias, scale = self.card.trial
        return Unit(self.layer, self.unit, self.microscope.training, bias, scale, self.example)

    def show_unit(self, shown: Magnified, training: bool) -> None:
        """Has all parts follow what the microscope shows, of a network that is `training` or stands still."""
        moved = (self.layer, self.unit) != (shown.layer, shown.unit)
        self.layer, self.unit = shown.layer, shown.unit
        self.card.show_unit(shown, training)
        self.picker.show_unit(shown, self.example)
        if moved and self._experiment is not None:
            self.show_experiment(self._experiment)

    def show_experiment(self, experiment: Experiment) -> None:
        """Sets every control to `experiment`, without a word of what was moved."""
        self._experiment = experiment
        hidden = len(experiment.network.layers)
        if self.layer > hidden:
            self.layer = -1
        layer = self.layer if self.layer >= 0 else max(0, hidden - 1)
        self.card.show_experiment(experiment, layer, self._examples)

    def show_examples(self, examples: Examples, experiment: Experiment) -> None:
        """Takes note of a new data set."""
        self._examples = examples.training
        self.microscope.columns.class_names = examples.class_names
        self.picker.place.show_examples(examples)
        self.show_experiment(experiment)
