"""The view of cost surfaces: one unit's, inputs as they are and normalised, and a small network's along its run."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from hyperscope.engine.optimisers import optimisers
from hyperscope.knob import Knob, Value
from hyperscope.lab.experiment.experiment import knob_at
from hyperscope.lab.generalise.bowl import RULES, SIDE, Bowl, two_bowls
from hyperscope.lab.generalise.two_inputs import TwoInputs
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.card import Card
from hyperscope.ui.controls.control import Caption, paint_text
from hyperscope.ui.controls.run_row import RunRow
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.labs.generalise.bend_cards import BendCard, SliceCard
from hyperscope.ui.labs.generalise.bowl_card import BowlCard
from hyperscope.ui.labs.generalise.bowl_pair import BowlPair
from hyperscope.ui.panels.common.axes import number_text
from hyperscope.ui.panels.common.in_turn import InTurn
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

    The two surfaces and their paths are worked out where they are drawn, as soon as anything is moved: of one card a
    frame, the first at once.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Cost surface")
        self.card = SurfaceCard()
        self.bowls = BowlPair()
        self.plain, self.normal = self.bowls.plain, self.bowls.normal
        self.share = BendCard("Directions that bend down", True)
        self.slope = BendCard("Gradient and loss", False)
        self.slice = SliceCard()
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setMinimumWidth(60)
        self.turns = InTurn(self)
        self._examples: TwoInputs | None = None
        lower = QHBoxLayout()
        lower.setSpacing(GRID)
        lower.addWidget(self.share, 30)
        lower.addWidget(self.slope, 30)
        lower.addWidget(self.slice, 40)
        left = QVBoxLayout()
        left.setSpacing(GRID)
        left.addWidget(self.bowls, 60)
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
        self.bowls.came.connect(self.show_examples)
        self.card.stretched.connect(self._stretch)
        self.card.stretch.held.connect(self._refine)
        self.card.seen.connect(self.show_height)
        for bowl in (self.plain, self.normal):
            bowl.dragged.connect(self.set_start)
        self.set_theme(LIGHT)

    def show_examples(self, examples: TwoInputs) -> None:
        """Takes the surfaces of these."""
        self._examples = examples
        if not examples.y.size:
            for card in (self.plain, self.normal):
                card.awaited = False
                card.update()
            self.sentence.setText(self.said())
        self._stretch()

    def show_height(self, on: bool) -> None:
        """From above with contours, or in an oblique view; one a frame, as both are painted anew."""
        self.card.look.set_index(int(on))
        for card in (self.plain, self.normal):
            self.turns.ask(("seen", card), partial(card.show_height, on))

    def set_start(self, u: float, v: float) -> None:
        """Has all paths begin elsewhere, at the same place of both pictures."""
        for card in (self.plain, self.normal):
            card.wanted = (u, v)
        self._walk()

    def _stretch(self) -> None:
        held = self.card.stretch.track.isSliderDown()
        self._show_bowls(SIDE // 2 if held else SIDE)

    def _show_bowls(self, side: int) -> None:
        """Shows the surfaces with as many cells along each side, in turn: both take longer than a frame."""
        found = self._examples
        if found is None or not found.y.size:
            return
        stretch = float(self.card.stretch.value() or STRETCH)
        for card, bowl in zip((self.plain, self.normal), two_bowls(found.x, found.y, stretch), strict=True):
            self.turns.ask(card, partial(self._show_bowl, card, bowl, side))

    def _show_bowl(self, card: BowlCard, bowl: Bowl, side: int) -> None:
        kept = card.bowl if card.bowl is not None and same(card.bowl, bowl) else None
        # normalised inputs are the same whatever they were measured in
        if kept is None or card.relief is None or len(card.relief.cost) < side:
            card.show_bowl(kept or bowl, side)
        self._walk_on(card)

    def _walk(self) -> None:
        for card in (self.plain, self.normal):
            self.turns.ask(("paths", card), partial(self._walk_on, card))

    def _walk_on(self, card: BowlCard) -> None:
        """Has a card's paths be those of what is set now, and says so."""
        card.alpha = float(self.card.alpha.value() or ALPHA)
        card.beta = float(self.card.beta.value() or 0.0)
        card.rules = tuple(rule for rule, button in self.card.rules.items() if button.isChecked())
        card.walk()
        if self.plain.bowl is not None and self.normal.bowl is not None:
            self.sentence.setText(self.said())

    def _refine(self, held: bool) -> None:
        """Draws the surface that was dragged as finely as the other, when it is let go."""
        if not held:
            self._show_bowls(SIDE)

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
        if all("sgd" in card.ends for card in (self.plain, self.normal)):  # they come one after the other
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
        for part in (self.card, self.bowls, self.share, self.slope, self.slice):
            part.set_theme(theme)


def same(one: Bowl, other: Bowl) -> bool:
    """Whether two are of the same inputs and classes, to rounding."""
    return one.x.shape == other.x.shape and bool(
        np.allclose(one.x, other.x, rtol=1e-9, atol=1e-12) and np.array_equal(one.t, other.t)
    )


def _so(end: str) -> str:
    return {"on the way": "is still on the way"}.get(end, end)
