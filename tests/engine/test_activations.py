"""Every registered activation: its slope, the calls planned for it, and the types they work in."""

from __future__ import annotations

import numpy as np
import pytest

from engine.networks import central_differences, covering
from hyperscope.engine.activations import LARGE, activations
from hyperscope.engine.arrays import Array
from hyperscope.engine.plan import Plan

Z = np.linspace(-6, 6, 50)  # 0, where some have a kink, is not among them
every_activation = pytest.mark.parametrize("name", activations)
both_types = pytest.mark.parametrize("dtype", [np.float32, np.float64])
# ReLU's plan is another from so many entries on; alone and in a crowd
every_plan = pytest.mark.parametrize(
    ("name", "dtype", "crowd_and_shape"),
    covering(
        name=activations,
        dtype=[np.float32, np.float64],
        crowd_and_shape=[((), (3, 4)), ((), (LARGE // 16, 16)), ((3,), (5, 7))],
    ),
)
Shapes = tuple[tuple[int, ...], tuple[int, ...]]


def planned(name: str, z: Array, crowd: tuple[int, ...], *, in_place: bool) -> tuple[Array, Array]:
    """g(z) and g'(z) as the plan computes them."""
    plan = Plan(crowd, z.dtype)
    inner = z.copy()
    a = inner if in_place else plan.buffer(*z.shape[-2:])
    d, spare = np.ones_like(z), plan.buffer(*z.shape[-2:])
    activations[name].forward(plan, inner, a, spare)
    activations[name].backward(plan, a, d, spare)
    plan.compiled([])()
    return a, d


def some(crowd: tuple[int, ...], shape: tuple[int, ...], dtype: type) -> Array:
    """Values on both sides of 0, none of them within a hundredth of it."""
    z = np.random.default_rng(4).normal(0, 3, (*crowd, *shape))
    return (z + np.copysign(0.01, z)).astype(dtype)


@every_activation
def test_the_slope_is_that_of_the_value(name: str) -> None:
    function = activations[name]
    slopes = [central_differences(lambda z: float(function.value(z)[0]), np.array([z]))[0] for z in Z]
    assert np.allclose(function.slope(Z), slopes, rtol=1e-8, atol=1e-10)


@every_activation
def test_nowhere_is_it_steeper_than_it_says(name: str) -> None:
    function = activations[name]
    steepest = function.slope(np.linspace(-12, 12, 4801)).max()
    assert 0.99 * function.steepest < steepest <= function.steepest + 1e-12


@every_plan
def test_the_planned_value_is_the_formulas(name: str, dtype: type, crowd_and_shape: Shapes) -> None:
    crowd, shape = crowd_and_shape
    z = some(crowd, shape, dtype)
    a, _ = planned(name, z, crowd, in_place=False)
    assert a.dtype == dtype
    assert np.allclose(
        a,
        activations[name].value(z.astype(np.float64)),
        rtol=1e-5 if dtype is np.float32 else 1e-12,
        atol=8 * np.finfo(dtype).eps,
    )


@every_plan
def test_the_planned_slope_is_the_formulas(name: str, dtype: type, crowd_and_shape: Shapes) -> None:
    crowd, shape = crowd_and_shape
    z = some(crowd, shape, dtype)
    _, d = planned(name, z, crowd, in_place=True)
    assert np.allclose(d, activations[name].slope(z.astype(np.float64)), atol=32 * np.finfo(dtype).eps)


@every_activation
def test_in_place_it_gives_the_same_bytes(name: str) -> None:
    z = some((), (6, 9), np.float32)
    beside, over = (planned(name, z, (), in_place=in_place) for in_place in (False, True))
    assert [values.tobytes() for values in beside] == [values.tobytes() for values in over]


@both_types
@every_activation
def test_value_and_slope_stay_in_the_type_they_are_given(name: str, dtype: type) -> None:
    z = Z.astype(dtype)
    assert activations[name].value(z).dtype == activations[name].slope(z).dtype == dtype


@both_types
@every_activation
def test_large_sums_neither_overflow_nor_lose_their_slope(name: str, dtype: type) -> None:
    z = np.array([[-1000.0, -100, 100, 1000]], dtype)
    with np.errstate(over="raise", invalid="raise"):
        a, d = planned(name, z, (), in_place=True)
    assert np.isfinite(a).all()
    assert np.allclose(d, activations[name].slope(z.astype(np.float64)), atol=1e-6)
