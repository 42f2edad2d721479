"""The network panel shows units and weights as they are, and asks for changes of structure."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.network import LayerPicture, NetworkPicture
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.lab.training.trainer import Trainer
from hyperscope.ui import paint
from hyperscope.ui.panels.network import words
from hyperscope.ui.panels.network.canvas import NetworkCanvas
from hyperscope.ui.theme import LIGHT
from patience import PATIENCE
from probed import probed, seen
from ui import hand_made


@pytest.fixture
def panel(qtbot: QtBot) -> NetworkCanvas:
    made = NetworkCanvas()
    qtbot.addWidget(made)
    made.resize(575, 450)
    made.set_reduced_motion(True)  # or dots lie over an edge where the clock has them
    made.draw(hand_made.snapshot("network")[0])
    made.show()
    return made


def of(picture: NetworkPicture) -> Seen:
    return seen({"network": picture}, hand_made.STATUS, 2)


def button(panel: NetworkCanvas, name: str) -> QAbstractButton:
    return next(b for b in panel.findChildren(QAbstractButton) if b.accessibleName() == name)


def node(panel: NetworkCanvas, layer: int, unit: int) -> QPoint:
    assert panel.layout_now is not None
    return panel.layout_now.columns[layer].nodes[unit].center().toPoint()


def simple(weight: float = 1.0) -> NetworkPicture:
    """One input, one hidden unit that is positive on the right, two outputs; the weight leads into the hidden unit."""
    x, _ = hand_made.plane(20)
    half = np.where(x > 0, 1.0, -1.0)[None]
    return NetworkPicture(
        (
            LayerPicture("Inputs", half, None),
            LayerPicture("Layer 1", half, np.array([[weight]]), np.array([0.1]), caption="tanh"),
            LayerPicture("Softmax", np.stack([half[0] > 0, half[0] <= 0]) * 1.0, np.array([[1.0], [-1.0]])),
        )
    )


def test_plus_asks_for_one_unit_more(panel: NetworkCanvas, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.units_changed) as asked:
        qtbot.mouseClick(button(panel, "Add a unit to layer 2"), Qt.MouseButton.LeftButton)
    assert asked.args == [1, 9]


def test_minus_asks_for_one_unit_less(panel: NetworkCanvas, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.units_changed) as asked:
        qtbot.mouseClick(button(panel, "Remove a unit from layer 1"), Qt.MouseButton.LeftButton)
    assert asked.args == [0, 7]


def test_the_last_unit_cannot_be_removed(panel: NetworkCanvas) -> None:
    panel.draw(of(hand_made.network((1,))))
    assert not button(panel, "Remove a unit from layer 1").isEnabled()


def test_the_caption_cycles_batch_norm(panel: NetworkCanvas, qtbot: QtBot) -> None:
    name = "Batch norm of layer 3: off, before or after the activation"
    with qtbot.waitSignal(panel.batch_norm_cycled) as asked:
        qtbot.mouseClick(button(panel, name), Qt.MouseButton.LeftButton)
    assert asked.args == [2]


def test_a_layer_is_added_with_the_keyboard(panel: NetworkCanvas, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.layer_added):
        qtbot.keyClick(button(panel, "Add a hidden layer"), Qt.Key.Key_Space)


def test_the_last_layer_is_the_one_removed(panel: NetworkCanvas, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.layer_removed) as asked:
        qtbot.mouseClick(button(panel, "Remove the last hidden layer"), Qt.MouseButton.LeftButton)
    assert asked.args == [2]


def test_without_hidden_layers_none_can_be_removed(panel: NetworkCanvas) -> None:
    panel.draw(of(hand_made.network(())))
    assert not button(panel, "Remove the last hidden layer").isEnabled()


def test_a_button_keeps_the_keyboard_when_the_structure_changes(panel: NetworkCanvas, qtbot: QtBot) -> None:
    panel.activateWindow()
    button(panel, "Add a unit to layer 1").setFocus()
    qtbot.waitUntil(lambda: button(panel, "Add a unit to layer 1").hasFocus())
    panel.draw(of(hand_made.network((9, 8, 8))))
    panel.grab()
    assert button(panel, "Add a unit to layer 1").hasFocus()


def test_hovering_a_node_tells_which(panel: NetworkCanvas, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.node_hovered) as told:
        qtbot.mouseMove(panel, node(panel, 2, 4))
    assert told.args == [2, 4]
    with qtbot.waitSignal(panel.node_hovered) as told:
        qtbot.mouseMove(panel, QPoint(4, 446))
    assert told.args == [-1, -1]


def test_hovering_an_input_says_the_mean_and_deviation_it_is_standardised_with(
    panel: NetworkCanvas, qtbot: QtBot
) -> None:
    trainer = Trainer(Experiment(data=Data(source="moons", standardise=True)))
    examples = probed(trainer, "examples")
    panel.draw(seen({"network": probed(trainer, "network"), "examples": examples}, hand_made.STATUS, 2))
    panel.grab()
    qtbot.mouseMove(panel, node(panel, 0, 1))
    mean, deviation = examples.scaling[1]
    assert f"μ\u00a0=\u00a0{mean:.4g}, σ\u00a0=\u00a0{deviation:.4g}".replace("-", "−") in panel.toolTip()


def test_hovering_a_node_writes_its_equation(panel: NetworkCanvas, qtbot: QtBot) -> None:
    panel.draw(of(simple(0.4)))
    panel.grab()
    qtbot.mouseMove(panel, node(panel, 1, 0))
    assert panel.foot_line() == "Layer 1, unit 1: a₁ = tanh(0.40 x₁ + 0.10)"


def test_hovering_an_edge_writes_its_weight(panel: NetworkCanvas, qtbot: QtBot) -> None:
    panel.draw(of(simple(-0.75)))
    panel.grab()
    middle = (node(panel, 0, 0) + node(panel, 1, 0)) / 2
    qtbot.mouseMove(panel, middle + QPoint(0, 3))
    assert "from x₁ to a₁ = −0.750" in panel.foot_line()


def test_no_edge_is_meant_six_pixels_away(panel: NetworkCanvas, qtbot: QtBot) -> None:
    panel.draw(of(simple()))
    panel.grab()
    qtbot.mouseMove(panel, (node(panel, 0, 0) + node(panel, 1, 0)) / 2 + QPoint(0, 6))
    assert panel.foot_line() == ""


def shot_at(panel: NetworkCanvas, at: QPoint) -> np.ndarray:  # type: ignore[type-arg]
    shot: QImage = panel.grab().toImage()
    return paint.rgb(shot.pixelColor(at * shot.devicePixelRatio()))


@pytest.mark.parametrize(("weight", "colour"), [(1.0, LIGHT.positive), (-1.0, LIGHT.negative)], ids=["plus", "minus"])
def test_an_edge_has_the_colour_of_its_sign(panel: NetworkCanvas, weight: float, colour: object) -> None:
    panel.draw(of(simple(weight)))
    panel.grab()
    seen = shot_at(panel, (node(panel, 0, 0) + node(panel, 1, 0)) / 2)
    assert np.abs(seen - paint.rgb(colour)).max() < 40  # type: ignore[arg-type]


def test_a_node_is_a_picture_of_its_function(panel: NetworkCanvas) -> None:
    panel.draw(of(simple()))
    at = node(panel, 1, 0)
    assert np.abs(shot_at(panel, at + QPoint(9, 0)) - paint.rgb(LIGHT.positive)).max() < 6
    assert np.abs(shot_at(panel, at - QPoint(9, 0)) - paint.rgb(LIGHT.negative)).max() < 6


def test_an_output_is_in_its_class_colour(panel: NetworkCanvas) -> None:
    panel.draw(of(simple()))
    assert np.abs(shot_at(panel, node(panel, 2, 1) - QPoint(9, 0)) - paint.rgb(LIGHT.class_colour(1))).max() < 6


def test_heavier_edges_cover_more(panel: NetworkCanvas) -> None:
    panel.draw(of(hand_made.network((2,), classes=2)))
    panel.grab()
    edges = panel._scene.gaps[0]
    weights = np.array([[1.0, 0.0], [0.0, 0.2]])
    heavy = edges.picture(np.array([[1.0, 0.0], [0.0, 0.0]]), LIGHT)
    both = edges.picture(weights, LIGHT)
    light = edges.picture(np.array([[1.0, 0.0], [0.0, 1.0]]), LIGHT)

    def ink(image: QImage) -> int:
        at = [(x, y) for x in range(image.width()) for y in range(image.height())]
        return sum(image.pixelColor(x, y).alpha() for x, y in at)

    assert ink(heavy) < ink(both) < ink(light)


@pytest.mark.parametrize("units", [(), (8,), (8,) * 6, (16, 3), (8,) * 12], ids=str)
def test_every_node_fits_the_panel_and_none_overlap(panel: NetworkCanvas, units: tuple[int, ...]) -> None:
    panel.draw(of(hand_made.network(units)))
    panel.grab()
    assert panel.layout_now is not None
    nodes = [node for column in panel.layout_now.columns for node in column.nodes]
    assert all(panel.rect().contains(node.toAlignedRect()) for node in nodes)
    assert not any(a.intersects(b) for k, a in enumerate(nodes) for b in nodes[:k])


def test_six_layers_of_eight_keep_nodes_of_some_35_pixels(panel: NetworkCanvas) -> None:
    panel.draw(of(hand_made.network((8,) * 6)))
    assert panel.layout_now is not None
    assert panel.layout_now.columns[1].nodes[0].width() >= 34


def test_nodes_grow_with_the_room_up_to_64_pixels(panel: NetworkCanvas) -> None:
    panel.resize(1800, 1400)
    assert panel.layout_now is not None
    assert panel.layout_now.columns[1].nodes[0].width() == 64


def test_a_layer_too_wide_to_draw_becomes_one_card(panel: NetworkCanvas, qtbot: QtBot) -> None:
    panel.draw(of(hand_made.network((8, 128, 8))))
    panel.grab()
    assert panel.layout_now is not None
    assert [len(column.nodes) for column in panel.layout_now.columns] == [2, 8, 1, 8, 3]
    qtbot.mouseMove(panel, node(panel, 2, 0))
    assert "128 units" in panel.foot_line()


def test_sixty_four_inputs_are_counted_by_their_weights(panel: NetworkCanvas) -> None:
    panel.draw(of(hand_made.network((8,), inputs=64, classes=10)))
    panel.grab()
    assert panel.layout_now is not None
    assert panel.layout_now.columns[0].units == 64


def test_a_hidden_network_makes_no_pictures(qtbot: QtBot) -> None:
    panel = NetworkCanvas()
    qtbot.addWidget(panel)
    panel.draw(hand_made.snapshot("network")[0])
    assert not panel._scene.faces and not panel._scene.gaps


def test_weights_that_are_not_finite_can_still_be_drawn(panel: NetworkCanvas) -> None:
    panel.draw(of(simple(float("nan"))))
    assert not panel.grab().isNull()


def test_a_name_goes_without_its_unit_where_that_does_not_fit() -> None:
    assert words.in_short("sepal_length_cm", lambda text: len(text) <= 12, 1) == ["sepal length"]


def test_a_long_name_takes_two_lines_where_there_is_room() -> None:
    assert words.in_short("sepal_length_cm", lambda text: len(text) <= 9, 2) == ["sepal", "length cm"]


def test_a_name_that_lost_a_word_says_so() -> None:
    assert words.in_short("proline_content", lambda text: len(text) <= 8, 1) == ["proline…"]


def test_the_buttons_of_a_column_are_targets_of_twenty_pixels(panel: NetworkCanvas) -> None:
    size = button(panel, "Add a unit to layer 1").size()
    assert min(size.width(), size.height()) >= 20


def test_pictures_that_are_made_together_are_those_made_one_by_one():
    values = np.random.default_rng(3).normal(size=(3, 6, 5)) * np.array([1e-3, 1.0, 40.0])[:, None, None]
    values[0, 2, 1], values[1] = np.nan, 0
    assert paint.sign_pictures(values, LIGHT) == [paint.sign_picture(one, LIGHT) for one in values]


@pytest.mark.parametrize("largest", [1e-45, 1e-41, 1e-38, 1.0, 3e38])
def test_values_of_any_size_are_pictured_by_their_share_of_the_largest(qapp, largest):
    shares = np.array([[-1.0, 0.0, 1.0]], np.float32)
    expected = paint.sign_picture(shares, LIGHT)
    values = shares * np.float32(largest)
    assert paint.sign_picture(values, LIGHT) == expected
    assert paint.sign_pictures(values[None], LIGHT) == [expected]


@pytest.mark.parametrize("top", [1e-50, 1e-44, 1e-30])
def test_values_far_beyond_the_largest_that_is_shown_are_as_strong_as_it(qapp, top):
    shares = np.array([[-1.0, 0.0, 1.0]], np.float32)
    assert paint.sign_picture(shares * np.float32(3e38), LIGHT, top) == paint.sign_picture(shares, LIGHT)


@pytest.mark.parametrize("lit", ["node", "edge"])
def test_what_is_pointed_at_is_let_go_where_less_room_makes_one_card_of_its_layer(panel, qtbot, lit):
    panel.draw(of(hand_made.network((16, 16))))
    panel.grab()
    hovered: list[tuple[int, int]] = []
    panel.node_hovered.connect(lambda layer, unit: hovered.append((layer, unit)))
    if lit == "node":
        panel.point_at(2, 7)
    else:
        place = panel.edge_place(1, 7, 4)
        QTest.mouseMove(panel, place.toPoint())
        qtbot.waitUntil(lambda: panel._scene.edge is not None, timeout=PATIENCE)
    panel.grab()
    panel.resize(panel.width(), 150)
    assert panel.layout_now.columns[2].summary
    panel.grab()  # fails if anything that it paints does
    assert not panel.pointed
    if lit == "node":
        assert hovered == [(2, 7), (-1, -1)]  # so that the map shows itself again
    panel.resize(panel.width(), 450)
    panel.grab()
