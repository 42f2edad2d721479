"""When what is shown of a session that goes on is asked for anew: soon, or after a rest if it takes long."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Signal

RENEWED = 500  # ms at least between what is shown and what is asked for next
REST = 4  # times as long as it took: a session of 20 000 moves takes both processes a second
MOST = 10_000  # ms of it


class Renewing(QObject):
    """`due` says when to ask. Whoever has shown what came says so by `shown`."""

    due = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._asked = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.start)

    def start(self) -> None:
        """Has it asked for now."""
        self._asked = time.monotonic()
        self.due.emit()

    def shown(self) -> None:
        """Has it asked for again after a while."""
        took = 1000 * (time.monotonic() - self._asked)
        self._timer.start(round(min(max(RENEWED, REST * took), MOST)))

    def stop(self) -> None:
        """Has nothing asked for any more."""
        self._timer.stop()
