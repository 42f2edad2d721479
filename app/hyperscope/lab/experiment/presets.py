"""The presets: experiments that each show one thing, what that is, what to try, and how to tell that it was done."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from hyperscope.lab.experiment.experiment import Experiment, every_knob, from_json
from hyperscope.lab.experiment.lab_view import LabView
from hyperscope.resources import asset


@dataclass(frozen=True, slots=True)
class Preset:
    """An experiment with a `name`, that of its file without number and ending; `point` says what to look at, `task`
    what to try, "" for nothing. It rests after `rest` epochs, where its point is seen, or once it has learned.

    The task is done when a knob of `done`, by its path, has one of these words or lies between these two numbers. It is
    looked at in `place`. `picture` is the file of its own picture, for what is set by hand: nothing of it trains.
    """

    name: str
    title: str
    point: str
    task: str
    done: Mapping[str, tuple[str | float, ...]]
    rest: int | None
    experiment: Experiment
    place: LabView = LabView()  # noqa: RUF009  # frozen
    picture: Path | None = None

    @property
    def shows(self) -> str:
        """What to look at and what to try."""
        return f"{self.point} {self.task}".strip()

    def is_done(self, experiment: Experiment) -> bool:
        """Whether `experiment` is what the task asked for."""
        return any(_fits(experiment, path, wanted) for path, wanted in self.done.items())


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    """A preset's file; of the experiment it holds only what differs from the default."""

    title: str
    shows: str
    experiment: msgspec.Raw
    task: str = ""
    done: dict[str, tuple[str | float, ...]] = {}
    rest: int | None = None
    place: LabView = LabView()


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
    name, drawn = path.stem.split("-", 1)[1], path.with_suffix(".svg")
    return Preset(
        name,
        written.title,
        written.shows,
        written.task,
        written.done,
        written.rest,
        experiment,
        written.place,
        drawn if drawn.exists() else None,
    )


def _fits(experiment: Experiment, path: str, wanted: tuple[str | float, ...]) -> bool:
    """Whether what lies at a path is one of the words wanted, or between two numbers; of every layer where a * is."""
    if path == "data.features":
        return experiment.data.features == wanted
    pattern = path.split(".")
    found = [
        value
        for one, _, value in every_knob(experiment)
        if len(parts := one.split(".")) == len(pattern)
        and all(mine in ("*", theirs) for mine, theirs in zip(pattern, parts, strict=True))
    ]
    low, high = ((one if isinstance(one, int | float) else math.nan) for one in (wanted[0], wanted[-1]))
    return bool(found) and all(value in wanted if isinstance(value, str) else low <= value <= high for value in found)
