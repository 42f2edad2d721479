"""How sure a network is, and whether it may be: what is sent to a person, temperature, and how sure it is far away.

Reliability and coverage are the engine's, see `engine.calibration`. Probabilities stand for their logits: softmax of
ln ŷ / T is that of z / T.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.outputs import class_weights
from hyperscope.engine.softmax import losses_per_example, one_hot, softmax
from hyperscope.lab.probes.plane import inputs, plane
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.lab.probes.subject import Subject

BINS = 10  # of the reliability diagram, of equal width
COLDEST, HOTTEST = 0.05, 20.0  # temperatures that a fit may come to, as the knob has it
ROUNDS = 80  # of golden section, each of which leaves 62 % of the interval
WAYS = 96  # directions in which to look far away
FAR = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)  # times the plane's half width
TINY = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True, slots=True, eq=False)
class Sureness:
    """A network's answers to all M examples: `logs` (C, M), ln ŷ, with true classes `y`, parts and places (2, M).

    `far` (F,) is the mean confidence on circles about the plane's middle, of FAR times its half width, and
    `least_far` (F,) the least on each. `counts` (C,) is what each class counts in training.
    """

    names: tuple[str, ...]
    logs: Array
    y: Indices
    part: Indices
    at: Array
    extent: tuple[float, float, float, float]
    counts: Array
    far: Array
    least_far: Array
    temperature: float

    def of_part(self, number: int) -> tuple[Array, Indices]:
        """ln ŷ (C, m) and y (m,) of train, dev or test, by number from 0."""
        own = self.part == number
        return self.logs[:, own], self.y[own]


@Probe
def sureness(subject: Subject, features: tuple[str, str]) -> Sureness:
    """What the network says of every example, and of places far from all of them.

    The question is the plane, of two features, that places are in.
    """
    data, layout, training = subject.examples, subject.layout, subject.experiment.training
    looked_at = plane(subject, features)

    def logs(x: Array) -> Array:
        z = subject.predictor.logits(subject.folded(), x).astype(np.float64)
        if layout.network.output == "softmax":
            return log_softmax(z / float(layout.network.temperature))
        found: Array = np.log(np.maximum(layout.probabilities(z), TINY))
        return found

    left, right, bottom, top = looked_at.extent
    angle = 2 * np.pi * np.arange(WAYS) / WAYS
    middle = np.array([[(left + right) / 2], [(bottom + top) / 2]])
    half = np.array([[(right - left) / 2], [(top - bottom) / 2]])
    ring = np.stack([np.cos(angle), np.sin(angle)])
    places = np.concatenate([middle + radius * half * ring for radius in FAR], axis=1)
    away = np.exp(logs(data.model_units(looked_at.lift(places)).astype(subject.dtype)).max(axis=0))
    away = away.reshape(len(FAR), WAYS)
    return Sureness(
        names=tuple(data.class_names),
        logs=logs(inputs(subject)),
        y=data.y,
        part=data.part,
        at=looked_at.project(data.raw),
        extent=looked_at.extent,
        counts=class_weights(data.y_train, len(data.class_names), training.class_weights, training.weights_by_class),
        far=away.mean(axis=1),
        least_far=away.min(axis=1),
        temperature=float(layout.network.temperature),
    )


def log_softmax(z: Array) -> Array:
    """ln softmax(z) (C, m), without overflow and without ln 0."""
    shifted = z - z.max(axis=0)
    found: Array = shifted - np.log(np.exp(shifted).sum(axis=0))
    return found


def tempered(logs: Array, temperature: float) -> Array:
    """ŷ (C, ...) at another temperature: softmax(ln ŷ / T)."""
    flat = logs.reshape(len(logs), -1)
    found: Array = softmax(flat, temperature).reshape(logs.shape)
    return found


def loss(logs: Array, y: Indices, temperature: float = 1.0) -> float:
    """The mean of −ln ŷ of the true class at a temperature, in nats; NaN of no examples."""
    if not y.size:
        return math.nan
    return float(losses_per_example(logs / temperature, one_hot(y, len(logs))).mean())


def fitted_temperature(logs: Array, y: Indices) -> float:
    """The temperature in [COLDEST, HOTTEST] with the least mean loss (Guo et al. 2017, section 4.2); 1 of no examples.

    The loss is convex in 1 / T, so it falls to one least value and rises from there, in ln T too, and golden section
    finds that.
    """
    if not y.size:
        return 1.0
    low, high = math.log(COLDEST), math.log(HOTTEST)
    ratio = (math.sqrt(5) - 1) / 2
    one, other = high - ratio * (high - low), low + ratio * (high - low)
    cost_one, cost_other = (loss(logs, y, math.exp(at)) for at in (one, other))
    for _ in range(ROUNDS):
        if high - low < 1e-9:
            break
        if cost_one <= cost_other:
            high, other, cost_other = other, one, cost_one
            one = high - ratio * (high - low)
            cost_one = loss(logs, y, math.exp(one))
        else:
            low, one, cost_one = one, other, cost_other
            other = low + ratio * (high - low)
            cost_other = loss(logs, y, math.exp(other))
    return math.exp((low + high) / 2)


@dataclass(frozen=True, slots=True)
class Kept:
    """Of m answers those at least as confident as a threshold: the share kept and the share of these that is right."""

    coverage: float
    accuracy: float  # NaN where none is kept
    count: int


def kept(p: Array, y: Indices, threshold: float) -> Kept:
    """What a threshold keeps of probabilities p (C, m): answers whose greatest ŷ is at least that."""
    stays = p.max(axis=0) >= threshold
    count = int(stays.sum())
    right = float((p.argmax(axis=0) == y)[stays].mean()) if count else math.nan
    return Kept(count / y.size if y.size else math.nan, right, count)


def sent(p: Array, threshold: float) -> Indices:
    """The numbers of those sent to a person, the least sure first."""
    sure = p.max(axis=0)
    numbers = np.flatnonzero(sure < threshold)
    return numbers[np.argsort(sure[numbers], kind="stable")]
