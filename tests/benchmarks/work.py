"""What every contender is given and must do, so that all do the same: NumPy alone, nothing of Hyperscope.

A contender prepares a task and returns `run(count)`, which does its unit of work `count` times. Of training that unit
is BLOCK epochs: it shuffles each epoch, gathers each mini-batch (the last of an epoch is shorter), takes a step, keeps
running averages where there is batch norm, and records each step's loss. Of a crowd each member has its own order and,
where the peer can, its own rate. Of a grid it is the class probabilities of every point, in evaluation mode, softmax
included, from the unfolded weights. Of a change it is a network of widths not seen before and its first epoch.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

Task = Mapping[str, Any]  # the arrays and numbers of one workload, as `tasks` wrote them
Run = Callable[[int], object]

BLOCK = 8  # epochs; one call of a scan does as many, so that its own cost hardly shows


def weights(task: Task) -> list[np.ndarray]:
    """[W | b] (n, n_in + 1) of each layer, or W (n, n_in) where batch norm follows, in float32."""
    return [task[f"weights{number}"].astype(np.float32) for number in range(int(task["depth"]))]


def rows(task: Task) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (m, n) in float32 and classes (m,): one example a row, as everyone but Hyperscope has it."""
    return np.ascontiguousarray(task["x"].T, np.float32), np.asarray(task["y"])


def steps_per_epoch(task: Task) -> int:
    """How many mini-batches an epoch has, the shorter last one included."""
    return math.ceil(task["y"].size / int(task["batch"]))


def blocks(task: Task, seed: int = 5) -> Iterator[np.ndarray]:
    """Orders of examples for ever, (BLOCK, m) at a time."""
    rng = np.random.default_rng(seed)
    plain = np.tile(np.arange(task["y"].size), (BLOCK, 1))
    while True:
        yield rng.permuted(plain, axis=1)


def crowd_blocks(task: Task, seed: int = 5) -> Iterator[np.ndarray]:
    """Orders of examples for ever, (BLOCK, K, m) at a time, each member's its own."""
    rng = np.random.default_rng(seed)
    plain = np.tile(np.arange(task["y"].size), (BLOCK, len(task["rates"]), 1))
    while True:
        yield rng.permuted(plain, axis=2)


def batches(task: Task, block: np.ndarray) -> Iterator[np.ndarray]:
    """The mini-batches (..., m) of a block, one after the other."""
    size = int(task["batch"])
    for order in block:
        yield from (order[..., start : start + size] for start in range(0, order.shape[-1], size))


def widths() -> Iterator[tuple[int, int]]:
    """Widths of two narrow hidden layers, for ever; the first few hundred differ."""
    yield from itertools.cycle((a, b) for a in range(8, 24) for b in range(24, 7, -1))


def fresh(task: Task, hidden: tuple[int, ...], rng: np.random.Generator) -> Task:
    """The task with new weights of other widths."""
    sizes = [len(task["x"]), *hidden, int(task["classes"])]
    made: dict[str, Any] = {}
    for number, (n_in, n) in enumerate(itertools.pairwise(sizes)):
        block = rng.normal(0, np.sqrt(2 / n_in), (n, n_in))
        bare = task["norm"] and number < len(hidden)
        made[f"weights{number}"] = block if bare else np.concatenate([block, np.zeros((n, 1))], axis=1)
    return {**task, **made, "depth": len(sizes) - 1}
