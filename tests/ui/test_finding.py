"""The command palette and the list of keys: everything that can be done is found in them, and done."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel

from hyperscope.engine.optimisers import optimisers
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.presets import presets
from hyperscope.ui.actions import Action
from hyperscope.ui.finder import matching
from hyperscope.ui.parts.finding import Finding
from hyperscope.ui.window import Window

Key = Qt.Key


def nothing() -> None:
    pass


ACTIONS = [
    Action("Restart (same start)", "Train", nothing),
    Action("Export a picture", "Share", nothing, help="Of any view, as PNG or SVG."),
    Action("New start", "Train", nothing),
    Action("Learning rate", "Go to", nothing),
]


@pytest.fixture
def window(standing_still) -> Window:
    """A window that stands still."""
    return standing_still()


@pytest.fixture
def palette(window, qtbot):
    qtbot.keyClick(window, Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    return window.part(Finding).palette


def names(actions) -> list[str]:
    return [action.name for action in actions]


# -- matching ---------------------------------------------------------------------------------------------------------


def test_no_words_match_everything_in_order():
    assert matching(ACTIONS, "  ") == ACTIONS


def test_what_begins_with_the_words_comes_first():
    assert names(matching(ACTIONS, "start")) == ["Restart (same start)", "New start"] or names(
        matching(ACTIONS, "start")
    ) == ["New start", "Restart (same start)"]
    assert names(matching(ACTIONS, "new"))[0] == "New start"


def test_beginnings_of_words_match_in_any_order():
    assert names(matching(ACTIONS, "rate lea")) == ["Learning rate"]


def test_the_help_is_searched_too():
    assert names(matching(ACTIONS, "svg")) == ["Export a picture"]


def test_what_nothing_is_called_matches_nothing():
    assert matching(ACTIONS, "quaternion") == []


# -- the palette ------------------------------------------------------------------------------------------------------


def test_control_k_opens_it_with_the_keyboard_in_its_line(palette):
    assert palette.isVisible() and QApplication.focusWidget() is palette.line


def test_every_action_is_in_it(window, palette):
    assert {action.name for action in window.all_actions if action.shown} <= set(names(palette.found()))


def test_every_control_and_preset_is_in_it(window, palette):
    found = set(names(palette.found()))
    assert {preset.title for preset in presets()} <= found
    assert {f"Optimiser: {entry.label}" for entry in optimisers.values()} & found


def test_enter_does_the_first_that_matches(window, palette, qtbot):
    seed = window.session.experiment.seed
    qtbot.keyClicks(palette.line, "new start")
    qtbot.keyClick(palette.line, Key.Key_Return)
    assert window.session.experiment.seed == seed + 1
    assert not palette.isVisible()


def test_down_goes_to_the_next(window, palette, qtbot):
    qtbot.keyClicks(palette.line, "optimiser:")
    second = palette.found()[1].name
    qtbot.keyClick(palette.line, Key.Key_Down)
    assert palette.list.currentItem().text() == second


def test_up_from_the_first_goes_to_the_last(palette, qtbot):
    qtbot.keyClicks(palette.line, "optimiser:")
    qtbot.keyClick(palette.line, Key.Key_Up)
    assert palette.list.currentRow() == len(palette.found()) - 1


@pytest.mark.parametrize("key", [Key.Key_Down, Key.Key_Up, Key.Key_PageDown, Key.Key_PageUp, Key.Key_Return])
def test_keys_do_nothing_where_nothing_matches(palette, qtbot, key):
    qtbot.keyClicks(palette.line, "no such thing")
    assert palette.found() == []
    qtbot.keyClick(palette.line, key)
    assert palette.isVisible() and palette.line.text() == "no such thing"


def test_a_choice_can_be_set_from_it(window, palette, qtbot):
    qtbot.keyClicks(palette.line, "optimiser sgd")
    qtbot.keyClick(palette.line, Key.Key_Return)
    assert window.session.experiment.training.optimiser == "sgd"


def test_a_control_can_be_gone_to(window, palette, qtbot):
    qtbot.keyClicks(palette.line, "learning rate")
    while palette.list.currentItem().text() != "Learning rate α":
        qtbot.keyClick(palette.line, Key.Key_Down)
    qtbot.keyClick(palette.line, Key.Key_Return)
    control = window.lab.page.hyperparameters.controls["training.learning_rate"]
    assert control.isAncestorOf(QApplication.focusWidget())


def test_a_control_that_is_folded_away_is_unfolded(window, palette, qtbot):
    qtbot.keyClicks(palette.line, "patience")
    qtbot.keyClick(palette.line, Key.Key_Return)
    assert window.lab.page.hyperparameters.controls["training.patience"].isVisible()


def test_letters_typed_into_it_do_nothing_else(window, palette, qtbot):
    qtbot.keyClicks(palette.line, "nnn")
    assert window.session.experiment == Experiment()


def test_escape_closes_it_and_gives_the_keyboard_back(window, qtbot):
    button = window.transport.restart_button
    button.setFocus()
    qtbot.keyClick(window, Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_Escape)
    assert QApplication.focusWidget() is button


def test_it_says_when_nothing_is_called_that(palette, qtbot):
    qtbot.keyClicks(palette.line, "quaternion")
    assert palette.none.isVisible() and palette.found() == []


# -- keys -------------------------------------------------------------------------------------------------------------


def test_no_two_actions_have_the_same_key(window):
    keys = [QKeySequence(key).toString() for action in window.all_actions for key in action.keys]
    assert len(keys) == len(set(keys))


def test_every_action_has_a_name_of_its_own(window):
    found = names(window.all_actions)
    assert len(found) == len(set(found))


def test_f1_lists_every_action_that_has_a_key(window, qtbot):
    qtbot.keyClick(window, Key.Key_F1)
    page = window.part(Finding).keys
    assert page.isVisible()
    said = {label.text() for label in page.findChildren(QLabel)}
    assert {action.name for action in window.all_actions if action.keys} <= said


def test_the_list_of_keys_fits_into_the_window(window, qtbot):
    qtbot.keyClick(window, Key.Key_F1)
    page = window.part(Finding).keys
    assert page.sizeHint().height() <= page.height() and page.sizeHint().width() <= page.width()


def test_a_question_mark_in_the_head_explains_what_is_seen(window, qtbot):
    button = next(one for one in window.tabs.findChildren(QAbstractButton) if one.text() == "?")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    keys = window.part(Finding).keys
    said = {caption.text() for caption, _ in keys._captions}
    assert keys.isVisible() and {"Decision map", "Curves"} <= said
    assert any("true class" in words for words in said)
