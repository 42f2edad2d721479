"""The quantiles that rivers are drawn from: of what enters and leaves activations, of ẑ, weights and their gradient;
and how long the weights of each layer are.

A row of the history is taken every few steps, so it takes few calls: all layers' weights are sorted at once, and
what leaves an activation that never falls follows from what enters it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.parameters import Layout
from hyperscope.engine.textbook import Trace

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
MOST = 2048  # weights of a layer that are sorted; of more, as many evenly spread ones


@cache
def ranks(count: int) -> Indices:
    """Where in `count` sorted values the QUANTILES stand (5,)."""
    return np.array([round(share * (count - 1)) for share in QUANTILES])


class Quantiles:
    """Of a network laid out as `layout`."""

    def __init__(self, layout: Layout) -> None:
        self._layers = layout.network.layers
        places = [_spread(_weights(layout, number)) for number in range(len(layout.names))]
        # Rows are filled up with the entry after the last, which is to be infinite: it sorts behind all.
        self._places = np.full((len(places), max(len(row) for row in places)), layout.size)
        for row, found in zip(self._places, places, strict=True):
            row[: len(found)] = found
        starts = self._places.shape[1] * np.arange(len(places))
        self._ranks = starts[:, None] + np.stack([ranks(len(row)) for row in places])
        self._padded: dict[str, Array] = {}
        every = [_weights(layout, number) for number in range(len(layout.names))]
        self._every = np.concatenate(every)
        self._begin = np.cumsum([0, *(len(one) for one in every[:-1])])

    def signals(self, traces: Sequence[Trace]) -> tuple[Array, Array]:
        """(L, 5) float32 each: of what enters the hidden layers' activations, and of what leaves them."""
        entering = [
            trace.y if layer.batch_norm == "before" and trace.y is not None else trace.z
            for layer, trace in zip(self._layers, traces, strict=False)
        ]
        return self.of_signals(entering, [trace.activated for trace in traces])

    def of_signals(self, entering: Sequence[Array], leaving: Sequence[Array]) -> tuple[Array, Array]:
        """(..., L, 5) float32 of what enters and leaves the hidden layers' activations, by layer (..., n, m)."""
        crowd = entering[0].shape[:-2] if self._layers else ()
        before = np.empty((*crowd, len(self._layers), len(QUANTILES)), np.float32)
        after = np.empty_like(before)
        with np.errstate(over="ignore"):
            for number, layer in enumerate(self._layers):
                function = activations[layer.activation]
                found = before[..., number, :] = _sorted(entering[number])
                after[..., number, :] = function.value(found) if function.rising else _sorted(leaving[number])
        return before, after

    def normalised(self, values: Sequence[Array | None]) -> Array | None:
        """(..., L, 5) float32 of batch norm's ẑ by hidden layer (..., n, m), NaN for None; None where all are None."""
        known = [(number, one) for number, one in enumerate(values) if one is not None]
        if not known:
            return None
        found = np.full((*known[0][1].shape[:-2], len(self._layers), len(QUANTILES)), np.nan, np.float32)
        with np.errstate(over="ignore"):
            for number, one in known:
                found[..., number, :] = _sorted(one)
        return found

    def weights(self, vector: Array) -> Array:
        """(..., L + 1, 5) float32: of weights by layer, the output's last, in vectors like the parameters (..., P)."""
        kind, crowd = vector.dtype.char, vector.shape[:-1]
        padded = self._padded.get(kind)
        if padded is None or padded.shape[:-1] != crowd:
            padded = self._padded[kind] = np.full((*crowd, vector.shape[-1] + 1), np.inf, vector.dtype)
        padded[..., :-1] = vector
        known = padded.take(self._places, axis=-1)
        known.sort(axis=-1)
        found = known.reshape(*crowd, -1).take(self._ranks, axis=-1)
        if kind == "f":
            return found
        with np.errstate(over="ignore"):
            return found.astype(np.float32)

    def norms(self, parameters: Array) -> Array:
        """‖W‖ (..., L + 1) by layer, the output's last, biases left out: the root of the sum of squares."""
        squares = parameters.take(self._every, axis=-1).astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):  # what grows beyond all bounds is the trainer's to notice
            squares *= squares
            found: Array = np.sqrt(np.add.reduceat(squares, self._begin, axis=-1))
        return found


def _sorted(values: Array) -> Array:
    """The QUANTILES (..., 5) of values (..., n, m)."""
    flat = values.reshape(*values.shape[:-2], -1)
    return np.sort(flat, axis=-1)[..., ranks(flat.shape[-1])]


def _weights(layout: Layout, number: int) -> Indices:
    """Where a layer's weights lie in the vector, biases left out."""
    block = layout.parameters[f"{layout.names[number]}.weights"]
    return block.of(np.arange(float(layout.size)))[:, : layout.widths[number]].ravel().astype(np.int64)


def _spread(places: Indices) -> Indices:
    if len(places) <= MOST:
        return places
    return places[np.linspace(0, len(places) - 1, MOST).round().astype(np.int64)]
