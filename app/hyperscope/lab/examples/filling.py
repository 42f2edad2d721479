"""Missing values, filled with what the training set says of their column; dev and test get the very same numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MEAN, MEDIAN, MOST_FREQUENT = "mean", "median", "most frequent"
FILLS = (MEAN, MEDIAN, MOST_FREQUENT)
MOST_NAMED = 6  # columns


def filled(
    x: Floats, train: NDArray[np.int64], how: str, names: Sequence[str], words: Sequence[tuple[int, int]] = ()
) -> tuple[Floats, str]:
    """Features (n, m) without NaN, and the sentence that says by what it was replaced, "" where there was none.

    `how` is one of FILLS, fitted on the columns `train` of x. Rows [start, stop) in `words` stand for one column of
    text, whose most frequent word is taken whatever `how` says: words have no mean. Of values equally frequent the
    least is taken.
    Raises: ValueError if a column with gaps has no value at all in the training set.
    """
    gaps = np.isnan(x)
    if not gaps.any():
        return x, ""
    x, said, in_words = x.copy(), [], dict(words)
    row = 0
    while row < len(x):
        stop = in_words.get(row, row + 1)
        at = gaps[row]
        if at.any():
            known = x[row:stop, train][:, ~gaps[row, train]]
            text = row in in_words
            name = names[row].rpartition("=")[0] if text else names[row]
            if known.shape[1] == 0:
                raise ValueError(
                    f'column "{name}" has no value in the training set, so there is nothing to fill its gaps with; '
                    f"switch the column off"
                )
            if text:
                most = int(known.sum(axis=1).argmax())
                x[row:stop, at] = 0.0
                x[row + most, at] = 1.0
                said.append(f"{name} {names[row + most].rpartition('=')[2]}")
            else:
                x[row, at] = value = _typical(known[0], how)
                said.append(f"{name} {value:.4g}")
        row = stop
    shown = ", ".join(said[:MOST_NAMED]) + (f" and {len(said) - MOST_NAMED} more" if len(said) > MOST_NAMED else "")
    others = " (words: the most frequent)" if how != MOST_FREQUENT and in_words else ""
    return x, f"Missing values are filled with the {how} of the training set{others}: {shown}."


def _typical(values: Floats, how: str) -> float:
    if how == MEAN:
        return float(values.mean())
    if how == MEDIAN:
        return float(np.median(values))
    found, counts = np.unique(values, return_counts=True)
    return float(found[counts.argmax()])
