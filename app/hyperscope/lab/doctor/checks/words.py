"""How findings measure and put numbers into words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hyperscope.engine.arrays import Array


def rms(values: Array) -> float:
    """The root mean square of all entries."""
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))


def in_layers(counts: Mapping[int, tuple[int, int]], of: str) -> str:
    """ "In layer 2, 5 of 8 units are `of`; in layer 3, 1 of 8" from {1: (5, 8), 2: (1, 8)}."""
    parts = [f"in layer {number + 1}, {k} of {n}" for number, (k, n) in counts.items()]
    one = next(iter(counts.values()))[0] == 1
    parts[0] = f"I{parts[0][1:]} units {'is' if one else 'are'} {of}"
    return "; ".join(parts)


def short(value: float) -> str:
    """Two digits, without an exponent where one can do without."""
    return f"{float(f'{value:.2g}'):g}"


def percent(share: float) -> str:
    """A share from 0 to 1 in per cent, with a decimal below 10 %."""
    return f"{100 * share:.1f} %" if 0 < share < 0.1 else f"{100 * share:.0f} %"
