"""What the lab's views have in common: a card of controls at the left, sheets beside it, drawn when something came."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLayout

from hyperscope.knob import Knob, Scale
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.controls.card import Card
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.labs.tuning.crowd import Crowd
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.panels.fed import FedView
from hyperscope.ui.theme import EDGE, GRID, Theme

WIDTH = 232
GAP = 8


def slider(
    name: str, label: str, low: float, high: float, help: str, *, scale: Scale = "linear", whole: bool = True
) -> KnobSlider:
    """A slider of a number that is no knob of the experiment."""
    kind = "whole" if whole else "number"
    knob = Knob(kind, label, help, True, low=low, high=high, scale=scale, name=name)  # type: ignore[arg-type]
    return KnobSlider(name, knob, ticks=False)


def words(caption: str, size: int = 11) -> Caption:
    """Words that go on in the next line."""
    made = Caption(caption)
    made.setWordWrap(True)
    made.setMinimumWidth(190)  # else its longest line widens the card, or its narrowest form makes that scroll
    made.setProperty("px", size)
    return made


class View(FedView):
    """A panel that is drawn from `crowd`, or of what is set by hand; `redraw` is its own to give."""

    rate = 20.0

    refused = Signal(str)
    opened = Signal(int)

    def __init__(self, title: str, card: Card, sheets: tuple[Sheet, ...], right: QLayout) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self.card, self.sheets = card, sheets
        self.crowd = Crowd()
        whole = QHBoxLayout(self)
        whole.setContentsMargins(EDGE, EDGE, EDGE, EDGE)
        whole.setSpacing(GRID)
        whole.addWidget(card)
        whole.addLayout(right, 1)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Draws, and has what is new shown."""
        self.redraw()
        super().draw(sides)

    def redraw(self) -> None:
        """Shows what there is."""

    def origin(self, number: int) -> str:
        """What a network that is opened elsewhere was here, the beginning of a sentence."""
        return "This network is one of many"

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.card.set_theme(theme)
        for sheet in self.sheets:
            sheet.set_theme(theme)
