"""The first rows of a table under heads that say what each column holds and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from hyperscope.lab.examples.cells import read_cells
from hyperscope.lab.examples.csv_rows import AS_IT_STANDS, NoNames, Reading
from hyperscope.lab.examples.examples import ColumnPreview, TablePreview, preview
from hyperscope.lab.examples.filling import FILLS
from hyperscope.lab.examples.table import Gaps, gaps_in
from hyperscope.lab.experiment.data import Data
from hyperscope.ui.as_written import as_written
from hyperscope.ui.controls.check_box import draw_box
from hyperscope.ui.controls.control import draw_focus
from hyperscope.ui.controls.words import shown
from hyperscope.ui.guarded import guarded_part
from hyperscope.ui.style import mixed, pixels
from hyperscope.ui.theme import LIGHT, Theme, font

ROW, HEAD = 24, 44  # pixels high
BOX, APART = 12, 6  # pixels: the box that switches a column, and from there to its name
PAD = 9  # pixels between a column's edge and its text
NARROWEST, WIDEST = 56, 190  # pixels
SPREAD = 40  # pixels that a column may grow by where there is room to spare
ROWS = 12  # as many as a table without anything to decide has room for
SHOWN = 200  # columns; more would be slow to lay out and nobody would scroll through them
ORANGE = 1  # of the theme's class colours, as the ground of what is missing

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What a file holds: a preview, and where values are missing."""

    table: TablePreview
    gaps: Gaps
    reading: Reading = AS_IT_STANDS  # with which it was read

    @property
    def missing(self) -> int:
        """How many values there are not."""
        return sum(column.missing for column in self.table.columns)

    def texts(self, data: Data) -> list[ColumnPreview]:
        """The columns of text besides the class and those that are switched off."""
        off = {data.label, *data.left_out}
        return [column for column in self.table.columns if column.kind == "text" and column.name not in off]


def first_look(path: Path, reading: Reading = AS_IT_STANDS, *, guess: bool = True) -> FirstLook:
    """What the file at `path` holds; with `guess` its first row is data where it can be no names.

    Raises: ValueError with one sentence if it is no table at all.
    """
    try:
        cells = read_cells(path, reading)
    except NoNames:
        if not guess:
            raise
        reading = replace(reading, first_row="data")
        cells = read_cells(path, reading)
    return FirstLook(preview(cells, ROWS), gaps_in(cells), reading)


@dataclass(frozen=True, slots=True)
class Head:
    """A column, whether it is the class, and whether it is left out."""

    column: ColumnPreview
    is_class: bool
    left_out: bool
    off: bool = False  # left out by choice

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.name

    @property
    def facts(self) -> str:
        """What stands below the name."""
        return facts_of(self.column, is_class=self.is_class, left_out=self.left_out, off=self.off)


class FirstRows(QAbstractTableModel):
    """The rows of a first look, and what the choices made so far leave of them."""

    def __init__(self) -> None:
        super().__init__()
        self._look: FirstLook | None = None
        self.heads: list[Head] = []
        self.rows_left_out: list[bool] = []

    def set_look(self, look: FirstLook, data: Data) -> None:
        """Another table."""
        self.beginResetModel()
        self._look = look
        self._decide(look, data)
        self.endResetModel()

    def set_choices(self, data: Data) -> None:
        """The same table, to be read as `data` says."""
        if self._look is not None:
            self._decide(self._look, data)
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.heads) - 1)
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self._look is None else len(self._look.table.first)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.heads)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) and self._look is not None:
            cell = self._look.table.first[index.row()][index.column()]
            return cell if role == Qt.ItemDataRole.DisplayRole else as_written(cell)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.text(index) + (", missing" if self.is_missing(index) else "")
        return None

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if way == Qt.Orientation.Vertical or section >= len(self.heads):
            return None
        head = self.heads[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return head.name
        if role == Qt.ItemDataRole.ToolTipRole:
            switch = "" if head.is_class else f" · {'Switch it on' if head.off else 'Switch it off'}: click, or space"
            return as_written(f"{head.name}: {head.facts}{switch}")
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{head.name}: {head.facts}"
        return None

    def text(self, index: Index) -> str:
        """What a cell says; a word where it is empty."""
        return self.data(index) or "empty"

    def is_missing(self, index: Index) -> bool:
        """Whether a cell has no value."""
        if self._look is None:
            return False
        head, gaps = self.heads[index.column()], self._look.gaps
        found = (gaps.classes if head.is_class else gaps.features).get(head.name)
        return found is not None and bool(found[index.row()])

    def is_left_out(self, index: Index) -> bool:
        """Whether a cell's row or column will not be read."""
        return self.heads[index.column()].left_out or self.rows_left_out[index.row()]

    def is_number(self, column: int) -> bool:
        """Whether a column holds numbers."""
        return self._look is not None and self._look.table.columns[column].kind == "number"

    def _decide(self, look: FirstLook, data: Data) -> None:
        off = set(data.left_out) - {data.label}
        gone = off | ({column.name for column in look.texts(data)} if data.words == "drop columns" else set())
        if data.missing == "drop columns":
            gone.update(look.gaps.columns(data.label, data.words))
        self.heads = [
            Head(column, column.name == data.label, column.name in gone, column.name in off)
            for column in look.table.columns[:SHOWN]
        ]
        lost = None
        if data.missing == "drop rows":
            lost = look.gaps.rows(data.label, data.words, data.left_out)
        elif data.missing in FILLS:
            lost = look.gaps.without_class(data.label)
        first = len(look.table.first)
        self.rows_left_out = [False] * first if lost is None else lost[:first].tolist()


def facts_of(column: ColumnPreview, *, is_class: bool, left_out: bool, off: bool = False) -> str:
    """What stands below a column's name."""
    facts: list[str] = (
        ["off"] if off else ["left out"] if left_out else ["class", column.kind] if is_class else [column.kind]
    )
    if column.missing:
        facts.append(f"{shown(column.missing)} missing")
    return " · ".join(facts)


class PreviewTable(QTableView):
    """Shows the model; it scrolls, and no cell in it can be changed. A click on a head, or space in its column, asks
    for the column to be switched on or off: `switched` carries its name.
    """

    switched = Signal(str)

    def __init__(self, model: FirstRows) -> None:
        super().__init__()
        self._theme = LIGHT
        self.rows = model
        self.setModel(model)
        self.setAccessibleName("First rows")
        self.setHorizontalHeader(_Heads(self))
        self.setItemDelegate(_Cells(self))
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        model.modelReset.connect(self._fit)
        self.horizontalHeader().setSectionsClickable(True)
        self.horizontalHeader().sectionClicked.connect(self._switch)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            self._switch(self.currentIndex().column())
        else:
            super().keyPressEvent(event)

    def _switch(self, section: int) -> None:
        head = self.rows.heads[section]
        if not head.is_class:
            self.switched.emit(head.name)

    @property
    def theme(self) -> Theme:
        """What it is drawn with."""
        return self._theme

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.setFont(font(11, 400, theme.scale))
        heads = self.horizontalHeader()
        heads.setFixedHeight(pixels(theme, HEAD))
        heads.setMinimumSectionSize(pixels(theme, NARROWEST))
        rows = self.verticalHeader()
        rows.setMinimumSectionSize(pixels(theme, ROW))
        rows.setDefaultSectionSize(pixels(theme, ROW))
        self._fit()
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(pixels(self._theme, 400), pixels(self._theme, HEAD + ROW * max(3, self.rows.rowCount()) + 8))

    def minimumSizeHint(self) -> QSize:
        return QSize(pixels(self._theme, 200), pixels(self._theme, HEAD + 3 * ROW))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As wide as its text for each column, and a little of what room is left over."""
        theme, model = self._theme, self.rows
        strong, plain = QFontMetrics(head_font(theme)), QFontMetrics(self.font())
        wide = []
        for column, head in enumerate(model.heads):
            texts = [plain.horizontalAdvance(model.text(model.index(row, column))) for row in range(model.rowCount())]
            named = strong.horizontalAdvance(head.name) + pixels(theme, BOX + APART)
            most = max(named, self._facts_wide(head), *texts, 0)
            most += 2 * pixels(theme, PAD) + 2
            wide.append(min(pixels(theme, WIDEST), max(pixels(theme, NARROWEST), most)))
        spare = max(0, self.viewport().width() - sum(wide))
        for column, width in enumerate(wide):
            self.setColumnWidth(column, width + min(pixels(theme, SPREAD), spare // len(wide)))

    def _facts_wide(self, head: Head) -> int:
        """The room for all that a head may come to say, so that no choice moves the columns."""
        ways = {facts_of(head.column, is_class=False, left_out=out) for out in (False, True)} | {head.facts}
        return max(QFontMetrics(self.font()).horizontalAdvance(facts) for facts in ways)


def head_font(theme: Theme) -> QFont:
    """The type of column names."""
    return font(11, 600, theme.scale)


class _Heads(QHeaderView):
    """Name and facts on two lines; the class column's in the accent colour over a line of it."""

    def __init__(self, table: PreviewTable) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._table = table
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setHighlightSections(False)

    @guarded_part
    def paintSection(self, painter: QPainter, box: QRect, section: int) -> None:
        model, theme = self._table.rows, self._table.theme
        if section >= len(model.heads):
            return
        head = model.heads[section]
        painter.fillRect(box, theme.card)
        painter.fillRect(QRect(box.left(), box.bottom(), box.width(), 1), theme.hairline)
        pad = pixels(theme, PAD)
        room = box.adjusted(pad, pixels(theme, 6), -pad, -pixels(theme, 6))
        side = Qt.AlignmentFlag.AlignRight if model.is_number(section) else Qt.AlignmentFlag.AlignLeft
        if head.is_class:
            thick = pixels(theme, 2)
            painter.fillRect(box.adjusted(pad, box.height() - thick, -pad, 0), theme.accent)
        name_font = head_font(theme)
        name_font.setStrikeOut(head.left_out)
        name = theme.accent if head.is_class else faded(theme) if head.left_out else theme.text
        facts = theme.accent if head.is_class else theme.quiet
        if not head.is_class:
            wide, apart, metrics = pixels(theme, BOX), pixels(theme, APART), QFontMetrics(name_font)
            left = room.left()
            if side == Qt.AlignmentFlag.AlignRight:
                left = max(left, room.right() - metrics.horizontalAdvance(head.name) - apart - wide)
            top = room.top() + (metrics.height() - wide) / 2
            draw_box(painter, QRectF(left, top, wide, wide), theme, on=not head.off)
            room.setLeft(left + wide + apart)
        for text, type_, colour, where in (
            (head.name, name_font, name, Qt.AlignmentFlag.AlignTop),
            (head.facts, self._table.font(), facts, Qt.AlignmentFlag.AlignBottom),
        ):
            painter.setFont(type_)
            painter.setPen(colour)
            cut = QFontMetrics(type_).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, side | where, cut)


class _Cells(QStyledItemDelegate):
    """Cells as they are written: a tinted ground where a value is missing, struck out where it will not be read."""

    def __init__(self, table: PreviewTable) -> None:
        super().__init__(table)
        self._table = table

    @guarded_part
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model, theme = self._table.rows, self._table.theme
        missing, left_out = model.is_missing(index), model.is_left_out(index)
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        pad = pixels(theme, PAD)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if missing:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mixed(theme.card, theme.class_colour(ORANGE), 0.24))
            painter.drawRoundedRect(QRectF(box).adjusted(pad / 2, 2, -pad / 2, -2), 4, 4)
        made = QFont(self._table.font())
        made.setStrikeOut(left_out)
        made.setItalic(missing)
        painter.setFont(made)
        painter.setPen(theme.text if not left_out else theme.quiet if missing else faded(theme))
        room = box.adjusted(pad, 0, -pad, 0)
        side = Qt.AlignmentFlag.AlignRight if model.is_number(index.column()) else Qt.AlignmentFlag.AlignLeft
        text = QFontMetrics(made).elidedText(model.text(index), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, text)
        if state & QStyle.StateFlag.State_HasFocus:
            draw_focus(painter, QRectF(box).adjusted(1, 1, -1, -1), 4, theme.accent)


def faded(theme: Theme) -> QColor:
    """The colour of what will not be read."""
    return mixed(theme.quiet, theme.card, 0.2)
