"""The window's end of what is said to the trainer, which runs in a process of its own: see `worker`.

The window asks for a snapshot and takes it when it is there, so one is on its way at most. Neither waits, whatever the
worker does or fails to do.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.child_process import spawn
from hyperscope.lab.jobs.exchange import Gone
from hyperscope.lab.worker.commands import Busy, Change, Leave, Reply, replaces
from hyperscope.lab.worker.link import Link, WorkerLost
from hyperscope.lab.worker.worker import serve

LEAVE = 3.0  # s that a worker has for ending: it may have a run to write yet
KILLED = 1.0  # s in which a killed process is gone
LOOKED = 0.25  # s at most between two looks that count as silence: the window itself may have stood still


class Runner(Link):
    """The link to a worker in a process of its own. Raises: WorkerLost if it cannot be started."""

    def __init__(
        self, experiment: Experiment, checkpoint: Any = None, library: Path | None = None, past: Any = None
    ) -> None:
        given = experiment, checkpoint, library, past
        try:
            self._process, self._exchange = spawn(serve, *given, name="hyperscope-trainer", replaces=replaces)
        except OSError as problem:
            raise WorkerLost(f"the training process could not be started ({problem.strerror or problem})") from None
        self.waiting = False  # a snapshot was asked for and has not come
        self.changes = 0  # commands sent that change the experiment
        self.silence = 0.0
        self.busy: Busy | None = None
        self._looked = time.monotonic()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def send(self, command: object) -> None:
        try:
            replaced = self._exchange.send(command)
        except Gone:
            raise WorkerLost(self._obituary()) from None
        self.changes += isinstance(command, Change) and not replaced

    def take(self) -> Reply | None:
        now = time.monotonic()
        self.silence += min(now - self._looked, LOOKED) if self.waiting else 0.0
        self._looked = now
        try:
            while (said := self._exchange.take()) is not None:
                self.silence = 0.0
                if isinstance(said, Busy):
                    self.busy = said
                    continue
                self.waiting, self.busy = False, None
                reply: Reply = said
                return reply
        except Gone:
            raise WorkerLost(self._obituary()) from None
        return None

    def wait(self, seconds: float) -> None:
        self._exchange.wait(seconds)

    def close(self, *, at_once: bool = False) -> None:
        if not at_once:
            self._exchange.say_last(Leave())
            self._process.join(LEAVE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(KILLED)
        self._exchange.close()
        if not self._process.is_alive():
            self._process.close()

    def _obituary(self) -> str:
        self._process.join(0.2)
        code = self._process.exitcode
        how = "" if code is None else f" (signal {-code})" if code < 0 else f" (exit code {code})"
        return f"the training process ended unexpectedly{how}"
