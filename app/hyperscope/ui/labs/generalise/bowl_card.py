"""One surface of a logistic unit's cost over its two weights, with the paths of optimisers from a point that is
dragged.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from hyperscope.engine.arrays import Array
from hyperscope.engine.optimisers import optimisers
from hyperscope.lab.generalise.bowl import RULES, SIDE, STEPS, Bowl, outcome, paths
from hyperscope.ui.controls.control import ARROWS, draw_focus, keep_arrows
from hyperscope.ui.labs.generalise.relief import Relief, from_above, height_picture, oblique, paint_path
from hyperscope.ui.paint import corners, face, write
from hyperscope.ui.panels.common.axes import number_text
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.theme import Theme

WORDS = 132  # pixels of the column with what became of each path, at scale 1
STEP = 0.05  # of half the side, that an arrow key moves the start
EDGE = 0.97


def colour_of(theme: Theme, rule: str) -> QColor:
    """The colour of an optimiser's path."""
    shades = {"sgd": theme.text, "momentum": theme.class_colour(1), "nesterov": theme.class_colour(2)}
    shades |= {"rmsprop": theme.other, "adam": theme.class_colour(6)}
    return shades[rule]


class BowlCard(Sheet):
    """`dragged` carries the start (u, v), from −1 to 1 along both axes of what is shown."""

    dragged = Signal(float, float)

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.bowl: Bowl | None = None
        self.relief: Relief | None = None
        self.start = self.wanted = (-0.8, 0.62)  # of the paths that are shown, and of the next walk
        self.rules: tuple[str, ...] = RULES
        self.alpha, self.beta = 0.1, 0.9
        self.height_shown = False
        self.awaited = True  # whether nothing is known of the examples yet
        self.paths: dict[str, Array] = {}
        self.ends: dict[str, tuple[str, float]] = {}
        self._walked: tuple[object, ...] = ()  # what the paths are of
        self._picture: tuple[QImage, QRectF] | None = None  # of the surface alone, and where it lies
        self._pictured: tuple[object, ...] = ()  # what it is of
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        return QSize(340, 220)

    def show_bowl(self, bowl: Bowl, side: int = SIDE) -> None:
        """Shows another surface of `side` cells along each side, whose paths the next walk works out."""
        self.bowl, self.awaited = bowl, False
        self.relief = Relief(bowl.surface(side), bowl.half)
        self.update()

    def show_height(self, on: bool) -> None:
        """Shows it in an oblique view, or from above."""
        self.height_shown = on
        self.update()

    def walk(self) -> None:
        """Works the paths out anew where anything is another, which takes a few milliseconds."""
        bowl, self.start = self.bowl, self.wanted
        of = (bowl, self.start, self.rules, self.alpha, self.beta)
        if bowl is None or self._walked == of:
            return
        self._walked = of
        start = bowl.lowest + bowl.half * np.array(self.start)
        with np.errstate(all="ignore"):
            self.paths = paths(bowl.gradient, start, self.rules, self.alpha, self.beta) if self.rules else {}
            self.ends = {rule: outcome(bowl, walked) for rule, walked in self.paths.items()}
        self.note = f"κ {number_text(bowl.condition)}"
        read = [f"{optimisers[rule].label} {said}" for rule, (said, _) in self.ends.items()]
        limit = number_text(bowl.limit("sgd", 0.0))
        self.setAccessibleDescription(
            f"condition number {number_text(bowl.condition)}, α below {limit}; {', '.join(read)}"
        )
        self.update()

    @property
    def area(self) -> QRectF:
        """The square that the surface takes."""
        room = self.room
        side = min(room.width() - self.px(WORDS), room.height())
        return QRectF(room.left(), room.top() + (room.height() - side) / 2, side, side)

    def place(self, u: float, v: float) -> QPointF:
        """Pixels of a place from −1 to 1."""
        return from_above(self.area, np.array([[u, v]]))[0]

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """The surface, paths, and what became of them."""
        bowl, relief, theme = self.bowl, self.relief, self.theme
        if self.awaited:
            return
        if bowl is None or relief is None:
            write(painter, room, "There are no examples yet.", face(12, 400, theme.scale), theme.quiet)
            return
        area = self.area
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        picture, place = self._surface(relief)
        painter.drawImage(place, picture)
        if not self.height_shown:
            painter.drawPixmap(area.topLeft(), corners(area.width(), theme.card, self.devicePixelRatioF()))
            painter.setClipRect(area)
        for rule, walked in self.paths.items():
            places = (walked - bowl.lowest) / bowl.half
            paint_path(painter, self._points(places), colour_of(theme, rule), theme)
        painter.setPen(QPen(theme.text, self.px(1.25)))
        lowest = self._points(np.zeros((1, 2)))[0]
        for dx, dy in ((1, 0), (0, 1)):
            far = self.px(4)
            painter.drawLine(lowest - QPointF(dx * far, dy * far), lowest + QPointF(dx * far, dy * far))
        painter.setPen(QPen(theme.accent, self.px(2.25)))
        painter.setBrush(theme.card)
        painter.drawEllipse(self._points(np.array([self.start]))[0], self.px(6), self.px(6))
        painter.restore()
        self._paint_words(painter, QRectF(area.right() + self.px(12), room.top(), self.px(WORDS - 12), room.height()))
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()).adjusted(2, 2, -2, -2), 6, theme.accent)

    def _surface(self, relief: Relief) -> tuple[QImage, QRectF]:
        """The surface without paths, made anew where it or how it is seen has changed, and where it lies."""
        area, ratio = self.area, self.devicePixelRatioF()
        of = (relief, self.theme, self.height_shown, area.getRect(), ratio)
        if self._picture is None or self._pictured != of:
            self._pictured = of
            if self.height_shown:
                self._picture = height_picture(relief, area, self.theme, ratio)
            else:
                self._picture = relief.picture(self.theme, round(area.width() * ratio)), area
        return self._picture

    def _points(self, places: Array) -> list[QPointF]:
        if not self.height_shown or self.relief is None:
            return from_above(self.area, places)
        inside = np.clip(places, -1, 1)
        return oblique(self.area, inside, np.minimum(self.relief.levels_at(inside), 1.05))

    def _paint_words(self, painter: QPainter, room: QRectF) -> None:
        """For each optimiser what became of it, and the largest stable rates."""
        theme, scale, bowl = self.theme, self.theme.scale, self.bowl
        assert bowl is not None
        bold, plain = face(11, 600, scale), face(11, 400, scale)
        line, top = self.px(15), room.top()
        for rule in self.rules:
            said, end = self.ends.get(rule, ("", math.inf))
            painter.setPen(QPen(colour_of(theme, rule), self.px(3)))
            painter.drawLine(QPointF(room.left(), top + line / 2), QPointF(room.left() + self.px(10), top + line / 2))
            name = QRectF(room.left() + self.px(15), top, room.width() - self.px(15), line)
            write(painter, name, optimisers[rule].label, bold, theme.text)
            top += line
            figure = "" if said == "diverges" else f", +{number_text(end, 2)}" if end >= 0.001 else ""
            write(
                painter,
                QRectF(name.left(), top, name.width() + self.px(8), line),
                f"{said}{figure}",
                plain,
                theme.quiet,
            )
            top += line + self.px(3)
        top = max(top + self.px(4), room.bottom() - 4 * line)
        if top + 4 * line > room.bottom() + 4:
            return
        plain_limit, swift = bowl.limit("sgd", 0.0), bowl.limit("momentum", self.beta)
        for words, lit in (
            ("largest stable α", False),
            (f"plain {number_text(plain_limit)}", self.alpha >= plain_limit),
            (f"momentum {number_text(swift)}", self.alpha >= swift),
            (f"{STEPS} steps; + nats left", False),
        ):
            row = QRectF(room.left(), top, room.width(), line)
            write(painter, row, words, bold if lit else plain, theme.text if lit else theme.quiet)
            top += line

    # -- pointer and keys -----------------------------------------------------------------------------------------

    def _follow(self, event: QMouseEvent) -> None:
        area = self.area
        u = (event.position().x() - area.center().x()) / (area.width() / 2)
        v = (area.center().y() - event.position().y()) / (area.height() / 2)
        self._move(u, v)

    def _move(self, u: float, v: float) -> None:
        self.dragged.emit(min(EDGE, max(-EDGE, u)), min(EDGE, max(-EDGE, v)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.area.contains(event.position()):
            self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._follow(event)

    def event(self, event: QEvent) -> bool:
        keep_arrows(event)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in ARROWS:
            super().keyPressEvent(event)
            return
        u = {Qt.Key.Key_Left: -STEP, Qt.Key.Key_Right: STEP}.get(Qt.Key(event.key()), 0.0)
        v = {Qt.Key.Key_Down: -STEP, Qt.Key.Key_Up: STEP}.get(Qt.Key(event.key()), 0.0)
        self._move(self.wanted[0] + u, self.wanted[1] + v)
