"""What the coming steps see, and what to say of them once their logits are there. It runs nothing.

The arrays stay from chunk to chunk, and so do the views of them that each step is given: making those anew took as
long as a tenth of the steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.program import Recipe
from hyperscope.engine.rows import Rows
from hyperscope.engine.softmax import SAFE_LOGIT


class Feed:
    """Room for what up to `most` steps with batches of m see, and for the logits that they leave.

    Arrays are (most, *crowd, ..., m): inputs `x`, `targets`, those divided by m as `y`, the `mask` of targets that
    count (without rows where all do), `weight` of examples, and `logits`. `numbers` are the slots besides, with the
    shape of each at one step. `operands` are the slots of one step after the other.
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

        def room(*shape: int) -> Array:
            return np.empty((most, *crowd, *shape, m), dtype)

        units = layout.widths[-1]
        self.x = room(layout.inputs + layout.bias_at(0))
        self.targets, self.y, self.logits = room(units), room(units), room(units)
        self.mask = room(units if layout.output.masked else 0)
        self.weight = room(1)
        self.numbers = {name: np.empty((most, *shape), dtype) for name, shape in numbers.items()}
        varying = {
            "x": self.x,
            "x_t": self.x.swapaxes(-1, -2),
            "y": self.y,
            "logits": self.logits,
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
        x, targets, mask, weight = (array[:steps] for array in (self.x, self.targets, self.mask, self.weight))
        rows.gather(batches, (x, targets, mask, weight))
        np.divide(targets, targets.dtype.type(self.m), self.y[:steps])
        if self.weighted:
            weight *= self.m / weight.sum(axis=-1, keepdims=True)
        for name, values in numbers.items():
            self.numbers[name][:steps] = values

    def judged(self, steps: int) -> tuple[Array, Array]:
        """Losses (S, ...) of the first steps, whose logits are there, and whether those suit the fast program."""
        output, temperature = self.layout.output, self.layout.network.temperature
        logits = self.logits[:steps] if temperature == 1 else self.logits[:steps] / temperature
        fits = _fits(logits) if output.bounded else np.ones(logits.shape[:-2], bool)
        each = output.losses(logits, self.targets[:steps], self.mask[:steps] if output.masked else np.ones(1))
        return (each * self.weight[:steps, ..., 0, :] if self.weighted else each).mean(axis=-1), fits


def _fits(logits: Array) -> Array:
    """Whether the largest logit of every example lies where the fast program is exact, (...) of (..., U, m)."""
    # mostly all logits do, and a look at all of them at once is quicker than at the largest of each example
    if logits.max() < SAFE_LOGIT and logits.min() > -SAFE_LOGIT:
        return np.ones(logits.shape[:-2], bool)
    top = logits.max(axis=-2)
    result: Array = ((top < SAFE_LOGIT) & (top > -SAFE_LOGIT)).all(axis=-1)
    return result
