"""Presenting: what is hidden stays hidden, what is shown has the room, and spot and captions are in nobody's way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication

from hyperscope.ui.labs.playground.lab import HIDEABLE
from hyperscope.ui.parts.presenting import TIMELINE, Presenting
from hyperscope.ui.remembered import Remembered
from hyperscope.ui.window import Window
from patience import PATIENCE

RATE = "training.learning_rate"
SENTENCE = (
    "Optimiser Adam → SGD with momentum at epoch 60: weights kept, Adam's memory dropped. Watch the loss rise for some "
    "steps, since the rate that Adam divided by the gradient's size now acts as it is, and fall again."
)
Key = Qt.Key


@pytest.fixture
def opened(standing_still) -> Callable[[Remembered], Window]:
    """Opens windows that stand still, in the size they begin with."""

    def open_one(remembered: Remembered) -> Window:
        made = standing_still(remembered=remembered)
        made.resize(1280, 800)
        return made

    return open_one


@pytest.fixture
def window(opened) -> Window:
    return opened(Remembered(forgetful=True))


def part_of(window: Window, name: str):
    return window.timeline if name == "timeline" else getattr(window.lab.page, name)


def box(window, qtbot, name: str) -> None:
    """Ticks or unticks the box of a name, the list being open."""
    chosen = window.part(Presenting).list.boxes[name]
    chosen.setFocus()
    qtbot.keyClick(chosen, Key.Key_Space)


@pytest.mark.parametrize("name", [name for name, _ in (*HIDEABLE, TIMELINE)])
def test_a_panel_can_be_hidden_and_shown_again(window, qtbot, name):
    qtbot.keyClick(window, Key.Key_H)
    box(window, qtbot, name)
    assert not part_of(window, name).isVisible()
    box(window, qtbot, name)
    assert part_of(window, name).isVisible()


def test_a_single_control_can_be_hidden(window, qtbot):
    qtbot.keyClick(window, Key.Key_H)
    box(window, qtbot, RATE)
    assert not window.lab.page.hyperparameters.controls[RATE].isVisible()


def test_a_hidden_control_stays_hidden_when_something_is_moved(window, qtbot):
    qtbot.keyClick(window, Key.Key_H)
    box(window, qtbot, RATE)
    window.move_knob("training.optimiser", "momentum")
    assert not window.lab.page.hyperparameters.controls[RATE].isVisible()


def test_without_the_charts_the_computation_has_the_whole_height(window, qtbot):
    before = window.lab.page.network.height()
    window.part(Presenting).hide(frozenset({"curves", "distributions"}))
    qtbot.waitUntil(lambda: window.lab.page.network.height() > 1.4 * before, timeout=PATIENCE)


def test_without_the_network_the_map_has_its_width(window, qtbot):
    before = window.lab.page.map.width()
    window.part(Presenting).hide(frozenset({"network"}))
    qtbot.waitUntil(lambda: window.lab.page.map.width() > 1.5 * before, timeout=PATIENCE)


def test_show_all_brings_everything_back(window, qtbot):
    qtbot.keyClick(window, Key.Key_H)
    box(window, qtbot, "map")
    qtbot.mouseClick(window.part(Presenting).list.all_button, Qt.MouseButton.LeftButton)
    assert window.lab.page.map.isVisible() and window.part(Presenting).hidden == frozenset()


def test_what_is_hidden_is_remembered(opened, qtbot):
    first = opened(Remembered())
    first.part(Presenting).hide(frozenset({"data", RATE}))
    first.close()
    second = opened(Remembered())
    assert not second.lab.page.data.isVisible()
    assert not second.lab.page.hyperparameters.controls[RATE].isVisible()


def test_projector_mode_enlarges_type(window, qtbot):
    qtbot.keyClick(window, Key.Key_J)
    assert window.theme.scale == pytest.approx(1.25)  # what 1280 x 800 has room for
    qtbot.keyClick(window, Key.Key_J)
    assert window.theme.scale == 1.0


STAGED = frozenset({"data", "network", "distributions", "timeline"})


def test_map_loss_and_a_slider_alone_stand_beside_each_other_at_twice_the_type(window, qtbot):
    part, page = window.part(Presenting), window.lab.page
    part.hide(STAGED | ({path for path, _ in window.lab.hideable_controls} - {RATE}))
    part.switch_projector()
    assert window.theme.scale == 2.0

    def beside_each_other() -> bool:
        window.grab()
        return (
            page.map.height() > 0.8 * page.height()
            and page.curves.x() > page.map.geometry().right()
            and page.hyperparameters.y() > page.curves.geometry().bottom()
            and page.hyperparameters.width() == page.curves.width()
        )

    qtbot.waitUntil(beside_each_other, timeout=PATIENCE)
    assert window.transport.width() <= window.width()
    assert all(button.isVisible() for button in (window.transport.play_button, window.transport.twin_button))


def test_all_stands_where_it_stood_once_all_is_shown_again(window, qtbot):
    part, page = window.part(Presenting), window.lab.page
    window.grab()
    names = ("data", "network", "map", "curves", "distributions", "hyperparameters")
    before = [getattr(page, name).geometry() for name in names]
    part.hide(STAGED)
    part.switch_projector()
    window.grab()
    part.switch_projector()
    part.hide(frozenset())

    def as_before() -> bool:
        now = [getattr(page, name).geometry() for name in names]
        ends = [
            (a.topLeft() - b.topLeft(), a.bottomRight() - b.bottomRight()) for a, b in zip(now, before, strict=True)
        ]
        return all(end.manhattanLength() <= 3 for pair in ends for end in pair)  # the message may take a line more

    qtbot.waitUntil(as_before, timeout=PATIENCE)


def test_leaving_projector_mode_is_said(window, qtbot):
    for said in ("Projector mode: larger type and lines.", "Projector mode ended."):
        qtbot.keyClick(window, Key.Key_J)
        assert window.words.message.text().startswith(said)


def test_the_same_is_hidden_in_projector_mode_and_outside_it(window, qtbot):
    qtbot.keyClick(window, Key.Key_J)
    window.part(Presenting).hide(frozenset({"distributions"}))
    qtbot.keyClick(window, Key.Key_J)
    assert not window.lab.page.distributions.isVisible()


@pytest.mark.parametrize("name", ["network", "map", "curves", "distributions"])
def test_any_panel_can_be_alone_and_z_brings_the_others_back(window, qtbot, name):
    page, presenting = window.lab.page, window.part(Presenting)
    presenting.hide(frozenset({"data"}))
    presenting.enlarge(name)
    others = {"data", "network", "map", "hyperparameters", "curves", "distributions"} - {name}
    assert [one for one in others if getattr(page, one).isVisible()] == []
    qtbot.waitUntil(lambda: getattr(page, name).width() > 0.9 * page.width(), timeout=PATIENCE)
    qtbot.keyClick(window, Key.Key_Z)
    assert page.curves.isVisible() and page.hyperparameters.isVisible() and not page.data.isVisible()


def test_the_list_gives_the_keyboard_back_on_escape(window, qtbot):
    window.transport.batch_button.setFocus()
    qtbot.keyClick(window, Key.Key_H)
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_Escape)
    assert QApplication.focusWidget() is window.transport.batch_button


def test_tab_stays_in_the_list(window, qtbot):
    qtbot.keyClick(window, Key.Key_H)
    shown = window.part(Presenting).list
    for _ in range(len(shown.boxes) + 5):
        qtbot.keyClick(QApplication.focusWidget(), Key.Key_Tab)
        assert shown.isAncestorOf(QApplication.focusWidget())


def test_the_laser_spot_follows_the_pointer(window, qtbot):
    qtbot.keyClick(window, Key.Key_X)
    laser = window.part(Presenting).laser
    assert laser.isVisible()
    there = window.lab.page.map.rect().center()
    QCursor.setPos(window.lab.page.map.mapToGlobal(there))
    wanted = window.lab.page.map.mapTo(window.body, there)
    qtbot.waitUntil(lambda: (laser.geometry().center() - wanted).manhattanLength() <= 3, timeout=PATIENCE)


def test_the_laser_spot_lets_clicks_through(window, qtbot):
    qtbot.keyClick(window, Key.Key_X)
    laser = window.part(Presenting).laser
    assert window.body.childAt(laser.geometry().center()) is not laser


def test_captions_are_read_whole_in_a_strip_of_their_own_above_the_timeline(window, qtbot):
    size = window.words.message.font().pixelSize()
    qtbot.keyClick(window, Key.Key_C)
    window.say(SENTENCE)

    def stands_alone() -> bool:
        window.grab()
        strip, page, timeline = (one.geometry() for one in (window.words, window.lab.page, window.timeline))
        below = window.lab.page.mapTo(window.body, page.bottomLeft() - page.topLeft()).y()
        return below < strip.top() and strip.bottom() < timeline.top()

    qtbot.waitUntil(stands_alone, timeout=PATIENCE)
    message = window.words.message
    assert message.text() == SENTENCE
    assert message.font().pixelSize() > 1.6 * size
    assert len(message.lines) * message.fontMetrics().height() <= message.height()


def test_captions_end_where_they_began(window, qtbot):
    high, size = window.words.height(), window.words.message.font().pixelSize()
    qtbot.keyClick(window, Key.Key_C)
    qtbot.keyClick(window, Key.Key_C)
    assert (window.words.height(), window.words.message.font().pixelSize()) == (high, size)
