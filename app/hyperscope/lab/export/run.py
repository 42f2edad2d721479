"""An experiment run without a window: trained for some epochs, its numbers and pictures written to a folder."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.batches import Position
from hyperscope.lab.export.exports import packed
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.writing import write_together

# what `write` writes
FILES = ("metrics.csv", "steps.csv", "weights.npz", "examples.npz", "batches.txt", "experiment.json", "map.png")


@dataclass(frozen=True, slots=True)
class GivenOrder:
    """A written order of examples, batch by batch; it ends when they are used up. The given batch size is ignored."""

    written: tuple[Indices, ...]
    m: int

    def batches(self, size: int, position: Position, steps: int) -> tuple[list[Indices], Position]:
        """The next at most `steps` batches; `position` counts the examples seen, in passes over m of them."""
        seen = position.epoch * self.m + position.used
        ends = np.cumsum([len(batch) for batch in self.written])
        first = int(np.searchsorted(ends, seen, side="right"))
        coming = list(self.written[first : first + steps])
        return coming, Position(*divmod(seen + sum(len(batch) for batch in coming), self.m))


@dataclass(frozen=True)
class Result:
    """What a run came to: one row of metrics per epoch, each step's mini-batch and its loss, and why it stopped or "".

    Of a run that stopped itself and went back it tells up to where it went back to, which is what is kept: the batches
    lead from the `initial` arrays, after step `first`, to the network as it stands.
    """

    rows: tuple[dict[str, float], ...]
    losses: Array
    initial: dict[str, Array]
    batches: tuple[Indices, ...]
    stopped: str
    first: int = 0


def read_batches(path: Path, m: int) -> GivenOrder:
    """A text file with one mini-batch per line: numbers of training examples, from 0, apart by spaces or commas.

    Raises: ValueError naming file, line and what is wrong with it.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise ValueError(f"{path}: {getattr(problem, 'strerror', None) or problem}") from None
    batches = []
    for number, line in enumerate(lines, 1):
        words = line.replace(",", " ").split()
        if not words:
            continue
        for word in words:
            if not (word.isdecimal() and int(word) < m):
                raise ValueError(f"{path}, line {number}: {word!r} is no training example; they are 0 to {m - 1}")
        batches.append(np.array([int(word) for word in words]))
    if not batches:
        raise ValueError(f"{path}: there are no mini-batches in it; write one per line")
    return GivenOrder(tuple(batches), m)


def read_weights(path: Path) -> dict[str, Array]:
    """The final weights in a file that `write` made, or arrays that another program named alike.

    Raises: ValueError naming the file.
    """
    try:
        with zipfile.ZipFile(path) as archive:  # np.load would also take a lone array, which has no name
            names = [name.removesuffix(".npy") for name in archive.namelist() if not name.startswith("initial.")]
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in names}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as problem:
        reason = getattr(problem, "strerror", None) or "this is no .npz file of arrays"
        raise ValueError(f"{path}: {reason}") from None


def run(
    trainer: Trainer,
    epochs: int,
    progress: Callable[[int, dict[str, float]], None] = lambda epoch, row: None,
) -> Result:
    """Trains for `epochs` epochs more, or to the end of a given order, calling `progress` after each.

    Raises: ValueError for painted points that are too few.
    """
    if trainer.examples.missing:
        raise ValueError(f"own points: {trainer.examples.missing}")
    initial, first = trainer.weights(), trainer.step
    recorder = _Recorder(trainer.order)
    trainer.order = recorder
    rows = [_row(trainer)]
    losses: list[Array] = []
    done_before = trainer.position.epoch
    for number in range(1, epochs + 1):
        epoch = done_before + number
        while trainer.position.epoch < epoch and not trainer.alarm:
            # a given order has batches of its own sizes, so its epochs end where their examples are used up
            done = trainer.steps(1) if isinstance(recorder.order, GivenOrder) else trainer.finish_epoch()
            losses.append(trainer.batch_losses)
            if not done:
                break
        if trainer.alarm or trainer.position.epoch < epoch:
            break
        rows.append(_row(trainer))
        progress(number, rows[-1])
    rows = [row for row in rows if row["step"] <= trainer.step]
    if not rows or rows[-1]["step"] != trainer.step:
        rows.append(_row(trainer))  # a given order may end within an epoch, and a sound moment lie there
    trainer.order = recorder.order
    if trainer.step < first:  # it went back to before this run
        first, initial = trainer.step, trainer.weights()
    kept = trainer.step - first
    joined = np.concatenate(losses) if losses else np.zeros(0)
    return Result(tuple(rows), joined[:kept], initial, tuple(recorder.taken[:kept]), trainer.alarm, first)


class _Recorder:
    """An order that remembers what it gave out."""

    def __init__(self, order: object) -> None:
        self.order: Any = order
        self.taken: list[Indices] = []

    def batches(self, size: int, position: Position, steps: int) -> tuple[list[Indices], Position]:
        given, after = self.order.batches(size, position, steps)
        self.taken += given
        return given, after


def _row(trainer: Trainer) -> dict[str, float]:
    scores = trainer.scores()
    row: dict[str, float] = {"epoch": round(trainer.epoch, 6), "step": trainer.step}
    for name in ("train", "dev", "test"):
        part = getattr(scores, name)
        row |= {f"{name}_loss": part.loss, f"{name}_accuracy": part.accuracy}
    return row


def write(trainer: Trainer, result: Result, folder: Path) -> None:
    """Writes metrics.csv, steps.csv, weights.npz, examples.npz, batches.txt, map.png and experiment.json.

    `weights.npz` holds each array as trained under its name and as it started under "initial." + name; together with
    `examples.npz` (x_train (n, m), y_train, ... in model units) and `batches.txt` (one mini-batch per line) another
    program can repeat the run step by step. Raises: ValueError naming the file that cannot be written; none appears.
    """
    from hyperscope.lab.export.picture import map_picture

    initial = {f"initial.{name}": values for name, values in result.initial.items()}
    data = trainer.examples
    parts = [(kind, part) for part in ("train", "dev", "test") for kind in "xy"]
    examples = {f"{kind}_{part}": getattr(data, f"{kind}_{part}") for kind, part in parts}
    steps = [{"step": step, "loss": loss} for step, loss in enumerate(result.losses, result.first + 1)]
    picture = io.BytesIO()
    map_picture(trainer).save(picture, "PNG")
    contents: dict[str, str | bytes] = {
        "metrics.csv": _table(list(result.rows[0]), result.rows),
        "steps.csv": _table(["step", "loss"], steps),
        "weights.npz": packed({**trainer.weights(), **initial}),
        "examples.npz": packed(examples),
        "batches.txt": "".join(" ".join(map(str, batch.tolist())) + "\n" for batch in result.batches),
        "experiment.json": trainer.experiment.to_json(),
        "map.png": picture.getvalue(),
    }
    assert tuple(contents) == FILES
    write_together({folder / name: content for name, content in contents.items()})


def _table(names: Sequence[str], rows: Sequence[dict[str, float]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows({k: f"{v:.9g}" if isinstance(v, float) else v for k, v in row.items()} for row in rows)
    return text.getvalue()
