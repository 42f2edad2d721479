"""The page of presets: it opens over the lab, is worked by mouse and keyboard, and puts one preset in force."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from hyperscope.lab.experiment.presets import presets
from hyperscope.ui.parts.looks import Looks
from hyperscope.ui.parts.presets import Presets
from hyperscope.ui.start_page import COLUMNS, LINES, PICTURE
from hyperscope.ui.theme import DARK
from hyperscope.ui.window import Window
from paints import Paints
from patience import PATIENCE

LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key


@pytest.fixture
def window(standing_still) -> Window:
    """A window that stands still."""
    return standing_still()


@pytest.fixture
def page(window, qtbot):
    """The page, opened."""
    qtbot.keyClick(window, Key.Key_P)
    return window.part(Presets).page


def press(qtbot, key: Qt.Key) -> None:
    qtbot.keyClick(QApplication.focusWidget(), key)


def test_p_opens_the_page_with_the_keyboard_on_the_first_card(window, qtbot):
    qtbot.keyClick(window, Key.Key_P)
    assert window.part(Presets).page.isVisible() and window.part(Presets).page.cards[0].hasFocus()


def test_p_closes_the_page_again(page, qtbot):
    press(qtbot, Key.Key_P)
    assert not page.isVisible()


def test_the_keyboard_leaves_the_page_with_it(window, page, qtbot):
    press(qtbot, Key.Key_P)
    assert not page.isAncestorOf(QApplication.focusWidget())
    press(qtbot, Key.Key_P)
    assert page.isVisible()


def test_the_button_in_the_top_bar_opens_the_page(window, qtbot):
    qtbot.mouseClick(window.tabs.presets, LEFT)
    assert window.part(Presets).page.isVisible()


def test_the_page_covers_everything_below_the_top_bar(window, page):
    assert page.geometry().top() == window.tabs.geometry().bottom() + 1
    window.resize(1400, 900)
    assert page.geometry().bottomRight() == window.centralWidget().rect().bottomRight()


def test_the_page_and_then_the_lab_again_come_into_sight_over_a_few_frames(window, page, qtbot):
    assert not window.up_to_date and not all(card.updatesEnabled() for card in page.cards)
    qtbot.waitUntil(lambda: window.up_to_date, timeout=PATIENCE)
    assert all(card.updatesEnabled() for card in page.cards)
    press(qtbot, Key.Key_P)
    panels = [panel for panel in window.lab.panels if isinstance(panel, QWidget)]
    assert not window.up_to_date and not all(panel.updatesEnabled() for panel in panels)
    qtbot.waitUntil(lambda: window.up_to_date, timeout=PATIENCE)
    assert all(panel.updatesEnabled() for panel in panels)


def test_every_preset_has_a_card_that_says_what_it_shows(page):
    cards = [card for of_lab in page.groups.values() for card in of_lab]
    assert {card.preset.name for card in cards} == {preset.name for preset in presets()}
    assert all(card.accessibleName().startswith(card.preset.title) for card in cards)
    assert all(card.accessibleDescription() == card.preset.shows for card in cards)


def test_escape_leaves_everything_as_it_was(window, page, qtbot):
    before = window.session.experiment
    press(qtbot, Key.Key_Escape)
    assert not page.isVisible() and window.session.experiment == before and not window.session.playing


def test_tab_goes_round_the_page_and_not_beneath_it(page, qtbot):
    seen = []
    for _ in range(len(page.cards) + 2):
        seen.append(QApplication.focusWidget())
        press(qtbot, Key.Key_Tab)
    assert seen == [*page.cards, page.close_button, page.labs.buttons[0]] and page.cards[0].hasFocus()


def test_the_down_arrow_goes_to_the_card_below(page, qtbot):
    press(qtbot, Key.Key_Down)
    assert page.cards[COLUMNS].hasFocus()


def test_enter_puts_the_preset_in_force_trains_it_and_says_what_it_shows(window, page, qtbot):
    press(qtbot, Key.Key_Tab)
    press(qtbot, Key.Key_Return)
    assert window.session.experiment == presets()[1].experiment and not page.isVisible()
    assert window.words.message.accessibleName() == presets()[1].point
    qtbot.waitUntil(lambda: window.session.status.playing and window.session.status.step > 20, timeout=PATIENCE)


def test_what_a_preset_shows_stays_in_sight_when_the_worker_has_taken_it_on(window, page, qtbot):
    qtbot.mouseClick(page.cards[4], LEFT)
    qtbot.waitUntil(lambda: window.up_to_date and window.session.status.step > 50, timeout=PATIENCE)
    assert window.words.message.accessibleName() == presets()[4].point


def test_a_preset_chosen_again_starts_again(window, page, qtbot):
    qtbot.mouseClick(page.cards[0], LEFT)  # the starting experiment itself
    qtbot.waitUntil(lambda: window.session.status.step > 200, timeout=PATIENCE)
    window.session.play(False)
    window.part(Presets).take(presets()[0])
    window.session.play(False)
    qtbot.waitUntil(lambda: window.session.status.step < 200, timeout=PATIENCE)


def test_space_chooses_a_card_and_does_not_play_unseen(window, page, qtbot):
    page.cards[2].setFocus()
    press(qtbot, Key.Key_Space)
    assert window.session.experiment == presets()[2].experiment


def test_undo_brings_back_what_was_there_before_the_preset(window, page, qtbot):
    before = window.session.experiment
    qtbot.mouseClick(page.cards[6], LEFT)
    qtbot.keyClick(window, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.session.experiment == before


def test_the_page_takes_on_the_theme(window, page, qtbot):
    window.set_theme(DARK)
    qtbot.waitUntil(lambda: window.up_to_date, timeout=PATIENCE)
    assert page.grab().toImage().pixelColor(2, 2) == DARK.window


def test_a_page_that_is_hidden_takes_on_the_theme_when_it_is_opened(window, page, qtbot, monkeypatch):
    window.part(Presets).leave()
    dressed = []
    monkeypatch.setattr(type(page.title), "set_theme", lambda self, theme, *more, **_: dressed.append((self, theme)))
    window.set_theme(DARK)
    qtbot.waitUntil(lambda: window.up_to_date, timeout=PATIENCE)
    assert page.title not in [one for one, _ in dressed]
    window.part(Presets).toggle()
    assert (page.title, DARK) in dressed


def test_in_the_smallest_window_every_sentence_is_read_whole(window, page, qtbot):
    window.resize(window.minimumSize())
    qtbot.waitUntil(lambda: page.width() == window.minimumWidth(), timeout=PATIENCE)
    page.grab()
    assert not [card.preset.title for card in page.cards if any(line.endswith("…") for line in card.lines)]


def test_the_next_move_may_say_again_what_it_did(window, page, qtbot):
    qtbot.mouseClick(page.cards[4], LEFT)
    qtbot.waitUntil(lambda: window.up_to_date and window.session.status.step > 50, timeout=PATIENCE)
    window.move_knob("training.batch_size", 32)
    qtbot.waitUntil(lambda: window.words.message.accessibleName() != presets()[4].point, timeout=PATIENCE)
    assert window.words.message.accessibleName().startswith("Batch 2 → 32")


def test_the_presets_train_while_the_page_is_open(page, qtbot):
    qtbot.waitUntil(lambda: all(card.live is not None for card in page.cards), timeout=PATIENCE)
    first = page.cards[0]
    qtbot.waitUntil(lambda: not first.live.said.startswith("epoch 0 "), timeout=PATIENCE)


def test_nothing_below_the_page_is_painted_while_it_trains_on(window, page, qtbot):
    network, curves = window.lab.page.network, window.lab.page.curves
    window.session.play(True)
    QApplication.processEvents()
    painted = Paints([network, curves])
    step = window.session.status.step
    qtbot.waitUntil(lambda: window.session.status.step > step + 100, timeout=PATIENCE)
    assert painted.counts == [0, 0]
    page.left.emit()
    qtbot.waitUntil(lambda: all(painted.counts), timeout=PATIENCE)


def test_the_presets_stop_training_when_the_page_is_left(window, page, qtbot):
    qtbot.waitUntil(lambda: page.cards[0].live is not None, timeout=PATIENCE)
    press(qtbot, Key.Key_Escape)
    assert window.part(Presets).gallery is None


@pytest.mark.parametrize("scale", [1.0, 1.25])
def test_a_card_has_room_for_what_its_network_has_come_to_below_its_sentence(window, page, scale):
    window.resize(1280, 800)
    window.part(Looks).enlarge(scale)
    page.grab()
    line = page.cards[0].fontMetrics().height()
    most = max(len(card.lines) for card in page.cards)
    assert len({card.height() for card in page.cards}) == 1
    assert page.cards[0].height() >= round((PICTURE - 67) * scale) + (most + 1) * line + round(30 * scale)
    assert most == (3 if scale == 1.0 else LINES)


def test_the_task_of_a_preset_stands_on_a_card_until_it_is_done(window, page, qtbot):
    preset = presets()[1]
    qtbot.mouseClick(page.cards[1], LEFT)
    task = window.part(Presets).task
    qtbot.waitUntil(lambda: task.text() == f"Try {preset.task}" and task.width() > 0, timeout=PATIENCE)
    window.move_knob("training.learning_rate", 0.5)
    assert task.task == preset.task and not task.done
    window.move_knob("training.learning_rate", 0.01)
    assert task.done and task.next_button.isVisible()


def test_a_task_that_is_put_away_is_gone(window, page, qtbot):
    qtbot.mouseClick(page.cards[1], LEFT)
    task = window.part(Presets).task
    qtbot.mouseClick(task.close_button, LEFT)
    qtbot.waitUntil(lambda: task.width() == 0, timeout=PATIENCE)
    window.move_knob("training.learning_rate", 0.01)
    assert not task.task and not task.done


def test_a_task_that_is_done_leads_to_the_next_preset(window, page, qtbot):
    qtbot.mouseClick(page.cards[1], LEFT)
    window.move_knob("training.learning_rate", 0.01)
    qtbot.mouseClick(window.part(Presets).task.next_button, LEFT)
    assert window.session.experiment == presets()[2].experiment
    assert window.part(Presets).task.task == presets()[2].task


def test_a_preset_rests_where_its_point_is_seen_and_says_so(window, page, qtbot):
    preset = presets()[1]
    qtbot.mouseClick(page.cards[1], LEFT)
    qtbot.waitUntil(lambda: window.session.rested, timeout=PATIENCE)
    assert (window.session.status.epoch, window.session.status.batch) == (preset.rest, 0)
    assert window.words.message.text() == f"{preset.point} It rests here, after {preset.rest} epochs."


def test_what_is_moved_at_rest_has_a_preset_train_on(window, page, qtbot):
    qtbot.mouseClick(page.cards[1], LEFT)
    qtbot.waitUntil(lambda: window.session.rested, timeout=PATIENCE)
    window.move_knob("training.learning_rate", 0.01)
    qtbot.waitUntil(lambda: window.session.status.epoch > presets()[1].rest, timeout=PATIENCE)


def test_no_tab_has_the_keyboard_when_the_page_is_left(window, page, qtbot):
    press(qtbot, Key.Key_Escape)
    assert not any(tab.hasFocus() for tab in window.tabs.tabs.values())
