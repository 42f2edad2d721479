"""The plane as a network sees it, in few cells: what is shown of many networks beside each other."""

from __future__ import annotations

from typing import Any

import numpy as np

from hyperscope.lab.probes.probes import grid
from hyperscope.lab.probes.snapshot import Array, View


class SmallMap:
    """Of the plane that `view` names, `side` cells along each side; the data stay as they are."""

    def __init__(self, trainer: Any, view: View, side: int) -> None:
        self.side = side
        self._grid = grid(trainer, view, side)

    def p(self, trainer: Any) -> Array:
        """Class probabilities (C, side, side) at test time, row 0 lowest; NaN where a logit is not finite."""
        logits = trainer.predictor.logits(trainer.folded(), self._grid)
        p = trainer.layout.probabilities(logits).reshape(trainer.layout.classes, self.side, self.side)
        return np.asarray(p, np.float32)
