"""The view of depth: every initialiser with every activation, and the signal of one of them by layer, in training."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from hyperscope.engine.settings import MOST_LAYERS
from hyperscope.knob import Knob, Value
from hyperscope.lab.generalise.depth import LAYERS, UNITS, WIDEST
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.control import paint_text
from hyperscope.ui.controls.run_row import RunRow
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.labs.generalise.depth_chart import DepthChart
from hyperscope.ui.labs.generalise.depth_grid import DepthGrid
from hyperscope.ui.panels.fed import FedView
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import EDGE, GRID, LIGHT, Theme, font

LAYERS_KNOB = Knob("whole", "Layers", "Hidden layers of each network.", True, low=1, high=MOST_LAYERS, name="layers")
UNITS_KNOB = Knob("whole", "Units", "Units of each hidden layer.", True, low=2, high=WIDEST, scale="log", name="units")


class DepthView(FedView):
    """The whole view. It is a panel that is drawn from jobs; `drawn` tells that what is new is to be shown.

    `asked` says that the chosen pair is to be trained, `paused` that it is to stand still or go on, `twinned` that it
    is to be opened, `moved` that depth or width is another.
    """

    asked = Signal()
    paused = Signal()
    twinned = Signal()
    moved = Signal()
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Depth")
        self.grid = DepthGrid()
        self.sizes = DepthChart("Mean |a| by layer", 0)
        self.gradients = DepthChart("Gradient by layer", 1)
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setMinimumWidth(60)
        self.losses = QLabel()
        self.losses.setWordWrap(True)
        self.losses.setMinimumWidth(60)
        self.layers = KnobSlider("layers", LAYERS_KNOB, beside=True, ticks=False)
        self.units = KnobSlider("units", UNITS_KNOB, beside=True, ticks=False)
        self.layers.set_value(LAYERS)
        self.units.set_value(UNITS)
        self.again = Button("Train it", "Train the chosen networks", "Without batch norm and with it, side by side.")
        self.pause = Button("Pause", "Pause the chosen networks")
        self.twins = Button("As twins", "Open the chosen networks as twins", "Without batch norm and with it.")
        for control in (self.layers, self.units):
            control.refused.connect(self.refused)
            control.moved.connect(lambda path, value, control=control: self._move(control, value))
        self.again.clicked.connect(self.asked)
        self.pause.clicked.connect(self.paused)
        self.twins.clicked.connect(self.twinned)
        head = QHBoxLayout()
        head.setSpacing(2 * GRID)
        head.addWidget(self.sentence, 1)
        for part in (self.layers, self.units, RunRow(self.again, self.pause)):
            head.addWidget(part)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        foot.addWidget(self.losses, 1)
        foot.addWidget(self.twins)
        right = QVBoxLayout()
        right.setSpacing(GRID)
        right.addWidget(self.sizes, 1)
        right.addWidget(self.gradients, 1)
        right.addLayout(foot)
        lower = QHBoxLayout()
        lower.setSpacing(GRID)
        lower.addWidget(self.grid, 57)
        lower.addLayout(right, 43)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(EDGE, GRID, EDGE, EDGE)
        whole.setSpacing(GRID)
        whole.addLayout(head)
        whole.addLayout(lower, 1)
        self.set_theme(LIGHT)

    def _move(self, control: KnobSlider, value: Value) -> None:
        control.set_value(value)  # what is typed is told before it is shown
        self.moved.emit()

    @property
    def settings(self) -> tuple[int, int]:
        """Layers and units, as they are set."""
        return int(self.layers.value() or LAYERS), int(self.units.value() or UNITS)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        for label, size in ((self.sentence, 13), (self.losses, 12)):
            label.ensurePolished()
            label.setFont(font(size, 400, theme.scale))
            paint_text(label, theme.text)
        self.layers.setFixedWidth(pixels(theme, 150))
        self.units.setFixedWidth(pixels(theme, 160))
        parts = (self.grid, self.sizes, self.gradients, self.layers, self.units, self.again, self.pause, self.twins)
        for part in parts:
            part.set_theme(theme)
