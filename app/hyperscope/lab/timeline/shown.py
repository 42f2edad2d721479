"""How a session was looked at: in which lab, in which of its views, and what labs want kept with it.

It is part of a session's file and no number depends on it. What a lab keeps is its own business: plain JSON here.
"""

from __future__ import annotations

from typing import Any

import msgspec

from hyperscope.quoting import cut


class Shown(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The `lab` that is shown, by name; of each lab the view chosen last, and its record, where it has one."""

    lab: str
    views: dict[str, str] = {}
    kept: dict[str, dict[str, Any]] = {}


def shown_from(tree: object) -> Shown:
    """What `plain` of a Shown is. Raises: ValueError naming the field that is wrong."""
    try:
        return msgspec.convert(tree, Shown)
    except ValueError as problem:
        raise ValueError(f"shown: {cut(str(problem).replace('`', ''))}") from None
