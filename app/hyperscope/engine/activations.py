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

    `forward(plan, z, a)` plans a = g(z) (a may be z itself); `backward(plan, a, d, spare)` plans d *= g'(z), where
    the slope follows from a = g(z) alone, using `spare`, an array of a's shape. `steepest` is the greatest slope.
    """

    label: str
    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    forward: Callable[[Plan, Array, Array], None]
    backward: Callable[[Plan, Array, Array, Array], None]
    steepest: float = 1.0


activations: Registry[Activation] = Registry("activation")


def sigmoid(z: Array) -> Array:
    """σ(z) = 1 / (1 + e⁻ᶻ), by way of tanh so that no z overflows."""
    half = z.dtype.type(0.5)
    result: Array = half + half * np.tanh(half * z)
    return result


LARGE = 4096  # entries; from here on a mask by integer arithmetic is faster than one by sign and product


def _relu_forward(plan: Plan, z: Array, a: Array) -> None:
    # against zeros of z's own shape, not one zero: a third of the time on large layers
    plan.call("a = max(z, 0)", np.maximum, z, plan.buffer(*z.shape[-2:]), out=a)


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


def _tanh_forward(plan: Plan, z: Array, a: Array) -> None:
    plan.call("a = tanh z", np.tanh, z, a)


def _tanh_backward(plan: Plan, a: Array, d: Array, spare: Array) -> None:
    plan.call("a²", np.multiply, a, a, spare)
    plan.call("tanh's slope: 1 − a²", np.subtract, plan.constant(1), spare, spare)
    plan.call("dz = da · slope", np.multiply, d, spare, d)


def _sigmoid_forward(plan: Plan, z: Array, a: Array) -> None:
    half = plan.constant(0.5)
    plan.call("z / 2", np.multiply, z, half, a)
    plan.call("tanh(z / 2)", np.tanh, a, a)
    plan.call("tanh(z / 2) / 2", np.multiply, a, half, a)
    plan.call("a = σ(z) = 1/2 + tanh(z / 2) / 2", np.add, a, half, a)


def _sigmoid_backward(plan: Plan, a: Array, d: Array, spare: Array) -> None:
    plan.call("1 − a", np.subtract, plan.constant(1), a, spare)
    plan.call("σ's slope: a (1 − a)", np.multiply, a, spare, spare)
    plan.call("dz = da · slope", np.multiply, d, spare, d)


def _linear_forward(plan: Plan, z: Array, a: Array) -> None:
    if a is not z:
        plan.call("a = z", np.positive, z, a)


def _linear_backward(plan: Plan, a: Array, d: Array, spare: Array) -> None:
    pass  # the slope is 1


activations["relu"] = Activation(
    "ReLU",
    value=lambda z: np.maximum(z, 0),
    slope=lambda z: (z > 0).astype(z.dtype),
    forward=_relu_forward,
    backward=_relu_backward,
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
