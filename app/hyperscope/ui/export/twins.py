"""The panel for a picture that holds the networks of both twins."""

from __future__ import annotations

from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.ui.panels.network.pair import NetworkPair
from hyperscope.ui.theme import Theme


class TwinNetworks(NetworkPair):
    """Both networks in one picture."""

    def __init__(self) -> None:
        super().__init__()
        self.show_twins(True)

    def draw(self, snapshot: Snapshot) -> None:
        self.a.draw(snapshot)
        if snapshot.twin is not None:
            self.take(snapshot.twin)
            super().draw(snapshot)

    def set_theme(self, theme: Theme) -> None:
        self.a.set_theme(theme)
        super().set_theme(theme)
