"""A branch of the timeline as it is shown: its name, where it begins and where it ends."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BranchMark:
    """A future left behind on the timeline: the same as the present one up to the tick `start`; `end` is its last."""

    key: int
    name: str
    start: int
    end: int
