"""What a row of the history holds, measured for all members of a crowd at once, some members at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.parameters import Layout
from hyperscope.engine.prediction import FoldedLayer, folded, passed
from hyperscope.lab.examples.examples import ExampleSet
from hyperscope.lab.training.quantiles import QUANTILES, Quantiles

BYTES = 1 << 18  # of a layer's values at a time, which should stay in the second-level cache


@dataclass(frozen=True)
class Measured:
    """Of K members: losses in nats and accuracies (K,) on training and dev set, and RIVERS' signals (K, L, 5)."""

    train_loss: Array
    dev_loss: Array
    train_accuracy: Array
    dev_accuracy: Array
    entering: Array
    leaving: Array


class Measuring:
    """Measures members laid out as `layout`, each on its own of `examples`; these are alike in shape.

    `looked_at` are the training examples whose signals are followed.
    """

    def __init__(
        self, layout: Layout, dtype: np.dtype[Any], examples: Sequence[ExampleSet], looked_at: Indices
    ) -> None:
        self.layout, self.looked_at = layout, looked_at
        self.quantiles = Quantiles(layout)
        self._own = any(one is not examples[0] for one in examples)
        each = examples if self._own else examples[:1]
        x = np.stack([np.concatenate([one.x_train, one.x_dev], axis=1).astype(dtype, copy=False) for one in each])
        y = np.stack([np.concatenate([one.y_train, one.y_dev]) for one in each])
        targets, mask = layout.output.codes(layout.classes, layout.network.tree)
        self._x, self._y = x, y
        self._targets, self._mask = (np.ascontiguousarray(code[y].swapaxes(-1, -2)) for code in (targets, mask))
        self._trained_on = examples[0].y_train.size
        self._together = max(1, BYTES // (max(layout.widths) * x.shape[-1] * x.itemsize))

    def keep(self, members: Sequence[int]) -> None:
        """Goes on with these members alone."""
        if self._own:
            chosen = list(members)
            self._x, self._y = self._x[chosen], self._y[chosen]
            self._targets, self._mask = self._targets[chosen], self._mask[chosen]

    def row(self, parameters: Array, running: Array) -> Measured:
        """All of a row, of parameters (K, P) and running statistics (K, R)."""
        count, hidden = len(parameters), len(self.layout.network.layers)
        loss, accuracy = np.empty((2, count)), np.empty((2, count))
        entering, leaving = (np.empty((count, hidden, len(QUANTILES)), np.float32) for _ in range(2))
        layers = folded(self.layout, parameters, running)
        for some in self._chunks(count):
            found = passed([_part(layer, some) for layer in layers], self._of(self._x, some))
            loss[:, some], accuracy[:, some] = self._scores(found[-1][1], some)
            if hidden:
                signals = [[values[..., self.looked_at] for values in pair] for pair in found[:-1]]
                before, after = self.quantiles.of_signals([z for z, _ in signals], [a for _, a in signals])
                entering[some], leaving[some] = before, after
        return Measured(loss[0], loss[1], accuracy[0], accuracy[1], entering, leaving)

    def _chunks(self, count: int) -> list[slice]:
        return [slice(start, start + self._together) for start in range(0, count, self._together)]

    def _of(self, values: Array, some: slice) -> Array:
        return values[some] if self._own else values[0]

    def _scores(self, logits: Array, some: slice) -> tuple[list[Array], list[Array]]:
        layout, y = self.layout, self._of(self._y, some)
        with np.errstate(all="ignore"):
            direct = logits.shape[-2] == layout.classes
            right = (logits if direct else layout.probabilities(logits)).argmax(axis=-2) == y
            wide = logits.astype(np.float64) / layout.network.temperature
            losses = layout.output.losses(wide, self._of(self._targets, some), self._of(self._mask, some))
        split = self._trained_on
        return [_mean(losses[:, :split]), _mean(losses[:, split:])], [_mean(right[:, :split]), _mean(right[:, split:])]


def _mean(values: Array) -> Array:
    """The mean (K,) over the last axis; NaN of none."""
    if not values.shape[-1]:
        return np.full(len(values), np.nan)
    mean: Array = values.mean(axis=-1)
    return mean


def _part(layer: FoldedLayer, some: slice) -> FoldedLayer:
    scale, shift = (None if part is None else part[some] for part in (layer.scale, layer.shift))
    return FoldedLayer(layer.weights[some], layer.activation, scale, shift)
