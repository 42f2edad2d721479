"""What batch norm's averages are made of: μ and σ² of mini-batch after mini-batch in one unit, and how noisy they are.

The weights stand still meanwhile, so that all differences are those between mini-batches. In float64.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Array, Indices, Values
from hyperscope.engine.batches import Position, Shuffle
from hyperscope.engine.parameters import MANY
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.lab.probes.subject import Subject

FOLLOWED = 40  # mini-batches, and fewer of large networks
FEW = 16
WORK = 20_000_000  # multiplications that a look may take
DRAWS = 400  # mini-batches of each size by which the noise is measured
LAG = 0.95  # of a change


@dataclass(frozen=True, slots=True)
class OfUnit:
    """The unit: a hidden `layer` from 0, the output layer being the last; a negative one means the last hidden."""

    layer: int = -1
    unit: int = 0


@dataclass(frozen=True, slots=True)
class BatchStatistics:
    """`mean` and `variance` (B,) of B mini-batches in the order in which they come, at the weights of now.

    `running_mean` and `running_variance` (B + 1,) are what averages that start anew, at 0 and 1, make of them, the
    variance unbiased; `whole_…` are those of the whole training set as one mini-batch, `now_…` the running averages
    in use, None without batch norm. `epoch` (B + 1,) counts from now. `sizes` (S,) are mini-batch sizes, and `noise`
    (S,) the standard deviation of μ over DRAWS mini-batches of each, in units of σ.
    """

    mean: Values
    variance: Values
    running_mean: Values
    running_variance: Values
    whole_mean: float
    whole_variance: float
    now_mean: float | None
    now_variance: float | None
    epoch: Values
    momentum: float
    batch_size: int
    sizes: Values
    noise: Values


def lag(momentum: float) -> int:
    """After how many mini-batches a running average has taken in 95 % of a change."""
    return math.ceil(math.log(1 - LAG) / math.log(momentum) - 1e-9)


@Probe
def batch_statistics(subject: Subject, question: OfUnit) -> BatchStatistics | None:
    """μ and σ² of the coming mini-batches in one unit, with running averages that start anew, and their noise.

    None while there are no examples.
    """
    layout, data = subject.layout, subject.examples
    if data.missing:
        return None
    hidden = len(layout.network.layers)
    layer = question.layer if 0 <= question.layer <= hidden else max(0, hidden - 1)
    unit = min(max(0, question.unit), layout.widths[layer + 1] - 1)
    n = subject.training_examples
    size = max(1, min(subject.experiment.training.batch_size, n))
    parameters = subject.parameters.astype(np.float64)
    x = data.x_train.astype(np.float64)
    whole = _values(subject, parameters, x, layer, unit)
    momentum = layout.network.bn_momentum
    most = FEW if layout.size > MANY else FOLLOWED
    count = max(2, min(most, WORK // max(1, layout.size * size)))
    order = Shuffle(subject.experiment.seed, n)
    batches, _ = order.batches(size, Position(subject.position.epoch, 0), count)
    rows = np.array([_moments(_values(subject, parameters, x[:, batch], layer, unit)) for batch in batches])
    sizes_of = np.array([len(batch) for batch in batches])
    unbiased = sizes_of / np.maximum(1, sizes_of - 1)
    moving = {part: layout.running.get(f"{layout.names[layer]}.{part}") for part in ("mean", "variance")}
    now = {
        part: float(block.of(subject.running)[unit]) if block is not None else None for part, block in moving.items()
    }
    sizes = _sizes(n, size)
    return BatchStatistics(
        rows[:, 0],
        rows[:, 1],
        _averaged(rows[:, 0], momentum, 0.0),
        _averaged(rows[:, 1] * unbiased, momentum, 1.0),
        *_moments(whole),
        now["mean"],
        now["variance"],
        np.concatenate(([0], np.cumsum(sizes_of))) / n,
        momentum,
        size,
        sizes,
        _noise(subject, whole, sizes),
    )


def _values(subject: Subject, parameters: Array, x: Array, layer: int, unit: int) -> Array:
    """What batch norm would normalise in one unit (m,), for inputs x (n, m) as one mini-batch."""
    from hyperscope.engine import textbook

    layout, a = subject.layout, x
    with np.errstate(all="ignore"):
        for number in range(layer):
            a = textbook.through(layout, number, parameters, subject.running, a, training=True).output
        trace = textbook.through(layout, layer, parameters, subject.running, a, training=True)
    values: Array = (trace.activated if layout.norm_at(layer) == "after" else trace.z)[unit]
    return values


def _moments(values: Array) -> tuple[float, float]:
    return float(values.mean()), float(values.var())


def _averaged(values: Array, momentum: float, start: float) -> Array:
    """v = ρ v + (1 − ρ) value, from `start` on (B + 1,)."""
    found = np.empty(len(values) + 1)
    found[0] = start
    for at, value in enumerate(values):
        found[at + 1] = momentum * found[at] + (1 - momentum) * value
    return found


def _sizes(n: int, size: int) -> Indices:
    """Powers of two up to half of n examples, and the size in force."""
    powers = 2 ** np.arange(1, max(2, math.floor(math.log2(max(4, n / 2))) + 1))
    return np.unique(np.append(powers[powers <= n], size))


def _noise(subject: Subject, values: Array, sizes: Indices) -> Array:
    """The standard deviation of the mean of so many of the values, drawn without putting back, in units of σ."""
    deviation = values.std()
    if not deviation > 0:
        return np.zeros(len(sizes))
    n = len(values)
    # A mini-batch is the beginning of an order, as it is in training; the same orders serve all sizes and looks.
    orders: Indices = subject.kept(
        "orders", subject.examples, n, lambda: np.random.default_rng(0).random((DRAWS, n)).argsort(axis=1)
    )
    sums = np.cumsum(values[orders], axis=1)[:, sizes - 1]
    found: Array = (sums / sizes).std(axis=0) / deviation
    return found
