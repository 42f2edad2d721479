"""Curvature and gradient noise, against second derivatives and covariances worked out another way."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.networks import examples, layout, stirred
from hyperscope.engine.curvature import (
    GradientNoise,
    curvature_along,
    curvature_along_gradient,
    gradient,
    gradient_noise,
    rate_limit,
)
from hyperscope.engine.parameters import Layout
from hyperscope.engine.softmax import one_hot, softmax
from hyperscope.engine.textbook import loss_and_gradient

NORMS = ["off", "before", "after"]


def problem(norm: str = "off") -> tuple[Layout, np.ndarray, np.ndarray, np.ndarray]:
    structure = layout((6, 5), "tanh", norm)
    x, y = examples()
    parameters = stirred(structure, structure.initial(np.random.default_rng(3), np.dtype(np.float64)))
    return structure, parameters, x, one_hot(y, 3)


# -- curvature ----------------------------------------------------------------------------------------------------


def test_the_curvature_of_softmax_alone_is_that_of_its_formula() -> None:
    """For one example of input x the Hessian of W's loss is (diag p − p pᵀ) ⊗ x xᵀ."""
    structure = layout((), inputs=1, classes=2)
    parameters = np.array([0.3, 0.1, -0.4, 0.2])  # [w | b] per class
    x, y = np.array([[2.0]]), np.array([[1.0], [0.0]])
    p = softmax(parameters.reshape(2, 2) @ np.array([[2.0], [1.0]]))[:, 0]
    bordered = np.array([2.0, 1.0])
    hessian = np.kron(np.diag(p) - np.outer(p, p), np.outer(bordered, bordered))
    for direction in np.eye(4):
        found = curvature_along(structure, parameters, x, y, 3 * direction)
        assert found == pytest.approx(direction @ hessian @ direction, rel=1e-8)


@pytest.mark.parametrize("norm", NORMS)
def test_the_curvature_along_the_gradient_is_the_second_derivative_of_the_loss_on_that_line(norm: str) -> None:
    structure, parameters, x, y = problem(norm)
    g = gradient(structure, parameters, x, y)
    step = 1e-3 * g / np.linalg.norm(g)
    losses = [loss_and_gradient(structure, parameters + k * step, x, y)[0] for k in (-1, 0, 1)]
    second = (losses[0] - 2 * losses[1] + losses[2]) / 1e-6
    assert curvature_along_gradient(structure, parameters, x, y) == pytest.approx(second, rel=1e-4)


def test_the_curvature_does_not_depend_on_the_length_of_the_direction() -> None:
    structure, parameters, x, y = problem()
    d = np.random.default_rng(4).normal(0, 1, parameters.size)
    shorter, longer = (curvature_along(structure, parameters, x, y, size * d) for size in (1e-6, 1e3))
    assert shorter == pytest.approx(longer, rel=1e-6)


def test_a_direction_of_no_length_has_no_curvature() -> None:
    structure, parameters, x, y = problem()
    assert math.isnan(curvature_along(structure, parameters, x, y, np.zeros(parameters.size)))


def test_float32_parameters_are_looked_at_in_float64() -> None:
    structure, parameters, x, y = problem()
    rounded = parameters.astype(np.float32)
    wide = curvature_along_gradient(structure, rounded.astype(np.float64), x, y)
    assert curvature_along_gradient(structure, rounded, x, y) == wide


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("share", [0.99, 1.01])
def test_steps_on_a_parabola_converge_just_below_the_rate_limit(share: float, momentum: float) -> None:
    """E13: on ½λx² gradient descent converges if and only if α < 2/λ, with momentum if and only if (2 + 2β)/λ."""
    curvature, x, velocity = 3.0, 1.0, 0.0
    for _ in range(5000):
        velocity = momentum * velocity + curvature * x
        x -= share * rate_limit(curvature, momentum) * velocity
        if abs(x) > 1e6:
            break
    assert (abs(x) < 1) == (share < 1)


@pytest.mark.parametrize("curvature", [0.0, -2.0])
def test_what_does_not_curve_upwards_sets_no_limit(curvature: float) -> None:
    assert rate_limit(curvature) == math.inf


# -- noise --------------------------------------------------------------------------------------------------------


def test_the_noise_scale_is_the_size_times_noise_over_signal() -> None:
    found = GradientNoise(size=8, variance=6.0, signal=3.0)
    assert (found.scale, found.per_batch) == (16.0, 2.0)


def test_batches_of_one_give_the_covariance_of_single_gradients() -> None:
    structure, parameters, x, y = problem()
    each = np.stack([gradient(structure, parameters, x[:, [k]], y[:, [k]]) for k in range(40)])
    found = gradient_noise(structure, parameters, x, y, [np.array([k]) for k in range(40)])
    assert found.variance == pytest.approx(np.cov(each.T).trace())
    whole = gradient(structure, parameters, x, y)
    assert found.signal == pytest.approx(whole @ whole)


def test_the_noise_scale_hardly_depends_on_the_size_of_the_batches() -> None:
    """A mini-batch's gradient varies 1 / size as much as one example's."""
    structure, parameters = problem()[:2]
    x, y = examples(4096)
    order = np.random.default_rng(1).permutation(4096)
    scales = [
        gradient_noise(structure, parameters, x, one_hot(y, 3), order.reshape(-1, size)).scale for size in (4, 32)
    ]
    assert scales[0] == pytest.approx(scales[1], rel=0.25)


def test_equal_batches_have_no_noise() -> None:
    structure, parameters, x, y = problem()
    twice = gradient_noise(structure, parameters, np.tile(x, 2), np.tile(y, 2), np.arange(80).reshape(2, 40))
    assert twice.scale == pytest.approx(0, abs=1e-20)


@pytest.mark.parametrize("batches", [[np.arange(4)], [np.arange(4), np.arange(4, 7)]])
def test_one_batch_or_unequal_ones_are_refused(batches: list[np.ndarray]) -> None:
    structure, parameters, x, y = problem()
    with pytest.raises(ValueError, match="it takes two or more of one size"):
        gradient_noise(structure, parameters, x, y, batches)
