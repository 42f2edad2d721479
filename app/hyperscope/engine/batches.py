"""Which examples each mini-batch holds: shuffled epochs, as a function of seed and epoch alone.

So a place in the order is two numbers, and needs no random state to be kept with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyperscope.engine.arrays import Indices

STREAM = 2  # keeps the order's random numbers apart from those of the weights
TOGETHER = 16  # epochs shuffled by one generator; making a generator costs as much as a training step


@dataclass(frozen=True, slots=True)
class Position:
    """Where in the data training stands: whole epochs done, and examples used of the current one."""

    epoch: int = 0
    used: int = 0


class Shuffle:
    """The orders in which a run with `seed` visits its m examples; remembers the last epochs it worked out."""

    def __init__(self, seed: int, m: int) -> None:
        self.seed, self.m = seed, m
        self._block = -1
        self._orders: Indices = np.zeros((0, 0), np.int64)

    def order(self, epoch: int) -> Indices:
        """The m example numbers in the order of epoch number `epoch`."""
        block, row = divmod(epoch, TOGETHER)
        if block != self._block:
            rng = np.random.default_rng([self.seed, STREAM, block])
            self._orders = rng.permuted(np.tile(np.arange(self.m), (TOGETHER, 1)), axis=1)
            self._block = block
        found: Indices = self._orders[row]
        return found

    def batches(self, size: int, position: Position, steps: int) -> tuple[list[Indices], Position]:
        """The next `steps` mini-batches of `size` examples, the last of an epoch shorter; and the place after them."""
        batches: list[Indices] = []
        epoch, used = position.epoch, position.used
        while len(batches) < steps:
            order = self.order(epoch)
            end = min(self.m, used + size * (steps - len(batches)))
            batches += [order[start : start + size] for start in range(used, end, size)]
            epoch, used = (epoch + 1, 0) if end == self.m else (epoch, end)
        return batches, Position(epoch, used)
