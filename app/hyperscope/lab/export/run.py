"""An experiment run without a window: trained for some epochs, its numbers and pictures written to a folder."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hyperscope.engine.arrays import Indices
from hyperscope.engine.batches import Position
from hyperscope.lab.export.run_files import RunFiles
from hyperscope.lab.training.trainer import Order, Trainer

PIECE = 0.1  # s of training between two looks at whether to end


@dataclass(frozen=True, slots=True)
class GivenOrder:
    """A written order of examples, batch by batch; it ends when they are used up. The given batch size is ignored."""

    written: tuple[Indices, ...]
    m: int

    def batches(self, size: int, position: Position, steps: int) -> tuple[list[Indices], Position]:
        """The next at most `steps` batches; `position` counts the examples seen, m to an epoch."""
        seen = position.epoch * self.m + position.used
        ends = np.cumsum([len(batch) for batch in self.written])
        first = int(np.searchsorted(ends, seen, side="right"))
        coming = list(self.written[first : first + steps])
        return coming, Position(*divmod(seen + sum(len(batch) for batch in coming), self.m))


@dataclass(frozen=True)
class Result:
    """What a run came to: its `last` row of metrics, and why it `stopped` itself or "".

    Of a run that stopped itself and went back it tells of where it went back to, which is what is kept.
    """

    last: dict[str, float]
    stopped: str


def not_alone(trainer: Trainer) -> str:
    """Why another program cannot repeat a run from here by its files alone, in a sentence; "" if it can."""
    network = trainer.experiment.network
    reasons = {
        "augmentation changes the examples in each epoch": trainer.augmenter is not None,
        "batch norm's jolt is drawn in each step": network.normalises and network.bn_jolt > 0,
        "the optimiser remembers steps before it": trainer.step > 0,
    }
    found = [reason for reason, holds in reasons.items() if holds]
    return f"The files alone do not repeat this run: {' and '.join(found)}." if found else ""


def run(
    trainer: Trainer,
    epochs: int,
    progress: Callable[[int, dict[str, float]], None] = lambda epoch, row: None,
    *,
    out: Path | None = None,
    ends: Callable[[], bool] = lambda: False,
) -> Result:
    """Trains for `epochs` epochs more, to the end of a given order, or until it is told that it `ends`.

    Calls `progress` after each epoch. With `out`, the files of the run are written to that folder as it goes, see
    `run_files`. Raises: ValueError for painted points that are too few, or a file that cannot be written.
    """
    if trainer.examples.missing:
        raise ValueError(f"own points: {trainer.examples.missing}")
    files = RunFiles(out) if out is not None else None
    try:
        return _run(trainer, epochs, progress, files, ends)
    except BaseException:
        if files is not None:
            files.discard()
        raise


def _run(
    trainer: Trainer,
    epochs: int,
    progress: Callable[[int, dict[str, float]], None],
    files: RunFiles | None,
    ends: Callable[[], bool],
) -> Result:
    initial, first = trainer.weights(), trainer.step
    order = trainer.order
    recorder = trainer.order = _Recorder(order)
    last = _row(trainer)
    if files is not None:
        files.begin(first)
        files.row(last, first=True)
    pieces = Pieces()
    done_before = trainer.position.epoch
    for number in range(1, epochs + 1):
        epoch = done_before + number
        while trainer.position.epoch < epoch and not trainer.alarm and not ends():
            # a given order has batches of its own sizes, so its epochs end where their examples are used up
            most = 1 if isinstance(order, GivenOrder) else trainer.left_in_epoch()
            done = pieces.take(trainer.steps, most)
            if files is not None:
                files.steps(trainer.batch_losses, recorder.taken)
            recorder.taken.clear()
            if not done:
                break
        if trainer.alarm or trainer.position.epoch < epoch:
            break
        last = _row(trainer)
        if files is not None:
            files.row(last)
        progress(number, last)
    trainer.order = order
    if trainer.step < first:  # it went back to before this run
        first, initial = trainer.step, trainer.weights()
    if files is not None and trainer.alarm:
        files.go_back(trainer.step - first, trainer.step)
    if last["step"] != trainer.step:
        last = _row(trainer)  # a given order may end within an epoch, and a sound moment lie there
    if files is not None:
        if files.row_of != trainer.step:
            files.row(last)
        files.finish(trainer, initial)
    return Result(last, trainer.alarm)


class Pieces:
    """Training in pieces of as many steps as fit into PIECE seconds, with room for a look at whether to end between."""

    def __init__(self) -> None:
        self._steps = 1

    def take(self, steps: Callable[[int], int], most: int) -> int:
        """Takes `steps`, at most so many, and returns how many were taken."""
        started = time.monotonic()
        done = steps(min(self._steps, most))
        seconds = time.monotonic() - started
        if done and seconds > 0:
            self._steps = max(1, min(2 * max(done, self._steps), round(done * PIECE / seconds)))
        return done


class _Recorder:
    """An order that remembers what it gave out until somebody has taken note of it."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self.taken: list[Indices] = []

    def batches(self, size: int, position: Position, steps: int) -> tuple[list[Indices], Position]:
        given, after = self._order.batches(size, position, steps)
        self.taken += given
        return given, after


def _row(trainer: Trainer) -> dict[str, float]:
    scores = trainer.scores()
    row: dict[str, float] = {"epoch": round(trainer.epoch, 6), "step": trainer.step}
    for name in ("train", "dev", "test"):
        part = getattr(scores, name)
        row |= {f"{name}_loss": part.loss, f"{name}_accuracy": part.accuracy}
    return row
