"""A worker in the caller's own process: it has its turn whenever somebody takes or waits, and never otherwise.

For callers that want what a session comes to and no second process: pictures without a screen, and tests. What goes
through is packed and unpacked as in a pipe, so that both sides hold the same as if a pipe lay between them.
"""

from __future__ import annotations

import os
import pickle
import time
from collections import deque
from pathlib import Path
from typing import Any

from threadpoolctl import ThreadpoolController

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.worker.commands import Busy, Change, Reply
from hyperscope.lab.worker.link import Link
from hyperscope.lab.worker.pace import BURST
from hyperscope.lab.worker.worker import Worker


class InProcess(Link):
    """A worker here, which trains for `burst` seconds a turn. What goes wrong in it is raised where it had its turn."""

    def __init__(
        self,
        experiment: Experiment,
        checkpoint: Any = None,
        library: Path | None = None,
        past: Any = None,
        *,
        burst: float = BURST,
    ) -> None:
        from hyperscope.lab.worker.controller import Controller  # here, since most who may open one never do

        self.waiting = False
        self.changes = 0
        self.silence = 0.0
        self.busy: Busy | None = None
        self._burst = burst
        self._pipe = _Pipe()
        self._threads = ThreadpoolController()
        self._worker = Worker(self._pipe, Controller(experiment, checkpoint, library, past))

    @property
    def pid(self) -> int | None:
        return os.getpid()

    def send(self, command: object) -> None:
        self._pipe.commands.append(pickle.dumps(command))
        self.changes += isinstance(command, Change)

    def take(self) -> Reply | None:
        if not self._pipe.replies:
            self._turn()
        if not self._pipe.replies:
            return None
        self.waiting = False
        reply: Reply = pickle.loads(self._pipe.replies.popleft())
        return reply

    def wait(self, seconds: float) -> None:
        """As a link does, and returns too when nothing is left to do, since nothing would ever come then."""
        end = time.monotonic() + seconds
        while not self._pipe.replies and (self._pipe.commands or self._worker.controller.busy):
            if (left := end - time.monotonic()) <= 0:
                return
            self._turn(left)

    def close(self, *, at_once: bool = False) -> None:
        self._worker.close()

    def _turn(self, patience: float = 0.0) -> None:
        with self._threads.limit(limits=1):  # as in a process of its own: other sums would round otherwise
            self._worker.turn(patience, self._burst)


class _Pipe:
    """Both ways between a caller and a worker that are never at work at once."""

    def __init__(self) -> None:
        self.commands: deque[bytes] = deque()
        self.replies: deque[bytes] = deque()

    def poll(self, timeout: float = 0.0) -> bool:
        """Whether a command is there, after the time is up if none is: none comes while this waits."""
        if not self.commands and timeout > 0:
            time.sleep(timeout)
        return bool(self.commands)

    def recv(self) -> Any:
        return pickle.loads(self.commands.popleft())

    def send(self, reply: object) -> None:
        self.replies.append(pickle.dumps(reply))
