"""Softmax regression on the plane: arrows and borders to drag, with all that follows from them beside."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from hyperscope.lab.probes.curves import curves
from hyperscope.lab.probes.decision_map import decision_map
from hyperscope.lab.probes.examples import examples
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.lab.softmax.regression import Regression, dearest, regression
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.labs.softmax.outputs import OutputsPanel
from hyperscope.ui.labs.softmax.plane_cards import CostCurve, Dearest, Parameters, Through
from hyperscope.ui.labs.softmax.plane_map import PlaneMap
from hyperscope.ui.theme import GRID, LIGHT, Theme, font

LATE = 50  # ms after the hand has come to rest until all cards show what is under it


class PlaneView(QWidget):
    """`looked_at` carries the number of the example that is looked at, None for none; `wanted` that the network is to
    be a softmax regression.
    """

    rate = 20.0
    looked_at = Signal(object)
    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("On the plane")
        self.found: Regression | None = None
        self.side = 0  # which of twins is shown
        self._example: int | None = None
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.mend = Button("Take softmax regression, in a twin", "Take softmax regression, in a twin")
        self.mend.setProperty("accent", True)
        self.mend.hide()
        self.map, self.parameters, self.through = PlaneMap(), Parameters(), Through()
        self.dear, self.cost, self.outputs = Dearest(), CostCurve(), OutputsPanel()
        head = QHBoxLayout()
        head.addWidget(self.sentence, 1)
        head.addWidget(self.mend)
        middle, right, lower = QVBoxLayout(), QVBoxLayout(), QHBoxLayout()
        for column in (middle, right, lower):
            column.setSpacing(GRID)
        middle.addWidget(self.parameters, 30)
        middle.addWidget(self.through, 34)
        middle.addWidget(self.dear, 36)
        right.addWidget(self.outputs, 70)
        right.addWidget(self.cost, 30)
        lower.addWidget(self.map, 38)
        lower.addLayout(middle, 30)
        lower.addLayout(right, 32)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(GRID)
        whole.addLayout(head)
        whole.addLayout(lower, 1)
        self._cards: tuple[Callable[[Regression], None], ...] = (
            self.parameters.draw,
            self._take_through,
            lambda found: self.dear.draw(found, self._example),
            lambda found: self.cost.draw(found, None),
        )
        self._turn = 0  # of them, while something is dragged
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.timeout.connect(self._catch_up)
        self.map.shaped.connect(self._follow_hand)
        self.map.chosen.connect(self.looked_at)
        self.dear.chosen.connect(self.looked_at)
        self.mend.clicked.connect(self.wanted)
        self.set_theme(LIGHT)

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """The network's numbers and answers, and how its cost came about."""
        plane = focus.in_plane
        return Ask(examples, plane), Ask(decision_map, plane), Ask(regression, focus.plane), Ask(curves, None)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows the network, of twins the first that is a regression."""
        found = [side.records.of(regression) for side in sides]
        self.side = next((k for k, one in enumerate(found) if one is not None and not one.refused), 0)
        newest, side = found[self.side], sides[self.side]
        if newest is None:
            return
        self.cost.curves = side.records.of(curves)
        self.map.show_side(side, newest)
        drawn = self.map.found
        assert drawn is not None
        self.mend.setVisible(bool(drawn.refused))
        self.sentence.setText(said(drawn, "AB"[self.side] if len(sides) > 1 else ""))
        self._show(drawn)

    def _show(self, found: Regression) -> None:
        self.found = found
        for show in self._cards:
            show(found)

    def _take_through(self, found: Regression) -> None:
        known = self._example is not None and self._example < found.at.shape[1]
        shown = [self._example] if known else dearest(found, 1).tolist()
        for example in shown:  # none where there are no examples yet
            assert example is not None
            self.through.draw(found, example, not known)

    def _follow_hand(self, found: Regression) -> None:
        """Has the cards follow a drag, one at a move, so that the plane can at every frame; at its end all of them."""
        self.found = found
        self._turn = (self._turn + 1) % len(self._cards)
        self._cards[self._turn](found)
        self._late.start(LATE)

    def _catch_up(self) -> None:
        if self.map.found is not None:
            self._show(self.map.found)

    def show_example(self, example: int | None) -> None:
        """Looks at an example."""
        self._example = example
        self.map.show_example(example)
        if self.found is not None:
            self._show(self.found)

    def show_playing(self, playing: bool) -> None:
        """The button that keeps updating says what a press does."""
        self.parameters.keep.setText("Pause" if playing else "Keep updating")

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.sentence.ensurePolished()
        self.sentence.setFont(font(13, 400, theme.scale))
        self.sentence.setContentsMargins(8, 6, 8, 2)
        for part in (
            self.map, self.parameters, self.through, self.dear, self.cost, self.outputs, self.mend,
        ):  # fmt: skip
            part.set_theme(theme)


def said(found: Regression, which: str = "") -> str:
    """The sentence above: of twins, of `which`."""
    whose = f" ({which})" if which else ""
    if found.refused:
        return found.refused
    if not found.training.any():
        return f"Softmax regression{whose}: there are no examples yet."
    right = float((found.p.argmax(axis=0) == found.y)[found.training].mean())
    return (
        f"Softmax regression{whose}: no hidden layer, so every border is a straight line. "
        f"{100 * right:.1f} % of the training examples are right."
    )
