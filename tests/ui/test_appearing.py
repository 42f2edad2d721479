"""The window is seen once, in its layout and with its first pictures, and stands then as it stood."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from hyperscope.lab.session.session import Session
from hyperscope.lab.worker.in_process import InProcess
from hyperscope.ui import app
from hyperscope.ui.app import appear
from hyperscope.ui.remembered import Remembered
from hyperscope.ui.window import Window
from patience import PATIENCE, SECONDS


@pytest.fixture
def places(monkeypatch, on_screen) -> tuple[Window, list[tuple[object, ...]]]:
    """A window that has just appeared, and where all that is seen in it stood then."""
    monkeypatch.setattr(app, "APPEARS", SECONDS)
    window = Window(Session(playing=False, link=InProcess), "light", Remembered(forgetful=True))
    appear(window)
    stood = standing(window)
    assert window.up_to_date
    on_screen(window)
    return window, stood


def standing(window: Window) -> list[tuple[object, ...]]:
    return [(one.objectName(), one.geometry().getRect()) for one in window.findChildren(QWidget) if one.isVisible()]


def test_nothing_moves_once_the_window_is_seen(places, qtbot):
    window, stood = places
    for _ in range(5):
        QApplication.processEvents()
    assert standing(window) == stood


def test_the_keyboard_is_nobodys_in_particular_once_it_is_seen(places):
    window, _ = places
    assert window.focusWidget() is window.body


def test_training_begins_when_all_is_seen(places, qtbot):
    window, _ = places
    assert not window.session.status.playing
    window.begin()
    qtbot.waitUntil(lambda: window.session.status.step > 0, timeout=PATIENCE)
