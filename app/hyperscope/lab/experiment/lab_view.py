"""Where in the window something is to be looked at: a view of a lab. It knows their names only as words."""

from __future__ import annotations

from typing import Any

import msgspec


class LabView(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A `view` of a `lab`, "" for its first, by names as the window's list of labs has them.

    `kept` is what the lab is to show there, as it is kept in a session's file: plain JSON, the lab's own business.
    """

    lab: str = "playground"
    view: str = ""
    kept: dict[str, Any] = {}
