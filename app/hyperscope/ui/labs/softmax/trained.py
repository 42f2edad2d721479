"""A card that draws what a job has trained, with a choice, *Train again* and *Pause* in its last row."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.labs.softmax.rows import Rows
from hyperscope.ui.panels.fed import Fed
from hyperscope.ui.theme import INSIDE, Theme

ROW = 34  # pixels that the last row takes


class Trained(Rows, Fed):
    """`choice` stands in the row; `what` is trained, in the words of its buttons, `tip` is that of training again."""

    rate = 20.0

    def __init__(self, title: str, choice: Segments, what: str, tip: str) -> None:
        super().__init__(title)
        self.choice = choice
        self.choice.set_index(0)
        self.again = Button("Train again", f"Train {what} again", tip)
        self.pause = Button("Pause", f"Pause {what}", "Let it stand, or go on")
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.choice, 1)
        row.addWidget(self.again)
        row.addWidget(self.pause)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(INSIDE, INSIDE, INSIDE, INSIDE - 4)
        whole.addStretch(1)
        whole.addLayout(row)

    @property
    def chosen(self) -> int:
        """The place of what is chosen."""
        return self.choice.index() or 0

    @property
    def room(self) -> QRectF:
        """What is left between the head and that row."""
        return super().room.adjusted(0, 0, 0, -self.px(ROW))

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for part in (self.choice, self.again, self.pause):
            part.set_theme(theme)
