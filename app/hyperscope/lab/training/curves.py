"""The course of a run as it is drawn: its own curves, those of other runs behind them, the band of many."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from hyperscope.engine.arrays import Values

NONE = np.zeros(0)


@dataclass(frozen=True, slots=True)
class Curves:
    """Losses and accuracies over training, thinned to at most some thousand points; all (t,) arrays.

    `step` and `epoch` (fractional) say when; `batch_loss` is the mini-batch's own loss averaged since the last point.
    `moves` lists (step, epoch, caption) of every control moved, e.g. (640, 10.0, "α 0.03"). `learning_rate` is what the
    step before the point used, the schedule applied; `gradient_norm` the L2 norm of that step's mini-batch gradient as
    the optimiser took it, so with L2's pull and clipped. Where they were not recorded they are NaN.
    """

    step: Values
    epoch: Values
    batch_loss: Values
    train_loss: Values
    dev_loss: Values
    train_accuracy: Values
    dev_accuracy: Values
    moves: tuple[tuple[int, float, str], ...] = ()
    learning_rate: Values = field(default_factory=lambda: NONE)
    gradient_norm: Values = field(default_factory=lambda: NONE)

    def __post_init__(self) -> None:
        for name in ("learning_rate", "gradient_norm"):
            if getattr(self, name).shape != self.epoch.shape:
                object.__setattr__(self, name, np.full(self.epoch.shape, np.nan))


@dataclass(frozen=True, slots=True)
class Ghost:
    """The curves of another run, drawn with this one's.

    An `earlier` run lies faintly behind; a `branch` is the future that was left behind on the timeline. `colour` is a
    class colour's number, None for the role's own.
    """

    name: str
    curves: Curves
    role: Literal["earlier", "branch"] = "earlier"
    colour: int | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """The loss of several runs alike: its median and how far it reaches, all (t,) arrays over `epoch`."""

    name: str
    epoch: Values
    low: Values
    median: Values
    high: Values
