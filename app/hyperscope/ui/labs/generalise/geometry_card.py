"""The loss over two weights with a circle and a diamond on it: what L2 and L1 leave of them, which is exactly 0."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy

from hyperscope.engine.arrays import Array
from hyperscope.lab.generalise.two_weights import Contours, TwoWeights, rim, two_weights
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.controls.control import ARROWS, draw_focus, keep_arrows
from hyperscope.ui.labs.generalise.relief import Relief, from_above
from hyperscope.ui.paint import corners, face, number, write
from hyperscope.ui.panels.common.chart import wrapped
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.theme import Theme

SHARE = 0.6  # of the least cost's own length, that circle and diamond have until they are dragged
STEP = 1.1  # by which a key changes their size
LEAST = 0.05  # of what is shown
WORDS = 118  # pixels at the right
SHAPES = (("circle", "L2"), ("diamond", "L1"))
EMPTY = "There are no examples yet."
SAME = "The loss is the same everywhere: what these two feed does nothing now. Choose others at the left."


class GeometryCard(Sheet):
    """Asks for the cost over `two` weights; a drag sets the size of circle and diamond."""

    rate = 4.0

    def __init__(self) -> None:
        super().__init__("Diamond and circle")
        self.two = TwoWeights()
        self.found: Contours | None = None
        self.side = 0  # of twins, which is looked at
        self.settled = False  # whether what is shown is of these two
        self.radius = math.nan  # in weights, NaN until it is set by hand
        self.touching: dict[str, tuple[float, float]] = {}
        self._picture: QImage | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        return QSize(280, 150)

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """The cost over the two weights."""
        return (Ask(two_weights, self.two),)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows it, of twins that of the one that the controls move."""
        records, ask = sides[min(self.side, len(sides) - 1)].records, Ask(two_weights, self.two)
        if ask not in records:
            return  # what was asked for before another two were chosen
        self.found, self._picture, self.settled = records.get(ask), None, True
        self._touch()

    def look_at(self, two: TwoWeights) -> None:
        """Looks at another two from the next look on."""
        self.two, self.radius, self.settled = two, math.nan, False

    @property
    def reach(self) -> float:
        """The size of circle and diamond, in weights."""
        if self.found is None or not math.isnan(self.radius):
            return self.radius
        far = float(np.abs(self.found.lowest).sum()) if self.touching or not self.found.flat else self.found.half
        return max(LEAST * self.found.half, SHARE * far)

    def set_reach(self, size: float) -> None:
        """Sets the size of circle and diamond by hand."""
        if self.found is not None:
            self.radius = min(max(size, LEAST * self.found.half), self.found.half)
            self._touch()

    def _touch(self) -> None:
        found = self.found
        if found is not None and not found.flat:
            self.touching = {shape: found.within(self.reach, shape) for shape, _ in SHAPES}
        else:
            self.touching = {}
        self.setAccessibleDescription(" ".join(self.said()))
        self.update()

    def said(self) -> tuple[str, ...]:
        """What is read beside the picture."""
        found = self.found
        if found is None:
            return (EMPTY,)
        lines = [f"w₁: {found.names[0]}", f"w₂: {found.names[1]}"]
        if not self.touching:
            return (*lines, f"now {_pair(found.now)}", SAME)
        lines.append(f"now {_pair(found.now)}, least cost at {_pair(found.lowest)}")
        for shape, name in SHAPES:
            at = self.touching[shape]
            zeros = sum(value == 0 for value in at)
            one = ", a corner: exactly 0" if shape == "diamond" else ", on an axis"
            what = one if zeros == 1 else ", both exactly 0" if zeros else ""
            lines.append(f"{name}, {shape}: {_pair(at)}{what}")
        return tuple(lines)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        self._picture = None

    # -- painting -------------------------------------------------------------------------------------------------

    @property
    def area(self) -> QRectF:
        """The square that the cost takes."""
        room = self.room
        side = min(room.width() - self.px(WORDS), room.height())
        return QRectF(room.left(), room.top() + (room.height() - side) / 2, side, side)

    def paint(self, painter: QPainter, room: QRectF) -> None:
        found, theme, area = self.found, self.theme, self.area
        if found is None:
            write(painter, room, EMPTY, face(12, 400, theme.scale), theme.quiet)
            return
        ratio = self.devicePixelRatioF()
        wanted = round(area.width() * ratio)
        if self._picture is None or self._picture.width() != wanted:
            self._picture = Relief(found.cost, found.half).picture(theme, wanted)
        painter.drawImage(area, self._picture)
        painter.drawPixmap(area.topLeft(), corners(area.width(), theme.card, ratio))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.setClipRect(area)
        painter.setPen(QPen(theme.text, self.px(0.75)))
        painter.drawLine(QPointF(area.left(), area.center().y()), QPointF(area.right(), area.center().y()))
        painter.drawLine(QPointF(area.center().x(), area.top()), QPointF(area.center().x(), area.bottom()))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for shape, _ in SHAPES:
            painter.setPen(self._pen(shape))
            painter.drawPolygon(QPolygonF(from_above(area, rim(self.reach, shape, 180) / found.half)))
        for shape, _ in SHAPES if self.touching else ():
            self._dot(painter, np.array(self.touching[shape]), shape)
        low, now = from_above(area, np.array([found.lowest, found.now]) / found.half)
        painter.setPen(QPen(theme.text, self.px(1.5)))
        for dx, dy in ((1, 0), (0, 1)) if self.touching else ():
            far = self.px(4)
            painter.drawLine(low - QPointF(dx * far, dy * far), low + QPointF(dx * far, dy * far))
        painter.setBrush(theme.text)
        painter.setPen(QPen(theme.card, self.px(1)))
        painter.drawEllipse(now, self.px(3.5), self.px(3.5))
        painter.restore()
        small = face(10, 400, theme.scale)
        edge = QRectF(area.left(), area.center().y(), area.width() - self.px(3), self.px(14))
        write(painter, edge, "w₁", small, theme.text, Qt.AlignmentFlag.AlignRight)
        top = QRectF(area.center().x() + self.px(4), area.top(), self.px(30), self.px(14))
        write(painter, top, "w₂", small, theme.text)
        left = area.right() + self.px(12)
        self._tell(painter, QRectF(left, room.top(), room.right() - left, room.height()))
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()).adjusted(2, 2, -2, -2), 6, theme.accent)

    def _pen(self, shape: str) -> QPen:
        colour = self.theme.positive if shape == "circle" else self.theme.negative
        return QPen(colour, self.px(2.25))

    def _dot(self, painter: QPainter, at: Array, shape: str) -> None:
        assert self.found is not None
        place = from_above(self.area, at[None] / self.found.half)[0]
        painter.setPen(QPen(self.theme.card, self.px(1.25)))
        painter.setBrush(self._pen(shape).color())
        painter.drawEllipse(place, self.px(5), self.px(5))

    def _tell(self, painter: QPainter, room: QRectF) -> None:
        theme, scale = self.theme, self.theme.scale
        top = room.top()
        said = list(zip(self.said(), ("", "", "", "circle" if self.touching else "", "diamond"), strict=False))
        if self.touching and self._height(said, room.width()) > room.height() + self.px(8):
            del said[2]  # where it stands and the cost is least is drawn as well
        for words, shape in said:
            font = face(11, 600 if shape else 400, scale)
            line = QFontMetricsF(font).height() * 1.05
            if shape:
                painter.setPen(self._pen(shape))
                painter.drawLine(
                    QPointF(room.left(), top + line / 2), QPointF(room.left() + self.px(9), top + line / 2)
                )
            inset = self.px(14) if shape else 0.0
            for part in wrapped(words, QFontMetricsF(font), room.width() - inset):
                if top + line > room.bottom() + self.px(8):
                    return
                row = QRectF(room.left() + inset, top, room.width() - inset + self.px(4), line)
                write(painter, row, part, font, theme.text if shape else theme.quiet)
                top += line
            top += self.px(5)

    def _height(self, said: Sequence[tuple[str, str]], wide: float) -> float:
        """The pixels that these words take."""
        high = 0.0
        for words, shape in said:
            metrics = QFontMetricsF(face(11, 600 if shape else 400, self.theme.scale))
            inset = self.px(14) if shape else 0.0
            high += len(wrapped(words, metrics, wide - inset)) * metrics.height() * 1.05 + self.px(5)
        return high - self.px(5)

    # -- pointer and keys -----------------------------------------------------------------------------------------

    def _follow(self, at: QPointF) -> None:
        """The circle goes through the pointer."""
        if self.found is not None:
            away = at - self.area.center()
            self.set_reach(math.hypot(away.x(), away.y()) / (self.area.width() / 2) * self.found.half)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.area.contains(event.position()):
            self._follow(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._follow(event.position())

    def event(self, event: QEvent) -> bool:
        keep_arrows(event)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in ARROWS:
            super().keyPressEvent(event)
            return
        larger = event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Right)
        self.set_reach(self.reach * (STEP if larger else 1 / STEP))


def _pair(at: Array | tuple[float, float]) -> str:
    return f"({number(float(at[0]), 2)}, {number(float(at[1]), 2)})"
