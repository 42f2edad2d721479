"""Probes: pure functions from a trainer to a record of arrays, each declared once and taken only when a panel asks.

They look at the network as it is at test time, unless their docstring says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array
from hyperscope.engine.parameters import MANY
from hyperscope.engine.plane import Plane
from hyperscope.lab.examples.examples import ExampleSet, plane_of
from hyperscope.lab.experiment.edits import why_not
from hyperscope.lab.probes.distributions import distributions
from hyperscope.lab.probes.snapshot import (
    Curves,
    Distributions,
    Examples,
    LayerPicture,
    LayerSummary,
    Map,
    NetworkPicture,
    View,
)
from hyperscope.lab.training.trainer import Trainer
from hyperscope.registry import Registry

if TYPE_CHECKING:
    from hyperscope.lab.doctor.checks import Finding
    from hyperscope.lab.probes.results import Results

FINE, COARSE = 100, 50  # cells along the map's side; coarse for networks with many parameters
PICTURE = 32  # cells along the side of a unit's picture
WIDEST = 16  # units; wider layers are summed up instead of drawn


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
        examples, key = trainer.examples, (view.plane, trainer.learner.dtype)
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
        missing=data.missing,
        pictures=probes_map.pictures(data),
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

    summaries = _summaries(trainer)
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
                name,
                why_not(trainer.layout, f"{name}.weights"),
                summaries.get(name),
            )
        )
    return NetworkPicture(tuple(drawn))


def _summaries(trainer: Trainer) -> dict[str, LayerSummary]:
    """Of the hidden layers too wide to draw, by name."""
    widths = trainer.layout.widths[1:-1]
    if max(widths, default=0) <= WIDEST:
        return {}
    x = trainer.examples.x_train.astype(trainer.learner.dtype, copy=False)[:, trainer.looked_at]
    weights = trainer.weights()
    found = {}
    for name, units, a in zip(
        trainer.layout.names, widths, trainer.predictor.activations(trainer.folded(), x), strict=False
    ):
        if units > WIDEST:
            dead = int((a.max(axis=1) == a.min(axis=1)).sum())
            norm = float(np.sqrt(np.square(weights[f"{name}.weights"]).sum()))
            found[name] = LayerSummary(dead, float(np.abs(a).mean()), norm)
    return found


@probes.add("curves")
def curves(trainer: Trainer, view: View) -> Curves:
    """Losses and accuracies over training so far."""
    return trainer.history.curves(trainer.marks)


@probes.add("distributions")
def evaluation_distributions(trainer: Trainer, view: View) -> Distributions:
    """What each layer's values look like in evaluation mode; see `lab.probes.distributions`."""
    return distributions(trainer)


@probes.add("distributions in training")
def training_distributions(trainer: Trainer, view: View) -> Distributions:
    """The same as the last mini-batch passed through in training mode."""
    return distributions(trainer, training=True)


@probes.add("weights")
def weights(trainer: Trainer, view: View) -> dict[str, Array]:
    """Copies of all arrays by name, see `engine.named`; for exports."""
    return trainer.weights()


@probes.add("results")
def results(trainer: Trainer, view: View) -> Results:
    """Numbers and mistakes on each part of the data; for reports."""
    from hyperscope.lab.probes import results as found  # which knows the trainer

    return found.results(trainer)


@probes.add("findings")
def findings(trainer: Trainer, view: View) -> tuple[Finding, ...]:
    """What the doctor found, fine or not; of all probes the slowest, some 10 to 100 ms."""
    from hyperscope.lab.doctor import diagnosis  # its checks use what is declared here

    if trainer.examples.missing:
        return ()
    return diagnosis.findings(trainer)


from hyperscope.lab.probes import probes_map  # noqa: E402  declares more of them, from what is defined here
