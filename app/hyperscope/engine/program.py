"""A network's training step, compiled for one batch size: forward, loss gradient, backward, running averages, update.

It joins the pieces of `layers` to one `Plan` on the arrays of a `State`; it knows nothing of data or epochs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array
from hyperscope.engine.layers import Backward, Input, Norm, Signal, activate, batch_norm, dense, dropped, scaled
from hyperscope.engine.optimisers import ALPHA, Memory, Optimiser
from hyperscope.engine.parameters import Layout
from hyperscope.engine.plan import Operand, Plan, Slot
from hyperscope.engine.regularisers import regularisers


@dataclass(frozen=True)
class State:
    """All that training changes: parameters, their last gradient, moments (P,) and running statistics (R,).

    `products` holds, per constant an optimiser decays with, the product of its values so far (1 at the start).
    """

    parameters: Array
    gradient: Array
    running: Array
    moments: tuple[Array, ...]
    products: dict[str, Array] = field(default_factory=dict)

    @property
    def vectors(self) -> tuple[Array, ...]:
        """What a step writes and a checkpoint must hold; the gradient is computed afresh each step."""
        return (self.parameters, self.running, *self.moments)


@dataclass(frozen=True)
class Recipe:
    """What a step consists of: network, optimiser, which regularisers act, and whether examples have weights."""

    layout: Layout
    optimiser: Optimiser
    active: tuple[str, ...] = ()
    weighted: bool = False

    @property
    def dropouts(self) -> tuple[int, ...]:
        """The hidden layers, counted from 0, that leave out some of their outputs."""
        return tuple(number for number, layer in enumerate(self.layout.network.layers) if layer.dropout > 0)

    @property
    def jolts(self) -> tuple[int, ...]:
        """The layers whose batch norm is followed by a random shift and scale."""
        if not self.layout.network.bn_jolt:
            return ()
        return tuple(number for number in range(len(self.layout.names)) if self.layout.norm_at(number) != "off")

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of all that changes with every step, in the order a compiled step takes them."""
        names = ["x", "x_t", "y", "logits"]
        names += ["mask"] * self.layout.output.masked + ["weight"] * self.weighted
        names += [f"dropout{number}" for number in self.dropouts]
        names += [f"{kind}{number}" for number in self.jolts for kind in ("jolt_scale", "jolt_shift")]
        names += self.optimiser.slots
        if any(regularisers[name].needs_alpha for name in self.active) and ALPHA.name not in names:
            names.append(ALPHA.name)
        return tuple(names)


@dataclass(frozen=True)
class Program:
    """One step for batches of m examples, planned and compiled; `cells` hold live constants, see `optimisers.Memory`.

    `fast` and `safe` are functions of the recipe's slots, alike up to rounding; few runs ever need the safe one.
    """

    recipe: Recipe
    state: State
    cells: Mapping[str, Array]
    crowd: tuple[int, ...]
    m: int

    @cached_property
    def fast(self) -> Callable[..., None]:
        """The step for logits within ±SAFE_LOGIT."""
        return self._planned(safe=False).compiled(self.recipe.slots)

    @cached_property
    def safe(self) -> Callable[..., None]:
        """The step for any logits."""
        return self.plan.compiled(self.recipe.slots) if self.recipe.layout.output.bounded else self.fast

    @cached_property
    def plan(self) -> Plan:
        """The calls of the safe step."""
        return self._planned(safe=True)

    def _planned(self, *, safe: bool) -> Plan:
        return planned(self.recipe, self.state, self.cells, self.crowd, self.m, safe=safe)


def planned(
    recipe: Recipe, state: State, cells: Mapping[str, Array], crowd: tuple[int, ...], m: int, *, safe: bool
) -> Plan:
    """The calls of one step in order; `safe` ones subtract the largest logit before e^z."""
    layout = recipe.layout
    plan = Plan(crowd, state.parameters.dtype)
    statistics = plan.buffer(layout.running_size)
    logits, undo = _forward(plan, recipe, state, statistics, m)
    _plan_loss(plan, recipe, logits.gradient, safe=safe)
    for place, backward in reversed(undo):
        plan.place = place
        backward()
    plan.place = "Running averages"
    _plan_running(plan, layout, state, statistics, m)
    memory = Memory(state.parameters, state.gradient, state.moments, cells)
    acting = [regularisers[name] for name in recipe.active]
    for entry in acting:
        plan.place = entry.label
        if entry.before is not None:
            entry.before(plan, memory)
    plan.place = recipe.optimiser.label
    recipe.optimiser.plan(plan, memory)
    for entry in acting:
        plan.place = entry.label
        if entry.after is not None:
            entry.after(plan, memory)
    return plan


def _forward(
    plan: Plan, recipe: Recipe, state: State, statistics: Array, m: int
) -> tuple[Signal, list[tuple[str, Backward]]]:
    layout = recipe.layout
    undo: list[tuple[str, Backward]] = []
    signal: Signal | Input = Input()
    last = len(layout.names) - 1

    def learned(name: str) -> tuple[Array, Array]:
        block = layout.parameters[name]
        return block.of(state.parameters), block.of(state.gradient)

    def norm(name: str) -> Norm:
        (gamma, d_gamma), (beta, d_beta) = learned(f"{name}.gamma"), learned(f"{name}.beta")
        if not layout.network.bn_learned:  # their gradients go nowhere, and stay 0 in the vector
            d_gamma, d_beta = plan.buffer(gamma.shape[-1]), plan.buffer(beta.shape[-1])
        mean, variance = (layout.running[f"{name}.{part}"].of(statistics) for part in ("mean", "variance"))
        return Norm(gamma, beta, d_gamma, d_beta, mean, variance, plan.constant(layout.network.bn_epsilon))

    def normalised(number: int, before: Signal, into: Slot | None = None) -> Signal:
        name = layout.names[number]
        jolted = number in recipe.jolts
        after, backward = batch_norm(plan, norm(name), before, m, None if jolted else into)
        undo.append((plan.place, backward))
        if jolted:
            scale, shift = Slot(f"jolt_scale{number}"), Slot(f"jolt_shift{number}")
            backward = scaled(plan, "y jolted", after, scale, shift, into)
            undo.append((plan.place, backward))
        return after

    for number, name in enumerate(layout.names[:-1]):
        layer = layout.network.layers[number]
        plan.place = f"Layer {number + 1}"
        after, backward = dense(plan, *learned(f"{name}.weights"), signal, m)
        undo.append((plan.place, backward))
        if layer.batch_norm == "before":
            after = normalised(number, after)
        after, backward = activate(plan, activations[layer.activation], after)
        undo.append((plan.place, backward))
        if layer.batch_norm == "after":
            after = normalised(number, after)
        if number in recipe.dropouts:
            after, backward = dropped(plan, after, Slot(f"dropout{number}"))
            undo.append((plan.place, backward))
        signal = after
    plan.place = "Output"
    normed = layout.norm_at(last) != "off"
    after, backward = dense(plan, *learned("output.weights"), signal, m, None if normed else Slot("logits"))
    undo.append((plan.place, backward))
    if normed:
        after = normalised(last, after, Slot("logits"))
    return after, undo


def _plan_loss(plan: Plan, recipe: Recipe, d: Array, *, safe: bool) -> None:
    output, temperature = recipe.layout.output, recipe.layout.network.temperature
    plan.place = output.label.capitalize()
    logits: Operand = Slot("logits")
    if temperature != 1:
        cooled = plan.buffer(*d.shape[-2:])
        plan.call("z / T", np.multiply, logits, plan.constant(1 / temperature), cooled)
        logits = cooled
    output.plan(plan, logits, Slot("y"), Slot("mask"), d, safe)
    if temperature != 1:
        plan.call("dz / T", np.multiply, d, plan.constant(1 / temperature), d)
    if recipe.weighted:
        plan.call("dz · class weight", np.multiply, d, Slot("weight"), d)


def _plan_running(plan: Plan, layout: Layout, state: State, statistics: Array, m: int) -> None:
    """running = ρ running + (1 − ρ) batch, the variance unbiased (Ioffe and Szegedy 2015, algorithm 2, line 10)."""
    if not layout.running_size:
        return
    unbiased = np.ones(layout.running_size, plan.dtype)
    for name, block in layout.running.items():
        if name.endswith("variance"):
            block.of(unbiased)[:] = m / max(1, m - 1)
    momentum = layout.network.bn_momentum
    factors = np.broadcast_to((1 - momentum) * unbiased, statistics.shape).astype(plan.dtype)
    share = plan.buffer(layout.running_size)
    plan.call("(1 − ρ) batch, σ² m / (m − 1)", np.multiply, statistics, factors, share)
    plan.call("ρ running", np.multiply, state.running, plan.constant(momentum), state.running)
    plan.call("running = ρ running + (1 − ρ) batch", np.add, state.running, share, state.running)
