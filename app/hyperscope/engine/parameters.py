"""Where each weight lies in the one flat vector of a network, and how the vector starts.

One vector makes an optimiser a handful of calls for the whole network; layers work on views of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.engine.initialisers import initialisers
from hyperscope.engine.outputs import Output, outputs
from hyperscope.engine.settings import Network

MANY = 5000  # parameters; from there on a look at the network takes noticeable time


@dataclass(frozen=True, slots=True)
class Block:
    """One array inside the flat vector, e.g. layer2.weights (8, 8) from entry 24 on."""

    name: str
    start: int
    shape: tuple[int, ...]

    @property
    def stop(self) -> int:
        """The first entry after the block."""
        return self.start + self.size

    @property
    def size(self) -> int:
        """How many entries it has."""
        return math.prod(self.shape)  # NumPy's own takes thirty times as long, and plans ask for hundreds

    def of(self, flat: Array) -> Array:
        """The block's view of `flat` (..., P), as (..., *shape)."""
        return flat[..., self.start : self.stop].reshape(*flat.shape[:-1], *self.shape)


@dataclass(frozen=True)
class Layout:
    """The blocks of a network with `inputs` features and `classes` outputs.

    `parameters` are learned: per layer weights [W | b] (n, n_in + 1), and γ, β (n,) where batch norm is on. The bias
    is left out where batch norm before the activation would cancel it. `running` are batch norm's running means and
    variances. Layer l is named "layer1", ... ; the output layer "output".
    """

    network: Network
    inputs: int
    classes: int

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """Units of inputs, hidden layers and output, in order."""
        return (self.inputs, *(layer.units for layer in self.network.layers), self.output.units(self.classes))

    @cached_property
    def output(self) -> Output:
        """What the last layer's numbers mean."""
        return outputs[self.network.output]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The layers' names, hidden ones first, the output last."""
        return (*(f"layer{n + 1}" for n in range(len(self.network.layers))), "output")

    def norm_at(self, layer: int) -> str:
        """Where batch norm stands in a layer: off, before or after its activation."""
        if layer < len(self.network.layers):
            return self.network.layers[layer].batch_norm
        return "before" if self.network.bn_output else "off"

    def bias_at(self, layer: int) -> bool:
        """Whether a layer has a bias; batch norm before the activation subtracts any bias again."""
        return self.norm_at(layer) != "before"

    @cached_property
    def parameters(self) -> dict[str, Block]:
        """The learned blocks by name, in the order of the vector."""
        blocks: dict[str, Block] = {}
        at = 0
        for layer, name in enumerate(self.names):
            n, n_in = self.widths[layer + 1], self.widths[layer]
            shapes: dict[str, tuple[int, ...]] = {"weights": (n, n_in + self.bias_at(layer))}
            if self.norm_at(layer) != "off":
                shapes |= {"gamma": (n,), "beta": (n,)}
            for part, shape in shapes.items():
                block = Block(f"{name}.{part}", at, shape)
                blocks[block.name] = block
                at = block.stop
        return blocks

    @cached_property
    def running(self) -> dict[str, Block]:
        """Batch norm's running means and variances by name, in the order of their own vector."""
        blocks: dict[str, Block] = {}
        at = 0
        for layer, name in enumerate(self.names):
            if self.norm_at(layer) != "off":
                for part in ("mean", "variance"):
                    block = Block(f"{name}.{part}", at, (self.widths[layer + 1],))
                    blocks[block.name] = block
                    at = block.stop
        return blocks

    @property
    def size(self) -> int:
        """P, the number of learned parameters."""
        return sum(block.size for block in self.parameters.values())

    @property
    def running_size(self) -> int:
        """The number of running statistics."""
        return sum(block.size for block in self.running.values())

    def initial(self, rng: np.random.Generator, dtype: np.dtype[Any]) -> Array:
        """Starting parameters (P,): weights by the network's rule, biases 0, γ = 1, β = 0."""
        flat = np.zeros(self.size, dtype)
        rule = initialisers[self.network.initialiser]
        for layer, name in enumerate(self.names):
            n, n_in = self.widths[layer + 1], self.widths[layer]
            weights = self.parameters[f"{name}.weights"].of(flat)
            weights[:, :n_in] = rule(n, n_in, self.network.initial_scale, rng)
            if gamma := self.parameters.get(f"{name}.gamma"):
                gamma.of(flat)[:] = 1
        return flat

    def initial_running(self, dtype: np.dtype[Any]) -> Array:
        """Starting running statistics: means 0, variances 1."""
        flat = np.zeros(self.running_size, dtype)
        for name, block in self.running.items():
            if name.endswith("variance"):
                block.of(flat)[:] = 1
        return flat

    def weight_mask(self) -> Array:
        """(P,) of 1 at weights and 0 at biases, γ and β: what is regularised."""
        mask = np.zeros(self.size)
        for number, name in enumerate(self.names):
            self.parameters[f"{name}.weights"].of(mask)[:, : self.widths[number]] = 1
        return mask

    def probabilities(self, logits: Array) -> Array:
        """Class probabilities (..., C, m) of logits (..., U, m), at the network's temperature."""
        return self.output.probabilities(logits / logits.dtype.type(self.network.temperature), self.network.tree)
