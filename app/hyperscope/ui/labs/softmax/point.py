"""A place of the network's map as the source of the workbench's logits: drag it, and the bars move."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from hyperscope.lab.probes.decision_map import decision_map
from hyperscope.lab.probes.examples import examples
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.controls.control import keep_arrows
from hyperscope.ui.paint import face, number
from hyperscope.ui.panels.map.pin import paint_ring
from hyperscope.ui.panels.map.sheet import MapSheet

SMALL = 0.7  # of the usual size of the examples
STEP = 0.02  # of the plane's width that an arrow key goes


class PointMap(MapSheet):
    """The map of the present network with one place that can be dragged; `moved` carries it, in plane coordinates."""

    rate = 8.0
    moved = Signal(float, float)

    def __init__(self) -> None:
        super().__init__("A point of the network", SMALL)
        self.setMinimumSize(240, 180)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.point: tuple[float, float] | None = None
        self._said = ""

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """The map and the examples on it."""
        return (Ask(examples, focus.in_plane), Ask(decision_map, focus.in_plane))

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows the network, of twins A's."""
        self.take(sides[0])

    def show_point(self, point: tuple[float, float] | None, said: str = "") -> None:
        """Marks a place, and says in words below what the network makes of it."""
        self.point, self._said = point, said
        at = "" if point is None else f"({number(point[0], 2)}, {number(point[1], 2)})"
        self.setAccessibleDescription(f"{at} {said}".strip())
        self.update()

    def paint(self, painter: QPainter, room: QRectF) -> None:
        picture = self.picture
        if picture.map is None:
            picture.paint_empty(painter)
            return
        picture.paint(painter, self.devicePixelRatioF())
        if self.point is not None:
            at = picture.pixel(*self.point)
            if picture.box.contains(at):
                paint_ring(painter, at, self.theme, example=False)
        place = self.beside
        if place.width() > self.px(60):
            painter.setFont(face(11, 400, self.theme.scale))
            painter.setPen(self.theme.quiet)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap), self._said)

    # -- dragging -------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        keep_arrows(event)
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.picture.box.contains(event.position()):
            self._offer(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._offer(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ways = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        way = ways.get(Qt.Key(event.key()))
        if way is None or self.point is None:
            super().keyPressEvent(event)
            return
        left, right, bottom, top = self.picture.extent
        x = min(right, max(left, self.point[0] + way[0] * STEP * (right - left)))
        y = min(top, max(bottom, self.point[1] + way[1] * STEP * (top - bottom)))
        self.moved.emit(x, y)

    def _offer(self, at: QPointF) -> None:
        box = self.picture.box
        inside = QPointF(min(box.right(), max(box.left(), at.x())), min(box.bottom(), max(box.top(), at.y())))
        self.moved.emit(*self.picture.place(inside))
