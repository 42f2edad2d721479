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
from hyperscope.engine.joining import joined
from hyperscope.engine.layers import Backward, Input, Norm, Signal, activate, batch_norm, dense, dropped, scaled
from hyperscope.engine.optimisers import ALPHA, Memory, Optimiser
from hyperscope.engine.parameters import Layout
from hyperscope.engine.plan import Operand, Plan, Slot, copied, side_by_side
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
    share: Array | None = None  # (R,) room for what the running averages take in
    squares: Array | None = None  # (P,) room for what an optimiser makes of the gradient

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
        """The names of all that changes with every step, in the order a compiled step takes them.

        `z` are the `logits` with the examples of all members side by side, as are the targets `y`, `mask` and `weight`.
        """
        names = ["x", "x_t", "y", "logits", "z"]
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
        return joined(self._planned(safe=False)).compiled(self.recipe.slots)

    @cached_property
    def safe(self) -> Callable[..., None]:
        """The step for any logits."""
        return joined(self.plan).compiled(self.recipe.slots) if self.recipe.layout.output.bounded else self.fast

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
    statistics = _statistics(plan, layout)
    logits, undo = _forward(plan, recipe, state, statistics, m)
    _plan_loss(plan, recipe, logits.gradient, m, safe=safe)
    for place, backward in reversed(undo):
        plan.place = place
        backward()
    plan.place = "Running averages"
    _plan_running(plan, layout, state, statistics, cells, m)
    memory = Memory(state.parameters, state.gradient, state.moments, cells, state.squares)
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


@dataclass(frozen=True)
class Statistics:
    """Where each batch norm's μ and σ² of the mini-batch go, by name.

    Of one network they are views of one vector `whole` (R,), in the order of the running ones; of a crowd each is an
    array (K, n) of its own, lest the members' numbers lie apart.
    """

    blocks: Mapping[str, Array]
    whole: Array | None


def _statistics(plan: Plan, layout: Layout) -> Statistics:
    if plan.crowd:
        return Statistics({name: plan.column(*block.shape) for name, block in layout.running.items()}, None)
    whole = plan.buffer(layout.running_size)
    return Statistics({name: block.of(whole) for name, block in layout.running.items()}, whole)


def _forward(
    plan: Plan, recipe: Recipe, state: State, statistics: Statistics, m: int
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
        mean, variance = (statistics.blocks[f"{name}.{part}"] for part in ("mean", "variance"))
        return Norm(gamma, beta, d_gamma, d_beta, mean, variance, plan.constant(layout.network.bn_epsilon))

    def normalised(number: int, before: Signal, into: Slot | None = None, *, ones: bool) -> Signal:
        name = layout.names[number]
        jolted = number in recipe.jolts
        after, backward = batch_norm(plan, norm(name), before, m, None if jolted else into, ones=ones)
        undo.append((plan.place, backward))
        if jolted:
            scale, shift = Slot(f"jolt_scale{number}"), Slot(f"jolt_shift{number}")
            backward = scaled(plan, "y jolted", after, scale, shift, into)
            undo.append((plan.place, backward))
        return after

    for number, name in enumerate(layout.names[:-1]):
        layer = layout.network.layers[number]
        plan.place = f"Layer {number + 1}"
        drops = number in recipe.dropouts
        # the row of ones belongs to what the next layer's bias is added to; one network's a = g(z) takes z's place
        ones = layout.bias_at(number + 1)
        in_a = ones and not drops and layer.batch_norm != "after"
        in_z = in_a and not plan.crowd
        weights = learned(f"{name}.weights")
        after, backward = dense(plan, *weights, signal, m, ones=in_z and layer.batch_norm == "off")
        undo.append((plan.place, backward))
        if layer.batch_norm == "before":
            after = normalised(number, after, ones=in_z)
        after, backward = activate(plan, activations[layer.activation], after, ones=in_a)
        undo.append((plan.place, backward))
        if layer.batch_norm == "after":
            after = normalised(number, after, ones=ones and not drops)
        if drops:
            after, backward = dropped(plan, after, Slot(f"dropout{number}"), ones=ones)
            undo.append((plan.place, backward))
        signal = after
    plan.place = "Output"
    normed = layout.norm_at(last) != "off"
    after, backward = dense(plan, *learned("output.weights"), signal, m, None if normed else Slot("logits"), ones=False)
    undo.append((plan.place, backward))
    if normed:
        after = normalised(last, after, Slot("logits"), ones=False)
    return after, undo


def _plan_loss(plan: Plan, recipe: Recipe, gradient: Array, m: int, *, safe: bool) -> None:
    """The gradient of the logits; the loss does not ask whose an example is."""
    output, temperature = recipe.layout.output, recipe.layout.network.temperature
    plan.place = output.label.capitalize()
    normed = recipe.layout.norm_at(len(recipe.layout.names) - 1) != "off"  # and goes through each member's rows
    apart = plan.units_first(*gradient.shape[-2:]) if normed and plan.crowd else gradient
    flat, d = plan.side_by_side(), side_by_side(apart)
    z: Operand = Slot("z")
    if temperature != 1:
        cooled = flat.buffer(*d.shape)
        flat.call("z / T", np.multiply, z, plan.constant(1 / temperature), cooled)
        z = cooled
    output.plan(flat, z, Slot("y"), Slot("mask"), d, m, safe)
    if temperature != 1:
        flat.call("dz / T", np.multiply, d, plan.constant(1 / temperature), d)
    if recipe.weighted:
        flat.call("dz · class weight", np.multiply, d, Slot("weight"), d)
    if apart is not gradient:
        plan.call("dz", copied, apart, gradient)


def _plan_running(
    plan: Plan, layout: Layout, state: State, statistics: Statistics, cells: Mapping[str, Array], m: int
) -> None:
    """running = ρ running + (1 − ρ) batch, the variance unbiased (Ioffe and Szegedy 2015, algorithm 2, line 10)."""
    if not layout.running_size:
        return
    momentum = layout.network.bn_momentum
    share = plan.buffer(layout.running_size) if state.share is None else state.share
    label = "(1 − ρ) batch, σ² m / (m − 1)"
    unbiased = np.ones(layout.running_size, plan.dtype)
    for name, block in layout.running.items():
        if name.endswith("variance"):
            block.of(unbiased)[:] = m / max(1, m - 1)
    factors = ((1 - momentum) * unbiased).astype(plan.dtype)
    if statistics.whole is not None:
        plan.call(label, np.multiply, statistics.whole, factors, share)
    else:
        for name, values in statistics.blocks.items():
            block = layout.running[name]
            plan.call(label, np.multiply, values, plan.constant(float(block.of(factors)[0])), block.of(share))
    plan.call("ρ running", np.multiply, state.running, cells.get("bn_momentum", plan.constant(momentum)), state.running)
    plan.call("running = ρ running + (1 − ρ) batch", np.add, state.running, share, state.running)
