"""What a part is: one group of things that can be done, of the window or of one lab, in a file of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Literal, TypeVar

from hyperscope.lab.probes.probe import AnyAsk
from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.theme import Theme

H = TypeVar("H", bound=Host, covariant=True)


class Part(Generic[H]):
    """Something that can be done. A part connects itself to what it needs when it is made; the rest is optional.

    A lab's parts hear of snapshots and changes only while their lab is shown.
    """

    def __init__(self, host: H) -> None:
        self.host = host

    def actions(self) -> Sequence[Action]:
        """What a person can do with it."""
        return ()

    def takes(self, key: Literal["play", "step", "undo", "redo"]) -> bool:
        """Does what the key for playing, one step on, undo or redo means to it now; says whether it means anything."""
        return False

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""

    def wants(self) -> Sequence[AnyAsk]:
        """What it would find in the next snapshot, whatever else that is asked for."""
        return ()

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """Looks at each snapshot that is taken."""

    def experiment_changed(self) -> None:
        """Hears that the experiment in force is another one; a lab's part also that its lab is shown."""

    def lab_shown(self) -> None:
        """Hears, as a part of the window, that another lab or view is shown; a lab's part, that its own is."""

    def lab_left(self) -> None:
        """Hears, as a lab's part, that another lab is shown."""

    def close(self) -> None:
        """Ends what it began; the window closes."""
