"""The training examples as a learner reads them: one row each, so that a mini-batch is gathered by a single call."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.outputs import class_weights
from hyperscope.engine.parameters import Layout
from hyperscope.engine.settings import Training


class Rows:
    """Examples x (n, m) with classes y (m,), coded for the output of `layout` as `training` says.

    Where the members of a crowd have examples of their own, x is (K, n, m) and y (K, m).

    A row holds the inputs, a one if the first layer has a bias, the targets, which of them count, and the weight of
    the example's class.
    """

    def __init__(self, layout: Layout, training: Training, x: Array, y: Indices, dtype: np.dtype[Any]) -> None:
        self.layout, self.x, self.y, self.dtype = layout, x, y, dtype
        self._coded: tuple[float, str, tuple[float, ...]] | None = None
        self.code(training)

    def code(self, training: Training) -> None:
        """Takes on other label smoothing or class weights."""
        key = (training.label_smoothing, training.class_weights, training.weights_by_class)
        if key == self._coded:
            return
        self._coded = key
        classes, output = self.layout.classes, self.layout.output
        targets, mask = output.codes(classes, self.layout.network.tree)
        # towards equal shares: of all classes, or of yes and no where each unit is a question
        even = 0.5 if output.masked else 1 / classes
        targets = (1 - training.label_smoothing) * targets + training.label_smoothing * even * mask
        x, y = self.x, self.y
        inputs = np.concatenate([x.swapaxes(-1, -2), np.ones((*y.shape, int(self.layout.bias_at(0))))], axis=-1)
        counted = mask[y] if output.masked else np.zeros((*y.shape, 0))
        kind, given = training.class_weights, training.weights_by_class
        each = [class_weights(one, classes, kind, given)[one] for one in np.atleast_2d(y)]
        weight = np.stack(each).reshape(*y.shape, 1)
        parts = [inputs, targets[y], counted, weight]
        ends = np.cumsum([0, *(part.shape[-1] for part in parts)]).tolist()
        self._columns = [slice(start, end) for start, end in itertools.pairwise(ends)]
        self._table = np.ascontiguousarray(np.concatenate(parts, axis=-1), self.dtype)

    def see(self, x: Array) -> None:
        """Other inputs, like x, for the same examples."""
        self.x = x
        self._table[..., : x.shape[-2]] = x.swapaxes(-1, -2)

    def keep(self, members: Sequence[int]) -> None:
        """Goes on with these members of the crowd alone."""
        if self.x.ndim == 3:
            chosen = list(members)
            self.x, self.y, self._table = self.x[chosen], self.y[chosen], self._table[chosen]

    @property
    def row_bytes(self) -> int:
        """The size of one row."""
        return int(self._table.shape[-1] * self._table.itemsize)

    def gather(self, batches: Sequence[Indices], into: Sequence[Array]) -> None:
        """Inputs, targets, mask and, if wanted, weights of S batches of equal size, into one array (S, ..., m) each."""
        one, table = into[0], self._table
        chosen = np.concatenate(batches).reshape(*one.shape[:-2], one.shape[-1])
        if table.ndim == 3:  # of members with examples of their own
            chosen = chosen + (table.shape[1] * np.arange(len(table)))[:, None]
            table = table.reshape(-1, table.shape[-1])
        rows = table.take(chosen, axis=0)
        for columns, array in zip(self._columns, into, strict=False):
            if array.size:
                array[...] = rows[..., columns].swapaxes(-1, -2)
