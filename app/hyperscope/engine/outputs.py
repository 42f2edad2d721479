"""What the last layer's numbers mean, and the loss that trains them: each kind of output declared once.

Logits are (..., U, m) for U output units; targets t and the mask of units that count are of the same shape.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hyperscope.engine import trees
from hyperscope.engine.activations import sigmoid
from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.plan import Plan, Slot
from hyperscope.engine.softmax import losses_per_example, plan_exponentials, plan_softmax, softmax
from hyperscope.registry import Registry


@dataclass(frozen=True)
class Output:
    """One kind of output layer.

    `units(C)` is how many units it has; `codes(C, tree)` gives targets and mask (C, U), a row per class.
    `plan(plan, z, y, mask, d, m, safe)` plans d, the gradient of the mean loss over m examples in the logits, from y,
    the targets divided by m; each is (U, m), or (U, K m) with the examples of a crowd side by side.
    `losses(z, t, mask)` are the losses (..., m) in nats, and `slope(z, t, mask)` their gradient in z as the textbook
    has it; `probabilities(z, tree)` are those of the classes (..., C, m). `masked` says that not all units count for
    every class; `bounded` that its fast program holds only for logits within ±SAFE_LOGIT.
    """

    label: str
    units: Callable[[int], int]
    codes: Callable[[int, str], tuple[Array, Array]]
    plan: Callable[[Plan, Array | Slot, Slot, Slot, Array, int, bool], None]
    losses: Callable[[Array, Array, Array], Array]
    slope: Callable[[Array, Array, Array], Array]
    probabilities: Callable[[Array, str], Array]
    masked: bool = False
    bounded: bool = True


outputs: Registry[Output] = Registry("output")


def _every_class(classes: int, tree: str) -> tuple[Array, Array]:
    return np.eye(classes), np.ones((classes, classes))


def _plan_cross_entropy(plan: Plan, z: Array | Slot, y: Slot, mask: Slot, d: Array, m: int, safe: bool) -> None:
    plan_softmax(plan, z, y, d, m, safe=safe)


def _cross_entropy(z: Array, t: Array, mask: Array) -> Array:
    return losses_per_example(z, t)


def _plan_squared_error(plan: Plan, z: Array | Slot, y: Slot, mask: Slot, d: Array, m: int, safe: bool) -> None:
    """J = Σ (p − y)² / 2m with p = softmax(z): dz = p (e − Σ p e), e = (p − y) / m."""
    units = len(d)
    q, error, product, total = (plan.buffer(*d.shape) for _ in range(4))
    plan_exponentials(plan, z, q, safe=safe)
    plan.product("m Σ t", plan.constant(m, units, units), q, total)
    plan.call("p / m", np.divide, q, total, q)
    plan.call("e = (p − y) / m", np.subtract, q, y, error)
    plan.call("p e / m", np.multiply, q, error, product)
    plan.product("Σ p e", plan.constant(m, units, units), product, total)
    plan.call("e − Σ p e", np.subtract, error, total, error)
    plan.call("p (e − Σ p e) / m", np.multiply, q, error, d)
    plan.call("dz = p (e − Σ p e)", np.multiply, d, plan.constant(m), d)


def _squared_error_slope(z: Array, t: Array, mask: Array) -> Array:
    p = softmax(z)
    result: Array = p * (p - t - (p * (p - t)).sum(axis=-2, keepdims=True))
    return result


def _squared_error(z: Array, t: Array, mask: Array) -> Array:
    result: Array = 0.5 * ((softmax(z.astype(np.float64)) - t) ** 2).sum(axis=-2)
    return result


def _plan_binary(plan: Plan, z: Array | Slot, y: Slot, d: Array, m: int) -> None:
    plan.call("z / 2", np.multiply, z, plan.constant(0.5), d)
    plan.call("tanh(z / 2)", np.tanh, d, d)
    plan.call("tanh(z / 2) / 2m", np.multiply, d, plan.constant(0.5 / m), d)
    plan.call("sigmoid(z) / m", np.add, d, plan.constant(0.5 / m), d)
    plan.call("dz = (sigmoid(z) − y) / m", np.subtract, d, y, d)


def _plan_one_vs_all(plan: Plan, z: Array | Slot, y: Slot, mask: Slot, d: Array, m: int, safe: bool) -> None:
    _plan_binary(plan, z, y, d, m)


def _plan_hierarchical(plan: Plan, z: Array | Slot, y: Slot, mask: Slot, d: Array, m: int, safe: bool) -> None:
    _plan_binary(plan, z, y, d, m)
    plan.call("dz only of the questions asked", np.multiply, d, mask, d)


def _binary_losses(z: Array, t: Array, mask: Array) -> Array:
    wide = z.astype(np.float64)
    result: Array = (mask * (np.logaddexp(0, wide) - t * wide)).sum(axis=-2)
    return result


def _binary_slope(z: Array, t: Array, mask: Array) -> Array:
    result: Array = mask * (sigmoid(z) - t)
    return result


def _one_vs_all_probabilities(z: Array, tree: str) -> Array:
    """Each class's own σ(z), made to sum to 1, since more than one class or none may say yes."""
    # σ(z) / Σ σ(z) is the softmax of log σ(z), which does not vanish where every class says no
    return softmax(-np.logaddexp(0, -z))


def _hierarchical_probabilities(z: Array, tree: str) -> Array:
    answers, asked = trees.questions(trees.parsed(tree, z.shape[-2] + 1))
    # log p of a class: the sum over its questions of log σ(±z)
    log_yes, log_no = -np.logaddexp(0, -z), -np.logaddexp(0, z)
    logs = answers @ log_yes + (asked - answers) @ log_no
    result: Array = np.exp(logs).astype(z.dtype)
    return result


def _plan_hinge(plan: Plan, z: Array | Slot, y: Slot, mask: Slot, d: Array, m: int, safe: bool) -> None:
    """J = Σ t (1 − z)⁺ + (1 − t) (1 + z)⁺, averaged: dz = h₋ / m − y (h₊ + h₋) with h± = 1 where 1 ∓ z > 0."""
    below, above = plan.buffer(*d.shape), plan.buffer(*d.shape)
    plan.call("z < 1", np.less, z, plan.constant(1.0), below)
    plan.call("z > −1", np.greater, z, plan.constant(-1.0), above)
    plan.call("who is within a margin", np.add, below, above, below)
    plan.call("y of who is", np.multiply, y, below, below)
    plan.call("1 / m where z > −1", np.multiply, above, plan.constant(1 / m), d)
    plan.call("dz", np.subtract, d, below, d)


def _hinge(z: Array, t: Array, mask: Array) -> Array:
    wide = z.astype(np.float64)
    result: Array = (t * np.maximum(0, 1 - wide) + (1 - t) * np.maximum(0, 1 + wide)).sum(axis=-2)
    return result


def _hinge_slope(z: Array, t: Array, mask: Array) -> Array:
    result: Array = (1 - t) * (z > -1) - t * (z < 1)
    return result


def _plan_weston_watkins(plan: Plan, z: Array | Slot, y: Slot, mask: Slot, d: Array, m: int, safe: bool) -> None:
    """J = Σ (1 − t) (z − Σ t z + 1)⁺, averaged: dz = h − t Σ h with h = 1 − t where the margin is not kept."""
    units = len(d)
    own, hurt = plan.buffer(*d.shape), plan.buffer(*d.shape)
    ones = plan.constant(m, units, units)
    plan.call("y z", np.multiply, y, z, own)
    plan.product("z of the class", ones, own, hurt)
    plan.call("z − z of the class", np.subtract, z, hurt, own)
    plan.call("who comes within 1", np.greater, own, plan.constant(-1.0), own)
    plan.call("y of who does", np.multiply, y, own, hurt)
    plan.call("1 / m of who does", np.multiply, own, plan.constant(1 / m), d)
    plan.call("h / m", np.subtract, d, hurt, d)
    plan.product("Σ h", ones, d, own)
    plan.call("y Σ h", np.multiply, y, own, own)
    plan.call("dz = (h − t Σ h) / m", np.subtract, d, own, d)


def _margins(z: Array, t: Array) -> Array:
    """How far each class's score is from keeping 1 below that of the true class: z − Σ t z + 1."""
    result: Array = z - (t * z).sum(axis=-2, keepdims=True) + 1
    return result


def _weston_watkins(z: Array, t: Array, mask: Array) -> Array:
    result: Array = ((1 - t) * np.maximum(0, _margins(z.astype(np.float64), t))).sum(axis=-2)
    return result


def _weston_watkins_slope(z: Array, t: Array, mask: Array) -> Array:
    hurt = (1 - t) * (_margins(z, t) > 0)
    result: Array = hurt - t * hurt.sum(axis=-2, keepdims=True)
    return result


def _plan_crammer_singer(plan: Plan, z: Array | Slot, y: Slot, mask: Slot, d: Array, m: int, safe: bool) -> None:
    """J = max(z + 1 − t) − Σ t z, averaged: dz = (who is the greatest − t) / m; equals share the 1."""
    units = len(d)
    raised, count = plan.buffer(*d.shape), plan.buffer(*d.shape)
    greatest = plan.buffer(1, d.shape[1])
    plan.call("−m t", np.multiply, y, plan.constant(-m), raised)
    plan.call("1 − t", np.add, raised, plan.constant(1.0), raised)
    plan.call("z + 1 − t", np.add, z, raised, raised)
    plan.call("the greatest", np.maximum.reduce, raised, -2, None, greatest, True)
    plan.call("who is the greatest", np.equal, raised, greatest, raised)
    plan.product("how many are", plan.constant(m, units, units), raised, count)
    plan.call("each one's share", np.divide, raised, count, raised)
    plan.call("dz = (share − t) / m", np.subtract, raised, y, d)


def _crammer_singer(z: Array, t: Array, mask: Array) -> Array:
    wide = z.astype(np.float64)
    result: Array = (wide + 1 - t).max(axis=-2) - (t * wide).sum(axis=-2)
    return result


def _crammer_singer_slope(z: Array, t: Array, mask: Array) -> Array:
    raised = z + 1 - t
    greatest = raised == raised.max(axis=-2, keepdims=True)
    result: Array = greatest / greatest.sum(axis=-2, keepdims=True) - t
    return result


def _classes(classes: int) -> int:
    return classes


outputs["softmax"] = Output(
    "softmax",
    units=_classes,
    codes=_every_class,
    plan=_plan_cross_entropy,
    losses=_cross_entropy,
    slope=lambda z, t, mask: softmax(z) - t,
    probabilities=lambda z, tree: softmax(z),
)
outputs["squared error"] = Output(
    "squared error",
    units=_classes,
    codes=_every_class,
    plan=_plan_squared_error,
    losses=_squared_error,
    slope=_squared_error_slope,
    probabilities=lambda z, tree: softmax(z),
)
outputs["one-vs-all"] = Output(
    "one-vs-all",
    units=_classes,
    codes=_every_class,
    plan=_plan_one_vs_all,
    losses=_binary_losses,
    slope=_binary_slope,
    probabilities=_one_vs_all_probabilities,
    bounded=False,
)
# Scores of a support vector machine are no probabilities; where some are drawn, they are the softmax of the scores.
outputs["hinge"] = Output(  # one-vs-all
    "hinge, one-vs-all",
    units=_classes,
    codes=_every_class,
    plan=_plan_hinge,
    losses=_hinge,
    slope=_hinge_slope,
    probabilities=lambda z, tree: softmax(z),
    bounded=False,
)
outputs["Weston-Watkins"] = Output(  # Weston and Watkins 1999, eq. 2: the usual "multiclass SVM"
    "hinge, Weston–Watkins",
    units=_classes,
    codes=_every_class,
    plan=_plan_weston_watkins,
    losses=_weston_watkins,
    slope=_weston_watkins_slope,
    probabilities=lambda z, tree: softmax(z),
    bounded=False,
)
outputs["Crammer-Singer"] = Output(  # Crammer and Singer 2001, eq. 5: only the worst rival counts
    "hinge, Crammer–Singer",
    units=_classes,
    codes=_every_class,
    plan=_plan_crammer_singer,
    losses=_crammer_singer,
    slope=_crammer_singer_slope,
    probabilities=lambda z, tree: softmax(z),
    bounded=False,
)
outputs["hierarchical"] = Output(
    "hierarchical softmax",
    units=lambda classes: classes - 1,
    codes=lambda classes, tree: trees.questions(trees.parsed(tree, classes)),
    plan=_plan_hierarchical,
    losses=_binary_losses,
    slope=_binary_slope,
    probabilities=_hierarchical_probabilities,
    masked=True,
    bounded=False,
)


def class_weights(y: Indices, classes: int, kind: str, given: Sequence[float] = ()) -> Array:
    """Weights (C,) of the classes of labels y (m,): all 1, "balanced", m / (C · count) (King and Zeng 2001), or "by
    hand", which are those `given`, and 1 where fewer are.
    """
    if kind == "by hand":
        return np.array([*given[:classes], *[1.0] * (classes - len(given))])
    if kind != "balanced":
        return np.ones(classes)
    counts = np.bincount(y, minlength=classes)
    return np.where(counts > 0, y.size / (classes * np.maximum(counts, 1)), 0.0)
