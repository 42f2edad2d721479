"""Reading files beside the window: one job at a time, and only the newest one's answer is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from hyperscope.ui.beside import Beside, Job

Then = Callable[[Any], object]


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
        self._beside = Beside(self._finished.emit)
        self._asked: dict[Future[Any], Then] = {}
        self._finished.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def ask(self, job: Job, then: Then) -> None:
        """Runs `job` and calls `then` with what it returns, unless something newer is asked before that."""
        self._asked.clear()
        self._beside.forget()
        self._asked[self._beside.ask(job)] = then

    def close(self, last: Job | None = None, seconds: float = 0.0) -> None:
        """What was asked is not answered any more; what is being done goes on unheeded, and then `last` is done.

        It is waited for as many `seconds` at most. What is asked later does not wait for it.
        """
        self._asked.clear()
        left, self._beside = self._beside, Beside(self._finished.emit)
        left.leave(last)
        left.wait(seconds)

    def _answer(self, future: Future[Any]) -> None:
        then = self._asked.pop(future, None)
        if then is None:
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
            then(answer)

    def _refuse(self, problem: ValueError) -> None:
        self.failed.emit(problem)
        self.refused.emit(str(problem))
