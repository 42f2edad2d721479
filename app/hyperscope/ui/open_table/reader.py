"""Reading files beside the window: one job at a time in a thread, and only the newest one's answer is told."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

Job = Callable[[], Any]
Then = Callable[[Any], None]


class Reader(QObject):
    """Runs jobs in a thread of its own; what they return comes back to the thread that asked.

    A job that has not begun gives way to a newer one, one that has begun is finished but not told. A ValueError is an
    answer too, with one sentence: it is `refused`.
    """

    refused = Signal(str)  # the sentence
    failed = Signal(object)  # the same as a ValueError, whose kind may say more
    _finished = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thread = ThreadPoolExecutor(1, "reading")
        self._newest: tuple[Future[Any], Then] | None = None
        self._finished.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def ask(self, job: Job, then: Then) -> None:
        """Runs `job` and calls `then` with what it returns, unless something newer is asked before that."""
        older, future = self._newest, self._thread.submit(job)
        self._newest = future, then
        if older is not None:
            older[0].cancel()
        future.add_done_callback(self._report)

    def _refuse(self, problem: ValueError) -> None:
        self.failed.emit(problem)
        self.refused.emit(str(problem))

    def close(self) -> None:
        """Returns when no thread is left; what was asked is not answered any more."""
        self._newest = None
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _report(self, future: Future[Any]) -> None:
        with contextlib.suppress(RuntimeError):  # Qt has taken everything down, unasked, while the job ran
            self._finished.emit(future)

    def _tell(self, future: Future[Any]) -> None:
        if self._newest is None or self._newest[0] is not future:
            return
        try:
            answer = future.result()
        except ValueError as problem:
            self._refuse(problem)
        except MemoryError:
            said = "the file does not fit into this computer's memory; keep fewer rows or columns"
            self._refuse(ValueError(said))
        except Exception as problem:
            said = f"a fault of Hyperscope's, please report it: {type(problem).__name__}: {problem}"
            self._refuse(ValueError(said))
            raise
        else:
            self._newest[1](answer)
