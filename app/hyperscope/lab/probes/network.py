"""The network picture: what every unit computes over the plane, and the weights between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Values
from hyperscope.lab.experiment.edits import why_not
from hyperscope.lab.probes.plane import InPlane, grid
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.lab.probes.subject import Subject

PICTURE = 32  # cells along the side of a unit's picture
WIDEST = 16  # units; wider layers are summed up instead of drawn


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """A hidden layer in three numbers, over some training examples in evaluation mode.

    `dead` units answer the same to all of them; `activity` is the mean of |a|; `norm` is ‖W‖, the root of the sum of
    squares of its weights.
    """

    dead: int
    activity: float
    norm: float


@dataclass(frozen=True, slots=True)
class LayerPicture:
    """One layer of the network picture.

    `pictures` (n, side, side): each unit's output over the plane, or None for layers too wide to draw;
    `weights` (n, n_before) into it, with batch norm folded in nowhere; `biases` (n,); `gamma`, `beta` (n,) or None.
    `array` is what `engine.named` calls the layer, "" for the inputs; `fixed` says why its numbers cannot be set by
    hand, or "". `summary` is there for hidden layers too wide to draw.
    """

    name: str
    pictures: Values | None
    weights: Values | None
    biases: Values | None = None
    gamma: Values | None = None
    beta: Values | None = None
    caption: str = ""
    array: str = ""
    fixed: str = ""
    summary: LayerSummary | None = None


@dataclass(frozen=True, slots=True)
class NetworkPicture:
    """Inputs, hidden layers and class outputs, in order; the output layer's pictures are class probabilities."""

    layers: tuple[LayerPicture, ...]


@Probe
def network(subject: Subject, question: InPlane) -> NetworkPicture:
    """What every unit computes over the plane, and the weights between them."""
    inputs = grid(subject, question.plane, PICTURE)
    outputs = subject.predictor.activations(subject.folded(), inputs)
    outputs[-1] = subject.layout.probabilities(outputs[-1])
    weights = subject.weights()

    def pictures(values: Values) -> Values | None:
        if len(values) > WIDEST:
            return None
        return values.reshape(len(values), PICTURE, PICTURE).astype(np.float32)

    summaries = _summaries(subject)
    middle = (inputs.max(axis=1, keepdims=True) + inputs.min(axis=1, keepdims=True)) / 2
    final = {"one-vs-all": "Sigmoids", "hinge": "Scores", "Weston-Watkins": "Scores", "Crammer-Singer": "Scores"}.get(
        subject.layout.network.output, "Softmax"
    )
    drawn = [LayerPicture("Inputs", pictures(inputs - middle), None, caption=f"{len(inputs)} features")]
    for number, (name, values) in enumerate(zip(subject.layout.names, outputs, strict=True)):
        last = number == len(outputs) - 1
        into, bias = weights[f"{name}.weights"], weights.get(f"{name}.bias")
        if last and subject.layout.output.masked:
            # a class of a tree has no unit of its own: what speaks for it are its questions, yes less no
            answers, asked = subject.layout.output.codes(subject.layout.classes, subject.layout.network.tree)
            into = (2 * answers - asked) @ into
            bias = (2 * answers - asked) @ bias if bias is not None else None
        normed = not (last and subject.layout.output.masked)
        caption = f"{len(values)} classes"
        if not last:
            layer = subject.layout.network.layers[number]
            norm = {"off": "", "before": "BN · ", "after": " · BN"}[layer.batch_norm]
            label = activations[layer.activation].label
            caption = norm + label if layer.batch_norm != "after" else label + norm
        drawn.append(
            LayerPicture(
                final if last else f"Layer {number + 1}",
                pictures(values),
                into,
                bias,
                weights.get(f"{name}.gamma") if normed else None,
                weights.get(f"{name}.beta") if normed else None,
                caption,
                name,
                why_not(subject.layout, f"{name}.weights"),
                summaries.get(name),
            )
        )
    return NetworkPicture(tuple(drawn))


def _summaries(subject: Subject) -> dict[str, LayerSummary]:
    """Of the hidden layers too wide to draw, by name; none where there is no example to tell what they answer."""
    widths = subject.layout.widths[1:-1]
    if max(widths, default=0) <= WIDEST or not len(subject.looked_at):
        return {}
    x = subject.examples.x_train.astype(subject.dtype, copy=False)[:, subject.looked_at]
    weights = subject.weights()
    found = {}
    for name, units, a in zip(
        subject.layout.names, widths, subject.predictor.activations(subject.folded(), x), strict=False
    ):
        if units > WIDEST:
            dead = int((a.max(axis=1) == a.min(axis=1)).sum())
            norm = float(np.sqrt(np.square(weights[f"{name}.weights"]).sum()))
            found[name] = LayerSummary(dead, float(np.abs(a).mean()), norm)
    return found
