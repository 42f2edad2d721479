"""The division of examples into training, dev and test set, class by class; it knows only their class numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

ENOUGH = 3  # examples a class needs to be in all three parts


@dataclass(frozen=True, slots=True)
class Split:
    """Sorted indices of the examples in each part; `rare` are the classes too small to leave the training set."""

    train: Ints
    dev: Ints
    test: Ints
    rare: tuple[int, ...] = ()


def split(y: Ints, dev_share: float, test_share: float, rng: np.random.Generator) -> Split:
    """Divides examples of classes y (m,), so that each class keeps the shares to within one example.

    Every class is in the training set, and in dev and test too unless it has fewer than ENOUGH examples.
    Raises: ValueError if all classes are so small, or if the shares leave nothing for training.
    """
    if dev_share <= 0 or test_share <= 0 or dev_share + test_share >= 1:
        shares = f"{dev_share:g} and {test_share:g}"
        raise ValueError(f"the dev and test shares are {shares}; they must be above 0 and add up to less than 1")
    train, dev, test, rare = [], [], [], []
    for c in np.unique(y):
        members = rng.permutation(np.flatnonzero(y == c))
        if len(members) < ENOUGH:
            rare.append(int(c))
            train.append(members)
            continue
        first, second = _sizes(len(members), dev_share, test_share)
        dev.append(members[:first])
        test.append(members[first : first + second])
        train.append(members[first + second :])
    if not dev:
        raise ValueError(
            f"no class has {ENOUGH} examples, one each for training, dev and test set; add examples or join classes"
        )
    parts = [np.sort(np.concatenate(part)) for part in (train, dev, test)]
    return Split(parts[0], parts[1], parts[2], tuple(rare))


def _sizes(members: int, dev_share: float, test_share: float) -> tuple[int, int]:
    """How many of a class's members go to dev and to test: at least 1 each, leaving at least 1 for training."""
    exact = (members * dev_share, members * test_share)
    dev, test = (max(1, math.floor(size + 0.5)) for size in exact)
    while dev + test >= members:  # the part that rounding favoured most gives one back
        if test == 1 or (dev > 1 and dev - exact[0] >= test - exact[1]):
            dev -= 1
        else:
            test -= 1
    return dev, test
