"""NumPy as a textbook has it: one line per formula, new arrays everywhere, in float32."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from benchmarks.work import Run, Task, batches, blocks, weights

Arrays = dict[str, np.ndarray]


def _start(task: Task) -> Arrays:
    p: Arrays = {}
    n_in = len(task["x"])
    for layer, block in enumerate(weights(task), 1):
        column = (len(block), 1)
        p[f"W{layer}"], p[f"b{layer}"] = block[:, :n_in].copy(), np.zeros(column, np.float32)
        if task["norm"] and layer < int(task["depth"]):
            for name, value in (("gamma", 1), ("beta", 0), ("mean", 0), ("variance", 1)):
                p[f"{name}{layer}"] = np.full(column, value, np.float32)
        n_in = len(block)
    return p


def _forward(task: Task, p: Arrays, x: np.ndarray, running: bool) -> tuple[np.ndarray, list[Any]]:
    depth, kept, a = int(task["depth"]), [], x
    for layer in range(1, depth):
        z = p[f"W{layer}"] @ a + p[f"b{layer}"]
        hat, root = z, None
        if task["norm"]:
            if running:
                mean, variance = p[f"mean{layer}"], p[f"variance{layer}"]
            else:
                mean, variance = z.mean(axis=1, keepdims=True), z.var(axis=1, keepdims=True)
                p[f"mean{layer}"] = np.float32(0.9) * p[f"mean{layer}"] + np.float32(0.1) * mean
                p[f"variance{layer}"] = np.float32(0.9) * p[f"variance{layer}"] + np.float32(0.1) * variance
            root = np.sqrt(variance + np.float32(1e-5))
            hat = (z - mean) / root
            z = p[f"gamma{layer}"] * hat + p[f"beta{layer}"]
        kept.append((a, hat, root, z))
        a = np.maximum(z, 0)
    logits = p[f"W{depth}"] @ a + p[f"b{depth}"]
    t = np.exp(logits - logits.max(axis=0))
    kept.append((a, None, None, None))
    return t / t.sum(axis=0), kept


def _gradients(task: Task, p: Arrays, x: np.ndarray, y: np.ndarray) -> tuple[float, Arrays]:
    depth, m, g = int(task["depth"]), x.shape[1], {}
    probabilities, kept = _forward(task, p, x, running=False)
    loss = float(-(y * np.log(probabilities)).sum() / m)
    dz = (probabilities - y) / np.float32(m)
    for layer in range(depth, 0, -1):
        a, hat, root, z = kept[layer - 1]
        if layer < depth:
            dz = da * (z > 0)  # noqa: F821 - of the layer above, whose turn came first
            if task["norm"]:
                g[f"gamma{layer}"] = (dz * hat).sum(axis=1, keepdims=True)
                g[f"beta{layer}"] = dz.sum(axis=1, keepdims=True)
                means = dz.mean(axis=1, keepdims=True), (dz * hat).mean(axis=1, keepdims=True)
                dz = p[f"gamma{layer}"] / root * (dz - means[0] - hat * means[1])
        g[f"W{layer}"], g[f"b{layer}"] = dz @ a.T, dz.sum(axis=1, keepdims=True)
        da = p[f"W{layer}"].T @ dz  # noqa: F841 - for the layer below
    return loss, g


def train(task: Task) -> Run:
    """A dict of arrays per gradient and moment, new arrays everywhere."""
    p, rate = _start(task), np.float32(task["rate"])
    x, labels = task["x"].astype(np.float32), np.eye(int(task["classes"]), dtype=np.float32)[:, task["y"]]
    orders, steps = blocks(task), itertools.count(1)
    sgd = str(task["optimiser"]) == "sgd"
    m: dict[str, Any] = {}
    v: dict[str, Any] = {}

    def step(batch: np.ndarray) -> float:
        t = next(steps)
        loss, gradients = _gradients(task, p, x[:, batch], labels[:, batch])
        for name, g in gradients.items():
            if sgd:
                p[name] = p[name] - rate * g
                continue
            m[name] = np.float32(0.9) * m.get(name, 0) + np.float32(0.1) * g
            v[name] = np.float32(0.999) * v.get(name, 0) + np.float32(0.001) * g**2
            m_hat, v_hat = m[name] / np.float32(1 - 0.9**t), v[name] / np.float32(1 - 0.999**t)
            p[name] = p[name] - rate * m_hat / (np.sqrt(v_hat) + np.float32(1e-8))
        return loss

    def run(count: int) -> Any:
        return [[step(batch) for batch in batches(task, block)] for block in itertools.islice(orders, count)]

    return run


def grid(task: Task) -> Run:
    """The forward formulas with running averages."""
    p, points = _start(task), task["grid"].astype(np.float32)

    def run(count: int) -> None:
        for _ in range(count):
            _forward(task, p, points, running=True)

    return run
