"""The view of data that move: how they change and when, what two networks make of it, and what would help."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hyperscope.knob import Knob
from hyperscope.lab.examples.moved import Change
from hyperscope.lab.experiment.experiment import knob_at
from hyperscope.lab.sweeps.moving import KINDS, NAMES, Moved, found_of
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.card import Card
from hyperscope.ui.controls.run_row import RunRow
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.labs.batch_norm.moving_pictures import AccuracyChart, TrialCharts
from hyperscope.ui.labs.batch_norm.shift_pictures import Rivers
from hyperscope.ui.labs.batch_norm.shift_view import GAP, WIDTH, faces
from hyperscope.ui.labs.batch_norm.telling import Telling
from hyperscope.ui.panels.fed import FedView
from hyperscope.ui.theme import EDGE, GRID, LIGHT, Theme

KNOBS = {"move": "data.shift_move", "turn": "data.shift_rotate", "scale": "data.shift_scale"}
USUAL = {"move": 1.0, "turn": 45.0, "scale": 2.0, "shares": 0.8}
CAPTIONS = {"move": "Moved by", "turn": "Turned by", "scale": "Scaled by", "shares": "Share of class 1"}
EPOCHS = 80
WHY = (
    "All z of a unit in the first layer move and scale alike when its inputs do, and normalising takes that away, "
    "if μ and σ² are of the new data. The running averages are of the old ones.",
    "Turned inputs are another task: weights must be learned. Other shares of classes move μ and σ² though each input "
    "is as before: taking them anew then does harm.",
)


def _knob(kind: str) -> Knob:
    help = "How far all data change half way through the training; dragged after that, they change at once."
    if kind == "shares":
        return Knob("number", CAPTIONS[kind], help, True, low=0.05, high=0.95, name=kind)
    like = knob_at(KNOBS[kind])
    return Knob(
        "number", CAPTIONS[kind], help, True, low=like.low, high=like.high, scale=like.scale, unit=like.unit, name=kind
    )


class MovingCard(Card):
    """`asked` that the two are to be trained anew, `paused` that they are to stand or go on, `changed` carries how the
    data are to change from now on.
    """

    asked = Signal()
    paused = Signal()
    refused = Signal(str)
    changed = Signal(object)
    turned = Signal(str)  # "layers" are to be looked at instead

    def __init__(self) -> None:
        super().__init__("Shifting inputs", WIDTH, GAP)
        self.faces = faces(self.turned, 1)
        self.kind = Segments(("Move", "Turn", "Scale", "Shares"), "How the data change")
        self.kind.set_index(0)
        self.amounts = {kind: KnobSlider(kind, _knob(kind), ticks=False) for kind in KINDS}
        whole = Knob("whole", "Train for epochs", "The data change half way.", True, low=10, high=400, name="epochs")
        self.epochs = KnobSlider("epochs", whole, ticks=False)
        self.epochs.set_value(EPOCHS)
        self.epochs.refused.connect(self.refused)
        self.again = Button("Run again", "Train the two networks again", "Of the experiment as it is now.")
        self.pause = Button("Pause", "Pause the two networks")
        buttons: QWidget = RunRow(self.again, self.pause)
        self.column.addWidget(self.faces)
        self.column.addWidget(self.kind)
        for kind, slider in self.amounts.items():
            slider.set_value(USUAL[kind])
            slider.refused.connect(self.refused)
            slider.moved.connect(lambda path, value: self.changed.emit(self.change))
            slider.setVisible(kind == KINDS[0])
            self.column.addWidget(slider)
        self.column.addWidget(self.epochs)
        self.column.addWidget(buttons)
        self.told = Telling(self.column, 2, WHY)
        self.kind.chosen.connect(self._choose)
        self.again.clicked.connect(self.asked)
        self.pause.clicked.connect(self.paused)
        self.order_tabs()
        self.set_theme(LIGHT)

    @property
    def change(self) -> Change:
        """What is set."""
        kind = KINDS[self.kind.index() or 0]
        return Change(kind, float(self.amounts[kind].value() or 0.0))

    @property
    def length(self) -> int:
        """Epochs of training."""
        return int(self.epochs.value() or EPOCHS)

    def _choose(self, index: int) -> None:
        for kind, slider in self.amounts.items():
            slider.setVisible(kind == KINDS[index])
        self.changed.emit(self.change)

    def show_moved(self, moved: Moved | None) -> None:
        """Says what the change did."""
        said = [("", ""), ("", "")]
        if moved is not None:
            plain, averaged, anew = (_percent(float(value)) for value in moved.at)
            if math.isfinite(float(moved.at[0])):
                said[0] = (
                    f"{averaged} or {anew}",
                    f"right on data changed so, by running averages or by μ and σ² taken anew; {plain} without batch "
                    "norm. None was trained on them.",
                )
            found = [found_of(course, moved.changed) for course in moved.courses]
            soon = [_percent(one.soon) for one in found]
            if all(math.isfinite(one.soon) for one in found):
                back = " and ".join(f"{_epochs(one.back)} {name}" for one, name in zip(found, NAMES, strict=True))
                said[1] = (
                    f"{soon[1]} against {soon[0]}",
                    f"right after one epoch more of training, with and without batch norm. As before: {back}.",
                )
        self.told.show(said)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        parts: tuple[Segments | KnobSlider | Button, ...] = (
            self.faces,
            self.kind,
            *self.amounts.values(),
            self.epochs,
            self.again,
            self.pause,
        )
        for part in parts:
            part.set_theme(theme)
        self.told.set_theme(theme)


class MovingView(FedView):
    """The whole view; `drawn` tells that what is new is to be shown."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Data that move")
        self.card = MovingCard()
        self.rivers = Rivers(NAMES, ("", "before each activation"))
        self.accuracy, self.trials = AccuracyChart(), TrialCharts()
        self.moved: Moved | None = None  # what is drawn
        upper = QHBoxLayout()
        upper.setSpacing(GRID)
        upper.addWidget(self.rivers, 66)
        upper.addWidget(self.accuracy, 34)
        right = QVBoxLayout()
        right.setSpacing(GRID)
        right.addLayout(upper, 54)
        right.addWidget(self.trials, 46)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(EDGE, EDGE, EDGE, EDGE)
        whole.setSpacing(GRID)
        whole.addWidget(self.card)
        whole.addLayout(right, 1)

    def show_moved(self, moved: Moved | None, note: str) -> None:
        """Shows where the two are."""
        self.moved = moved
        courses = moved.courses if moved is not None else ()
        self.rivers.show_courses(courses, note, moved.changed if moved is not None else math.nan)
        self.accuracy.show_moved(moved)
        self.trials.show_moved(moved)
        self.card.show_moved(moved)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        for part in (self.card, self.rivers, self.accuracy, self.trials):
            part.set_theme(theme)


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\u00a0%" if math.isfinite(share) else "–"


def _epochs(back: float) -> str:
    return f"after {back:.1f} epochs" if math.isfinite(back) else "not yet"
