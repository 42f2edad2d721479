"""The presets: experiments that each show one thing, and the sentence that says what to look at or to try."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from hyperscope.lab.experiment.experiment import Experiment, from_json
from hyperscope.resources import asset


@dataclass(frozen=True, slots=True)
class Preset:
    """An experiment with a `name`, that of its file without number and ending; `shows` says what to look at."""

    name: str
    title: str
    shows: str
    experiment: Experiment


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    """A preset's file; of the experiment it holds only what differs from the default."""

    title: str
    shows: str
    experiment: msgspec.Raw


@cache
def presets() -> tuple[Preset, ...]:
    """Every preset that ships, in the order of the files' numbers. Raises: ValueError naming a file that is damaged."""
    return tuple(_read(path) for path in sorted(asset("presets").glob("*.json")))


def _read(path: Path) -> Preset:
    try:
        written = msgspec.json.decode(path.read_bytes(), type=_Written)
        experiment = from_json(bytes(written.experiment))
    except (ValueError, LookupError) as problem:
        raise ValueError(f"{path.name}: {problem}") from None
    return Preset(path.stem.split("-", 1)[1], written.title, written.shows, experiment)
