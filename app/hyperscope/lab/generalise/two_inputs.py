"""Two inputs of the training examples as they are, as a probe: the window need not read or draw a data set for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.lab.probes.subject import Subject

MOST = 200  # examples


@dataclass(frozen=True, slots=True, eq=False)
class TwoInputs:
    """The first two raw inputs `x` (2, m), of data with one alone (1, m), and classes `y` (m,)."""

    x: Array
    y: Indices

    def same(self, other: TwoInputs | None) -> bool:
        """Whether these are of the same examples."""
        return other is not None and np.array_equal(self.x, other.x) and np.array_equal(self.y, other.y)


def some(count: int) -> Indices:
    """The numbers of MOST out of `count` examples, evenly, or of all."""
    return np.linspace(0, count - 1, min(MOST, count)).round().astype(np.int64)


@Probe
def two_inputs(subject: Subject, question: None) -> TwoInputs:
    """Those of `some` training examples."""
    data = subject.examples
    train = np.flatnonzero(data.part == 0)
    chosen = train[some(train.size)]
    return TwoInputs(data.raw[:2, chosen], data.y[chosen])
