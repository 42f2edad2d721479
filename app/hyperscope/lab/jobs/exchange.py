"""A pipe that is never waited for: what is sent and what comes goes through two threads of its own.

A pipe holds some 200 kB, on some systems 8, and then its writer waits for the reader; and whoever reads waits for the
rest of a message whose writer was stopped in the middle of it. A window may do neither.
"""

from __future__ import annotations

import errno
import threading
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

ENDING = 1.0  # s that the threads have for ending, once nobody is at the other end


class Gone(Exception):
    """Nobody is at the other end any more."""


class Exchange:
    """Messages to and from the process at the other end of `pipe`, in their order.

    One that was not sent yet goes when the next `replaces(next, one)`: then only the newest crosses.
    Raises: OSError where the machine has no more threads to give.
    """

    def __init__(self, pipe: Connection, replaces: Callable[[Any, Any], bool] = lambda message, earlier: False) -> None:
        self._pipe, self._replaces = pipe, replaces
        self._unsent: deque[Any] = deque()
        self._come: deque[Any] = deque()
        self._changed = threading.Condition()  # of what is said above, and of whether anybody is there
        self._gone = False
        work = (self._send_all, self._receive_all)
        self._threads = [threading.Thread(target=one, name="hyperscope-exchange", daemon=True) for one in work]
        try:
            for thread in self._threads:
                thread.start()
        except RuntimeError as problem:
            self._end()
            raise OSError(errno.EAGAIN, str(problem)) from None

    def send(self, message: object) -> bool:
        """Passes a message on; says whether it took the place of one that had not been sent. Raises: Gone."""
        with self._changed:
            if self._gone:
                raise Gone
            replaced = bool(self._unsent) and self._replaces(message, self._unsent[-1])
            if replaced:
                self._unsent.pop()
            self._unsent.append(message)
            self._changed.notify_all()
        return replaced

    def say_last(self, message: object) -> None:
        """Passes a message on, if anybody is there to hear it, instead of all that still waits to be sent."""
        with self._changed:
            self._unsent.clear()
            self._unsent.append(message)
            self._changed.notify_all()

    def take(self) -> Any:
        """The next message that has come, None if there is none. Raises: Gone when none will come any more."""
        with self._changed:
            if self._come:
                return self._come.popleft()
            if self._gone:
                raise Gone
            return None

    def wait(self, seconds: float) -> None:
        """Returns when there is something to take, or nothing will come, or the time is up."""
        with self._changed:
            self._changed.wait_for(lambda: self._come or self._gone, seconds)

    def close(self) -> None:
        """To be called when the process at the other end is gone."""
        for thread in self._threads:
            thread.join(ENDING)
        self._pipe.close()

    def _send_all(self) -> None:
        try:
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._unsent or self._gone)
                    if self._gone:
                        return
                    message = self._unsent.popleft()
                self._pipe.send(message)
        except (EOFError, OSError):
            return  # who reads finds that out as well, after all that has come
        except BaseException:
            self._end()  # of a message that cannot be packed: a fault, after which nothing would ever be answered
            raise

    def _receive_all(self) -> None:
        try:
            while True:
                message = self._pipe.recv()
                with self._changed:
                    self._come.append(message)
                    self._changed.notify_all()
        except (EOFError, OSError):
            return
        finally:
            self._end()

    def _end(self) -> None:
        with self._changed:
            self._gone = True
            self._changed.notify_all()
