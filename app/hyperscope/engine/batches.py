"""Which examples each mini-batch holds: shuffled epochs, as a function of seed and epoch alone.

So a place in the order is two numbers, and needs no random state to be kept with it.
"""

from __future__ import annotations

from collections.abc import Sequence
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


def batches_left(m: int, used: int, size: int, *, drop_last: bool) -> int:
    """Mini-batches of `size` to come in an epoch of m examples of which some are used; the last is shorter, or none."""
    left = m - used
    return left // size if drop_last else -(-left // size)


class Shuffle:
    """The orders in which a run with `seed` visits its m examples; remembers the last epochs it worked out.

    Given several seeds, those of a crowd: orders are then (K, m) and batches (K, size), each row that of one seed.
    """

    def __init__(self, seed: int | Sequence[int], m: int) -> None:
        self.seed, self.m = seed, m
        self._block = -1
        self._orders: Indices = np.zeros((0, 0), np.int64)

    def order(self, epoch: int) -> Indices:
        """The m example numbers in the order of epoch number `epoch`."""
        block, row = divmod(epoch, TOGETHER)
        if block != self._block:
            alone = isinstance(self.seed, int)
            seeds = [self.seed] if isinstance(self.seed, int) else self.seed
            each = [self._shuffled(seed, block) for seed in seeds]
            self._orders = each[0] if alone else np.stack(each, axis=1)
            self._block = block
        found: Indices = self._orders[row]
        return found

    def _shuffled(self, seed: int, block: int) -> Indices:
        """The orders (TOGETHER, m) of the epochs in a block."""
        rng = np.random.default_rng([seed, STREAM, block])
        return rng.permuted(np.tile(np.arange(self.m), (TOGETHER, 1)), axis=1)

    def keep(self, members: Sequence[int]) -> None:
        """Goes on with these members of the crowd alone."""
        assert not isinstance(self.seed, int)
        chosen = list(members)
        self.seed = [self.seed[k] for k in chosen]
        if self._block >= 0:
            self._orders = self._orders[:, chosen]

    def batches(self, size: int, position: Position, steps: int) -> tuple[list[Indices], Position]:
        """The next `steps` mini-batches of `size` examples, the last of an epoch shorter; and the place after them."""
        batches: list[Indices] = []
        epoch, used = position.epoch, position.used
        while len(batches) < steps:
            order = self.order(epoch)
            end = min(self.m, used + size * (steps - len(batches)))
            batches += [order[..., start : start + size] for start in range(used, end, size)]
            epoch, used = (epoch + 1, 0) if end == self.m else (epoch, end)
        return batches, Position(epoch, used)

    def before(self, size: int, position: Position, *, drop_last: bool) -> Indices:
        """The mini-batch of `size` examples that ends at `position`; at the start the first examples by number."""
        if position == Position():
            return np.arange(min(size, self.m))
        if position.used:
            epoch, end = position.epoch, position.used
        else:
            epoch, end = position.epoch - 1, self.m - (self.m % size if drop_last else 0)
        return self.order(epoch)[(end - 1) // size * size : end]
