"""What tests of the window stand on: windows that are shown when asked for, and gone without a trace afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QPalette

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.session.session import Session
from hyperscope.lab.worker.in_process import InProcess
from hyperscope.ui.panels.distributions.panel import DistributionsPanel
from hyperscope.ui.remembered import Remembered
from hyperscope.ui.window import Window
from patience import PATIENCE


@pytest.fixture
def on_screen(qapp, qtbot) -> Iterator[Callable[..., Window]]:
    """Shows a window in front and waits until it is `ready`; closes and destroys it after the test."""
    windows: list[Window] = []
    palette = QPalette(qapp.palette())

    def show(window: Window, ready: Callable[[Window], bool] = lambda window: window.up_to_date) -> Window:
        windows.append(window)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE)
        qtbot.waitUntil(lambda: ready(window), timeout=PATIENCE)
        return window

    yield show
    for window in windows:
        window.close()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.setStyleSheet("")
    qapp.setPalette(palette)


@pytest.fixture
def open_window(on_screen) -> Callable[..., Window]:
    """Shows a window that remembers nothing if not told what, its worker in this process; the rest is the session's."""

    def show(
        experiment: Experiment | None = None,
        *,
        theme: str = "light",
        remembered: Remembered | None = None,
        ready: Callable[[Window], bool] = lambda window: window.up_to_date,
        **named: Any,
    ) -> Window:
        session = Session(experiment, **{"link": InProcess, **named})
        return on_screen(Window(session, theme, remembered or Remembered(forgetful=True)), ready)

    return show


@pytest.fixture
def standing_still(open_window) -> Callable[..., Window]:
    """Shows a window that does not train."""
    return partial(open_window, playing=False)


@pytest.fixture
def distributions_panel(qtbot) -> DistributionsPanel:
    """The distributions at the size they have in a window of 1280 × 800, laid out."""
    made = DistributionsPanel()
    qtbot.addWidget(made)
    made.resize(724, 246)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(lambda: made.columns.width() > 0.7 * made.width())
    return made
