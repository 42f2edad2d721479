"""One unit under the microscope: what batch norm makes of a mini-batch, example by example, and its gradient back.

All in float64 by the textbook's formulas, whatever the network is trained in. Jolts after batch norm, label smoothing,
class weights and penalties are left out; dropout is as the last mini-batch had it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array, Values
from hyperscope.engine.softmax import one_hot
from hyperscope.lab.probes.distributions import FLAT
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hyperscope.engine.parameters import Layout
    from hyperscope.engine.textbook import Slopes, Trace
    from hyperscope.lab.probes.subject import Subject


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit that is looked at, and how.

    `layer` counts hidden layers from 0, the output layer being the last; where there is no such layer or unit the
    last or nearest one is taken, and a negative `layer` means the last hidden one. `training` normalises by the
    mini-batch, else by the running averages. To z a `bias` is added that the network does not have, and its weights
    are multiplied by `scale`: what would come of it. `example`, by number, is looked at alone.
    """

    layer: int = -1
    unit: int = 0
    training: bool = True
    bias: float = 0.0
    scale: float = 1.0
    example: int | None = None


@dataclass(frozen=True, slots=True)
class Backward:
    """The gradient of the mean loss by each stage (5, m), in the same order as `Magnified.stages`.

    `gamma` and `beta` are the two sums Σ dy ẑ and Σ dy; `bias` is the gradient of a bias added to z and `weights` the
    L2 norm of that of the unit's weights.
    """

    stages: Values
    gamma: float
    beta: float
    bias: float
    weights: float


@dataclass(frozen=True, slots=True)
class Alone:
    """One example, normalised by itself as a mini-batch of one, among the others, and by the running averages.

    Each is ẑ; None where there is no such thing.
    """

    example: int
    itself: float
    batch: float | None
    running: float | None


@dataclass(frozen=True, slots=True)
class Magnified:
    """A unit's values (5, m) for m examples, a column each: `stages` in the order in which they are computed.

    Batch norm before the activation: z, z − μ, ẑ, y = γẑ + β, a = g(y); after it: z, g(z), g(z) − μ, ẑ, y. Where it is
    off they are what it would make of z at first, with γ = 1 and β = 0. Of an output layer's unit the last is its
    class's probability (y, where a class has no unit of its own).
    `numbers` (m,) are the examples', `true` (m,) their classes. `mean` and `variance` are those in use, `batch_…` and
    `running_…` both kinds, the latter None without batch norm. `flat` counts outputs where the activation's slope is
    below 5 % of its greatest, −1 for output units.
    """

    layers: tuple[tuple[str, int], ...]  # name and units of each layer
    layer: int
    unit: int
    name: str  # e.g. layer2, as `engine.named` has it
    norm: str  # off, before or after
    activation: str  # its name; "" for output units
    first: bool  # whether inputs come straight from the data
    training: bool
    stages: Values
    backward: Backward | None  # None at test time, where nothing is learned, and without batch norm
    true: Values
    numbers: Values
    mean: float
    variance: float
    batch_mean: float
    batch_variance: float
    running_mean: float | None
    running_variance: float | None
    epsilon: float
    gamma: float
    beta: float
    flat: int
    alone: Alone
    layer_mean: Values | None = None  # (n,) of the mini-batch, of all units of the layer, as are
    layer_variance: Values | None = None
    layer_gamma: Values | None = None
    layer_beta: Values | None = None

    @property
    def title(self) -> str:
        """E.g. "Layer 2, unit 3"; units count from 1."""
        where = "Output" if self.name == "output" else f"Layer {self.layer + 1}"
        return f"{where}, unit {self.unit + 1}"

    @property
    def deviation(self) -> float:
        """√(σ² + ε) of the statistics in use."""
        return float(np.sqrt(self.variance + self.epsilon))


@Probe
def microscope(subject: Subject, question: Unit) -> Magnified | None:
    """What the last mini-batch becomes in one unit, at the weights of now; None while there are no examples."""
    from hyperscope.engine import textbook  # not for the window, which knows the question and the record

    layout, data = subject.layout, subject.examples
    if data.missing or not len(subject.last_batch):
        return None
    hidden = len(layout.network.layers)
    layer = question.layer if 0 <= question.layer <= hidden else max(0, hidden - 1)
    units = layout.widths[layer + 1]
    unit = min(max(0, question.unit), units - 1)
    norm = layout.norm_at(layer)
    training = question.training or norm == "off"
    batch = subject.last_batch
    x = data.x_train[:, batch].astype(np.float64)
    masks = {at: mask.astype(np.float64) for at, mask in subject.dropout_masks(len(batch)).items()} if training else {}
    parameters, running = subject.parameters.astype(np.float64), subject.running.astype(np.float64)
    name = layout.names[layer]
    learned = {part: layout.parameters.get(f"{name}.{part}") for part in ("gamma", "beta")}
    gamma, beta = (block.of(parameters) if block is not None else None for block in learned.values())
    with np.errstate(all="ignore"):
        traces = _forward(layout, parameters, running, x, masks, layer, unit, question, training)
        trace = traces[layer]
        stages, used = _stages(layout, traces, layer, unit)
        back = None
        if norm != "off" and training:
            y = one_hot(data.y_train[batch], layout.classes)
            _, _, slopes = textbook.backward(layout, parameters, traces, x, y, masks=masks)
            before = traces[layer - 1].output if layer else x
            back = _backward(
                layout, trace, slopes[layer], before, gamma[unit] if gamma is not None else 1.0, layer, unit
            )
    kept = {part: layout.running.get(f"{name}.{part}") for part in ("mean", "variance")}
    moving = {part: float(block.of(running)[unit]) if block is not None else None for part, block in kept.items()}
    normalised = trace.activated if norm == "after" else trace.z
    mean, variance = normalised.mean(axis=1), normalised.var(axis=1)
    activation = layout.network.layers[layer].activation if layer < hidden else ""
    return Magnified(
        layers=tuple(zip(layout.names, layout.widths[1:], strict=True)),
        layer=layer,
        unit=unit,
        name=name,
        norm=norm,
        activation=activation,
        first=layer == 0,
        training=training,
        stages=stages,
        backward=back,
        true=data.y_train[batch],
        numbers=np.flatnonzero(data.part == 0)[batch],
        mean=used[0],
        variance=used[1],
        batch_mean=float(mean[unit]),
        batch_variance=float(variance[unit]),
        running_mean=moving["mean"],
        running_variance=moving["variance"],
        epsilon=layout.network.bn_epsilon,
        gamma=float(gamma[unit]) if gamma is not None else 1.0,
        beta=float(beta[unit]) if beta is not None else 0.0,
        flat=_flat(activation, stages[3] if norm != "after" else stages[0]),
        alone=_alone(subject, question, normalised[unit], layer, unit),
        layer_mean=mean,
        layer_variance=variance,
        layer_gamma=gamma,
        layer_beta=beta,
    )


def _forward(
    layout: Layout,
    parameters: Array,
    running: Array,
    x: Array,
    masks: Mapping[int, Array],
    layer: int,
    unit: int,
    question: Unit,
    training: bool,
) -> list[Trace]:
    """All layers' traces, the unit's z being scaled and shifted as the question has it."""
    from hyperscope.engine import textbook

    traces: list[Trace] = []
    a = x
    for number in range(len(layout.names)):
        z = textbook.sums(layout, number, parameters, a)
        if number == layer:
            z[unit] = question.scale * z[unit] + question.bias
        trace = textbook.from_sums(layout, number, parameters, running, z, training=training)
        if number in masks:
            trace = replace(trace, output=trace.output * masks[number])
        traces.append(trace)
        a = trace.output
    return traces


def _stages(layout: Layout, traces: list[Trace], layer: int, unit: int) -> tuple[Array, tuple[float, float]]:
    """The five stages (5, m) of one unit, and the mean and variance in use."""
    trace, norm = traces[layer], layout.norm_at(layer)
    z = trace.z[unit]
    last = layer == len(layout.network.layers)
    if norm == "off":
        mean, variance = float(z.mean()), float(z.var())
        hat = (z - mean) / np.sqrt(variance + layout.network.bn_epsilon)
        y = hat
        values = trace.z.copy()
        values[unit] = y
        result = values if last else activations[layout.network.layers[layer].activation].value(values)
    else:
        assert trace.normalised is not None and trace.y is not None
        assert trace.mean is not None and trace.variance is not None
        mean, variance = float(trace.mean[unit]), float(trace.variance[unit])
        hat, y, result = trace.normalised[unit], trace.y[unit], trace.activated
    if last and not layout.output.masked:
        result = layout.probabilities(result)
    if norm == "after":
        return np.stack([z, trace.activated[unit], trace.activated[unit] - mean, hat, y]), (mean, variance)
    return np.stack([z, z - mean, hat, y, result[unit]]), (mean, variance)


def _backward(
    layout: Layout, trace: Trace, slopes: Slopes, before: Array, gamma: float, layer: int, unit: int
) -> Backward:
    """How the gradient goes back through the unit's stages; see Ioffe and Szegedy (2015), section 3."""
    assert slopes.y is not None and trace.normalised is not None and trace.variance is not None
    hat, d_y = trace.normalised[unit], slopes.y[unit]
    d_hat = gamma * d_y
    # through σ² too: an example that moves away from μ makes the others' ẑ smaller
    d_centred = (d_hat - hat * (d_hat * hat).mean()) / np.sqrt(trace.variance[unit] + layout.network.bn_epsilon)
    d_z, d_activated = slopes.z[unit], slopes.activated[unit]
    if layout.norm_at(layer) == "after":
        stages = [d_z, d_activated, d_centred, d_hat, d_y]
    else:
        last = layer == len(layout.network.layers)
        stages = [d_z, d_centred, d_hat, d_y, d_y if last else d_activated]
    of_weights = float(np.linalg.norm(before @ d_z))
    return Backward(np.stack(stages), float((d_y * hat).sum()), float(d_y.sum()), float(d_z.sum()), of_weights)


def _flat(activation: str, entering: Array) -> int:
    if not activation:
        return -1
    function = activations[activation]
    return int((np.abs(function.slope(entering)) < FLAT * function.steepest).sum())


def _alone(subject: Subject, question: Unit, found: Array, layer: int, unit: int) -> Alone:
    """The example looked at, or the first of the mini-batch; `found` are the unit's values (m,) before batch norm."""
    from hyperscope.engine import textbook

    data, layout, batch = subject.examples, subject.layout, subject.last_batch
    numbers = np.flatnonzero(data.part == 0)
    inside = question.example is not None and 0 <= question.example < data.part.size
    example = question.example if inside and question.example is not None else int(numbers[batch[0]])
    places = np.flatnonzero(numbers[batch] == example)
    hat = (found - found.mean()) / np.sqrt(found.var() + layout.network.bn_epsilon)
    running = None
    if layout.norm_at(layer) != "off":
        x = data.model_units(data.raw[:, [example]]).astype(np.float64)
        parameters, kept = subject.parameters.astype(np.float64), subject.running.astype(np.float64)
        with np.errstate(all="ignore"):
            trace = textbook.forward(layout, parameters, kept, x, training=False)[layer]
        assert trace.normalised is not None
        running = float(trace.normalised[unit, 0])
    return Alone(example, 0.0, float(hat[places[0]]) if len(places) else None, running)
