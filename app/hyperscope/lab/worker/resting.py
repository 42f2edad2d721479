"""Resting: when training that is watched has come to where it stands still by itself, and what is said of it.

It trains nothing and knows no clocks, so the same training rests at the same epochs.
"""

from __future__ import annotations

from typing import Literal

from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.worker.tempo import Rest

LEARNED = 0.99  # of the training set right,
STEADY = 10  # at the ends of so many epochs in a row
FORGOTTEN = 0.9  # below which it may learn again

Rested = Literal["", "learned", "epoch"]


class Resting:
    """Looks at a trainer at the ends of its epochs. Once it has rested for having learned it does not again in the same
    run, unless it forgot meanwhile."""

    def __init__(self) -> None:
        self._rest = Rest()
        self._right = 0  # ends of epochs in a row with enough right
        self._told = False

    def begin(self, rest: Rest) -> None:
        """Rests so from here on."""
        self._rest = rest

    def steps(self, wanted: int, trainer: Trainer, watched: bool) -> int:
        """How many of the steps wanted may be taken before the next look."""
        if trainer.step == 0:
            self._right, self._told = 0, False
        left = trainer.left_in_epoch()
        if watched and self._rest.learned:
            return min(wanted, left)
        coming = (self._rest.epoch or 0) - 1 - trainer.position.epoch  # epochs between this one and the last
        return min(wanted, left + coming * trainer.batches_per_epoch) if coming >= 0 else wanted

    def look(self, trainer: Trainer, watched: bool, *, twins: bool = False) -> Rested:
        """Whether it is to rest where it stands now, and why; of twins one that has learned is no reason."""
        if trainer.position.used or not trainer.step:
            return ""
        if self._rest.epoch == trainer.position.epoch:
            return "epoch"
        if not (self._rest.learned and watched) or twins:
            return ""
        right = trainer.scores().train.accuracy
        self._right = self._right + 1 if right >= LEARNED else 0
        if right < FORGOTTEN:
            self._told = False
        if self._right < STEADY or self._told:
            return ""
        self._told = True
        return "learned"


def rest_words(rested: Rested, trainer: Trainer) -> str:
    """What has come to rest, e.g. "Learned in 61 epochs: 100 % of the training set and 99 % of the dev set right."."""
    epoch = trainer.position.epoch
    if rested == "epoch":
        return f"Stopped after {epoch} epochs, as asked."
    scores = trainer.scores()
    return (
        f"Learned in {epoch} epochs: {_share(scores.train.accuracy)} of the training set and "
        f"{_share(scores.dev.accuracy)} of the dev set right."
    )


def _share(accuracy: float) -> str:
    return f"{100 * accuracy:.3g} %"
