"""The network as it is used at test time: batch norm folded into the weights by its running averages, no more state.

What is drawn of a network, and every loss that is not a mini-batch's own, is computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.parameters import Layout
from hyperscope.engine.plan import Plan

MOST_BLOCKS = 8  # sizes of block whose buffers are kept
BLOCK = 2048  # examples at a time, so that a layer's values stay in the second-level cache


@dataclass(frozen=True, slots=True)
class FoldedLayer:
    """a = g(W x + b) with `weights` [W | b] (..., n, n_in + 1); `scale` and `shift` (..., n) follow g, or are None.

    They are left only for batch norm after an activation, for what is shown of that layer itself: the layers
    after it have them folded into their own weights.
    """

    weights: Array
    activation: str
    scale: Array | None = None
    shift: Array | None = None


def folded(layout: Layout, parameters: Array, running: Array) -> list[FoldedLayer]:
    """The layers for test time of parameters (..., P) and running statistics (..., R): of one network or a crowd."""
    with np.errstate(all="ignore"):  # parameters on their way to infinity are the trainer's to notice
        return _folded(layout, parameters, running)


def _folded(layout: Layout, parameters: Array, running: Array) -> list[FoldedLayer]:
    layers: list[FoldedLayer] = []
    scale: Array | None = None  # of the batch norm after the previous layer's activation
    shift: Array | None = None
    for number, name in enumerate(layout.names):
        block = layout.parameters[f"{name}.weights"].of(parameters)
        n_in = layout.widths[number]
        weights = np.zeros((*block.shape[:-1], n_in + 1), parameters.dtype)
        weights[..., : block.shape[-1]] = block
        if scale is not None and shift is not None:
            weights[..., n_in] += (weights[..., :n_in] @ shift[..., None])[..., 0]
            weights[..., :n_in] *= scale[..., None, :]
        scale = shift = None
        norm = layout.norm_at(number)
        if norm != "off":
            gamma, beta = (layout.parameters[f"{name}.{part}"].of(parameters) for part in ("gamma", "beta"))
            mean, variance = (layout.running[f"{name}.{part}"].of(running) for part in ("mean", "variance"))
            slope = gamma / np.sqrt(variance + parameters.dtype.type(layout.network.bn_epsilon))
            offset = beta - slope * mean
            if norm == "before":
                weights *= slope[..., None]
                weights[..., n_in] += offset
            else:
                scale, shift = slope, offset
        activation = layout.network.layers[number].activation if number < len(layout.network.layers) else "linear"
        layers.append(FoldedLayer(weights, activation, scale, shift))
    return layers


class Predictor:
    """Runs folded layers over many inputs, in blocks, on buffers kept from call to call."""

    def __init__(self, layout: Layout, dtype: np.dtype[np.floating]) -> None:
        self.layout = layout
        self.dtype = dtype
        self._kept: dict[int, tuple[list[Array], list[Callable[[], None]]]] = {}

    def logits(self, layers: Sequence[FoldedLayer], x: Array) -> Array:
        """Logits (C, m) of inputs x (n, m)."""
        return self._run(layers, x, None)

    def activations(self, layers: Sequence[FoldedLayer], x: Array) -> list[Array]:
        """The outputs (n, m) of each hidden layer, then the logits (C, m), for inputs x (n, m)."""
        kept = [np.empty((layer.weights.shape[0], x.shape[1]), self.dtype) for layer in layers[:-1]]
        logits = self._run(layers, x, kept)
        return [*kept, logits]

    def _run(self, layers: Sequence[FoldedLayer], x: Array, kept: list[Array] | None) -> Array:
        logits = np.empty((self.layout.widths[-1], x.shape[1]), self.dtype)
        with np.errstate(all="ignore"):  # weights on their way to infinity are the trainer's to notice
            self._blocks(layers, x, kept, logits)
        return logits

    def _blocks(self, layers: Sequence[FoldedLayer], x: Array, kept: list[Array] | None, logits: Array) -> None:
        for start in range(0, x.shape[1], BLOCK):
            part = slice(start, min(start + BLOCK, x.shape[1]))
            a, activate = self._block(part.stop - part.start)
            a[0][:-1] = x[:, part]
            for number, layer in enumerate(layers[:-1]):
                values = a[number + 1][:-1]
                layer.weights.dot(a[number], values)
                activate[number]()
                if kept is not None:
                    kept[number][:, part] = values
                    if layer.scale is not None and layer.shift is not None:
                        kept[number][:, part] *= layer.scale[:, None]
                        kept[number][:, part] += layer.shift[:, None]
            logits[:, part] = layers[-1].weights.dot(a[-1])

    def _block(self, m: int) -> tuple[list[Array], list[Callable[[], None]]]:
        """Per layer an (n + 1, m) array whose last row is ones, and what applies g to the others, in place."""
        if m not in self._kept:
            if len(self._kept) > MOST_BLOCKS:
                self._kept.clear()
            buffers = [np.ones((n + 1, m), self.dtype) for n in self.layout.widths[:-1]]
            pairs = zip(self.layout.network.layers, buffers[1:], strict=True)
            self._kept[m] = (buffers, [applied(layer.activation, values[:-1]) for layer, values in pairs])
        return self._kept[m]


def applied(activation: str, values: Array) -> Callable[[], None]:
    """What computes g in place on values (..., n, m), by the same calls that training uses."""
    plan = Plan(values.shape[:-2], values.dtype)
    activations[activation].forward(plan, values, values, np.empty_like(values))
    return plan.compiled(())


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well a set is predicted: mean cross-entropy in nats, accuracy from 0 to 1, the predicted classes (m,)."""

    loss: float
    accuracy: float
    predicted: Indices


def score(layout: Layout, logits: Array, y: Indices) -> Evaluation:
    """The score of logits (U, m) against classes y (m,); of no examples at all, loss and accuracy are NaN."""
    return scores(layout, logits, [y])[0]


def scores(layout: Layout, logits: Array, sets: Sequence[Indices]) -> list[Evaluation]:
    """The score of each of several sets of classes (m_i,), whose logits (U, Σ m_i) follow one another."""
    y = np.concatenate(sets)
    found: list[Evaluation] = []
    with np.errstate(all="ignore"):
        # where every class has a unit, the greatest logit is the answer, and no probabilities are needed for it
        direct = logits.shape[0] == layout.classes
        predicted = (logits if direct else layout.probabilities(logits)).argmax(axis=0)
    losses = losses_of(layout, logits, y)
    right = predicted == y
    end = 0
    for one in sets:
        part = slice(end, end := end + one.size)
        of_none = float("nan")
        loss, accuracy = (losses[part].mean(), right[part].mean()) if one.size else (of_none, of_none)
        found.append(Evaluation(float(loss), float(accuracy), predicted[part]))
    return found


def losses_of(layout: Layout, logits: Array, y: Indices) -> Array:
    """The losses (m,) in nats of logits (U, m) against classes (m,), in float64."""
    targets, mask = layout.output.codes(layout.classes, layout.network.tree)
    with np.errstate(all="ignore"):
        wide = logits.astype(np.float64) / layout.network.temperature
        found: Array = layout.output.losses(wide, targets[y].T, mask[y].T)
    return found
