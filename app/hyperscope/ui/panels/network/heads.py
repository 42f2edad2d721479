"""What stands above and below the network's columns: names, and the buttons that change the structure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from hyperscope.engine.settings import Layer
from hyperscope.knob import knobs
from hyperscope.lab.probes.network import NetworkPicture
from hyperscope.ui.paint import TextButton, face, write
from hyperscope.ui.panels.network import words
from hyperscope.ui.panels.network.layout import ALONE, NetworkLayout
from hyperscope.ui.theme import LIGHT, Theme

UNITS = knobs(Layer)["units"]
CENTRE = Qt.AlignmentFlag.AlignHCenter
NAME, COUNT, CAPTION = 11, 28, 46  # pixels; the tops of the three lines above a column
LINE = 17  # pixels; their height
FOURTH = 14  # pixels from a caption in two lines to its second
APART = 6  # pixels between the captions of neighbours, besides what is around their words
TARGET = 20  # pixels; the least side of what can be pressed
SHORT = {"leaky ReLU": "leaky", "softplus": "soft+", "linear": "lin.", "sigmoid": "sigm."}  # where columns stand close


@dataclass(frozen=True, slots=True)
class _Row:
    """The buttons above one column."""

    minus: TextButton
    plus: TextButton
    norm: TextButton
    settings: TextButton

    @property
    def buttons(self) -> tuple[TextButton, ...]:
        """In the order of Tab."""
        return self.minus, self.plus, self.norm, self.settings


class Heads(QObject):
    """The column heads of one panel. Layers count the hidden ones from 0."""

    units_wanted = Signal(int, int)
    batch_norm_pressed = Signal(int)
    settings_pressed = Signal(int)
    layer_wanted = Signal()
    layer_unwanted = Signal(int)

    def __init__(self, panel: QWidget) -> None:
        super().__init__(panel)
        self._panel, self._theme = panel, LIGHT
        self._picture: NetworkPicture | None = None
        self._layout: NetworkLayout | None = None
        self._units: list[int] = []
        self._twins: dict[int, bool] = {}
        self._prefix = ""  # of the buttons' names
        self._layers: tuple[Layer, ...] = ()
        self._opened = 0  # the layer whose settings were asked for last
        self._rows: list[_Row] = []
        self._add_row()  # the first of all, so that the keyboard comes to it before it comes to the foot
        self._fewer = TextButton("− layer", "Remove the last hidden layer", panel)
        self._more = TextButton("+ layer", "Add a hidden layer", panel)
        self._fewer.clicked.connect(lambda: self.layer_unwanted.emit(len(self._units) - 1))
        self._more.clicked.connect(self.layer_wanted)

    def set_letter(self, which: str) -> None:
        """Says in the buttons' names which of the twins this is, "A" or "B", or "" for none."""
        was, self._prefix = self._prefix, f"{which}: " if which else ""
        for button in (*(button for row in self._rows for button in row.buttons), self._fewer, self._more):
            button.setAccessibleName(self._prefix + button.accessibleName().removeprefix(was))
            button.setToolTip(button.accessibleName())
        if self._layout is not None:
            self.arrange(self._picture, self._layout, self._theme, self._panel.height())

    def set_twins(self, differ: dict[int, bool]) -> None:
        """Marks the layers in which twins differ, and their number of units where that does."""
        if differ == self._twins:
            return
        self._twins = differ
        if self._picture is not None and self._layout is not None:
            self.arrange(self._picture, self._layout, self._theme, self._panel.height())
        self._panel.update()

    def arrange(
        self, picture: NetworkPicture | None, layout: NetworkLayout | None, theme: Theme, height: float
    ) -> None:
        """Puts the buttons where the columns are; they stay the same ones, so none loses the keyboard."""
        self._picture, self._layout, self._theme = picture, layout, theme
        hidden = len(picture.layers) - 2 if picture is not None else 0
        while len(self._rows) < hidden:
            self._add_row()
        for place, row in enumerate(self._rows):
            for button in row.buttons:
                button.setVisible(place < hidden)
        self._fewer.setVisible(picture is not None)
        self._more.setVisible(picture is not None)
        if picture is None or layout is None:
            return
        self._units = [column.units for column in layout.columns[1:-1]]
        self._fewer.setEnabled(hidden > 0)
        for place, row in enumerate(self._rows[:hidden]):
            self._place_units(place, row)
            self._place_caption(place, row)
        scale = theme.scale
        middle = (layout.columns[0].centre + layout.columns[-1].centre) / 2
        y = round(height - (layout.frame.foot - 2) * scale)
        gutter = layout.frame.gutter * scale
        for button, side in ((self._fewer, -1), (self._more, 1)):
            button.set_theme(theme, 11)
            button.resize(button.sizeHint().expandedTo(QSize(0, TARGET)))
            if gutter:  # + above −
                x = (gutter - button.width()) / 2 + 6 * scale
                y = round(layout.body.center().y() - (button.height() if side > 0 else 0))
            else:
                x = middle + side * 10 * scale - (button.width() if side < 0 else 0)
            button.move(round(x), y)

    def show_layers(self, layers: tuple[Layer, ...]) -> None:
        """Takes note of the layers' settings; dropout stands beside the activation."""
        if layers != self._layers:
            self._layers = layers
            if self._layout is not None:
                for place, row in enumerate(self._rows[: len(self._units)]):
                    self._place_caption(place, row)

    def settings_place(self, place: int) -> QRect:
        """Where on the panel the button is that asks for a layer's settings."""
        return self._rows[place].settings.geometry()

    def focus_settings(self) -> None:
        """Gives the keyboard to the button that last asked for settings."""
        self._rows[self._opened].settings.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add_row(self) -> None:
        place, panel = len(self._rows), self._panel
        of = f"layer {place + 1}"
        names = (
            f"Remove a unit from {of}",
            f"Add a unit to {of}",
            f"Batch norm of {of}: off, before or after the activation",
            f"Settings of {of}: activation, batch norm, dropout",
        )
        minus, plus, norm, settings = (self._prefix + name for name in names)
        row = _Row(
            TextButton("−", minus, panel),
            TextButton("+", plus, panel),
            TextButton("", norm, panel, accent=True),
            TextButton("", settings, panel, accent=True),
        )
        row.minus.clicked.connect(lambda: self.units_wanted.emit(place, self._units[place] - 1))
        row.plus.clicked.connect(lambda: self.units_wanted.emit(place, self._units[place] + 1))
        row.norm.clicked.connect(lambda: self.batch_norm_pressed.emit(place))
        row.settings.clicked.connect(lambda: self._ask_for_settings(place))
        self._rows.append(row)
        if not place:
            return
        before = self._rows[place - 1].settings
        for button in (*row.buttons, self._fewer, self._more):  # Tab goes along the columns, then to the foot
            QWidget.setTabOrder(before, button)
            before = button

    def _ask_for_settings(self, place: int) -> None:
        self._opened = place
        self.settings_pressed.emit(place)

    def _place_units(self, place: int, row: _Row) -> None:
        assert self._picture is not None and self._layout is not None
        theme, scale, minus, plus = self._theme, self._theme.scale, row.minus, row.plus
        centre, metrics = self._layout.columns[place + 1].centre, QFontMetricsF(face(11, 400, scale))
        for button in (minus, plus):
            button.set_theme(theme, 11)
            button.resize(button.sizeHint().expandedTo(QSize(TARGET, TARGET)))
        minus.setEnabled(self._units[place] > UNITS.low)
        plus.setEnabled(self._units[place] < UNITS.high)
        half = min(metrics.horizontalAdvance(self._count(place)), self._layout.pitch - 2 * TARGET - 1) / 2
        y = self._top(COUNT) + (LINE * scale - minus.height()) / 2
        if half < 3:  # columns too close for numbers between targets of that size: smaller targets then
            half = metrics.horizontalAdvance(self._count(place)) / 2
            for button in (minus, plus):
                button.resize(max(8, math.floor(self._layout.pitch / 2 - half)), button.height())
        minus.move(round(centre - half - minus.width()), round(y))
        plus.move(round(centre + half), round(y))

    def _place_caption(self, place: int, row: _Row) -> None:
        """Batch norm and activation side by side as they act; the latter alone where both are too wide.

        Where batch norm is off its button offers it.
        """
        assert self._picture is not None and self._layout is not None
        of, theme, scale, room = self._picture.layers[place + 1], self._theme, self._theme.scale, self._layout.pitch
        where, function = words.normalised(of), words.activation(of)
        dropout = self._layers[place].dropout if place < len(self._layers) else 0.0
        norm, brief = ("BN" if where != "off" else "+ BN"), SHORT.get(function, function)
        more = [(11, 6, norm, f"{function} · {dropout:.0%}")] if dropout else []
        tried = [*more, (11, 6, norm, function), (11, 4, norm, brief), (10, 3, norm.replace(" ", ""), brief)]
        for size, pad, norm, asks in tried:
            metrics = QFontMetricsF(face(size, 400, scale))
            wide = [math.ceil(metrics.horizontalAdvance(said) + pad) for said in (norm, asks)]
            room_for_both = room - (APART if size > 10 else 0) * scale
            if both := sum(wide) <= room_for_both or (self._layout.frame.lines > 3 and max(wide) <= room):
                break
        if not both:
            asks = metrics.elidedText(function, Qt.TextElideMode.ElideRight, max(room - 2 * pad, 12))
            wide = [0, math.ceil(metrics.horizontalAdvance(asks) + pad)]
        row.norm.setVisible(both)
        row.norm.set_accent(where != "off")
        said = {"off": "{}, no batch norm", "before": "Batch norm, then {}", "after": "{}, then batch norm"}[where]
        said = said.format(function) + (f", dropout {dropout:.0%}" if dropout else "")
        centre, apart = self._layout.columns[place + 1].centre, self._layout.frame.lines > 3
        x, y = centre - sum(wide) / 2, self._top(CAPTION)
        shown = list(zip((row.norm, row.settings), (norm, asks), wide, strict=True))
        for button, text, width in reversed(shown) if where == "after" else shown:
            button.setText(text)
            button.setToolTip(f"{said}. {button.accessibleName()}")
            button.set_theme(theme, size)
            high = FOURTH if apart else LINE
            button.resize(width, round(high * scale) if apart else max(button.sizeHint().height(), round(high * scale)))
            button.move(round(centre - width / 2 if apart else x), round(y + (LINE * scale - button.height()) / 2))
            x += width
            y += FOURTH * scale if apart else 0

    def _count(self, place: int) -> str:
        """ "8 units", or "8" where columns stand too close."""
        assert self._layout is not None
        said = f"{self._units[place]} units" if self._units[place] > 1 else "1 unit"
        metrics = QFontMetricsF(face(11, 400, self._theme.scale))
        buttons = 2 * max(TARGET, metrics.horizontalAdvance("+") + 6)
        fits = metrics.horizontalAdvance(said) + buttons <= self._layout.pitch
        return said if fits else str(self._units[place])

    def _top(self, line: int) -> float:
        """The top of NAME, COUNT or CAPTION in pixels; a lower head has them higher."""
        assert self._layout is not None
        frame = self._layout.frame
        more = FOURTH * (frame.lines - ALONE.lines)
        return (line + frame.head - more - ALONE.head) * self._theme.scale

    def paint(self, painter: QPainter) -> None:
        """Writes the names and counts; the buttons paint themselves."""
        if self._picture is None or self._layout is None:
            return
        theme, scale, pitch = self._theme, self._theme.scale, self._layout.pitch
        strong, plain = face(12, 600, scale), face(11, 400, scale)
        last, reached = len(self._picture.layers) - 1, -math.inf
        for place, (layer, column) in enumerate(zip(self._picture.layers, self._layout.columns, strict=True)):
            name = layer.name if place - 1 not in self._twins or place == last else f"{layer.name} ≠"
            wide = QFontMetricsF(strong).horizontalAdvance(name)
            if 0 < place < last and wide > pitch - 4:
                name = name.replace("Layer ", "L")
            if place in (0, last) and (
                wide > 1.15 * pitch or min(column.centre + wide / 2, self._panel.width() - 2) - wide < reached + 3
            ):
                name = "Out" if place else "In"
                wide = QFontMetricsF(strong).horizontalAdvance(name)
            tight = (
                QFontMetricsF(strong).horizontalAdvance(layer.name) > 1.15 * pitch
            )  # the outermost names may be wider than a column, but not reach the next one's
            room = max(pitch - 2, wide + 2) if place in (0, last) and not tight else pitch
            wide = min(wide, room)
            reached = column.centre + QFontMetricsF(strong).horizontalAdvance(name) / 2
            # the outermost heads are wider than their nodes; they may not leave the panel
            centre = min(
                max(column.centre, room / 2 if wide > room else wide / 2 + 2), self._panel.width() - wide / 2 - 2
            )
            write(
                painter,
                QRectF(centre - room / 2, self._top(NAME), room, LINE * scale),
                name,
                strong,
                theme.text,
                CENTRE,
            )
            count = "" if place < last else str(column.units) if tight else f"{column.units} classes"
            if 0 < place < last:
                count = self._count(place - 1)
            elif place and QFontMetricsF(plain).horizontalAdvance(count) > 0.5 * pitch + 0.5 * column.nodes[0].width():
                count = str(column.units)  # it would reach the head before
            wide = QFontMetricsF(plain).horizontalAdvance(count)
            centre = min(column.centre, self._panel.width() - wide / 2 - 2)
            line = QRectF(centre - wide / 2 - 1, self._top(COUNT), wide + 2, LINE * scale)
            twin = 0 < place < last and self._twins.get(place - 1, False)
            write(painter, line, count, plain, theme.accent if twin else theme.quiet, CENTRE)
