"""What a row of the history holds, measured for all members of a crowd at once, some members at a time.

Rows are taken every few steps, and each looks at all examples, so everything large is worked out in arrays that are
kept: memory asked for anew costs more than what is done in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.parameters import Layout
from hyperscope.engine.prediction import applied, folded
from hyperscope.lab.examples.examples import ExampleSet
from hyperscope.lab.training.quantiles import QUANTILES, Quantiles

BYTES = 100_000  # of the members' logits in float64; the allocator hands larger arrays back to the system every time
FEW = 8  # classes; of so many, the likeliest is found class by class


@dataclass(frozen=True)
class Measured:
    """Of K members: losses in nats and accuracies (K,) on training and dev set, and RIVERS' signals (K, L, 5)."""

    train_loss: Array
    dev_loss: Array
    train_accuracy: Array
    dev_accuracy: Array
    entering: Array
    leaving: Array
    normalised: Array | None  # without batch norm


class _Room:
    """What `count` members are worked out in: by layer inputs (count, n + 1, m) with a last row of ones, and what
    applies the activation to all but that row.
    """

    def __init__(self, layout: Layout, dtype: np.dtype[Any], count: int, m: int) -> None:
        self.inputs = [np.ones((count, n + 1, m), dtype) for n in layout.widths[:-1]]
        pairs = zip(layout.network.layers, self.inputs[1:], strict=True)
        self.activate: list[Callable[[], None]] = [applied(layer.activation, a[:, :-1]) for layer, a in pairs]
        self.logits = np.empty((count, layout.widths[-1], m), dtype)


class Measuring:
    """Measures members laid out as `layout`, each on its own of `examples`; these are alike in shape.

    `looked_at` are the training examples whose signals are followed.
    """

    def __init__(
        self, layout: Layout, dtype: np.dtype[Any], examples: Sequence[ExampleSet], looked_at: Indices
    ) -> None:
        self.layout, self.quantiles = layout, Quantiles(layout)
        self._own = any(one is not examples[0] for one in examples)
        each = examples if self._own else examples[:1]
        self._followed, self._trained_on = len(looked_at), examples[0].y_train.size
        order = np.concatenate([looked_at, np.setdiff1d(np.arange(self._trained_on), looked_at)])  # those first
        x = [np.concatenate([one.x_train[:, order], one.x_dev], axis=1) for one in each]
        y = [np.concatenate([one.y_train[order], one.y_dev]) for one in each]
        self._x, self._y = np.stack(x).astype(dtype, copy=False), np.stack(y)
        targets, mask = layout.output.codes(layout.classes, layout.network.tree)
        self._targets, self._mask = (np.ascontiguousarray(code[self._y].swapaxes(-1, -2)) for code in (targets, mask))
        m = self._x.shape[-1]
        self._together = max(1, BYTES // (8 * layout.widths[-1] * m))
        self._room = lru_cache(maxsize=2)(lambda count: _Room(layout, dtype, count, m))  # the last may be fewer

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
        weights = [layer.weights for layer in folded(self.layout, parameters, running)]
        normalised = np.full_like(entering, np.nan) if any(map(self._normed, range(hidden))) else None
        with np.errstate(all="ignore"):
            for start in range(0, count, self._together):
                some = slice(start, min(start + self._together, count))
                logits, before, after = self._passed([layer[some] for layer in weights], some)
                loss[:, some], accuracy[:, some] = self._scores(logits, some)
                entering[some], leaving[some] = self.quantiles.of_signals(before, after) if hidden else (0, 0)
                if normalised is not None:
                    pairs = enumerate(zip(before, after, strict=True))
                    hats = [self._hat(number, *both, parameters[some], running[some]) for number, both in pairs]
                    normalised[some] = self.quantiles.normalised(hats)
        return Measured(loss[0], loss[1], accuracy[0], accuracy[1], entering, leaving, normalised)

    def _normed(self, number: int) -> bool:
        return self.layout.norm_at(number) != "off"

    def _hat(self, number: int, before: Array, after: Array, parameters: Array, running: Array) -> Array | None:
        """A layer's ẑ (k, n, m), from what is there once batch norm is folded in: (y − β) / γ, not known where γ is 0,
        and after the activation (a − μ) / √(σ² + ε); None without batch norm.
        """
        layout, name, norm = self.layout, self.layout.names[number], self.layout.norm_at(number)
        if norm == "off":
            return None
        if norm == "before":
            gamma, beta = (layout.parameters[f"{name}.{part}"].of(parameters) for part in ("gamma", "beta"))
            return (before - beta[..., None]) / gamma[..., None]
        mean, variance = (layout.running[f"{name}.{part}"].of(running) for part in ("mean", "variance"))
        root = np.sqrt(variance + parameters.dtype.type(layout.network.bn_epsilon))
        return (after - mean[..., None]) / root[..., None]

    def _passed(self, weights: Sequence[Array], some: slice) -> tuple[Array, list[Array], list[Array]]:
        """Logits (k, U, m), and what enters and leaves the hidden layers' activations where that is followed."""
        room = self._room(some.stop - some.start)
        before, after = [], []
        room.inputs[0][:, :-1] = self._of(self._x, some)
        for number, activate in enumerate(room.activate):
            values = room.inputs[number + 1][:, :-1]
            np.matmul(weights[number], room.inputs[number], out=values)
            before.append(values[..., : self._followed].copy())
            activate()
            after.append(values[..., : self._followed])
        np.matmul(weights[-1], room.inputs[-1], out=room.logits)
        return room.logits, before, after

    def _of(self, values: Array, some: slice) -> Array:
        return values[some] if self._own else values[0]

    def _scores(self, logits: Array, some: slice) -> tuple[list[Array], list[Array]]:
        """Mean losses and accuracies (k,) on training and dev set."""
        layout, split = self.layout, self._trained_on
        direct = logits.shape[-2] == layout.classes
        right = _likeliest(logits if direct else layout.probabilities(logits)) == self._of(self._y, some)
        wide = logits.astype(np.float64)
        if layout.network.temperature != 1:
            wide /= layout.network.temperature
        losses = layout.output.losses(wide, self._of(self._targets, some), self._of(self._mask, some))
        return [_mean(losses[:, :split]), _mean(losses[:, split:])], [_mean(right[:, :split]), _mean(right[:, split:])]


def _likeliest(values: Array) -> Indices:
    """The class (K, m) of the greatest value of (K, C, m), the first of equal ones."""
    classes = values.shape[-2]
    if classes > FEW or not np.isfinite(values.sum()):
        found: Indices = values.argmax(axis=-2)
        return found
    greatest = values[..., 0, :].copy()
    found = np.zeros(greatest.shape, np.int64)
    for number in range(1, classes):
        greater = values[..., number, :] > greatest
        found[greater] = number
        np.maximum(greatest, values[..., number, :], out=greatest)
    return found


def _mean(values: Array) -> Array:
    """The mean (K,) over the last axis; NaN of none."""
    if not values.shape[-1]:
        return np.full(len(values), np.nan)
    mean: Array = values.mean(axis=-1)
    return mean
