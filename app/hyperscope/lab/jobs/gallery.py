"""A gallery: many experiments training side by side as one job, each seen as a small map.

Every one trains to its end and then rests. Nothing of it is recorded; it is there to be looked at.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.task import News, Record, Wishes

if TYPE_CHECKING:
    from hyperscope.lab.jobs.small_map import SmallMap

SIDE = 40  # cells along a picture's side
POINTS = 110  # examples shown in a picture
BURST = 0.012  # s of training before the next one has its turn
EPOCHS = 120  # until an experiment rests


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


@dataclass(frozen=True, slots=True)
class Gallery:
    """The task of training `experiments`; of each the newest picture counts."""

    experiments: tuple[Experiment, ...]
    epochs: int = EPOCHS
    what: ClassVar[str] = "trained the pictures"

    def run(self, wishes: Wishes) -> Generator[News[GalleryPicture], None, None]:
        """Every experiment has its turn, and a picture is there after it. Raises: ValueError if data cannot be had."""
        pupils = [_Pupil(number, experiment) for number, experiment in enumerate(self.experiments)]
        while any(not pupil.rests for pupil in pupils):
            for pupil in pupils:
                if not pupil.rests:
                    yield Record(pupil.turn(self.epochs), key=pupil.number)


@dataclass
class _Pupil:
    """One experiment in training."""

    number: int
    experiment: Experiment
    rests: bool = False
    _burst: int = 1
    _map: SmallMap | None = field(default=None, repr=False)

    def turn(self, epochs: int) -> GalleryPicture:
        """Trains for a moment; the first turn only gets the data, so that every picture is there early."""
        if self._map is None:
            self._begin()
        else:
            self._train(epochs)
        return self._picture()

    def _begin(self) -> None:
        from hyperscope.lab.jobs.small_map import SmallMap
        from hyperscope.lab.probes.plane import plane
        from hyperscope.lab.training.trainer import Trainer

        self.trainer = Trainer(self.experiment)
        self._map = SmallMap(self.trainer, ("", ""), SIDE)
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
        assert self._map is not None
        came_to = "diverged" if trainer.alarm and not trainer.stopped_early else f"epoch {trainer.position.epoch}"
        said = f"{came_to} · dev {trainer.recent_scores().dev.accuracy:.0%}".replace("%", " %")
        return GalleryPicture(self.number, self._map.p(trainer), self._x, self._y, said)
