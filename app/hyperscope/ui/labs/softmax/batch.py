"""A mini-batch through softmax: matrices with a column for each example, linked to the map, the cost, and dW."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from hyperscope.lab.probes.decision_map import decision_map
from hyperscope.lab.probes.examples import examples
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.lab.softmax.mini_batch import MiniBatch, mini_batch
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.fade import Fade
from hyperscope.ui.controls.ground import Ground
from hyperscope.ui.controls.scrolled import Scrolled
from hyperscope.ui.labs.softmax.batch_cards import BatchMap, CostCard, GradientCard
from hyperscope.ui.labs.softmax.matrices import Matrices
from hyperscope.ui.theme import GRID, INSIDE, LIGHT, Theme, font


class BatchView(QWidget):
    """`looked_at` carries the example that is looked at, by its number, None for none; `softmax_wanted` that the
    network is to end in softmax.
    """

    rate = 10.0
    looked_at = Signal(object)
    softmax_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("A mini-batch")
        self.batch: MiniBatch | None = None
        self._held = -1  # the column that was pressed, by which others pass
        self._example: int | None = None
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.mend = Button("Take softmax, in a twin", "Take softmax, in a twin")
        self.mend.hide()
        self.matrices, self.map, self.cost, self.gradient = Matrices(), BatchMap(), CostCard(), GradientCard()
        self.area = Scrolled(self.matrices, across=True)
        self.fade = Fade(self.area)
        self._ground = ground = Ground()
        inside = QVBoxLayout(ground)
        inside.setContentsMargins(INSIDE, INSIDE - 4, 4, INSIDE - 6)
        inside.addWidget(self.area)
        head = QHBoxLayout()
        head.addWidget(self.sentence, 1)
        head.addWidget(self.mend)
        lower = QHBoxLayout()
        lower.setSpacing(GRID)
        lower.addWidget(self.map, 38)
        lower.addWidget(self.cost, 24)
        lower.addWidget(self.gradient, 38)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(GRID)
        whole.addLayout(head)
        whole.addWidget(ground, 58)
        whole.addLayout(lower, 42)
        for part in (self.matrices, self.map):
            part.pointed.connect(self._point)
            part.chosen.connect(self._choose)
        self.mend.clicked.connect(self.softmax_wanted)
        self.area.viewport().installEventFilter(self)
        self.set_theme(LIGHT)

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """The mini-batch, and the map that its examples lie on."""
        return (Ask(examples, focus.in_plane), Ask(decision_map, focus.in_plane), Ask(mini_batch, focus.plane))

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows the last mini-batch, of twins that of the first whose output is softmax."""
        batches = [side.records.of(mini_batch) for side in sides]
        which = next((number for number, one in enumerate(batches) if one is not None and not one.refused), 0)
        self.map.take(sides[which])
        found = batches[which]
        if found is None:
            return
        self.batch = found
        self.mend.setVisible(bool(found.refused) and "not softmax" in found.refused)
        self.sentence.setText(said(found, "AB"[which] if len(sides) > 1 else ""))
        self.matrices.draw(found)
        self.cost.draw(found)
        self.gradient.draw(found)
        self._held = self._column_of(self._example)
        self._show(self._held)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.sentence.ensurePolished()
        self.sentence.setFont(font(13, 400, theme.scale))
        self.sentence.setContentsMargins(8, 6, 8, 2)
        for part in (self.matrices, self.map, self.cost, self.gradient, self.mend, self.fade, self._ground):
            part.set_theme(theme)

    # -- one example in all of them -------------------------------------------------------------------------------

    def _column_of(self, example: int | None) -> int:
        if example is None or self.batch is None:
            return -1
        found = (self.batch.number == example).nonzero()[0]
        return int(found[0]) if found.size else -1

    def _point(self, column: int) -> None:
        self._show(column if column >= 0 else self._held)

    def _choose(self, column: int) -> None:
        self._held = -1 if column == self._held else column
        assert self.batch is not None
        self._example = int(self.batch.number[self._held]) if self._held >= 0 else None
        self.looked_at.emit(self._example)
        self._show(self._held)

    def show_example(self, example: int | None) -> None:
        """Frames the column of this example, if it is in the batch."""
        self._example = example
        self._held = self._column_of(example)
        self._show(self._held)

    def _show(self, column: int) -> None:
        self.matrices.show_column(column)
        if self.batch is not None:
            self.map.draw(self.batch, column)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.matrices.set_room(self.area.viewport().width(), self.area.viewport().height())
        return False


def said(batch: MiniBatch, which: str = "") -> str:
    """The sentence above: what is seen, in numbers; of twins, of `which`."""
    if batch.refused:
        return f"{batch.refused} These are softmax's matrices."
    rows, m = batch.z.shape
    part = "" if m == batch.size else f" (the first {m} of {batch.size})"
    right = int((batch.p.argmax(axis=0) == batch.true).sum())
    whose = f" of {which}" if which else ""
    return (
        f"The last mini-batch{whose}: {rows} classes × {m} examples{part}, a column each, {right} of them right. "
        "Point at a column, and it is the same example everywhere."
    )
