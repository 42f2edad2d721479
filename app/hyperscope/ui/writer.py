"""Writing files beside the window: one after the other, and of each it is told whether it was written."""

from __future__ import annotations

from hyperscope.ui.beside import Job
from hyperscope.ui.open_table.reader import Reader, Then

ENDING = 5.0  # s that what is being written has when the window closes; a drive that does not answer has no more


class Writer(Reader):
    """A reader by which nothing gives way to what is asked later."""

    def ask(self, job: Job, then: Then) -> None:
        """Runs `job` after those asked before, and calls `then` with what it returns."""
        self._asked[self._beside.ask(job)] = then

    def close(self, last: Job | None = None, seconds: float = ENDING) -> None:
        """Lets all that was asked be written first, unless that takes longer than `seconds`."""
        self._beside.wait(seconds)
        super().close(last)
