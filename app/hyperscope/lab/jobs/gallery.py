"""A gallery: many experiments training side by side in a process of their own, each seen as a small map.

Every one trains to its end and then rests. Nothing of it is recorded; it is there to be looked at.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.child_process import die_with_parent

SIDE = 40  # cells along a picture's side
POINTS = 110  # examples shown in a picture
BURST = 0.012  # s of training before the next one has its turn
EPOCHS = 120  # until an experiment rests
PATIENT = 10  # how much its process gives way to others, as `nice` counts


@dataclass(frozen=True, slots=True)
class GalleryPicture:
    """Experiment `number` now: `p` (C, SIDE, SIDE) with row 0 lowest, some examples in [0, 1]² `x` (2, m), `y` (m,).

    `said` is what it has come to, e.g. "epoch 40 · dev 97 %".
    """

    number: int
    p: Array
    x: Array
    y: Array
    said: str


class Gallery:
    """A running gallery of `experiments`. `take` never waits; `close` ends the process."""

    def __init__(self, experiments: Sequence[Experiment], *, epochs: int = EPOCHS) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=serve, args=(theirs, tuple(experiments), epochs), name="hyperscope-gallery", daemon=True
        )
        self._process.start()
        theirs.close()

    def take(self) -> list[GalleryPicture]:
        """What has come in since the last call, newest last; nothing more comes from a process that was lost."""
        found: list[GalleryPicture] = []
        try:
            while self._pipe.poll():
                found.append(self._pipe.recv())
        except (EOFError, ConnectionError, OSError):
            pass
        return found

    def wait(self, seconds: float) -> None:
        """Returns when a picture is there or the time is up; for callers without a display tick."""
        wait([self._pipe], seconds)

    def close(self) -> None:
        """Ends the process and waits until it is gone."""
        self._pipe.close()
        self._process.join(1.0)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


def serve(pipe: Connection, experiments: Sequence[Experiment], epochs: int) -> None:
    """The process's whole life: every experiment has its turn, and a picture is sent after it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    if hasattr(os, "nice"):
        os.nice(PATIENT)
    from threadpoolctl import threadpool_limits

    pupils = [_Pupil(number, experiment) for number, experiment in enumerate(experiments)]
    try:
        with threadpool_limits(1):
            while any(not pupil.rests for pupil in pupils):
                for pupil in pupils:
                    if pipe.poll():
                        return
                    if not pupil.rests:
                        pipe.send(pupil.turn(epochs))
        pipe.poll(None)
    except (EOFError, ConnectionError, OSError):
        return


@dataclass
class _Pupil:
    """One experiment in training."""

    number: int
    experiment: Experiment
    rests: bool = False
    _burst: int = 1
    _grid: Array | None = field(default=None, repr=False)

    def turn(self, epochs: int) -> GalleryPicture:
        """Trains for a moment; the first turn only gets the data, so that every picture is there early."""
        if self._grid is None:
            self._begin()
        else:
            self._train(epochs)
        return self._picture()

    def _begin(self) -> None:
        from hyperscope.lab.probes.plane import grid, plane
        from hyperscope.lab.training.trainer import Trainer

        self.trainer = Trainer(self.experiment)
        self._grid = grid(self.trainer, ("", ""), SIDE)
        examples = self.trainer.examples
        few = np.linspace(0, len(examples.y) - 1, min(POINTS, len(examples.y))).astype(int)
        shown = plane(self.trainer)
        left, right, bottom, top = shown.extent
        x = shown.project(examples.raw[:, few])
        size = np.array([[right - left], [top - bottom]])
        self._x = ((x - np.array([[left], [bottom]])) / size).astype(np.float32)
        self._y = examples.y[few]

    def _train(self, epochs: int) -> None:
        trainer, started, done = self.trainer, time.monotonic(), 0
        ends = time.monotonic() + BURST
        while time.monotonic() < ends and not trainer.alarm and trainer.position.epoch < epochs:
            done += trainer.steps(self._burst)
        took = time.monotonic() - started
        self._burst = max(1, min(2 * self._burst, round(done * BURST / 2 / took))) if took > 0 and done else 1
        self.rests = bool(trainer.alarm) or trainer.position.epoch >= epochs

    def _picture(self) -> GalleryPicture:
        trainer = self.trainer
        assert self._grid is not None
        logits = trainer.predictor.logits(trainer.folded(), self._grid)
        p = trainer.layout.probabilities(logits).reshape(trainer.layout.classes, SIDE, SIDE).astype(np.float32)
        came_to = "diverged" if trainer.alarm and not trainer.stopped_early else f"epoch {trainer.position.epoch}"
        said = f"{came_to} · dev {trainer.recent_scores().dev.accuracy:.0%}".replace("%", " %")
        return GalleryPicture(self.number, p, self._x, self._y, said)
