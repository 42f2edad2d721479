"""The mini-batch of the last step as the matrices of the formulas: a column an example, a row a class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.outputs import class_weights
from hyperscope.engine.softmax import losses_per_example, one_hot, softmax
from hyperscope.engine.steady_split import TRAIN
from hyperscope.lab.probes.plane import plane
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.lab.probes.subject import Subject

MOST = 128  # examples that are looked at; a larger batch is told to be longer


@dataclass(frozen=True, slots=True, eq=False)
class MiniBatch:
    """A mini-batch of m examples as it passes now in training mode, in float64.

    `z` (C, m) are the logits divided by the temperature, `t` e^z with each column's largest subtracted first, `p`
    probabilities, `y` targets, smoothed where labels are; `a` (n, m) what the output layer receives. `weight` (m,)
    are the examples', 1 where classes count alike, and `losses` (m,) weighted so, in nats. `at` (2, m) are places in
    the plane asked for, `number` and `true` (m,) the examples' numbers in the training set and their classes.
    `size` is the whole batch's; `bias` whether the output layer has one, `normed` whether batch norm stands before
    softmax, through which the gradient would have to go. `refused` says why there is nothing, or is "".
    """

    z: Array
    t: Array
    p: Array
    y: Array
    a: Array
    weight: Array
    losses: Array
    at: Array
    number: Indices
    true: Indices
    temperature: float
    names: tuple[str, ...]
    size: int
    bias: bool
    normed: bool = False
    refused: str = ""

    @property
    def errors(self) -> Array:
        """dL/dz of each example (C, m): w (Ŷ − Y), divided by the temperature."""
        return (self.p - self.y) * self.weight / self.temperature

    @property
    def cost(self) -> float:
        """J, the mean of the losses."""
        return float(self.losses.mean())

    @property
    def log_likelihood(self) -> float:
        """ln of the product of the true classes' probabilities; −m J where labels and weights are plain."""
        return float(-losses_per_example(self.z, one_hot(self.true, len(self.names))).sum())

    def gradient(self, columns: int) -> tuple[Array, Array]:
        """dW (C, n) and db (C,) as far as the first `columns` examples have been added."""
        part = self.errors[:, :columns]
        m = self.z.shape[1]
        return part @ self.a[:, :columns].T / m, part.sum(axis=1) / m


NOTHING = np.zeros((0, 0))
NONE = np.zeros(0, np.int64)


def refused(names: tuple[str, ...], why: str) -> MiniBatch:
    """A record of nothing, and why."""
    empty = (NOTHING,) * 5
    return MiniBatch(*empty, np.zeros(0), np.zeros(0), NOTHING, NONE, NONE, 1.0, names, 0, False, refused=why)


@Probe
def mini_batch(subject: Subject, question: tuple[str, str]) -> MiniBatch:
    """The mini-batch of the last step, with the weights of now and the masks that dropout drew for it.

    The question is the plane, of two features, that its places are in.
    """
    data, layout, training = subject.examples, subject.layout, subject.experiment.training
    names = tuple(data.class_names)
    if layout.network.output != "softmax":
        return refused(names, f"The output is {layout.network.output}, not softmax.")
    batch = subject.last_batch
    if not batch.size:
        return refused(names, data.missing or "There is no mini-batch yet.")
    few = batch[:MOST]
    traces = subject.traces(
        data.x_train.astype(subject.dtype)[:, batch], training=True, masks=subject.dropout_masks(len(batch))
    )
    keep = slice(0, len(few))
    temperature = float(layout.network.temperature)
    z = traces[-1].output[:, keep].astype(np.float64) / temperature
    before = traces[-2].output if len(traces) > 1 else data.x_train.astype(subject.dtype)[:, batch]
    true = data.y_train[few]
    plain = one_hot(true, len(names))
    y = (1 - training.label_smoothing) * plain + training.label_smoothing / len(names)
    weight = class_weights(data.y_train, len(names), training.class_weights)[data.y_train[batch]]
    weight = (weight * len(batch) / weight.sum())[keep]
    where = np.flatnonzero(data.part == TRAIN)[few]
    return MiniBatch(
        z=z,
        t=np.exp(z - z.max(axis=0)),
        p=softmax(z),
        y=y,
        a=before[:, keep].astype(np.float64),
        weight=weight,
        losses=losses_per_example(z, y) * weight,
        at=plane(subject, question).project(data.raw[:, where]),
        number=where,
        true=true,
        temperature=temperature,
        names=names,
        size=len(batch),
        bias=bool(layout.bias_at(len(layout.names) - 1)),
        normed=bool(layout.network.bn_output),
    )
