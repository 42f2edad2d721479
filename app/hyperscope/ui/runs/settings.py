"""The settings of several runs as a table, those that differ first and in bold."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableWidget, QTableWidgetItem

from hyperscope.lab.library.run_compare import Setting
from hyperscope.ui.as_written import as_written
from hyperscope.ui.controls.fade import Fade
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import LIGHT, Theme, font

ROW = 22  # pixels


class SettingsTable(QTableWidget):
    """A row for each setting, a column for each run."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._settings: tuple[Setting, ...] = ()
        self._heads: list[str] = []
        self._tips: list[str] = []
        self.setAccessibleName("Settings of the chosen runs, those that differ first")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self._fade = Fade(self)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def show_settings(self, settings: Sequence[Setting], heads: list[str], tips: list[str]) -> None:
        """Shows settings under `heads`, one for each run, each explained by its tip."""
        if (tuple(settings), heads, tips) == (self._settings, self._heads, self._tips):
            return
        self._settings, self._heads, self._tips = tuple(settings), heads, tips
        self._fill()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self._fade.set_theme(theme)
        head = f"QHeaderView::section {{ background: {theme.card.name()}; color: {theme.quiet.name()}; border: none; "
        self.setStyleSheet(
            f"QTableWidget {{ background: {theme.card.name()}; border: none; }} {head}"
            f"border-bottom: 1px solid {theme.hairline.name()}; padding: 0 4px; "
            f"font-size: {pixels(theme, 11)}px; }}"
        )
        self.verticalHeader().setDefaultSectionSize(pixels(theme, ROW))
        self.verticalHeader().setMinimumSectionSize(pixels(theme, ROW))
        self.horizontalHeader().setFont(font(11, 600, theme.scale))
        self._fill()

    def _fill(self) -> None:
        theme = self._theme
        self.clear()
        self.setRowCount(len(self._settings))
        self.setColumnCount(1 + len(self._heads))
        differing = sum(setting.differs for setting in self._settings)
        first = QTableWidgetItem(
            {0: "All settings are equal", 1: "1 setting differs"}.get(differing, f"{differing} settings differ")
        )
        self.setHorizontalHeaderItem(0, first)
        for column, (head, tip) in enumerate(zip(self._heads, self._tips, strict=True), 1):
            self.setHorizontalHeaderItem(column, item := QTableWidgetItem(head))
            item.setToolTip(as_written(tip))
        plain, strong = font(12, 400, theme.scale), font(12, 600, theme.scale)
        for row, setting in enumerate(self._settings):
            for column, words in enumerate((setting.name, *setting.values)):
                item = QTableWidgetItem(words)
                item.setFont(strong if setting.differs else plain)
                item.setForeground(theme.text if setting.differs else theme.quiet)
                if len(words) > 20:
                    item.setToolTip(as_written(words))
                self.setItem(row, column, item)
        bar = self.horizontalHeader()
        for column in range(self.columnCount()):
            mode = QHeaderView.ResizeMode.Stretch if column else QHeaderView.ResizeMode.ResizeToContents
            bar.setSectionResizeMode(column, mode)
