"""The list of runs: a row each with picture, title, numbers and star, drawn and asked for as it comes in sight."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    QTimerEvent,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from hyperscope.lab.library.library import KeptRun
from hyperscope.ui import paint
from hyperscope.ui.as_written import as_written
from hyperscope.ui.controls.control import draw_focus
from hyperscope.ui.controls.fade import Fade
from hyperscope.ui.controls.lines import in_lines
from hyperscope.ui.guarded import guarded, guarded_part
from hyperscope.ui.panels.common.axes import epoch_text, number_text
from hyperscope.ui.runs.star import paint_star
from hyperscope.ui.style import PICKED, mixed, pixels
from hyperscope.ui.theme import LIGHT, RADIUS, Theme

Index = QModelIndex | QPersistentModelIndex
ORDERS = ("Newest", "Best dev loss")
HEIGHT = 62  # pixels of a row
LINE = 18  # pixels of each of three lines in it
PICTURE = 46  # pixels along the side of a row's picture
RIM = 4  # pixels around the rows
STAR = 34  # pixels that the star has at a row's left
NUMBERS = 76  # pixels of each column of numbers
KEPT = 300  # pictures kept in memory
RUN = Qt.ItemDataRole.UserRole


def chosen(runs: Sequence[KeptRun], words: str, starred: bool, order: str) -> list[KeptRun]:
    """The runs that have all the words in title, data set or notes, and a star if `starred`, in one of ORDERS."""
    wanted = words.casefold().split()
    found = [
        run
        for run in runs
        if (run.star or not starred)
        and all(word in f"{run.title} {run.source} {run.notes}".casefold() for word in wanted)
    ]
    if order == ORDERS[1]:
        found.sort(key=lambda run: float("inf") if run.best_dev_loss is None else run.best_dev_loss)
    return found


def when(moment: float, now: float | None = None) -> str:
    """12:03 if that was today, else 20 Nov, with the year if that was another."""
    then, today = datetime.fromtimestamp(moment), datetime.fromtimestamp(time.time() if now is None else now)
    if then.date() == today.date():
        return f"{then:%H:%M}"
    return f"{then.day} {then:%b}" + (f" {then.year}" if then.year != today.year else "")


def measure(value: float | None) -> str:
    """A loss for reading."""
    return "–" if value is None else number_text(value)


def share(value: float | None) -> str:
    """An accuracy for reading."""
    return "–" if value is None else f"{100 * value:.1f} %"


def title_lines(title: str, metrics: QFontMetrics, room: int) -> list[str]:
    """A run's title on a line of `room` pixels, or on two, broken after one of the dots between its parts."""
    return in_lines("\u00a0· ".join(part.replace(" ", "\u00a0") for part in title.split(" · ")), metrics, room, 2)


def in_words(run: KeptRun) -> str:
    """A row as a screen reader says it."""
    star = "starred, " if run.star else ""
    notes = f", notes: {run.notes}" if run.notes else ""
    return (
        f"{star}{run.title}, {epoch_text(run.epochs)} epochs, dev loss {measure(run.dev_loss)}, best "
        f"{measure(run.best_dev_loss)}, dev accuracy {share(run.dev_accuracy)}, {when(run.created)}{notes}"
    )


class RunModel(QAbstractListModel):
    """Runs in order; `pictures_wanted` carries the ids of those in sight that have none yet."""

    pictures_wanted = Signal(list)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.runs: list[KeptRun] = []
        self._pictures: OrderedDict[tuple[str, float], QPixmap] = OrderedDict()
        self._wanted: list[str] = []
        self._asked: set[tuple[str, float]] = set()  # of pictures on their way

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.runs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        run = self.runs[index.row()]
        if role == RUN:
            return run
        if role == Qt.ItemDataRole.DisplayRole:
            return run.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return in_words(run)
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_written(run.notes) or None
        return None

    def show_runs(self, runs: list[KeptRun]) -> None:
        """Shows other runs, or the same further on."""
        self._asked.clear()  # what was refused may be asked for again
        if runs == self.runs:
            return
        if [run.id for run in runs] == [run.id for run in self.runs]:
            self.runs = runs
            self.dataChanged.emit(self.index(0), self.index(len(runs) - 1))
            return
        self.beginResetModel()
        self.runs = runs
        self.endResetModel()

    @property
    def pictures(self) -> int:
        """How many pictures are in memory."""
        return len(self._pictures)

    def picture(self, run: KeptRun) -> QPixmap | None:
        """The run's picture; if it is not here yet it is asked for, once the rows in sight are painted."""
        key = (run.id, run.updated)
        if key in self._pictures:
            self._pictures.move_to_end(key)
            return self._pictures[key]
        if key not in self._asked:
            self._asked.add(key)
            if not self._wanted:
                self.startTimer(0)
            self._wanted.append(run.id)
        return next((picture for (one, _), picture in self._pictures.items() if one == run.id), None)

    def timerEvent(self, event: QTimerEvent) -> None:
        self.killTimer(event.timerId())
        wanted, self._wanted = self._wanted, []
        self.pictures_wanted.emit(wanted)

    def take_pictures(self, asked: Sequence[str], found: dict[str, bytes]) -> None:
        """Takes on PNGs by id; for those `asked` for without one, a blank."""
        updated = {run.id: run.updated for run in self.runs}
        for one in asked:
            picture = QPixmap()
            picture.loadFromData(found.get(one, b""))
            self._pictures[one, updated.get(one, 0.0)] = picture
            self._asked = {key for key in self._asked if key[0] != one}
        while len(self._pictures) > KEPT:
            self._pictures.popitem(last=False)
        if self.runs:
            self.dataChanged.emit(self.index(0), self.index(len(self.runs) - 1))


class RunRow(QStyledItemDelegate):
    """Paints a row. `letters` says which colour and letter a chosen run has where several are compared."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = LIGHT
        self.letters: dict[str, tuple[str, QColor]] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, pixels(self.theme, HEIGHT))

    @guarded_part
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, unit, run = self.theme, self.theme.scale, index.data(RUN)
        state, whole = option.state, QRectF(option.rect).adjusted(0, 1, 0, -1)
        picked = bool(state & QStyle.StateFlag.State_Selected)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        if picked:
            painter.setBrush(mixed(theme.card, theme.accent, PICKED))
        else:
            painter.setBrush(mixed(theme.card, theme.text, 0.05 if state & QStyle.StateFlag.State_MouseOver else 0.0))
        painter.drawRoundedRect(whole, RADIUS, RADIUS)
        paint_star(painter, QRectF(whole.left(), whole.top(), STAR * unit, whole.height()), theme, bool(run.star))
        side = PICTURE * unit
        tile = QRectF(whole.left() + STAR * unit, whole.center().y() - side / 2, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.control)
        painter.drawRoundedRect(tile, 4, 4)
        model = index.model()
        assert isinstance(model, RunModel)
        picture = model.picture(run)
        if picture is not None and not picture.isNull():
            sharp = side * painter.device().devicePixelRatioF()
            small = picture.scaled(  # the painter's own reduction leaves pixels out, and points become specks
                round(sharp),
                round(sharp),
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            painter.drawPixmap(tile, small, QRectF(small.rect()))
        if run.id in self.letters:
            self._paint_letter(painter, tile, *self.letters[run.id])
        self._paint_words(painter, whole, tile.right() + 12 * unit, run)
        if state & QStyle.StateFlag.State_HasFocus and picked:
            draw_focus(painter, whole.adjusted(1, 1, -1, -1), RADIUS, theme.accent)

    def _paint_letter(self, painter: QPainter, tile: QRectF, letter: str, colour: QColor) -> None:
        unit = self.theme.scale
        badge = QRectF(tile.left() - 5 * unit, tile.top() - 4 * unit, 17 * unit, 17 * unit)
        painter.setPen(QPen(self.theme.card, 1.5 * unit))
        painter.setBrush(colour)
        painter.drawEllipse(badge)
        ink = max((QColor("white"), QColor("black")), key=lambda ink: paint.contrast(ink, colour))
        paint.write(painter, badge, letter, paint.face(10, 600, unit), ink, Qt.AlignmentFlag.AlignHCenter)

    def _paint_words(self, painter: QPainter, whole: QRectF, left: float, run: KeptRun) -> None:
        theme, unit = self.theme, self.theme.scale
        strong, plain, small = (paint.face(*of, unit) for of in ((13, 500), (12, 400), (11, 400)))
        up = QRectF(left, whole.center().y() - 20 * unit, 0, 20 * unit)
        right = whole.right() - 12 * unit
        end = Qt.AlignmentFlag.AlignRight
        for above, below in (
            (share(run.dev_accuracy), when(run.created)),
            (measure(run.dev_loss), f"best {measure(run.best_dev_loss)}"),
        ):
            cell = QRectF(right - NUMBERS * unit, up.top(), NUMBERS * unit, up.height())
            paint.write(painter, cell, above, plain, theme.text, end)
            paint.write(painter, cell.translated(0, up.height()), below, small, theme.quiet, end)
            right -= (NUMBERS + 8) * unit
        up.setRight(right)
        lines = title_lines(run.title, QFontMetrics(strong), int(up.width()))
        if len(lines) > 1:  # three lines in place of two
            up.setTop(whole.center().y() - 1.5 * LINE * unit)
            up.setHeight(LINE * unit)
        for line in lines:
            paint.write(painter, up, line, strong, theme.text)
            up.translate(0, up.height())
        below = f"{epoch_text(run.epochs)} epochs" + (f" · {' '.join(run.notes[:400].split())}" if run.notes else "")
        paint.write(painter, up, below, small, theme.quiet)


class RunList(QListView):
    """Rows of runs of which several can be chosen; `star_pressed` carries a row."""

    star_pressed = Signal(int)
    opened = Signal()  # Enter, or a double click

    def __init__(self) -> None:
        super().__init__()
        self._empty = ""
        self.row = RunRow(self)
        self.setItemDelegate(self.row)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setAccessibleName("Runs")
        self.setToolTip("Ctrl or Shift and a click choose several to compare. S gives a star, Delete removes.")
        self.doubleClicked.connect(lambda index: self.opened.emit())
        self.fade = Fade(self)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.row.theme = theme
        self.fade.set_theme(theme)
        ground = theme.card.name()
        self.setStyleSheet(f"QListView {{ background: {ground}; border-radius: {RADIUS}px; padding: {RIM}px; }}")
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def show_empty(self, sentence: str) -> None:
        """Says why there are no rows; "" where there are."""
        self._empty = sentence
        self.setAccessibleDescription(sentence)
        self.viewport().update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._empty:
            painter = QPainter(self.viewport())
            painter.setPen(self.row.theme.quiet)
            painter.setFont(paint.face(13, 400, self.row.theme.scale))
            room = self.viewport().rect().adjusted(50, 0, -50, 0)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self._empty)
            painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        left = self.visualRect(index).left() if index.isValid() else 0
        if index.isValid() and event.position().x() - left < STAR * self.row.theme.scale:
            self.star_pressed.emit(index.row())  # a star says nothing of what is chosen
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif event.text() and not event.text().isspace() and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            event.ignore()  # letters are the page's keys, and no search
        else:
            super().keyPressEvent(event)


class Heads(QWidget):
    """What the numbers in the rows of `rows` are, above them."""

    def __init__(self, rows: RunList) -> None:
        super().__init__()
        self._theme = LIGHT
        self._list = rows
        rows.verticalScrollBar().rangeChanged.connect(self.update)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.setFixedHeight(pixels(theme, 16))
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, unit = self._theme, self._theme.scale
        painter = QPainter(self)
        right = RIM + self._list.viewport().width() - 12 * unit
        for words in ("dev accuracy", "dev loss"):
            cell = QRectF(right - NUMBERS * unit, 0, NUMBERS * unit, self.height())
            paint.write(painter, cell, words, paint.face(10, 400, unit), theme.quiet, Qt.AlignmentFlag.AlignRight)
            right -= (NUMBERS + 8) * unit
        painter.end()
