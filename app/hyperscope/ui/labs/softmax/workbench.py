"""The workbench: one example's logits set by hand, and all that follows from them, redrawn while they are dragged."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.lab.softmax.case import Case, Worked
from hyperscope.lab.softmax.working import working
from hyperscope.ui.controls.stack import Stack
from hyperscope.ui.controls.text_choice import TextChoice
from hyperscope.ui.labs.softmax.bars import Bars
from hyperscope.ui.labs.softmax.case_card import CaseCard
from hyperscope.ui.labs.softmax.curves import LossCurve, TwoClasses
from hyperscope.ui.labs.softmax.numbers import Numbers
from hyperscope.ui.labs.softmax.point import PointMap
from hyperscope.ui.labs.softmax.words import nats, share
from hyperscope.ui.theme import GRID, LIGHT, Theme, font

FACES = ("two classes", "point on the map")


class Workbench(QWidget):
    """Holds the case that is shown and says by `moved` which one is wanted instead."""

    rate = 60.0
    moved = Signal(object)  # a Case
    refused = Signal(str)
    point_moved = Signal(float, float)
    source_chosen = Signal(bool)  # whether a point of the map is the source

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Softmax workbench")
        self.case = Case()
        self.names: tuple[str, ...] = ()
        self.sentence = QLabel()
        self.bars, self.card = Bars(), CaseCard()
        self.loss, self.numbers = LossCurve(), Numbers()
        self.two, self.point = TwoClasses(), PointMap()
        self.face = TextChoice(FACES, "Third card", self)
        self.faces = Stack()
        self.faces.addWidget(self.two)
        self.faces.addWidget(self.point)
        upper = QHBoxLayout()
        upper.setSpacing(GRID)
        upper.addWidget(self.bars, 1)
        upper.addWidget(self.card)
        lower = QHBoxLayout()
        lower.setSpacing(GRID)
        lower.addWidget(self.loss, 27)
        lower.addWidget(self.numbers, 36)
        lower.addWidget(self.faces, 37)
        self._whole = whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(GRID)
        whole.addWidget(self.sentence)
        whole.addLayout(upper, 59)
        whole.addLayout(lower, 41)
        self.face.chosen.connect(self._turn)
        self.bars.moved.connect(self._set_logit)
        self.bars.chosen.connect(lambda number: self._want(truth=number))
        self.bars.refused.connect(self.refused)
        self.card.moved.connect(self.moved)
        self.card.refused.connect(self.refused)
        self.card.point_wanted.connect(lambda: self.face.choose(FACES[1 if self.card.from_map.isChecked() else 0]))
        self.point.moved.connect(self.point_moved)
        self.set_theme(LIGHT)

    # -- as a panel -----------------------------------------------------------------------------------------------

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """What follows from the case."""
        return (Ask(working, self.case),)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows the case that was worked out."""
        found = sides[0].records.of(working)
        if found is not None:
            self.show_worked(found)

    def show_worked(self, found: Worked) -> None:
        """Shows a case everywhere."""
        self.case = found.case
        self.bars.draw(found, self.names)
        self.card.show_case(found.case)
        self.loss.draw(found)
        self.numbers.draw(found, self.names)
        self.two.draw(found)
        p = float(found.shares[found.case.truth])
        name = self.bars.name(found.case.truth)
        self.sentence.setText(
            f"Drag a bar. The true class is {name.removeprefix('class ')}; its probability {share(p)} costs "
            f"−ln {share(p)} = {nats(found.loss)} nats."
            if 0.00005 <= p <= 0.99995
            else f"Drag a bar. The true class is {name.removeprefix('class ')}; it costs {nats(found.loss)} nats."
        )

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.sentence.ensurePolished()
        self.sentence.setFont(font(13, 400, theme.scale))
        self.sentence.setContentsMargins(8, 6, 8, 2)
        for part in (self.bars, self.card, self.loss, self.numbers, self.two, self.point, self.face):
            part.set_theme(theme)
        self._place_face()

    # -- what is moved --------------------------------------------------------------------------------------------

    def _set_logit(self, number: int, value: float) -> None:
        logits = list(self.case.logits)
        logits[number] = value
        self._want(logits=tuple(logits))

    def _want(self, **changes: object) -> None:
        case = msgspec.structs.replace(self.case, **changes)
        self.case = case  # what is moved next starts from it, drawn or not
        self.moved.emit(case)

    def set_truth(self, number: int) -> None:
        """Says which class is the true one, if there are so many."""
        if number < self.case.classes:
            self._want(truth=number)

    @property
    def of_map(self) -> bool:
        """Whether the card with the map is seen."""
        return self.face.value == FACES[1]

    def show_source(self, of_map: bool) -> None:
        """Shows whether the logits are those of a point of the map, and that card if they are."""
        self.card.from_map.setChecked(of_map)
        if of_map and not self.of_map:
            self.face.choose(FACES[1])

    def _turn(self, name: str) -> None:
        self.faces.setCurrentIndex(FACES.index(name))
        self.face.raise_()
        self.source_chosen.emit(name == FACES[1])

    def _place_face(self) -> None:
        size, card = self.face.sizeHint(), self.faces.geometry()
        self.face.setGeometry(card.right() - size.width() - 8, card.top() + 5, size.width(), size.height())
        self.face.raise_()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._whole.activate()
            self._place_face()
        return done
