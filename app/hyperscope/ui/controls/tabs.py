"""The top bar: the program's name, the labs as tabs, and what can be done with an experiment."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from hyperscope.ui.controls.buttons import TextButton
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.style import breadth
from hyperscope.ui.theme import LIGHT, Theme

HEIGHT = 46  # pixels


class LabTabs(QWidget):
    """Tabs for `names`, the first one open; `lab_chosen` carries a name."""

    lab_chosen = Signal(str)
    presets_requested = Signal()
    runs_requested = Signal()
    open_requested = Signal()
    save_requested = Signal()
    theme_requested = Signal()  # the other one

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._theme = LIGHT
        self._name = Caption("Hyperscope")
        self._group = QButtonGroup(self)
        self.tabs = {name: TextButton(name, "tab") for name in names}
        self.presets = TextButton("Presets", "plain", "Experiments that each show one thing · P")
        self.runs = TextButton("Runs", "plain", "Every run so far, to compare and to reopen · L")
        self.open = TextButton("Open", "plain", "Open an experiment, or a table of your own")
        self.save = TextButton("Save", "plain", "Save the experiment")
        self.theme = TextButton("Theme", "plain", "Light or dark")
        self._added: list[TextButton] = []
        self._row = QHBoxLayout(self)
        self._row.setSpacing(0)
        self._row.addWidget(self._name)
        self._row.addSpacing(26)
        for tab in self.tabs.values():
            tab.setCheckable(True)
            tab.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
            self._group.addButton(tab)
            self._row.addWidget(tab)
        self._row.addStretch(1)
        for button, signal in (
            (self.presets, self.presets_requested),
            (self.runs, self.runs_requested),
            (self.open, self.open_requested),
            (self.save, self.save_requested),
            (self.theme, self.theme_requested),
        ):
            self._row.addWidget(button)
            self._row.addSpacing(4)
            button.clicked.connect(lambda _=False, said=signal: said.emit())
        if names:
            self.set_lab(names[0])
        self._group.buttonClicked.connect(lambda tab: self.lab_chosen.emit(tab.text()))
        self.setAccessibleName("Labs")
        self.set_theme(LIGHT)

    def add(self, text: str, tip: str) -> TextButton:
        """One more thing that can be done, before the last."""
        button = TextButton(text, "plain", tip)
        button.set_theme(self._theme)
        at = self._row.indexOf(self.theme)
        self._row.insertWidget(at, button)
        self._row.insertSpacing(at + 1, 4)
        QWidget.setTabOrder(self._added[-1] if self._added else self.save, button)
        QWidget.setTabOrder(button, self.theme)
        self._added.append(button)
        return button

    def set_lab(self, name: str) -> None:
        """Shows that the lab `name` is open; says nothing."""
        self.tabs[name].setChecked(True)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self._name.set_theme(theme, 15, 600)
        for button in (*self.tabs.values(), self.presets, self.runs, self.open, self.save, *self._added, self.theme):
            button.set_theme(theme)
        self._row.setContentsMargins(20, 0, 12, 0)
        self.setFixedHeight(breadth(theme, HEIGHT))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.card)
        painter.setPen(self._theme.hairline)
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()
