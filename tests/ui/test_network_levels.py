"""What else moves or lights up in the network picture: one input's activations, the flow, wide layers in summary."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QFontMetrics, QImage
from pytestqt.qtbot import QtBot

from hyperscope.lab.probes.network import LayerSummary, NetworkPicture
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui import paint
from hyperscope.ui.paint import face
from hyperscope.ui.panels.network import flow
from hyperscope.ui.panels.network.canvas import NetworkCanvas
from hyperscope.ui.panels.network.nodes import (
    ROWS,
    TILES,
    grid,
    level,
    pixels_side,
    summary_lines,
    summary_words,
    tiles,
)
from hyperscope.ui.theme import LIGHT
from probed import seen
from ui import hand_made


@pytest.fixture
def panel(qtbot: QtBot) -> NetworkCanvas:
    made = NetworkCanvas()
    qtbot.addWidget(made)
    made.resize(575, 450)
    made.draw(of(hand_made.network((3,))))
    made.show()
    return made


def of(shown: NetworkPicture, *, playing: bool = False) -> Seen:
    return seen({"network": shown}, replace(hand_made.STATUS, playing=playing), 2)


VALUES = (np.array([1.0, -1.0]), np.array([0.9, -0.9, 0.0]), np.array([0.1, 0.2, 0.7]))


def shot(panel: NetworkCanvas) -> QImage:
    return panel.grab().toImage()


def bar(panel: NetworkCanvas, layer: int, unit: int, side: int) -> np.ndarray:  # type: ignore[type-arg]
    """The colour in the level's bar, a few pixels right (1) or left (−1) of the node's middle."""
    assert panel.layout_now is not None
    node = panel.layout_now.columns[layer].nodes[unit]
    at = QPoint(round(node.center().x()) + 5 * side, round(node.bottom()) - 4)
    picture = shot(panel)
    return paint.rgb(picture.pixelColor(at * picture.devicePixelRatio()))


def test_levels_have_the_colour_and_side_of_their_sign(panel: NetworkCanvas) -> None:
    panel.show_activations(VALUES, "at (1.0, −1.0)")
    assert np.abs(bar(panel, 1, 0, 1) - paint.rgb(LIGHT.positive)).max() < 12
    assert np.abs(bar(panel, 1, 1, -1) - paint.rgb(LIGHT.negative)).max() < 12
    assert np.abs(bar(panel, 1, 2, 1) - paint.rgb(LIGHT.control)).max() < 12


def test_the_label_stands_in_the_foot(panel: NetworkCanvas) -> None:
    panel.show_activations(VALUES, "at (1.0, −1.0)")
    assert panel.foot_line() == "at (1.0, −1.0)"


def test_without_an_input_the_network_is_as_before(panel: NetworkCanvas) -> None:
    before = shot(panel)
    panel.show_activations(VALUES, "at (1.0, −1.0)")
    assert shot(panel) != before
    panel.show_activations(None)
    assert shot(panel) == before


def test_values_of_another_network_are_left_out(panel: NetworkCanvas) -> None:
    before = shot(panel)
    panel.show_activations((*VALUES[:2], np.array([0.5, 0.5])))
    assert panel.levels is None and shot(panel) == before


def test_the_foot_is_asked_for_while_an_input_is_shown(panel: NetworkCanvas, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.foot_needed) as asked:
        panel.show_activations(VALUES)
    assert asked.args == [True]
    with qtbot.waitSignal(panel.foot_needed) as asked:
        panel.show_activations(None)
    assert asked.args == [False]


def test_an_edge_that_carries_nothing_fades(panel: NetworkCanvas) -> None:
    def ink(first: float) -> int:
        panel.show_activations((np.array([first, 1.0]), *VALUES[1:]))
        image, ratio = shot(panel), panel.devicePixelRatioF()
        at = panel.edge_place(0, 0, 0, 0.35).toPoint()
        return sum(
            int(np.abs(paint.rgb(image.pixelColor(round(at.x() * ratio), y)) - paint.rgb(LIGHT.window)).sum())
            for y in range(round((at.y() - 3) * ratio), round((at.y() + 4) * ratio))
        )

    assert ink(0.0) < ink(1.0)


@pytest.mark.parametrize(
    ("value", "said"), [(0.823, ".82"), (-0.05, "−.05"), (0.0, "0"), (-0.001, "0"), (1.26, "1.3"), (-23.4, "−23")]
)
def test_a_level_is_short(value: float, said: str) -> None:
    assert level(value) == said


# -- the flow -----------------------------------------------------------------------------------------------------


def test_dots_move_only_while_it_trains(panel: NetworkCanvas) -> None:
    assert not panel.flow.running
    panel.draw(of(hand_made.network((3,)), playing=True))
    assert panel.flow.running
    panel.draw(of(hand_made.network((3,))))
    assert not panel.flow.running


def test_nothing_moves_with_reduced_motion(panel: NetworkCanvas) -> None:
    panel.set_reduced_motion(True)
    panel.draw(of(hand_made.network((3,)), playing=True))
    assert not panel.flow.running


def test_nothing_moves_while_the_panel_is_hidden(panel: NetworkCanvas) -> None:
    panel.draw(of(hand_made.network((3,)), playing=True))
    panel.hide()
    assert not panel.flow.running
    panel.show()
    assert panel.flow.running


def test_the_dots_stand_once_nothing_is_heard_of_training_until_it_is_heard_of_again(
    panel: NetworkCanvas, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel.draw(of(hand_made.network((3,)), playing=True))
    qtbot.wait(3 * flow.EVERY)
    assert panel.flow.running
    later = time.monotonic() + flow.NEWS
    monkeypatch.setattr(flow, "time", SimpleNamespace(monotonic=lambda: later))
    qtbot.waitUntil(lambda: not panel.flow.running)
    panel.draw(of(hand_made.network((3,)), playing=True))
    assert panel.flow.running


def test_the_dots_change_the_picture(panel: NetworkCanvas, qtbot: QtBot) -> None:
    panel.draw(of(hand_made.network((3,)), playing=True))
    before = shot(panel)
    qtbot.waitUntil(lambda: shot(panel) != before)


# -- wide layers --------------------------------------------------------------------------------------------------


def test_weights_on_pixels_become_small_square_pictures() -> None:
    shown = hand_made.network((64,), inputs=64, classes=10)
    assert pixels_side(shown, 0) == pixels_side(shown, 1) == 8
    assert tiles(np.asarray(shown.layers[1].weights), 8).shape == (ROWS * 9 - 1, TILES * 9 - 1)


def test_weights_on_features_have_a_row_each() -> None:
    assert pixels_side(hand_made.network((64,)), 1) == 0


def test_a_wide_layer_says_how_it_is() -> None:
    layer = replace(hand_made.network((64,)).layers[1], summary=LayerSummary(dead=3, activity=0.42, norm=15.2))
    assert summary_words(layer, 64, 1, 0) == ("64 units", ["a row each", "‖W‖ 15", "|a| 0.42", "3 dead"])


def test_a_wide_layer_shows_its_outputs_as_a_picture(panel: NetworkCanvas) -> None:
    panel.draw(of(hand_made.network((64,), inputs=64, classes=3)))
    weights = shot(panel)
    panel.show_activations((np.eye(8).ravel(), np.ones(64), VALUES[2]))
    assert panel.layout_now is not None
    card, lit = panel.layout_now.columns[1].nodes[0], shot(panel)
    at = QPoint(round(card.center().x()), round(card.top() + 0.35 * card.height())) * lit.devicePixelRatio()
    assert lit != weights
    assert np.abs(paint.rgb(lit.pixelColor(at)) - paint.rgb(LIGHT.positive)).max() < 12


def test_pixels_come_out_as_their_image() -> None:
    assert np.array_equal(grid(np.arange(64.0)), np.arange(64.0).reshape(8, 8))
    assert grid(np.ones(20)).shape == (4, 5)


@pytest.mark.parametrize(
    ("most", "said"),
    [
        (5, ["a row each", "‖W‖ 15", "|a| 0.42", "none dead"]),
        (3, ["‖W‖ 15", "|a| 0.42", "none dead"]),
        (2, ["‖W‖ 15", "|a| 0.42"]),
        (1, ["|a| 0.42"]),
        (0, []),
        (-1, []),
    ],
)
def test_a_low_summary_says_less_and_its_picture_keeps_its_room(qapp, most, said) -> None:
    metrics = QFontMetrics(face(10, 400, 1.0))
    assert summary_lines(["a row each", "‖W‖ 15", "|a| 0.42", "none dead"], metrics, 200, most) == said


def test_a_low_summary_still_counts_the_dead(qapp) -> None:
    metrics = QFontMetrics(face(10, 400, 1.0))
    assert summary_lines(["a row each", "‖W‖ 15", "|a| 0.42", "3 dead"], metrics, 200, 1) == ["3 dead"]
