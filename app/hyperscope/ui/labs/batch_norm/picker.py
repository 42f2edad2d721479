"""Which unit is looked at: a picture of each by layer, or a number where a layer is too wide for pictures.

Below lies the plane, with the examples of the mini-batch on it.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from hyperscope.engine.arrays import Values
from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.probes.decision_map import decision_map
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.microscope import Magnified
from hyperscope.lab.probes.network import LayerPicture, NetworkPicture, network
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui import paint
from hyperscope.ui.controls.control import ARROWS, Caption, keep_arrows
from hyperscope.ui.controls.fade import Fade
from hyperscope.ui.controls.scrolled import Scrolled
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import card, face, write
from hyperscope.ui.panels.common.chart import CENTRE
from hyperscope.ui.style import breadth, mixed
from hyperscope.ui.theme import INSIDE, LIGHT, Theme

WIDTH = 216  # pixels
SIDE = 30  # of a unit's picture, at most
LEAST = 17
GAP = 5
PER_ROW = 6  # numbers of units side by side


class Units(QWidget):
    """All units of all layers; `chosen` carries layer, from 0, and unit. The arrows go from one to the next."""

    chosen = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Which unit")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._theme = LIGHT
        self.layers: tuple[tuple[str, int], ...] = ()
        self.at = (0, 0)
        self._shown: tuple[LayerPicture, ...] = ()
        self._images: list[list[QImage]] = []  # of what is shown, from when it is painted on
        self._over: tuple[int, int] | None = None
        self.set_theme(LIGHT)

    def show_layers(self, layers: tuple[tuple[str, int], ...], at: tuple[int, int]) -> None:
        """These layers, by name and number of units, and the unit that is chosen."""
        if (layers, at) == (self.layers, self.at):
            return  # said with every look, and painting them all takes a tenth of a frame
        if layers != self.layers:
            self.layers = layers
            self._shown, self._images = (), []
            self.setMinimumHeight(self._high())
        self.at = at
        name, units = layers[at[0]]
        self.setAccessibleDescription(f"{_title(name)}, unit {at[1] + 1} of {units}")
        self.update()

    def show_pictures(self, picture: NetworkPicture) -> None:
        """What each unit computes over the plane; it turns into pictures when they are next painted."""
        shown = tuple(picture.layers[1:])
        if [layer.array for layer in shown] != [name for name, _ in self.layers]:
            return
        self._shown, self._images = shown, []
        self.update()

    def _drawn(self) -> list[list[QImage]]:
        """A picture of each unit by layer, as far as there is room for pictures."""
        if not self._images:
            last = len(self._shown) - 1
            for number, layer in enumerate(self._shown):
                if layer.pictures is None or len(layer.pictures) != self.layers[number][1]:
                    self._images.append([])
                elif number == last:
                    of = enumerate(layer.pictures)
                    self._images.append(
                        [paint.share_picture(p, self._theme.class_colour(k), self._theme.card) for k, p in of]
                    )
                else:
                    self._images.append(paint.sign_pictures(layer.pictures, self._theme))
        return self._images

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme, self._images = theme, []
        self.setMinimumHeight(self._high())
        self.update()

    # -- where they lie: as columns of pictures, or as one layer after the other in rows of numbers -----------------

    @property
    def in_columns(self) -> bool:
        """Whether each layer is a column."""
        return len(self.layers) <= 5 and max((units for _, units in self.layers), default=0) <= 16

    def _side(self) -> float:
        scale = self._theme.scale
        most = max((units for _, units in self.layers), default=1)
        room = (self.height() - 18 * scale) / max(1, most) - GAP
        wide = self.width() / max(1, len(self.layers)) - 8
        return max(LEAST * 0.75 * scale, min(SIDE * scale, room, wide))

    def place(self, layer: int, unit: int) -> QRectF:
        """Where a unit lies."""
        scale = self._theme.scale
        head = 18 * scale
        if self.in_columns:
            side = self._side()
            column = self.width() / len(self.layers)
            return QRectF((layer + 0.5) * column - side / 2, head + unit * (side + GAP), side, side)
        top = 0.0
        wide, high = self.width() / PER_ROW, 20 * scale
        for _, units in self.layers[:layer]:
            top += head + math.ceil(units / PER_ROW) * high + 6 * scale
        row, column = divmod(unit, PER_ROW)
        return QRectF(column * wide + 1, top + head + row * high + 1, wide - 2, high - 2)

    def _high(self) -> int:
        scale = self._theme.scale
        if not self.layers:
            return 10
        if self.in_columns:
            most = max(units for _, units in self.layers)
            return math.ceil(18 * scale + most * (LEAST * 0.75 * scale + GAP))
        return math.ceil(self.place(len(self.layers) - 1, self.layers[-1][1] - 1).bottom() + 4)

    def sizeHint(self) -> QSize:
        return QSize(breadth(self._theme, WIDTH - 2 * INSIDE), max(60, self._high()))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, scale = QPainter(self), self._theme, self._theme.scale
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for layer, (name, units) in enumerate(self.layers):
            first = self.place(layer, 0)
            bold = layer == self.at[0]
            font = face(10, 600 if bold else 400, scale)
            said = _title(name)
            if self.in_columns:
                column = self.width() / len(self.layers)
                if QFontMetricsF(font).horizontalAdvance(said) > column:
                    said = "Out" if name == "output" else f"L{layer + 1}"
                room = QRectF(layer * column, 0, column, 16 * scale)
                write(painter, room, said, font, theme.text if bold else theme.quiet, CENTRE)
            else:
                room = QRectF(0, first.top() - 18 * scale, self.width(), 16 * scale)
                write(painter, room, f"{said}, {units} units", font, theme.text if bold else theme.quiet)
            for unit in range(units):
                place = self.place(layer, unit)
                if event.rect().adjusted(-2, -2, 2, 2).intersects(place.toAlignedRect()):
                    self._paint_unit(painter, layer, unit, place)
        painter.end()

    def _paint_unit(self, painter: QPainter, layer: int, unit: int, place: QRectF) -> None:
        theme, scale = self._theme, self._theme.scale
        chosen, over = (layer, unit) == self.at, (layer, unit) == self._over
        images = self._drawn() if self.in_columns else []
        if layer < len(images) and unit < len(images[layer]):
            painter.drawImage(place, images[layer][unit])
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mixed(theme.control, theme.accent, 0.25) if chosen else theme.control)
            painter.drawRoundedRect(place, 3, 3)
            write(painter, place, str(unit + 1), face(10, 600 if chosen else 400, scale), theme.text, CENTRE)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if chosen:
            painter.setPen(QPen(theme.accent, (2.75 if self.hasFocus() else 2) * scale))
            painter.drawRoundedRect(place.adjusted(-1.5, -1.5, 1.5, 1.5), 4, 4)
            if self.hasFocus():
                painter.setPen(QPen(theme.text, scale))
                painter.drawRoundedRect(place.adjusted(-3.5, -3.5, 3.5, 3.5), 5, 5)
        elif over:
            painter.setPen(QPen(theme.quiet, 1.25 * scale))
            painter.drawRoundedRect(place.adjusted(-1, -1, 1, 1), 4, 4)
        elif self.in_columns:
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawRoundedRect(place.adjusted(-0.5, -0.5, 0.5, 0.5), 3, 3)

    # -- choosing -------------------------------------------------------------------------------------------------

    def _under(self, at: QPointF) -> tuple[int, int] | None:
        for layer, (_, units) in enumerate(self.layers):
            for unit in range(units):
                if self.place(layer, unit).adjusted(-2, -2, 2, 2).contains(at):
                    return layer, unit
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._under(event.position())
        if over != self._over:
            self._over = over
            self.setToolTip(f"{_title(self.layers[over[0]][0])}, unit {over[1] + 1}" if over is not None else "")
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._over = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if (found := self._under(event.position())) is not None:
            self.chosen.emit(*found)

    def event(self, event: QEvent) -> bool:
        keep_arrows(event)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down within a layer, left and right to the next; in rows of numbers as they lie."""
        if event.key() not in ARROWS or not self.layers:
            super().keyPressEvent(event)
            return
        layer, unit = self.at
        along = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        across = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if self.in_columns:
            layer = min(len(self.layers) - 1, max(0, layer + across))
            unit = min(self.layers[layer][1] - 1, max(0, unit + along))
        else:
            unit += across + PER_ROW * along
            if unit < 0 and layer > 0:
                layer -= 1
                unit = self.layers[layer][1] - 1
            elif unit >= self.layers[layer][1] and layer + 1 < len(self.layers):
                layer, unit = layer + 1, 0
            unit = min(self.layers[layer][1] - 1, max(0, unit))
        if (layer, unit) != self.at:
            self.chosen.emit(layer, unit)


class Place(QWidget):
    """The plane as the network divides it, small, with the examples of the mini-batch; one of them may stand out."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Where the examples lie")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme = LIGHT
        self._p: Values | None = None
        self._map: QImage | None = None  # of these, from when it is painted on
        self._examples: Examples | None = None
        self._numbers: Values = np.zeros(0, np.int64)
        self._example: int | None = None
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and size."""
        self._theme = theme
        self.setFixedHeight(breadth(theme, 112))
        self._map = None
        self.update()

    def show_map(self, p: Values) -> None:
        """Class probabilities over the plane (C, side, side)."""
        self._p, self._map = p, None
        self.update()

    def show_examples(self, examples: Examples) -> None:
        """All examples, of which the mini-batch is part."""
        self._examples = examples
        self.update()

    def show_batch(self, numbers: Values, example: int | None) -> None:
        """The examples (m,) of the mini-batch by number, and the one that is looked at."""
        self._numbers, self._example = numbers, example
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, scale = QPainter(self), self._theme, self._theme.scale
        side = min(self.width(), self.height()) - 2.0
        rect = QRectF((self.width() - side) / 2, 1, side, side)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._p is not None:
            if self._map is None:
                self._map = paint.soft_map(self._p, theme)
            painter.drawImage(rect, self._map)
        if self._examples is not None:
            left, right, bottom, top = self._examples.extent
            m = len(self._examples.y)
            for number in (*self._numbers.tolist(), *([self._example] if self._example is not None else [])):
                if not 0 <= number < m:
                    continue
                x, y = self._examples.x[:, number].tolist()
                at = QPointF(
                    rect.left() + (x - left) / (right - left) * side, rect.top() + (top - y) / (top - bottom) * side
                )
                looked = number == self._example
                painter.setPen(QPen(theme.text if looked else theme.map_ground, (2 if looked else 0.8) * scale))
                painter.setBrush(theme.class_colour(int(self._examples.y[number])))
                radius = (5 if looked else 2.6) * scale
                painter.drawEllipse(at, radius, radius)
        painter.end()


class PickerPanel(QWidget):
    """The card at the left."""

    rate: float = 6.0

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self.setAccessibleName("Which unit")
        self.title = Caption("Which unit")
        self.units, self.place = Units(), Place()
        self.area = Scrolled(self.units)
        self.fade = Fade(self.area)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.title)
        self._column.addWidget(self.area, 1)
        self._column.addWidget(self.place)
        self.set_theme(LIGHT)

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """What each unit computes over the plane, and the network."""
        return (Ask(network, focus.in_plane), Ask(decision_map, focus.in_plane))

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows the pictures of the first side that has them: which of twins that is, its units tell."""
        records = sides[-1].records
        if (picture := records.of(network)) is not None:
            self.units.show_pictures(picture)
        if (found := records.of(decision_map)) is not None:
            self.place.show_map(found.p)

    def show_unit(self, shown: Magnified, example: int | None) -> None:
        """Takes note of what the microscope shows."""
        self.units.show_layers(shown.layers, (shown.layer, shown.unit))
        self.place.show_batch(shown.numbers, example)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.setFixedWidth(breadth(theme, WIDTH))
        inside = round(INSIDE * theme.scale)
        self._column.setContentsMargins(inside, inside - 2, inside, inside - 2)
        self._column.setSpacing(round(6 * theme.scale))
        self.title.set_theme(theme, 11, 600, quiet=True)
        self.units.set_theme(theme)
        self.place.set_theme(theme)
        self.fade.set_theme(theme)
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        card(painter, QRectF(self.rect()), self._theme)
        painter.end()


def _title(name: str) -> str:
    return "Output" if name == "output" else f"Layer {name.removeprefix('layer')}"
