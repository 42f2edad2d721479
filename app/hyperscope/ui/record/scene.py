"""What a scene is: a state of the window worth a picture, and how to come to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QApplication

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.machine import interrupts
from hyperscope.ui.window import Window

PATIENCE = 60  # s for one picture; then something is wrong
JOBS = 900  # s for what a lab has worked out by jobs of its own
SOON = 3  # s of that after an interrupt


@dataclass(frozen=True)
class Scene:
    """A state of the window worth a picture: an experiment, how long it trains, and what is set to what by hand.

    `lab` and `view` are those it is shown in, "" for the first.
    """

    name: str
    experiment: Experiment
    epochs: int
    arrange: Callable[[Window], None] = lambda window: None
    then: Callable[[Window], None] | None = None  # done after that, with as many epochs again
    last: Callable[[Window], None] = lambda window: None  # done at the very end, and not trained on from
    lab: str = ""
    view: str = ""


def wait(reached: Callable[[], bool], goal: str, patience: float = PATIENCE) -> None:
    """Lets the window work until `goal` is `reached`.

    Raises: RuntimeError naming it after `patience` seconds; KeyboardInterrupt when interrupted and not there soon.
    """
    deadline = time.monotonic() + patience
    while not reached():
        if interrupts.asked():
            deadline = min(deadline, time.monotonic() + SOON)
        if time.monotonic() > deadline:
            interrupts.heed()
            raise RuntimeError(f"the window did not come to {goal} within {patience:g} seconds")
        QApplication.processEvents()
        time.sleep(0.001)
    QApplication.processEvents()
