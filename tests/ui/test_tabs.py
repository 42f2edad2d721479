"""The bar of labs: at every width of the window each of its words is read whole."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from hyperscope.ui.controls.buttons import TextButton
from hyperscope.ui.parts.presenting import Presenting
from patience import PATIENCE


@pytest.mark.parametrize("width", [1000, 1090, 1180, 1280])
def test_no_word_in_the_bar_of_labs_is_cut(standing_still, qtbot, width):
    window = standing_still()
    window.resize(width, 700)
    qtbot.waitUntil(lambda: window.tabs.width() == width, timeout=PATIENCE)
    QApplication.processEvents()
    cut = [one.text() for one in window.tabs.findChildren(TextButton) if one.width() < one.sizeHint().width()]
    assert cut == []
    name = window.tabs._name
    assert name.isHidden() == (width == 1000)
    assert name.isHidden() or name.width() >= name.sizeHint().width()


@pytest.mark.parametrize("width", [1000, 1280])
@pytest.mark.parametrize("hidden", [(), ("data", "network", "distributions", "timeline")])
def test_no_word_in_the_bar_of_labs_is_cut_before_a_class(standing_still, qtbot, width, hidden):
    window = standing_still()
    window.resize(width, 800)
    window.part(Presenting).hide(frozenset(hidden))
    window.part(Presenting).switch_projector()
    qtbot.waitUntil(lambda: window.tabs.width() == width, timeout=PATIENCE)
    QApplication.processEvents()
    cut = [one.text() for one in window.tabs.findChildren(TextButton) if one.width() < one.sizeHint().width()]
    assert cut == []
