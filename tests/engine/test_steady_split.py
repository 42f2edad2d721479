"""The division that stays: a number's part follows from itself, shares are met, three examples are in all parts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperscope.engine.steady_split import BLOCK, DEV, TEST, TRAIN, scattered, steady_parts

devs, tests, seeds = st.floats(0.05, 0.5), st.floats(0.05, 0.4), st.integers(0, 999_999)
several = st.sets(st.integers(0, 4000), min_size=1, max_size=60).map(lambda them: np.array(sorted(them)))


@given(several, devs, tests, seeds)
def test_a_part_does_not_depend_on_who_else_is_there(numbers: np.ndarray, dev: float, test: float, seed: int) -> None:
    alone = [int(steady_parts(numbers[at : at + 1], dev, test, seed)[0]) for at in range(len(numbers))]
    assert steady_parts(numbers, dev, test, seed).tolist() == alone


@given(devs, tests, seeds)
def test_the_first_three_are_in_the_training_dev_and_test_set(dev: float, test: float, seed: int) -> None:
    assert steady_parts(np.arange(3), dev, test, seed).tolist() == [TRAIN, DEV, TEST]


@given(devs, tests, seeds, st.integers(0, 50))
def test_each_block_has_its_shares_to_within_one(dev: float, test: float, seed: int, block: int) -> None:
    parts = steady_parts(block * BLOCK + np.arange(BLOCK), dev, test, seed)
    assert abs((parts == DEV).sum() - dev * BLOCK) <= 1
    assert abs((parts == TEST).sum() - test * BLOCK) <= 1


def test_shares_between_the_steps_of_a_block_are_met_on_the_whole() -> None:
    parts = steady_parts(np.arange(4000), 0.17, 0.08, 3)
    assert np.bincount(parts, minlength=3) / 4000 == pytest.approx([0.75, 0.17, 0.08], abs=0.005)


def test_another_seed_divides_otherwise() -> None:
    numbers = np.arange(200)
    assert (steady_parts(numbers, 0.2, 0.2, 1) != steady_parts(numbers, 0.2, 0.2, 2)).mean() > 0.3


def test_scattered_values_are_uniform_and_follow_from_their_number() -> None:
    values = scattered(np.arange(10_000), 5)
    assert np.histogram(values, 10, (0, 1))[0] == pytest.approx(np.full(10, 1000), abs=120)
    assert scattered(np.array([77]), 5)[0] == values[77]
    assert abs(np.corrcoef(values, scattered(np.arange(10_000), 6))[0, 1]) < 0.05
