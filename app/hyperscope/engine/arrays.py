"""The array types of the engine. Columns are examples; leading axes are the crowd: (K, n, m), or (n, m) alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Indices = NDArray[np.integer[Any]]
Values = NDArray[Any]  # of any kind, as records hold them
