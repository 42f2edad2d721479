"""The network as a row of layers, those that a line of code is of in the accent's colour, with the line's formulas."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen

from hyperscope.lab.frameworks.script import Script
from hyperscope.lab.frameworks.telling import Told
from hyperscope.ui.formula import boxed
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.style import mixed

MOST = 9  # units that are drawn of a layer
EMPTY = "Point at a line of code, or at a layer."
SPACE = 18  # pixels between two formulas


class NetworkSketch(Sheet):
    """Shows a `Told`; `pointed` carries the layer that the mouse or the keyboard comes to, 0 for none."""

    pointed = Signal(int)

    def __init__(self) -> None:
        super().__init__("The network")
        self.told, self.layer = Told(), 0
        self._widths: tuple[int, ...] = ()
        self._columns: list[QRectF] = []
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleDescription(EMPTY)

    def show_network(self, script: Script) -> None:
        """Takes a network."""
        self._widths = script.layout.widths
        self.update()

    def show_told(self, told: Told, line: int | None) -> None:
        """Shows what line number `line`, from 1, stands for; None where it was not a line that was pointed at."""
        self.told = told
        head = f"Line {line} is {told.title[:1].lower()}{told.title[1:]}" if line is not None else told.title
        self.title = (head[:1].upper() + head[1:]) if told.title else "The network"
        self.setAccessibleDescription(f"{self.title}. {told.sentence}" if told.title else EMPTY)
        self.update()

    # -- drawing --------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, room: QRectF) -> None:
        if not self._widths:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        foot = self.px(72)
        self._draw_layers(painter, room.adjusted(0, 0, 0, -foot))
        below = QRectF(room.left(), room.bottom() - foot + self.px(6), room.width(), foot - self.px(6))
        if not self.told.title:
            write(painter, below, EMPTY, face(12, 400, self.theme.scale), self.theme.quiet)
            return
        self._draw_formulas(painter, QRectF(below.left(), below.top(), below.width(), self.px(40)), self.told.formulas)
        said = QRectF(below.left(), below.bottom() - self.px(22), below.width(), self.px(20))
        write(painter, said, self.told.sentence, face(12, 400, self.theme.scale), self.theme.quiet)

    def _draw_layers(self, painter: QPainter, room: QRectF) -> None:
        theme, count = self.theme, len(self._widths)
        names = ["x", *(f"Layer {n}" for n in range(1, count - 1)), "output"]
        step = room.width() / count
        label = self.px(20)
        most = max(min(width, MOST) for width in self._widths)
        pitch = min(self.px(19), (room.height() - label - self.px(4)) / most)
        side = pitch * 0.76
        middle = room.top() + (room.height() - label) / 2
        self._columns = []
        for number, width in enumerate(self._widths):
            x = room.left() + step * (number + 0.5)
            lit = number in self.told.layers
            colour = theme.accent if lit else mixed(theme.card, theme.quiet, 0.32)
            if number:
                pen = QPen(theme.accent if lit else theme.hairline, self.px(2.2 if lit else 1.4))
                painter.setPen(pen)
                self._draw_edge(painter, QPointF(x - step + side, middle), QPointF(x - side, middle), lit)
            drawn = min(width, MOST)
            top = middle - drawn * pitch / 2
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            for unit in range(drawn):
                hidden = width > MOST and unit == MOST // 2
                box = QRectF(x - side / 2, top + unit * pitch + (pitch - side) / 2, side, side)
                if hidden:
                    box = box.adjusted(side * 0.36, side * 0.36, -side * 0.36, -side * 0.36)
                painter.drawRoundedRect(box, 2.5, 2.5)
            name = names[number] if number else "x"
            said = f"{name} · {width}" if step > self.px(76) else f"{width}"
            where = QRectF(x - step / 2, room.bottom() - label, step, label)
            weight, ink = (600, theme.text) if lit else (400, theme.quiet)
            write(painter, where, said, face(11, weight, theme.scale), ink, Qt.AlignmentFlag.AlignCenter)
            self._columns.append(QRectF(x - step / 2, room.top(), step, room.height()))
            if number == self.layer and number and self.hasFocus():
                painter.setPen(QPen(theme.accent, self.px(1.5)))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(self._columns[-1].adjusted(4, 2, -4, -1), 5, 5)

    def _draw_edge(self, painter: QPainter, start: QPointF, end: QPointF, lit: bool) -> None:
        painter.drawLine(start, end)
        if lit and self.told.back:  # the gradient comes from the right
            tip, size = start + QPointF(self.px(3), 0), self.px(5)
            painter.drawLine(tip, tip + QPointF(size, -size))
            painter.drawLine(tip, tip + QPointF(size, size))

    def _draw_formulas(self, painter: QPainter, room: QRectF, formulas: Sequence[str]) -> None:
        for size in (16, 14, 12, 10.5):
            boxes = [boxed(formula, self.px(size)) for formula in formulas]
            if sum(box.wide + self.px(SPACE) for box in boxes) <= room.width() + self.px(SPACE):
                break
        x = room.left()
        painter.setPen(self.theme.text)
        painter.setBrush(Qt.BrushStyle.NoBrush)  # else roots are filled
        for box in boxes:
            if x + box.wide > room.right() + 1:
                painter.drawText(QPointF(room.right() - self.px(8), room.center().y()), "…")
                return
            box.paint(painter, x, room.center().y() + self.px(4))
            x += box.wide + self.px(SPACE)

    # -- pointing -------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = [number for number, box in enumerate(self._columns) if box.contains(event.position())]
        self._point(found[0] if found else 0)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if not by:
            super().keyPressEvent(event)
            return
        self._point(min(max(1, self.layer + by), len(self._widths) - 1))

    def _point(self, layer: int) -> None:
        if layer != self.layer:
            self.layer = layer
            self.pointed.emit(layer)
            self.update()
