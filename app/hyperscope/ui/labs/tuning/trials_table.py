"""Every trial of a search as a row: its settings, and what it came to. Sorted by any column."""

from __future__ import annotations

import math

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from hyperscope.lab.tuning.space import shown
from hyperscope.ui.controls.fade import Fade
from hyperscope.ui.labs.tuning.results import Results, Row
from hyperscope.ui.style import mixed, pixels
from hyperscope.ui.theme import LIGHT, Theme, font

Index = QModelIndex | QPersistentModelIndex
REACHED = ("dev loss", "accuracy", "epoch", "state")
ROW = 20  # pixels high
SORTED_BY = Qt.ItemDataRole.UserRole


class TrialModel(QAbstractTableModel):
    """The rows of `results`, in the order in which they came, as far as `parent` was seen since: sorting them anew with
    each that moves takes longer than all charts.
    """

    def __init__(self, results: Results, parent: QWidget) -> None:
        super().__init__(parent)
        self.results, self._table = results, parent
        self.numbers: list[int] = []
        self._plan: object = None
        self.theme = LIGHT
        results.changed.connect(self.follow)

    def follow(self) -> None:
        """Takes note of rows that came or moved."""
        results = self.results
        if results.plan is not self._plan or not set(self.numbers) <= results.rows.keys():
            self.beginResetModel()
            self._plan = results.plan
            self.numbers = sorted(results.rows)
            self.endResetModel()
            return
        if not self._table.isVisible():
            return
        if self.numbers:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.numbers) - 1, self.columnCount() - 1))
        known = set(self.numbers)
        if more := sorted(number for number in results.rows if number not in known):
            first = len(self.numbers)
            self.beginInsertRows(QModelIndex(), first, first + len(more) - 1)
            self.numbers += more
            self.endInsertRows()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.numbers)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self.results.plan is None else 1 + len(self._knobs) + len(REACHED)

    @property
    def _knobs(self) -> tuple[str, ...]:
        return tuple(one.knob for one in self.results.space.knobs)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole or not self.columnCount():
            return None
        names = ("trial", *(self.results.space.of(knob).symbol for knob in self._knobs), *REACHED)
        return names[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.results.rows[self.numbers[index.row()]]
        if role == SORTED_BY:
            return self._figure(row, index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(row, index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self.theme.text if row.sound else self.theme.quiet
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.why or None
        return None

    def _figure(self, row: Row, column: int) -> float | str:
        knobs = self._knobs
        if column == 0:
            return float(row.number)
        if column <= len(knobs):
            return self.results.space.of(knobs[column - 1]).position(row.values[knobs[column - 1]])
        return (row.loss if math.isfinite(row.loss) else 1e300, row.accuracy, row.epoch, row.state)[
            column - 1 - len(knobs)
        ]

    def _words(self, row: Row, column: int) -> str:
        knobs = self._knobs
        if column == 0:
            return str(row.number)
        if column <= len(knobs):
            return shown(row.values[knobs[column - 1]])
        loss = f"{row.loss:.4g}" if math.isfinite(row.loss) else "∞"
        return (loss, f"{100 * row.accuracy:.1f} %", f"{row.epoch:.0f}", row.state)[column - 1 - len(knobs)]


class TrialsTable(QTableView):
    """The table; `opened` carries the number of a trial that was double-clicked, or Enter was pressed at."""

    opened = Signal(int)

    def __init__(self, results: Results, parent: QWidget) -> None:
        super().__init__(parent)
        self.results = results
        self.setAccessibleName("Every trial, as a table")
        self.rows = TrialModel(results, self)
        self.sorted = QSortFilterProxyModel(self)
        self.sorted.setSourceModel(self.rows)
        self.sorted.setSortRole(SORTED_BY)
        self.setModel(self.sorted)
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setMouseTracking(True)
        self._fade = Fade(self)
        self._ours = False  # whether it is the table that chooses just now
        self.selectionModel().selectionChanged.connect(self._choose)
        self.entered.connect(lambda index: results.look_at(self.number(index)))
        self.doubleClicked.connect(lambda index: self.opened.emit(self.number(index)))
        results.chosen_changed.connect(self._follow_chosen)

    def number(self, index: Index) -> int:
        """The trial in a row."""
        return self.rows.numbers[self.sorted.mapToSource(index).row()]

    def order_by(self, column: str, ascending: bool = True) -> None:
        """Sorts by a column's head."""
        heads = [str(self.rows.headerData(k, Qt.Orientation.Horizontal)) for k in range(self.rows.columnCount())]
        self.sortByColumn(
            heads.index(column), Qt.SortOrder.AscendingOrder if ascending else Qt.SortOrder.DescendingOrder
        )

    def shown(self) -> list[int]:
        """The trials from the first row to the last."""
        return [self.number(self.sorted.index(row, 0)) for row in range(self.sorted.rowCount())]

    def _choose(self) -> None:
        if self._ours:
            return
        self._ours = True
        self.results.choose(self.number(index) for index in self.selectionModel().selectedRows())
        self._ours = False

    def showEvent(self, event: QShowEvent) -> None:
        self.rows.follow()
        self._follow_chosen()
        super().showEvent(event)

    def _follow_chosen(self) -> None:
        """Shows what was chosen elsewhere."""
        if self._ours or not self.isVisible():
            return
        rows = [at for at, number in enumerate(self.shown()) if number in self.results.chosen]
        if sorted(index.row() for index in self.selectionModel().selectedRows()) == rows:
            return
        self._ours = True
        wanted, last = QItemSelection(), self.sorted.columnCount() - 1
        for row in rows:
            wanted.select(self.sorted.index(row, 0), self.sorted.index(row, last))
        self.selectionModel().select(wanted, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if rows:
            self.scrollTo(self.sorted.index(rows[0], 0))
        self._ours = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.number(self.currentIndex()))
        elif event.key() == Qt.Key.Key_Escape and self.results.chosen:
            self.clearSelection()
        else:
            super().keyPressEvent(event)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.rows.theme = theme
        self._fade.set_theme(theme)
        aside = pixels(theme, 18)  # for the arrow of the column that sorts, which would lie over its head
        picked = mixed(theme.card, theme.accent, 0.22).name()
        self.setStyleSheet(
            f"QTableView {{ background: {theme.card.name()}; border: none; outline: none; "
            f"selection-background-color: {picked}; selection-color: {theme.text.name()}; }}"
            f"QHeaderView {{ background: {theme.card.name()}; border: none; }}"
            f"QHeaderView::section {{ background: {theme.card.name()}; color: {theme.quiet.name()}; border: none; "
            f"border-bottom: 1px solid {theme.hairline.name()}; padding: 0 {aside}px 0 4px; "
            f"font-size: {pixels(theme, 11)}px; }} QTableView::item {{ padding-right: {aside}px; }}"
        )
        self.setFont(font(11, 400, theme.scale))
        self.horizontalHeader().setFont(font(11, 600, theme.scale))
        self.verticalHeader().setDefaultSectionSize(pixels(theme, ROW))
        self.verticalHeader().setMinimumSectionSize(pixels(theme, ROW))
