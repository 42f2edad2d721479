"""What a session says commands to and hears replies from, whatever lies between it and the worker.

There are two: `runner.Runner`, whose worker has a process of its own, and `in_process.InProcess`, whose worker has its
turn when it is looked at. The same commands get the same replies from both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.probe import AnyAsk
from hyperscope.lab.worker.commands import Busy, Look, Reply


class WorkerLost(RuntimeError):
    """The training process ended unasked, or could not be started."""


class Link(Protocol):
    """A way to a running worker. `send` never waits for training; `take` gives the newest reply, once."""

    waiting: bool  # a snapshot was asked for and has not come
    changes: int  # commands sent that change the experiment
    silence: float  # s since the worker was last heard of, while an answer was waited for and looked for
    busy: Busy | None  # what it says to be at meanwhile

    @property
    def pid(self) -> int | None:
        """The number of the process that the worker is in."""
        ...

    def send(self, command: object) -> None:
        """Passes a command on. Raises: WorkerLost if nobody is there to hear it."""
        ...

    def ask(self, asks: Sequence[AnyAsk], wanted: Sequence[AnyAsk] = ()) -> bool:
        """Asks for a snapshot unless one is on its way; says whether it did."""
        if self.waiting:
            return False
        self.send(Look(tuple(asks), tuple(wanted)))
        self.waiting = True
        return True

    def take(self) -> Reply | None:
        """The newest reply, once; None if nothing is new. Raises: WorkerLost."""
        ...

    def wait(self, seconds: float) -> None:
        """Returns when a reply is there or the time is up; for callers without a display tick."""
        ...

    def close(self, *, at_once: bool = False) -> None:
        """Ends the worker and waits until it is gone; `at_once` leaves it no time to keep anything."""
        ...


# a worker for an experiment, from a checkpoint on if there is one, with its runs kept in a file, and with its past;
# raises WorkerLost if none can be started
Opens = Callable[[Experiment, Any, Path | None, Any], Link]
