"""Mini-batches: every epoch visits every example once, in an order that seed and epoch decide alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperscope.engine.batches import TOGETHER, Position, Shuffle

sizes, seeds = st.integers(1, 70), st.integers(0, 999_999)
examples = st.integers(1, 60)


@given(seeds, examples, sizes)
def test_every_epoch_visits_every_example_once(seed: int, m: int, size: int) -> None:
    per_epoch = -(-m // size)
    batches, after = Shuffle(seed, m).batches(size, Position(), 3 * per_epoch)
    for epoch in range(3):
        visited = np.concatenate(batches[epoch * per_epoch : (epoch + 1) * per_epoch])
        assert np.array_equal(np.sort(visited), np.arange(m))
    assert after == Position(3, 0)


@given(seeds, examples, sizes)
def test_only_the_last_batch_of_an_epoch_is_short(seed: int, m: int, size: int) -> None:
    per_epoch = -(-m // size)
    batches, _ = Shuffle(seed, m).batches(size, Position(), per_epoch)
    assert [len(batch) for batch in batches[:-1]] == [size] * (per_epoch - 1)
    assert len(batches[-1]) == m - size * (per_epoch - 1)


@given(seeds, examples, sizes, st.integers(0, 20), st.integers(1, 20))
def test_batches_taken_in_two_goes_are_those_taken_in_one(
    seed: int, m: int, size: int, first: int, second: int
) -> None:
    shuffle = Shuffle(seed, m)
    together, end = shuffle.batches(size, Position(), first + second)
    early, middle = shuffle.batches(size, Position(), first)
    late, last = shuffle.batches(size, middle, second)
    assert [batch.tolist() for batch in together] == [batch.tolist() for batch in early + late]
    assert end == last


@given(seeds, examples, sizes, sizes, st.integers(1, 10))
def test_an_epoch_goes_on_with_another_batch_size(seed: int, m: int, size: int, other: int, steps: int) -> None:
    shuffle = Shuffle(seed, m)
    early, middle = shuffle.batches(size, Position(), steps)
    late, _ = shuffle.batches(other, middle, -(-m // other))
    visited = np.concatenate(early + late)
    epochs = len(visited) // m
    assert np.array_equal(visited[: epochs * m], np.concatenate([shuffle.order(e) for e in range(epochs)]))


@pytest.mark.parametrize("epoch", [0, 5, TOGETHER - 1, TOGETHER, 3 * TOGETHER + 2])
def test_an_epochs_order_does_not_depend_on_what_was_asked_before(epoch: int) -> None:
    asked = Shuffle(7, 30)
    for earlier in (40, 0, epoch + 1, 17):
        asked.order(earlier)
    assert np.array_equal(asked.order(epoch), Shuffle(7, 30).order(epoch))


def test_epochs_differ_in_their_order() -> None:
    shuffle = Shuffle(7, 30)
    orders = {tuple(shuffle.order(epoch).tolist()) for epoch in range(2 * TOGETHER)}
    assert len(orders) == 2 * TOGETHER


def test_seeds_differ_in_their_order() -> None:
    assert not np.array_equal(Shuffle(7, 30).order(0), Shuffle(8, 30).order(0))


def test_a_batch_that_holds_the_whole_set_makes_every_step_an_epoch() -> None:
    batches, after = Shuffle(1, 30).batches(65536, Position(), 4)
    assert [len(batch) for batch in batches] == [30] * 4
    assert after == Position(4, 0)


def test_no_steps_lead_nowhere() -> None:
    assert Shuffle(1, 30).batches(8, Position(2, 16), 0) == ([], Position(2, 16))


def test_order_is_uniform_over_places() -> None:
    shuffle = Shuffle(3, 4)
    first = np.array([shuffle.order(epoch)[0] for epoch in range(2000)])
    assert np.bincount(first, minlength=4).min() > 403  # of 500 expected, less five standard deviations of 19.4
