"""How many lines of code are of what: what is written by hand, and what a framework takes away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hyperscope.lab.frameworks.written import Code, Line

PARTS = {"forward": "forward", "loss": "loss", "backward": "backward", "update": "update", "other": "rest"}
UPDATES = ("update", "l1", "l2", "clip", "rate", "running")


@dataclass(frozen=True)
class Count:
    """Lines of code by part, see PARTS, and in all."""

    of: Mapping[str, int]
    whole: int


def part_of(line: Line) -> str:
    """The part that a line is of."""
    for part in ("backward", "loss", "forward"):
        if part in line.marks:
            return part
    if any(mark in line.marks for mark in UPDATES):
        return "update"
    return "forward" if any(mark in line.marks for mark in ("net", "norm")) else "other"


def counted(code: Code) -> Count:
    """The lines of a file, empty ones and comments left out."""
    found = dict.fromkeys(PARTS, 0)
    for line in code.lines:
        if line.counts:
            found[part_of(line)] += 1
    return Count(found, code.count)
