"""What a sweep came to as one picture: its maps with their summary, and the losses below."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QEvent, QIODevice, QPoint
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from hyperscope.lab.sweeps.outcome import Outcome
from hyperscope.ui.app import application
from hyperscope.ui.labs.batch_norm.sweep_chart import SweepChart
from hyperscope.ui.labs.batch_norm.sweep_grid import SweepGrid
from hyperscope.ui.theme import EDGE, GRID, LIGHT

WIDTH, UPPER, LOWER = 1200, 420, 320  # pixels
FINE = 2  # pixels of the picture to a pixel of the screen


def picture(outcome: Outcome, note: str) -> bytes:
    """A PNG; `note` is what stands at the right above the maps."""
    application()
    grid, chart = SweepGrid(), SweepChart()
    whole = QImage(FINE * (WIDTH + 2 * EDGE), FINE * (UPPER + LOWER + GRID + 2 * EDGE), QImage.Format.Format_RGB32)
    whole.setDevicePixelRatio(FINE)
    whole.fill(LIGHT.window)
    painter = QPainter(whole)
    top = EDGE
    for part, height in ((grid, UPPER), (chart, LOWER)):
        part.set_theme(LIGHT)
        part.resize(WIDTH, height)
        if isinstance(part, SweepGrid):
            part.show_outcome(outcome, note, opens=False)
        else:
            part.show_outcome(outcome)
        part.render(painter, QPoint(EDGE, top))
        top += height + GRID
        part.deleteLater()
    painter.end()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    whole.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
