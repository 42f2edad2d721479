"""The states that the window has, taken from what it declares: each lab and view, and what each action leads to.

As a program (`python states.py NUMBER`) it opens the window in one of them, says so, and stays until it is killed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QApplication

from hyperscope.lab.session.session import Session
from hyperscope.ui import labs
from hyperscope.ui.actions import Action
from hyperscope.ui.window import Window

# what asks for a file's name in a dialog of the system, ends the window, or is no state
LEFT_OUT = ("Open a file", "Save", "Close", "Full screen", "Go to", "Undo", "Redo")


def states(window: Window) -> dict[str, Callable[[], object]]:
    """What brings the window into each of its states, by their names; all labs are made for that. What is done in a lab
    is looked up when it is, since it may depend on what was done before.
    """
    first, _ = window.shown_view
    found: dict[str, Callable[[], object]] = {"training": lambda: window.session.play(True)}
    found["standing still"] = lambda: window.session.play(False)
    found["in the past"] = lambda: window.go_to(window.session.status.end // 2)
    for entry in labs.LABS:
        for view in [name for name, _ in entry.views] or [""]:
            found[f"lab {entry.name} {view}".rstrip()] = partial(window.show_lab, entry.name, view)
    for lab in (first, *(entry.name for entry in labs.LABS if entry.name != first)):
        window.show_lab(lab)
        for action in _of(window):
            found.setdefault(action.name, partial(_act, window, lab, action.name))
    window.show_lab(first)
    return found


def _of(window: Window) -> list[Action]:
    """What the shown lab offers. Of what differs in what stands behind a colon alone, as sweeps do, the first will do;
    views are states anyway.
    """
    views = tuple(f"{entry.title}: " for entry in labs.LABS)
    chosen: dict[str, Action] = {}
    for action in window.all_actions:
        if action.shown and not action.name.startswith((*LEFT_OUT, *views)):
            chosen.setdefault(action.name.partition(":")[0], action)
    return list(chosen.values())


def _act(window: Window, lab: str, name: str) -> None:
    """Does in a lab what is named there, if it still is."""
    window.show_lab(lab)
    for action in _of(window):
        if action.name == name:
            window.do(action.run)
            return


def main() -> int:
    """Opens the window in the state with the number given and tells how many there are; stays until it is killed."""
    from hyperscope.lab.places import RUNS, home
    from hyperscope.ui.app import application

    number = int(sys.argv[1])
    app = application()
    session = Session(library=home() / RUNS)
    window = Window(session)
    window.show()
    _until(app, lambda: window.up_to_date and session.status.step > 20)
    every = states(window)
    name, enter = list(every.items())[number % len(every)]
    enter()
    work = time.monotonic() + 0.5
    _until(app, lambda: time.monotonic() > work)
    print(f"{len(every)} {name}", flush=True)
    _until(app, lambda: False)
    return 0


def _until(app: QApplication, true: Callable[[], bool]) -> None:
    while not true():
        app.processEvents()
        time.sleep(0.002)


if __name__ == "__main__":
    sys.exit(main())
