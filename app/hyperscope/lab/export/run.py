"""An experiment run without a window: trained for some epochs, its numbers and pictures written to a folder."""

from __future__ import annotations

import csv
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
    """What a run came to: one row of metrics per epoch, each step's mini-batch loss, and why it stopped early or ""."""

    rows: tuple[dict[str, float], ...]
    losses: Array
    initial: dict[str, Array]
    batches: tuple[Indices, ...]
    stopped: str


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
    initial = trainer.weights()
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
    if trainer.step and rows[-1]["step"] != trainer.step:
        rows.append(_row(trainer))  # a given order may end within an epoch
    trainer.order = recorder.order
    joined = np.concatenate(losses) if losses else np.zeros(0)
    return Result(tuple(rows), joined, initial, tuple(recorder.taken), trainer.alarm)


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
    program can repeat the run step by step. Raises: ValueError naming the folder when it cannot be written to.
    """
    from hyperscope.lab.export.picture import map_picture

    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_rows(folder / "metrics.csv", result.rows)
        _write_rows(folder / "steps.csv", [{"step": n + 1, "loss": loss} for n, loss in enumerate(result.losses)])
        initial = {f"initial.{name}": values for name, values in result.initial.items()}
        (folder / "weights.npz").write_bytes(packed({**trainer.weights(), **initial}))
        data = trainer.examples
        parts = [(kind, part) for part in ("train", "dev", "test") for kind in "xy"]
        examples = {f"{kind}_{part}": getattr(data, f"{kind}_{part}") for kind, part in parts}
        (folder / "examples.npz").write_bytes(packed(examples))
        lines = (" ".join(map(str, batch.tolist())) for batch in result.batches)
        (folder / "batches.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "experiment.json").write_text(trainer.experiment.to_json(), encoding="utf-8")
        map_picture(trainer).save(folder / "map.png")
    except OSError as problem:
        raise ValueError(f"{folder}: {problem.strerror or problem}") from None


def _write_rows(path: Path, rows: Sequence[dict[str, float]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        if rows:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows({k: f"{v:.9g}" if isinstance(v, float) else v for k, v in row.items()} for row in rows)
