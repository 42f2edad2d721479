"""The array types of the engine. Columns are examples; leading axes are the crowd: (K, n, m), or (n, m) alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Indices = NDArray[np.integer[Any]]
Values = NDArray[Any]  # of any kind, as records hold them

LINE = 64  # bytes of a cache line


def zeros(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Zeros that begin at a cache line: what begins elsewhere takes calls that go through it up to a third longer."""
    count = math.prod(shape)
    room = np.zeros(count + LINE // dtype.itemsize, dtype)
    start = -room.ctypes.data % LINE // dtype.itemsize
    return room[start : start + count].reshape(shape)


def aligned(array: Array) -> Array:
    """A copy that begins at a cache line."""
    result = zeros(array.shape, array.dtype)
    result[...] = array
    return result
