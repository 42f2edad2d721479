"""How sure the network is: who is asked instead, whether it may be so sure, what classes count, and several at once."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.calibration import (
    accuracy_by_coverage,
    chance_calibration_error,
    expected_calibration_error,
    reliability,
)
from hyperscope.engine.metrics import confusion
from hyperscope.knob import Knob
from hyperscope.lab.probes.decision_map import decision_map
from hyperscope.lab.probes.examples import examples
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.lab.softmax.confidence import (
    BINS,
    Sureness,
    fitted_temperature,
    kept,
    loss,
    sent,
    sureness,
    tempered,
)
from hyperscope.ui.controls.class_weights import ClassWeights
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.ground import Ground
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.labs.softmax.confidence_cards import (
    ConfusionCard,
    CoverageCurve,
    FarCard,
    ReliabilityCard,
    SentList,
)
from hyperscope.ui.labs.softmax.confidence_map import ConfidenceMap
from hyperscope.ui.labs.softmax.ensemble import EnsemblePanel
from hyperscope.ui.pacing import on_screen
from hyperscope.ui.panels.common.in_turn import InTurn
from hyperscope.ui.theme import GRID, INSIDE, LIGHT, Theme, font

DEV, TEST = 1, 2
SHOWN_WEIGHTS = 6  # classes whose weights have a slider here; those of more are on the Playground's card
USUAL = 0.8
THRESHOLD = Knob(
    "number",
    "Ask a person below",
    "Answers less sure than this go to a person; the others are kept.",
    True,
    low=0.0,
    high=1.0,
    name="threshold",
)


class ConfidenceView(QWidget):
    """`looked_at` carries the number of an example or None, `moved` the path and value of a knob of the experiment."""

    rate = 10.0
    looked_at = Signal(object)
    moved = Signal(str, object)
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Confidence")
        self.found: Sureness | None = None
        self.turns = InTurn(self, at_once=False)
        self.threshold, self.fitted = USUAL, 1.0
        self._example: int | None = None
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.map, self.list = ConfidenceMap(), SentList()
        self.coverage, self.reliability = CoverageCurve(), ReliabilityCard()
        self.confusion, self.far, self.ensemble = ConfusionCard(), FarCard(), EnsemblePanel()
        self.slider = KnobSlider("threshold", THRESHOLD, ticks=False)
        self.slider.set_value(USUAL)
        self.apply = Segments(["ŷ as it is", "ŷ at the fitted T"], "Temperature of all that is shown")
        self.apply.set_index(0)
        self.weights = ClassWeights("training.weights_by_class")
        self.weights_caption = Caption("What each class counts")
        foot = Ground()
        below = QVBoxLayout(foot)
        below.setContentsMargins(INSIDE, INSIDE - 4, INSIDE, INSIDE - 4)
        below.addWidget(self.slider)
        below.addWidget(self.apply)
        of_weights = Ground()
        inside = QVBoxLayout(of_weights)
        inside.setContentsMargins(INSIDE, INSIDE - 4, INSIDE, INSIDE - 4)
        inside.setSpacing(4)
        inside.addWidget(self.weights_caption)
        inside.addWidget(self.weights)
        inside.addStretch(1)
        self._grounds = (foot, of_weights)
        self._lay_out(foot, of_weights)
        self.slider.moved.connect(lambda _, value: self.set_threshold(float(value)))
        self.slider.refused.connect(self.refused)
        self.apply.chosen.connect(lambda _: self._show())
        self.map.chosen.connect(self.looked_at)
        self.list.chosen.connect(self.looked_at)
        self.weights.moved.connect(self.moved)
        self.weights.refused.connect(self.refused)
        self.set_theme(LIGHT)

    def _lay_out(self, foot: QWidget, of_weights: QWidget) -> None:
        left, middle, right, lower, upper = QVBoxLayout(), QVBoxLayout(), QVBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for layout in (left, middle, right, lower, upper):
            layout.setSpacing(GRID)
        left.addWidget(self.map, 68)
        left.addWidget(foot)
        left.addWidget(self.list, 32)
        middle.addWidget(self.coverage, 48)
        middle.addWidget(self.reliability, 52)
        upper.addWidget(self.confusion, 52)
        upper.addWidget(of_weights, 48)
        right.addLayout(upper, 36)
        right.addWidget(self.ensemble, 42)
        right.addWidget(self.far, 22)
        lower.addLayout(left, 30)
        lower.addLayout(middle, 33)
        lower.addLayout(right, 37)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(GRID)
        whole.addWidget(self.sentence)
        whole.addLayout(lower, 1)

    # -- as a panel -----------------------------------------------------------------------------------------------

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """All answers, and the map."""
        plane = focus.in_plane
        return Ask(examples, plane), Ask(decision_map, plane), Ask(sureness, focus.plane)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows the network, of twins B, which the controls move."""
        side = sides[-1]
        found = side.records.of(sureness)
        self.map.take(side)
        if found is not None:
            self.found = found
            self.fitted = fitted_temperature(*found.of_part(DEV))
            self._show(in_turn=on_screen(self))  # all at once takes three frames with ten classes

    @property
    def temperature(self) -> float:
        """What ln ŷ is divided by in all that is drawn."""
        return self.fitted if self.apply.index() else 1.0

    def set_threshold(self, value: float) -> None:
        """Sends what is less sure to a person."""
        self.threshold = value
        self.slider.set_value(value)
        self._show()

    def show_example(self, example: int | None) -> None:
        """Looks at an example."""
        self._example = example
        self._show()

    def show_weights(self, weights: tuple[float, ...]) -> None:
        """Shows what each class counts in training."""
        self.weights.set_value(weights)

    @property
    def sent(self) -> list[int]:
        """The numbers of the dev examples that go to a person, the least sure first."""
        assert self.found is not None
        numbers = np.flatnonzero(self.found.part == DEV)
        return [int(numbers[k]) for k in sent(tempered(self.found.logs[:, numbers], self.temperature), self.threshold)]

    def _show(self, in_turn: bool = False) -> None:
        found, t = self.found, self.temperature
        if found is None:
            return
        numbers = self.sent
        share = kept(*self._part(DEV), self.threshold)
        self.map.draw(found, self.threshold, t, np.array(numbers, np.int64), self._example)
        self.list.draw(found, numbers, tempered(found.logs, t), self._example)
        self.sentence.setText(said(share.coverage, share.accuracy, len(numbers), self.threshold))
        if in_turn:
            self.turns.ask("beside", self._show_beside)
        else:
            self._show_beside()

    def _show_beside(self) -> None:
        """Shows all that stands at the right of the map."""
        assert self.found is not None
        dev, test = self._part(DEV), self._part(TEST)
        self.coverage.draw(
            (accuracy_by_coverage(*dev), accuracy_by_coverage(*test)),
            (kept(*dev, self.threshold), kept(*test, self.threshold)),
        )
        self.reliability.draw(reliability(*dev, BINS), self._temperature_words(), f"dev, {BINS} bins")
        self.confusion.draw(confusion(*dev), self.found.names)
        self.far.draw(self.found)
        self.weights.set_classes(self.found.names[:SHOWN_WEIGHTS])

    def _part(self, part: int) -> tuple[Array, Indices]:
        """Probabilities (C, m) and classes (m,) of a part, at the temperature of all that is shown."""
        assert self.found is not None
        of = self.found.part == part
        return tempered(self.found.logs[:, of], self.temperature), self.found.y[of]

    def _temperature_words(self) -> tuple[str, ...]:
        """What the fitted temperature does to loss and calibration, on dev and test."""
        assert self.found is not None
        lines = [f"T = {self.fitted:.3f}, fitted by the loss on dev: before → after"]
        for number, name in ((DEV, "dev"), (TEST, "test")):
            logs, y = self.found.of_part(number)
            figures = []
            for t in (1.0, self.fitted):
                p = tempered(logs, t)
                figures.append((loss(logs, y, t), expected_calibration_error(reliability(p, y, BINS))))
            (loss_0, ece_0), (loss_1, ece_1) = figures
            lines.append(f"{name}: loss {loss_0:.4f} → {loss_1:.4f}, ECE {ece_0:.4f} → {ece_1:.4f}")
        chance = chance_calibration_error(tempered(self.found.of_part(DEV)[0], 1.0), BINS)
        lines.append(f"Luck alone: ECE about {chance:.4f} of so many dev examples.")
        return tuple(lines)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.sentence.ensurePolished()
        self.sentence.setFont(font(13, 400, theme.scale))
        self.sentence.setContentsMargins(8, 6, 8, 2)
        self.weights_caption.set_theme(theme, 11, 600, quiet=True)
        for part in (
            self.map, self.list, self.coverage, self.reliability, self.confusion, self.far, self.ensemble,
            self.slider, self.apply, self.weights, *self._grounds,
        ):  # fmt: skip
            part.set_theme(theme)


def said(coverage: float, accuracy: float, count: int, threshold: float) -> str:
    """The sentence above."""
    if np.isnan(coverage):
        return "There are no dev examples to be sure of."
    if np.isnan(accuracy):
        return f"At {threshold:.2f} every dev example goes to a person."
    return (
        f"Below {threshold:.2f} a person is asked: {count} of dev's examples. Of the {100 * coverage:.1f} % that the "
        f"network answers itself, {100 * accuracy:.1f} % are right."
    )
