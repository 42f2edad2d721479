"""The window's end of the pipe to the trainer, which runs in a process of its own: see `worker`.

The window asks for a snapshot and takes it when it is there, so one is on its way at most.
"""

from __future__ import annotations

from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.child_process import spawn
from hyperscope.lab.worker.commands import Change, Reply
from hyperscope.lab.worker.link import Link, WorkerLost
from hyperscope.lab.worker.worker import serve

LEAVE = 3.0  # s that a worker has for ending: it may have a run to write yet


class Runner(Link):
    """The link to a worker in a process of its own."""

    def __init__(
        self, experiment: Experiment, checkpoint: Any = None, library: Path | None = None, past: Any = None
    ) -> None:
        self._process, self._pipe = spawn(serve, experiment, checkpoint, library, past, name="hyperscope-trainer")
        self.waiting = False  # a snapshot was asked for and has not come
        self.changes = 0  # commands sent that change the experiment

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def send(self, command: object) -> None:
        try:
            self._pipe.send(command)
        except (BrokenPipeError, ConnectionError, OSError):
            raise WorkerLost(self._obituary()) from None
        self.changes += isinstance(command, Change)

    def take(self) -> Reply | None:
        try:
            if not self._pipe.poll():
                return None
            reply: Reply = self._pipe.recv()
        except (EOFError, ConnectionError, OSError):
            raise WorkerLost(self._obituary()) from None
        self.waiting = False
        return reply

    def wait(self, seconds: float) -> None:
        wait([self._pipe], seconds)

    def close(self) -> None:
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
