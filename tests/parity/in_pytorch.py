"""Networks and optimisers in PyTorch, as its users write them, starting from given weights; needs torch alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.optim import lr_scheduler


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


# -- every counterpart ------------------------------------------------------------------------------------------------

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "linear": nn.Identity,
    "leaky relu": partial(nn.LeakyReLU, 0.01),
    "elu": nn.ELU,
    "gelu": partial(nn.GELU, approximate="tanh"),
    "softplus": nn.Softplus,
}
# by the names of Hyperscope's constants
OPTIMISERS: dict[str, Callable[[Any, float, Mapping[str, Any]], torch.optim.Optimizer]] = {
    "sgd": lambda groups, rate, c: torch.optim.SGD(groups, rate),
    "momentum": lambda groups, rate, c: torch.optim.SGD(groups, rate, momentum=c["momentum"]),
    "nesterov": lambda groups, rate, c: torch.optim.SGD(groups, rate, momentum=c["momentum"], nesterov=True),
    "adagrad": lambda groups, rate, c: torch.optim.Adagrad(groups, rate, eps=c["epsilon"]),
    "rmsprop": lambda groups, rate, c: torch.optim.RMSprop(groups, rate, alpha=c["beta2"], eps=c["epsilon"]),
    "adam": lambda groups, rate, c: torch.optim.Adam(groups, rate, (c["beta1"], c["beta2"]), c["epsilon"]),
    "adamw": lambda groups, rate, c: torch.optim.AdamW(groups, rate, (c["beta1"], c["beta2"]), c["epsilon"]),
}
# by decay and decay_every, stepped once an epoch
SCHEDULERS: dict[str, Callable[[torch.optim.Optimizer, float, float], Any]] = {
    "constant": lambda of, decay, every: lr_scheduler.ConstantLR(of, 1.0),
    "steps": lambda of, decay, every: lr_scheduler.StepLR(of, int(every), decay),
    "exponential": lambda of, decay, every: lr_scheduler.ExponentialLR(of, decay),
    "cosine": lambda of, decay, every: lr_scheduler.CosineAnnealingLR(of, int(every)),
    "inverse": lambda of, decay, every: lr_scheduler.LambdaLR(of, lambda epoch: 1 / (1 + decay * epoch)),
}
INITIALISERS: dict[str, Callable[[torch.Tensor, float], Any]] = {
    "zero": lambda w, scale: nn.init.zeros_(w),
    "constant": lambda w, scale: nn.init.constant_(w, scale),
    "normal": lambda w, scale: nn.init.normal_(w, std=scale),
    "uniform": lambda w, scale: nn.init.uniform_(w, -scale, scale),
    "xavier": lambda w, scale: nn.init.kaiming_normal_(w, nonlinearity="linear"),  # variance 1 / fan-in
    "he": lambda w, scale: nn.init.kaiming_normal_(w, nonlinearity="relu"),
    "glorot": lambda w, scale: nn.init.xavier_normal_(w),
    "orthogonal": lambda w, scale: nn.init.orthogonal_(w),
}


class Layer(nn.Module):
    """Linear, batch norm before or after the activation, and dropout by a given mask."""

    def __init__(
        self, arrays: Mapping[str, np.ndarray], name: str, activation: str, norm: str, learned: bool, **constants: float
    ) -> None:
        super().__init__()
        weights = arrays[f"{name}.weights"]
        n, n_in = weights.shape
        bias = arrays.get(f"{name}.bias")
        self.linear = nn.Linear(n_in, n, bias=bias is not None, dtype=torch.float64)
        self.norm = nn.BatchNorm1d(n, affine=learned, dtype=torch.float64, **constants) if norm != "off" else None
        self.place, self.activation = norm, ACTIVATIONS[activation]()
        with torch.no_grad():
            self.linear.weight.copy_(torch.tensor(weights))
            if bias is not None:
                self.linear.bias.copy_(torch.tensor(bias))

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """(m, n_in) to (m, n)."""
        z = self.linear(x)
        if self.norm is not None and self.place == "before":
            z = self.norm(z)
        a: torch.Tensor = self.activation(z)
        if self.norm is not None and self.place == "after":
            a = self.norm(a)
        return a if mask is None else a * mask

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """Its arrays, by the names Hyperscope has for them."""
        found = {"weights": self.linear.weight}
        if self.linear.bias is not None:
            found["bias"] = self.linear.bias
        if self.norm is not None:
            affine = self.norm.affine
            found["gamma"] = self.norm.weight if affine else torch.ones_like(self.norm.running_mean)
            found["beta"] = self.norm.bias if affine else torch.zeros_like(self.norm.running_mean)
            found |= {"running_mean": self.norm.running_mean, "running_variance": self.norm.running_var}
        return {f"{name}.{part}": value.detach().numpy().copy() for part, value in found.items()}


class Network(nn.Module):
    """Layers one after the other; `forward` takes each dropped layer's mask."""

    def __init__(self, layers: Sequence[Layer], names: Sequence[str]) -> None:
        super().__init__()
        self.layers, self.names = nn.ModuleList(layers), names

    def forward(self, x: torch.Tensor, masks: Sequence[torch.Tensor] = ()) -> torch.Tensor:
        """Logits (m, U) of x (m, n)."""
        for number, layer in enumerate(self.layers):
            x = layer(x, masks[number] if number < len(masks) else None)
        return x

    def groups(self, decay: float) -> list[dict[str, Any]]:
        """Parameter groups in which weights decay, and biases, γ and β do not."""
        weights = [layer.linear.weight for layer in self.layers]
        others = [p for p in self.parameters() if all(p is not w for w in weights)]
        return [{"params": weights, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]

    def arrays(self) -> dict[str, np.ndarray]:
        """All arrays by name."""
        return {
            key: value
            for layer, name in zip(self.layers, self.names, strict=True)
            for key, value in layer.arrays(name).items()
        }


def loss(output: str, logits: torch.Tensor, y: torch.Tensor, weights: torch.Tensor, smoothing: float) -> torch.Tensor:
    """The mean loss of logits (m, U) for classes y (m,)."""
    classes = len(weights)
    match output:
        case "softmax":
            return functional.cross_entropy(logits, y, weights, label_smoothing=smoothing)
        case "squared error":
            wrong = functional.mse_loss(logits.softmax(1), functional.one_hot(y, classes).double(), reduction="sum")
            return wrong / (2 * len(y))
        case "one-vs-all":
            wanted = functional.one_hot(y, classes).double()
            return functional.binary_cross_entropy_with_logits(logits, wanted, reduction="sum") / len(y)
        case "hinge":
            signs = 2 * functional.one_hot(y, classes).double() - 1
            return torch.relu(1 - signs * logits).sum() / len(y)
        case "Weston-Watkins":  # which PyTorch divides by the number of classes
            return classes * functional.multi_margin_loss(logits, y)
        case "Crammer-Singer":
            own = functional.one_hot(y, classes).double()
            return ((logits + 1 - own).amax(1) - (own * logits).sum(1)).mean()
        case "hierarchical":  # the balanced tree over three classes, ((0 1) 2)
            root, left = logits.T
            ways = torch.stack(
                [
                    functional.logsigmoid(root) + functional.logsigmoid(left),
                    functional.logsigmoid(root) + functional.logsigmoid(-left),
                    functional.logsigmoid(-root),
                ],
                dim=1,
            )
            return functional.nll_loss(ways, y)
    raise LookupError(f"output {output!r} has no counterpart")


def clip(model: nn.Module, limit: float, epsilon: float) -> None:
    """Scales the gradient to a norm of `limit` where it is longer; with PyTorch's own function if it has an epsilon."""
    if epsilon:
        nn.utils.clip_grad_norm_(model.parameters(), limit)
        return
    gradients = [p.grad for p in model.parameters()]
    norm = torch.sqrt(sum((g**2).sum() for g in gradients))
    for gradient in gradients:
        gradient.div_(torch.clamp(norm / limit, min=1))
