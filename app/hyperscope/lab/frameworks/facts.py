"""What is said of frameworks besides what is measured: dated, each with where it was read (`assets/frameworks`)."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache

import msgspec

from hyperscope.resources import asset


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of one framework: what a person `writes`, how it `runs`, its `licence`, who decides about it, and sources."""

    writes: str
    runs: str
    licence: str
    licence_source: str
    governed: str
    governed_source: str


@cache
def facts() -> tuple[date, dict[str, Facts]]:
    """The day on which they were looked up, and those of each framework by its name."""
    tree = tomllib.loads(asset("frameworks/facts.toml").read_text(encoding="utf-8"))
    checked = tree.pop("checked")
    assert isinstance(checked, date)
    return checked, msgspec.convert(tree, dict[str, Facts])
