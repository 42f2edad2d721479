"""Probes: pure functions from a trainer to a record of arrays, each declared once and taken only when a panel asks.

They look at the network as it is at test time, unless their docstring says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array
from hyperscope.engine.plane import Plane
from hyperscope.engine.textbook import Trace
from hyperscope.lab.examples import ExampleSet, plane_of
from hyperscope.lab.snapshot import (
    Curves,
    Distributions,
    Examples,
    Histogram,
    LayerDistributions,
    LayerPicture,
    Map,
    NetworkPicture,
    View,
)
from hyperscope.lab.trainer import Trainer
from hyperscope.registry import Registry

if TYPE_CHECKING:
    from hyperscope.lab.checks import Finding

FINE, COARSE = 100, 50  # cells along the map's side; coarse for networks with many parameters
MANY = 5000  # parameters
PICTURE = 32  # cells along the side of a unit's picture
WIDEST = 16  # units; wider layers are summed up instead of drawn
BINS = 32
FLAT = 0.05  # of the steepest slope; below it a unit counts as saturated


Probe = Callable[[Trainer, View], Any]
probes: Registry[Probe] = Registry("probe")


def plane(trainer: Trainer, view: View) -> Plane:
    """The plane that is looked at; features that the data does not have mean the usual one."""
    across, up = view.plane
    if across in trainer.examples.feature_names and up in trainer.examples.feature_names and across != up:
        return plane_of(trainer.examples, across, up)
    return trainer.examples.plane


def grid(trainer: Trainer, view: View, side: int) -> Array:
    """Model inputs (n, side²) at the centres of the plane's cells, row by row from the lowest."""
    looked_at = plane(trainer, view)
    left, right, bottom, top = looked_at.extent
    centres = (np.arange(side) + 0.5) / side
    across, up = np.meshgrid(left + centres * (right - left), bottom + centres * (top - bottom))
    inputs = trainer.examples.model_units(looked_at.lift(np.stack([across.ravel(), up.ravel()])))
    return inputs.astype(trainer.learner.dtype)


class _Grids:
    """The last grid of each size; they change only with the data or the plane."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[ExampleSet, object, Array]] = {}

    def __call__(self, trainer: Trainer, view: View, side: int) -> Array:
        examples, key = trainer.examples, (view, trainer.learner.dtype)
        kept = self._kept.get(side)
        if kept is None or kept[0] is not examples or kept[1] != key:
            kept = self._kept[side] = (examples, key, grid(trainer, view, side))
        return kept[2]


_grids = _Grids()


@probes.add("examples")
def examples(trainer: Trainer, view: View) -> Examples:
    """The data set as it lies in the plane."""
    data = trainer.examples
    looked_at = plane(trainer, view)
    return Examples(
        x=looked_at.project(data.raw),
        y=data.y,
        part=data.part,
        class_names=data.class_names,
        axes=looked_at.axes,
        extent=looked_at.extent,
        feature_names=data.feature_names,
        note=" ".join(data.notes),
        training=trainer.training_examples,
    )


@probes.add("map")
def decision_map(trainer: Trainer, view: View) -> Map:
    """Class probabilities over the plane (C, side, side), and each example's predicted class."""
    side = FINE if trainer.layout.size < MANY else COARSE
    layers = trainer.folded()
    logits = trainer.predictor.logits(layers, _grids(trainer, view, side))
    scores = trainer.scores()
    data = trainer.examples
    predicted = np.empty(data.y.size, np.int64)
    for number, part in enumerate((scores.train, scores.dev, scores.test)):
        predicted[data.part == number] = part.predicted
    p = trainer.layout.probabilities(logits).reshape(trainer.layout.classes, side, side).astype(np.float32)
    return Map(p, predicted, plane(trainer, view).extent)


@probes.add("network")
def network(trainer: Trainer, view: View) -> NetworkPicture:
    """What every unit computes over the plane, and the weights between them."""
    inputs = _grids(trainer, view, PICTURE)
    outputs = trainer.predictor.activations(trainer.folded(), inputs)
    outputs[-1] = trainer.layout.probabilities(outputs[-1])
    weights = trainer.weights()

    def pictures(values: Array) -> Array | None:
        if len(values) > WIDEST:
            return None
        return values.reshape(len(values), PICTURE, PICTURE).astype(np.float32)

    middle = (inputs.max(axis=1, keepdims=True) + inputs.min(axis=1, keepdims=True)) / 2
    final = {"one-vs-all": "Sigmoids", "hinge": "Scores", "Weston-Watkins": "Scores", "Crammer-Singer": "Scores"}.get(
        trainer.layout.network.output, "Softmax"
    )
    drawn = [LayerPicture("Inputs", pictures(inputs - middle), None, caption=f"{len(inputs)} features")]
    for number, (name, values) in enumerate(zip(trainer.layout.names, outputs, strict=True)):
        last = number == len(outputs) - 1
        into, bias = weights[f"{name}.weights"], weights.get(f"{name}.bias")
        if last and trainer.layout.output.masked:
            # a class of a tree has no unit of its own: what speaks for it are its questions, yes less no
            answers, asked = trainer.layout.output.codes(trainer.layout.classes, trainer.layout.network.tree)
            into = (2 * answers - asked) @ into
            bias = (2 * answers - asked) @ bias if bias is not None else None
        normed = not (last and trainer.layout.output.masked)
        caption = f"{len(values)} classes"
        if not last:
            layer = trainer.layout.network.layers[number]
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
            )
        )
    return NetworkPicture(tuple(drawn))


@probes.add("curves")
def curves(trainer: Trainer, view: View) -> Curves:
    """Losses and accuracies over training so far."""
    return trainer.history.curves(trainer.marks)


@probes.add("distributions")
def distributions(trainer: Trainer, view: View) -> Distributions:
    """z, y = γẑ + β and a of each hidden layer over a part of the training set, and their quantiles over time.

    Batch norm's batch statistics are those of the last mini-batch, in training mode.
    """
    x = trainer.examples.x_train.astype(trainer.learner.dtype, copy=False)
    traces = trainer.traces(x[:, trainer.looked_at])
    running = trainer.traces(x[:, trainer.last_batch], training=True) if trainer.layout.running_size else traces
    layers = tuple(
        _layer(trainer, number, traces[number], running[number]) for number in range(len(trainer.layout.network.layers))
    )
    return Distributions(layers, trainer.history.epoch, trainer.history.rivers, trainer.marks)


@probes.add("findings")
def findings(trainer: Trainer, view: View) -> tuple[Finding, ...]:
    """What the doctor found, fine or not; of all probes the slowest, some 10 to 100 ms."""
    from hyperscope.lab import diagnosis  # its checks use what is declared here

    return diagnosis.findings(trainer)


def _layer(trainer: Trainer, number: int, trace: Trace, batch: Trace) -> LayerDistributions:
    layer = trainer.layout.network.layers[number]
    entering = trace.y if layer.batch_norm == "before" and trace.y is not None else trace.z
    function = activations[layer.activation]
    flat = float((np.abs(function.slope(entering)) < FLAT * function.steepest).mean())
    normed = trace.y is not None
    return LayerDistributions(
        name=f"Layer {number + 1}",
        z=histogram(trace.z),
        y=histogram(trace.y) if trace.y is not None else None,
        a=histogram(trace.activated),
        saturated=flat,
        batch_mean=batch.mean if normed else None,
        batch_variance=batch.variance if normed else None,
        running_mean=trace.mean if normed else None,
        running_variance=trace.variance if normed else None,
    )


def histogram(values: Array) -> Histogram:
    """Counts in BINS equal bins from the least to the greatest finite value."""
    finite = values[np.isfinite(values)].astype(np.float64)
    if not finite.size:
        return Histogram(np.zeros(BINS, np.int64), np.linspace(0, 1, BINS + 1), float("nan"), float("nan"))
    low, high = float(finite.min()), float(finite.max())
    if high - low <= 1e-12 * max(1.0, abs(low)):
        low, high = low - 0.5, high + 0.5
    # bincount on scaled values: a fifth of numpy.histogram's time
    places = ((finite - low) * (BINS / (high - low))).astype(np.int64).clip(0, BINS - 1)
    counts = np.bincount(places.ravel(), minlength=BINS)
    return Histogram(counts, np.linspace(low, high, BINS + 1), float(finite.mean()), float(finite.std()))
