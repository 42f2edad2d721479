"""Where a range's values stand on an axis, and the words at its ticks."""

from __future__ import annotations

import math

from hyperscope.lab.tuning.space import Range, shown
from hyperscope.ui.panels.common.axes import Ticks, linear_ticks, log_ticks


def ticks(one: Range, most: int = 5) -> Ticks:
    """Places from 0 to 1 along a range, with words."""
    if steps := one.steps:
        every = max(1, math.ceil(len(steps) / most))
        return [(one.position(value), shown(value)) for value in steps[::every]]
    if one.scale == "log":
        low, high = math.log10(one.low), math.log10(one.high)
        return [(one.position(10.0**at), words) for at, words in log_ticks(low, high, most=most)]
    if one.scale == "one-minus-log":
        low, high = -math.log10(1 - one.low), -math.log10(1 - one.high)
        wholes = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
        return [(one.position(1 - 10.0**-at), f"{1 - 10.0**-at:.6g}") for at in wholes]
    return [(one.position(at), words) for at, words in linear_ticks(one.low, one.high, most)]
