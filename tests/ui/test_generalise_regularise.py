"""Regularisation in a window: what is moved acts on the network that trains, and every card shows it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.presets import presets
from hyperscope.ui.labs.generalise.exports import of_regularise
from hyperscope.ui.labs.generalise.regularise_view import RegulariseView
from hyperscope.ui.window import Window
from patience import PATIENCE

LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key
SMALL = Experiment(
    data=Data(source="moons", classes=2, points=90, noise=0.3),
    network=Network(layers=(Layer(5, "relu", dropout=0.2), Layer(4, "tanh", dropout=0.5))),
)


def drawn(view: RegulariseView) -> bool:
    """Whether every card has something of the present network."""
    return view.found is not None and view.geometry_card.settled and view.stopping.found is not None


@pytest.fixture
def opened(standing_still, qtbot):
    """Shows the view of a network that has trained a little, drawn."""

    def show(experiment: Experiment = SMALL) -> tuple[Window, RegulariseView]:
        window = standing_still(experiment)
        window.show_lab("generalise", "regularise")
        window.session.train_to(3)
        qtbot.waitUntil(lambda: window.session.status.epoch == 3, timeout=PATIENCE)
        window.draw_all()
        view: RegulariseView = window.lab.page.regularise
        qtbot.waitUntil(lambda: window.up_to_date and drawn(view), timeout=PATIENCE)
        return window, view

    return show


def test_every_card_shows_the_network_and_can_be_read_and_reached(opened):
    window, view = opened()
    count = 2 * 5 + 5 * 4 + 4 * 2
    assert view.weights.said() == f"0 of {count} weights exactly 0" and "No weight is exactly 0" in view.sentence.text()
    assert view.norms.accessibleDescription().startswith("Layer 1 ")
    assert view.thinned.found.p_each.shape == (2, 6) and "averaged" in view.thinned.accessibleDescription()
    assert "Dev loss lowest at epoch" in view.stopping.accessibleDescription()
    assert window.lab.page.trains
    tables = {table.name: table for table in of_regularise(window.lab.page)}
    assert list(tables) == ["weights", "norms", "two weights", "dropout", "averages", "losses"]
    assert len(tables["weights"].rows) == count
    reached = [one for one in view.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert reached and not [one for one in reached if one.isVisible() and not one.accessibleName()]
    assert not view.grab().isNull()


def test_on_a_circle_l1_is_seen_to_leave_few_of_38_weights_and_all_of_the_accuracy(opened, qtbot):
    window, view = opened(next(preset.experiment for preset in presets() if preset.name == "exact-zeros"))
    window.session.train_to(150)
    qtbot.waitUntil(lambda: window.session.status.epoch == 150, timeout=PATIENCE)
    window.draw_all()

    def seen() -> bool:
        found = re.match(r"(\d+) of 38 weights are exactly 0.*, ([\d.]+) % on dev", view.sentence.text())
        return found is not None and int(found[1]) >= 30 and float(found[2]) >= 95

    qtbot.waitUntil(seen, timeout=PATIENCE)


def test_a_slider_moves_the_session_and_one_layer_alone(opened, qtbot):
    window, view = opened()
    view.card.controls["network.layers.1.dropout"]._enter("0.7")
    qtbot.waitUntil(lambda: view.thinned.found.layers[1].keep == pytest.approx(0.3), timeout=PATIENCE)
    assert view.thinned.found.layers[0].keep == pytest.approx(0.8)
    view.card.controls["training.l1"]._enter("0.01")
    assert window.session.experiment.training.l1 == 0.01
    shown = [path for path, slider in view.card.controls.items() if slider.isVisible() and "dropout" in path]
    assert shown == ["network.layers.0.dropout", "network.layers.1.dropout"]


def test_weights_are_chosen_by_pointer_and_keys(opened, qtbot):
    _, view = opened()
    card, geometry = view.weights, view.geometry_card
    qtbot.mouseClick(card, LEFT, pos=card.cell((1, 2, 3)).center().toPoint())
    qtbot.waitUntil(lambda: geometry.settled and geometry.found.first == (1, 2, 3), timeout=PATIENCE)
    qtbot.mouseClick(card, LEFT, Qt.KeyboardModifier.ShiftModifier, card.cell((2, 1, 0)).center().toPoint())
    qtbot.waitUntil(lambda: geometry.settled and geometry.found.second == (2, 1, 0), timeout=PATIENCE)
    card.setFocus()
    qtbot.keyClick(card, Key.Key_Right)
    qtbot.keyClick(card, Key.Key_Space)
    qtbot.keyClick(card, Key.Key_Up)
    qtbot.waitUntil(lambda: geometry.settled and geometry.found.first == (1, 1, 3), timeout=PATIENCE)
    assert geometry.found.second == (2, 1, 1)
    assert geometry.found.now == pytest.approx(
        [view.found.layers[1].weights[1, 3], view.found.layers[2].weights[1, 1]], abs=1e-6
    )


def test_a_drag_and_keys_set_the_size_of_circle_and_diamond(opened, qtbot):
    _, view = opened()
    card = view.geometry_card
    at = card.area.center()
    at.setX(at.x() + card.area.width() / 4)
    qtbot.mouseClick(card, LEFT, pos=at.toPoint())
    assert card.reach == pytest.approx(card.found.half / 2, rel=0.05)
    x, y = card.touching["circle"]
    assert np.hypot(x, y) <= card.reach * 1.001
    before = card.reach
    card.setFocus()
    qtbot.keyClick(card, Key.Key_Up)
    assert card.reach > before


def test_where_nothing_is_dropped_one_press_tries_it_in_a_twin(opened, qtbot):
    bare = replace(SMALL, network=Network(layers=()))
    window, view = opened(bare)
    assert view.thinned.found is None and view.thinned.twin.isVisible() and "No hidden layer" in view.thinned.said()
    qtbot.mouseClick(view.thinned.twin, LEFT)
    qtbot.waitUntil(lambda: view.thinned.found is not None and not view.thinned.found.assumed, timeout=PATIENCE)
    assert [layer.dropout for layer in window.session.twin.network.layers] == [0.2]
    assert not window.session.experiment.network.layers


def test_what_it_had_come_to_stays_in_sight_when_it_stops_early(opened, qtbot):
    window, view = opened(replace(SMALL, training=replace(SMALL.training, patience=2, learning_rate=0.3)))
    window.session.play(True)
    qtbot.waitUntil(lambda: view.stopping.found.stopped, timeout=PATIENCE)
    found = view.stopping.found
    assert found.now == found.lowest and "Stopped" in found.sentence()
    assert not view.stopping.grab().isNull()
