"""A card that paints itself: a title at the left, a word at the right, and the rest for whoever derives from it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap

from hyperscope.ui.formula import boxed
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import card, face, write
from hyperscope.ui.panels.common.painted import Painted
from hyperscope.ui.theme import INSIDE

WHOLE = 1e6  # pixels, more than anything has
HEAD = 30  # pixels of the line with the title


class Sheet(Painted):
    """`paint` draws what is on it, within `room`; `formula` is typeset at the right of its head."""

    def __init__(self, title: str, note: str = "", formula: str = "") -> None:
        super().__init__(title)
        self.title, self.note, self.formula = title, note, formula
        self.dirty = QRectF(0, 0, WHOLE, WHOLE)  # what is to be painted of it
        self._standing = QPixmap()
        self._made_for: tuple[object, ...] = ()

    @property
    def room(self) -> QRectF:
        """What is left below the head, inside the margins."""
        return QRectF(self.rect()).adjusted(INSIDE, self.px(HEAD), -INSIDE, -INSIDE)

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """Draws what is on it."""

    def standing(self, painter: QPainter, key: object, draw: Callable[[QPainter], None]) -> None:
        """Lays pixels over it that are kept as long as `key`, size and colours stay; `draw` makes them."""
        made_for = (key, self.size(), self.theme, self.devicePixelRatioF())
        if made_for != self._made_for:
            ratio = self.devicePixelRatioF()
            self._standing = QPixmap(self.size() * ratio)
            self._standing.setDevicePixelRatio(ratio)
            self._standing.fill(Qt.GlobalColor.transparent)
            made = QPainter(self._standing)
            made.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw(made)
            made.end()
            self._made_for = made_for
        painter.drawPixmap(0, 0, self._standing)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self.theme
        painter = QPainter(self)
        card(painter, QRectF(self.rect()), theme)
        head = QRectF(INSIDE, self.px(6), self.width() - 2 * INSIDE, self.px(HEAD - 8))
        taken = write(painter, head, self.title, face(11, 600, theme.scale), theme.quiet)
        if self.formula:
            box = boxed(self.formula, self.px(15))
            painter.setPen(theme.text)
            box.paint(painter, head.right() - box.wide, head.center().y() + self.px(5))
        elif self.note:
            head.setLeft(head.left() + taken + self.px(12))
            write(painter, head, self.note, face(11, 400, theme.scale), theme.quiet, Qt.AlignmentFlag.AlignRight)
        before, self.dirty = self.dirty, QRectF(event.rect())
        self.paint(painter, self.room)
        self.dirty = before
        painter.end()
