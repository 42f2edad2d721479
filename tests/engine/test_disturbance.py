"""Disturbances: shares are kept to the example, labels go wrong evenly, and shifts are the motions they name."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperscope.engine.disturbance import (
    Shift,
    chosen,
    divided,
    relabelled,
    shifted_plane,
    shifted_table,
    thinned,
)

few = settings(max_examples=50, deadline=None)
shares = st.floats(0.01, 0.95)
sizes = st.lists(st.integers(1, 200), min_size=2, max_size=10).map(np.array)
TABLE = np.random.default_rng(0).normal([[3.0], [50.0]], [[1.0], [20.0]], (2, 400))


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@few
@given(total=st.integers(1, 5000), counts=sizes, share=shares)
def test_sizes_add_up_and_the_first_class_has_its_share(total: int, counts: np.ndarray, share: float) -> None:
    found = divided(total, counts, share)
    assert found.sum() == total
    assert abs(found[0] - share * total) <= 0.5


@few
@given(total=st.integers(1, 5000), counts=sizes, share=shares)
def test_the_other_classes_keep_their_proportions(total: int, counts: np.ndarray, share: float) -> None:
    found = divided(total, counts, share)
    exact = counts[1:] / counts[1:].sum() * (total - found[0])
    assert np.abs(found[1:] - exact).max() < 1


@few
@given(points=st.integers(20, 5000), classes=st.integers(2, 6), share=shares)
def test_no_class_falls_below_the_least(points: int, classes: int, share: float) -> None:
    found = divided(points, np.full(classes, points), share, least=3)
    assert found.min() >= 3
    assert found.sum() == points


@few
@given(counts=sizes, share=shares)
def test_thinning_takes_no_more_than_there_are(counts: np.ndarray, share: float) -> None:
    found = thinned(counts, share, least=3)
    assert (found <= counts).all()
    assert (found >= np.minimum(3, counts)).all()


def test_thinning_leaves_out_as_few_as_it_can() -> None:
    assert thinned(np.array([50, 50, 50]), 0.5).tolist() == [50, 25, 25]
    assert thinned(np.array([50, 50, 50]), 0.2).tolist() == [25, 50, 50]


def test_examples_are_chosen_in_the_numbers_asked_for() -> None:
    y = rng().integers(0, 3, 100)
    found = chosen(y, np.array([5, 0, 60]), rng())
    assert np.bincount(y[found], minlength=3).tolist() == [5, 0, 60]


def test_none_is_chosen_again_before_all_of_its_class_are() -> None:
    y = np.repeat([0, 1], [10, 20])
    times = np.bincount(chosen(y, np.array([25, 20]), rng()), minlength=30)
    assert set(times[:10].tolist()) == {2, 3}
    assert set(times[10:].tolist()) == {1}


@few
@given(share=st.floats(0, 1), classes=st.integers(2, 10), m=st.integers(1, 300))
def test_the_share_of_labels_is_another_class(share: float, classes: int, m: int) -> None:
    y = rng().integers(0, classes, m)
    told = relabelled(y, classes, share, rng())
    assert np.count_nonzero(told != y) == round(share * m)
    assert 0 <= told.min() <= told.max() < classes


def test_wrong_labels_are_any_other_class_alike() -> None:
    told = relabelled(np.zeros(4000, np.int64), 5, 1.0, rng())
    assert np.bincount(told, minlength=5) / 4000 == pytest.approx([0, 0.25, 0.25, 0.25, 0.25], abs=0.03)


def test_more_wrong_labels_include_the_fewer() -> None:
    y = rng().integers(0, 4, 200)
    fewer, more = relabelled(y, 4, 0.1, rng(3)), relabelled(y, 4, 0.3, rng(3))
    assert np.array_equal(more[fewer != y], fewer[fewer != y])


def test_a_single_class_has_no_other_label() -> None:
    assert not relabelled(np.zeros(9, np.int64), 1, 0.5, rng()).any()


def test_points_are_scaled_then_turned_then_moved_along_the_first_axis() -> None:
    east = np.array([[1.0], [0.0]])
    assert shifted_plane(east, Shift(3.0, 90.0, 2.0)) == pytest.approx(np.array([[3.0], [2.0]]))


def test_a_table_moves_by_standard_deviations_of_the_training_set() -> None:
    found = shifted_table(TABLE, TABLE, Shift(move=0.5))
    assert found - TABLE == pytest.approx(np.broadcast_to(0.5 * TABLE.std(axis=1, keepdims=True), TABLE.shape))


def test_a_table_is_scaled_about_the_training_mean() -> None:
    found = shifted_table(TABLE, TABLE, Shift(scale=2.0))
    assert found.mean(axis=1) == pytest.approx(TABLE.mean(axis=1))
    assert found.std(axis=1) == pytest.approx(2 * TABLE.std(axis=1))


def test_a_table_of_two_inputs_turns_in_their_own_units() -> None:
    mean, deviation = TABLE.mean(axis=1, keepdims=True), TABLE.std(axis=1, keepdims=True)
    turned = (shifted_table(TABLE, TABLE, Shift(rotate=90.0)) - mean) / deviation
    seen = (TABLE - mean) / deviation
    assert turned == pytest.approx(np.stack([-seen[1], seen[0]]))


def test_a_table_of_three_inputs_does_not_turn() -> None:
    table = rng().normal(size=(3, 20))
    assert shifted_table(table, table, Shift(rotate=40.0)) == pytest.approx(table)


def test_a_constant_input_stays_finite() -> None:
    table = np.stack([TABLE[0], np.full(400, 7.0)])
    assert np.isfinite(shifted_table(table, table, Shift(1.0, 30.0, 2.0))).all()
