"""Logits set by hand: all that follows agrees with the formulas, and what float32 makes of them is told."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperscope.lab.softmax.case import Case, of_two, sigmoid, with_classes, worked

logits = st.lists(st.floats(-1000, 1000, allow_nan=False), min_size=2, max_size=10)


def test_the_opening_example_gives_the_figures_of_the_course() -> None:
    found = worked(Case())
    assert np.round(np.exp(found.exponents), 2).tolist() == [148.41, 7.39, 0.37, 20.09]
    assert np.round(found.shares, 4).tolist() == [0.8420, 0.0419, 0.0021, 0.1140]
    assert round(math.exp(found.logarithm), 2) == 176.26
    assert found.hardmax.tolist() == [1, 0, 0, 0]


@given(logits, st.floats(0.05, 20), st.floats(-1000, 1000), st.data())
def test_nothing_is_ever_nan_and_all_agrees_with_the_formulas(z, temperature, shift, data) -> None:
    truth = data.draw(st.integers(0, len(z) - 1))
    found = worked(Case(tuple(z), truth, temperature, shift))
    u = [(value + shift) / temperature for value in z]
    top = max(u)
    total = math.fsum(math.exp(value - top) for value in u)
    expected = [math.exp(value - top) / total for value in u]
    assert np.allclose(found.shares, expected, rtol=1e-9, atol=1e-300)
    assert math.isclose(found.loss, top + math.log(total) - u[truth], rel_tol=1e-9, abs_tol=1e-9)
    assert math.isclose(found.logarithm, top + math.log(total), rel_tol=1e-12, abs_tol=1e-12)
    assert math.isclose(float(found.shares.sum()), 1, rel_tol=1e-12)
    assert abs(float(found.errors.sum())) < 1e-12
    assert np.isfinite(found.single.safe).all()


@given(logits, st.floats(-1000, 1000))
def test_the_same_number_added_to_all_changes_no_probability(z, shift) -> None:
    plain, moved = worked(Case(tuple(z), 0)), worked(Case(tuple(z), 0, shift=shift))
    assert np.allclose(plain.shares, moved.shares, rtol=1e-9, atol=1e-200)


def test_the_gradient_is_that_of_the_loss() -> None:
    case, step = Case((1.5, -0.5, 0.25), 2, 1.7), 1e-5
    for number in range(3):
        up, down = (
            worked(
                Case(tuple(v + way * step * (k == number) for k, v in enumerate(case.logits)), 2, case.temperature)
            ).loss
            for way in (1, -1)
        )
        assert math.isclose((up - down) / (2 * step), float(worked(case).gradient[number]), rel_tol=1e-7)


def test_a_low_temperature_comes_to_hardmax_and_a_high_one_to_equal_shares() -> None:
    assert np.allclose(worked(Case(temperature=0.05)).shares, [1, 0, 0, 0], atol=1e-9)
    assert np.allclose(worked(Case(temperature=20)).shares, 0.25, atol=0.05)


def test_equal_largest_logits_share_the_hardmax() -> None:
    assert worked(Case((3.0, 3.0, 1.0), 0)).hardmax.tolist() == [0.5, 0.5, 0]


def test_large_powers_overflow_in_float32_and_the_largest_subtracted_saves_them() -> None:
    single = worked(Case((1000.0, 1001.0), 1)).single
    assert np.isinf(single.powers).all()
    assert np.isnan(single.shares).all()
    assert single.breaks
    assert np.allclose(single.safe, [0.2689414, 0.7310586], atol=1e-6)


def test_tiny_powers_vanish_in_float32_too() -> None:
    single = worked(Case((-1000.0, -1001.0), 0)).single
    assert single.powers.tolist() == [0, 0]
    assert single.breaks


def test_float32_does_well_where_nothing_overflows() -> None:
    found = worked(Case())
    assert not found.single.breaks
    assert np.allclose(found.single.shares, found.shares, atol=1e-6)


def test_two_classes_are_the_sigmoid_of_their_difference() -> None:
    case = Case((1.7, 0.4), 0)
    difference, first = of_two(case, 0, 1)
    assert math.isclose(difference, 1.3)
    assert math.isclose(first, float(worked(case).shares[0]), rel_tol=1e-12)
    assert sigmoid(-1000) == 0
    assert sigmoid(1000) == 1


def test_classes_come_with_logits_of_their_own_and_go_from_the_end() -> None:
    six = with_classes(Case(), 6)
    assert six.logits[:4] == Case().logits
    assert len(six.logits) == 6
    assert with_classes(Case(truth=3), 2) == Case((5.0, 2.0), 1)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"logits": (1.0,)}, "classes is 1; it must be a whole number in [2, 10]"),
        ({"logits": (1.0, 1e9)}, "logit is 1000000000.0; it must lie in [-2000, 2000]"),
        ({"logits": (1.0, math.nan)}, "logit is nan; it must lie in [-2000, 2000]"),
        ({"truth": 4}, "truth is 4; it must lie in [0, 3]"),
        ({"temperature": 0.0}, "temperature is 0.0; it must lie in [0.05, 20]"),
    ],
)
def test_what_no_case_can_be_is_refused_in_words(what, said) -> None:
    with pytest.raises(ValueError, match=said.replace("[", r"\[").replace("]", r"\]")):
        Case(**what)
