"""Tempi: how fast training goes for whoever watches it. As plain values, which both ends of the pipe know."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

EPOCHS = (1, 2, 5, 10, 20, 50)  # a second, of which the usual tempo is one
SEEN = 70  # mini-batches a second at most at the usual tempo: the spirals wind in some five to ten seconds


@dataclass(frozen=True, slots=True)
class Tempo:
    """So many mini-batches or epochs a second; "usual" goes by how many mini-batches an epoch has."""

    rate: float = math.inf
    unit: Literal["batch", "epoch", "usual"] = "batch"

    def steps_per_second(self, batches: int) -> float:
        """At most, where an epoch has so many mini-batches; infinity is as fast as it goes."""
        if self.unit == "batch":
            return self.rate
        return batches * (usual_epochs(batches) if self.unit == "usual" else self.rate)

    @property
    def limited(self) -> bool:
        """Whether it is slow enough to be watched."""
        return self.unit == "usual" or math.isfinite(self.rate)


MAX = Tempo()
USUAL = Tempo(unit="usual")


def usual_epochs(batches: int) -> int:
    """Epochs a second at which training can be watched, where an epoch has so many mini-batches."""
    return max((epochs for epochs in EPOCHS if epochs * batches <= SEEN), default=EPOCHS[0])


@dataclass(frozen=True, slots=True)
class Rest:
    """When training comes to rest by itself: once it has `learned`, at a tempo that is watched, or at an `epoch`."""

    learned: bool = False
    epoch: int | None = None


NEVER = Rest()
