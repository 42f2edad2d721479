"""Random numbers that training itself uses: dropout's masks and the jolts after batch norm.

Each step's numbers are a function of seed, purpose and step alone, so nothing random needs to be kept; they are drawn
for many steps at once, since a call to the generator costs as much as a step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.engine.settings import Network

STREAM = 3  # keeps these numbers apart from those of weights and order
TOGETHER = 1 << 20  # numbers drawn at once, at most
STEPS = 64  # whose numbers are drawn at once, at most
RESOLUTION = 1 << 16  # of a dropout probability


@dataclass
class Noise:
    """Numbers for steps in a row, for members with `seeds`; `purpose` tells one use from another."""

    seeds: Sequence[int]
    purpose: int
    shape: tuple[int, ...]  # per step and member
    crowd: tuple[int, ...]
    dtype: np.dtype[Any]
    _kept: dict[int, Array] = field(default_factory=dict)

    def masks(self, steps: range, keep: float) -> Array:
        """(S, *crowd, *shape) of 0 and 1 / keep: inverted dropout (Srivastava et al. 2014, section 10)."""
        drawn = self._steps(steps, lambda rng, size: rng.integers(0, RESOLUTION, size, np.uint16))
        kept: Array = (drawn < keep * RESOLUTION).astype(self.dtype)
        kept *= 1 / keep
        return kept

    def normal(self, steps: range) -> Array:
        """(S, *crowd, *shape) of N(0, 1)."""
        return self._steps(steps, lambda rng, size: rng.normal(size=size)).astype(self.dtype)

    def _steps(self, steps: range, draw: Any) -> Array:
        together = max(1, min(STEPS, TOGETHER // max(1, int(np.prod(self.shape)))))
        first, last = steps.start // together, (steps.stop - 1) // together
        for block in [number for number in self._kept if not first <= number <= last]:
            del self._kept[block]
        for block in range(first, last + 1):
            if block not in self._kept:
                members = [
                    draw(np.random.default_rng([seed, STREAM, self.purpose, block]), (together, *self.shape))
                    for seed in self.seeds
                ]
                self._kept[block] = np.stack(members, axis=1) if self.crowd else members[0]
        blocks = [self._kept[block] for block in range(first, last + 1)]
        whole = blocks[0] if len(blocks) == 1 else np.concatenate(blocks)
        return whole[steps.start - first * together : steps.stop - first * together]


class Noises:
    """The sources of a network, or a crowd, whose layers have these `widths`, the inputs' first."""

    def __init__(
        self, seeds: Sequence[int], widths: Sequence[int], crowd: tuple[int, ...], dtype: np.dtype[Any]
    ) -> None:
        self._seeds, self._widths, self._crowd, self._dtype = seeds, widths, crowd, dtype
        self._sources: dict[tuple[str, int, int], Noise] = {}

    def coming(
        self, network: Network, dropouts: Sequence[int], jolts: Sequence[int], m: int, steps: range
    ) -> dict[str, Array]:
        """Dropout's masks and batch norm's jolts for steps with batches of m, by slot; layers are counted from 0."""
        found: dict[str, Array] = {}
        for number in dropouts:
            keep = 1 - network.layers[number].dropout
            found[f"dropout{number}"] = self._source("dropout", number, m).masks(steps, keep)
        for number in jolts:
            drawn = network.bn_jolt * self._source("jolt", number, 2).normal(steps)
            found[f"jolt_scale{number}"] = 1 + drawn[..., :1]
            found[f"jolt_shift{number}"] = np.ascontiguousarray(drawn[..., 1:])
        return found

    def _source(self, purpose: str, layer: int, m: int) -> Noise:
        key = (purpose, layer, m)
        if key not in self._sources:
            number = 2 * layer + (purpose == "jolt")
            shape = (self._widths[layer + 1], m)
            self._sources[key] = Noise(self._seeds, number, shape, self._crowd, self._dtype)
        return self._sources[key]
