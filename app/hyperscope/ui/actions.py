"""Actions: all that a person can do, once. Shortcuts, command palette and list of keys are made from these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Action:
    """One thing to do: `name` as in a menu, `group` that it stands under, `keys` of which the first is shown.

    `help` is one sentence; one that is not `shown` has keys but no entry in the palette.
    """

    name: str
    group: str
    run: Callable[[], object]
    keys: tuple[str, ...] = ()
    help: str = ""
    shown: bool = True
