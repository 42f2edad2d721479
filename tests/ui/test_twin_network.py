"""The networks of twins: both drawn, each from its own snapshot, and what is done in a picture is done to its twin."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QWidget

from hyperscope.engine.settings import Layer
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.network import NetworkPicture
from hyperscope.ui.labs.playground.slow_motion import SlowMotionPart
from hyperscope.ui.panels.network.arrangement import ABOVE, best
from hyperscope.ui.panels.network.canvas import NetworkCanvas
from hyperscope.ui.panels.network.panel import NetworkPanel, differing
from hyperscope.ui.parts.twin import TwinPart
from hyperscope.ui.theme import DARK, LIGHT, scaled
from hyperscope.ui.window import Window
from patience import PATIENCE
from probed import Sides, seen
from ui import hand_made

LEFT = Qt.MouseButton.LeftButton
SMALL = Experiment(data=Data(points=90))


def of(*pictures: NetworkPicture) -> Sides:
    return tuple(seen({"network": picture}, hand_made.STATUS, 2) for picture in pictures)


def draw(pair: NetworkPanel, *pictures: NetworkPicture) -> None:
    """Draws these networks, each in its turn."""
    pair.draw(of(*pictures))
    pair.rest.draw(())


def draw_b(pair: NetworkPanel, picture: NetworkPicture) -> None:
    """Draws B's network anew, and A's as it was."""
    draw(pair, pair.first.picture, picture)


def button(panel: NetworkCanvas, name: str) -> QAbstractButton:
    return next(b for b in panel.findChildren(QAbstractButton) if b.accessibleName() == name)


def node(panel: NetworkCanvas, layer: int, unit: int) -> QPoint:
    return panel.layout_now.columns[layer].nodes[unit].center().toPoint()


def shot(panel: QWidget) -> QImage:
    return panel.grab().toImage()


# -- the place of the pictures ------------------------------------------------------------------------------------


@pytest.fixture
def alone(qtbot) -> NetworkPanel:
    """One network of three layers."""
    made = NetworkPanel()
    qtbot.addWidget(made)
    made.resize(900, 560)
    made.set_theme(LIGHT)
    made.set_reduced_motion(True)
    made.draw(of(hand_made.network(seed=1)))
    made.show()
    return made


@pytest.fixture
def pair(alone) -> NetworkPanel:
    """Twins of three layers, with other weights."""
    draw_b(alone, hand_made.network(seed=2))
    return alone


def test_one_network_has_all_the_room(alone) -> None:
    assert alone.pictures == (alone.first,)
    assert alone.first.geometry() == alone.rect()
    assert alone.first.accessibleName() == "Network"


def test_a_picture_that_is_new_waits_for_no_turn(alone) -> None:
    alone.draw(of(hand_made.network(seed=1), hand_made.network(seed=2)))
    a, b = alone.pictures
    assert b.picture is not None and alone.rest.rate == 0
    assert a.size() == b.size()


def test_a_twin_that_comes_again_looks_as_the_first_time(pair, qtbot) -> None:
    qtbot.waitExposed(pair)
    before, alone = shot(pair), pair.pictures[:1]
    b = hand_made.network(seed=2)
    pair.pictures[1].mark(frozenset({1}))
    pair.pictures[1].ring((1, 0))
    assert shot(pair) != before
    pair.draw(of(pair.first.picture))
    assert pair.pictures == alone
    pair.set_theme(DARK)
    pair.set_theme(LIGHT)
    draw_b(pair, b)
    assert shot(pair) == before


def test_each_picture_is_drawn_from_its_own_record(pair) -> None:
    before = shot(pair.pictures[1])
    a = shot(pair.pictures[0])
    draw_b(pair, hand_made.network(seed=3))
    assert shot(pair.pictures[1]) != before
    assert shot(pair.pictures[0]) == a


def test_a_picture_of_another_size_is_laid_out_a_frame_later_in_a_window(pair, qtbot):
    qtbot.waitExposed(pair)
    pair.one_a_turn = True
    before = [one.grab().size() for one in pair.pictures]
    width = pair.first.width()
    pair.resize(pair.width() - 60, pair.height())
    assert pair.late and pair.first.width() != width
    qtbot.waitUntil(lambda: not pair.late, timeout=PATIENCE)
    assert [one.grab().size() for one in pair.pictures] != before
    shown = pair.grab().toImage()
    pair.one_a_turn = False
    pair.resize(pair.width() + 1, pair.height())
    pair.resize(pair.width() - 1, pair.height())
    assert pair.grab().toImage() == shown


def test_a_new_record_of_one_leaves_the_pixels_of_the_other(pair) -> None:
    pair.one_a_turn = True
    pair.draw(of(hand_made.network(seed=1), hand_made.network(seed=3)))
    pair.grab()
    pair.rest.draw(())
    assert pair.pictures[0]._backing._dirty.isEmpty() and not pair.pictures[1]._backing._dirty.isEmpty()


def test_b_waits_for_its_turn_and_asks_for_none_without_something_new(pair) -> None:
    pair.one_a_turn = True
    shown = pair.pictures[1].picture
    assert pair.rest.rate == 0
    pair.draw(of(hand_made.network(seed=2), hand_made.network(seed=3)))
    assert pair.rest.rate > pair.rate and pair.pictures[1].picture is shown
    pair.rest.draw(hand_made.snapshot("curves"))
    assert pair.rest.rate == 0 and pair.pictures[1].picture is not shown


def test_the_one_picture_comes_back(pair) -> None:
    pair.draw(of(hand_made.network(seed=1)))
    assert pair.pictures == (pair.pictures[0],)
    assert pair.pictures[0].geometry() == pair.rect()
    assert pair.pictures[0].accessibleName() == "Network"
    assert button(pair.pictures[0], "Add a unit to layer 1").isVisible()
    assert pair.pictures[0].layout_now.frame.legend


def test_wide_room_has_them_beside_each_other_with_columns_equally_far_apart(pair) -> None:
    draw_b(pair, hand_made.network((8, 8, 8, 8)))
    a, b = pair.pictures[0].layout_now, pair.pictures[1].layout_now
    assert pair.pictures[0].geometry().right() < pair.pictures[1].geometry().left()
    assert b.pitch == pytest.approx(a.pitch, rel=0.03)
    assert min(a.columns[1].nodes[0].width(), b.columns[1].nodes[0].width()) >= 26


def test_deep_twins_in_little_room_lie_above_each_other(pair) -> None:
    pair.resize(470, 420)
    draw(pair, hand_made.network((8,) * 6), hand_made.network((8,) * 6))
    assert pair.pictures[0].geometry().bottom() < pair.pictures[1].geometry().top()


SHAPES = [((8, 8, 8), (8, 8, 8)), ((8,) * 6, (8,) * 6), ((8,) * 5, (3,)), ((64, 64), (64, 64)), ((), (8, 8))]


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
@pytest.mark.parametrize("room", [(457, 420), (885, 600), (600, 390), (1500, 900)], ids=str)
def test_every_node_and_button_lies_in_its_picture(pair, shapes, room) -> None:
    pair.resize(*room)
    draw(pair, hand_made.network(shapes[0]), hand_made.network(shapes[1]))
    assert not pair.pictures[0].geometry().intersects(pair.pictures[1].geometry())
    for panel in pair.pictures:
        assert pair.rect().contains(panel.geometry())
        nodes = [node for column in panel.layout_now.columns for node in column.nodes]
        assert all(QRectF(panel.rect()).contains(node) for node in nodes)
        assert not any(one.intersects(other) for k, one in enumerate(nodes) for other in nodes[:k])
        shown = [b.geometry() for b in panel.findChildren(QAbstractButton) if b.isVisible()]
        assert all(panel.rect().contains(place) for place in shown)
        assert not any(QRectF(place).intersects(node) for place in shown for node in nodes)


def test_the_arrangement_follows_the_shape_and_not_the_weights() -> None:
    room = QRectF(0, 0, 457, 396)
    first = best([hand_made.network((8,) * 6, seed=k) for k in (1, 2)], room, 1.0)
    second = best([hand_made.network((8,) * 6, seed=k) for k in (3, 4)], room, 1.0)
    assert first == second and first.frame is ABOVE


def test_large_type_keeps_both_within_the_room(pair) -> None:
    large = scaled(LIGHT, 1.5)
    pair.set_theme(large)
    for panel in pair.pictures:
        assert pair.rect().contains(panel.geometry())
        assert panel.layout_now.columns[1].nodes[0].width() >= 26


def test_the_foot_speaks_of_the_unit_under_the_pointer_in_either(pair, qtbot) -> None:
    before = shot(pair).copy(pair._foot().toAlignedRect())
    qtbot.mouseMove(pair.pictures[1], node(pair.pictures[1], 1, 0))
    assert pair.pictures[1].foot_line().startswith("Layer 1, unit 1: a₁ = ")
    assert shot(pair).copy(pair._foot().toAlignedRect()) != before


def test_pointing_at_a_unit_rings_it_in_the_other(pair, qtbot) -> None:
    before = shot(pair.pictures[0])
    with qtbot.waitSignal(pair.node_hovered) as told:
        qtbot.mouseMove(pair.pictures[1], node(pair.pictures[1], 2, 3))
    assert told.args == [2, 3]
    at = pair.pictures[0].layout_now.columns[2].nodes[3].topLeft() + QPointF(-1, 10)
    ratio = before.devicePixelRatio()
    place = (at * ratio).toPoint()
    assert shot(pair.pictures[0]).pixelColor(place) != before.pixelColor(place)


def test_what_is_asked_for_bears_the_letter_of_its_picture(pair, qtbot) -> None:
    with qtbot.waitSignal(pair.units_changed) as asked:
        qtbot.mouseClick(button(pair.pictures[1], "B: Add a unit to layer 2"), LEFT)
    assert asked.args == ["B", 1, 9]
    with qtbot.waitSignal(pair.layer_added) as asked:
        qtbot.mouseClick(button(pair.pictures[0], "A: Add a hidden layer"), LEFT)
    assert asked.args == ["A"]


def test_every_button_says_whose_it_is(pair) -> None:
    for which, panel in zip("AB", pair.pictures, strict=True):
        names = [b.accessibleName() for b in panel.findChildren(QAbstractButton)]
        assert names and all(name.startswith(f"{which}: ") for name in names)
        assert panel.accessibleName() == f"Network {which}"


def test_tab_comes_to_b_after_all_that_is_a_s(pair) -> None:
    stops, one = [], pair.pictures[0]
    while one not in stops:
        stops.append(one)
        one = one.nextInFocusChain()
    last = max(stops.index(b) for b in pair.pictures[0].findChildren(QAbstractButton))
    of_b = [stops.index(b) for b in (pair.pictures[1], *pair.pictures[1].findChildren(QAbstractButton))]
    assert last < min(of_b) == stops.index(pair.pictures[1])


def test_arrows_and_enter_set_a_unit_of_b(pair, qtbot) -> None:
    pair.pictures[1].setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        qtbot.keyClick(pair.pictures[1], key)
    assert pair.pictures[1].foot_line().startswith("Layer 1, unit")
    assert pair.pictures[1].accessibleDescription().startswith("Layer 1, unit")


def test_a_card_has_the_room_of_both_pictures_and_is_the_only_one(pair, qtbot) -> None:
    layers = (Layer(8, "tanh", "before"),) * 3
    pair.show_layers(layers, layers)
    for panel in pair.pictures:
        panel.open_layer(2)
        card = panel.layer_editor
        assert card.isVisible() and pair.rect().contains(card.geometry())
        assert card.width() >= card.minimumSizeHint().width()
    assert not pair.pictures[0].layer_editor.isVisible()


def test_one_input_lights_both_with_their_own_outputs(pair) -> None:
    ours, theirs = (tuple(np.full(n, level) for n in (2, 8, 8, 8, 3)) for level in (0.2, 0.7))
    pair.show_activations(ours, theirs, label="input at (0, 0)")
    assert pair.pictures[0].levels[1][0] == 0.2 and pair.pictures[1].levels[1][0] == 0.7
    pair.show_activations(None, None)
    assert pair.pictures[0].levels is pair.pictures[1].levels is None


def test_layers_that_differ_are_marked_in_both() -> None:
    tanh, relu, wide = Layer(8, "tanh"), Layer(8, "relu"), Layer(9, "tanh")
    assert differing((tanh, tanh), (tanh, tanh)) == {}
    assert differing((tanh, tanh), (relu, wide)) == {0: False, 1: True}
    assert differing((tanh, tanh), (tanh,)) == {1: True}
    assert differing((tanh,), (tanh, tanh)) == {}


# -- in the window ------------------------------------------------------------------------------------------------


@pytest.fixture
def opened(standing_still, qtbot) -> Callable[..., Window]:
    """Opens windows with a twin that stand still."""

    def open_one(experiment: Experiment = SMALL) -> Window:
        window = standing_still(msgspec.structs.replace(experiment))
        window.resize(1600, 1000)
        window.do(window.part(TwinPart).toggle)
        qtbot.waitUntil(lambda: window.up_to_date and weight(window, "B") == weight(window, "B"), timeout=PATIENCE)
        return window

    return open_one


def panel_of(window: Window, which: str) -> NetworkCanvas:
    return window.lab.page.networks.pictures["AB".index(which)]


def weight(window: Window, which: str) -> float:
    there = len(window.lab.page.networks.pictures) > "AB".index(which)
    shown = panel_of(window, which).picture if there else None
    return float("nan") if shown is None or shown.layers[1].weights is None else float(shown.layers[1].weights[0, 0])


@pytest.mark.parametrize(("which", "other", "side"), [("B", "A", "A"), ("A", "B", "B")], ids=["B", "A"])
def test_a_weight_set_in_a_picture_is_that_twin_s_whatever_the_controls_move(opened, qtbot, which, other, side) -> None:
    window = opened()
    window.session.set_side(side)
    panel, before = panel_of(window, which), weight(window, other)
    panel.grab()
    qtbot.mouseClick(panel, LEFT, pos=panel.edge_place(0, 0, 0, 0.5).toPoint())
    assert panel.editor.title.text() == f"{which}: w₁₁ of layer 1"
    panel.editor.entry.setText("-2.5")
    qtbot.keyClick(panel.editor.entry, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: weight(window, which) == -2.5, timeout=PATIENCE)
    assert weight(window, other) == before
    assert [said for _, said in window.session.status.moves] == [f"{which}: w₁₁ of layer 1 → −2.5"]
    window.do(window.session.undo)
    qtbot.waitUntil(lambda: weight(window, which) == before, timeout=PATIENCE)


@pytest.mark.parametrize(("side", "marks"), [("A", [{1}, set()]), ("B", [set(), {1}])])
def test_slow_motion_marks_the_layer_in_the_picture_of_which_it_tells(opened, qtbot, side, marks) -> None:
    window = opened()
    window.session.set_side(side)
    window.do(window.session.slow)
    part = window.part(SlowMotionPart)
    qtbot.waitUntil(lambda: part.on, timeout=PATIENCE)
    assert [panel_of(window, which)._scene.marked for which in "AB"] == marks
    part.leave()
    qtbot.waitUntil(lambda: not part.on, timeout=PATIENCE)
    assert [panel_of(window, which)._scene.marked for which in "AB"] == [set(), set()]


def test_a_layer_added_in_b_s_picture_is_seen_there_and_marked(opened, qtbot) -> None:
    window = opened()
    window.session.set_side("A")
    a, b = (panel_of(window, which) for which in "AB")
    qtbot.mouseClick(button(b, "B: Add a hidden layer"), LEFT)
    qtbot.waitUntil(lambda: len(b.layout_now.columns) == 6, timeout=PATIENCE)
    assert len(a.layout_now.columns) == 5
    assert [len(e.network.layers) for e in (window.session.experiment, window.session.twin)] == [3, 4]
    assert (a._heads._twins, b._heads._twins) == ({}, {3: True})


def test_batch_norm_and_activation_are_set_of_the_twin_whose_head_it_is(opened, qtbot) -> None:
    window = opened()
    a, b = (panel_of(window, which) for which in "AB")
    qtbot.mouseClick(button(a, "A: Batch norm of layer 1: off, before or after the activation"), LEFT)
    qtbot.mouseClick(button(b, "B: Settings of layer 2: activation, batch norm, dropout"), LEFT)
    qtbot.mouseClick(next(one for one in b.layer_editor.findChildren(QAbstractButton) if one.text() == "ReLU"), LEFT)
    ours, theirs = window.session.experiment.network.layers, window.session.twin.network.layers
    assert [layer.batch_norm for layer in ours] == ["before", "off", "off"]
    assert [layer.batch_norm for layer in theirs] == ["off"] * 3
    assert [layer.activation for layer in (ours[1], theirs[1])] == ["tanh", "relu"]
    head = button(b, "B: Settings of layer 2: activation, batch norm, dropout")
    qtbot.waitUntil(lambda: head.text() == "ReLU", timeout=PATIENCE)
    assert b.layer_editor.isVisible()
    assert a._heads._twins == b._heads._twins == {0: False, 1: False}


def test_a_unit_pointed_at_in_b_is_magnified_in_both_maps(opened, qtbot) -> None:
    window = opened()
    b = panel_of(window, "B")
    qtbot.mouseMove(b, node(b, 1, 0))
    qtbot.waitUntil(lambda: window.lab.page.map.shown.magnified, timeout=PATIENCE)
    assert all(picture.magnified is not None for picture in window.lab.page.map.shown.pictures)


def test_a_place_of_the_maps_lights_both_networks(opened, qtbot) -> None:
    window = opened()
    window.move_knob("network.layers.*.activation", "relu")
    window.lab.page.map.hovered.emit(0.5, 0.5)
    a, b = (panel_of(window, which) for which in "AB")
    qtbot.waitUntil(lambda: a.levels is not None and b.levels is not None, timeout=PATIENCE)
    assert not np.allclose(a.levels[1], b.levels[1])
    assert a.foot_line().startswith("input at (0.5, 0.5): predicted A class ")
    window.lab.page.map.left.emit()
    assert a.levels is b.levels is None


@pytest.mark.parametrize("which", ["A", "B"])
def test_the_twin_that_is_kept_has_all_the_room(opened, qtbot, which) -> None:
    window = opened()
    window.lab.page.networks.units_changed.emit("B", 0, 5)
    qtbot.waitUntil(lambda: len(panel_of(window, "B").layout_now.columns[1].nodes) == 5, timeout=PATIENCE)
    window.do(lambda: window.part(TwinPart).keep(which))
    network, networks = window.lab.page.network, window.lab.page.networks
    qtbot.waitUntil(lambda: networks.pictures == (network,), timeout=PATIENCE)
    wanted = {"A": 8, "B": 5}[which]
    qtbot.waitUntil(lambda: len(network.layout_now.columns[1].nodes) == wanted, timeout=PATIENCE)
    assert network.geometry() == networks.rect()
    assert network.accessibleName() == "Network" and network._heads._twins == {}
    qtbot.mouseClick(button(network, "Add a unit to layer 1"), LEFT)
    assert window.session.experiment.network.layers[0].units == wanted + 1


@pytest.mark.parametrize(("closed", "kept"), [("A", 5), ("B", 8)])
def test_a_twin_is_closed_beside_its_letter(opened, qtbot, closed, kept) -> None:
    window = opened()
    window.lab.page.networks.units_changed.emit("B", 0, 5)
    qtbot.waitUntil(lambda: len(panel_of(window, "B").layout_now.columns[1].nodes) == 5, timeout=PATIENCE)
    qtbot.mouseClick(button(panel_of(window, closed), f"{closed}: Close this twin"), LEFT)
    networks = window.lab.page.networks
    qtbot.waitUntil(lambda: len(networks.pictures) == 1, timeout=PATIENCE)
    assert window.session.experiment.network.layers[0].units == kept and not window.part(TwinPart).bar.isVisible()
    assert not [b for b in networks.findChildren(QAbstractButton) if "Close" in b.accessibleName() and b.isVisible()]
    window.do(window.session.undo)
    qtbot.waitUntil(lambda: len(networks.pictures) == 2, timeout=PATIENCE)


def test_a_hidden_network_stays_hidden_with_a_twin(opened, qtbot) -> None:
    window = opened()
    window.lab.page.show_without({"network"}, window.session.experiment)
    assert not window.lab.page.networks.isVisible() and not panel_of(window, "B").isVisible()
