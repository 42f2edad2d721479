"""The surface one paints on: it lies over the map's picture, takes pointer and keys, and makes strokes of them.

It holds the points as they are under the brush, ahead of whoever trains on them, and knows no experiment.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from hyperscope.lab.experiment.painted import MOST, MOST_CLASSES, NO_POINTS, Points, scattered_in
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import face
from hyperscope.ui.theme import LIGHT, Theme

Floats = NDArray[np.float64]
Extent = tuple[float, float, float, float]

PAINT, ERASE, MOVE = "paint", "erase", "move"
SMALLEST, LARGEST, STEP = 0.05, 1.0, 0.05  # radius of the brush, in units of the plane
USUAL = 0.25
FINE = 0.075  # radius up to which a dab is a single point
DENSITY = 16  # points a dab leaves in a circle of radius 1, besides the first
CLEARANCE = 0.12  # between dabs of a stroke, at least
REACH = 10  # pixels within which the hand takes hold of the nearest point
STRIDES = 72  # of the crosshair across the plane
STRIDE, LEAP = 1, 6
FULL = f"{MOST} points are the most there can be. Erase some to paint others."
EMPTY = "Paint here: at least 3 points of each of two classes, and the network trains on them."
WRAPPED = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
DIGITS = {Qt.Key(Qt.Key.Key_1 + c): c for c in range(MOST_CLASSES)}
ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
SIZES = {Qt.Key.Key_BracketLeft: -STEP, Qt.Key.Key_BracketRight: STEP}
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
RUB_OUT = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
KEYS = {*DIGITS, *ARROWS, *SIZES, *ENTER, *RUB_OUT, Qt.Key.Key_0, Qt.Key.Key_9, Qt.Key.Key_Escape}


class BrushSurface(QWidget):
    """Paints with the left button and erases with the right one; or does what its tool is set to.

    While a stroke lasts `stroke` keeps its number, under which it can be undone as one.
    """

    painted = Signal(object)  # the Points, after each dab
    ended = Signal()  # a stroke
    chosen = Signal()  # another tool, class or size
    refused = Signal(str)
    left = Signal()  # done

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.points = NO_POINTS
        self.tool, self.c, self.radius = PAINT, 0, USUAL
        self.stroke = 0
        self._extent: Extent = (-1.0, 1.0, -1.0, 1.0)
        self._doing = ""  # the tool of the stroke under way
        self._last: tuple[float, float] = (0.0, 0.0)  # where it last left something
        self._held: tuple[NDArray[np.bool_], Floats] | None = None  # points in the hand, and where they are from it
        self._over: tuple[float, float] | None = None  # the pointer
        self._cross: tuple[float, float] | None = None  # the crosshair, once keys moved it
        self._full = False  # whether this stroke was told that there is no room
        self._rng = np.random.default_rng(1)
        self._theme = LIGHT
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Painting surface")
        self._describe()

    @property
    def busy(self) -> bool:
        """Whether a stroke is under way."""
        return bool(self._doing)

    def set_points(self, points: Points) -> None:
        """Takes on other points, unless a stroke is under way, whose points are newer."""
        if not self.busy:
            self.points = points
            self._held = None
            self._describe()
            self.update()

    def set_extent(self, extent: Extent) -> None:
        """What part of the plane it covers: left, right, bottom, top."""
        self._extent = extent

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours."""
        self._theme = theme
        self.update()

    def choose(self, tool: str, c: int | None = None) -> None:
        """Takes another tool in hand; `c` is the class to paint."""
        self.tool, self.c = tool, self.c if c is None else c
        self._held = None
        self._tell()

    def set_radius(self, radius: float) -> None:
        """Makes the brush as large as this, in units of the plane."""
        self.radius = round(min(LARGEST, max(SMALLEST, radius)), 2)
        self._tell()

    def _tell(self) -> None:
        self._describe()
        self.update()
        self.chosen.emit()

    def _describe(self) -> None:
        doing = {PAINT: f"Painting class {self.c + 1}", ERASE: "Erasing", MOVE: "Dragging"}[self.tool]
        at = "" if self._cross is None else f" at ({self._cross[0]:.2f}, {self._cross[1]:.2f})"
        self.setAccessibleDescription(f"{doing}{at}, brush of radius {self.radius:g}, {len(self.points)} points")

    # -- strokes --------------------------------------------------------------------------------------------------

    def begin(self, tool: str, x: float, y: float) -> None:
        """Starts a stroke at a place of the plane."""
        self.stroke += 1
        self._over = (x, y)
        self._doing, self._full, self._last = tool, False, (x, y)
        if tool == MOVE:
            self._take_hold(x, y)
        elif tool == ERASE:
            self._erase(x, y)
        else:
            self._dab(x, y)

    def go_on(self, x: float, y: float) -> None:
        """Leads the stroke to another place."""
        self._over = (x, y)
        if self._doing == MOVE:
            self._drag(x, y)
            return
        gap = max(CLEARANCE, self.radius * 0.5)
        (x0, y0), leave = self._last, self._erase if self._doing == ERASE else self._dab
        far = float(np.hypot(x - x0, y - y0))
        for number in range(1, int(far / gap) + 1):
            share = number * gap / far
            leave(x0 + share * (x - x0), y0 + share * (y - y0))
        if self._doing == ERASE:
            self._erase(x, y)  # where the pointer is nothing may stay

    def end(self) -> None:
        """Ends the stroke."""
        self._doing, self._held = "", None
        self._describe()
        self.ended.emit()
        self.update()

    def _dab(self, x: float, y: float) -> None:
        self._last = (x, y)
        if not self.points.room:
            if not self._full:
                self._full = True
                self.refused.emit(FULL)
            return
        single = self.radius <= FINE
        count = 1 if single else 1 + round(DENSITY * self.radius**2 * 2)
        at = scattered_in(x, y, 0.0 if single else self.radius, count, self._rng)
        left, right, bottom, top = self._extent
        at = np.clip(at, [[left], [bottom]], [[right], [top]])  # what is painted unseen cannot be erased
        self._put(self.points.added(at, self.c))

    def _erase(self, x: float, y: float) -> None:
        self._last = (x, y)
        gone = self.points.near(x, y, max(self.radius, self._reach()))
        if gone.any():
            self._put(self.points.without(gone))

    def _take_hold(self, x: float, y: float) -> None:
        which = self._grasped(x, y)
        self._held = (which, self.points.x[:, which] - np.array([[x], [y]])) if which.any() else None

    def _grasped(self, x: float, y: float) -> NDArray[np.bool_]:
        """(m,) the points in the brush's circle, or else the nearest in reach."""
        which = self.points.near(x, y, self.radius)
        if not which.any() and len(self.points):
            far = np.hypot(self.points.x[0] - x, self.points.x[1] - y)
            which[far.argmin()] = far.min() <= self._reach()
        return which

    def _drag(self, x: float, y: float) -> None:
        if self._held is not None:
            which, from_hand = self._held
            left, right, bottom, top = self._extent
            to = np.clip(from_hand + np.array([[x], [y]]), [[left], [bottom]], [[right], [top]])
            self._put(self.points.moved(which, to))

    def _put(self, points: Points) -> None:
        self.points = points
        self.painted.emit(points)

    def _reach(self) -> float:
        left, right, *_ = self._extent
        return REACH * (right - left) / max(1, self.width())

    # -- pointer --------------------------------------------------------------------------------------------------

    def place(self, at: QPointF) -> tuple[float, float]:
        """The place of the plane at a pixel, which may lie outside."""
        left, right, bottom, top = self._extent
        return left + at.x() / self.width() * (right - left), top - at.y() / self.height() * (top - bottom)

    def pixel(self, x: float, y: float) -> QPointF:
        """The pixel at a place of the plane."""
        left, right, bottom, top = self._extent
        return QPointF((x - left) / (right - left) * self.width(), (top - y) / (top - bottom) * self.height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        buttons = {Qt.MouseButton.LeftButton: self.tool, Qt.MouseButton.RightButton: ERASE}
        tool = buttons.get(event.button())
        if tool is not None and not self.busy:
            self._cross = None
            self.begin(tool, *self.place(event.position()))
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._over, self._cross = self.place(event.position()), None
        if self.busy:
            self.go_on(*self._over)
        self.update()
        event.ignore()  # the map below reads out what is under the pointer

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.busy and not event.buttons():
            self.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.set_radius(self.radius + (STEP if event.angleDelta().y() > 0 else -STEP))
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        self._over = None
        self.update()

    # -- keys -----------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _plain(event):
            event.accept()  # the window may use these keys for something else
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if not _plain(event):
            super().keyPressEvent(event)
        elif key in DIGITS:
            self.choose(PAINT, DIGITS[key])
        elif key == Qt.Key.Key_0:
            self.choose(ERASE)
        elif key == Qt.Key.Key_9:
            self.choose(MOVE)
        elif key in SIZES:
            self.set_radius(self.radius + SIZES[key])
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        elif not self.busy or self._held is not None:
            self._at_crosshair(key, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def _at_crosshair(self, key: Qt.Key, leap: bool) -> None:
        left, right, bottom, top = self._extent
        x, y = self._cross or self._over or ((left + right) / 2, (bottom + top) / 2)
        if key in ARROWS:
            stride = (right - left) / STRIDES * (LEAP if leap else STRIDE)
            x += stride * ARROWS[key][0]
            y += stride * ARROWS[key][1]
        self._cross = x, y = min(right, max(left, x)), min(top, max(bottom, y))
        if self._held is not None:
            self._drag(x, y)
            if key in ENTER:
                self.end()
        elif key in ENTER or key in RUB_OUT:
            self.begin(self.tool if key in ENTER else ERASE, x, y)
            if self._held is None:
                self.end()
        self._describe()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if self._held is not None and self._cross is not None:
            self.end()  # what the keys carried is put down
        super().focusOutEvent(event)
        self.update()

    # -- looks ----------------------------------------------------------------------------------------------------

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        at, theme = self._cross or self._over, self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.accent, 1.5 * theme.scale))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        if not len(self.points):
            painter.setFont(face(12, 400, theme.scale))
            room = self.rect().adjusted(24, 24, -24, -24)
            words = painter.boundingRect(room, WRAPPED, EMPTY)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.card)  # the network's borders run below
            painter.drawRoundedRect(words.adjusted(-12, -8, 12, 8), 4, 4)
            painter.setPen(theme.text)
            painter.drawText(room, WRAPPED, EMPTY)
        if at is None:
            return
        tool = self._doing or self.tool
        if tool == MOVE and self._held is None:
            for x, y in self.points.x[:, self._grasped(*at)].T.tolist():
                self._ring(painter, self.pixel(x, y), 5 * theme.scale, theme.text)
        left, right, *_ = self._extent
        radius = self.radius / (right - left) * self.width()
        if tool == PAINT:
            self._ring(painter, self.pixel(*at), max(radius, 3.0), theme.class_colour(self.c))
        else:
            self._ring(painter, self.pixel(*at), max(radius, REACH), theme.text, dashed=tool == ERASE)
        if self._cross is not None:
            middle = self.pixel(*at)
            painter.setPen(QPen(theme.text, 1.25 * theme.scale))
            arm = 5 * theme.scale
            painter.drawLine(middle - QPointF(arm, 0), middle + QPointF(arm, 0))
            painter.drawLine(middle - QPointF(0, arm), middle + QPointF(0, arm))

    def _ring(self, painter: QPainter, at: QPointF, radius: float, colour: QColor, *, dashed: bool = False) -> None:
        """A circle that is seen on any ground: in `colour`, on a wider one of the map's own."""
        scale = self._theme.scale
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.map_ground, 4 * scale))
        painter.drawEllipse(at, radius, radius)
        painter.setPen(QPen(colour, 2 * scale, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))
        painter.drawEllipse(at, radius, radius)


def _plain(event: QKeyEvent) -> bool:
    """Whether a key is one of the surface's, pressed alone or with Shift."""
    modifiers = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    return modifiers == Qt.KeyboardModifier.NoModifier and Qt.Key(event.key()) in KEYS
