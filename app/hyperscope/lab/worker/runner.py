"""The window's end of the pipe to the trainer, which runs in a process of its own: see `worker`.

The window asks for a snapshot and takes it when it is there, so one is on its way at most.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.probe import AnyAsk
from hyperscope.lab.probes.probe import AnyAsk
from hyperscope.lab.worker.commands import Change, Look, Reply
from hyperscope.lab.worker.worker import serve

LEAVE = 3.0  # s that a worker has for ending: it may have a run to write yet


class WorkerLost(RuntimeError):
    """The training process ended unasked."""


class Runner:
    """A running worker. `send` never waits for training; `take` gives the newest reply, once."""

    def __init__(
        self, experiment: Experiment, checkpoint: Any = None, library: Path | None = None, past: Any = None
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=serve, args=(theirs, experiment, checkpoint, library, past), name="hyperscope-trainer", daemon=True
        )
        self._process.start()
        theirs.close()
        self.waiting = False  # a snapshot was asked for and has not come
        self.changes = 0  # commands sent that change the experiment

    @property
    def pid(self) -> int | None:
        """The worker's process number."""
        return self._process.pid

    def send(self, command: object) -> None:
        """Passes a command on. Raises: WorkerLost if nobody is there to hear it."""
        try:
            self._pipe.send(command)
        except (BrokenPipeError, ConnectionError, OSError):
            raise WorkerLost(self._obituary()) from None
        self.changes += isinstance(command, Change)

    def ask(self, asks: Sequence[AnyAsk], wanted: Sequence[AnyAsk] = ()) -> bool:
        """Asks for a snapshot unless one is on its way; says whether it did."""
        if self.waiting:
            return False
        self.send(Look(tuple(asks), tuple(wanted)))
        self.waiting = True
        return True

    def take(self) -> Reply | None:
        """The newest reply, once; None if nothing is new. Raises: WorkerLost."""
        try:
            if not self._pipe.poll():
                return None
            reply: Reply = self._pipe.recv()
        except (EOFError, ConnectionError, OSError):
            raise WorkerLost(self._obituary()) from None
        self.waiting = False
        return reply

    def wait(self, seconds: float) -> None:
        """Returns when a reply is there or the time is up; for callers without a display tick."""
        wait([self._pipe], seconds)

    def close(self) -> None:
        """Ends the worker and waits until it is gone."""
        self._pipe.close()
        self._process.join(LEAVE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()

    def _obituary(self) -> str:
        self._process.join(0.2)
        code = self._process.exitcode
        how = "" if code is None else f" (signal {-code})" if code < 0 else f" (exit code {code})"
        return f"the training process ended unexpectedly{how}"
