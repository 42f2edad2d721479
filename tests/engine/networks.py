"""Small networks, examples and learners for the tests of the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.batches import Position, Shuffle
from hyperscope.engine.learner import Learner
from hyperscope.engine.parameters import Layout
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.engine.softmax import one_hot

NORMS = ("off", "before", "after")


def examples(m: int = 40, inputs: int = 2, classes: int = 3, seed: int = 7) -> tuple[Array, Indices]:
    """Inputs (n, m) in clouds around their class, and classes (m,), each of which occurs."""
    rng = np.random.default_rng(seed)
    y = np.arange(m) % classes
    return rng.normal(0, 1, (inputs, m)) + rng.normal(0, 3, (inputs, classes))[:, y], y


def layout(
    units: Sequence[int] = (6, 5),
    activation: str = "tanh",
    norm: str | Sequence[str] = "before",
    inputs: int = 2,
    classes: int = 3,
    **more: Any,
) -> Layout:
    """A network of hidden layers with these units; `norm` is one for all or one each, `more` are fields of Network."""
    norms = [norm] * len(units) if isinstance(norm, str) else norm
    layers = tuple(
        Layer(units=n, activation=activation, batch_norm=where) for n, where in zip(units, norms, strict=True)
    )
    return Layout(Network(layers=layers, **more), inputs, classes)


def learner(structure: Layout, m: int = 40, seed: int = 3, precision: str = "float64", **training: Any) -> Learner:
    """A learner on `examples(m)`; `training` are fields of Training."""
    x, y = examples(m, structure.inputs, structure.classes)
    return Learner(structure, Training(precision=precision, **training), seed, x, y)


def batches(steps: int, m: int = 40, size: int = 16, seed: int = 3) -> list[Indices]:
    """The first `steps` mini-batches of m examples, with a short one at the end of each epoch."""
    return Shuffle(seed, m).batches(size, Position(), steps)[0]


def stirred(structure: Layout, parameters: Array, seed: int = 11, size: float = 0.3) -> Array:
    """A copy of parameters (P,) in which biases, γ and β are no longer the 0 and 1 they start at."""
    rng = np.random.default_rng(seed)
    result = parameters.copy()
    for name, block in structure.parameters.items():
        if name.endswith((".gamma", ".beta")):
            block.of(result)[:] += rng.normal(0, size, block.shape)
        elif structure.bias_at(structure.names.index(name.split(".")[0])):
            block.of(result)[:, -1] += rng.normal(0, size, block.shape[0])
    return result


def stirred_running(structure: Layout, seed: int = 13) -> Array:
    """Running statistics (R,) as they might be after a while: means around 0, variances around 1 and positive."""
    rng = np.random.default_rng(seed)
    result = structure.initial_running(np.dtype(np.float64))
    for name, block in structure.running.items():
        shape = block.shape
        block.of(result)[:] = rng.uniform(0.2, 3, shape) if name.endswith("variance") else rng.normal(0, 1, shape)
    return result


def planned_gradient(of: Learner, x: Array, y: Indices, *, safe: bool) -> tuple[Array, Array]:
    """The logits (C, m) and the gradient (P,) that the compiled plan computes, without taking a step."""
    m = x.shape[1]
    ones = np.ones((int(of.layout.bias_at(0)), m))
    rows = np.ascontiguousarray(np.concatenate([x, ones]).T, of.dtype)
    labels = np.asarray(one_hot(y, of.layout.classes) / m, of.dtype)
    logits = np.empty((of.layout.classes, m), of.dtype)
    program = of.program(m)
    kept = of.moment()
    step = program.safe if safe else program.fast
    with np.errstate(all="ignore"):
        step(rows.T, rows, labels, logits, *[0.0 for _ in of.optimiser.slots])
    of.restore(kept)
    return logits, of.state.gradient.copy()


def everything(of: Learner) -> list[bytes]:
    """All that training changes, as bytes."""
    return [value.tobytes() for value in (*of.state.vectors, *of.state.products.values())]
