"""The view of cost surfaces: one unit's, inputs as they are and normalised, and a small network's along its run."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.optimisers import optimisers
from hyperscope.knob import Knob, Value
from hyperscope.lab.experiment.experiment import knob_at
from hyperscope.lab.generalise.bowl import RULES, SIDE, Bowl, two_bowls
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.card import Card
from hyperscope.ui.controls.control import Caption, paint_text
from hyperscope.ui.controls.run_row import RunRow
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.labs.generalise.bend_cards import BendCard, SliceCard
from hyperscope.ui.labs.generalise.bowl_card import BowlCard
from hyperscope.ui.panels.common.axes import number_text
from hyperscope.ui.panels.fed import FedView
from hyperscope.ui.style import breadth
from hyperscope.ui.theme import EDGE, GRID, LIGHT, Theme, font

WIDTH, GAP = 214, 7
ALPHA, BETA, STRETCH = 0.3, 0.9, 6.0
ALPHA_KNOB = Knob(
    "number", "Learning rate", "The α of all paths; steps are taken over all examples.", True, symbol="α",
    low=1e-3, high=100.0, scale="log", name="alpha",
)  # fmt: skip
STRETCH_KNOB = Knob(
    "number", "x₂ is larger by", "Another unit for the second input, as centimetres for metres.", True,
    low=1.0, high=30.0, scale="log", name="stretch",
)  # fmt: skip
WHY = (
    "The curvature along a weight grows with the square of its input, and α must suit the greatest. Normalised, the "
    "bowl is nearly round, and α can be larger.",
    "But RMSProp and Adam divide each gradient by its size, and mind a narrow valley less.",
    "In many dimensions a run starts where some directions bend down: on saddles, not in valleys.",
)
HEIGHT = ("contours", "height")


class SurfaceCard(Card):
    """What can be set: `moved` that it was, `ruled` that other optimisers are shown, `seen` another way of looking."""

    moved = Signal()
    stretched = Signal()
    ruled = Signal()
    seen = Signal(bool)
    asked = Signal()
    paused = Signal()
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__("Steps", WIDTH, GAP)
        self.alpha = KnobSlider("alpha", ALPHA_KNOB, ticks=False)
        self.beta = KnobSlider("beta", knob_at("training.momentum"), ticks=False)
        self.stretch = KnobSlider("stretch", STRETCH_KNOB, ticks=False)
        for control, value in ((self.alpha, ALPHA), (self.beta, BETA), (self.stretch, STRETCH)):
            control.set_value(value)
            control.refused.connect(self.refused)
            control.moved.connect(lambda path, value, control=control: self._move(control, value))
            self.column.addWidget(control)
        self.look = Segments(HEIGHT, "Seen as")
        self.look.set_index(0)
        self.look.chosen.connect(lambda index: self.seen.emit(index == 1))
        self.column.addWidget(self.look)
        self.rules: dict[str, Button] = {}
        row: QHBoxLayout | None = None
        for number, rule in enumerate(RULES):
            button = Button(optimisers[rule].label, f"Show {optimisers[rule].label}", "Its path on both surfaces.")
            button.setCheckable(True)
            button.setChecked(True)
            button.setProperty("held", True)
            button.toggled.connect(lambda on: self.ruled.emit())
            self.rules[rule] = button
            if number % 2 == 0 or row is None:
                row = QHBoxLayout()
                row.setSpacing(6)
                self.column.addLayout(row)
            row.addWidget(button)
        self.heading = Caption("The run below")
        self.again = Button("Run again", "Train and measure the run again", "Of the experiment as it is now.")
        self.pause = Button("Pause", "Pause the run")
        self.reasons = Caption("Why")
        self.words = [QLabel(words) for words in WHY]
        for label in self.words:
            label.setWordWrap(True)
            label.setMinimumWidth(40)
        for part in (self.reasons, *self.words):
            self.column.addWidget(part)
        self.column.addWidget(self.heading)
        self.column.addWidget(RunRow(self.again, self.pause))
        self.again.clicked.connect(self.asked)
        self.pause.clicked.connect(self.paused)
        self.order_tabs()
        self.set_theme(LIGHT)

    def _move(self, control: KnobSlider, value: Value) -> None:
        control.set_value(value)  # what is typed is told before it is shown
        (self.stretched if control is self.stretch else self.moved).emit()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        for slider in (self.alpha, self.beta, self.stretch):
            slider.set_theme(theme)
        self.look.set_theme(theme)
        for button in (self.again, self.pause, *self.rules.values()):
            button.set_theme(theme)
        for caption in (self.heading, self.reasons):
            caption.set_theme(theme, 11, 600, quiet=True)
        for label in self.words:
            label.setMinimumWidth(breadth(theme, 178))  # else its height is asked for as if it were narrow
            label.ensurePolished()
            label.setFont(font(11, 400, theme.scale))
            paint_text(label, theme.text)


class SurfaceView(FedView):
    """The whole view. It is a panel that is drawn from a job; `drawn` tells that what is new is to be shown.

    The two surfaces are worked out where they are drawn, as soon as anything is moved.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Cost surface")
        self.card = SurfaceCard()
        self.plain, self.normal = BowlCard("Inputs as they are"), BowlCard("Inputs normalised")
        self.share = BendCard("Directions that bend down", True)
        self.slope = BendCard("Gradient and loss", False)
        self.slice = SliceCard()
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setMinimumWidth(60)
        self._examples: tuple[Array, Indices] | None = None
        upper = QHBoxLayout()
        lower = QHBoxLayout()
        for row in (upper, lower):
            row.setSpacing(GRID)
        for bowl in (self.plain, self.normal):
            upper.addWidget(bowl, 1)
        lower.addWidget(self.share, 30)
        lower.addWidget(self.slope, 30)
        lower.addWidget(self.slice, 40)
        left = QVBoxLayout()
        left.setSpacing(GRID)
        left.addLayout(upper, 60)
        left.addLayout(lower, 40)
        both = QHBoxLayout()
        both.setSpacing(GRID)
        both.addLayout(left, 1)
        both.addWidget(self.card)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(EDGE, GRID, EDGE, EDGE)
        whole.setSpacing(GRID)
        whole.addWidget(self.sentence)
        whole.addLayout(both, 1)
        self.card.moved.connect(self._walk)
        self.card.ruled.connect(self._walk)
        self.card.stretched.connect(self._stretch)
        self.card.stretch.held.connect(self._refine)
        self.card.seen.connect(self.show_height)
        for bowl in (self.plain, self.normal):
            bowl.dragged.connect(self.set_start)
        self.set_theme(LIGHT)

    def show_examples(self, x: Array, y: Indices) -> None:
        """Takes the surfaces of these raw inputs (n, m) and classes (m,)."""
        self._examples = x, y
        self._stretch()

    def show_height(self, on: bool) -> None:
        """From above with contours, or in an oblique view."""
        self.card.look.set_index(int(on))
        for bowl in (self.plain, self.normal):
            bowl.height_shown = on
            bowl.update()

    def set_start(self, u: float, v: float) -> None:
        """Has all paths begin elsewhere, at the same place of both pictures."""
        for bowl in (self.plain, self.normal):
            bowl.start = (u, v)
        self._walk()

    def _stretch(self) -> None:
        if self._examples is None or not self._examples[1].size:
            return
        x, y = self._examples
        stretch = float(self.card.stretch.value() or STRETCH)
        for card, bowl in zip((self.plain, self.normal), two_bowls(x, y, stretch), strict=True):
            if not same(card.bowl, bowl):  # normalised inputs are the same whatever they were measured in
                card.show_bowl(bowl, SIDE // 2 if self.card.stretch.track.isSliderDown() else SIDE)
        self._walk()

    def _refine(self, held: bool) -> None:
        """Draws the surface that was dragged as finely as the other, when it is let go."""
        bowl, relief = self.plain.bowl, self.plain.relief
        if not held and bowl is not None and relief is not None and len(relief.cost) < SIDE:
            self.plain.show_bowl(bowl)
            self.plain.update()

    def _walk(self) -> None:
        rules = tuple(rule for rule, button in self.card.rules.items() if button.isChecked())
        for bowl in (self.plain, self.normal):
            bowl.alpha = float(self.card.alpha.value() or ALPHA)
            bowl.beta = float(self.card.beta.value() or 0.0)
            bowl.rules = rules
            bowl.walk()
        self.sentence.setText(self.said())

    def said(self) -> str:
        """What the two surfaces show, in a sentence."""
        plain, normal = self.plain.bowl, self.normal.bowl
        if plain is None or normal is None:
            return "There are no examples yet."
        limits = [one.limit("sgd", 0.0) for one in (plain, normal)]
        kappas = [number_text(one.condition) for one in (plain, normal)]
        said = (
            f"Condition number {kappas[0]} with inputs as they are, {kappas[1]} normalised: plain steps stay stable "
            f"up to α = {number_text(limits[0])} and {number_text(limits[1])}."
        )
        alpha = self.plain.alpha
        if "sgd" in self.plain.ends:
            ends = [card.ends["sgd"][0] for card in (self.plain, self.normal)]
            both = (
                f"{_so(ends[0])} on both" if ends[0] == ends[1] else f"{_so(ends[0])}, and normalised it {_so(ends[1])}"
            )
            said += f" At α = {number_text(alpha)} gradient descent {both}."
        return said

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.sentence.ensurePolished()
        self.sentence.setFont(font(13, 400, theme.scale))
        paint_text(self.sentence, theme.text)
        for part in (self.card, self.plain, self.normal, self.share, self.slope, self.slice):
            part.set_theme(theme)


def same(one: Bowl | None, other: Bowl) -> bool:
    """Whether two are of the same inputs and classes, to rounding."""
    if one is None or one.x.shape != other.x.shape:
        return False
    return bool(np.allclose(one.x, other.x, rtol=1e-9, atol=1e-12) and np.array_equal(one.t, other.t))


def _so(end: str) -> str:
    return {"on the way": "is still on the way"}.get(end, end)
