"""Where a learner stands at one instant; the record by itself, for those who keep it and take no steps."""

from __future__ import annotations

from dataclasses import dataclass

from hyperscope.engine.arrays import Array
from hyperscope.engine.settings import Training


@dataclass(frozen=True)
class Moment:
    """A learner's state at one instant, as copies; restoring it makes the next steps repeat exactly."""

    vectors: tuple[Array, ...]
    products: dict[str, Array]
    trainings: tuple[Training, ...]
    taken: int
