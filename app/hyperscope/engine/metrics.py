"""What class probabilities are worth: how sure they are, where they are wrong, and what several models say together.

Pure functions of probabilities p (C, m), whose columns sum to 1, and class numbers y (m,); no networks, no data sets.
Whether being sure means being right is the matter of `calibration`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperscope.engine.arrays import Array, Indices

Counts = NDArray[np.int64]
SMALLEST = float(np.finfo(np.float64).tiny)  # a probability of 0 would let one model rule a class out for all


def confidence(p: Array) -> Array:
    """The probability (m,) of the predicted class, from 1 / C to 1."""
    found: Array = p.max(axis=0)
    return found


def entropy(p: Array) -> Array:
    """−Σ p ln p per example (m,) in nats, from 0 (certain) to ln C (no idea); 0 ln 0 counts as 0."""
    logs = np.log(p, out=np.zeros(p.shape), where=p > 0)
    found: Array = -(p * logs).sum(axis=0) + 0.0  # not −0
    return found


def margin(p: Array) -> Array:
    """The greatest probability less the second (m,), from 0 (undecided) to 1."""
    upper = np.partition(p, -2, axis=0)[-2:]
    found: Array = upper[1] - upper[0]
    return found


def accuracy(p: Array, y: Indices) -> float:
    """The share of examples whose likeliest class is the true one, from 0 to 1; NaN of none."""
    return float((p.argmax(axis=0) == y).mean()) if y.size else math.nan


def confusion(p: Array, y: Indices) -> Counts:
    """How often true class i (row) was predicted as class j (column), as counts (C, C)."""
    return counted(p.argmax(axis=0), y, p.shape[0])


def counted(predicted: Indices, y: Indices, classes: int) -> Counts:
    """`confusion` (C, C) from the predicted classes (m,) themselves."""
    counts: Counts = np.bincount(y * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes)


def recall(counts: Counts) -> Array:
    """Per class (C,), the share of its examples that were found; NaN for a class without examples."""
    return _shares(counts.diagonal(), counts.sum(axis=1))


def precision(counts: Counts) -> Array:
    """Per class (C,), the share of its predictions that were right; NaN for a class never predicted."""
    return _shares(counts.diagonal(), counts.sum(axis=0))


def _shares(part: Counts, whole: Counts) -> Array:
    shares: Array = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return shares


@dataclass(frozen=True, slots=True)
class Confused:
    """`count` examples of class `true` were taken for class `predicted`: the `share`, 0 to 1, of that class."""

    true: int
    predicted: int
    count: int
    share: float


def most_confused(counts: Counts, most: int = 3) -> tuple[Confused, ...]:
    """The at most `most` commonest mistakes in a confusion matrix (C, C), most frequent first, ties in class order."""
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    pairs: list[Confused] = []
    for place in np.argsort(-wrong, axis=None, kind="stable")[:most]:
        true, predicted = (int(at) for at in np.unravel_index(place, wrong.shape))
        if count := int(wrong[true, predicted]):
            pairs.append(Confused(true, predicted, count, count / int(counts[true].sum())))
    return tuple(pairs)


def arithmetic_mean(p: Array) -> Array:
    """The mean (C, m) of several models' probabilities (K, C, m): the mixture in which each model is drawn alike."""
    found: Array = p.mean(axis=0)
    return found


def geometric_mean(p: Array) -> Array:
    """The geometric mean (C, m) of several models' probabilities (K, C, m), scaled to sum to 1.

    It is the softmax of the models' mean logits. A class that any model holds for impossible gets next to nothing
    (the normalised product of experts, Hinton 2002, with exponents 1 / K).
    """
    logs = np.log(np.maximum(p.astype(np.float64), SMALLEST)).mean(axis=0)
    t = np.exp(logs - logs.max(axis=0))
    found: Array = t / t.sum(axis=0)
    return found


@dataclass(frozen=True, slots=True)
class Gaps:
    """The two gaps that error rates (0 to 1) leave: `bias`, train − best, and `variance`, dev − train.

    `bias_noise` and `variance_noise` are their standard errors, from the numbers of examples alone.
    """

    bias: float
    variance: float
    bias_noise: float
    variance_noise: float


def gaps(train_error: float, m_train: int, dev_error: float, m_dev: int, best_error: float = 0.0) -> Gaps:
    """The gaps between the best possible error, the error on m_train examples, and that on m_dev others.

    An error rate e counted over m examples has the standard error √(e (1 − e) / m).
    """
    of_train = train_error * (1 - train_error) / m_train
    of_dev = dev_error * (1 - dev_error) / m_dev
    return Gaps(train_error - best_error, dev_error - train_error, math.sqrt(of_train), math.sqrt(of_train + of_dev))
