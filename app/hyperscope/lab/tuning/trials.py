"""What a search is of and what its trials come to, as frozen values. Nothing here asks or trains."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.tuning.space import EPOCHS, Space, Values
from hyperscope.lab.tuning.strategies import strategies

MOST_TRIALS = 10_000
MOST_EPOCHS = 5000

FILE = "study.db"  # in the folder that a search is told to write to

State = Literal["done", "pruned", "diverged", "failed"]


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`trials` at most of a `space` around an `experiment`, each trained for `epochs` unless the space has them.

    `steps` and `seconds` end a search earlier, when so many steps of training were taken or so much time has passed;
    0 is no such limit. The same plan gives the same trials, unless time ends it.
    """

    experiment: Experiment
    space: Space
    strategy: str = "random"
    trials: int = 200
    epochs: int = 30
    seed: int = 1
    steps: int = 0
    seconds: float = 0.0

    def checked(self) -> Plan:
        """Itself. Raises: ValueError naming what cannot be, its value and what is allowed."""
        chosen = strategies[self.strategy]
        for name, value, most in (("trials", self.trials, MOST_TRIALS), ("epochs", self.epochs, MOST_EPOCHS)):
            if not 1 <= value <= most:
                raise ValueError(f"{name} is {value}; it must be a whole number in [1, {most}]")
        if self.steps < 0 or not (math.isfinite(self.seconds) and self.seconds >= 0):
            name, given = ("steps", self.steps) if self.steps < 0 else ("seconds", self.seconds)
            raise ValueError(f"{name} is {given:g}; it must be 0 or more")
        if not 0 <= self.seed <= 999_999:
            raise ValueError(f"seed is {self.seed}; it must be a whole number in [0, 999999]")
        self.space.checked(self.experiment)
        if chosen.evolves and any(one.knob == EPOCHS for one in self.space.knobs):
            raise ValueError("epochs cannot be searched by evolve, whose networks are trained in equal parts")
        return self

    @property
    def longest(self) -> int:
        """The most epochs that any trial trains."""
        return next((round(one.high) for one in self.space.knobs if one.knob == EPOCHS), self.epochs)

    def epochs_of(self, values: Values) -> int:
        """How long a trial with these values trains."""
        return int(values.get(EPOCHS, self.epochs))


@dataclass(frozen=True, slots=True)
class Trial:
    """One that was asked for: its settings, how long it trains, and which trial it goes on from, if any."""

    number: int
    values: Values
    experiment: Experiment
    epochs: int
    box: int = 0  # which of the search's boxes it was drawn in
    parent: int = -1


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of a trial. Losses in nats; `loss`, of dev, is what is searched for, infinite where it diverged.

    `curve` has rows (epoch, dev loss). `map` holds class probabilities (C, side, side), row 0 lowest, or is empty.
    """

    number: int
    values: Values
    state: State
    loss: float
    accuracy: float = 0.0
    train_loss: float = math.nan
    epoch: float = 0.0
    step: int = 0
    why: str = ""
    box: int = 0
    parent: int = -1
    reports: tuple[tuple[int, float], ...] = ()  # (epoch, dev loss) where it was judged on the way
    curve: Array = field(default_factory=lambda: np.zeros((0, 2), np.float32))
    map: Array = field(default_factory=lambda: np.zeros((0, 0, 0), np.float32))

    @property
    def rank(self) -> tuple[int, float, int]:
        """Orders trials from the best: those that were not pruned first, by loss, then by number."""
        loss = self.loss if math.isfinite(self.loss) else math.inf
        return (int(self.state == "pruned"), loss, self.number)


def url_of(path: Path) -> str:
    """The URL of the study in a file."""
    return f"sqlite:///{path}"


def best_first(trials: list[Finished]) -> list[Finished]:
    """Trials from the best to those that failed; pruned ones after all that were trained to the end and learned."""
    return sorted(trials, key=lambda one: one.rank if math.isfinite(one.loss) else (2, math.inf, one.number))


def best_so_far(trials: list[Finished]) -> Array:
    """(n,) the lowest loss up to each trial, by number; pruned and failed ones do not count."""
    losses = [one.loss if one.state == "done" else math.inf for one in sorted(trials, key=lambda one: one.number)]
    found: Array = np.minimum.accumulate(np.array(losses, float)) if losses else np.zeros(0)
    return found
