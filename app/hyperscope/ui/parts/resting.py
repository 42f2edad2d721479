"""What is said when training has come to rest by itself: what it came to, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.ui.part import Part

if TYPE_CHECKING:
    from hyperscope.ui.shell import Shell

SMALL = 0.3  # learning rates up to here are worth being dragged up


class Resting(Part["Shell"]):
    """Invites one drag once a network has learned; anything moved then has it train on.

    Where another thing is looked at, it is said when the network is looked at again.
    """

    def __init__(self, host: Shell) -> None:
        super().__init__(host)
        self._unsaid = ""

    def on_snapshot(self, snapshot: Snapshot) -> None:
        if snapshot.rested == "learned":
            self._unsaid = snapshot.said
        elif snapshot.status.playing:
            self._unsaid = ""
        if self._unsaid and not self.host.lab.page.trains:
            self.host.session.message = ""
        elif self._unsaid:
            said, self._unsaid = self._unsaid, ""
            self.host.hold(f"{said} {self._invitation}")

    @property
    def _invitation(self) -> str:
        rate = self.host.session.moved.training.learning_rate
        drag = "Drag α up to 1" if rate <= SMALL else "Drag any control"
        return f"{drag} and watch: it trains on at once."
