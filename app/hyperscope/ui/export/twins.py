"""The panel for a picture that holds the networks of both twins."""

from __future__ import annotations

from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.panels.network.pair import NetworkPair
from hyperscope.ui.theme import Theme


class TwinNetworks(NetworkPair):
    """Both networks in one picture."""

    def __init__(self) -> None:
        super().__init__()
        self.show_twins(True)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        self.a.draw(sides)
        if len(sides) == 2:
            self.take(sides[1])
            super().draw(sides)

    def set_theme(self, theme: Theme) -> None:
        self.a.set_theme(theme)
        super().set_theme(theme)
