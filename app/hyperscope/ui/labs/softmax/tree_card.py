"""The tree of classes: questions as circles, classes as leaves, the way to the example's class, and leaves to drag."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPen

from hyperscope.engine.trees import Tree
from hyperscope.lab.softmax.hierarchy import InTree, Path, Place, leaves, moved, places, written
from hyperscope.ui.controls.control import draw_focus, keep_arrows, keep_escape
from hyperscope.ui.labs.softmax.rows import short
from hyperscope.ui.labs.softmax.words import share
from hyperscope.ui.paint import face, number, write
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.panels.map.pin import grey
from hyperscope.ui.style import mixed

CENTRE = Qt.AlignmentFlag.AlignHCenter
CIRCLE = 17.0  # pixels of a question's radius
PICTURE = 34.0  # of a leaf's picture
FOOT = 74.0  # below the leaves
NEAR = 26.0


class TreeCard(Sheet):
    """`edited` carries the text of another tree, `example_wanted` by how many examples to go on."""

    edited = Signal(str)
    example_wanted = Signal(int)
    _dragged = -1  # the class that is; events come before all is made

    def __init__(self) -> None:
        super().__init__("The tree: every circle a question, left for yes")
        self.setMinimumSize(380, 300)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.found: InTree | None = None
        self.tree: Tree = 0
        self.leaf = -1  # the class that the way goes to, −1 for the example's own
        self._at = QPointF()
        self._pictures: list[QImage] = []

    def draw(self, found: InTree) -> None:
        """Shows an example in a tree."""
        if self.found is not None and len(found.names) != len(self.found.names):
            self.leaf = -1
        self.found, self.tree = found, found.tree
        self._pictures = []
        self._say()
        self.update()

    def set_leaf(self, leaf: int) -> None:
        """Shows the way to a class; −1 for the example's own."""
        self.leaf = leaf
        self._say()
        self.update()

    @property
    def shown_leaf(self) -> int:
        """The class that the way goes to."""
        assert self.found is not None
        return self.leaf if self.leaf >= 0 else self.found.true

    def _say(self) -> None:
        if self.found is not None:
            self.setAccessibleDescription(f"{product(self.found, self.shown_leaf)} {written(self.tree)}")

    # -- where things lie -----------------------------------------------------------------------------------------

    def spots(self) -> dict[Path, QPointF]:
        """The middle of every node, by its path."""
        order = {leaf: at for at, leaf in enumerate(leaves(self.tree))}
        every = places(self.tree)
        room = self.room
        deepest = max(len(place.path) for place in every)
        bottom = room.bottom() - self.px(FOOT)
        step = (bottom - room.top() - self.px(CIRCLE)) / max(1, deepest)
        wide = room.width() / len(order)
        found = {}
        for place in every:
            at = [order[leaf] for leaf in place.leaves]
            x = room.left() + (sum(at) / len(at) + 0.5) * wide
            y = bottom if place.leaf >= 0 else room.top() + self.px(CIRCLE) + len(place.path) * step
            found[place.path] = QPointF(x, y)
        return found

    def place_at(self, at: QPointF) -> Place | None:
        """The node nearest to a pixel, None if none is near."""
        spots = self.spots()
        every = {place.path: place for place in places(self.tree)}
        path = min(spots, key=lambda one: math.hypot(at.x() - spots[one].x(), at.y() - spots[one].y()))
        away = math.hypot(at.x() - spots[path].x(), at.y() - spots[path].y())
        return every[path] if away <= self.px(NEAR) else None

    # -- painting -------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, room: QRectF) -> None:
        found, theme = self.found, self.theme
        if found is None:
            return
        spots, every = self.spots(), places(self.tree)
        goal = next(place for place in every if place.leaf == self.shown_leaf)
        on_way = {goal.path[:depth] for depth in range(len(goal.path) + 1)}
        for place in every:
            if not place.path:
                continue
            way = place.path in on_way
            painter.setPen(
                QPen(theme.accent if way else mixed(theme.card, theme.quiet, 0.45), self.px(2.6 if way else 1.4))
            )
            painter.drawLine(spots[place.path[:-1]], spots[place.path])
        for place in every:
            if place.question >= 0:
                self._paint_question(painter, place, spots[place.path], place.path in on_way, goal)
            else:
                self._paint_leaf(painter, place, spots[place.path], place.leaf == self.shown_leaf)
        if self._dragged >= 0:
            self._paint_mark(painter, self._dragged, self._at)
            over = self.place_at(self._at)
            if over is not None and over.leaf != self._dragged:
                painter.setPen(QPen(theme.accent, self.px(2)))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(spots[over.path], self.px(NEAR), self.px(NEAR))
        place_of_words = QRectF(room.left(), room.bottom() - self.px(24), room.width(), self.px(22))
        write(painter, place_of_words, product(found, self.shown_leaf), face(13, 600, theme.scale), theme.text, CENTRE)
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()).adjusted(3, 3, -3, -3), 8, theme.accent)

    def _paint_question(self, painter: QPainter, place: Place, at: QPointF, on_way: bool, goal: Place) -> None:
        found, theme = self.found, self.theme
        assert found is not None
        yes = float(found.yes[place.question])
        painter.setPen(QPen(theme.accent if on_way else mixed(theme.card, theme.quiet, 0.45), self.px(1.6)))
        painter.setBrush(theme.control)
        painter.drawEllipse(at, self.px(CIRCLE), self.px(CIRCLE))
        taken = yes
        if on_way and len(goal.path) > len(place.path):
            taken = yes if goal.path[len(place.path)] == 0 else 1 - yes
        box = QRectF(at.x() - self.px(CIRCLE), at.y() - self.px(9), self.px(2 * CIRCLE), self.px(18))
        weight = 600 if on_way else 400
        write(painter, box, number(taken, 2), face(11, weight, theme.scale), theme.text, CENTRE)

    def _paint_leaf(self, painter: QPainter, place: Place, at: QPointF, own: bool) -> None:
        found, theme = self.found, self.theme
        assert found is not None
        self._paint_mark(painter, place.leaf, at)
        if own:
            painter.setPen(QPen(theme.accent, self.px(2.4)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            half = self.px(PICTURE / 2 + 3)
            painter.drawRoundedRect(QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half), 4, 4)
        wide = self.room.width() / len(found.names)
        top = at.y() + self.px(PICTURE / 2 + 4)
        p = float(found.p[place.leaf])
        name = QRectF(at.x() - wide / 2, top, wide, self.px(15))
        write(painter, name, short(found.names[place.leaf])[:10], face(11, 600, theme.scale), theme.text, CENTRE)
        value = QRectF(at.x() - wide / 2, top + self.px(14), wide, self.px(14))
        size = 10.0 if wide > self.px(44) else 8.0
        write(
            painter, value, share(p, 4 if wide > self.px(44) else 3), face(size, 400, theme.scale), theme.quiet, CENTRE
        )

    def _paint_mark(self, painter: QPainter, leaf: int, at: QPointF) -> None:
        """A class as its picture, or as its colour."""
        found, theme = self.found, self.theme
        assert found is not None
        half = self.px(PICTURE / 2)
        if found.pictures is not None:
            if not self._pictures:
                self._pictures = [grey(one, theme) for one in found.pictures]
            painter.drawImage(QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half), self._pictures[leaf])
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(theme.card, theme.class_colour(leaf), 0.85))
        painter.drawEllipse(at, half * 0.62, half * 0.62)

    # -- dragging -------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        keep_arrows(event)
        keep_escape(event, self._dragged >= 0)
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position()) if self.found is not None else None
        if place is not None and place.leaf >= 0:
            self._dragged, self._at = place.leaf, event.position()
            self.set_leaf(place.leaf)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged >= 0:
            self._at = event.position()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        leaf, self._dragged = self._dragged, -1
        over = self.place_at(event.position()) if leaf >= 0 else None
        if over is not None and over.leaf != leaf:
            self._move(leaf, over.path)
        self.update()

    def _move(self, leaf: int, onto: Path) -> None:
        changed = moved(self.tree, leaf, onto)
        if changed != self.tree:
            self.tree = changed  # until the network's own comes
            self.edited.emit(written(changed))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, ways = Qt.Key(event.key()), {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if self.found is None:
            return
        if key == Qt.Key.Key_Escape and self._dragged >= 0:
            self._dragged = -1
            self.update()
            return
        order = list(leaves(self.tree))
        here = order.index(self.shown_leaf)
        if key in ways and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            other = order[(here + ways[key]) % len(order)]
            leaf = self.shown_leaf
            self._move(leaf, next(place.path for place in places(self.tree) if place.leaf == other))
            self.set_leaf(leaf)
        elif key in ways:
            self.set_leaf(order[(here + ways[key]) % len(order)])
        elif key == Qt.Key.Key_Up:
            path = next(place.path for place in places(self.tree) if place.leaf == self.shown_leaf)
            if len(path) > 1:
                self._move(self.shown_leaf, path[:-2])
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self.example_wanted.emit(1 if key == Qt.Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)


def product(found: InTree, leaf: int) -> str:
    """The way to a class as a product, with its answer: 0.99 × 0.87 = 0.8613."""
    factors = " × ".join(number(p, 4 if p < 0.9995 else 3) for _, _, p in found.way(leaf))
    return f"ŷ of {found.names[leaf]} = {factors} = {share(float(found.p[leaf]))}"
