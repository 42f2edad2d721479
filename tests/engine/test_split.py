"""The division into training, dev and test set, over all label vectors and shares that hypothesis thinks of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hyperscope.engine.split import ENOUGH, Ints, Split, split

labels = st.lists(st.integers(0, 6), min_size=3, max_size=300).map(lambda y: np.array(y, np.int64))
devs, tests, seeds = st.floats(0.05, 0.5), st.floats(0.05, 0.4), st.integers(0, 999_999)


def divided(y: Ints, dev: float = 0.2, test: float = 0.2, seed: int = 1) -> Split:
    return split(y, dev, test, np.random.default_rng(seed))


def splittable(y: Ints) -> bool:
    return bool(np.bincount(y).max() >= ENOUGH)


@given(labels, devs, tests, seeds)
def test_every_example_is_in_exactly_one_part(y: Ints, dev: float, test: float, seed: int) -> None:
    assume(splittable(y))
    s = divided(y, dev, test, seed)
    assert np.array_equal(np.sort(np.concatenate([s.train, s.dev, s.test])), np.arange(len(y)))


@given(labels, devs, tests, seeds)
def test_every_class_is_in_the_training_set(y: Ints, dev: float, test: float, seed: int) -> None:
    assume(splittable(y))
    assert set(y[divided(y, dev, test, seed).train]) == set(y)


@given(labels, devs, tests, seeds)
def test_each_class_keeps_the_shares_to_within_one_example(y: Ints, dev: float, test: float, seed: int) -> None:
    assume(splittable(y))
    s = divided(y, dev, test, seed)
    for c in set(y.tolist()) - set(s.rare):
        of_class = (y == c).sum()
        for part, share in ((s.dev, dev), (s.test, test)):
            held = (y[part] == c).sum()
            assert held >= 1
            assert abs(held - share * of_class) <= 1


@given(labels, devs, tests)
def test_rare_classes_stay_in_training_and_are_named(y: Ints, dev: float, test: float) -> None:
    assume(splittable(y))
    s = divided(y, dev, test)
    assert set(s.rare) == {c for c in set(y.tolist()) if (y == c).sum() < ENOUGH}
    assert not set(s.rare) & set(y[np.concatenate([s.dev, s.test])].tolist())


@given(labels, seeds)
def test_the_same_randomness_divides_alike(y: Ints, seed: int) -> None:
    assume(splittable(y))
    first, again = divided(y, seed=seed), divided(y, seed=seed)
    assert np.array_equal(first.train, again.train)
    assert np.array_equal(first.dev, again.dev)


def test_indices_are_sorted() -> None:
    s = divided(np.arange(90) % 3)
    assert all(np.all(np.diff(part) > 0) for part in (s.train, s.dev, s.test))


def test_another_seed_divides_differently() -> None:
    y = np.arange(90) % 3
    assert not np.array_equal(divided(y, seed=1).dev, divided(y, seed=2).dev)


def test_round_shares_are_met_exactly() -> None:
    s = divided(np.arange(300) % 3)
    assert (len(s.train), len(s.dev), len(s.test)) == (180, 60, 60)


def test_classes_that_are_all_too_small_are_refused() -> None:
    with pytest.raises(ValueError, match="no class has 3 examples, one each for training, dev and test set; add"):
        divided(np.array([0, 0, 1, 1]))


def test_shares_that_leave_no_training_set_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shares are 0\.6 and 0\.4; they must be above 0 and add up to less than 1"):
        divided(np.arange(30) % 3, 0.6, 0.4)
