"""A small card that lies on the network, beside what it is for; Escape or its cross puts it away."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.entry import Entry
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import TextButton
from hyperscope.ui.style import breadth, pixels
from hyperscope.ui.theme import LIGHT, RADIUS, Theme

EDGE = 6  # pixels it keeps from the panel's edges
AWAY = 12  # pixels between it and what it is for


class Popover(QWidget):
    """A title, a cross, and `column` below them, `width` pixels wide at scale 1; lies on its parent.

    Where the parent is small it can `lie_on` an ancestor. `left` tells that it was put away by its cross or Escape, so
    that the keyboard can go back where it was.
    """

    left = Signal()
    came = Signal()  # it was put away, and is shown

    def __init__(self, name: str, width: int, over: QWidget) -> None:
        super().__init__(over)
        self.whose = ""  # in front of the title: "A: " or "B: " of twins
        self._base = over  # what it is for lies on this
        self._width, self._theme = width, LIGHT
        self._beside = QRectF()
        self.setAccessibleName(name)
        self.title = Caption("")
        self.cross = TextButton("×", f"Close: {name.lower()}", self)
        self.cross.clicked.connect(self.leave)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.cross)
        self.column = QVBoxLayout()
        self._whole = QVBoxLayout(self)
        self._whole.addLayout(head)
        self._whole.addLayout(self.column)
        self.cross.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def leave(self) -> None:
        """Puts it away, as Escape does."""
        if self.isVisible():
            self.hide()
            self.left.emit()

    def lie_on(self, over: QWidget) -> None:
        """Takes the room of `over`, which holds what it was made for."""
        self.setParent(over)

    def lie(self, beside: QRectF) -> None:
        """Shows itself below `beside`, a place on what it was made for, or above it where there is more room."""
        self._beside = beside
        self._settle()
        if not self.isVisible():
            self.came.emit()
        self.show()
        self.raise_()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.title.set_theme(theme, 12, 600)
        self.cross.set_theme(theme, 14)
        self.cross.setFixedSize(QSize(pixels(theme, 20), pixels(theme, 20)))
        inside = pixels(theme, 10)
        self._whole.setContentsMargins(inside, pixels(theme, 6), pixels(theme, 6), inside)
        self._whole.setSpacing(pixels(theme, 4))
        self.column.setContentsMargins(0, 0, pixels(theme, 4), 0)
        self._settle()
        self.update()

    def _settle(self) -> None:
        over = self.parentWidget()
        if over is None:
            return
        wide = min(breadth(self._theme, self._width), over.width() - 2 * EDGE)
        self.setFixedWidth(max(1, wide))
        self._whole.activate()
        high = self.sizeHint().height()
        at = self._beside.translated(QPointF(self._base.mapTo(over, QPoint(0, 0))))
        most = QRect(over.rect()).adjusted(EDGE, EDGE, -EDGE, -EDGE)
        below = at.bottom() + AWAY
        y = below if below + high <= most.bottom() or at.top() < over.height() / 2 else at.top() - AWAY - high
        x = at.center().x() - wide / 2
        x = max(most.left(), min(x, most.right() + 1 - wide))
        self.setGeometry(round(x), round(max(most.top(), min(y, most.bottom() + 1 - high))), wide, high)

    def watch(self, entry: QLineEdit) -> None:
        """Has Escape put the card away from within a field as well; what was being typed is dropped."""
        entry.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        escape = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent)
        if escape and event.key() == Qt.Key.Key_Escape:  # type: ignore[attr-defined]
            if isinstance(watched, Entry):
                watched.take_back()
            self.leave()
            return True
        return False

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self._settle()  # a row of words may have broken into two
        return done

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: object) -> None:
        """Nothing: a press on the card is none on the network below it."""

    mouseReleaseEvent = mousePressEvent

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.quiet, 1))
        painter.setBrush(theme.card)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.end()


def around(at: QPointF, reach: float = 4.0) -> QRectF:
    """The square of `reach` pixels to all sides of a place."""
    return QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
