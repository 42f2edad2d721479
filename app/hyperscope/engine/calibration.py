"""Whether being sure means being right: reliability, expected calibration error, and passing the unsure answers on.

Pure functions of probabilities p (C, m), whose columns sum to 1, and class numbers y (m,).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.metrics import confidence

BINS = 15  # as in Guo et al. 2017, table 1


@dataclass(frozen=True, slots=True)
class Reliability:
    """Answers sorted into B equal bins by confidence; bin b holds confidences in (edges[b], edges[b + 1]].

    `edges` (B + 1,) run from 0 to 1; `confidence` and `accuracy` (B,) are the means in each bin, NaN where `count`
    (B,) is 0. A calibrated model has both equal, up to chance.
    """

    edges: Array
    confidence: Array
    accuracy: Array
    count: NDArray[np.int64]


def reliability(p: Array, y: Indices, bins: int = BINS) -> Reliability:
    """The reliability curve of probabilities p (C, m) (Guo et al. 2017, section 2)."""
    sure, right = confidence(p).astype(np.float64), p.argmax(axis=0) == y
    places = _bins(sure, bins)
    count = np.bincount(places, minlength=bins)
    means = [
        np.divide(np.bincount(places, values, bins), count, out=np.full(bins, np.nan), where=count > 0)
        for values in (sure, right.astype(np.float64))
    ]
    return Reliability(np.linspace(0, 1, bins + 1), means[0], means[1], count)


def expected_calibration_error(curve: Reliability) -> float:
    """Σ (count / m) |accuracy − confidence|, from 0 to 1; NaN of no examples (Guo et al. 2017, eq. 3)."""
    filled = curve.count > 0
    if not filled.any():
        return math.nan
    gap = np.abs(curve.accuracy - curve.confidence)[filled]
    return float((gap * curve.count[filled]).sum() / curve.count.sum())


def chance_calibration_error(p: Array, bins: int = BINS) -> float:
    """About how large the calibration error of a perfectly calibrated model comes out, for want of examples.

    In a bin of n answers with confidences c the accuracy strays by √(2/π) √(Σ c (1 − c)) / n on average, which is
    the mean size of a normal variable of that variance. NaN of no examples.
    """
    sure = confidence(p).astype(np.float64)
    if not sure.size:
        return math.nan
    spread = np.bincount(_bins(sure, bins), sure * (1 - sure), bins)
    return float(math.sqrt(2 / math.pi) * np.sqrt(np.maximum(spread, 0)).sum() / sure.size)


def _bins(sure: Array, bins: int) -> NDArray[np.int64]:
    return np.clip(np.ceil(sure * bins).astype(np.int64) - 1, 0, bins - 1)


@dataclass(frozen=True, slots=True)
class Selective:
    """What is right among the answers kept when the least confident ones go to a person instead, for k = 1 … m kept.

    `coverage` (m,) is k / m; `accuracy` (m,) that of the k most confident answers, where equally confident ones count
    as drawn at random; `confidence` (m,) is the least that is still kept.
    """

    coverage: Array
    accuracy: Array
    confidence: Array


def accuracy_by_coverage(p: Array, y: Indices) -> Selective:
    """The whole curve of accuracy over coverage (El-Yaniv and Wiener 2010; Geifman and El-Yaniv 2017)."""
    sure = confidence(p).astype(np.float64)
    order = np.argsort(-sure, kind="stable")
    kept, right = sure[order], (p.argmax(axis=0) == y)[order].astype(np.float64)
    # no threshold parts equal confidences, so each of them counts as right with their common share
    _, group, size = np.unique(-kept, return_inverse=True, return_counts=True)
    share = np.bincount(group, right, len(size)) / size if size.size else right
    k = np.arange(1, sure.size + 1)
    return Selective(k / max(1, sure.size), np.cumsum(share[group]) / k, kept)


def accuracy_at_coverage(p: Array, y: Indices, coverage: float) -> float:
    """The accuracy left when the share `coverage`, in (0, 1], of answers is kept, rounded up to whole answers.

    NaN of no examples. Raises: ValueError for a coverage outside (0, 1].
    """
    if not 0 < coverage <= 1:
        raise ValueError(f"coverage is {coverage:g}; it must lie in (0, 1]")
    if not y.size:
        return math.nan
    kept = math.ceil(coverage * y.size - 1e-9)  # 0.29 · 100 is 29 in arithmetic and a little less or more in floats
    return float(accuracy_by_coverage(p, y).accuracy[max(1, kept) - 1])
