"""The run library: every run kept, as records. It opens and writes the file of runs and knows no threads or windows.

A run begins with the first step of a network and ends with what starts another one. It is its score, from which any
moment of it can be had again to the last bit, and beside that what can be shown at once: curves, a picture, numbers.
"""

from __future__ import annotations

import math
import re
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from hyperscope.lab.experiment.experiment import Experiment, from_json
from hyperscope.lab.export.exports import csv_of
from hyperscope.lab.library.packing import unpacked_checkpoint, unpacked_curves
from hyperscope.lab.library.store import Store
from hyperscope.lab.places import RUNS, home
from hyperscope.lab.reading import LARGEST_TEXT
from hyperscope.lab.timeline import score as scores
from hyperscope.lab.timeline.score import Score
from hyperscope.lab.training.checkpoint import Checkpoint
from hyperscope.lab.training.curves import Curves
from hyperscope.lab.writing import write_together
from hyperscope.quoting import visible

LATEST = 1e11  # s since 1970; the year 5138
MOST = 10**15  # steps, or epochs
LONGEST = 500  # characters of a title that are shown
MEASURES = ("train_loss", "dev_loss", "best_dev_loss", "train_accuracy", "dev_accuracy", "best_dev_accuracy")
UNDO = 24 * 3600.0  # s for which what was deleted can be had back

T = TypeVar("T")
Jumps = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class KeptRun:
    """What a list shows of a run. Losses in nats; a measure that never was is None; times in seconds since 1970."""

    id: str
    created: float
    updated: float
    title: str
    source: str
    ticks: int
    steps: int
    epochs: float
    train_loss: float | None
    dev_loss: float | None
    best_dev_loss: float | None
    train_accuracy: float | None
    dev_accuracy: float | None
    best_dev_accuracy: float | None
    star: int
    notes: str


COLUMNS = {"ticks": "beats"}  # as the file has called them since its first version
LISTED = tuple(COLUMNS.get(name, name) for name in KeptRun.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Details:
    """The rest of a run. `score` is None where it began with a checkpoint, so only its end can be had again;
    `thumbnail` is a PNG. What cannot be read is as if it were not there.
    """

    id: str
    experiment: Experiment
    score: Score | None
    jumps: Jumps
    curves: Curves | None
    thumbnail: bytes
    checkpoint: Checkpoint | None


class Library:
    """The runs in the file at `path`. Every method raises library_store.Unkept when that cannot be used."""

    def __init__(self, path: Path | None = None) -> None:
        self.store = Store(path or home() / RUNS)
        self.odd = 0  # rows that `runs` found to be none

    # -- reading --------------------------------------------------------------------------------------------------

    def runs(self) -> list[KeptRun]:
        """All runs, the newest first. Rows that are none, as after bits were flipped, are counted in `odd`."""
        rows = self.store.rows(LISTED)
        found = [run for row in rows if (run := _run(row)) is not None]
        self.odd = len(rows) - len(found)
        return found

    def thumbnails(self, ids: Sequence[str]) -> dict[str, bytes]:
        """The PNGs of those runs that have one."""
        rows = self.store.some_rows(ids, ["id", "thumbnail"])
        return {one: picture for one, picture in rows if isinstance(picture, bytes) and picture}

    def details(self, one: str, *, checkpoint: bool = True) -> Details:
        """The run with this id. Raises: ValueError if there is none or its experiment cannot be read."""
        row = self.store.row(one, ["experiment", "score", "jumps", "curves", "thumbnail", "checkpoint"])
        if row is None:
            raise ValueError("This run is no longer in the library.")
        experiment, score, jumps, curves, thumbnail, kept = row
        try:
            known = from_json(experiment if isinstance(experiment, str | bytes) else "")
        except ValueError as problem:
            raise ValueError(f"This run cannot be read: {problem}.") from None
        return Details(
            one,
            known,
            _or_none(lambda: scores.from_json(_unpacked(score))),
            _or_none(lambda: msgspec.json.decode(jumps, type=Jumps)) or (),
            _or_none(lambda: unpacked_curves(curves)),
            thumbnail if isinstance(thumbnail, bytes) else b"",
            _or_none(lambda: unpacked_checkpoint(kept)) if checkpoint else None,
        )

    # -- what a person does ---------------------------------------------------------------------------------------

    def star(self, ids: Sequence[str], on: bool) -> None:
        """Gives runs a star, or takes it."""
        self.store.edit(ids, "star", int(on))

    def note(self, one: str, notes: str) -> None:
        """Writes a run's notes."""
        self.store.edit([one], "notes", notes)

    def delete(self, ids: Sequence[str]) -> None:
        """Takes runs out of the list; for a day `undelete` brings them back."""
        self.store.edit(ids, "deleted", time.time())

    def undelete(self, ids: Sequence[str]) -> None:
        """Brings deleted runs back."""
        self.store.edit(ids, "deleted", None)

    def tidy(self) -> None:
        """Looks the file over and forgets what was deleted long ago."""
        self.store.check()
        self.store.forget(time.time() - UNDO)

    def export(self, ids: Sequence[str], folder: Path) -> list[Path]:
        """Writes experiment.json, score.json and curves.csv of each run into `folder`, named after the run.

        Returns the files. Raises: ValueError naming the folder or the run.
        """
        titles = {run.id: run.title for run in self.runs()}
        written: dict[Path, str | bytes] = {}
        for one in ids:
            found = self.details(one, checkpoint=False)
            name = _file_name(titles.get(one, ""), one)
            written[folder / f"{name}.experiment.json"] = found.experiment.to_json()
            if found.score is not None:
                written[folder / f"{name}.score.json"] = found.score.to_json()
            if found.curves is not None:
                written[folder / f"{name}.curves.csv"] = csv_of(found.curves)
        write_together(written)
        return list(written)


def _run(row: tuple[Any, ...]) -> KeptRun | None:
    """The run in a row, None if what stands there cannot be one's."""
    fields = dict(zip(KeptRun.__dataclass_fields__, row, strict=True))
    texts, counts = ("id", "title", "source", "notes"), ("ticks", "steps", "star")
    sound = (
        all(isinstance(fields[name], str) for name in texts)
        and "\ufffd" not in fields["id"]  # by which it could not be found again
        and all(type(fields[name]) is int and 0 <= fields[name] <= MOST for name in counts)
        and all(_is_number(fields[name]) and 0 <= fields[name] <= LATEST for name in ("created", "updated"))
        and _is_number(fields["epochs"])
        and 0 <= fields["epochs"] <= MOST
        and all(fields[name] is None or isinstance(fields[name], float) for name in MEASURES)
    )
    if not sound:
        return None
    return KeptRun(**fields | {name: visible(fields[name][:LONGEST]) for name in ("title", "source")})


def _is_number(value: object) -> bool:
    return isinstance(value, float) and math.isfinite(value)


def _file_name(title: str, one: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9.]+", "-", title.replace("α", "alpha").replace("λ", "lambda")).strip("-.")
    return f"{plain[:60].strip('-.') or 'run'}-{one[:6]}"


def _unpacked(packed: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    found = unpacking.decompress(packed, LARGEST_TEXT)
    if not unpacking.eof:
        raise ValueError("this is damaged, or no session's")
    return found


def _or_none(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except (ValueError, TypeError, zlib.error):  # TypeError: there is nothing to read
        return None
