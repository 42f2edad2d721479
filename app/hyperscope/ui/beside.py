"""Jobs beside the window, in a thread that nobody has to wait for. It knows no Qt, and nothing of what jobs do."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

Job = Callable[[], Any]


class Beside:
    """Does jobs one after another, and hands each of them to `tell`, done, in a thread that is there while there are
    any.

    It is a daemon: a drive that never answers keeps neither the window nor the program from ending.
    """

    def __init__(self, tell: Callable[[Future[Any]], object]) -> None:
        self._tell: Callable[[Future[Any]], object] | None = tell
        self._waiting: deque[tuple[Future[Any], Job]] = deque()
        self._changed = threading.Condition()
        self._running = False

    def ask(self, job: Job) -> Future[Any]:
        """Has a job done after those asked for before."""
        future: Future[Any] = Future()
        with self._changed:
            if not self._running:
                threading.Thread(target=self._run, name="hyperscope-beside", daemon=True).start()
                self._running = True
            self._waiting.append((future, job))
        return future

    def forget(self) -> None:
        """What has not begun is not done."""
        with self._changed:
            self._waiting.clear()

    def leave(self, last: Job | None = None) -> None:
        """Nothing is told any more, nor begun but `last`."""
        with self._changed:
            self._waiting.clear()
            self._tell = None
        if last is not None:
            self.ask(last)

    def wait(self, seconds: float) -> bool:
        """Waits until all is done, at most so long; says whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, seconds)

    def _run(self) -> None:
        while (taken := self._next()) is not None:
            future, job = taken
            try:
                future.set_result(job())
            except BaseException as problem:
                future.set_exception(problem)
            with self._changed:  # whoever leaves meanwhile may take down what is told
                if self._tell is not None:
                    with contextlib.suppress(RuntimeError):  # Qt has taken everything down, unasked
                        self._tell(future)
            del taken, future, job  # which may hold much

    def _next(self) -> tuple[Future[Any], Job] | None:
        with self._changed:
            self._running = bool(self._waiting)
            if not self._running:
                self._changed.notify_all()
                return None
            return self._waiting.popleft()
