"""Panels: widgets that draw snapshots. One file each; hidden panels cost nothing."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.theme import Theme


class Panel(Protocol):
    """What the window asks of a panel: what it would know, how often at most, and to draw what was found."""

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """What it draws, for somebody who looks there."""

    @property
    def rate(self) -> float:
        """Draws per second at most."""

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows what was found of one network, or of twins; what is missing there stays as it was."""

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""

    def isVisible(self) -> bool:
        """Whether anything would be seen; hidden panels are not asked to draw."""


@runtime_checkable
class Late(Protocol):
    """A panel that takes a frame longer than the rest to look as it is to look."""

    @property
    def late(self) -> bool:
        """Whether it does not yet."""
