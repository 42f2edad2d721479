"""What the coming steps see, and what to say of them once their logits are there. It gathers and runs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.engine.parameters import Layout
from hyperscope.engine.softmax import SAFE_LOGIT


@dataclass(frozen=True)
class Feed:
    """What steps with batches of one size see: `operands` per slot (S, ...), where their logits go, and their targets.

    `places` are the steps' places in the chunk.
    """

    operands: tuple[Any, ...]
    logits: Array
    targets: Array
    mask: Array
    weight: Array | None
    places: list[int]

    def steps(self) -> Iterator[tuple[Any, ...]]:
        """The operands of one step after the other."""
        return zip(*self.operands, strict=True)

    def judged(self, layout: Layout) -> tuple[Array, Array]:
        """Losses (S, ...) of steps whose logits are there, and whether those lie where the fast program is exact."""
        output, temperature = layout.output, layout.network.temperature
        logits = self.logits if temperature == 1 else self.logits / temperature
        fits = np.ones(logits.shape[:-2], bool)
        if output.bounded:
            top = logits.max(axis=-2)
            fits = ((top < SAFE_LOGIT) & (top > -SAFE_LOGIT)).all(axis=-1)
        each = output.losses(logits, self.targets, self.mask)
        return (each if self.weight is None else each * self.weight[..., 0, :]).mean(axis=-1), fits
