"""What tells the examples of a file apart from those that it holds later. It keeps none of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Of a table with so many inputs, classes and rows, as it was read; `values` is a checksum of its numbers."""

    inputs: int
    classes: int
    rows: int
    values: str

    def change(self, now: Fingerprint) -> str:
        """What is other in `now` than in what this was trained on, in words; "" if nothing is."""
        names = ("inputs", "classes", "rows")
        other = [name for name in names if getattr(now, name) != getattr(self, name)]
        if not other:
            return "" if now.values == self.values else "other values than this was trained on"
        here, there = (", ".join(f"{getattr(one, name)} {name}" for name in other) for one in (now, self))
        return f"{here} where this was trained on {there}"


def fingerprint(x: NDArray[np.float64], y: NDArray[np.int64], classes: int) -> Fingerprint:
    """Of features x (n, m), NaN where a value is missing, and class numbers y (m,); the same on every machine."""
    gaps = np.isnan(x)
    found = hashlib.blake2b(digest_size=8)
    for array in (np.where(gaps, 0.0, x).astype("<f8"), gaps, y.astype("<i8")):
        found.update(np.ascontiguousarray(array).tobytes())
    return Fingerprint(len(x), classes, len(y), found.hexdigest())
