"""The view of data: copies that are made of them, wrong labels, rare classes, and dev and test from elsewhere."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.experiment.data import COPIED, FILE, PAINTED, TABLES, Data, on_plane
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.decision_map import decision_map
from hyperscope.lab.probes.examples import examples
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.controls.control import paint_text
from hyperscope.ui.labs.generalise.copies_card import CopiesCard
from hyperscope.ui.labs.generalise.error_card import ErrorCard
from hyperscope.ui.labs.generalise.knobs_card import KnobsCard
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.common.in_turn import InTurn
from hyperscope.ui.panels.curves.panel import CurvesPanel
from hyperscope.ui.panels.map.points import mark
from hyperscope.ui.panels.map.sheet import MapSheet
from hyperscope.ui.theme import EDGE, GRID, LIGHT, Theme, font

COPIES = tuple(f"data.{name}" for name in COPIED)
ELSEWHERE = tuple(f"data.shift_{name}" for name in ("move", "rotate", "scale", "balance"))
GROUPS = (
    ("Copies of each epoch", COPIES),
    ("Labels and classes", ("data.label_noise", "data.imbalance")),
    ("Dev and test from elsewhere", ELSEWHERE),
    ("How many", ("data.points",)),
)
CAPTIONS = {  # what the headings leave to say
    "data.augment_jitter": "Jitter σ",
    "data.augment_rotate": "Turn",
    "data.augment_scale": "Scale",
    "data.augment_move": "Move",
    "data.augment_cut": "Cut",
    "data.shift_move": "Moved by",
    "data.shift_rotate": "Turned by",
    "data.shift_scale": "Scaled by",
    "data.shift_balance": "Share of class 1",
}
WHY = ("Where dev comes from elsewhere, train-dev tells variance from mismatch.",)
PARTS = ("train", "dev", "test")
SMALL = 0.8  # of the usual size of the examples


class DataMap(MapSheet):
    """The network's map with all examples, train, dev and test."""

    rate = 6.0

    def __init__(self) -> None:
        super().__init__("Where train, dev and test lie", SMALL)
        self.setMinimumSize(220, 200)
        self.side = 0

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """The examples, and the map."""
        return Ask(examples, focus.in_plane), Ask(decision_map, focus.in_plane)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows them, of twins those of the one that the controls move."""
        self.take(sides[min(self.side, len(sides) - 1)])

    def paint(self, painter: QPainter, room: QRectF) -> None:
        if self.picture.map is None:
            self.picture.paint_empty(painter)
        else:
            self.picture.paint(painter, self.devicePixelRatioF())
        self._key(painter)

    def _key(self, painter: QPainter) -> None:
        """Beside the map, where there is room: the mark of each part, and how many there are."""
        found, theme = self.picture.examples, self.theme
        font = face(11, 400, theme.scale)
        metrics, beside = QFontMetricsF(font), self.beside
        line, indent = metrics.height() + self.px(6), self.px(16)
        if found is None:
            return
        counts = np.bincount(np.asarray(found.part), minlength=len(PARTS)).tolist()
        said = [f"{name} {count}" for name, count in zip(PARTS, counts, strict=True)]
        if beside.width() < indent + max(map(metrics.horizontalAdvance, said)):
            return
        for part, words in enumerate(said):
            top = beside.top() + part * line
            spot = QPointF(beside.left() + self.px(5), top + line / 2)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.quiet)
            mark(painter, spot, self.px(4), part)
            write(painter, QRectF(beside.left() + indent, top, beside.width() - indent, line), words, font, theme.text)


class DataView(QWidget):
    """Controls at the left; copies, the map, errors and curves are panels of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Data")
        self.card = KnobsCard("Data", GROUPS, CAPTIONS, WHY)
        self.copies, self.map, self.errors, self.curves = CopiesCard(), DataMap(), ErrorCard(), CurvesPanel()
        self.curves.turns = InTurn(self, at_once=False)
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setMinimumWidth(60)
        upper, lower = QHBoxLayout(), QHBoxLayout()
        for row in (upper, lower):
            row.setSpacing(GRID)
        upper.addWidget(self.copies, 60)
        upper.addWidget(self.map, 40)
        lower.addWidget(self.errors, 48)
        lower.addWidget(self.curves, 52)
        right = QVBoxLayout()
        right.setSpacing(GRID)
        right.addLayout(upper, 54)
        right.addLayout(lower, 46)
        whole = QHBoxLayout()
        whole.setSpacing(GRID)
        whole.addWidget(self.card)
        whole.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE, 0, EDGE, EDGE)
        column.setSpacing(GRID)
        column.addWidget(self.sentence)
        column.addLayout(whole, 1)
        self.set_theme(LIGHT)

    def show_side(self, side: int) -> None:
        """Of twins, which is looked at from now on."""
        for card in (self.copies, self.map, self.errors):
            card.side = side

    def show_experiment(self, experiment: Experiment) -> None:
        """Sets the sliders."""
        self.card.show_experiment(experiment, unused(experiment.data))
        self.errors.show_experiment(experiment)

    def show_examples(self, found: Examples) -> None:
        """Says what was done to the data."""
        self.sentence.setText(found.missing or found.note or "Nothing is done to these data.")

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.sentence.ensurePolished()
        self.sentence.setFont(font(13, 400, theme.scale))
        self.sentence.setContentsMargins(4, 6, 4, 0)
        paint_text(self.sentence, theme.text)
        self.card.set_theme(theme)


def unused(data: Data) -> frozenset[str]:
    """The paths of this view's knobs that do nothing to such data."""
    if data.source == PAINTED:
        return frozenset({"data.augment_cut", "data.points"})
    if on_plane(data.source):
        return frozenset({"data.augment_cut"})
    if data.source in TABLES or data.source == FILE:
        pictures = data.source == "digits"
        return frozenset({"data.points"} if pictures else {"data.points", *COPIES[1:]})
    return frozenset()
