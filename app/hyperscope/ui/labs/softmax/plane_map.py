"""The plane of a softmax regression: its map, an arrow for each class's w, lines of equal score, and the examples.

What is dragged is worked out and drawn here at once; it is told as one move when it is let go.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.probes.decision_map import FINE, Map
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.lab.softmax.regression import (
    FEWEST,
    MOST,
    Line,
    Regression,
    lines,
    moved_arrow,
    moved_line,
    over_plane,
)
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.control import draw_focus, keep_arrows, keep_escape
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.controls.text_choice import TextSwitch
from hyperscope.ui.paint import face, number, readable, write
from hyperscope.ui.panels.common.sheet import HEAD
from hyperscope.ui.panels.map.pin import paint_ring
from hyperscope.ui.panels.map.sheet import LEAST, MapSheet
from hyperscope.ui.theme import INSIDE, Theme

GRIP = 7.0  # pixels of an arrow's handle
NEAR = 11.0  # pixels from a handle that still mean it, and
BESIDE = 5.0  # from a line
STEP = 0.02  # of the plane's width that an arrow key goes
LONGEST = 0.8  # of the way from the origin to the plane's edge, for the longest arrow
USUAL = 0.55  # model units that an arrow of length 1 is drawn as
WORDS = 58.0  # pixels for what is said below the map
BENT = "Each example in its class's colour, filled with the class that it is taken for. Click one to take it through."
HINT = (
    "Dashed: where two classes are equally likely, (wᵢ − wⱼ)·x + bᵢ − bⱼ = 0. "
    "Drag an arrow to turn w, a line to move b."
)


@dataclass(frozen=True, slots=True)
class Handle:
    """What can be dragged: the arrow of a class, or a line."""

    arrow: int = -1
    line: Line | None = None

    @property
    def name(self) -> str:
        """In words."""
        if self.line is None:
            return f"w of class {self.arrow + 1}"
        if self.line.other < 0:
            return f"zero line of class {self.line.one + 1}"
        return f"border of classes {self.line.one + 1} and {self.line.other + 1}"

    def same(self, other: Handle | None) -> bool:
        """Whether both are of the same classes."""
        if other is None or self.arrow != other.arrow or (self.line is None) != (other.line is None):
            return False
        if self.line is None or other.line is None:
            return True
        return (self.line.one, self.line.other) == (other.line.one, other.line.other)


class PlaneMap(MapSheet):
    """`shaped` carries a Regression under the hand, `moved` (before, after) one that was let go; `chosen` an example's
    number or None, `classes_wanted` how many classes, `layer_wanted` whether a hidden layer is to come or to go.
    """

    shaped = Signal(object)
    moved = Signal(object, object)
    chosen = Signal(object)
    classes_wanted = Signal(int)
    layer_wanted = Signal(bool)
    _before: Regression | None = None  # while something is dragged, what it was; events come before all is made

    def __init__(self) -> None:
        super().__init__("The plane", 0.8)
        self.setMinimumSize(300, 320)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.found: Regression | None = None
        self.example: int | None = None
        self.handle: Handle | None = None
        self._seen: Seen | None = None
        self._examples: Examples | None = None
        self._held: Regression | None = None  # what was let go, until the network says the same
        self._patience = 0
        self.zero = TextSwitch("zero lines", "Zero lines", False, self)
        self.pairs = TextSwitch("borders", "Pairwise borders", True, self)
        self.layer = Button("+ hidden layer", "Add a hidden layer", "Borders may bend then")
        self.classes = Segments([f"{count}" for count in range(FEWEST, MOST + 1)], "Classes")
        self._foot = foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.layer)
        foot.addWidget(self.classes, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(INSIDE, INSIDE, INSIDE, INSIDE - 4)
        whole.addStretch(1)
        whole.addLayout(foot)
        for switch in (self.zero, self.pairs):
            switch.toggled.connect(lambda _: self.update())
        self.layer.clicked.connect(lambda: self.layer_wanted.emit(not (self.found and self.found.hidden)))
        self.classes.chosen.connect(lambda index: self.classes_wanted.emit(index + FEWEST))

    @property
    def room(self) -> QRectF:
        """What is left between the head, and words and buttons."""
        return super().room.adjusted(0, 0, 0, -self.px(WORDS + 28))

    def _lie(self) -> None:
        room = self.room
        side = max(LEAST, min(room.width(), room.height()))
        left = room.left() + (room.width() - side) / 2
        self.picture.lie_in(QRectF(left, self.px(HEAD), side, side), self._size)
        right = float(self.width() - INSIDE)
        for switch in (self.pairs, self.zero):
            wide = switch.sizeHint().width()
            switch.setGeometry(round(right - wide), round(self.px(5)), wide, switch.sizeHint().height())
            right -= wide + self.px(10)

    def set_theme(self, theme: Theme) -> None:
        for part in (self.zero, self.pairs, self.layer, self.classes):
            part.set_theme(theme)
        super().set_theme(theme)

    # -- what is shown --------------------------------------------------------------------------------------------

    def show_side(self, side: Seen, found: Regression) -> None:
        """Shows a network; what is under the hand stays as the hand has it."""
        self._seen = side
        if self._before is not None:
            return
        if self._held is not None:
            self._patience -= 1
            if self._patience > 0 and not alike(self._held, found):
                return
            self._held = None
        self._show(found)

    def _show(self, found: Regression) -> None:
        assert self._seen is not None
        self.take(self._seen)
        self.title = f"{len(found.names)} classes" if not found.refused else "The plane"
        less = "− hidden layer" if found.hidden == 1 else "no hidden layer"
        self.layer.setText(less if found.hidden else "+ hidden layer")
        self.layer.setAccessibleName("Train without hidden layers" if found.hidden else "Add a hidden layer")
        for switch in (self.zero, self.pairs):
            switch.setVisible(not found.refused)
        count = len(found.names)
        self.classes.set_index(count - FEWEST if FEWEST <= count <= MOST else None)
        self._fill(found)

    def _fill(self, found: Regression) -> None:
        """Draws what follows from W and b; examples that are taken for the same class as before stay as they are."""
        self.found = found
        if not found.refused:
            self.picture.map = Map(over_plane(found, FINE), found.p.argmax(axis=0), found.extent)
            self.picture.forget()
        if self.handle is not None:
            self.handle = next((one for one in self.handles if one.same(self.handle)), None)
        self._say()
        self.update()

    def show_example(self, example: int | None) -> None:
        """Rings an example."""
        self.example = example
        self.update()

    @property
    def current(self) -> Regression | None:
        """What is drawn."""
        return self.found

    def _say(self) -> None:
        found = self.found
        if found is None or found.refused:
            self.setAccessibleDescription("" if found is None else found.refused)
            return
        numbers = "; ".join(
            f"{name}: w ({number(w[0], 2)}, {number(w[1], 2)}), b {number(b, 2)}"
            for name, w, b in zip(found.names, found.w.tolist(), found.b.tolist(), strict=True)
        )
        held = f"Page down chooses what the arrow keys move: {self.handle.name}. " if self.handle else ""
        self.setAccessibleDescription(f"{held}{numbers}")

    # -- handles --------------------------------------------------------------------------------------------------

    @property
    def scale(self) -> float:
        """Model units that an arrow of length 1 is drawn as."""
        found = self.found
        assert found is not None
        of = found if self._before is None else self._before  # steady under the hand
        left, right, bottom, top = found.extent
        reach = min((right - left) / found.deviation[0], (top - bottom) / found.deviation[1]) / 2
        longest = float(np.hypot(*of.w.T).max(initial=1e-9))
        return min(USUAL, LONGEST * reach / longest)

    def tip(self, number: int) -> QPointF:
        """Where the arrow of a class ends, in pixels."""
        found = self.found
        assert found is not None
        x, y = found.place(found.w[number][:, None] * self.scale)[:, 0].tolist()
        return self.picture.pixel(x, y)

    @property
    def handles(self) -> list[Handle]:
        """All that can be dragged now."""
        found = self.found
        if found is None or found.refused:
            return []
        return [*(Handle(number) for number in range(len(found.names))), *(Handle(line=one) for one in self._lines())]

    def _lines(self) -> list[Line]:
        found = self.found
        assert found is not None
        kinds = ((True, self.pairs), (False, self.zero))
        return [one for borders, switch in kinds if switch.isChecked() for one in lines(found, borders=borders)]

    def handle_at(self, at: QPointF) -> Handle | None:
        """What is under a pixel: an arrow before a line."""
        if self.found is None or self.found.refused:
            return None
        arrows = [(math.hypot(*_away(self.tip(k), at)), k) for k in range(len(self.found.names))]
        away, nearest = min(arrows)
        if away <= self.px(NEAR):
            return Handle(nearest)
        if not self.picture.box.contains(at):
            return None
        near = [(self._from_line(one, at), number, one) for number, one in enumerate(self._lines())]
        if near and min(near)[0] <= self.px(BESIDE):
            return Handle(line=min(near)[2])
        return None

    def _from_line(self, line: Line, at: QPointF) -> float:
        one, other = self.picture.pixel(*line.start), self.picture.pixel(*line.end)
        dx, dy = other.x() - one.x(), other.y() - one.y()
        long = math.hypot(dx, dy) or 1.0
        return abs((at.x() - one.x()) * dy - (at.y() - one.y()) * dx) / long

    def _drag(self, at: QPointF) -> None:
        """Puts the handle under the pixel, and draws what follows."""
        assert self.found is not None and self.handle is not None
        place = self.picture.place(at)
        if self.handle.line is not None:
            self._shape(moved_line(self.found, self.handle.line, place))
            return
        x = self.found.inputs(np.array(place)[:, None])[:, 0] / self.scale
        self._shape(moved_arrow(self.found, self.handle.arrow, (float(x[0]), float(x[1]))))

    def _shape(self, found: Regression) -> None:
        self._fill(found)
        self.shaped.emit(found)

    def _let_go(self) -> None:
        before, self._before = self._before, None
        if before is not None and self.found is not None and self.found is not before:
            self._held, self._patience = self.found, 3
            self.moved.emit(before, self.found)

    # -- mouse and keys -------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        keep_arrows(event)
        keep_escape(event, self._before is not None)
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position()
        self.handle = self.handle_at(at)
        if self.handle is not None:
            self._before = self.found
        elif self.picture.box.contains(at):
            near = self.picture.example_near(at)
            self.chosen.emit(None if near == self.example else near)
        self._say()
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._before is not None and event.buttons() & Qt.MouseButton.LeftButton:
            box = self.picture.box
            self._drag(QPointF(min(max(at.x(), box.left()), box.right()), min(max(at.y(), box.top()), box.bottom())))
            return
        over = self.handle_at(at)
        self.setCursor(Qt.CursorShape.PointingHandCursor if over is not None else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._let_go()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, handles = Qt.Key(event.key()), self.handles
        if key == Qt.Key.Key_Escape and self._before is not None:
            before, self._before = self._before, None
            self._shape(before)
            return
        ways = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
        if key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp) and handles:
            now = next((k for k, one in enumerate(handles) if one.same(self.handle)), -1)
            by = 1 if key == Qt.Key.Key_PageDown else -1
            self.handle = handles[(now + by) % len(handles)] if now >= 0 else handles[0]
            self._say()
            self.update()
        elif key in ways and handles:
            self.handle = self.handle or handles[0]
            self._push(ways[key])
        else:
            super().keyPressEvent(event)

    def _push(self, way: tuple[int, int]) -> None:
        """Moves the chosen handle a step, as a move of its own."""
        assert self.found is not None and self.handle is not None
        if self.handle.line is None:
            at = self.tip(self.handle.arrow)
        else:
            ends = self.handle.line.start, self.handle.line.end
            at = self.picture.pixel((ends[0][0] + ends[1][0]) / 2, (ends[0][1] + ends[1][1]) / 2)
        step = STEP * self.picture.box.width()
        self._before = self.found
        self._drag(QPointF(at.x() + way[0] * step, at.y() - way[1] * step))
        self._let_go()

    # -- painting -------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, room: QRectF) -> None:
        picture, found, theme = self.picture, self.found, self.theme
        if picture.map is None or found is None:
            picture.paint_empty(painter)
            return
        picture.with_borders = bool(found.refused)
        picture.paint(painter, self.devicePixelRatioF())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(picture.box)
        if not found.refused:
            self._paint_lines(painter)
            self._paint_arrows(painter)
        if self.example is not None and self.example < found.at.shape[1]:
            paint_ring(painter, picture.pixel(*found.at[:, self.example].tolist()), theme, example=True)
        painter.restore()
        place = QRectF(INSIDE, picture.box.bottom() + self.px(8), self.width() - 2 * INSIDE, self.px(WORDS - 10))
        painter.setFont(face(11, 400, theme.scale))
        painter.setPen(theme.quiet)
        said = BENT if found.refused else HINT
        if self.handle is not None and self.hasFocus():
            said = f"Chosen: {self.handle.name}. The arrow keys move it, page up and down choose another."
        painter.drawText(place, int(Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap), said)
        if self.hasFocus() and self.handle is None:
            draw_focus(painter, picture.box.adjusted(-2, -2, 2, 2), 6, theme.accent)

    def _paint_lines(self, painter: QPainter) -> None:
        theme = self.theme
        for line in self._lines():
            chosen = self.handle is not None and self.handle.same(Handle(line=line))
            border = line.other >= 0
            colour = theme.text if border else readable(theme.class_colour(line.one), theme.map_ground, 3.0)
            pen = QPen(colour, self.px(2.2 if chosen else 1.1 if border else 1.6))
            pen.setDashPattern([4, 3] if border else [1, 2.4])
            painter.setPen(pen)
            painter.drawLine(self.picture.pixel(*line.start), self.picture.pixel(*line.end))

    def _paint_arrows(self, painter: QPainter) -> None:
        found, theme = self.found, self.theme
        assert found is not None
        origin = self.picture.pixel(*found.place(np.zeros((2, 1)))[:, 0].tolist())
        for k in range(len(found.names)):
            tip, colour = self.tip(k), theme.class_colour(k)
            chosen = self.handle is not None and self.handle.arrow == k
            for ink, width in ((theme.card, 7.0), (colour, 3.6)):
                painter.setPen(QPen(ink, self.px(width), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
                painter.drawLine(origin, tip)
            painter.setPen(QPen(theme.text if chosen else theme.card, self.px(2.2)))
            painter.setBrush(colour)
            painter.drawEllipse(tip, self.px(GRIP), self.px(GRIP))
            dx, dy = _away(tip, origin)
            long = math.hypot(dx, dy) or 1.0
            at = QPointF(tip.x() + dx / long * self.px(17), tip.y() + dy / long * self.px(15))
            plate = QRectF(at.x() - self.px(11), at.y() - self.px(8), self.px(22), self.px(16))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.card)
            painter.drawRoundedRect(plate, self.px(4), self.px(4))
            words = f"w{'₁₂₃₄₅₆₇₈₉'[k]}" if k < 9 else "w"
            write(painter, plate, words, face(11, 600, theme.scale), theme.text, Qt.AlignmentFlag.AlignHCenter)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.text)
        painter.drawPolygon(QPolygonF([origin + QPointF(dx, dy) for dx, dy in ((-2, 0), (0, -2), (2, 0), (0, 2))]))


def _away(one: QPointF, other: QPointF) -> tuple[float, float]:
    return one.x() - other.x(), one.y() - other.y()


def alike(one: Regression, other: Regression) -> bool:
    """Whether both have the same numbers, to float32."""
    if one.w.shape != other.w.shape:
        return False
    return bool(np.allclose(one.w, other.w, rtol=1e-5, atol=1e-6) and np.allclose(one.b, other.b, rtol=1e-5, atol=1e-6))
