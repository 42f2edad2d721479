"""Checks of the data and of how well it is fitted: input scales, bias and variance, mismatch, calibration."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from hyperscope.engine import metrics
from hyperscope.engine.calibration import chance_calibration_error, expected_calibration_error, reliability
from hyperscope.lab.doctor.checks import CONFIDENCE, FROM_ELSEWHERE, OURS, REMEDIES, SURFACE, Measured, check, remedies
from hyperscope.lab.doctor.checks.seen import Seen
from hyperscope.lab.doctor.checks.words import percent, short
from hyperscope.lab.experiment.lab_view import LabView

NOISE = 2.0  # standard errors that a gap between error rates must exceed
SHIFT_NOISE = 5.0  # standard errors that a shift of inputs must exceed; many features are compared at once


@check(
    "input scales", look=10, act=1000, source=f"{OURS}; the effect: LeCun et al. 1998, Efficient BackProp, section 4.3"
)
def input_scales(seen: Seen) -> Measured | None:
    """The largest standard deviation of an input as the network is fed it against the smallest that is not 0."""
    deviation = seen.trainer.examples.x_train.std(axis=1)
    some = np.flatnonzero(deviation > 1e-12 * deviation.max(initial=0))
    if len(some) < 2:
        return None
    names = seen.trainer.examples.feature_names
    large, small = some[deviation[some].argmax()], some[deviation[some].argmin()]
    ratio = float(deviation[large] / deviation[small])
    sentence = (
        f"Inputs spread from {short(deviation[small])} ({names[small]}) to {short(deviation[large])} "
        f"({names[large]}), a ratio of {short(ratio)}."
    )
    so = "The cost is that much narrower in one direction than in another, and no one rate suits both."
    remedy = None if seen.experiment.data.standardise else remedies.setting("standardise", ("data.standardise", True))
    evidence = {"ratio": ratio, "smallest": float(deviation[small]), "largest": float(deviation[large])}
    return Measured(ratio, sentence, evidence, so, remedy, place=SURFACE)


ADVICE = {
    "high bias": "Try a bigger network, train longer, or another optimiser.",
    "high variance": "Try more data, regularisation (L2, dropout) or early stopping.",
    "high bias and high variance": "First lower the training error: a bigger network, longer training; "
    "then more data or regularisation.",
    "neither": "Neither gap is large.",
}


def verdict(found: metrics.Gaps, large: float = 0.05) -> str:
    """The key of ADVICE for two gaps; a gap counts from `large` on and when chance alone does not explain it."""
    bias = found.bias >= max(large, NOISE * found.bias_noise)
    variance = found.variance >= max(large, NOISE * found.variance_noise)
    return {
        (False, False): "neither",
        (True, False): "high bias",
        (False, True): "high variance",
        (True, True): "high bias and high variance",
    }[bias, variance]


@check(
    "bias and variance",
    look=0.05,
    act=0.15,
    source=f"{OURS}, for the usual table: train less best error is bias, dev less train error variance",
)
def bias_and_variance(seen: Seen) -> Measured | None:
    """The larger of the two gaps that count, after the first epoch; bias counts once the loss no longer falls."""
    train, dev = seen.scores.train, seen.scores.dev
    if seen.trainer.epoch < 1 or not dev.predicted.size:
        return None
    errors = 1 - train.accuracy, 1 - dev.accuracy
    found = metrics.gaps(errors[0], train.predicted.size, errors[1], dev.predicted.size, seen.best_error)
    learning = not seen.stuck
    key = verdict(replace(found, bias=min(found.bias, 0.0)) if learning else found)
    value = max([found.bias] * ("bias" in key) + [found.variance] * ("variance" in key) + [0.0])
    sentence = (
        f"The error is {percent(errors[0])} on the training set, {percent(errors[1])} on the dev set, and at best "
        f"{percent(seen.best_error)}: {'neither bias nor variance is high' if key == 'neither' else key}"
        + (", as far as one can say while the loss still falls." if learning else ".")
    )
    evidence = {
        "train": errors[0],
        "dev": errors[1],
        "best": seen.best_error,
        "bias": found.bias,
        "variance": found.variance,
    }
    held_back = remedies.less_regularisation(seen)  # what keeps a network from fitting goes before a larger one
    against_bias = [remedies.BIGGER] if held_back is None else [held_back, remedies.BIGGER]
    advised = against_bias if "bias" in key else remedies.against_variance(seen)
    first, others = (advised[0], advised[1:]) if advised else (None, [])
    return Measured(value, sentence, evidence, ADVICE[key], first, tuple(others), REMEDIES)


@check(
    "layers without a bend",
    look=0.05,
    act=0.15,
    source="By the formulas: linear layers together are one; gaps: " + OURS,
)
def without_a_bend(seen: Seen) -> Measured | None:
    """The training error of a network all of whose hidden layers are linear, once its loss no longer falls."""
    layers = seen.network.layers
    if not layers or any(layer.activation != "linear" for layer in layers):
        return None
    if not seen.settled or seen.trainer.epoch < 1:
        return None
    error = 1 - seen.scores.train.accuracy - seen.best_error
    all_of = "The one hidden layer is" if len(layers) == 1 else f"All {len(layers)} hidden layers are"
    sentence = f"{all_of} linear, and the error on the training set is {percent(1 - seen.scores.train.accuracy)}."
    so = "Linear layers together are one, so every border is straight."
    evidence = {"error": error, "layers": float(len(layers))}
    return Measured(error, sentence, evidence, so, remedies.bends(seen), place=LabView("softmax", "plane"))


@check("rare class", look=0.5, act=0.2, below=True, source=f"{OURS}: found are fewer than one in two, or in five")
def rare_class(seen: Seen) -> Measured | None:
    """The share of a rare class's training examples that are found, of the class with the lowest.

    Rare is a class with less than half of an equal share; judged once the loss no longer falls, and only where the
    other classes are found.
    """
    y, predicted = seen.trainer.examples.y_train, seen.scores.train.predicted
    counts = np.bincount(y, minlength=seen.layout.classes)
    rare = np.flatnonzero((counts > 0) & (counts < 0.5 * y.size / seen.layout.classes))
    if not len(rare) or not seen.settled or seen.trainer.epoch < 1:
        return None
    recall = np.bincount(y[predicted == y], minlength=len(counts)) / np.maximum(counts, 1)
    if recall[counts >= y.size / seen.layout.classes].min(initial=1.0) < 0.5:
        return None
    worst = int(rare[recall[rare].argmin()])
    share, name = float(recall[worst]), seen.trainer.examples.class_names[worst]
    sentence = (
        f"Of the {counts[worst]} training examples of class {name}, {percent(counts[worst] / y.size)} of all, "
        f"{percent(share)} are found, though {percent(seen.scores.train.accuracy)} of all answers are right."
    )
    evidence = {"recall": share, "share": float(counts[worst] / y.size)}
    so = "A rare class hardly counts in the mean loss."
    return Measured(share, sentence, evidence, so, remedies.balanced(seen), place=CONFIDENCE)


@check(
    "data mismatch",
    look=0.5,
    act=0.8,
    source="Cohen 1988: half a standard deviation is a medium shift, 0.8 a large one",
)
def data_mismatch(seen: Seen) -> Measured | None:
    """The largest shift of an input's mean from training to dev set, in standard deviations, beyond chance."""
    data = seen.trainer.examples
    if data.x_dev.shape[1] < 2:
        return None
    deviation = data.x_train.std(axis=1)
    some = deviation > 1e-12 * np.abs(data.x_train).max(initial=0)
    if not some.any():
        return None
    shift = np.abs(data.x_dev.mean(axis=1) - data.x_train.mean(axis=1))[some] / deviation[some]
    chance = SHIFT_NOISE * math.sqrt(1 / data.x_train.shape[1] + 1 / data.x_dev.shape[1])
    most = int(shift.argmax())
    largest, name = float(shift[most]), np.array(data.feature_names)[some][most]
    sentence = (
        f"From training to dev set {name} shifts by {short(largest)} standard deviations, the most of all inputs."
    )
    so = (
        "They come from different distributions, so part of the gap between their errors may be the data's, not "
        "variance; train on examples like those of the dev set."
    )
    evidence = {"shift": largest, "chance": chance}
    return Measured(largest if largest > chance else 0.0, sentence, evidence, so, place=FROM_ELSEWHERE)


@check(
    "calibration",
    look=0.05,
    act=0.15,
    source=f"{OURS}; Guo et al. 2017, table 1, find 0.02 to 0.16 and after temperature scaling 0.01 to 0.02 as a rule",
)
def calibration(seen: Seen) -> Measured | None:
    """The dev set's expected calibration error beyond what chance explains, once the loss no longer falls."""
    y = seen.trainer.examples.y_dev
    if not (seen.settled and y.size):
        return None
    error, chance = expected_calibration_error(reliability(seen.p_dev, y)), chance_calibration_error(seen.p_dev)
    sure, right = float(metrics.confidence(seen.p_dev).mean()), metrics.accuracy(seen.p_dev, y)
    sentence = (
        f"The network is {percent(sure)} sure and right in {percent(right)} of the dev set; "
        f"its calibration error is {error:.2f}, of which chance explains about {chance:.2f}."
    )
    so = "It is surer than it should be." if sure > right else "It is less sure than it could be."
    evidence = {"error": error, "chance": chance, "confidence": sure, "accuracy": right}
    so = so if abs(sure - right) >= 0.02 else ""
    return Measured(error - chance, sentence, evidence, so, place=CONFIDENCE)
