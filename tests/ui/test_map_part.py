"""With a real worker: what is pointed at or pinned on the map passes through the network, and costs it nothing."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.passing import Passing, passing
from hyperscope.lab.training.trainer import Trainer
from hyperscope.ui.labs.playground.painting import Painting
from hyperscope.ui.panels.map.pin import Pin
from hyperscope.ui.remembered import Remembered
from hyperscope.ui.window import Window
from patience import PATIENCE
from ui.followed import Followed

SMALL = Experiment(data=Data(points=90, noise=0.3), network=Network(layers=(Layer(4), Layer(2))))


class Passed(Followed):
    """It keeps what passed through the network as well."""

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(experiment, playing=False)
        self.passed: list[Passing] = []

    def take(self):
        snapshot = super().take()
        if snapshot is not None and (found := snapshot.sides[0].records.of(passing)) is not None:
            self.passed.append(found)
        return snapshot


@pytest.fixture
def window(on_screen) -> Window:
    """A window that keeps what passed through its network, once its map is drawn."""
    made = Window(Passed(SMALL), "light", Remembered(forgetful=True))
    return on_screen(made, lambda made: made.up_to_date and made.lab.page.map.value_at(0, 0) is not None)


def place(window: Window, x: float, y: float) -> QPoint:
    """The pixel at shares of the map's picture."""
    box = window.lab.page.map.picture
    return QPoint(round(box.left() + x * box.width()), round(box.top() + y * box.height()))


def test_what_is_pointed_at_passes_through_the_network(window: Window, qtbot: QtBot) -> None:
    card = window.lab.page.map
    qtbot.mouseMove(card, place(window, 0.1, 0.1))
    qtbot.mouseMove(card, place(window, 0.3, 0.6))
    qtbot.waitUntil(lambda: bool(window.session.passed), timeout=PATIENCE)
    qtbot.waitUntil(lambda: window.session.passed[-1].point == window.looked_at.focus.point, timeout=PATIENCE)
    seen = window.session.passed[-1]
    assert [len(values) for values in seen.values] == [2, 4, 2, 3]
    assert seen.values[-1] == pytest.approx(card.value_at(*seen.point), abs=0.05)
    assert "input at (" in window.lab.page.network.foot_line()


def test_of_many_places_pointed_at_only_few_are_asked_for(window: Window, qtbot: QtBot) -> None:
    card = window.lab.page.map
    before = len(window.session.passed)
    for step in range(200):
        card.hovered.emit(step / 100 - 1, 0.5)  # faster than frames come
    qtbot.waitUntil(lambda: any(seen.point == (0.99, 0.5) for seen in window.session.passed), timeout=PATIENCE)
    assert len(window.session.passed) - before <= 2


def test_leaving_the_map_ends_it(window: Window, qtbot: QtBot) -> None:
    card = window.lab.page.map
    qtbot.mouseMove(card, place(window, 0.2, 0.2))
    qtbot.mouseMove(card, place(window, 0.5, 0.5))
    qtbot.waitUntil(lambda: bool(window.session.passed), timeout=PATIENCE)
    qtbot.mouseMove(card, QPoint(4, card.height() - 4))
    assert window.looked_at.focus.point is None
    before = len(window.session.asked)
    qtbot.waitUntil(lambda: len(window.session.asked) > before + 5, timeout=PATIENCE)
    assert all("passing" not in names for names in window.session.asked[before + 1 :])


def test_a_pinned_input_is_followed_while_training_goes_on(window: Window, qtbot: QtBot) -> None:
    window.lab.page.map.set_pin(Pin(example=7))
    window.do(lambda: window.session.play(True))
    qtbot.waitUntil(lambda: len(window.session.passed) > 3, timeout=PATIENCE)
    outputs = {tuple(seen.values[-1].tolist()) for seen in window.session.passed}
    assert {seen.example for seen in window.session.passed} == {7}
    assert len(outputs) > 1
    assert window.lab.page.map.pin == Pin(example=7)


def test_a_pinned_input_at_rest_is_asked_for_once(window: Window, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.at_rest, timeout=PATIENCE)
    window.lab.page.map.set_pin(Pin(example=7))
    qtbot.waitUntil(lambda: bool(window.session.passed), timeout=PATIENCE)
    before = len(window.session.asked)
    qtbot.waitUntil(lambda: len(window.session.asked) > before + 10, timeout=PATIENCE)
    assert len(window.session.passed) <= 2


def test_escape_lets_go_of_the_pin(window: Window, qtbot: QtBot) -> None:
    card = window.lab.page.map
    card.set_pin(Pin(point=(0.5, 0.5)))
    qtbot.waitUntil(lambda: bool(window.session.passed), timeout=PATIENCE)
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: card.pin is None)
    assert window.looked_at.focus.point is None


def test_full_stop_and_comma_step_through_the_mistakes(window: Window, qtbot: QtBot) -> None:
    card = window.lab.page.map
    wrong = card.wrong.tolist()
    assert len(wrong) > 2  # an untrained network makes them
    window.activateWindow()
    for key, expected in (("Period", 0), ("Period", 1), ("Comma", 0)):
        qtbot.keyClick(window, getattr(Qt.Key, f"Key_{key}"))
        qtbot.waitUntil(lambda at=expected: card.pin == Pin(example=wrong[at]))


def test_a_number_set_by_hand_is_seen_in_what_passes(window: Window, qtbot: QtBot) -> None:
    window.lab.page.map.set_pin(Pin(example=7))
    qtbot.waitUntil(lambda: bool(window.session.passed) and window.at_rest, timeout=PATIENCE)
    before = window.session.passed[-1].values[-1]
    window.move_knob("network.temperature", 5.0)
    qtbot.waitUntil(lambda: not np.allclose(window.session.passed[-1].values[-1], before), timeout=PATIENCE)


def test_another_face_of_the_map_ends_painting(window: Window, qtbot: QtBot) -> None:
    painting = window.part(Painting)
    painting.start()
    assert painting.on
    window.lab.page.map.set_mode("warped")
    assert not painting.on


def test_the_warped_plane_is_asked_for_only_while_it_is_shown(window: Window, qtbot: QtBot) -> None:
    card = window.lab.page.map
    window.do(lambda: window.session.play(True))
    qtbot.waitUntil(lambda: len(window.session.asked) > 40, timeout=PATIENCE)
    assert all("warp" not in names for names in window.session.asked)
    card.set_mode("warped")
    qtbot.waitUntil(lambda: any("warp" in names for names in window.session.asked), timeout=PATIENCE)
    card.set_mode("map")
    before = len(window.session.asked)
    qtbot.waitUntil(lambda: any("decision_map" in names for names in window.session.asked[before:]), timeout=PATIENCE)
    assert all("warp" not in names for names in window.session.asked[before:])


def test_a_chosen_layer_is_the_one_shown(window: Window, qtbot: QtBot) -> None:
    card = window.lab.page.map
    card.set_mode("warped")
    qtbot.waitUntil(lambda: "layer 2" in card.warp.says()[0], timeout=PATIENCE)
    qtbot.mouseClick(card.warp.layers.buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "layer 1" in card.warp.says()[0], timeout=PATIENCE)


def test_chosen_units_are_the_axes_until_another_layer_is_seen(window: Window, qtbot: QtBot) -> None:
    card = window.lab.page.map
    card.set_mode("warped")
    qtbot.waitUntil(lambda: len(card.warp.layers.buttons) == 2, timeout=PATIENCE)
    for layer, said in ((0, "components of layer 1"), (1, "two units of layer 2"), (0, "components of layer 1")):
        card.warp.layers.buttons[layer].click()
        qtbot.waitUntil(lambda said=said: said in card.warp.says()[0], timeout=PATIENCE)
        if card.options.has_axes and layer == 0:
            assert card.options.inside.axes.kind.index() == 0
            card.options.inside.axes.kind.buttons[1].click()
            qtbot.waitUntil(lambda: "Units 1 and 2 of layer 1" in card.warp.says()[0], timeout=PATIENCE)


def test_looking_in_every_way_leaves_training_as_it_is(window: Window, qtbot: QtBot) -> None:
    card, session = window.lab.page.map, window.session
    card.set_pin(Pin(example=5))
    card.set_mode("warped")
    session.train_to(3)
    qtbot.waitUntil(lambda: session.status.epoch >= 3 and not session.status.playing, timeout=PATIENCE)
    card.set_mode("confusion")
    alone = Trainer(SMALL)
    for _ in range(3):
        alone.finish_epoch()
    qtbot.waitUntil(lambda: not np.isnan(session.status.train_loss), timeout=PATIENCE)
    assert session.status.train_loss == alone.scores().train.loss


def test_a_plane_chosen_on_the_map_is_shown_on_the_card_of_data_too(window: Window, qtbot: QtBot) -> None:
    window.move_knob("data.source", "iris")
    card, data = window.lab.page.map, window.lab.page.data
    qtbot.waitUntil(lambda: not card.options.inside.plane.isHidden(), timeout=PATIENCE)
    card.options.inside.plane.kind.buttons[1].click()
    assert data.plane.kind.index() == 1
    names = (data.plane.across.currentText(), data.plane.up.currentText())
    assert window.looked_at.focus.plane == names
