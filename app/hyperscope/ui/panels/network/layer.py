"""One hidden layer's own settings: the card with its activation, batch norm and dropout, opened from its head."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from hyperscope.engine.settings import Layer
from hyperscope.knob import knobs
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.form import KnobControl, control_for
from hyperscope.ui.controls.segmented import Segmented
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.panels.network.popover import Popover
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import Theme

WIDTH = 280  # pixels; three buttons side by side
BEFORE = "A hidden layer before this one, which passes on what it gets: what was learned is kept"
AFTER = "A hidden layer after this one, which passes on what it gets: what was learned is kept"
REMOVE = "Takes this layer out; the others keep their weights where they fit"
SHOWN = ("activation", "batch_norm", "dropout")


class LayerEditor(Popover):
    """`moved` carries the path of the layer's knob and its value; layers count the hidden ones from 0.

    `wanted` carries the place of a new layer, `unwanted` that of this one.
    """

    moved = Signal(str, object)
    wanted = Signal(int)
    unwanted = Signal(int)
    refused = Signal(str)

    def __init__(self, over: QWidget) -> None:
        super().__init__("Settings of a layer", WIDTH, over)
        self.number = -1
        self.controls: dict[str, KnobControl] = {}  # made when it is first opened
        self.buttons: tuple[Button, ...] = ()
        self._line = QHBoxLayout()

    def _make(self) -> None:
        """Makes what is on it: most networks are never opened there."""
        declared = knobs(Layer)
        for name in SHOWN:
            control = self.controls[name] = control_for("", declared[name])
            control.moved.connect(lambda _, value, name=name: self.moved.emit(self._path(name), value))
            control.refused.connect(self.refused)
            self.column.addWidget(control)
            for entry in control.findChildren(QLineEdit):
                self.watch(entry)
        before = Button("+ before", "Add a layer before this one", BEFORE)
        after = Button("+ after", "Add a layer after this one", AFTER)
        remove = Button("Remove", "Remove this layer", REMOVE)
        before.clicked.connect(lambda: self.wanted.emit(self.number))
        after.clicked.connect(lambda: self.wanted.emit(self.number + 1))
        remove.clicked.connect(lambda: self.unwanted.emit(self.number))
        self.buttons = (before, after, remove)
        for button in self.buttons:
            self._line.addWidget(button, 1)
        self.column.addLayout(self._line)
        last: QWidget = self.cross  # what is made later comes last in the order of Tab, wherever it lies
        for part in (*self.controls.values(), *self.buttons):
            for one in (part, *part.findChildren(QWidget)):
                QWidget.setTabOrder(last, one)
                last = one
        self.set_theme(self._theme)

    def _path(self, name: str) -> str:
        return f"network.layers.{self.number}.{name}"

    def open(self, number: int, layer: Layer, beside: QRectF) -> None:
        """Shows the settings of hidden layer `number` beside a place on the panel."""
        if not self.controls:
            self._make()
        self.number = number
        self.title.setText(f"{self.whose}Layer {number + 1}")
        self.show_layer(layer)
        self.lie(beside)
        first = self.controls[SHOWN[0]]
        if isinstance(first, Segmented):
            first.segments.buttons[first.segments.index() or 0].setFocus(Qt.FocusReason.OtherFocusReason)

    def show_layer(self, layer: Layer) -> None:
        """Sets the controls to what the layer has, without a word."""
        for name, control in self.controls.items():
            control.set_value(getattr(layer, name))

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        for control in self.controls.values():
            control.set_theme(theme)
            if isinstance(control, KnobSlider):
                control.track.updateGeometry()
        for button in self.buttons:
            button.set_theme(theme)
        self._line.setSpacing(pixels(theme, 6))
        self.column.setSpacing(pixels(theme, 9))
        super().set_theme(theme)
