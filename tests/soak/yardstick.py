"""How fast the machine is just now: a fixed piece of work, of the kind that frames are made of, timed over and over.

On a shared machine the same frame takes up to twice the processor's time while others use the core's other half. So
what a frame took is told beside what this work took right after it, and what it usually takes.
"""

from __future__ import annotations

import statistics
import time

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

LOOKS = 5  # of whose times the median counts
PIECES = 60  # of the work, some 2 ms


class Yardstick:
    """Times the work whenever it is asked to `look`, and by that says how slow the machine is."""

    def __init__(self) -> None:
        self._picture = QImage(400, 300, QImage.Format.Format_RGB32)
        self._times: list[float] = []  # s of the processor, of all looks so far

    def look(self) -> float:
        """Does the work once, and gives the seconds of the processor that it took."""
        begun = time.thread_time()
        painter = QPainter(self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for piece in range(PIECES):
            room = QRectF(5 * piece % 350, 4 * piece, 50, 20)
            painter.fillRect(room, Qt.GlobalColor.white)
            painter.drawRoundedRect(room, 4, 4)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), f"{piece / 7:.3f}")
        painter.end()
        self._times.append(time.thread_time() - begun)
        return self._times[-1]

    def slowness(self) -> float:
        """How many times as long as usual the work takes now; 1 if it takes no longer, and before it is known."""
        if len(self._times) < LOOKS:
            return 1.0
        usual = statistics.median(self._times)
        return max(1.0, statistics.median(self.look() for _ in range(LOOKS)) / usual)
