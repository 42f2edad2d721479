"""Softmax and cross-entropy: the formulas, at sizes where they are easy and where they are not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.networks import examples
from hyperscope.engine.arrays import Array
from hyperscope.engine.plan import Plan, Slot
from hyperscope.engine.softmax import SAFE_LOGIT, cross_entropy, losses_per_example, one_hot, plan_softmax, softmax

some_logits = st.tuples(st.integers(2, 6), st.integers(1, 5)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.floats(-500, 500))
)


@given(some_logits)
def test_probabilities_of_each_example_add_up_to_one(logits: Array) -> None:
    assert np.allclose(softmax(logits).sum(axis=0), 1, atol=1e-12)


@given(some_logits, st.floats(-1000, 1000))
def test_what_all_logits_have_in_common_does_not_matter(logits: Array, offset: float) -> None:
    assert np.allclose(softmax(logits + offset), softmax(logits), atol=1e-9)


@given(some_logits, st.floats(0.05, 20))
def test_a_temperature_divides_the_logits(logits: Array, temperature: float) -> None:
    assert np.allclose(softmax(logits, temperature), softmax(logits / temperature), atol=1e-12)


@given(some_logits)
def test_the_largest_logit_has_the_largest_probability(logits: Array) -> None:
    p = softmax(logits)
    assert np.array_equal(np.take_along_axis(p, logits.argmax(axis=0)[None], axis=0)[0], p.max(axis=0))


def test_float32_logits_of_a_thousand_do_not_overflow() -> None:
    assert softmax(np.array([[1000.0], [-1000.0]], np.float32)).tolist() == [[1], [0]]


def test_one_hot_has_its_one_at_the_class() -> None:
    assert one_hot(np.array([2, 0]), 3).tolist() == [[0, 1], [0, 0], [1, 0]]


def test_the_loss_is_minus_the_log_of_the_true_classs_probability() -> None:
    logits, y = np.random.default_rng(1).normal(0, 3, (4, 9)), np.arange(9) % 4
    expected = -np.log(softmax(logits)[y, np.arange(9)])
    assert np.allclose(losses_per_example(logits, one_hot(y, 4)), expected, rtol=1e-12)


def test_a_hopeless_example_has_a_large_but_finite_loss() -> None:
    assert losses_per_example(np.array([[1000.0], [0.0]]), one_hot(np.array([1]), 2)).tolist() == [1000]


def test_the_gradient_of_the_mean_loss_is_its_slope() -> None:
    _, y = examples(5)
    logits, labels = np.random.default_rng(2).normal(0, 2, (3, 5)), one_hot(y, 3)
    _, gradient = cross_entropy(logits, labels)
    for place in np.ndindex(3, 5):
        step = np.zeros((3, 5))
        step[place] = 1e-5
        slope = (cross_entropy(logits + step, labels)[0] - cross_entropy(logits - step, labels)[0]) / 2e-5
        assert gradient[place] == pytest.approx(slope, abs=1e-9)


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("safe", [False, True])
def test_the_planned_gradient_is_the_formulas(safe: bool, dtype: type, members: int) -> None:
    _, y = examples(7)
    size = SAFE_LOGIT - 1
    logits = np.random.default_rng(3).uniform(-size, size, (members, 3, 7)).astype(dtype)
    labels = np.broadcast_to(one_hot(y, 3), logits.shape).astype(dtype)
    plan = Plan((), np.dtype(dtype))
    d = plan.buffer(3, members * 7)
    plan_softmax(plan, Slot("logits"), Slot("y"), d, 7, safe=safe)
    plan.compiled(["logits", "y"])(np.hstack(logits), np.hstack(labels / dtype(7)))
    expected = cross_entropy(logits.astype(np.float64), labels)[1]
    assert np.allclose(d, np.hstack(expected), atol=4 * np.finfo(dtype).eps * size)


def test_the_safe_plan_takes_logits_of_any_size() -> None:
    logits = np.array([[1000.0, -1000.0], [0.0, -1000.0]], np.float32)
    plan = Plan((), np.dtype(np.float32))
    d = plan.buffer(2, 2)
    plan_softmax(plan, Slot("logits"), Slot("y"), d, 2, safe=True)
    plan.compiled(["logits", "y"])(logits, np.zeros((2, 2), np.float32))
    assert d.tolist() == [[0.5, 0.25], [0, 0.25]]
