"""All weights of a network as matrices, those that are exactly 0 left blank and counted, and their histogram."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from hyperscope.engine.arrays import Array
from hyperscope.lab.generalise.restrained import Restrained
from hyperscope.lab.generalise.two_weights import Place, TwoWeights
from hyperscope.ui.controls.control import ARROWS, draw_focus, keep_arrows
from hyperscope.ui.paint import face, fitting, image, sign_ramp, write
from hyperscope.ui.panels.common.axes import number_text
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import Theme

BINS = 41  # of the histogram, an odd number so that one is around 0
HISTOGRAM = 0.34  # of the height
CELL = 30.0  # pixels of a weight at most
CAPTION = 15
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
FRAMED = 4.0  # pixels from which on a cell has a gap and a cross where it is 0


class WeightsCard(Sheet):
    """`chosen` carries the `TwoWeights` that are looked at: a press takes the first, with Shift or the right button
    the second; arrows move the one that was taken last, Space changes over.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__("Weights")
        self.found: Restrained | None = None
        self.two = TwoWeights()
        self._second = False  # which of the two the arrows move
        self._pictures: list[QImage] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 200)

    def show_weights(self, found: Restrained) -> None:
        """Shows a network's."""
        self.found = found
        self._paint_matrices()
        self.setAccessibleDescription(f"{self.said()}; " + ", ".join(self._by_layer()))
        self.update()

    def show_two(self, two: TwoWeights) -> None:
        """Frames the two that are looked at."""
        self.two = two
        self.update()

    def said(self) -> str:
        """How many are exactly 0."""
        if self.found is None:
            return ""
        zeros, count = self.found.zeros
        return f"{zeros} of {count} weights exactly 0"

    def _by_layer(self) -> list[str]:
        assert self.found is not None
        return [f"{layer.caption} {layer.zeros} of {layer.weights.size}" for layer in self.found.layers]

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        self._paint_matrices()

    def _paint_matrices(self) -> None:
        self._pictures = []
        if self.found is None:
            return
        every = [np.abs(layer.weights).max(initial=0.0) for layer in self.found.layers]
        top = float(max(every)) or 1.0
        blank, ramp = mixed(self.theme.card, self.theme.quiet, 0.16).rgb(), sign_ramp(self.theme)
        for layer in self.found.layers:
            level = np.clip(np.nan_to_num(layer.weights / top), -1, 1) * 255
            pixels = ramp[np.rint(level).astype(np.intp) + 255]
            self._pictures.append(image(np.where(layer.weights == 0, np.uint32(blank), pixels)))

    # -- where all lies -------------------------------------------------------------------------------------------

    def areas(self) -> list[QRectF]:
        """Where each layer's matrix lies, a column for each input of its units and a row for each unit."""
        if self.found is None:
            return []
        room = self.room
        gap, high = self.px(14), room.height() * (1 - HISTOGRAM) - self.px(2 * CAPTION + 6)
        shapes = [layer.weights.shape for layer in self.found.layers]
        columns, rows = sum(shape[1] for shape in shapes), max(shape[0] for shape in shapes)
        wide = room.width() - gap * (len(shapes) - 1)
        # small matrices have square cells; of large ones each has a part of the width
        cell = min(self.px(CELL), wide / columns, high / rows)
        at, found = room.left(), []
        for shape in shapes:
            across = cell * shape[1] if cell >= FRAMED else max(self.px(12), wide * shape[1] / columns)
            down = cell * shape[0] if cell >= FRAMED else high * min(1.0, shape[0] / rows)
            found.append(QRectF(at, room.top() + self.px(CAPTION), across, down))
            at += across + gap
        return found

    def cell(self, place: Place) -> QRectF:
        """Where a weight lies."""
        assert self.found is not None
        layer, unit, into = place
        area, shape = self.areas()[layer], self.found.layers[layer].weights.shape
        wide, high = area.width() / shape[1], area.height() / shape[0]
        return QRectF(area.left() + into * wide, area.top() + unit * high, wide, high)

    def place_at(self, at: QPointF) -> Place | None:
        """The weight at a pixel."""
        for layer, area in enumerate(self.areas()):
            if area.contains(at):
                assert self.found is not None
                rows, columns = self.found.layers[layer].weights.shape
                unit = min(rows - 1, int((at.y() - area.top()) / area.height() * rows))
                return layer, unit, min(columns - 1, int((at.x() - area.left()) / area.width() * columns))
        return None

    # -- painting -------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, room: QRectF) -> None:
        theme, scale, found = self.theme, self.theme.scale, self.found
        if found is None:
            write(painter, room, "They come with the next look.", face(12, 400, scale), theme.quiet)
            return
        small = face(10, 400, scale)
        areas = self.areas()
        for number, (layer, area, picture) in enumerate(zip(found.layers, areas, self._pictures, strict=True)):
            free = (areas[number + 1].left() if number + 1 < len(areas) else room.right()) - area.left()
            head = QRectF(area.left(), area.top() - self.px(CAPTION), free, self.px(CAPTION))
            write(painter, head, f"W{str(number + 1).translate(RAISED)}", small, theme.quiet)
            if layer.zeros:
                of = f"{layer.zeros} of {layer.weights.size}"
                said = fitting((f"{of} are 0", of, str(layer.zeros)), small, free - self.px(4))
                foot = QRectF(area.left(), area.bottom() + self.px(1), free, self.px(CAPTION))
                write(painter, foot, said, small, theme.text)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(area, picture)
            self._grid(painter, area, layer.weights)
        for place, name in ((self.two.first, "1"), (self.two.second, "2")):
            self._frame(painter, place, name)
        self._histogram(painter, room, np.concatenate([layer.weights.ravel() for layer in found.layers]))
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()).adjusted(2, 2, -2, -2), 6, theme.accent)

    def _grid(self, painter: QPainter, area: QRectF, weights: Array) -> None:
        """Gaps between cells that are large enough, and a mark in those that are exactly 0."""
        rows, columns = weights.shape
        wide, high = area.width() / columns, area.height() / rows
        if min(wide, high) < FRAMED:
            return
        painter.setPen(QPen(self.theme.card, 1))
        for column in range(1, columns):
            x = area.left() + column * wide
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        for row in range(1, rows):
            y = area.top() + row * high
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        if min(wide, high) < 2 * FRAMED:
            return
        painter.setFont(face(min(10.0, 0.62 * min(wide, high) / self.theme.scale), 400, self.theme.scale))
        painter.setPen(self.theme.quiet)
        for unit, into in zip(*np.nonzero(weights == 0), strict=True):
            cell = QRectF(area.left() + into * wide, area.top() + unit * high, wide, high)
            painter.drawText(cell, int(Qt.AlignmentFlag.AlignCenter), "0")

    def _frame(self, painter: QPainter, place: Place, name: str) -> None:
        found = self.found
        assert found is not None
        layer, unit, into = place
        if layer >= len(found.layers) or unit >= len(found.layers[layer].weights):
            return
        if into >= found.layers[layer].weights.shape[1]:
            return
        cell = self.cell(place).adjusted(-1, -1, 1, 1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.text, self.px(1.75)))
        painter.drawRoundedRect(cell, 2, 2)
        if cell.height() >= self.px(12):
            # an outline, as the number stands on any colour
            painter.setFont(face(9, 600, self.theme.scale))
            corner = QRectF(cell.left(), cell.top(), self.px(9), self.px(11))
            painter.fillRect(corner, self.theme.text)
            painter.setPen(self.theme.card)
            painter.drawText(corner, int(Qt.AlignmentFlag.AlignCenter), name)

    def _histogram(self, painter: QPainter, room: QRectF, values: Array) -> None:
        """All weights but those that are exactly 0, which have a bar of their own with their number."""
        theme, scale = self.theme, self.theme.scale
        area = QRectF(room.left(), room.bottom() - room.height() * HISTOGRAM, room.width(), room.height() * HISTOGRAM)
        area.adjust(0, self.px(16), 0, -self.px(15))
        if area.height() < self.px(16):
            return
        zeros = int(np.count_nonzero(values == 0))
        others = values[(values != 0) & np.isfinite(values)].astype(np.float64)
        top = float(np.abs(others).max(initial=0.0)) or 1.0
        counts = np.histogram(others, BINS, (-top, top))[0]
        most = max(int(counts.max(initial=0)), zeros, 1)
        wide = area.width() / BINS
        for at, count in enumerate(counts.tolist()):
            if count:
                high = max(1.0, area.height() * count / most)
                bar = QRectF(area.left() + at * wide, area.bottom() - high, max(1.0, wide - 1), high)
                painter.fillRect(bar, mixed(theme.card, theme.quiet, 0.5))
        middle = area.center().x()
        painter.setPen(QPen(theme.hairline, 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        small, bold = face(10, 400, scale), face(11, 600, scale)
        if zeros:
            high = area.height() * zeros / most
            painter.fillRect(QRectF(middle - self.px(2), area.bottom() - high, self.px(4), high), theme.accent)
        head = QRectF(area.left(), area.top() - self.px(17), area.width(), self.px(15))
        write(painter, head, self.said(), bold, theme.accent if zeros else theme.text)
        foot = QRectF(area.left(), area.bottom() + self.px(1), area.width(), self.px(13))
        write(painter, foot, number_text(-top), small, theme.quiet)
        write(painter, foot, "0", small, theme.quiet, Qt.AlignmentFlag.AlignHCenter)
        write(painter, foot, number_text(top), small, theme.quiet, Qt.AlignmentFlag.AlignRight)

    # -- pointer and keys -----------------------------------------------------------------------------------------

    def _take(self, place: Place, second: bool) -> None:
        self._second = second
        first, other = (self.two.first, place) if second else (place, self.two.second)
        if first == other:  # one weight cannot be both
            first, other = self.two.second, self.two.first
        self.two = TwoWeights(first, other)
        self.chosen.emit(self.two)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position())
        if place is not None:
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._take(place, shift or event.button() == Qt.MouseButton.RightButton)

    def event(self, event: QEvent) -> bool:
        keep_arrows(event)
        override = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if override and event.key() == Qt.Key.Key_Space:  # type: ignore[attr-defined]
            event.accept()  # else it would play
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.found is None or event.key() not in (*ARROWS, Qt.Key.Key_Space):
            super().keyPressEvent(event)
            return
        if event.key() == Qt.Key.Key_Space:
            self._second = not self._second
            return
        layer, unit, into = self.two.second if self._second else self.two.first
        layer = min(layer, len(self.found.layers) - 1)
        rows, columns = self.found.layers[layer].weights.shape
        unit += {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        into += {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if into >= columns and layer + 1 < len(self.found.layers):
            layer, into = layer + 1, 0
        elif into < 0 and layer:
            layer -= 1
            into = self.found.layers[layer].weights.shape[1] - 1
        rows, columns = self.found.layers[layer].weights.shape
        self._take((layer, min(max(unit, 0), rows - 1), min(max(into, 0), columns - 1)), self._second)
