"""Softmax and cross-entropy: the textbook formulas, and the calls that plan them for training."""

from __future__ import annotations

import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.plan import Plan, Slot

# e⁸⁰ and e⁻⁸⁰ lie well inside float32, with room for a sum over classes; columns whose largest logit lies outside
# are computed again with the maximum subtracted.
SAFE_LOGIT = 80.0
FEW = 7  # classes whose rows are added one after the other; from 8 on NumPy may add them in another order


def softmax(logits: Array, temperature: float = 1.0) -> Array:
    """Probabilities (..., C, m) of logits (..., C, m); columns sum to 1. The maximum is subtracted first."""
    scaled = logits / temperature
    t = np.exp(scaled - scaled.max(axis=-2, keepdims=True))
    result: Array = t / t.sum(axis=-2, keepdims=True)
    return result


def one_hot(y: Indices, classes: int) -> Array:
    """Labels (m,) as columns (C, m) of zeros with a 1 at the class."""
    return np.eye(classes)[:, y]


def cross_entropy(logits: Array, y: Array) -> tuple[Array, Array]:
    """Mean cross-entropy of logits (..., C, m) against one-hot labels y, in nats, and its gradient (p − y) / m."""
    losses = losses_per_example(logits, y)
    gradient: Array = (softmax(logits) - y) / logits.shape[-1]
    return losses.mean(axis=-1), gradient


def losses_per_example(logits: Array, y: Array) -> Array:
    """−Σ y log p (..., m) from logits (..., C, m) and labels y, one-hot or smoothed, that sum to 1."""
    shifted = logits - over_classes(np.maximum, logits)[..., None, :]
    total = over_classes(np.add, np.exp(shifted))
    np.log(total, total)
    shifted *= y
    total -= over_classes(np.add, shifted)
    return total


def over_classes(function: np.ufunc, values: Array) -> Array:
    """function.reduce(values, axis=-2), (..., m) of (..., C, m), to the last bit."""
    classes = values.shape[-2]
    if not 1 < classes <= FEW:
        result: Array = function.reduce(values, axis=-2)
        return result
    # NumPy goes along so short an axis anew for each example
    result = function(values[..., 0, :], values[..., 1, :])
    for number in range(2, classes):
        function(result, values[..., number, :], out=result)
    return result


def plan_softmax(plan: Plan, logits: Array | Slot, y: Slot, d: Array, m: int, *, safe: bool) -> None:
    """Plans d = p/m − y, the gradient of the mean loss over m examples; y is one-hot already divided by m.

    `safe` subtracts each column's maximum first; otherwise logits must lie within ±SAFE_LOGIT.
    """
    classes = len(d)
    plan_exponentials(plan, logits, d, safe=safe)
    # the sum for each class again, by one product: dividing by an array of the same shape costs half of a broadcast
    total = plan.buffer(*d.shape)
    plan.product("m · Σ t", plan.constant(m, classes, classes), d, total)
    plan.call("p / m = t / (m Σ t)", np.divide, d, total, d)
    plan.call("dz = (p − y) / m", np.subtract, d, y, d)


def plan_exponentials(plan: Plan, logits: Array | Slot, into: Array, *, safe: bool) -> None:
    """Plans t = e^z, or e^(z − max z) where it must be safe; the factor cancels in t / Σ t."""
    if safe:
        top = plan.buffer(1, into.shape[-1])
        plan.call("the largest logit", np.maximum.reduce, logits, -2, None, top, True)
        plan.call("z − max z", np.subtract, logits, top, into)
        plan.call("t = e^z", np.exp, into, into)
    else:
        plan.call("t = e^z", np.exp, logits, into)
