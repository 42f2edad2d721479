"""A network's arrays by name, one by one, as people and other programs exchange them.

layer1.weights (n, n_in), layer1.bias (n,), layer1.gamma, .beta, .running_mean, .running_variance (n,), ...,
output.weights, output.bias; what a layer does not have is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.engine.parameters import Layout
from hyperscope.quoting import named

KINDS = {"U": "text", "S": "text", "O": "objects", "c": "complex numbers", "b": "true and false", "M": "dates"}


def named_views(layout: Layout, parameters: Array, running: Array) -> dict[str, Array]:
    """Views into one network's flat vectors (P,) and (R,); writing to them changes the network."""
    found: dict[str, Array] = {}
    for number, name in enumerate(layout.names):
        block = layout.parameters[f"{name}.weights"].of(parameters)
        n_in = layout.widths[number]
        found[f"{name}.weights"] = block[:, :n_in]
        if layout.bias_at(number):
            found[f"{name}.bias"] = block[:, n_in]
        for part in ("gamma", "beta"):
            if learned := layout.parameters.get(f"{name}.{part}"):
                found[f"{name}.{part}"] = learned.of(parameters)
        for part in ("mean", "variance"):
            if kept := layout.running.get(f"{name}.{part}"):
                found[f"{name}.running_{part}"] = kept.of(running)
    return found


def put(views: Mapping[str, Array], arrays: Mapping[str, Array]) -> None:
    """Copies arrays into the views of the same names; running statistics may be left out.

    Raises: ValueError, with nothing copied, naming the array that is missing, unknown, of the wrong shape or kind, or
    that holds what no such array can.
    """
    for name in arrays:
        if name not in views:
            raise ValueError(f"{named(name)} is no array of this network; it has {', '.join(views)}")
    for name, view in views.items():
        if name not in arrays:
            if "running" in name:
                continue
            raise ValueError(f"{named(name)} is missing; this network has {', '.join(views)}")
        if arrays[name].shape != view.shape:
            raise ValueError(f"{named(name)} has shape {arrays[name].shape}; it must be {view.shape}")
        if said := _refusal(name, arrays[name], view.dtype):
            raise ValueError(f"{named(name)} {said}")
    for name, given in arrays.items():
        views[name][...] = given


def _refusal(name: str, given: Array, dtype: np.dtype[Any]) -> str:
    """Why the values of an array cannot be a network's that computes in `dtype`; "" if they can."""
    if given.dtype.kind not in "fiu":
        kind = KINDS.get(given.dtype.kind, f"values of type {given.dtype.name}")
        return f"holds {kind}; all must be real numbers"
    if not np.isfinite(given).all():
        return "holds values that are not finite; all must be"
    most = float(np.sqrt(np.finfo(dtype).max))  # L2, Adam and the norms square what they meet
    largest = float(given.flat[np.argmax(np.abs(given))]) if given.size else 0.0
    if abs(largest) > most:
        return f"holds {largest:.4g}; in {dtype.name} all must lie within ±{most:.2g}"
    if name.endswith(".running_variance") and (given < 0).any():
        return f"holds {given.min():.4g}; a variance must be 0 or more"
    return ""
