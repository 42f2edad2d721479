"""The frameworks that code is written for, each declared once; a template of the same name makes the file.

What differs besides the template is how each names its arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.frameworks.keras import OfKeras, OfTensorFlow
from hyperscope.lab.frameworks.script import Script
from hyperscope.lab.frameworks.written import Code, written
from hyperscope.registry import Registry

Arrays = dict[str, Array]


@dataclass(frozen=True, slots=True)
class Framework:
    """`arrays(script, named)` are the network's arrays (see `engine.named`) as its code loads them, whatever of them
    there is; `packages` are what it needs besides Python, as pip names them, and `module` what it imports.
    """

    title: str
    template: str
    packages: tuple[str, ...]
    module: str
    arrays: Callable[[Script, Mapping[str, Array]], Arrays]
    optax: bool = False
    own: Callable[[Script], object] = lambda script: None  # what its template asks besides the script

    def code(self, script: Script) -> Code:
        """The file train.py."""
        return written(self.template, script, optax=self.optax, own=self.own(script))


def _by_letter(script: Script, named: Mapping[str, Array]) -> Iterator[tuple[str, int, str, Array]]:
    """(part, layer, letter, array) of each array: "W", "b", "gamma", "beta", "mean" and "variance"."""
    letters = {"weights": "W", "bias": "b", "running_mean": "mean", "running_variance": "variance"}
    for layer, name in enumerate(script.layout.names, 1):
        for part in ("weights", "bias", "gamma", "beta", "running_mean", "running_variance"):
            if f"{name}.{part}" in named:
                yield part, layer, letters.get(part, part), named[f"{name}.{part}"]


def _columns(script: Script, named: Mapping[str, Array]) -> Arrays:
    """For examples in columns: W (n, n_in), and all else (n, 1)."""
    return {
        f"{letter}{layer}": array if part == "weights" else array[:, None]
        for part, layer, letter, array in _by_letter(script, named)
    }


def _rows(script: Script, named: Mapping[str, Array]) -> Arrays:
    """For examples in rows: W (n_in, n), and all else (n,)."""
    return {
        f"{letter}{layer}": np.ascontiguousarray(array.T) if part == "weights" else array
        for part, layer, letter, array in _by_letter(script, named)
    }


def _state_dict(script: Script, named: Mapping[str, Array]) -> Arrays:
    """As a Sequential of PyTorch names them: by the number of the module."""
    parts = {
        "dense": {"weights": "weight", "bias": "bias"},
        "norm": {
            "gamma": "weight",
            "beta": "bias",
            "running_mean": "running_mean",
            "running_variance": "running_var",
        },
    }
    found: Arrays = {}
    for op in script.ops:
        name = script.layout.names[op.layer - 1]
        for ours, theirs in parts.get(op.kind, {}).items():
            if f"{name}.{ours}" in named:
                found[f"{op.number}.{theirs}"] = named[f"{name}.{ours}"]
        if op.kind == "norm" and f"{name}.running_mean" in named:
            found[f"{op.number}.num_batches_tracked"] = np.array(0)
    return found


def _of_layers(script: Script, named: Mapping[str, Array]) -> Arrays:
    """As Keras' layers name them, by the number of the layer; W is (n_in, n)."""
    parts = {
        "dense": {"weights": "kernel", "bias": "bias"},
        "norm": {
            "gamma": "gamma",
            "beta": "beta",
            "running_mean": "moving_mean",
            "running_variance": "moving_variance",
        },
    }
    found: Arrays = {}
    for op in script.ops:
        name = script.layout.names[op.layer - 1]
        for ours, theirs in parts.get(op.kind, {}).items():
            if (array := named.get(f"{name}.{ours}")) is not None:
                found[f"{op.number}.{theirs}"] = np.ascontiguousarray(array.T) if ours == "weights" else array
    return found


frameworks: Registry[Framework] = Registry("framework")
frameworks["numpy"] = Framework("NumPy", "numpy", ("numpy",), "numpy", _columns)
frameworks["pytorch"] = Framework("PyTorch", "pytorch", ("torch", "numpy"), "torch", _state_dict)
frameworks["keras"] = Framework("Keras", "keras", ("keras", "tensorflow", "numpy"), "keras", _of_layers, own=OfKeras)
frameworks["tensorflow"] = Framework(
    "TensorFlow", "tensorflow", ("tensorflow", "numpy"), "tensorflow", _rows, own=OfTensorFlow
)
frameworks["jax"] = Framework("JAX", "jax", ("jax", "numpy"), "jax", _rows)
frameworks["optax"] = Framework("JAX with Optax", "jax", ("jax", "optax", "numpy"), "optax", _rows, optax=True)
