"""PyTorch in eager mode, on one thread: as its users write it, and the two ways to train many models at once."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from benchmarks.work import Run, Task, batches, blocks, crowd_blocks, fresh, rows, weights, widths
from parity.in_pytorch import network, optimiser

torch.set_num_threads(1)
torch.set_num_interop_threads(1)


def _examples(task: Task) -> tuple[torch.Tensor, torch.Tensor]:
    x, y = rows(task)
    return torch.from_numpy(x), torch.from_numpy(y)


def _stepping(task: Task, fused: bool) -> Callable[[np.ndarray], torch.Tensor]:
    model = network(weights(task), bool(task["norm"]))
    update = optimiser(str(task["optimiser"]), model, float(task["rate"]), **({"fused": True} if fused else {}))
    x, y = _examples(task)

    def step(batch: np.ndarray) -> torch.Tensor:
        chosen = torch.from_numpy(batch)
        update.zero_grad()
        loss = functional.cross_entropy(model(x[chosen]), y[chosen])
        loss.backward()
        update.step()
        return loss.detach()

    return step


def _training(task: Task, fused: bool) -> Run:
    step, orders = _stepping(task, fused), blocks(task)

    def run(count: int) -> Any:
        return [
            torch.stack([step(batch) for batch in batches(task, block)]).numpy()
            for block in itertools.islice(orders, count)
        ]

    return run


def train(task: Task) -> Run:
    """nn.Sequential and torch.optim as they come (Adam over lists of tensors)."""
    return _training(task, fused=False)


def train_fused(task: Task) -> Run:
    """The same with fused=True, one kernel for all parameters."""
    return _training(task, fused=True)


def change(task: Task) -> Run:
    """A new nn.Sequential and its optimiser, one epoch."""
    rng, each, orders = np.random.default_rng(5), widths(), blocks(task)

    def run(count: int) -> None:
        for _ in range(count):
            step = _stepping(fresh(task, next(each), rng), fused=True)
            torch.stack([step(batch) for batch in batches(task, next(orders)[:1])]).numpy()

    return run


def grid(task: Task) -> Run:
    """The module in evaluation mode under inference_mode, and softmax."""
    model = network(weights(task), bool(task["norm"])).eval()
    points = torch.from_numpy(np.ascontiguousarray(task["grid"].T, np.float32))

    def run(count: int) -> None:
        with torch.inference_mode():
            for _ in range(count):
                torch.softmax(model(points), dim=1)

    return run


def _crowd(task: Task, steps: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Run:
    x, y = _examples(task)
    orders = crowd_blocks(task)

    def run(count: int) -> Any:
        losses = []
        for block in itertools.islice(orders, count):
            for batch in batches(task, block):
                chosen = torch.from_numpy(np.ascontiguousarray(batch))
                losses.append(steps(x[chosen], y[chosen]))
        return torch.stack(losses).numpy()

    return run


def _copies(task: Task, n_in: int, block: np.ndarray) -> torch.nn.Parameter:
    start = torch.from_numpy(np.ascontiguousarray(block[:, :n_in].T))
    return torch.nn.Parameter(start.repeat(len(task["rates"]), 1, 1))


def _stacked(task: Task, shape: Callable[[int, int], tuple[int, ...]], activated: Callable[..., torch.Tensor]) -> Run:
    """Batched products (bmm), one fused Adam at one rate for all.

    `activated(z, γ, β, running mean, running variance)` is ReLU of batch norm of z (K, m, n); all but z are of
    `shape(K, n)`.
    """
    crowd, depth, n_in = len(task["rates"]), int(task["depth"]), len(task["x"])
    parameters, layers = [], []
    for number, block in enumerate(weights(task), 1):
        w, n = _copies(task, n_in, block), len(block)
        if number < depth:
            each = shape(crowd, n)
            gamma, beta = torch.nn.Parameter(torch.ones(each)), torch.nn.Parameter(torch.zeros(each))
            layers.append((w, gamma, beta, torch.zeros(each), torch.ones(each)))
            parameters += [w, gamma, beta]
        else:
            bias = torch.nn.Parameter(torch.zeros(crowd, 1, n))
            parameters += [w, bias]
        n_in = n
    update = torch.optim.Adam(parameters, lr=float(task["rate"]), fused=True)

    def step(a: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        m = a.shape[1]
        for w, *norm in layers:
            a = activated(torch.bmm(a, w), *norm)
        logits = torch.baddbmm(bias, a, parameters[-2])
        each = functional.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="none").view(crowd, m).mean(dim=1)
        update.zero_grad()
        each.sum().backward()
        update.step()
        return each.detach()

    return _crowd(task, step)


def crowd_stacked(task: Task) -> Run:
    """Batched products (bmm), one batch norm over all models' units, one fused Adam at one rate for all."""

    def activated(z: torch.Tensor, gamma: Any, beta: Any, mean: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
        crowd, m, _ = z.shape
        flat = z.transpose(0, 1).reshape(m, -1)
        flat = functional.batch_norm(flat, mean, variance, gamma, beta, training=True)
        return torch.relu(flat).reshape(m, crowd, -1).transpose(0, 1)

    return _stacked(task, lambda crowd, n: (crowd * n,), activated)


def crowd_by_formulas(task: Task) -> Run:
    """Batched products (bmm), batch norm by its formulas along each model's examples, one fused Adam at one rate."""

    def activated(z: torch.Tensor, gamma: Any, beta: Any, mean: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
        m = z.shape[1]
        of_batch, mean_of_batch = torch.var_mean(z, dim=1, correction=0, keepdim=True)
        with torch.no_grad():
            mean.lerp_(mean_of_batch, 0.1)
            variance.lerp_(of_batch * (m / (m - 1)), 0.1)
        return torch.relu(gamma * ((z - mean_of_batch) * torch.rsqrt(of_batch + 1e-5)) + beta)

    return _stacked(task, lambda crowd, n: (crowd, 1, n), activated)


def crowd_vmap(task: Task) -> Run:
    """vmap(grad_and_value) over stacked parameters, batch norm by its formulas, one fused Adam at one rate for all."""
    crowd, depth, n_in = len(task["rates"]), int(task["depth"]), len(task["x"])
    stacked: dict[str, torch.Tensor] = {}
    running: dict[str, torch.Tensor] = {}
    for number, block in enumerate(weights(task), 1):
        stacked[f"w{number}"] = _copies(task, n_in, block)
        stacked[f"b{number}"] = torch.nn.Parameter(torch.zeros(crowd, len(block)))  # β where there is batch norm
        if number < depth:
            stacked[f"gamma{number}"] = torch.nn.Parameter(torch.ones(crowd, len(block)))
            running[f"mean{number}"], running[f"variance{number}"] = (
                torch.zeros(crowd, len(block)),
                torch.ones(crowd, len(block)),
            )
        n_in = len(block)
    update = torch.optim.Adam(list(stacked.values()), lr=float(task["rate"]), fused=True)

    def loss(p: dict[str, Any], kept: dict[str, Any], a: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, Any]:
        new = {}
        for number in range(1, depth):
            z = a @ p[f"w{number}"]
            variance, mean = torch.var_mean(z, dim=0, correction=0)
            new[f"mean{number}"] = 0.9 * kept[f"mean{number}"] + 0.1 * mean.detach()
            new[f"variance{number}"] = 0.9 * kept[f"variance{number}"] + 0.1 * variance.detach()
            hat = (z - mean) * torch.rsqrt(variance + 1e-5)
            a = torch.relu(p[f"gamma{number}"] * hat + p[f"b{number}"])
        return functional.cross_entropy(a @ p[f"w{depth}"] + p[f"b{depth}"], y), new

    each = torch.func.vmap(torch.func.grad_and_value(loss, has_aux=True))

    def step(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        values = {name: parameter.detach() for name, parameter in stacked.items()}
        gradients, (losses, new) = each(values, running, x, y)
        running.update(new)
        for name, parameter in stacked.items():
            parameter.grad = gradients[name]
        update.step()
        return losses

    return _crowd(task, step)
