"""Optimisers: each declared once, as the calls that turn the flat gradient into a step of the flat parameters.

An optimiser's memory (its moments) is state and lives with the learner; its constants are knobs and may change
between any two steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.engine.plan import Plan, Slot
from hyperscope.registry import Registry


@dataclass(frozen=True)
class Memory:
    """What an optimiser plans with: parameters, gradient and moments (P,), and its constants as cells.

    A cell is 0-d or a vector (P,) for one network, and (K, 1) for a crowd, or 0-d where its members are alike; writing
    to it changes the plan's next step.
    `squares` (P,) is room for the gradient's, where that is to lie behind the gradient.
    """

    parameters: Array
    gradient: Array
    moments: tuple[Array, ...]
    cells: Mapping[str, Array]
    squares: Array | None = None


def _rate_alone(alpha: Array, constants: Mapping[str, Array], products: Mapping[str, Array]) -> tuple[Array, ...]:
    return (alpha,)


def _unscaled(old: Mapping[str, Array], new: Mapping[str, Array]) -> tuple[Array | float, ...]:
    return ()


@dataclass(frozen=True)
class Optimiser:
    """One update rule.

    `uses` are the fields of Training it reads, `moments` how many vectors it remembers, `plan` its calls.
    `keeps` are the constants by which the moments are multiplied at each step, in their order.
    `slots` are the numbers that change with every step; `rates` gives them for a run of steps as arrays like
    `alpha` (S,) or (S, K), or (S, 1) where a crowd's members are alike, from the learning rates, the constants, and per
    constant named in `decays` the product of its values up to and with each step (βᵗ while β stays). `kept` gives the
    factor on each moment that keeps its meaning when constants change.
    """

    label: str
    plan: Callable[[Plan, Memory], None]
    uses: tuple[str, ...] = ()
    moments: int = 0
    keeps: tuple[str, ...] = ()
    decays: tuple[str, ...] = ()
    slots: tuple[str, ...] = ("rate",)
    decoupled: bool = False  # whether it does the L2 penalty itself, apart from the gradient
    rates: Callable[[Array, Mapping[str, Array], Mapping[str, Array]], tuple[Array, ...]] = _rate_alone
    kept: Callable[[Mapping[str, Array], Mapping[str, Array]], tuple[Array | float, ...]] = _unscaled


optimisers: Registry[Optimiser] = Registry("optimiser")

RATE, FLOOR = Slot("rate"), Slot("floor")
ALPHA = Slot("alpha")  # the learning rate as scheduled, without an optimiser's own factors


def _plan_sgd(plan: Plan, memory: Memory) -> None:
    step = plan.scratch(memory.parameters.shape[-1])
    plan.call("α g", np.multiply, memory.gradient, RATE, step)
    plan.call("w = w − α g", np.subtract, memory.parameters, step, memory.parameters)


def _plan_momentum(plan: Plan, memory: Memory) -> None:
    (velocity,) = memory.moments
    step = plan.scratch(velocity.shape[-1])
    plan.call("β v", np.multiply, velocity, memory.cells["momentum"], velocity)
    plan.call("v = β v + g", np.add, velocity, memory.gradient, velocity)
    plan.call("α v", np.multiply, velocity, RATE, step)
    plan.call("w = w − α v", np.subtract, memory.parameters, step, memory.parameters)


def _plan_nesterov(plan: Plan, memory: Memory) -> None:
    # the look-ahead in the variables of Sutskever et al. (2013), as PyTorch writes it
    (velocity,) = memory.moments
    step = plan.scratch(velocity.shape[-1])
    plan.call("β v", np.multiply, velocity, memory.cells["momentum"], velocity)
    plan.call("v = β v + g", np.add, velocity, memory.gradient, velocity)
    plan.call("β v", np.multiply, velocity, memory.cells["momentum"], step)
    plan.call("g + β v", np.add, step, memory.gradient, step)
    plan.call("α (g + β v)", np.multiply, step, RATE, step)
    plan.call("w = w − α (g + β v)", np.subtract, memory.parameters, step, memory.parameters)


def _plan_adagrad(plan: Plan, memory: Memory) -> None:
    (total,) = memory.moments
    step = plan.scratch(total.shape[-1])
    plan.call("g²", np.multiply, memory.gradient, memory.gradient, step)
    plan.call("s = s + g²", np.add, total, step, total)
    plan.call("√s", np.sqrt, total, step)
    plan.call("√s + ε", np.add, step, memory.cells["epsilon"], step)
    plan.call("g / (√s + ε)", np.divide, memory.gradient, step, step)
    plan.call("α g / (√s + ε)", np.multiply, step, RATE, step)
    plan.call("w = w − α g / (√s + ε)", np.subtract, memory.parameters, step, memory.parameters)


def _plan_rmsprop(plan: Plan, memory: Memory) -> None:
    # s is kept as s / (1 − β₂), as in Adam
    (second,) = memory.moments
    step = plan.scratch(second.shape[-1])
    plan.call("g²", np.multiply, memory.gradient, memory.gradient, step)
    plan.call("β₂ s", np.multiply, second, memory.cells["beta2"], second)
    plan.call("s = β₂ s + (1 − β₂) g²", np.add, second, step, second)
    plan.call("√s", np.sqrt, second, step)
    plan.call("√s + ε", np.add, step, FLOOR, step)
    plan.call("g / (√s + ε)", np.divide, memory.gradient, step, step)
    plan.call("α g / (√s + ε)", np.multiply, step, RATE, step)
    plan.call("w = w − α g / (√s + ε)", np.subtract, memory.parameters, step, memory.parameters)


def _rmsprop_rates(alpha: Array, constants: Mapping[str, Array], products: Mapping[str, Array]) -> tuple[Array, ...]:
    second = np.sqrt(1 - constants["beta2"])
    return alpha / second, np.broadcast_to(constants["epsilon"] / second, (len(alpha), *second.shape))


def _rmsprop_kept(old: Mapping[str, Array], new: Mapping[str, Array]) -> tuple[Array | float, ...]:
    return ((1 - old["beta2"]) / (1 - new["beta2"]),)


def _plan_adamw(plan: Plan, memory: Memory) -> None:
    pull = plan.scratch(memory.parameters.shape[-1])
    plan.call("λ w", np.multiply, memory.parameters, memory.cells["l2"], pull)
    plan.call("α λ w", np.multiply, pull, ALPHA, pull)
    plan.call("w = w − α λ w", np.subtract, memory.parameters, pull, memory.parameters)
    _plan_adam(plan, memory)


def _plan_adam(plan: Plan, memory: Memory) -> None:
    # The moments are kept as m / (1 − β₁) and v / (1 − β₂), which saves two calls; rate and floor absorb the factors.
    first, second = memory.moments
    step = plan.scratch(first.shape[-1])
    squares = step if memory.squares is None else memory.squares
    plan.call("β₁ m", np.multiply, first, memory.cells["beta1"], first)
    plan.call("m = β₁ m + (1 − β₁) g", np.add, first, memory.gradient, first)
    plan.call("g²", np.multiply, memory.gradient, memory.gradient, squares)
    plan.call("β₂ v", np.multiply, second, memory.cells["beta2"], second)
    plan.call("v = β₂ v + (1 − β₂) g²", np.add, second, squares, second)
    plan.call("√v", np.sqrt, second, step)
    plan.call("√v̂ + ε", np.add, step, FLOOR, step)
    plan.call("m̂ / (√v̂ + ε)", np.divide, first, step, step)
    plan.call("α m̂ / (√v̂ + ε)", np.multiply, step, RATE, step)
    plan.call("w = w − α m̂ / (√v̂ + ε)", np.subtract, memory.parameters, step, memory.parameters)


def _adam_rates(alpha: Array, constants: Mapping[str, Array], products: Mapping[str, Array]) -> tuple[Array, ...]:
    # m̂ = m / (1 − Πβ₁) and v̂ = v / (1 − Πβ₂), which is 1 − βᵗ as long as β stays (Kingma and Ba 2015, algorithm 1)
    corrected = constants["bias_correction"] > 0
    first = (1 - constants["beta1"]) / np.where(corrected, 1 - products["beta1"], 1)
    second = np.sqrt((1 - constants["beta2"]) / np.where(corrected, 1 - products["beta2"], 1))
    return alpha * first / second, constants["epsilon"] / second


def _adam_kept(old: Mapping[str, Array], new: Mapping[str, Array]) -> tuple[Array | float, ...]:
    return tuple((1 - old[beta]) / (1 - new[beta]) for beta in ("beta1", "beta2"))


optimisers["sgd"] = Optimiser("SGD", _plan_sgd)
optimisers["momentum"] = Optimiser("momentum", _plan_momentum, uses=("momentum",), moments=1, keeps=("momentum",))
optimisers["nesterov"] = Optimiser("Nesterov", _plan_nesterov, uses=("momentum",), moments=1)
optimisers["adagrad"] = Optimiser("AdaGrad", _plan_adagrad, uses=("epsilon",), moments=1)
optimisers["rmsprop"] = Optimiser(
    "RMSProp",
    _plan_rmsprop,
    uses=("beta2", "epsilon"),
    moments=1,
    slots=("rate", "floor"),
    rates=_rmsprop_rates,
    kept=_rmsprop_kept,
)
optimisers["adam"] = Optimiser(
    "Adam",
    _plan_adam,
    uses=("beta1", "beta2", "epsilon", "bias_correction"),
    moments=2,
    keeps=("beta1", "beta2"),
    decays=("beta1", "beta2"),
    slots=("rate", "floor"),
    rates=_adam_rates,
    kept=_adam_kept,
)
optimisers["adamw"] = replace(
    optimisers["adam"],
    label="AdamW",
    plan=_plan_adamw,
    slots=("rate", "floor", "alpha"),
    rates=lambda alpha, constants, products: (*_adam_rates(alpha, constants, products), alpha),
    decoupled=True,
)
