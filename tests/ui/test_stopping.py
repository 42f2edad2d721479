"""Stopping after so many epochs, from the card that a click on the epochs opens."""

from __future__ import annotations

from PySide6.QtCore import Qt

from hyperscope.ui.parts.stopping import Stopping
from patience import PATIENCE

LEFT, ENTER = Qt.MouseButton.LeftButton, Qt.Key.Key_Return


def test_training_stops_after_the_epochs_that_were_typed(standing_still, qtbot):
    window = standing_still()
    part = window.part(Stopping)
    qtbot.mouseClick(window.transport.epochs, LEFT)
    assert part.card.isVisible()
    qtbot.keyClicks(part.number, "12")
    qtbot.keyClick(part.number, ENTER)
    assert not part.card.isVisible()
    window.do(lambda: window.session.play(True))
    qtbot.waitUntil(lambda: window.session.rested, timeout=PATIENCE)
    assert (window.session.status.epoch, window.session.status.batch) == (12, 0)
    assert window.transport.epochs.value() == "12 / 12"


def test_what_is_no_number_of_epochs_is_refused_with_a_sentence(standing_still, qtbot):
    window = standing_still()
    window.part(Stopping).stop_after("many")
    assert window.words.message.text() == ("epochs is 'many'; it must be a whole number from 1 to 1000000, or nothing")
    assert window.session.rest.epoch is None


def test_nothing_typed_lets_it_train_on(standing_still, qtbot):
    window = standing_still()
    part = window.part(Stopping)
    part.stop_after("12")
    part.stop_after("")
    assert window.session.rest.epoch is None
