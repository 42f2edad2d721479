"""Views that are made before anybody visits their lab."""

from __future__ import annotations

from importlib import import_module

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from hyperscope.ui import labs
from hyperscope.ui.ahead import TURN, load_ahead
from hyperscope.ui.labs.ready import Ready

VISITED = [entry for entry in labs.LABS if entry.views]


def test_a_view_is_made_once_and_taken_once(qtbot):
    ready = Ready()
    ready.make((QLabel, "one"))
    ready.make((QLabel, "one"))
    assert ready.waiting == 1
    first, second = ready.take(QLabel, "one"), ready.take(QLabel, "two")
    assert (first.text(), second.text(), ready.waiting) == ("one", "two", 0)
    for kind in ("one", "two"):
        ready.make((QLabel, kind))  # whose page is there
    assert ready.waiting == 0
    assert ready.take(QLabel, "one") is not first


def test_nothing_comes_on_screen_before_it_is_taken(qtbot):
    ready = Ready()
    ready.make((QWidget,))
    assert not any(one.isVisible() for one in QApplication.topLevelWidgets())
    ready.clear()
    assert ready.waiting == 0


@pytest.mark.parametrize("entry", VISITED, ids=lambda entry: entry.name)
def test_a_lab_takes_all_that_is_made_for_it(standing_still, entry):
    window = standing_still()
    recipes = import_module(entry.module).AHEAD
    for recipe in recipes:
        window.ready.make(recipe)
    assert window.ready.waiting == len(recipes) > 3
    made = list(window.ready._made.values())
    window.show_lab(entry.name)
    assert window.ready.waiting == 0
    assert all(window.lab.page.isAncestorOf(one) for one in made)
    window.close()


def test_the_window_works_while_it_makes_them_and_lets_go_of_them(standing_still, qtbot):
    window = standing_still()
    window.show_lab(VISITED[0].name)
    ahead = load_ahead(window.ready, 0.0)
    while not ahead.done:
        qtbot.wait(TURN // 2)
    of_visited = {recipe[0] for recipe in import_module(VISITED[0].module).AHEAD}
    kinds = {type(one) for one in window.ready._made.values()}
    assert len(kinds) > 15 and not kinds & of_visited
    window.close()
    assert window.ready.waiting == 0
