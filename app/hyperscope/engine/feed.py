"""What the coming steps see, and what to say of them once their logits are there. It runs nothing.

The arrays stay from chunk to chunk, and so do the views of them that each step is given: making those anew took as
long as a tenth of the steps.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hyperscope.engine.arrays import Array, Indices, zeros
from hyperscope.engine.program import Recipe
from hyperscope.engine.rows import Rows
from hyperscope.engine.softmax import SAFE_LOGIT


class Feed:
    """Room for what up to `most` steps with batches of m see, and for the logits that they leave.

    Inputs `x` are (most, *crowd, n, m). All else is (most, U, K m), with the examples of all members side by side,
    since a loss does not ask whose an example is, and NumPy would go along each member's few anew: `targets`, those
    divided by m as `y`, the `mask` of targets that count (without rows where all do), `weight` of examples, and the
    logits `z`. `numbers` are the slots besides, with the shape of each at one step. `operands` are the slots of one
    step after the other.
    """

    def __init__(
        self,
        recipe: Recipe,
        crowd: tuple[int, ...],
        dtype: np.dtype[Any],
        m: int,
        most: int,
        numbers: Mapping[str, tuple[int, ...]],
    ) -> None:
        layout = recipe.layout
        self.layout, self.weighted, self.m, self.most = layout, recipe.weighted, m, most
        self.crowd, self.shapes = crowd, numbers
        count, units = math.prod(crowd) * m, layout.widths[-1]

        def room(rows: int) -> Array:
            return zeros((most, rows, count), dtype)

        self.x = zeros((most, *crowd, layout.inputs + layout.bias_at(0), m), dtype)
        self.targets, self.y, self.z = room(units), room(units), room(units)
        self.mask = room(units if layout.output.masked else 0)
        self.weight = room(1)
        self._by_example = (self.x, *map(self._by_member, (self.targets, self.mask, self.weight)))
        self.numbers = {name: np.empty((most, *shape), dtype) for name, shape in numbers.items()}
        varying = {
            "x": self.x,
            "x_t": self.x.swapaxes(-1, -2),
            "y": self.y,
            "logits": self._by_member(self.z),
            "z": self.z,
            "mask": self.mask,
            "weight": self.weight,
            **self.numbers,
        }
        # with `...` numbers stay arrays: ufuncs take 0-d ones in half the time of Python's or NumPy's own scalars
        views = ([varying[name][step, ...] for step in range(most)] for name in recipe.slots)
        self.operands: list[tuple[Array, ...]] = list(zip(*views, strict=True))

    def take(self, rows: Rows, batches: Sequence[Indices], numbers: Mapping[str, Array]) -> None:
        """Fills in the first steps: their batches of examples, and `numbers` (S, ...) by slot."""
        steps = len(batches)
        into = [array[:steps] for array in self._by_example]
        rows.gather(batches, into if self.weighted else into[:-1])
        np.divide(self.targets[:steps], self.targets.dtype.type(self.m), self.y[:steps])
        if self.weighted:
            own = into[-1]
            own *= self.m / own.sum(axis=-1, keepdims=True)
        for name, values in numbers.items():
            self.numbers[name][:steps] = values

    def judged(self, steps: int) -> tuple[Array, Array]:
        """Losses (S, ...) of the first steps, whose logits are there, and whether those suit the fast program."""
        output, temperature = self.layout.output, self.layout.network.temperature
        z = self.z[:steps] if temperature == 1 else self.z[:steps] / temperature
        fits = self._fits(z) if output.bounded else np.ones((steps, *self.crowd), bool)
        each = output.losses(z, self.targets[:steps], self.mask[:steps] if output.masked else np.ones(1))
        if self.weighted:
            each *= self.weight[:steps, 0]
        return each.reshape(steps, *self.crowd, self.m).mean(axis=-1), fits

    def _by_member(self, array: Array) -> Array:
        """The view (S, *crowd, U, m) of an array (S, U, K m)."""
        return np.moveaxis(array.reshape(*array.shape[:2], *self.crowd, self.m), 1, -2)

    def _fits(self, z: Array) -> Array:
        """Whether the largest logit of every example lies where the fast program is exact, (S, *crowd)."""
        # mostly all logits do, and a look at all of them at once is quicker than at the largest of each example
        if z.max() < SAFE_LOGIT and z.min() > -SAFE_LOGIT:
            return np.ones((len(z), *self.crowd), bool)
        top = z.max(axis=-2).reshape(len(z), *self.crowd, self.m)
        result: Array = ((top < SAFE_LOGIT) & (top > -SAFE_LOGIT)).all(axis=-1)
        return result
