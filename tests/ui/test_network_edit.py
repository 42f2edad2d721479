"""Setting a network's numbers by hand in its picture: with the pointer, with the keyboard, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from hyperscope.engine.settings import Layer
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.network import NetworkPicture
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.panels.network import words
from hyperscope.ui.panels.network.canvas import NetworkCanvas
from hyperscope.ui.panels.network.numbers import STEPS, Scale, numbers
from hyperscope.ui.theme import DARK, scaled
from hyperscope.ui.window import Window
from patience import PATIENCE
from probed import seen
from ui import hand_made

LEFT = Qt.MouseButton.LeftButton
W = Edit("layer1.weights", (0, 0), 0.4)


def picture(weight: float = 0.4, units: tuple[int, ...] = (3, 4)) -> NetworkPicture:
    """A hand-made network whose first weight is given, with the names of its arrays."""
    made = hand_made.network(units)
    names = ["", *(f"layer{n + 1}" for n in range(len(units))), "output"]
    layers = [replace(layer, array=name) for layer, name in zip(made.layers, names, strict=True)]
    weights = np.array(layers[1].weights)
    weights[0, 0] = weight
    layers[1] = replace(layers[1], weights=weights)
    return NetworkPicture(tuple(layers))


def of(shown: NetworkPicture, *, playing: bool = False) -> Seen:
    return seen({"network": shown}, replace(hand_made.STATUS, playing=playing), 2)


@pytest.fixture
def panel(qtbot: QtBot) -> NetworkCanvas:
    made = NetworkCanvas()
    qtbot.addWidget(made)
    made.resize(575, 450)
    made.show_layers((Layer(3, "tanh", "before"), Layer(4, "tanh", "before", 0.3)))
    made.draw(of(picture()))
    made.show()
    made.grab()
    return made


def node(panel: NetworkCanvas, layer: int, unit: int) -> QPoint:
    assert panel.layout_now is not None
    return panel.layout_now.columns[layer].nodes[unit].center().toPoint()


def on_edge(panel: NetworkCanvas, gap: int, after: int, before: int, share: float = 0.5) -> QPoint:
    return panel.edge_place(gap, after, before, share).toPoint()


def button(panel: NetworkCanvas, name: str) -> QAbstractButton:
    return next(b for b in panel.findChildren(QAbstractButton) if b.accessibleName() == name)


def typed(panel: NetworkCanvas, qtbot: QtBot, words: str) -> None:
    panel.editor.entry.setText(words)
    qtbot.keyClick(panel.editor.entry, Qt.Key.Key_Return)


# -- opening ------------------------------------------------------------------------------------------------------


def test_a_click_on_an_edge_offers_its_weight(panel: NetworkCanvas, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel, LEFT, pos=on_edge(panel, 0, 0, 0, 0.7))
    assert panel.editor.isVisible()
    assert panel.editor.title.text() == "w₁₁ of layer 1"
    assert panel.editor.entry.text() == "0.4"


def test_a_click_beside_the_edges_puts_the_card_away(panel: NetworkCanvas, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel, LEFT, pos=on_edge(panel, 0, 0, 0, 0.7))
    qtbot.mouseClick(panel, LEFT, pos=QPoint(20, 440))
    assert not panel.editor.isVisible()


def test_a_click_on_a_unit_offers_its_own_numbers(panel: NetworkCanvas, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel, LEFT, pos=node(panel, 2, 1))
    assert panel.editor.title.text() == "b₂ of layer 2"
    for name in ("γ₂ of layer 2", "β₂ of layer 2", "w₂₃ of layer 2"):
        qtbot.mouseClick(next(b for b in panel.editor._others if b.accessibleName().startswith(name)), LEFT)
        assert panel.editor.title.text() == name


@pytest.mark.parametrize(("layer", "unit"), [(1, 0), (1, 2), (2, 0), (2, 3), (3, 1)])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_card_lies_within_the_panel(panel: NetworkCanvas, scale: float, layer: int, unit: int) -> None:
    panel.set_theme(scaled(DARK, scale))
    panel.grab()
    panel.edit_unit(layer, unit)
    assert panel.rect().contains(panel.editor.geometry())


def test_inputs_say_that_they_come_from_the_data(panel: NetworkCanvas, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.refused) as said:
        qtbot.mouseClick(panel, LEFT, pos=node(panel, 0, 0))
    assert said.args[0].startswith("Inputs come from the data")


def test_a_line_that_stands_for_many_weights_says_so(panel: NetworkCanvas, qtbot: QtBot) -> None:
    panel.draw(of(picture(units=(8, 64))))
    panel.grab()
    with qtbot.waitSignal(panel.refused) as said:
        qtbot.mouseClick(panel, LEFT, pos=on_edge(panel, 1, 0, 3, 0.3))
    assert said.args[0].startswith("This line stands for 64 weights")


def test_what_cannot_be_set_says_why(panel: NetworkCanvas, qtbot: QtBot) -> None:
    shown = picture()
    fixed = replace(shown.layers[-1], fixed="the classes of a tree have no numbers of their own to set")
    panel.draw(of(NetworkPicture((*shown.layers[:-1], fixed))))
    with qtbot.waitSignal(panel.refused) as said:
        qtbot.mouseClick(panel, LEFT, pos=node(panel, 3, 0))
    assert said.args[0] == "The classes of a tree have no numbers of their own to set."
    assert not panel.editor.isVisible()


# -- setting ------------------------------------------------------------------------------------------------------


def test_a_typed_number_is_asked_for(panel: NetworkCanvas, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel, LEFT, pos=on_edge(panel, 0, 0, 0, 0.7))
    with qtbot.waitSignal(panel.edited) as asked:
        typed(panel, qtbot, "-1.5")
    edit, before, _ = asked.args
    assert (edit, before) == (W.at(-1.5), 0.4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("inf", "w is inf; it must be a finite number"),
        ("1e999", "w is inf; it must be a finite number"),
        ("much", "w is 'much'; it must be a finite number"),
        ("", "w is ''; it must be a finite number"),
    ],
)
def test_what_is_no_finite_number_is_refused(panel: NetworkCanvas, qtbot: QtBot, words: str, said: str) -> None:
    qtbot.mouseClick(panel, LEFT, pos=on_edge(panel, 0, 0, 0, 0.7))
    with qtbot.assertNotEmitted(panel.edited), qtbot.waitSignal(panel.refused) as heard:
        typed(panel, qtbot, words)
    assert heard.args == [said]


def test_a_decimal_comma_and_a_true_minus_are_understood(panel: NetworkCanvas, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel, LEFT, pos=on_edge(panel, 0, 0, 0, 0.7))
    with qtbot.waitSignal(panel.edited) as asked:
        typed(panel, qtbot, "−0,25")
    assert asked.args[0] == W.at(-0.25)


def test_set_to_zero_and_back_again(panel: NetworkCanvas, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel, LEFT, pos=on_edge(panel, 0, 0, 0, 0.7))
    with qtbot.waitSignal(panel.edited) as asked:
        qtbot.mouseClick(panel.editor.zero, LEFT)
    assert asked.args[0] == W.at(0.0)
    assert panel.editor.entry.text() == "0"
    assert panel.editor.back.text() == "back to 0.4"
    with qtbot.waitSignal(panel.edited) as asked:
        qtbot.mouseClick(panel.editor.back, LEFT)
    assert asked.args[:2] == [W, 0.0]


def test_one_drag_of_the_slider_is_one_gesture(panel: NetworkCanvas, qtbot: QtBot) -> None:
    heard: list[tuple[Edit, float, str]] = []
    panel.edited.connect(lambda *told: heard.append(told))
    qtbot.mouseClick(panel, LEFT, pos=on_edge(panel, 0, 0, 0, 0.7))
    track = panel.editor.track
    for share in (0.6, 0.9):
        qtbot.mousePress(track, LEFT, pos=QPoint(round(track.x_at(share)), 7))
        qtbot.mouseMove(track, QPoint(round(track.x_at(share - 0.05)), 7))
        qtbot.mouseRelease(track, LEFT, pos=QPoint(round(track.x_at(share - 0.05)), 7))
    gestures = [gesture for _, _, gesture in heard]
    assert len(heard) == 4 and gestures[0] == gestures[1] != gestures[2] == gestures[3]


def test_the_slider_runs_from_minus_to_plus(panel: NetworkCanvas, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel, LEFT, pos=on_edge(panel, 0, 0, 0, 0.7))
    with qtbot.waitSignal(panel.edited) as asked:
        qtbot.mouseClick(panel.editor.track, LEFT, pos=QPoint(round(panel.editor.track.x_at(0.1)), 7))
    assert asked.args[0].value < 0


def test_the_card_follows_the_number_as_it_is_trained(panel: NetworkCanvas, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel, LEFT, pos=on_edge(panel, 0, 0, 0, 0.7))
    panel.draw(of(picture(0.75), playing=True))
    assert "now 0.75" in panel.editor._role.text()
    assert panel.editor.back.text() == "back to 0.4"


def test_what_is_being_typed_is_not_pulled_away_by_training(panel: NetworkCanvas, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel, LEFT, pos=on_edge(panel, 0, 0, 0, 0.7))
    qtbot.keyClicks(panel.editor.entry, "-3")
    panel.draw(of(picture(0.75), playing=True))
    assert panel.editor.entry.text() == "-3"


def test_a_network_of_another_shape_puts_the_card_away(panel: NetworkCanvas, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel, LEFT, pos=on_edge(panel, 0, 0, 0, 0.7))
    panel.draw(of(picture(units=(2, 4))))
    assert not panel.editor.isVisible()


# -- keyboard -----------------------------------------------------------------------------------------------------


def test_arrows_go_from_unit_to_unit_and_enter_sets_one(panel: NetworkCanvas, qtbot: QtBot) -> None:
    panel.activateWindow()
    panel.setFocus()
    told: list[tuple[int, int]] = []
    panel.node_hovered.connect(lambda *at: told.append(at))
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Return):
        qtbot.keyClick(panel, key)
    assert [layer for layer, _ in told[:3]] == [0, 1, 1] and told[2][1] == told[1][1] + 1
    assert panel.editor.title.text() == f"b{words.symbol(picture(), 1, told[2][1])[1:]} of layer 1"


def test_the_unit_under_the_keyboard_is_described(panel: NetworkCanvas, qtbot: QtBot) -> None:
    panel.activateWindow()
    panel.setFocus()
    qtbot.keyClick(panel, Qt.Key.Key_Right)
    qtbot.keyClick(panel, Qt.Key.Key_Right)
    assert panel.accessibleDescription().startswith("Layer 1, unit")


def test_escape_puts_the_card_away_and_drops_what_was_typed(panel: NetworkCanvas, qtbot: QtBot) -> None:
    panel.activateWindow()
    qtbot.mouseClick(panel, LEFT, pos=on_edge(panel, 0, 0, 0, 0.7))
    qtbot.waitUntil(panel.editor.entry.hasFocus)
    with qtbot.assertNotEmitted(panel.edited):
        qtbot.keyClicks(panel.editor.entry, "7")
        qtbot.keyClick(panel.editor.entry, Qt.Key.Key_Escape)
    assert not panel.editor.isVisible()


def test_escape_gives_the_keyboard_back_to_the_unit_it_came_from(panel: NetworkCanvas, qtbot: QtBot) -> None:
    panel.activateWindow()
    panel.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(panel, key)
    qtbot.waitUntil(panel.editor.entry.hasFocus)
    with qtbot.waitSignal(panel.node_hovered) as told:
        qtbot.keyClick(panel.editor.entry, Qt.Key.Key_Escape)
    assert panel.hasFocus() and told.args[0] == 1


def test_everything_on_the_cards_has_a_name_and_a_tooltip_or_is_a_field(panel: NetworkCanvas) -> None:
    panel.edit_unit(2, 1)
    panel.open_layer(0)
    for card in (panel.editor, panel.layer_editor):
        for control in card.findChildren(QAbstractButton):
            assert not control.isVisibleTo(card) or control.accessibleName(), control.text()


# -- layers -------------------------------------------------------------------------------------------------------


def test_a_layer_s_activation_is_chosen_from_its_head(panel: NetworkCanvas, qtbot: QtBot) -> None:
    qtbot.mouseClick(button(panel, "Settings of layer 2: activation, batch norm, dropout"), LEFT)
    assert panel.layer_editor.isVisible()
    relu = next(b for b in panel.layer_editor.findChildren(QAbstractButton) if b.text() == "ReLU")
    with qtbot.waitSignal(panel.moved) as asked:
        qtbot.mouseClick(relu, LEFT)
    assert asked.args == ["network.layers.1.activation", "relu"]


def test_all_eight_activations_are_seen(panel: NetworkCanvas, qtbot: QtBot) -> None:
    panel.open_layer(0)
    activation = panel.layer_editor.controls["activation"]
    qtbot.waitUntil(lambda: activation.height() >= activation.sizeHint().height())
    buttons = [b for b in activation.findChildren(QAbstractButton)]
    assert len(buttons) == 8
    assert all(activation.rect().contains(b.geometry().translated(b.parentWidget().pos())) for b in buttons)


def test_the_cards_stay_within_the_panel_when_it_shrinks(panel: NetworkCanvas) -> None:
    panel.edit_unit(2, 3)
    panel.resize(400, 360)
    assert panel.editor.isVisible() and panel.rect().contains(panel.editor.geometry())
    panel.open_layer(1)
    panel.resize(360, 340)
    assert panel.layer_editor.isVisible() and panel.rect().contains(panel.layer_editor.geometry())


def test_a_layer_s_dropout_stands_in_its_head(panel: NetworkCanvas) -> None:
    assert button(panel, "Settings of layer 2: activation, batch norm, dropout").text() == "tanh · 30%"


def test_the_heads_of_six_close_layers_lie_apart(panel: NetworkCanvas) -> None:
    panel.resize(430, 440)
    panel.show_layers((Layer(8, "leaky relu", "before"),) * 6)
    shown = picture(units=(8,) * 6)
    layers = [replace(layer, caption="BN · leaky ReLU") if layer.gamma is not None else layer for layer in shown.layers]
    panel.draw(of(NetworkPicture(tuple(layers))))
    heads = [b.geometry() for b in panel.findChildren(QAbstractButton) if b.parent() is panel and b.isVisibleTo(panel)]
    assert len(heads) == 6 * 4 + 2
    assert not any(a.intersects(b) for k, a in enumerate(heads) for b in heads[:k])


# -- scales and numbers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [0.0, 0.01, -0.05, 0.5, -1.0, 3.0])
def test_a_scale_finds_a_number_back(value: float) -> None:
    scale = Scale.of(2.0)
    assert scale.value(scale.step(value)) == pytest.approx(value, rel=0.06, abs=0.002)


def test_a_scale_reaches_beyond_the_greatest_weight_and_has_zero_in_its_middle() -> None:
    scale = Scale.of(7.3)
    assert scale.most == 20.0
    assert (scale.value(0), scale.value(STEPS), scale.value(2 * STEPS)) == (-20.0, 0.0, 20.0)


def test_of_many_weights_the_largest_are_offered_and_the_one_asked_for() -> None:
    shown = picture(units=(16, 3))
    wide = replace(shown.layers[2], weights=np.linspace(0, 1, 60).reshape(3, 20))
    found = numbers(NetworkPicture((*shown.layers[:2], wide, shown.layers[3])), 2, 1, before=0)
    places = [one.edit.index for one in found if one.edit.letter == "w"]
    assert len(places) == 16 and places[0] == (1, 0) and places[-1] == (1, 19)


# -- in the window ------------------------------------------------------------------------------------------------


@pytest.fixture
def window(standing_still) -> Window:
    """A window that stands still, once its network is shown."""
    return standing_still(Experiment(data=Data(points=90)))


def weight(window: Window) -> float:
    shown = window.lab.page.network.picture
    return float("nan") if shown is None or shown.layers[1].weights is None else float(shown.layers[1].weights[0, 0])


def test_a_weight_set_in_the_picture_is_set_in_the_network_and_undone(window: Window, qtbot: QtBot) -> None:
    network = window.lab.page.network
    qtbot.waitUntil(lambda: weight(window) == weight(window), timeout=PATIENCE)
    before = weight(window)
    network.grab()
    qtbot.mouseClick(network, LEFT, pos=network.edge_place(0, 0, 0, 0.8).toPoint())
    assert network.editor.title.text() == "w₁₁ of layer 1"
    network.editor.entry.setText("-2.5")
    qtbot.keyClick(network.editor.entry, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: weight(window) == -2.5, timeout=PATIENCE)
    said = window.words.message.accessibleName
    qtbot.waitUntil(lambda: said().startswith("w₁₁ of layer 1"), timeout=PATIENCE)
    assert [caption for _, caption in window.session.status.moves] == ["w₁₁ of layer 1 → −2.5"]
    window.do(window.session.undo)
    qtbot.waitUntil(lambda: weight(window) == before, timeout=PATIENCE)


def test_a_layer_s_own_activation_is_set_in_the_network(window: Window, qtbot: QtBot) -> None:
    network = window.lab.page.network
    qtbot.waitUntil(lambda: weight(window) == weight(window), timeout=PATIENCE)
    qtbot.mouseClick(button(network, "Settings of layer 2: activation, batch norm, dropout"), LEFT)
    qtbot.mouseClick(next(b for b in network.layer_editor.findChildren(QAbstractButton) if b.text() == "ReLU"), LEFT)
    layers = window.session.experiment.network.layers
    assert [layer.activation for layer in layers] == ["tanh", "relu", "tanh"]
    head = button(network, "Settings of layer 2: activation, batch norm, dropout")
    qtbot.waitUntil(lambda: head.text() == "ReLU", timeout=PATIENCE)
    assert network.layer_editor.isVisible()


def test_a_layer_that_is_gone_but_still_in_the_picture_can_be_pressed(window: Window, qtbot: QtBot) -> None:
    networks, session = window.lab.page.networks, window.session
    qtbot.waitUntil(lambda: weight(window) == weight(window), timeout=PATIENCE)
    while session.experiment.network.layers:
        session.remove_layer(0)
    before = session.experiment
    networks.batch_norm_cycled.emit("A", 1)
    networks.layer_removed.emit("A", 1)
    networks.units_changed.emit("A", 1, 4)
    assert session.experiment == before
    assert "layer" in window.words.said


@pytest.mark.parametrize("what", ["unit", "weight"])
def test_what_is_set_is_put_away_where_less_room_makes_one_card_of_its_layer(panel, what):
    panel.draw(of(picture(units=(12, 12))))
    panel.grab()
    if what == "unit":
        panel.edit_unit(2, 7)
    else:
        panel.edit_weight(1, 7, 4, panel.edge_place(1, 7, 4))
    assert panel.editor.isVisible()
    panel.grab()
    panel.resize(panel.width(), 150)
    assert panel.layout_now.columns[2].summary and not panel.editor.isVisible()
    panel.grab()  # fails if anything that it paints does
