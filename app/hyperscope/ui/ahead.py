"""Loads what is used later, labs above all, and makes their views, before anybody waits for it.

Loaded when they were first wanted, modules took 100 to 400 ms of the window's thread, and the views of a lab 40 to 100
more. What knows no Qt is loaded on a thread beside it, the rest on the window's own, a little at a time: PySide crashes
where a class of Qt objects is made on one thread while another is in Qt, which on a busy machine happened to one window
in some thirty.
"""

from __future__ import annotations

import gc
import linecache
import pkgutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

import hyperscope.lab
import hyperscope.ui
from hyperscope.lab.machine.heap import give_back
from hyperscope.ui import labs
from hyperscope.ui.labs.ready import Ready

LATER = 2.5  # s after which the window has been seen
PAUSE = 0.02  # s between two modules, in which the window works alone
TURN = 50  # ms between two turns of the window's own thread,
SPENT = 0.004  # and s after which one ends
LEFT_OUT = ("hyperscope.ui.record",)  # what the command line alone uses
OF_QT = ("PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets")
PYQTGRAPH = "pyqtgraph"  # what it loads besides, and is long at, without Qt and with it:
BEFORE_IT = ("cProfile", "colorama", "importlib.resources", "mmap", "pydoc", "xml.etree.ElementTree")
QT_BEFORE_IT = ("PySide6.QtOpenGLWidgets", "PySide6.QtTest")


class Ahead(QObject):
    """Does all that, from `later` seconds after it was begun, the views `ready` for a window; `done` in the end."""

    def __init__(self, ready: Ready, later: float = LATER) -> None:
        super().__init__()
        self.done = False
        self._beside = threading.Thread(target=_load_beside, args=(later,), name="hyperscope-ahead")
        self._steps = _steps(ready)
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
        ends = time.perf_counter() + SPENT
        while time.perf_counter() < ends:
            if (step := next(self._steps, None)) is None:
                self._end()
                return
            with suppress(Exception):  # whoever wants it is told
                step()

    def _end(self) -> None:
        self._turns.stop()
        self.done = True
        linecache.clearcache()  # PySide reads the source of each module that is loaded: 24 MB
        give_back()
        gc.freeze()  # as `pacing.settle` does with what was there before


def load_ahead(ready: Ready, later: float = LATER) -> Ahead:
    """Begins after so many seconds."""
    made = Ahead(ready, later)
    made.begin()
    return made


def _load_beside(later: float) -> None:
    """Loads the lab, which knows no Qt."""
    begin = time.monotonic() + later
    while time.monotonic() < begin:
        if not threading.main_thread().is_alive():
            return
        time.sleep(PAUSE)
    of_lab = (found.name for found in pkgutil.walk_packages(hyperscope.lab.__path__, "hyperscope.lab."))
    for name in (*BEFORE_IT, *of_lab):
        if not threading.main_thread().is_alive():
            return
        if name not in sys.modules:
            with suppress(Exception):
                import_module(name)
            time.sleep(PAUSE)
    from hyperscope.lab.frameworks import written

    written.prepare()
    _read_source(PYQTGRAPH)


def _read_source(package: str) -> None:
    """Reads what PySide searches for its own name once it is loaded, a fifth of the time that loading takes."""
    found = find_spec(package)
    for file in Path(found.origin).parent.rglob("*.py") if found is not None and found.origin else ():
        if "examples" not in file.parts and threading.main_thread().is_alive():
            linecache.getlines(str(file))


def _steps(ready: Ready) -> Iterator[Callable[[], object]]:
    """What the window's own thread does, each a few ms."""
    for name in OF_QT:  # PySide makes a class when it is first asked for, and pyqtgraph asks for all
        module = import_module(name)
        yield from (partial(getattr, module, kind) for kind in dir(module))
    for name in (*QT_BEFORE_IT, PYQTGRAPH):
        yield partial(import_module, name)
    for found in pkgutil.walk_packages(hyperscope.ui.__path__, "hyperscope.ui."):
        if not found.name.startswith(LEFT_OUT) and found.name not in sys.modules:
            yield partial(import_module, found.name)
    for entry in labs.LABS:
        with suppress(Exception):
            for recipe in getattr(import_module(entry.module), "AHEAD", ()):
                yield partial(ready.make, recipe)
