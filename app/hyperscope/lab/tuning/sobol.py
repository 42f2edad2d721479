"""The Sobol sequence, shifted at random: points that fill a cube more evenly than chance does.

Sobol 1967, in the order of Antonov and Saleev 1979, with direction numbers of Joe and Kuo 2008 (new-joe-kuo-6).
"""

from __future__ import annotations

import numpy as np

from hyperscope.engine.arrays import Array

BITS = 30
# of each dimension from the second: degree and coefficients of a primitive polynomial, and the first odd numbers
DIRECTIONS = (
    (1, 0, (1,)),
    (2, 1, (1, 3)),
    (3, 1, (1, 3, 1)),
    (3, 2, (1, 1, 1)),
    (4, 1, (1, 1, 3, 3)),
    (4, 4, (1, 3, 5, 13)),
    (5, 2, (1, 1, 5, 5, 17)),
    (5, 4, (1, 1, 5, 5, 5)),
    (5, 7, (1, 1, 7, 11, 19)),
    (5, 11, (1, 1, 5, 1, 1)),
    (5, 13, (1, 1, 1, 3, 11)),
)
MOST = len(DIRECTIONS) + 1  # dimensions


def _columns(dimension: int) -> list[int]:
    """The direction numbers of a dimension, as whole numbers of BITS bits."""
    if dimension == 0:
        return [1 << (BITS - 1 - bit) for bit in range(BITS)]
    degree, coefficients, first = DIRECTIONS[dimension - 1]
    m = list(first)
    for k in range(degree, BITS):
        new = m[k - degree] ^ (m[k - degree] << degree)
        for j in range(1, degree):
            if coefficients >> (degree - 1 - j) & 1:
                new ^= m[k - j] << j
        m.append(new)
    return [m[bit] << (BITS - 1 - bit) for bit in range(BITS)]


def sobol(begin: int, end: int, dimensions: int, seed: int) -> Array:
    """Points (end − begin, dimensions) of the sequence in [0, 1), from the one numbered `begin`.

    Each dimension is shifted by bits drawn from `seed`, which keeps how evenly they lie.
    Raises: ValueError for more than MOST dimensions.
    """
    if dimensions > MOST:
        raise ValueError(f"dimensions is {dimensions}; Sobol's sequence is known here for at most {MOST}")
    shifts = np.random.default_rng([seed, 7]).integers(0, 1 << BITS, dimensions)
    columns = [_columns(d) for d in range(dimensions)]
    found = np.empty((end - begin, dimensions))
    for row, number in enumerate(range(begin, end)):
        gray = number ^ number >> 1
        for d in range(dimensions):
            at = int(shifts[d])
            for bit in range(gray.bit_length()):
                if gray >> bit & 1:
                    at ^= columns[d][bit]
            found[row, d] = (at + 0.5) / (1 << BITS)
    return found
