"""The columns of a table, each of which is an input or left out: how many are on, and a list to switch them in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.check_box import CheckBox
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.fade import Fade
from hyperscope.ui.controls.popover import Popover
from hyperscope.ui.controls.scrolled import Scrolled
from hyperscope.ui.controls.words import shown, standardised
from hyperscope.ui.style import breadth, pixels
from hyperscope.ui.theme import LIGHT, Theme

MOST = 200  # columns in the list; more would be slow to lay out, and the dialog that opens a table has them too
WIDTH, WIDEST, HIGH = 240, 420, 320  # pixels of the list
TIP = "<p><b>Columns</b><br>Which columns of the table are inputs.<br>Rebuilds the network's first layer.</p>"


class ColumnChoice(QWidget):
    """A button that says how many columns are on, over a list of them; one always stays on."""

    moved = Signal(str, object)  # path, the names of the columns that are left out
    refused = Signal(str)

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self._theme = LIGHT
        self._columns: tuple[str, ...] = ()
        self._left_out: tuple[str, ...] = ()
        self.button = Button("", "Columns", TIP)
        self.list = ColumnList(self.button)
        self.list.switched.connect(self._switch)
        self.button.clicked.connect(self.list.toggle)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.button)

    def set_columns(self, columns: tuple[str, ...]) -> None:
        """The columns that there are, the class not among them; says nothing."""
        if columns != self._columns:
            self._columns = columns
            self.list.set_columns(columns[:MOST])
        self._show()

    def show_scaling(self, scaled: Mapping[str, tuple[float, float]]) -> None:
        """Says of each column with which μ and σ it is standardised; nothing of others."""
        for name, box in self.list.boxes.items():
            box.setToolTip(standardised(*scaled[name]) if name in scaled else "")

    def set_value(self, left_out: Sequence[str]) -> None:
        """Shows that all but `left_out` are on; says nothing."""
        self._left_out = tuple(left_out)
        self._show()

    def value(self) -> tuple[str, ...]:
        """The columns that are left out."""
        return self._left_out

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.button.set_theme(theme)
        self.list.set_theme(theme)

    def _show(self) -> None:
        off = set(self._left_out) & set(self._columns)
        on, every = len(self._columns) - len(off), len(self._columns)
        self.button.setText(f"{shown(on)} of {shown(every)} columns" if off else f"All {shown(every)} columns")
        for name, box in self.list.boxes.items():
            box.setChecked(name not in off)

    def _switch(self, name: str, on: bool) -> None:
        left_out = tuple(one for one in self._left_out if one != name) if on else (*self._left_out, name)
        if set(self._columns) <= set(left_out):
            self.list.boxes[name].setChecked(True)
            self.refused.emit(f"{name} is the only input left; a network needs at least one.")
            return
        self._left_out = left_out
        self._show()
        self.moved.emit(self.path, left_out)


class ColumnList(Popover):
    """A box to tick for each column; `switched` carries a name and whether it is on now."""

    switched = Signal(str, bool)

    def __init__(self, anchor: QWidget) -> None:
        super().__init__(anchor)
        self._theme = LIGHT
        self.boxes: dict[str, CheckBox] = {}
        self.setAccessibleName("Columns of the table")
        self.heading = Caption("Columns that are inputs")
        self._inside = QWidget()
        self._rows = QVBoxLayout(self._inside)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self.area = Scrolled(self._inside)
        self._fade = Fade(self.area)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.heading)
        self._column.addWidget(self.area)
        self.opened.connect(lambda: self.set_theme(self._theme))

    def set_columns(self, names: Sequence[str]) -> None:
        """Other columns, all of them on."""
        for box in self.boxes.values():
            self._rows.removeWidget(box)
            box.deleteLater()
        self.boxes = {}
        for name in names:
            box = CheckBox(name)
            box.setChecked(True)
            box.setAccessibleName(name)
            box.clicked.connect(partial(self.switched.emit, name))
            box.set_theme(self._theme)
            self._rows.addWidget(box)
            self.boxes[name] = box
        self.set_theme(self._theme)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.heading.set_theme(theme, 11, 600, quiet=True)
        for box in self.boxes.values():
            box.set_theme(theme)
        self._fade.set_theme(theme)
        edge = pixels(theme, 14)
        self._column.setContentsMargins(edge, edge - 2, edge, edge)
        self._column.setSpacing(pixels(theme, 7))
        self._rows.setSpacing(pixels(theme, 4))
        widest = self._inside.sizeHint().width() + 2 * edge + pixels(theme, 12)  # with room for the scroll bar
        self.setFixedWidth(min(max(breadth(theme, WIDTH), widest), breadth(theme, WIDEST)))
        self.area.setFixedHeight(min(pixels(theme, HIGH), self._inside.sizeHint().height()))
        self.set_ground(theme)
