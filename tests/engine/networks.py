"""Small networks, examples and learners for the tests of the engine."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pytest

from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.batches import Position, Shuffle
from hyperscope.engine.learner import Learner
from hyperscope.engine.parameters import Layout
from hyperscope.engine.settings import Layer, Network, Training

NORMS = ("off", "before", "after")


def examples(m: int = 40, inputs: int = 2, classes: int = 3, seed: int = 7) -> tuple[Array, Indices]:
    """Inputs (n, m) in clouds around their class, and classes (m,), each of which occurs."""
    rng = np.random.default_rng(seed)
    y = np.arange(m) % classes
    return rng.normal(0, 1, (inputs, m)) + rng.normal(0, 1.5, (inputs, classes))[:, y], y


def layout(
    units: Sequence[int] = (6, 5),
    activation: str = "tanh",
    norm: str | Sequence[str] = "before",
    inputs: int = 2,
    classes: int = 3,
    dropout: float = 0.0,
    **more: Any,
) -> Layout:
    """A network of hidden layers with these units; `norm` is one for all or one each, `more` are fields of Network."""
    norms = [norm] * len(units) if isinstance(norm, str) else norm
    layers = tuple(
        Layer(units=n, activation=activation, batch_norm=where, dropout=dropout)
        for n, where in zip(units, norms, strict=True)
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
    """The logits (U, m) and the gradient (P,) that the compiled plan computes, without taking a step.

    For learners without dropout, jolts and class weights.
    """
    m, output = x.shape[1], of.layout.output
    codes, masks = output.codes(of.layout.classes, of.layout.network.tree)
    rows = np.ascontiguousarray(np.concatenate([x, np.ones((int(of.layout.bias_at(0)), m))]).T, of.dtype)
    logits = np.empty((of.layout.widths[-1], m), of.dtype)
    given = {"x": rows.T, "x_t": rows, "logits": logits, "z": logits}
    given |= {"y": np.asarray(codes[y].T / m, of.dtype), "mask": np.asarray(masks[y].T, of.dtype)}
    still = np.zeros((), of.dtype)  # for the optimiser's rates
    program, kept = of.program(m), of.moment()
    with np.errstate(all="ignore"):
        (program.safe if safe else program.fast)(*[given.get(name, still) for name in of.recipe.slots])
    of.restore(kept)
    return logits, of.state.gradient.copy()


def loss_and_gradient(of: Learner, parameters: Array, batch: Indices | None = None) -> tuple[float, Array]:
    """The loss of the learner's first step from these parameters (P,), as it reports it, and its gradient (P,).

    The learner is left where it started, so that dropout and jolts are the same each time.
    """
    of.state.parameters[:] = parameters
    of.taken = 0
    (loss,) = of.steps([np.arange(len(of.rows.y)) if batch is None else batch])
    return float(loss), of.state.gradient.copy()


H = 1e-5  # with five points the error is of the order of H⁴, and rounding costs about 1e-16 / H


def central_differences(loss: Callable[[Array], float], at: Array) -> Array:
    """The slope of `loss` in each entry of `at`, by five points."""
    result = np.empty_like(at)
    for place in np.ndindex(at.shape):
        found = []
        for step in (-2, -1, 1, 2):
            moved = at.copy()
            moved[place] += step * H
            found.append(loss(moved))
        result[place] = (found[0] - 8 * found[1] + 8 * found[2] - found[3]) / (12 * H)
    return result


def covering(seed: int = 1, **factors: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Combinations in which any two values of any two factors meet at least once; far fewer than all."""
    values = [list(choices) for choices in factors.values()]
    rng = np.random.default_rng(seed)
    pairs = list(itertools.combinations(range(len(values)), 2))
    missing = {(a, i, b, j) for a, b in pairs for i in range(len(values[a])) for j in range(len(values[b]))}

    def met(row: list[int]) -> set[tuple[int, int, int, int]]:
        return {(a, row[a], b, row[b]) for a, b in pairs} & missing

    rows = []
    while missing:
        a, i, b, j = min(missing)  # at least this pair, so that each row makes progress
        candidates = rng.integers(0, [len(choices) for choices in values], (40, len(values)))
        candidates[:, a], candidates[:, b] = i, j
        best = max(candidates.tolist(), key=lambda row: len(met(row)))
        missing -= met(best)
        rows.append(tuple(choices[place] for choices, place in zip(values, best, strict=True)))
    return rows


def chosen(**factors: Iterable[Any]) -> pytest.MarkDecorator:
    """Runs a test for the combinations of `covering`, each given as a dict `chosen`."""
    rows = [dict(zip(factors, row, strict=True)) for row in covering(**factors)]
    return pytest.mark.parametrize("chosen", rows, ids=lambda row: "-".join(map(str, row.values())))


def everything(of: Learner) -> list[bytes]:
    """All that training changes, as bytes."""
    return [value.tobytes() for value in (*of.state.vectors, *of.state.products.values())]
