"""The view of shifting inputs: three networks in training, what can be set for them, and what they show."""

from __future__ import annotations

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hyperscope.knob import Knob
from hyperscope.lab.experiment.experiment import knob_at
from hyperscope.lab.sweeps.shifting import Courses, findings
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.card import Card
from hyperscope.ui.controls.run_row import RunRow
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.labs.batch_norm.shift_pictures import Landscape, Rivers, times
from hyperscope.ui.labs.batch_norm.telling import Telling
from hyperscope.ui.labs.batch_norm.unit_card import Note
from hyperscope.ui.labs.batch_norm.words import figure
from hyperscope.ui.panels.fed import FedView
from hyperscope.ui.theme import EDGE, GRID, LIGHT, Theme

WIDTH = 232
GAP = 6
RATE, JOLT, EPOCHS = 1.0, 0.5, 60
WHY = (
    "It was thought to help because each layer's inputs shift less (Ioffe and Szegedy 2015). But see the drift, and "
    "that random shifts and scales after it, new in each step, do not undo it.",
    "In large networks it was rather the loss around a step that became smoother: a narrower range, a steadier "
    "gradient (Santurkar et al. 2018). In networks as small as these that is hard to tell.",
)
DRIFT = (
    "Drift: how far the five quantiles of what enters a layer's activation move in an epoch on average, in units of "
    "their spread from 25 to 75 %; about the Wasserstein distance."
)


FACES = ("layers", "data")


def faces(turned: SignalInstance, index: int) -> Segments:
    """Buttons that say which shifting inputs are looked at, the one at `index` pressed; `turned` hears of the other."""
    made = Segments(("Layers' inputs", "The data"), "What shifts")
    made.set_index(index)

    def turn(chosen: int) -> None:
        made.set_index(index)  # the other side has buttons of its own
        if chosen != index:
            turned.emit(FACES[chosen])

    made.chosen.connect(turn)
    return made


class ShiftCard(Card):
    """`asked` that the three are to be trained anew, `paused` that they are to stand or go on."""

    asked = Signal()
    paused = Signal()
    refused = Signal(str)
    turned = Signal(str)  # "data" is to be looked at instead

    def __init__(self) -> None:
        super().__init__("Shifting inputs", WIDTH, GAP)
        self.faces = faces(self.turned, 0)
        self.network = Segments(("4 × 32, sigmoid", "Playground's"), "Network")
        self.network.set_index(0)
        self.rate = KnobSlider("rate", knob_at("training.learning_rate"), ticks=False)
        self.jolt = KnobSlider("jolt", knob_at("network.bn_jolt"), ticks=False)
        whole = Knob("whole", "Train for epochs", "Of each network.", True, low=10, high=400, name="epochs")
        self.epochs = KnobSlider("epochs", whole, ticks=False)
        self.jolt.caption.setText("Size of the jolts")
        self.again = Button("Run again", "Train the three networks again", "Of the experiment as it is now.")
        self.pause = Button("Pause", "Pause the three networks")
        buttons: QWidget = RunRow(self.again, self.pause)
        self.drift = Note()
        self.drift.setText(DRIFT)
        for control, value in ((self.rate, RATE), (self.jolt, JOLT), (self.epochs, EPOCHS)):
            control.set_value(value)
            control.refused.connect(self.refused)
        for part in (self.faces, self.network, self.rate, self.jolt, self.epochs, buttons):
            self.column.addWidget(part)
        self.told = Telling(self.column, 3, WHY)
        self.column.addWidget(self.drift)
        self.again.clicked.connect(self.asked)
        self.pause.clicked.connect(self.paused)
        self.order_tabs()
        self.set_theme(LIGHT)

    @property
    def settings(self) -> tuple[bool, float, float, int]:
        """Whether it is the deep sigmoid network, and rate, jolts and epochs."""
        rate, jolt, epochs = self.rate.value(), self.jolt.value(), self.epochs.value()
        return self.network.index() == 0, float(rate or RATE), float(jolt or 0.0), int(epochs or EPOCHS)

    def show_figures(self, courses: Courses | None) -> None:
        """Says what the three show."""
        said: list[tuple[str, str]] = []
        if courses is not None:
            found = findings(courses)
            plain, _, jolted = found.losses
            learns = "it learns all the same." if jolted < plain else "here they do harm."
            change = "about as steady with as without it" if 0.67 < found.change < 1.5 else "without batch norm"
            said = [
                (
                    f"{figure(jolted)} against {figure(plain)}",
                    f"training loss with jolts and without batch norm: {learns}",
                ),
                (times(found.drift), "as far do inputs drift with batch norm as without, in the median of layers."),
                (times(found.change), f"as much does the gradient change along a step, {change}."),
            ]
        self.told.show(said)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        for part in (self.faces, self.network, self.rate, self.jolt, self.epochs, self.again, self.pause, self.drift):
            part.set_theme(theme)
        self.told.set_theme(theme)


class ShiftView(FedView):
    """The whole view; `drawn` tells that what is new is to be shown."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Shifting inputs")
        self.card, self.rivers, self.landscape = ShiftCard(), Rivers(), Landscape()
        self.courses: Courses | None = None  # what is drawn
        right = QVBoxLayout()
        right.setSpacing(GRID)
        right.addWidget(self.rivers, 58)
        right.addWidget(self.landscape, 42)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(EDGE, EDGE, EDGE, EDGE)
        whole.setSpacing(GRID)
        whole.addWidget(self.card)
        whole.addLayout(right, 1)

    def show_courses(self, courses: Courses | None, note: str) -> None:
        """Shows where the three are."""
        self.courses = courses
        self.rivers.show_courses(courses.courses if courses is not None else (), note)
        self.landscape.show_courses(courses)
        self.card.show_figures(courses)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        for part in (self.card, self.rivers, self.landscape):
            part.set_theme(theme)
