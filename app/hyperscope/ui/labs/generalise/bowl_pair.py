"""The two surfaces beside each other, of the examples that the network is trained on."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from hyperscope.lab.generalise.two_inputs import TwoInputs, two_inputs
from hyperscope.lab.probes.examples import examples
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.labs.generalise.bowl_card import BowlCard
from hyperscope.ui.theme import GRID, Theme


class BowlPair(QWidget):
    """Asks for the examples, and `came` carries them as `TwoInputs` when they are others than before."""

    rate = 4.0
    came = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.plain, self.normal = BowlCard("Inputs as they are"), BowlCard("Inputs normalised")
        self.side = 0  # of twins, whose examples are shown
        self._found: tuple[TwoInputs | None, ...] = ()
        self._shown: TwoInputs | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for card in (self.plain, self.normal):
            row.addWidget(card, 1)

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """Two inputs; what the plane shows too, with which it is asked again when examples alone are others."""
        return Ask(two_inputs, None), Ask(examples, focus.in_plane)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Passes on what is new, of twins of the one that the controls move."""
        self._found = tuple(side.records.of(two_inputs) for side in sides)
        self.show_side(self.side)

    def show_side(self, side: int) -> None:
        """Of twins, whose examples are shown from now on."""
        self.side = side
        found = self._found[min(side, len(self._found) - 1)] if self._found else None
        if found is not None and not found.same(self._shown):
            self._shown = found
            self.came.emit(found)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        for card in (self.plain, self.normal):
            card.set_theme(theme)
