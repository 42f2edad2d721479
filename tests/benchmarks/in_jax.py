"""JAX on the processor, on one thread: compiled steps, one per call or BLOCK epochs of them by lax.scan."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from functools import partial
from typing import Any

os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.work import (
    Run,
    Task,
    batches,
    blocks,
    crowd_blocks,
    fresh,
    rows,
    weights,
    widths,
)

# Else a thread of its own starts each call, which is slower for steps as short as these.
jax.config.update("jax_cpu_enable_async_dispatch", False)

State = Any  # (parameters, first and second moments, running averages, steps taken)


def _start(task: Task) -> State:
    parameters, running, n_in = [], [], len(task["x"])
    for number, block in enumerate(weights(task), 1):
        n = len(block)
        layer = {"w": jnp.asarray(block[:, :n_in].T), "b": jnp.zeros(n)}  # b is β where there is batch norm
        if task["norm"] and number < int(task["depth"]):
            layer["gamma"] = jnp.ones(n)
            running.append((jnp.zeros(n), jnp.ones(n)))
        parameters.append(layer)
        n_in = n
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    moments = () if str(task["optimiser"]) == "sgd" else (zeros, jax.tree.map(jnp.copy, zeros))
    return parameters, moments, running, jnp.zeros(())


def _logits(parameters: Any, running: Any, a: jax.Array, training: bool) -> tuple[jax.Array, Any]:
    new = []
    for number, layer in enumerate(parameters[:-1]):
        z = a @ layer["w"]
        if "gamma" in layer:
            mean, variance = (z.mean(axis=0), z.var(axis=0)) if training else running[number]
            if training:
                before = running[number]
                new.append((0.9 * before[0] + 0.1 * mean, 0.9 * before[1] + 0.1 * variance))
            z = layer["gamma"] * (z - mean) * jax.lax.rsqrt(variance + 1e-5)
        a = jax.nn.relu(z + layer["b"])
    return a @ parameters[-1]["w"] + parameters[-1]["b"], new


def _loss(parameters: Any, running: Any, x: jax.Array, y: jax.Array) -> tuple[jax.Array, Any]:
    logits, new = _logits(parameters, running, x, training=True)
    right = jnp.take_along_axis(logits, y[:, None], axis=1)[:, 0]
    return (jax.nn.logsumexp(logits, axis=1) - right).mean(), new


def _step(state: State, rate: jax.Array, x: jax.Array, y: jax.Array) -> tuple[State, jax.Array]:
    parameters, moments, running, t = state
    (loss, running), g = jax.value_and_grad(_loss, has_aux=True)(parameters, running, x, y)
    t = t + 1
    if not moments:
        return (jax.tree.map(lambda p, g: p - rate * g, parameters, g), moments, running, t), loss
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, moments[0], g)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, moments[1], g)
    alpha, root = rate / (1 - 0.9**t), 1 / jnp.sqrt(1 - 0.999**t)
    parameters = jax.tree.map(lambda p, m, v: p - alpha * m / (jnp.sqrt(v) * root + 1e-8), parameters, first, second)
    return (parameters, (first, second), running, t), loss


def _alone(task: Task) -> tuple[State, Callable[[State, Any, Any, Any], tuple[State, jax.Array]]]:
    rate = float(task["rate"])
    return _start(task), lambda state, x, y, batch: _step(state, rate, x[batch], y[batch])


def _together(task: Task) -> tuple[State, Callable[[State, Any, Any, Any], tuple[State, jax.Array]]]:
    rates = jnp.asarray(task["rates"], jnp.float32)
    state = jax.tree.map(lambda leaf: jnp.repeat(leaf[None], len(rates), axis=0), _start(task))
    return state, lambda state, x, y, batch: jax.vmap(_step)(state, rates, x[batch], y[batch])


def _examples(task: Task) -> tuple[jax.Array, jax.Array]:
    x, y = rows(task)
    return jnp.asarray(x), jnp.asarray(y, jnp.int32)


def _per_step(task: Task, made: Any, orders: Any) -> Run:
    (state, step), (x, y) = made, _examples(task)
    compiled = jax.jit(step, donate_argnums=0)

    def run(count: int) -> Any:
        nonlocal state
        losses = []
        for block in itertools.islice(orders, count):
            for batch in batches(task, block.astype(np.int32)):
                state, loss = compiled(state, x, y, batch)
                losses.append(loss)
        return jax.block_until_ready(losses)

    return run


def _scanned(task: Task, made: Any, orders: Any) -> Run:
    (state, step), (x, y) = made, _examples(task)
    size = int(task["batch"])
    full = y.size // size

    def epoch(x: Any, y: Any, state: State, order: jax.Array) -> tuple[State, Any]:
        def one(state: State, batch: jax.Array) -> tuple[State, jax.Array]:
            return step(state, x, y, batch)

        whole = order[..., : full * size].reshape(*order.shape[:-1], full, size)
        state, losses = jax.lax.scan(one, state, jnp.moveaxis(whole, -2, 0))
        if full * size == y.size:
            return state, (losses, losses[:0])
        state, last = one(state, order[..., full * size :])
        return state, (losses, last)

    compiled = jax.jit(lambda state, x, y, block: jax.lax.scan(partial(epoch, x, y), state, block), donate_argnums=0)

    def run(count: int) -> Any:
        nonlocal state
        found = []
        for block in itertools.islice(orders, count):
            state, losses = compiled(state, x, y, block.astype(np.int32))
            found.append(losses)
        return jax.block_until_ready(found)

    return run


def train(task: Task) -> Run:
    """jit of one step, gathering included; state donated; one call per step."""
    return _per_step(task, _alone(task), blocks(task))


def train_scan(task: Task) -> Run:
    """The same step under lax.scan, several epochs per call."""
    return _scanned(task, _alone(task), blocks(task))


def crowd(task: Task) -> Run:
    """jit of vmap of the step, each member with its own rate; one call per step."""
    return _per_step(task, _together(task), crowd_blocks(task))


def crowd_scan(task: Task) -> Run:
    """vmap of the step under lax.scan, several epochs per call."""
    return _scanned(task, _together(task), crowd_blocks(task))


def change(task: Task) -> Run:
    """New weights and the step compiled for them (for both sizes of mini-batch), one epoch."""
    rng, each = np.random.default_rng(5), widths()

    def run(count: int) -> None:
        for _ in range(count):
            new = fresh(task, next(each), rng)
            _per_step(new, _alone(new), (block[:1] for block in blocks(new)))(1)

    return run


def grid(task: Task) -> Run:
    """jit of the forward pass with running averages, and softmax."""
    parameters, _, running, _ = _start(task)
    points = jnp.asarray(np.ascontiguousarray(task["grid"].T, np.float32))
    compiled = jax.jit(lambda p, r, x: jax.nn.softmax(_logits(p, r, x, training=False)[0]))

    def run(count: int) -> None:
        for _ in range(count):
            compiled(parameters, running, points).block_until_ready()

    return run
