"""Loads what is used later, labs above all, before anybody waits for it.

Loaded when they were first wanted, modules took 100 to 400 ms of the window's thread. What knows no Qt is loaded on a
thread beside it, the rest on the window's own, a module at a time: PySide crashes where a class of Qt objects is made
on one thread while another is in Qt, which on a busy machine happened to one window in some thirty.
"""

from __future__ import annotations

import gc
import pkgutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module

from PySide6.QtCore import QObject, QTimer

import hyperscope.lab
import hyperscope.ui
from hyperscope.lab.machine.heap import give_back

LATER = 2.5  # s after which the window has been seen
PAUSE = 0.02  # s between two modules, in which the window works alone
TURN = 50  # ms between two modules that the window's own thread loads
LEFT_OUT = ("hyperscope.ui.record",)  # what the command line alone uses


class Ahead(QObject):
    """Loads all that, from `later` seconds after it was begun; `done` once it is there."""

    def __init__(self, later: float = LATER) -> None:
        super().__init__()
        self.done = False
        self._beside = threading.Thread(target=_load_beside, args=(later,), name="hyperscope-ahead")
        self._names = _names()
        self._turns = QTimer(self, interval=TURN)
        self._turns.timeout.connect(self._go_on)

    def begin(self) -> None:
        """Begins; the thread ends with the window's own, and all that it loads with it."""
        self._beside.start()
        self._turns.start()

    def stop(self) -> None:
        """Loads nothing more on the window's thread."""
        self._turns.stop()

    def finish(self) -> None:
        """Has all of it loaded now."""
        if self._beside.ident is None:
            self._beside.start()
        self._beside.join()
        while not self.done:
            self._go_on()

    def _go_on(self) -> None:
        if self._beside.is_alive():
            return
        name = next(self._names, None)
        if name is not None:
            with suppress(Exception):  # whoever wants it is told
                import_module(name)
            return
        self._turns.stop()
        self.done = True
        give_back()
        gc.freeze()  # as `pacing.settle` does with what was there before


def load_ahead(later: float = LATER) -> Ahead:
    """Begins after so many seconds."""
    made = Ahead(later)
    made.begin()
    return made


def _load_beside(later: float) -> None:
    """Loads the lab, which knows no Qt."""
    begin = time.monotonic() + later
    while time.monotonic() < begin:
        if not threading.main_thread().is_alive():
            return
        time.sleep(PAUSE)
    for found in pkgutil.walk_packages(hyperscope.lab.__path__, "hyperscope.lab."):
        if not threading.main_thread().is_alive():
            return
        if found.name not in sys.modules:
            with suppress(Exception):
                import_module(found.name)
            time.sleep(PAUSE)
    from hyperscope.lab.frameworks import written

    written.prepare()


def _names() -> Iterator[str]:
    yield "pyqtgraph"
    for found in pkgutil.walk_packages(hyperscope.ui.__path__, "hyperscope.ui."):
        if not found.name.startswith(LEFT_OUT) and found.name not in sys.modules:
            yield found.name
