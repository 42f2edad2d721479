"""The view of regularisation: what restrains the network, moved while it trains, and where each shows."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.generalise.restrained import Restrained, restrained
from hyperscope.lab.generalise.two_weights import TwoWeights
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.controls.control import paint_text
from hyperscope.ui.labs.generalise.geometry_card import GeometryCard
from hyperscope.ui.labs.generalise.knobs_card import KnobsCard
from hyperscope.ui.labs.generalise.norm_card import NormCard
from hyperscope.ui.labs.generalise.stopping_card import StoppingCard
from hyperscope.ui.labs.generalise.thinned_card import ThinnedCard
from hyperscope.ui.labs.generalise.weights_card import WeightsCard
from hyperscope.ui.theme import EDGE, GRID, LIGHT, Theme, font

DROPOUT = "network.layers.*.dropout"
GROUPS = (
    ("On weights", ("training.l2", "training.l1")),
    ("On units", (DROPOUT,)),
    ("On time and labels", ("training.patience", "training.label_smoothing")),
)
CAPTIONS = {DROPOUT: "Dropout, layer {}"}
WHY = (
    "L2 shrinks every weight in proportion, L1 by the same amount: only that reaches 0, in a corner of the diamond.",
    "Press a weight for w₁, with Shift for w₂. Drag the circle.",
)


class RegulariseView(QWidget):
    """It asks for the weights; geometry, dropout and early stopping are panels of their own, each with its rate."""

    rate: float = 8.0

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Regularise")
        self.side = 0
        self.found: Restrained | None = None
        self.card = KnobsCard("Restraints", GROUPS, CAPTIONS, WHY)
        self.weights, self.norms = WeightsCard(), NormCard()
        self.geometry_card, self.stopping, self.thinned = GeometryCard(), StoppingCard(), ThinnedCard()
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setMinimumWidth(60)
        upper, lower = QHBoxLayout(), QHBoxLayout()
        for row in (upper, lower):
            row.setSpacing(GRID)
        upper.addWidget(self.weights, 33)
        upper.addWidget(self.geometry_card, 36)
        upper.addWidget(self.norms, 31)
        lower.addWidget(self.thinned, 67)
        lower.addWidget(self.stopping, 33)
        right = QVBoxLayout()
        right.setSpacing(GRID)
        right.addLayout(upper, 53)
        right.addLayout(lower, 47)
        whole = QHBoxLayout()
        whole.setSpacing(GRID)
        whole.addWidget(self.card)
        whole.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE, 0, EDGE, EDGE)
        column.setSpacing(GRID)
        column.addWidget(self.sentence)
        column.addLayout(whole, 1)
        self.weights.chosen.connect(self.geometry_card.look_at)
        self.set_theme(LIGHT)

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """All weights, and their norms over the run."""
        return (Ask(restrained, None),)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows them, of twins those of the one that the controls move."""
        at = min(self.side, len(sides) - 1)
        found = sides[at].records.of(restrained)
        if found is None:
            return
        self.found = found
        self.weights.show_weights(found)
        self.norms.show_weights(found)
        shown = self.geometry_card.found
        if shown is not None and self.geometry_card.settled:
            self.weights.show_two(TwoWeights(shown.first, shown.second))
        self.sentence.setText(said(found, "AB"[at] if len(sides) > 1 else ""))

    def show_side(self, side: int) -> None:
        """Of twins, which is looked at from now on."""
        self.side = side
        for card in (self.geometry_card, self.stopping, self.thinned):
            card.side = side

    def show_experiment(self, experiment: Experiment) -> None:
        """Sets the sliders."""
        self.card.show_experiment(experiment)

    def show_two(self, two: TwoWeights) -> None:
        """Looks at the loss over these two weights."""
        self.weights.show_two(two)
        self.geometry_card.look_at(two)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.sentence.ensurePolished()
        self.sentence.setFont(font(13, 400, theme.scale))
        self.sentence.setContentsMargins(4, 6, 4, 0)
        paint_text(self.sentence, theme.text)
        for part in (self.card, self.weights, self.norms):
            part.set_theme(theme)


def said(found: Restrained, which: str = "") -> str:
    """The sentence above; of twins, of `which`."""
    zeros, count = found.zeros
    whose = f"{which}: " if which else ""
    total = sum(layer.norm**2 for layer in found.layers) ** 0.5
    none = "No weight is exactly 0" if not zeros else f"{zeros} of {count} weights are exactly 0"
    accuracy = f"{100 * found.train_accuracy:.1f} % on the training set, {100 * found.dev_accuracy:.1f} % on dev"
    return f"{whose}{none}, and the norm of all weights is {total:.3g}. Accuracy {accuracy}."
