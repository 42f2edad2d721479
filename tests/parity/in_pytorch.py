"""A workload's network in PyTorch, as its users write it, starting from given weights; needs torch, not Hyperscope."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn


def network(weights: list[np.ndarray], norm: bool) -> nn.Sequential:
    """Linear layers with [W | b] (n, n_in + 1), or (n, n_in) for no bias, and between them batch norm and ReLU."""
    modules: list[nn.Module] = []
    n_in = None
    for number, block in enumerate(weights):
        last = number == len(weights) - 1
        bias = last or not norm
        n_in = block.shape[1] - bias
        linear = nn.Linear(n_in, block.shape[0], bias=bias, dtype=torch.from_numpy(block).dtype)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(np.ascontiguousarray(block[:, :n_in])))
            if bias:
                linear.bias.copy_(torch.from_numpy(np.ascontiguousarray(block[:, n_in])))
        modules.append(linear)
        if not last:
            if norm:
                modules.append(nn.BatchNorm1d(block.shape[0], eps=1e-5, momentum=0.1, dtype=linear.weight.dtype))
            modules.append(nn.ReLU())
    return nn.Sequential(*modules)


def optimiser(name: str, model: nn.Module, rate: float, **more: Any) -> torch.optim.Optimizer:
    """SGD or Adam with PyTorch's default constants."""
    return {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[name](model.parameters(), lr=rate, **more)
