"""Softmax regression in the plane: W and b with their gradient, every example taken through, lines of equal score.

In float64, by the textbook, so that what is moved by hand is worked out anew where it is moved. Model inputs are the
plane's two coordinates, scaled where inputs are standardised.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.outputs import class_weights
from hyperscope.engine.softmax import losses_per_example, one_hot, softmax
from hyperscope.engine.steady_split import TRAIN
from hyperscope.lab.experiment.data import on_plane
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.plane import inputs, plane
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.engine.plane import Plane
    from hyperscope.lab.probes.subject import Subject

FEWEST, MOST = 3, 6  # classes that the plane is made for
Extent = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """All M examples before and after the output layer: logits `z` (C, M), divided by the temperature, and `p` (C, M).

    `y` (M,) are true classes, `losses` (M,) in nats or what the output is trained by, `training` (M,) marks those
    that are trained on, `counts` (C,) is what an example of each class counts. Where the network is a regression on
    two inputs, `w` (C, 2) and `b` (C,) are its numbers and `x` (2, M) its inputs, (place − mean) / deviation;
    else they are empty and `refused` says why.
    """

    names: tuple[str, ...]
    z: Array
    p: Array
    y: Indices
    losses: Array
    training: Array
    counts: Array
    at: Array  # (2, M), places in the plane
    extent: Extent
    axes: tuple[str, str]
    temperature: float
    output: str
    hidden: int
    w: Array
    b: Array
    x: Array
    mean: Array
    deviation: Array
    refused: str = ""

    @property
    def cost(self) -> float:
        """J, the mean loss of the training set, classes weighted as they are; NaN of no examples."""
        each = self._each
        if not each.size:
            return math.nan
        return float((each * self.losses[self.training]).sum() / each.sum())

    @property
    def _each(self) -> Array:
        found: Array = self.counts[self.y[self.training]]
        return found

    @property
    def gradient(self) -> tuple[Array, Array]:
        """dJ/dW (C, 2) and dJ/db (C,): the mean of (ŷ − y) xᵀ and of ŷ − y, divided by the temperature."""
        each = self._each
        errors = (self.p[:, self.training] - one_hot(self.y[self.training], len(self.names))) * each / each.sum()
        errors /= self.temperature
        return errors @ self.x[:, self.training].T, errors.sum(axis=1)

    def place(self, x: Array) -> Array:
        """The place in the plane (2, k) of model inputs (2, k)."""
        found: Array = x * self.deviation[:, None] + self.mean[:, None]
        return found

    def inputs(self, at: Array) -> Array:
        """Model inputs (2, k) of places in the plane (2, k)."""
        found: Array = (at - self.mean[:, None]) / self.deviation[:, None]
        return found


def why_none(experiment: Experiment) -> str:
    """Why a network is no softmax regression on the plane, in a sentence; "" if it is one."""
    network, data = experiment.network, experiment.data
    if network.layers:
        layers = "a hidden layer" if len(network.layers) == 1 else f"{len(network.layers)} hidden layers"
        return f"This network has {layers}, so borders may bend and no arrow stands for a class."
    if network.output != "softmax":
        return f"This network's output is {network.output}, not softmax."
    if network.bn_output:
        return "Batch norm stands between W x + b and softmax here."
    if not on_plane(data.source):
        return "These examples have more than two inputs: no plane holds their W."
    if tuple(data.features) != ("x1", "x2"):
        return "This network is told of other features than x₁ and x₂."
    return ""


@Probe
def regression(subject: Subject, features: tuple[str, str]) -> Regression:
    """The present network's answers to all examples, and W and b where it is a regression on two inputs.

    The question is the plane, of two features, that places are in.
    """
    data, layout, training = subject.examples, subject.layout, subject.experiment.training
    looked_at: Plane = plane(subject, features)
    x = inputs(subject)
    temperature = float(layout.network.temperature)
    logits = subject.predictor.activations(subject.folded(), x)[-1].astype(np.float64)
    count = len(data.class_names)
    codes, asked = layout.output.codes(count, layout.network.tree)
    true = one_hot(data.y, count)
    refused = data.missing or why_none(subject.experiment)
    if not refused and (looked_at.axes != data.plane.axes or x.shape[0] != 2):
        refused = "The plane is of other features than the network is told of."
    w, b, place = np.zeros((0, 2)), np.zeros(0), np.zeros((2, 0))
    if not refused:
        block = layout.parameters[f"{layout.names[-1]}.weights"].of(subject.parameters).astype(np.float64)
        w, b, place = block[:, :2].copy(), block[:, 2].copy(), data.model_units(data.raw)
    found = Regression(
        names=tuple(data.class_names),
        z=logits / temperature,
        p=layout.probabilities(logits).astype(np.float64),
        y=data.y,
        losses=layout.output.losses(logits / temperature, codes.T @ true, asked.T @ true),
        training=data.part == TRAIN,
        counts=class_weights(data.y_train, count, training.class_weights, training.weights_by_class),
        at=looked_at.project(data.raw),
        extent=looked_at.extent,
        axes=looked_at.axes,
        temperature=temperature,
        output=layout.network.output,
        hidden=len(layout.network.layers),
        w=w,
        b=b,
        x=place,
        mean=np.asarray(data.mean[:2], np.float64),
        deviation=np.asarray(data.deviation[:2], np.float64),
        refused=refused,
    )
    return found if refused else with_weights(found, w, b)


def with_weights(found: Regression, w: Array, b: Array) -> Regression:
    """The same regression with other numbers: z = (W x + b) / T, softmax and loss of every example."""
    z = (w @ found.x + b[:, None]) / found.temperature
    losses = losses_per_example(z, one_hot(found.y, len(found.names)))
    return replace(found, w=w, b=b, z=z, p=softmax(z), losses=losses)


def over_plane(found: Regression, side: int) -> Array:
    """ŷ (C, side, side) of a regression at the middles of the plane's cells, row 0 lowest."""
    left, right, bottom, top = found.extent
    middles = (np.arange(side) + 0.5) / side
    # W x + b is a sum of what each axis gives: two vectors instead of side² products
    across = found.w[:, :1] * (left + middles * (right - left) - found.mean[0]) / found.deviation[0]
    up = found.w[:, 1:] * (bottom + middles * (top - bottom) - found.mean[1]) / found.deviation[1]
    z = (up[:, :, None] + across[:, None, :] + found.b[:, None, None]) / found.temperature
    z -= z.max(axis=0)
    np.exp(z, out=z)
    p: Array = z / z.sum(axis=0)
    return p


@dataclass(frozen=True, slots=True)
class Line:
    """Where the scores of class `one` and `other` are equal, or that of `one` is 0 if `other` is −1.

    From `start` to `end` in the plane, as far as it crosses its extent.
    """

    one: int
    other: int
    start: tuple[float, float]
    end: tuple[float, float]


def lines(found: Regression, *, borders: bool) -> tuple[Line, ...]:
    """The pairwise borders (wᵢ − wⱼ)·x + bᵢ − bⱼ = 0, or the zero lines wᵢ·x + bᵢ = 0, that cross the plane."""
    count = len(found.names)
    pairs = [(i, j) for i in range(count) for j in range(i + 1, count)] if borders else [(i, -1) for i in range(count)]
    made = []
    for i, j in pairs:
        w = found.w[i] - (found.w[j] if j >= 0 else 0)
        b = float(found.b[i] - (found.b[j] if j >= 0 else 0))
        normal = w / found.deviation
        crossed = crossing(normal, b - float(normal @ found.mean), found.extent)
        if crossed is not None:
            made.append(Line(i, j, *crossed))
    return tuple(made)


def crossing(normal: Array, offset: float, extent: Extent) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """The two ends of the line normal·x + offset = 0 within the extent; None where it does not cross it."""
    left, right, bottom, top = extent
    corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
    heights = [float(normal[0] * x + normal[1] * y + offset) for x, y in corners]
    found = []
    for k in range(4):
        (x0, y0), (x1, y1) = corners[k], corners[(k + 1) % 4]
        low, high = heights[k], heights[(k + 1) % 4]
        if (low < 0) != (high < 0):
            share = low / (low - high)
            found.append((x0 + share * (x1 - x0), y0 + share * (y1 - y0)))
    if len(found) < 2:
        return None
    return found[0], found[1]


def moved_arrow(found: Regression, number: int, w: tuple[float, float]) -> Regression:
    """The regression with another weight vector for one class."""
    changed = found.w.copy()
    changed[number] = w
    return with_weights(found, changed, found.b)


def moved_line(found: Regression, line: Line, at: tuple[float, float]) -> Regression:
    """The regression with a line shifted, not turned, so that it goes through a place of the plane.

    A zero line moves by its b alone; a border by half of the change on either side, so that their sum stays.
    """
    x = found.inputs(np.array(at, np.float64)[:, None])[:, 0]
    b = found.b.copy()
    if line.other < 0:
        b[line.one] = -float(found.w[line.one] @ x)
    else:
        gap = float((found.w[line.one] - found.w[line.other]) @ x + b[line.one] - b[line.other])
        b[line.one] -= gap / 2
        b[line.other] += gap / 2
    return with_weights(found, found.w, b)


def dearest(found: Regression, count: int) -> Indices:
    """The numbers of the training examples that cost most, the dearest first."""
    numbers = np.flatnonzero(found.training)
    return numbers[np.argsort(-found.losses[numbers], kind="stable")[:count]]


def guessing(found: Regression) -> float:
    """ln C: what each example costs where all classes are equally likely, as with W = 0 and b = 0."""
    return math.log(len(found.names))
