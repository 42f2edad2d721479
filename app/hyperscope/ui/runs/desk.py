"""The library's work beside the window: what is asked for is done in a thread, and answered where widgets live."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Signal

from hyperscope.lab.library.store import Unkept


class Desk(QObject):
    """Does one thing after another; `refused` carries the sentence where one could not be done."""

    refused = Signal(str)
    _answered = Signal(object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.waiting = 0  # things asked for that are not done
        self._pool: ThreadPoolExecutor | None = None  # made when something is first asked for
        self._closed = False
        self._answered.connect(self._deliver)

    def ask(self, act: Callable[[], Any], then: Callable[[Any], object] = lambda _: None) -> None:
        """Has `act` done, and `then` called with what it gives; nothing after `close`."""
        if self._closed:
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="hyperscope-runs")
        self.waiting += 1
        self._pool.submit(self._do, act, then)

    def _do(self, act: Callable[[], Any], then: Callable[[Any], object]) -> None:
        try:
            try:
                found = act()
            except Unkept as problem:
                if problem.kind != "damaged":
                    raise
                self._answered.emit(self._said, str(problem))
                found = act()  # a new file has taken its place
        except (Unkept, ValueError) as problem:
            self._answered.emit(self.refused.emit, str(problem))
            return
        except Exception as problem:
            self._answered.emit(self._failed, problem)
            return
        self._answered.emit(then, found)

    def _deliver(self, then: Callable[[Any], object], found: Any) -> None:
        self.waiting -= 1
        then(found)

    def _said(self, sentence: str) -> None:
        self.waiting += 1  # the answer itself is still to come
        self.refused.emit(sentence)

    def _failed(self, problem: Exception) -> None:
        self.refused.emit(f"This could not be done, by a fault of Hyperscope's: {type(problem).__name__}.")
        raise problem  # the hook prints it, and keeps it for a report

    def close(self) -> None:
        """Returns when all that was asked for is done."""
        self._closed = True
        if self._pool is not None:
            self._pool.shutdown(wait=True)
