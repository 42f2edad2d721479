"""A division into parts that stays when examples come and go: each one's part follows from its own number alone.

It knows numbers and shares only; `split` divides what is there once and for all, and more evenly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TRAIN, DEV, TEST = 0, 1, 2
BLOCK = 20  # numbers in a row among which the shares are kept to within one
GOLDEN = 0x9E3779B97F4A7C15  # 2⁶⁴ divided by the golden ratio


def scattered(numbers: Ints, *keys: int) -> Floats:
    """Values in [0, 1) of the shape of `numbers` ≥ 0, each a function of its number and the keys (splitmix64).

    Other keys give values that have nothing to do with these (Steele, Lea and Flood 2014).
    """
    state = np.zeros(1, np.uint64)
    for key in keys:
        state = _mixed(state + np.uint64(key) + np.uint64(GOLDEN))
    mixed = _mixed(state + (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(GOLDEN))
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def steady_parts(numbers: Ints, dev_share: float, test_share: float, *keys: int) -> Ints:
    """The parts (m,) TRAIN, DEV or TEST of the examples of one class, known by their `numbers` (m,) from 0 up.

    Of any BLOCK numbers from a multiple of BLOCK on, each part has its share. Number 0 is for training, 1 in the dev
    and 2 in the test set, so that three examples suffice for all parts.
    """
    blocks, of_block = np.unique(numbers // BLOCK, return_inverse=True)
    within = blocks[:, None] * BLOCK + np.arange(BLOCK)
    ranks = scattered(within, *keys, 0).argsort(axis=1).argsort(axis=1)
    # ranks lie at other places of their step in each block, so that shares between steps are met on the whole
    offsets = scattered(blocks, *keys, 1)
    if blocks.size and blocks[0] == 0:
        offsets[0] = 0.5
        first_of_test = int(np.ceil(dev_share * BLOCK - 0.5))
        for place, rank in ((0, BLOCK - 1), (1, 0), (2, first_of_test)):
            other = int(np.flatnonzero(ranks[0] == rank)[0])
            ranks[0, [place, other]] = ranks[0, [other, place]]
    at = (ranks[of_block, numbers % BLOCK] + offsets[of_block]) / BLOCK
    parts = np.full(len(numbers), TRAIN, np.int64)
    parts[at < dev_share + test_share] = TEST
    parts[at < dev_share] = DEV
    return parts


def _mixed(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
