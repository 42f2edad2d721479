"""Activation functions: each declared once, with its formula, its slope, and the calls that compute both in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.engine.plan import Plan
from hyperscope.registry import Registry


@dataclass(frozen=True)
class Activation:
    """g and g', elementwise on arrays of any shape.

    `forward(plan, z, a, spare)` plans a = g(z) (a may be z itself); `backward(plan, a, d, spare)` plans d *= g'(z).
    `spare` is an array of a's shape to work in. Where the slope does not follow from a alone (`keeps_slope`), forward
    leaves it there for backward. `steepest` is the greatest slope. It is nearest to a straight line close to 0, or, if
    `straight_above`, for large z. `rising` says that g never falls, so that it keeps the order of values.
    """

    label: str
    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    forward: Callable[[Plan, Array, Array, Array], None]
    backward: Callable[[Plan, Array, Array, Array], None]
    steepest: float = 1.0
    keeps_slope: bool = False
    straight_above: bool = False
    rising: bool = True


activations: Registry[Activation] = Registry("activation")


def sigmoid(z: Array) -> Array:
    """σ(z) = 1 / (1 + e⁻ᶻ), by way of tanh so that no z overflows."""
    half = z.dtype.type(0.5)
    result: Array = half + half * np.tanh(half * z)
    return result


LARGE = 4096  # entries; from here on a mask by integer arithmetic is faster than one by sign and product


def _relu_forward(plan: Plan, z: Array, a: Array, spare: Array) -> None:
    # against zeros of z's own shape, not one zero: a third of the time on large layers
    plan.call("a = max(z, 0)", np.maximum, z, plan.zeros(*z.shape[-2:]), out=a)


def _relu_backward(plan: Plan, a: Array, d: Array, spare: Array) -> None:
    if a.size < LARGE:
        # the sign of an output that is never negative is its slope; half the time of a boolean mask
        plan.call("ReLU's slope: 1 where a > 0", np.sign, a, spare)
        plan.call("dz = da · slope", np.multiply, d, spare, d)
        return
    # read as an integer, −a is negative just where a > 0; shifted by all its bits it is a mask of ones there
    whole = np.dtype(f"i{a.itemsize}")
    mask, bits = spare.view(whole), np.array(8 * a.itemsize - 1, whole)
    plan.call("ReLU's slope: −a is negative", np.negative, a.view(whole), mask)
    plan.call("ReLU's slope: where a > 0", np.right_shift, mask, bits, mask)
    plan.call("dz = da · slope", np.bitwise_and, d.view(whole), mask, d.view(whole))


def _tanh_forward(plan: Plan, z: Array, a: Array, spare: Array) -> None:
    plan.call("a = tanh z", np.tanh, z, a)


def _tanh_backward(plan: Plan, a: Array, d: Array, spare: Array) -> None:
    plan.call("a²", np.multiply, a, a, spare)
    plan.call("tanh's slope: 1 − a²", np.subtract, plan.constant(1), spare, spare)
    plan.call("dz = da · slope", np.multiply, d, spare, d)


def _sigmoid_forward(plan: Plan, z: Array, a: Array, spare: Array) -> None:
    half = plan.constant(0.5)
    plan.call("z / 2", np.multiply, z, half, a)
    plan.call("tanh(z / 2)", np.tanh, a, a)
    plan.call("tanh(z / 2) / 2", np.multiply, a, half, a)
    plan.call("a = sigmoid(z) = 1/2 + tanh(z / 2) / 2", np.add, a, half, a)


def _sigmoid_backward(plan: Plan, a: Array, d: Array, spare: Array) -> None:
    plan.call("1 − a", np.subtract, plan.constant(1), a, spare)
    plan.call("sigmoid's slope: a (1 − a)", np.multiply, a, spare, spare)
    plan.call("dz = da · slope", np.multiply, d, spare, d)


def _linear_forward(plan: Plan, z: Array, a: Array, spare: Array) -> None:
    if a is not z:
        plan.call("a = z", np.positive, z, a)


def _linear_backward(plan: Plan, a: Array, d: Array, spare: Array) -> None:
    pass  # the slope is 1


LEAK = 0.01  # the slope of leaky ReLU below 0 (Maas et al. 2013)


def _leaky_forward(plan: Plan, z: Array, a: Array, spare: Array) -> None:
    plan.call("0.01 z", np.multiply, z, plan.constant(LEAK), spare)
    plan.call("a = max(z, 0.01 z)", np.maximum, z, spare, out=a)


def _leaky_backward(plan: Plan, a: Array, d: Array, spare: Array) -> None:
    plan.call("1 where a > 0", np.heaviside, a, plan.constant(0), spare)
    plan.call("0.99 where a > 0", np.multiply, spare, plan.constant(1 - LEAK), spare)
    plan.call("leaky ReLU's slope: 1 or 0.01", np.add, spare, plan.constant(LEAK), spare)
    plan.call("dz = da · slope", np.multiply, d, spare, d)


def _elu_forward(plan: Plan, z: Array, a: Array, spare: Array) -> None:
    zeros = plan.zeros(*z.shape[-2:])
    plan.call("min(z, 0)", np.minimum, z, zeros, out=spare)
    plan.call("e^z − 1 below 0", np.expm1, spare, spare)
    plan.call("max(z, 0)", np.maximum, z, zeros, out=a)
    plan.call("a = z above 0, e^z − 1 below", np.add, a, spare, a)


def _elu_backward(plan: Plan, a: Array, d: Array, spare: Array) -> None:
    plan.call("min(a, 0)", np.minimum, a, plan.zeros(*a.shape[-2:]), out=spare)
    plan.call("ELU's slope: 1 above 0, a + 1 below", np.add, spare, plan.constant(1), spare)
    plan.call("dz = da · slope", np.multiply, d, spare, d)


def _softplus_forward(plan: Plan, z: Array, a: Array, spare: Array) -> None:
    plan.call("a = log(1 + e^z)", np.logaddexp, z, plan.constant(0), a)


def _softplus_backward(plan: Plan, a: Array, d: Array, spare: Array) -> None:
    plan.call("−a", np.negative, a, spare)
    plan.call("e^−a − 1", np.expm1, spare, spare)
    plan.call("softplus' slope: sigmoid(z) = 1 − e^−a, negated", np.multiply, d, spare, d)
    plan.call("dz = da · slope", np.negative, d, d)


# GELU by tanh: 0.5 z (1 + tanh(c (z + k z³))) (Hendrycks and Gimpel 2016, section 2)
GELU_C, GELU_K = float(np.sqrt(2 / np.pi)), 0.044715


def _gelu(z: Array) -> Array:
    result: Array = 0.5 * z * (1 + np.tanh(GELU_C * (z + GELU_K * z**3)))
    return result


def _gelu_slope(z: Array) -> Array:
    t = np.tanh(GELU_C * (z + GELU_K * z**3))
    result: Array = 0.5 * (1 + t) + 0.5 * z * (1 - t**2) * GELU_C * (1 + 3 * GELU_K * z**2)
    return result


def _gelu_forward(plan: Plan, z: Array, a: Array, spare: Array) -> None:
    t, inner, half = plan.buffer(*z.shape[-2:]), plan.buffer(*z.shape[-2:]), plan.constant(0.5)
    plan.call("z²", np.multiply, z, z, inner)
    plan.call("c k z²", np.multiply, inner, plan.constant(GELU_C * GELU_K), inner)
    plan.call("c (1 + k z²)", np.add, inner, plan.constant(GELU_C), t)
    plan.call("c (z + k z³)", np.multiply, t, z, t)
    plan.call("tanh", np.tanh, t, t)
    # the slope is (1 + t)/2 + z/2 (1 − t²) c (1 + 3 k z²); it needs z, so it is worked out here
    plan.call("3 c k z²", np.multiply, inner, plan.constant(3), inner)
    plan.call("c (1 + 3 k z²)", np.add, inner, plan.constant(GELU_C), inner)
    plan.call("z c (1 + 3 k z²)", np.multiply, inner, z, inner)
    plan.call("t²", np.multiply, t, t, spare)
    plan.call("1 − t²", np.subtract, plan.constant(1), spare, spare)
    plan.call("(1 − t²) z c (1 + 3 k z²)", np.multiply, spare, inner, spare)
    plan.call("1 + t", np.add, t, plan.constant(1), t)
    plan.call("twice GELU's slope", np.add, spare, t, spare)
    plan.call("GELU's slope", np.multiply, spare, half, spare)
    plan.call("z (1 + t)", np.multiply, z, t, a)
    plan.call("a = z/2 (1 + tanh(c (z + k z³)))", np.multiply, a, half, a)


def _gelu_backward(plan: Plan, a: Array, d: Array, spare: Array) -> None:
    plan.call("dz = da · slope", np.multiply, d, spare, d)


activations["relu"] = Activation(
    "ReLU",
    value=lambda z: np.maximum(z, 0),
    slope=lambda z: (z > 0).astype(z.dtype),
    forward=_relu_forward,
    backward=_relu_backward,
    straight_above=True,
)
activations["tanh"] = Activation(
    "tanh",
    value=np.tanh,
    slope=lambda z: 1 - np.tanh(z) ** 2,
    forward=_tanh_forward,
    backward=_tanh_backward,
)
activations["sigmoid"] = Activation(
    "sigmoid",
    value=sigmoid,
    slope=lambda z: sigmoid(z) * (1 - sigmoid(z)),
    forward=_sigmoid_forward,
    backward=_sigmoid_backward,
    steepest=0.25,
)
activations["linear"] = Activation(
    "linear",
    value=lambda z: z,
    slope=np.ones_like,
    forward=_linear_forward,
    backward=_linear_backward,
)
activations["leaky relu"] = Activation(
    "leaky ReLU",
    value=lambda z: np.maximum(z, LEAK * z),
    slope=lambda z: np.where(z > 0, 1, LEAK).astype(z.dtype),
    forward=_leaky_forward,
    backward=_leaky_backward,
    straight_above=True,
)
activations["elu"] = Activation(
    "ELU",
    value=lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    slope=lambda z: np.where(z > 0, 1, np.exp(np.minimum(z, 0))),
    forward=_elu_forward,
    backward=_elu_backward,
    straight_above=True,
)
activations["gelu"] = Activation(
    "GELU",
    value=_gelu,
    slope=_gelu_slope,
    forward=_gelu_forward,
    backward=_gelu_backward,
    steepest=1.13,
    keeps_slope=True,
    straight_above=True,
    rising=False,  # it falls to −0.17 on the way up to 0
)
activations["softplus"] = Activation(
    "softplus",
    value=lambda z: np.logaddexp(z, 0),
    slope=sigmoid,
    forward=_softplus_forward,
    backward=_softplus_backward,
    straight_above=True,
)
