"""Many classes: softmax as a tree of questions, what it saves; and hidden layers that are used for a second task."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.lab.softmax.hierarchy import InTree, in_tree
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.ground import Ground
from hyperscope.ui.guarded import guarded
from hyperscope.ui.labs.softmax.many_cards import OperationsCard, ReusePanel
from hyperscope.ui.labs.softmax.tree_card import TreeCard
from hyperscope.ui.panels.map.pin import grey
from hyperscope.ui.theme import GRID, INSIDE, LIGHT, Theme, font

PARTS = ("train", "dev", "test")


class ExamplePicture(QWidget):
    """The example as a picture, where it is one."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("The example")
        self.found: InTree | None = None
        self.theme = LIGHT

    def show_example(self, found: InTree) -> None:
        """Shows an example's."""
        self.found = found
        self.setVisible(found.shown is not None)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and size."""
        self.theme = theme
        side = round(30 * theme.scale)
        self.setFixedSize(side, side)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.found is not None and self.found.shown is not None:
            painter.drawImage(QRectF(self.rect()), grey(self.found.shown, self.theme))
        painter.end()


class ManyView(QWidget):
    """`looked_at` carries the number of an example, `tree_wanted` the text of a tree, `wanted` that one is trained."""

    rate = 10.0
    looked_at = Signal(object)
    tree_wanted = Signal(str)
    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Many classes and reuse")
        self.found: InTree | None = None
        self.side = 0
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.mend = Button("Train a tree over the digits, in a twin", "Train a tree over the digits, in a twin")
        self.mend.setProperty("accent", True)
        self.tree, self.operations, self.reuse = TreeCard(), OperationsCard(), ReusePanel()
        self.picture = ExamplePicture()
        self.caption = QLabel()
        self.earlier = Button("‹", "Example before", "The example before this · page up")
        self.later = Button("›", "Next example", "The next example · page down")
        self.balance = Button("Balanced tree", "Balanced tree", "The tree of least depth, classes in their order")
        row = QHBoxLayout()
        row.setSpacing(8)
        for part in (self.picture, self.caption):
            row.addWidget(part)
        row.addStretch(1)
        for button in (self.earlier, self.later, self.balance):
            row.addWidget(button)
        self._ground = foot = Ground()
        inside = QHBoxLayout(foot)
        inside.setContentsMargins(INSIDE, 6, INSIDE, 6)
        inside.addLayout(row)
        head, lower, left, right = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(), QVBoxLayout()
        for layout in (lower, left, right):
            layout.setSpacing(GRID)
        head.addWidget(self.sentence, 1)
        head.addWidget(self.mend)
        left.addWidget(self.tree, 1)
        left.addWidget(foot)
        right.addWidget(self.operations, 36)
        right.addWidget(self.reuse, 64)
        lower.addLayout(left, 60)
        lower.addLayout(right, 40)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(GRID)
        whole.addLayout(head)
        whole.addLayout(lower, 1)
        self.tree.edited.connect(self.tree_wanted)
        self.tree.example_wanted.connect(self._go_on)
        self.earlier.clicked.connect(lambda: self._go_on(-1))
        self.later.clicked.connect(lambda: self._go_on(1))
        self.balance.clicked.connect(lambda: self.tree_wanted.emit(""))
        self.mend.clicked.connect(self.wanted)
        self.set_theme(LIGHT)

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """The example on its way through the tree."""
        return (Ask(in_tree, focus.example),)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows the network, of twins the first that is a tree."""
        found = [side.records.of(in_tree) for side in sides]
        self.side = next((k for k, one in enumerate(found) if one is not None and not one.flat), 0)
        newest = found[self.side]
        if newest is None:
            return
        self.found = newest
        self.tree.draw(newest)
        self.operations.draw(newest.width)
        self.picture.show_example(newest)
        self.mend.setVisible(newest.flat)
        self.sentence.setText(said(newest))
        self.caption.setText(f"Example {newest.number + 1} ({PARTS[newest.part]}), true {newest.names[newest.true]}")

    def _go_on(self, by: int) -> None:
        if self.found is not None:
            self.tree.set_leaf(-1)
            self.looked_at.emit(max(0, self.found.number + by))

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        for label, size in ((self.sentence, 13), (self.caption, 12)):
            label.ensurePolished()
            label.setFont(font(size, 400, theme.scale))
        self.sentence.setContentsMargins(8, 6, 8, 2)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        for part in (
            self.tree, self.operations, self.reuse, self.picture, self.mend, self.earlier, self.later, self.balance,
            self._ground,
        ):  # fmt: skip
            part.set_theme(theme)


def said(found: InTree) -> str:
    """The sentence above."""
    if found.missing:
        return found.missing
    depth = len(found.way(found.true))
    if found.flat:
        return (
            "This output is flat: the numbers in the tree are sums of its ŷ. A tree that is trained learns each "
            "question by itself."
        )
    return (
        f"{len(found.names) - 1} questions instead of {len(found.names)} classes; {depth} of them lead to "
        f"{found.names[found.true]}. Drag a class onto another or onto a question."
    )
