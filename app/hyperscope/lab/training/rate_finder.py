"""The learning-rate range test: a short run with a rate that grows from tiny to huge, to see where the loss falls.

Smith (2017), "Cyclical learning rates for training neural networks", section 3.3. It works on a copy of the trainer,
which itself stays as it is.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.experiment.experiment import knob_at
from hyperscope.lab.training.range_test import RangeTest
from hyperscope.lab.training.trainer import Trainer

STEPS = 200
BLOW_UP = 4.0  # times the lowest mean loss so far, and twice the first: from there on training counts as diverging
FALL = 0.05  # of the first mean loss: what falls by less than this has not learned
WINDOW = 20  # the means are over one step in so many, to either side


def find_rate(trainer: Trainer, low: float = 1e-5, high: float = 10.0, steps: int = STEPS) -> RangeTest:
    """Trains on from where `trainer` stands with rates from `low` to `high`, each step's the same factor higher.

    The schedule and early stopping are left out, so rates are what the steps really used. Stops at divergence.
    Raises: ValueError for rates that are not in order or outside the learning rate's range, or fewer than 2 steps.
    """
    knob = knob_at("training.learning_rate")
    if not knob.low <= low < high <= knob.high:
        raise ValueError(f"rates are {low:g} to {high:g}; they must ascend within {knob.low:g} to {knob.high:g}")
    if steps < 2:
        raise ValueError(f"steps is {steps}; it must be at least 2")
    rates = np.clip(np.geomspace(low, high, steps), low, high)
    losses, diverged = _losses(trainer, rates)
    return _judged(rates, losses, diverged, max(1, steps // WINDOW))


def _losses(trainer: Trainer, rates: Array) -> tuple[Array, float | None]:
    """The losses of steps with these rates, up to where training breaks down, and the rate at which it does."""
    copy = Trainer(trainer.experiment, trainer.examples, trainer.given_order)
    copy.restore(trainer.checkpoint())
    width = max(1, len(rates) // WINDOW)
    losses: list[float] = []
    lowest = math.inf
    for rate in rates.tolist():
        # the public way, since what a step sees, such as augmented examples, is the trainer's business
        training = msgspec.structs.replace(
            copy.experiment.training, learning_rate=rate, schedule="constant", warmup=0.0, patience=0
        )
        copy.apply(msgspec.structs.replace(copy.experiment, training=training))
        if not copy.steps(1):
            return np.array(losses), rate if copy.alarm else None
        losses.append(float(copy.batch_losses[0]))
        if len(losses) >= width:
            mean, first = float(np.mean(losses[-width:])), float(np.mean(losses[:width]))
            lowest = min(lowest, mean)
            # the second condition is for a trained network, whose few examples' losses vary much around a small mean
            if mean > BLOW_UP * lowest and mean > 2 * first:
                return np.array(losses), rate
    return np.array(losses), None


def _judged(rates: Array, losses: Array, diverged: float | None, reach: int) -> RangeTest:
    count = len(losses)
    rates = rates[:count]
    at = np.arange(count)
    low, high = np.maximum(at - reach, 0), np.minimum(at + reach, count - 1)
    # means to both sides, since a trailing one shows the fall late and so suggests too high a rate
    sums = np.concatenate([[0.0], np.cumsum(losses)])
    means = (sums[high + 1] - sums[low]) / (high + 1 - low)
    steepest = None
    if count > 1:
        slopes = (means[high] - means[low]) / np.log(rates[high] / rates[low])
        lowest = int(np.argmin(means))
        if means[0] - means[lowest] >= FALL * means[0]:
            steepest = float(rates[np.argmin(slopes[: lowest + 1])])
    return RangeTest(rates, losses, means, steepest, diverged)
