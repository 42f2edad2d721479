"""The list of what is shown: a box to tick for each panel and each hyperparameter, over the window until it is left."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.check_box import CheckBox
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.fade import Fade
from hyperscope.ui.controls.scrolled import Scrolled
from hyperscope.ui.finder import Overlay
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import GRID, INSIDE, LIGHT, Theme

COLUMNS = 3  # of controls


class ShownList(Overlay):
    """Boxes for `panels` and `controls`, each (name, caption); `changed` carries a frozenset of names not ticked."""

    changed = Signal(object)

    def __init__(self, parent: QWidget, panels: Sequence[tuple[str, str]], controls: Sequence[tuple[str, str]]) -> None:
        super().__init__(parent, "What is shown", Qt.Key.Key_H)
        self.boxes: dict[str, CheckBox] = {}
        self._headings = (Caption("Panels"), Caption("Hyperparameters"))
        self.all_button = Button("Show all", "Show everything again")
        self.close_button = Button("Done", "Done", "Back to the experiment · Esc")
        self.all_button.clicked.connect(self._show_all)
        self.close_button.clicked.connect(self.leave)
        self._title = Caption("What is shown")
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.all_button)
        head.addWidget(self.close_button)
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        row = 0
        for heading, entries in zip(self._headings, (panels, controls), strict=True):
            grid.addWidget(heading, row, 0, 1, COLUMNS)
            for place, (name, caption) in enumerate(entries):
                box = self.boxes[name] = CheckBox(caption)
                box.setAccessibleName(f"Show {caption}")
                box.setChecked(True)
                box.clicked.connect(self._say)
                grid.addWidget(box, row + 1 + place // COLUMNS, place % COLUMNS)
            row += 2 + len(entries) // COLUMNS
        self.area = Scrolled(inside)
        self._fade = Fade(self.area)
        column = QVBoxLayout(self)
        column.setContentsMargins(INSIDE + GRID, INSIDE, INSIDE + GRID, INSIDE)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(self.area, 1)
        self._inside = inside
        self.set_theme(LIGHT)

    @property
    def hidden_names(self) -> frozenset[str]:
        """The names whose boxes are not ticked."""
        return frozenset(name for name, box in self.boxes.items() if not box.isChecked())

    def set_hidden(self, names: Collection[str]) -> None:
        """Unticks these and ticks all others; says nothing."""
        for name, box in self.boxes.items():
            box.setChecked(name not in names)

    def open(self) -> None:
        """Lays itself over the window, the keyboard on the first box."""
        super().open()
        next(iter(self.boxes.values())).setFocus(Qt.FocusReason.TabFocusReason)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        self._title.set_theme(theme, 15, 600)
        for heading in self._headings:
            heading.set_theme(theme, 11, 600, quiet=True)
            heading.setContentsMargins(0, pixels(theme, 8), 0, 0)
        for button in (self.all_button, self.close_button):
            button.set_theme(theme)
        self._fade.set_theme(theme)
        for box in self.boxes.values():
            box.set_theme(theme)
        self.place()

    def sizeHint(self) -> QSize:
        """As high as shows every box."""
        head = max(self._title.sizeHint().height(), self.close_button.height())
        return QSize(self.wanted_width(), head + GRID + self._inside.sizeHint().height() + 2 * (INSIDE + 1))

    def wanted_width(self) -> int:
        return max(pixels(self._theme, 640), self._inside.sizeHint().width() + 8 * GRID)

    def _show_all(self) -> None:
        self.set_hidden(())
        self._say()

    def _say(self) -> None:
        self.changed.emit(self.hidden_names)
