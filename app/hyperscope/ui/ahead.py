"""Loads what is used later, labs above all, on a thread beside the window, so that nobody waits for it then.

Loaded when they were first wanted, modules took 100 to 400 ms of the window's thread.
"""

from __future__ import annotations

import gc
import pkgutil
import sys
import threading
import time
from collections.abc import Iterator
from importlib import import_module

import hyperscope.ui
from hyperscope.lab.machine.heap import give_back

LATER = 2.5  # s after which the window has been seen
PAUSE = 0.02  # s between two modules, in which the window works alone
LEFT_OUT = ("hyperscope.ui.record",)  # what the command line alone uses


def load_ahead(later: float = LATER) -> threading.Thread:
    """Begins after so many seconds. The thread ends with the window's own, and all that it loads with it."""
    made = threading.Thread(target=_load, args=(later,), name="hyperscope-ahead")
    made.start()
    return made


def _load(later: float) -> None:
    begin = time.monotonic() + later
    while time.monotonic() < begin:
        if not threading.main_thread().is_alive():
            return
        time.sleep(PAUSE)
    for name in _names():
        if not threading.main_thread().is_alive():
            return
        try:
            import_module(name)
        except Exception:  # whoever wants it is told
            continue
        time.sleep(PAUSE)
    from hyperscope.lab.frameworks import written

    written.prepare()
    give_back()
    gc.freeze()  # as `pacing.settle` does with what was there before


def _names() -> Iterator[str]:
    yield "pyqtgraph"
    for found in pkgutil.walk_packages(hyperscope.ui.__path__, "hyperscope.ui."):
        if not found.name.startswith(LEFT_OUT) and found.name not in sys.modules:
            yield found.name
