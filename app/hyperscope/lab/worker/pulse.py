"""A worker's pulse: while it is at one thing for long, as a step over many rows, a thread beside it says so.

Who hears nothing, neither answers nor this, knows that it does not run: it was stopped, or its machine is too busy.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Protocol

from hyperscope.lab.worker.commands import Busy, Reply

BEAT = 0.25  # s between two beats
LONG = 0.5  # s after which a worker is said to be at one thing for long


class Sends(Protocol):
    """The pipe as far as it is spoken into."""

    def send(self, message: Any) -> None:
        """Says something."""
        ...


class Pulse:
    """Speaks into `pipe`, which answers go through it as well: two threads at once would garble both."""

    def __init__(self, pipe: Sends) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()
        self._at: tuple[str, float] = ("", 0.0)

    def begins(self, what: str, usual: float = 0.0) -> None:
        """It is at `what` from now on, which usually takes so many seconds, 0 if that is not known."""
        self._at = what, usual

    def send(self, reply: Reply) -> None:
        """Answers."""
        with self._lock:
            self._pipe.send(reply)

    def start(self) -> None:
        """Beats until the pipe closes."""
        threading.Thread(target=self._beat, name="hyperscope-pulse", daemon=True).start()

    def _beat(self) -> None:
        at, seconds, last = self._at, 0.0, time.monotonic()
        while True:
            time.sleep(BEAT)
            now = time.monotonic()
            passed, last = min(now - last, 2 * BEAT), now  # a process that was stopped was not at it meanwhile
            seconds = seconds + passed if self._at is at else 0.0
            at = self._at
            if seconds < LONG:
                continue
            try:
                with self._lock:
                    self._pipe.send(Busy(at[0], seconds, at[1]))
            except (OSError, ValueError):  # of a pipe that was closed at the other end, or at this one
                return
