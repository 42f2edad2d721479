"""What running a framework's code on this machine came to, as it is kept from one start to the next."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import msgspec

OURS = "hyperscope"  # the name under which the program's own engine stands beside the frameworks


class Measured(msgspec.Struct, frozen=True):
    """One run of `steps` steps: times in seconds, memory in bytes (0 if unknown), `off` the largest difference of a
    loss from ours in nats, NaN where nothing was compared.

    `day` is ISO 8601, `network` the experiment in a few words, `versions` those of packages and of "Python".
    """

    framework: str
    day: str
    network: str
    steps: int
    precision: str
    off: float
    setup: float
    epoch: float
    step: float
    memory: int = 0
    lines: int = 0
    versions: dict[str, str] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        times = (self.setup, self.epoch, self.step)
        if not all(0 <= seconds < math.inf for seconds in times) or min(self.steps, self.memory, self.lines) < 0:
            raise ValueError("a time, or a number of steps, bytes or lines, is negative or no number")


def text_of(measured: Iterable[Measured]) -> str:
    """Runs as JSON; NaN is null there, and comes back as NaN."""
    return msgspec.json.encode(tuple(measured)).decode()


def from_text(text: str) -> dict[str, Measured]:
    """The runs that a text holds, by framework; none of a text that is not as `text_of` writes it."""
    try:
        rows = msgspec.json.decode(text.encode(), type=list[dict[str, object]])
        found = [
            msgspec.convert(row | {"off": math.nan if row.get("off") is None else row["off"]}, Measured) for row in rows
        ]
    except (msgspec.MsgspecError, UnicodeError, KeyError):
        return {}
    return {one.framework: one for one in found}


def duration(seconds: float) -> str:
    """A time in the unit that suits it: 240 µs, 3.1 ms, 1.4 s."""
    for factor, unit in ((1.0, "s"), (1e3, "ms"), (1e6, "µs")):
        value = seconds * factor
        if value >= 1 or unit == "µs":
            return f"{value:.0f} {unit}" if value >= 10 else f"{value:.1f} {unit}"
    raise AssertionError


def size(count: int) -> str:
    """Bytes as MB or GB, "–" for unknown."""
    if not count:
        return "–"
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def said(versions: Mapping[str, str]) -> str:
    """Versions in words: "torch 2.13.0, numpy 2.4.6"."""
    return ", ".join(f"{name} {version}" for name, version in versions.items() if version)
