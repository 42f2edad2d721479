"""Setting what the network picture shows: which card is opened where, or why something cannot be set."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, Signal
from PySide6.QtWidgets import QWidget

from hyperscope.engine.settings import Layer
from hyperscope.ui.panels.network.edit import NumberEditor
from hyperscope.ui.panels.network.layer import LayerEditor
from hyperscope.ui.panels.network.popover import around
from hyperscope.ui.panels.network.scene import Scene
from hyperscope.ui.theme import Theme


class Setting(QObject):
    """The cards of one picture, for `numbers` and for a `layer`; what they ask for are signals of theirs.

    `settings_place` says where on the panel the button is that opens a hidden layer's card.
    """

    refused = Signal(str)  # a sentence: why something cannot be set
    changed = Signal()  # what is being set, which the scene lights

    def __init__(self, panel: QWidget, scene: Scene, settings_place: Callable[[int], QRect]) -> None:
        super().__init__(panel)
        self._scene, self._place = scene, settings_place
        self._layers: tuple[Layer, ...] = ()
        self.numbers = NumberEditor(panel)
        self.numbers.refused.connect(self.refused)
        self.numbers.changed.connect(self._light)
        self.layer = LayerEditor(panel)
        self.layer.refused.connect(self.refused)

    def open_unit(self, layer: int, unit: int) -> None:
        """Offers the numbers of a unit, or says why there are none; layers count from the inputs, 0."""
        picture, layout = self._scene.picture, self._scene.layout
        assert picture is not None and layout is not None
        said = self._scene.unit_fixed(layer)
        if said or not self.numbers.open(picture, layer, unit, layout.columns[layer].nodes[unit]):
            self._refuse(said or "this unit has no number that can be set")

    def open_weight(self, gap: int, after: int, before: int, at: QPointF) -> None:
        """Offers the weight of an edge beside a place on the panel, or says why it cannot be set."""
        picture = self._scene.picture
        assert picture is not None
        said = self._scene.weight_fixed(gap)
        if said or not self.numbers.open(picture, gap + 1, after, around(at), before):
            self._refuse(said or "this weight is not finite and cannot be set")

    def open_layer(self, number: int) -> None:
        """Offers the settings of hidden layer `number`, counted from 0."""
        if self._scene.layout is not None and number < len(self._layers):
            self.numbers.hide()
            self.layer.open(number, self._layers[number], QRectF(self._place(number)))

    def show_layers(self, layers: tuple[Layer, ...]) -> None:
        """Takes note of the hidden layers' settings."""
        self._layers = layers
        if self.layer.isVisible():
            if self.layer.number < len(layers):
                self.layer.show_layer(layers[self.layer.number])
            else:
                self.layer.hide()

    def follow_layout(self) -> None:
        """Has what is open lie beside what it is for, which lies elsewhere now, or is in one card with others."""
        layout, (layer, unit) = self._scene.layout, self.numbers.unit
        if self.numbers.isVisible() and layout is not None:
            if self._scene.has((layer, unit)):
                self.numbers.lie(layout.columns[layer].nodes[unit])
            else:
                self.numbers.hide()
        if self.layer.isVisible():
            self.layer.lie(QRectF(self._place(self.layer.number)))

    def set_letter(self, which: str) -> None:
        """Says on the cards which of the twins this is, "A" or "B", or "" for none; puts away what is open."""
        for card in (self.numbers, self.layer):
            card.hide()
            card.whose = f"{which}: " if which else ""

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.numbers.set_theme(theme)
        self.layer.set_theme(theme)

    def _refuse(self, said: str) -> None:
        self.numbers.hide()
        self.refused.emit(f"{said[:1].upper()}{said[1:]}.")

    def _light(self) -> None:
        """Lights what is being set."""
        place, (layer, unit) = self.numbers.place, self.numbers.unit
        self._scene.chosen = (layer, unit) if place is not None else None
        self._scene.lit_edge = None
        if place is not None and len(place.index) == 2:
            self._scene.lit_edge = (layer - 1, unit, place.index[1])
        self.changed.emit()
