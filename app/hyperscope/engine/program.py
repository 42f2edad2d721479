"""A network's training step, compiled for one batch size: forward, loss gradient, backward, running averages, update.

It joins the pieces of `layers` to one `Plan` on the arrays of a `State`; it knows nothing of data or epochs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array
from hyperscope.engine.layers import Backward, Input, Norm, Signal, activate, batch_norm, dense
from hyperscope.engine.optimisers import Memory, Optimiser
from hyperscope.engine.parameters import Layout
from hyperscope.engine.plan import Plan, Slot
from hyperscope.engine.softmax import plan_softmax

SLOTS = ("x", "x_t", "y", "logits")


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
class Program:
    """One compiled step for batches of m: `fast` and `safe` are functions of the slots, alike up to rounding."""

    m: int
    fast: Callable[..., None]
    safe: Callable[..., None]
    plan: Plan


def compiled(
    layout: Layout, state: State, optimiser: Optimiser, cells: Mapping[str, Array], crowd: tuple[int, ...], m: int
) -> Program:
    """The program for batches of m examples; `cells` hold the live constants, see `optimisers.Memory`."""
    slots = (*SLOTS, *optimiser.slots)
    fast = planned(layout, state, optimiser, cells, crowd, m, safe=False)
    safe = planned(layout, state, optimiser, cells, crowd, m, safe=True)
    return Program(m, fast.compiled(slots), safe.compiled(slots), safe)


def planned(
    layout: Layout,
    state: State,
    optimiser: Optimiser,
    cells: Mapping[str, Array],
    crowd: tuple[int, ...],
    m: int,
    *,
    safe: bool,
) -> Plan:
    """The calls of one step in order; `safe` ones subtract the largest logit before e^z."""
    plan = Plan(crowd, state.parameters.dtype)
    statistics = plan.buffer(layout.running_size)
    logits, undo = _forward(plan, layout, state, statistics, m)
    plan.place = "Softmax"
    plan_softmax(plan, Slot("logits"), Slot("y"), logits.gradient, safe=safe)
    for place, backward in reversed(undo):
        plan.place = place
        backward()
    plan.place = "Running averages"
    _plan_running(plan, layout, state, statistics, m)
    plan.place = optimiser.label
    optimiser.plan(plan, Memory(state.parameters, state.gradient, state.moments, cells))
    return plan


def _forward(
    plan: Plan, layout: Layout, state: State, statistics: Array, m: int
) -> tuple[Signal, list[tuple[str, Backward]]]:
    undo: list[tuple[str, Backward]] = []
    signal: Signal | Input = Input()

    def learned(name: str) -> tuple[Array, Array]:
        block = layout.parameters[name]
        return block.of(state.parameters), block.of(state.gradient)

    def norm(name: str) -> Norm:
        (gamma, d_gamma), (beta, d_beta) = learned(f"{name}.gamma"), learned(f"{name}.beta")
        mean, variance = (layout.running[f"{name}.{part}"].of(statistics) for part in ("mean", "variance"))
        return Norm(gamma, beta, d_gamma, d_beta, mean, variance, plan.constant(layout.network.bn_epsilon))

    for number, (name, layer) in enumerate(zip(layout.names, layout.network.layers, strict=False)):
        plan.place = f"Layer {number + 1}"
        after, backward = dense(plan, *learned(f"{name}.weights"), signal, m)
        undo.append((plan.place, backward))
        steps: list[Callable[[Signal], tuple[Signal, Backward]]] = []
        steps.append(lambda before, layer=layer: activate(plan, activations[layer.activation], before))  # type: ignore[misc]
        if layer.batch_norm != "off":
            place = 0 if layer.batch_norm == "before" else 1
            steps.insert(place, lambda before, name=name: batch_norm(plan, norm(name), before, m))  # type: ignore[misc]
        for piece in steps:
            after, backward = piece(after)
            undo.append((plan.place, backward))
        signal = after
    plan.place = "Output"
    after, backward = dense(plan, *learned("output.weights"), signal, m, Slot("logits"))
    undo.append((plan.place, backward))
    return after, undo


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
