"""Panels: widgets that draw snapshots. One file each; hidden panels cost nothing."""

from __future__ import annotations

from typing import Protocol

from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.ui.theme import Theme


class Panel(Protocol):
    """What the window asks of a panel: the probes it needs, how often at most, and to draw what they found."""

    @property
    def probes(self) -> tuple[str, ...]:
        """The names of what it draws, as in `lab.probes.probes`."""

    @property
    def rate(self) -> float:
        """Draws per second at most."""

    def draw(self, snapshot: Snapshot) -> None:
        """Shows the views of `snapshot` that this panel named; those missing stay as they were."""

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""

    def isVisible(self) -> bool:
        """Whether anything would be seen; hidden panels are not asked to draw."""
