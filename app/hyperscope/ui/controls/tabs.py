"""The top bar: the program's name, the labs as tabs, and what can be done with an experiment; and a lab's views."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QSpacerItem, QWidget

from hyperscope.ui.controls.buttons import TextButton
from hyperscope.ui.controls.control import Caption, keep_arrows
from hyperscope.ui.controls.keyboard import KeepsArrows
from hyperscope.ui.controls.text_choice import TextChoice
from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import NARROWER, breadth, pixels
from hyperscope.ui.theme import GRID, LIGHT, Theme

HEIGHT = 46  # pixels
VIEWS = 30  # pixels of the row of views
INDENT = 20  # pixels from the left edge


class _Tab(KeepsArrows, TextButton):
    """One lab; the arrow keys go from tab to tab, and open what they come to."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "tab")
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)


def _gap(width: int) -> QSpacerItem:
    """So many pixels, or fewer where large type needs the room."""
    return QSpacerItem(width, 0, QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Minimum)


class LabTabs(QWidget):
    """Tabs for `names`, the first one open; `lab_chosen` carries a name. Tab stops once among them."""

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
        self.tabs = {name: _Tab(name) for name in names}
        self.presets = TextButton("Presets", "plain", "Experiments that each show one thing · P")
        self.runs = TextButton("Runs", "plain", "Every run so far, to compare and to reopen · L")
        self.open = TextButton("Open", "plain", "Open an experiment, or a table of your own")
        self.save = TextButton("Save", "plain", "Save the experiment")
        self.theme = TextButton("Theme", "plain", "Light or dark")
        self._added: list[TextButton] = []
        self._close = False
        self._row = QHBoxLayout(self)
        self._row.setSpacing(0)
        self._name.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._row.addWidget(self._name)
        self._row.addItem(_gap(26))
        for tab in self.tabs.values():
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
            self._row.addItem(_gap(4))
            button.clicked.connect(lambda _=False, said=signal: said.emit())
        if names:
            self.set_lab(names[0])
        self._group.buttonClicked.connect(self._choose)
        self.setAccessibleName("Labs")
        self.set_theme(LIGHT)

    def add(self, text: str, tip: str) -> TextButton:
        """One more thing that can be done, before the last."""
        button = TextButton(text, "plain", tip)
        button.set_theme(self._theme)
        at = self._row.indexOf(self.theme)
        self._row.insertWidget(at, button)
        self._row.insertItem(at + 1, _gap(4))
        QWidget.setTabOrder(self._added[-1] if self._added else self.save, button)
        QWidget.setTabOrder(button, self.theme)
        self._added.append(button)
        self._make_room()
        return button

    def set_lab(self, name: str) -> None:
        """Shows that the lab `name` is open; says nothing."""
        self.tabs[name].setChecked(True)
        for one, tab in self.tabs.items():
            tab.setFocusPolicy(Qt.FocusPolicy.TabFocus if one == name else Qt.FocusPolicy.ClickFocus)

    def _choose(self, tab: TextButton) -> None:
        self.set_lab(tab.text())
        self.lab_chosen.emit(tab.text())

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self._name.set_theme(theme, 15, 600)
        for button in (*self.tabs.values(), self.presets, self.runs, self.open, self.save, *self._added, self.theme):
            button.set_theme(theme)
        self._row.setContentsMargins(INDENT, 0, 12, 0)
        self.setFixedHeight(breadth(theme, HEIGHT))
        self._make_room()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Sets tabs closer, and leaves the program's name out, where words would be cut otherwise."""
        saved = 2 * pixels(self._theme, NARROWER) * len(self.tabs)
        actions = (self.presets, self.runs, self.open, self.save, *self._added, self.theme)
        asked = INDENT + 12 + sum(button.sizeHint().width() for button in (*self.tabs.values(), *actions))
        asked += saved if self._close else 0
        name = self._name.sizeHint().width() + GRID
        self._set_close(self.width() < asked + name)
        self._name.setVisible(self.width() >= asked + name - (saved if self._close else 0))

    def _set_close(self, close: bool) -> None:
        if close == self._close:
            return
        self._close = close
        for tab in self.tabs.values():
            tab.setProperty("close", close)
            kept = tab.font()
            tab.style().unpolish(tab)
            tab.style().polish(tab)
            tab.setFont(kept)  # which unpolishing takes back to what it was before the style sheet
            tab.updateGeometry()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        _paint_bar(self, self._theme)


class ViewRow(QWidget):
    """The words for a lab's views, below the tabs; not there while a lab has none. `view_chosen` carries a title."""

    view_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self.choice: TextChoice | None = None
        self._shown: tuple[str, ...] = ()  # the lab and its views
        self._row = QHBoxLayout(self)
        self.setAccessibleName("Views")
        self.hide()

    def show_views(self, lab: str, titles: Sequence[str], chosen: str) -> None:
        """Shows these words for the views of `lab`, one of them chosen; says nothing."""
        if self.choice is not None and self._shown == (lab, *titles):
            self.choice.blockSignals(True)  # the word that has the keyboard keeps it
            self.choice.choose(chosen)
            self.choice.blockSignals(False)
            return
        self._shown = (lab, *titles)
        if self.choice is not None:
            self._row.removeWidget(self.choice)
            self.choice.hide()
            self.choice.deleteLater()
            self.choice = None
            self._row.takeAt(0)  # the stretch after it
        if titles:
            self.choice = TextChoice(titles, f"View of {lab}", weight=600)
            self.choice.choose(chosen)
            self.choice.chosen.connect(self.view_chosen)
            for title in titles:
                self.choice.word(title).installEventFilter(self)
            self._row.addWidget(self.choice)
            self._row.addStretch(1)
            self.set_theme(self._theme)
        self.setVisible(bool(titles))

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        if self.choice is not None:
            self.choice.set_theme(theme)
        self._row.setContentsMargins(INDENT - 4, 0, 12, 0)
        self.setFixedHeight(breadth(theme, VIEWS))
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        keep_arrows(event)  # which go from word to word, whatever the window uses them for
        return False

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        _paint_bar(self, self._theme)


def _paint_bar(bar: QWidget, theme: Theme) -> None:
    painter = QPainter(bar)
    painter.fillRect(bar.rect(), theme.card)
    painter.setPen(theme.hairline)
    painter.drawLine(0, bar.height() - 1, bar.width(), bar.height() - 1)
    painter.end()
