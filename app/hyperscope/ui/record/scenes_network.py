"""States of the network picture worth a picture of the window."""

from __future__ import annotations

import numpy as np

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data, with_source
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.labs.playground.lab import shown_in
from hyperscope.ui.parts.twin import TwinPart
from hyperscope.ui.record.scene import Scene
from hyperscope.ui.window import Window

CELL = (20, 9)  # row and column of the units' pictures, for an input that lies on an arm of the spiral


def scenes_of_the_network() -> tuple[Scene, ...]:
    """A weight being set, a unit magnified with its equation, a layer's settings, one input's activations; twins of
    unlike structure, twins of many layers, twins of wide ones.
    """
    normed = Experiment(network=Network(layers=(Layer(8, "tanh", "before"),) * 3))
    deep = Network(layers=(Layer(8, "relu", "before"),) * 6)
    wide = Network(layers=(Layer(64, "relu", "before"),) * 2)
    return (
        Scene("weight", Experiment(), 30, then=_set_a_weight),
        Scene("unit", normed, 30, then=lambda window: shown_in(window).network.point_at(2, 3)),
        Scene("layer", normed, 30, then=lambda window: shown_in(window).network.open_layer(1)),
        Scene("activations", Experiment(), 30, then=_light_up),
        Scene("twin-structure", Experiment(), 30, then=_grow_b),
        Scene("twin-deep", Experiment(network=deep, data=Data(source="checkerboard", classes=2)), 30, then=_slower_b),
        Scene("twin-digits", Experiment(network=wide, data=with_source(Data(), "digits")), 4, then=_slower_b),
    )


def _grow_b(window: Window) -> None:
    window.do(window.part(TwinPart).toggle)
    networks = shown_in(window).networks
    networks.layer_added.emit("B")
    networks.moved.emit("B", "network.layers.*.batch_norm", "before")
    networks.units_changed.emit("B", 0, 6)


def _slower_b(window: Window) -> None:
    window.do(window.part(TwinPart).toggle)
    window.move_knob("training.learning_rate", 0.003)


def _set_a_weight(window: Window) -> None:
    network = shown_in(window).network
    network.grab()  # edges lie somewhere once they have been painted
    network.edit_weight(1, 2, 1, network.edge_place(1, 2, 1))
    network.editor.set_value(2.5)


def _light_up(window: Window) -> None:
    picture = shown_in(window).network.picture
    assert picture is not None
    row, column = CELL
    values = [np.zeros(0) if layer.pictures is None else layer.pictures[:, row, column] for layer in picture.layers]
    shown_in(window).network.show_activations(tuple(values), "one input on its way through the network")
