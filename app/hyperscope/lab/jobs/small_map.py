"""The plane as a network sees it, in few cells: what is shown of many networks beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.probes.plane import grid

if TYPE_CHECKING:
    from hyperscope.lab.probes.subject import Subject


class SmallMap:
    """Of the `plane` of two features, `side` cells along each side; the data stay as they are."""

    def __init__(self, subject: Subject, plane: tuple[str, str], side: int) -> None:
        self.side = side
        self._grid = grid(subject, plane, side)

    def p(self, subject: Subject) -> Array:
        """Class probabilities (C, side, side) at test time, row 0 lowest; NaN where a logit is not finite."""
        logits = subject.predictor.logits(subject.folded(), self._grid)
        with np.errstate(all="ignore"):  # of a network that is about to diverge
            p = subject.layout.probabilities(logits).reshape(subject.layout.classes, self.side, self.side)
        return np.asarray(p, np.float32)
