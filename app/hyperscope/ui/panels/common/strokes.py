"""Lines cut into pieces two by two, since Qt draws single segments many times faster than one wide or dashed path.

Also the polygons of what is painted with them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QPolygonF
from shiboken6 import VoidPtr

Floats = NDArray[np.float64]

DASH, SPACE = 4.0, 3.0  # px of a dev curve
NOTHING = np.zeros(0)


def pairs(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """End points of the pieces of the line through (x, y), two by two; gaps where a point is not finite."""
    known = np.isfinite(x) & np.isfinite(y)
    whole = np.flatnonzero(known[1:] & known[:-1])
    ends = np.column_stack((whole, whole + 1)).ravel()
    return x[ends], y[ends]


def dashes(x: Floats, y: Floats, on: float = DASH, off: float = SPACE) -> tuple[Floats, Floats]:
    """End points of the dashes, two by two, along the line through (x, y) in pixels; gaps as in `pairs`."""
    y = np.where(np.isfinite(y), y, np.nan)  # loss 0 on a log axis; inf - inf would warn
    length = np.hypot(np.diff(x), np.diff(y))
    solid = np.isfinite(length)
    along = np.concatenate(([0.0], np.cumsum(np.where(solid, length, 0.0))))
    total = along[-1]
    if total <= 0 or total > 1e6:
        return NOTHING, NOTHING
    period = on + off
    starts = np.arange(0.0, total, period)
    cuts = np.concatenate((along, starts, np.minimum(starts + on, total)))
    cuts.sort()
    middle = (cuts[1:] + cuts[:-1]) / 2
    part = np.clip(np.searchsorted(along, middle, side="right") - 1, 0, len(length) - 1)
    drawn = (middle % period < on) & (np.diff(cuts) > 1e-9) & solid[part]
    part = part[drawn]
    span = np.where(length[part] > 0, length[part], 1.0)
    ends = (np.column_stack((cuts[:-1][drawn], cuts[1:][drawn])) - along[part, None]) / span[:, None]
    across = x[part, None] + ends * (x[part + 1] - x[part])[:, None]
    up = y[part, None] + ends * (y[part + 1] - y[part])[:, None]
    return across.ravel(), up.ravel()


def polygon(x: Floats, y: Floats) -> QPolygonF:
    """The polygon through (x, y)."""
    made = QPolygonF()
    made.resize(len(x))
    if len(x):
        memory: Any = VoidPtr(made.data(), 16 * len(x), True)  # type: ignore[arg-type, call-arg] # its stub is wrong
        numbers = np.frombuffer(memory, np.float64).reshape(-1, 2)
        numbers[:, 0], numbers[:, 1] = x, y
    return made
