"""Panels that show another thing than the shared network: a job, or the session, feeds them, and they ask nothing."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk
from hyperscope.lab.probes.snapshot import Seen


class Fed:
    """Is given what it shows by whoever feeds it, and draws that when it is given."""

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """Nothing of the shared network."""
        return ()

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Nothing: records are not what it shows."""


class FedView(Fed, QWidget):
    """A whole view whose turn it is some times a second; `drawn` then tells that what is new is to be shown."""

    rate: float = 15.0

    drawn = Signal()

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Has what is new shown."""
        self.drawn.emit()
