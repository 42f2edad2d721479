"""What a part of the window is: one group of things that can be done, in a file of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hyperscope.lab.probes.probe import AnyAsk
from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.ui.actions import Action
from hyperscope.ui.theme import Theme

if TYPE_CHECKING:
    from hyperscope.ui.window import Window


class Part:
    """Something the window can do. A part connects itself to what it needs when it is made; the rest is optional."""

    def __init__(self, window: Window) -> None:
        self.window = window

    def actions(self) -> Sequence[Action]:
        """What a person can do with it."""
        return ()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""

    def wants(self) -> Sequence[AnyAsk]:
        """What it would find in the next snapshot, whatever else that is asked for."""
        return ()

    def heed(self, snapshot: Snapshot) -> None:
        """Looks at each snapshot the window takes."""

    def did(self) -> None:
        """Hears that the experiment in force is another one."""

    def close(self) -> None:
        """Ends what it began; the window closes."""
