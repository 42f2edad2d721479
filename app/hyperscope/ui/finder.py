"""The command palette: type a few letters of anything that can be done, and do it. And the list of all keys.

Both lie over the window and know only actions; what these do is none of their business.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from hyperscope.ui import paint
from hyperscope.ui.actions import Action
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.ground import Ground
from hyperscope.ui.guarded import guarded, guarded_part
from hyperscope.ui.style import PICKED, bars, mixed, pixels, stand, wear
from hyperscope.ui.theme import GRID, INSIDE, LIGHT, Theme, font

WIDTH = 560  # pixels at scale 1
ROW = 30
ROWS = 11  # seen at a time
TOP = 84  # pixels from the top of what it lies over
SIGNS = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "Escape": "Esc"}


def shown_keys(keys: str) -> str:
    """Keys as people read them, e.g. "Ctrl+K", "→"."""
    return "+".join(SIGNS.get(key, key) for key in keys.split("+")) if keys != "+" else "+"


def matching(actions: Sequence[Action], words: str) -> list[Action]:
    """The actions with every one of `words` in name, group or help, best first; with no words all as they are."""
    wanted = words.casefold().split()
    if not wanted:
        return list(actions)

    def rank(action: Action) -> int | None:
        name = action.name.casefold()
        rest = f"{name} {action.group} {action.help}".casefold()
        if not all(word in rest for word in wanted):
            return None
        if name.startswith(words.casefold()):
            return 0
        if all(any(part.startswith(word) for part in name.split()) for word in wanted):
            return 1
        return 2 if all(word in name for word in wanted) else 3

    ranked = [(found, place) for place, action in enumerate(actions) if (found := rank(action)) is not None]
    return [actions[place] for _, place in sorted(ranked)]


class Overlay(Ground):
    """A card over its parent, `WIDTH` wide or as wide as fits. Escape closes it, and the keys that opened it.

    While it has the keyboard, the window's keys without Ctrl do nothing: what they do could not be seen.
    """

    closed = Signal()

    def __init__(self, parent: QWidget, name: str, *closing: Qt.Key) -> None:
        super().__init__(parent, edged=True)
        self._closing = (Qt.Key.Key_Escape, *closing)
        self._before: QWidget | None = None  # who had the keyboard
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._veil = _Veil(parent, self)
        parent.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Lays itself over the window and takes the keyboard."""
        self._before = self.window().focusWidget()
        stand(self)
        self.place()
        self._veil.show()
        self._veil.raise_()
        self.show()
        self.raise_()

    def leave(self) -> None:
        """Goes, and gives the keyboard back to who had it."""
        if not self.isVisible():
            return
        self.hide()
        self._veil.hide()
        if self._before is not None and isValid(self._before) and self._before.isVisible():  # it may be gone by now
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.closed.emit()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        self._veil.theme = theme

    def place(self) -> None:
        """Takes its place over the parent, whatever size that has."""
        parent = self.parentWidget()
        assert parent is not None
        wide = min(self.wanted_width(), parent.width() - 4 * GRID)
        high = min(self.sizeHint().height(), parent.height() - pixels(self._theme, TOP) - GRID)
        self._veil.setGeometry(parent.rect())
        self.setGeometry((parent.width() - wide) // 2, pixels(self._theme, TOP), wide, high)

    def wanted_width(self) -> int:
        """Pixels."""
        return pixels(self._theme, WIDTH)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return False

    def event(self, event: QEvent) -> bool:
        """Keeps plain keys from the window's shortcuts."""
        plain = isinstance(event, QKeyEvent) and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.type() == QEvent.Type.ShortcutOverride and plain:
            event.accept()
            return True
        return super().event(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Goes round what can have the keyboard here, and not to what lies beneath."""
        stops = [
            part
            for part in self.findChildren(QWidget)
            if part.isVisible() and part.isEnabled() and part.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]
        now = self.focusWidget()
        if stops:
            at = stops.index(now) if now in stops else -1
            reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
            stops[(at + (1 if forward else -1)) % len(stops)].setFocus(reason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in self._closing:
            self.leave()
        event.accept()


class _Veil(QWidget):
    """Dims what `overlay` lies over, and closes it when it is clicked."""

    def __init__(self, parent: QWidget, overlay: Overlay) -> None:
        super().__init__(parent)
        self.theme = LIGHT
        self._overlay = overlay
        self.hide()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        shade = mixed(self.theme.window, self.theme.text, 0.12 if self.theme.dark else 0.5)
        shade.setAlpha(110)
        painter = QPainter(self)
        painter.fillRect(self.rect(), shade)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._overlay.leave()


class Palette(Overlay):
    """A line to type in and the actions that match; Enter or a click emits `chosen` with one."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Command palette")
        self._actions: list[Action] = []
        self.line = QLineEdit()
        self.line.setAccessibleName("What to do")
        self.line.setPlaceholderText("Type what to do, or a control's name")
        self.line.textChanged.connect(self._find)
        self.line.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName("What matches")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.itemClicked.connect(lambda item: self._choose(item))
        self.none = Caption("Nothing is called that. Try “rate”, “restart” or “export”.")
        self._rows = _Rows(self.list)
        self.list.setItemDelegate(self._rows)
        column = QVBoxLayout(self)
        column.setContentsMargins(INSIDE, INSIDE, INSIDE, INSIDE)
        column.setSpacing(GRID)
        column.addWidget(self.line)
        column.addWidget(self.none)
        column.addWidget(self.list)
        self.set_theme(LIGHT)

    def show_actions(self, actions: Sequence[Action]) -> None:
        """Opens with these to choose from."""
        self._actions = [action for action in actions if action.shown]
        self.line.clear()
        self._find("")
        self.open()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        self._rows.theme = theme
        wear(self.line, theme)
        self.line.setFont(font(15, 400, theme.scale))
        self.line.setFixedHeight(pixels(theme, 38))
        self.list.setFont(font(12.5, 400, theme.scale))
        self.list.setStyleSheet("QListWidget { background: transparent; }" + bars(theme))
        self.none.set_theme(theme, 12, quiet=True)
        self.list.setFixedHeight(ROWS * pixels(theme, ROW))
        self.place()

    def found(self) -> list[Action]:
        """What is listed now, from the top."""
        return [self.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.list.count())]

    def _find(self, words: str) -> None:
        self.list.clear()
        for action in matching(self._actions, words):
            item = QListWidgetItem(action.name)
            item.setData(Qt.ItemDataRole.UserRole, action)
            item.setToolTip(action.help)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.none.setVisible(not self.list.count())

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        action: Action = item.data(Qt.ItemDataRole.UserRole)
        self.leave()
        self.chosen.emit(action)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.line and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = _STEPS.get(Qt.Key(event.key()))
            if step is not None:
                if count := self.list.count():
                    row = self.list.currentRow() + step
                    self.list.setCurrentRow(row % count if abs(step) == 1 else min(max(0, row), count - 1))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose(self.list.currentItem())
                return True
        if watched is self.line and event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.leave()
        return super().eventFilter(watched, event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Goes through what is listed: there is nothing else here to have the keyboard."""
        if most := self.list.count():
            self.list.setCurrentRow((self.list.currentRow() + (1 if forward else -1)) % most)
        return True


SAID = 260  # pixels across of how to read what is seen
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: ROWS, Qt.Key.Key_PageUp: -ROWS}


class _Rows(QStyledItemDelegate):
    """Paints an action: its group, its name, and its keys at the right."""

    theme = LIGHT

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(pixels(self.theme, 200), pixels(self.theme, ROW))

    @guarded_part
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme, action = self.theme, index.data(Qt.ItemDataRole.UserRole)
        unit = theme.scale
        rect: QRect = option.rect
        state = option.state
        room = QRectF(rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mixed(theme.card, theme.accent, PICKED))
            painter.drawRoundedRect(room, 5, 5)
        group = room.adjusted(8 * unit, 0, 0, 0)
        group.setWidth(104 * unit)
        keys = room.adjusted(0, 0, -8 * unit, 0)
        name = room.adjusted(116 * unit, 0, -84 * unit, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        paint.write(painter, group, action.group, font(11.5, 400, unit), theme.quiet, middle)
        paint.write(painter, name, action.name, font(13, 500, unit), theme.text, middle)
        if action.keys:
            right = middle | Qt.AlignmentFlag.AlignRight
            paint.write(painter, keys, shown_keys(action.keys[0]), font(11.5, 400, unit), theme.quiet, right)


class KeyList(Overlay):
    """How to read what is seen, and every key there is, by group, in two columns."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Keys", Qt.Key.Key_F1, Qt.Key.Key_Question)
        self._captions: list[tuple[Caption, str]] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(INSIDE + GRID, INSIDE, INSIDE + GRID, INSIDE + GRID)
        row.setSpacing(4 * GRID)
        self._columns = (QGridLayout(), QGridLayout())
        self._seen = QVBoxLayout()
        self._seen.setSpacing(3)
        row.addLayout(self._seen)
        row.setAlignment(self._seen, Qt.AlignmentFlag.AlignTop)
        for column in self._columns:
            column.setHorizontalSpacing(2 * GRID)
            column.setVerticalSpacing(2)
            row.addLayout(column)
            row.setAlignment(column, Qt.AlignmentFlag.AlignTop)

    def show_actions(self, actions: Sequence[Action], seen: Sequence[tuple[str, str]] = ()) -> None:
        """Opens with the keys of these, and with how to read what is `seen`, by its name."""
        for caption, _ in self._captions:
            caption.deleteLater()
        self._captions.clear()
        for name, said in seen:
            for text, role in ((name, "heading"), (said, "said")):
                caption = Caption(text)
                caption.setWordWrap(role == "said")
                self._captions.append((caption, role))
                self._seen.addWidget(caption)
        keyed = sorted((action for action in actions if action.keys), key=lambda action: action.group)
        groups = [(name, list(members)) for name, members in groupby(keyed, key=lambda action: action.group)]
        half = (len(keyed) + 2 * len(groups)) / 2
        done = 0
        for name, members in groups:
            column = self._columns[done + len(members) / 2 > half]
            done += len(members) + 2
            row = column.rowCount()
            self._add(column, row, 0, name, "heading")
            for step, action in enumerate(members, 1):
                self._add(column, row + step, 0, " or ".join(map(shown_keys, action.keys)), "keys")
                self._add(column, row + step, 1, action.name, "name")
        self.set_theme(self._theme)
        self.open()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def _add(self, column: QGridLayout, row: int, place: int, text: str, role: str) -> None:
        caption = Caption(text)
        self._captions.append((caption, role))
        column.addWidget(caption, row, place, 1, 2 if role == "heading" else 1)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        for caption, role in self._captions:
            caption.set_theme(theme, 12, 600 if role == "heading" else 400, quiet=role == "keys")
            caption.setContentsMargins(0, pixels(theme, 8) if role == "heading" else 0, 0, 0)
            if role == "said":
                caption.setFixedWidth(pixels(theme, SAID))
        self.place()

    def wanted_width(self) -> int:
        return max(pixels(self._theme, WIDTH), self.sizeHint().width())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.leave()
