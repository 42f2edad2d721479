"""What the distributions panel shows: histograms of each layer's values now, and what was recorded of them."""

from __future__ import annotations

import numpy as np

from hyperscope.engine import textbook
from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array
from hyperscope.engine.named import named_views
from hyperscope.engine.softmax import one_hot
from hyperscope.engine.textbook import Trace
from hyperscope.lab.probes.snapshot import Distributions, Histogram, LayerDistributions, OutputDistributions
from hyperscope.lab.training.trainer import Trainer

BINS = 32
FLAT = 0.05  # of the steepest slope; below it a unit counts as saturated
ALMOST_ALL = 0.95  # of the examples, for which a stuck unit is flat


def distributions(trainer: Trainer, *, training: bool = False) -> Distributions:
    """z, ẑ, y = γẑ + β and a of each hidden layer, its weights and their gradient, now and over time.

    In evaluation mode signals are those of a part of the training set. In training mode they are those of the last
    mini-batch, at the weights of now: by its own mean and variance, and with the masks that dropout drew for it.
    Batch norm's batch statistics are always those of the last mini-batch. Jolts after batch norm are left out.
    """
    x = trainer.examples.x_train.astype(trainer.learner.dtype, copy=False)
    batch = trainer.last_batch
    masks = trainer.learner.dropout_masks(len(batch)) if training else {}
    evaluated = trainer.traces(x[:, trainer.looked_at])
    normed = trainer.layout.running_size > 0 and batch.size > 0
    seen = trainer.traces(x[:, batch], training=True, masks=masks) if (training and batch.size) or normed else evaluated
    state = trainer.learner.state
    weights = named_views(trainer.layout, state.parameters, state.running)
    gradients = named_views(trainer.layout, gradient(trainer), state.running)
    layers = []
    for number, name in enumerate(trainer.layout.names[:-1]):
        shown = seen[number] if training else evaluated[number]
        layers.append(
            _layer(
                trainer,
                number,
                shown,
                masks.get(number),
                (evaluated[number], seen[number]),
                (histogram(weights[f"{name}.weights"]), histogram(gradients[f"{name}.weights"])),
            )
        )
    history = trainer.history
    return Distributions(
        tuple(layers),
        history.epoch,
        history.rivers,
        trainer.marks,
        history.rivers_of("activations"),
        history.rivers_of("weights"),
        history.rivers_of("gradients"),
        OutputDistributions("Output", histogram(weights["output.weights"]), histogram(gradients["output.weights"])),
        training,
        len(batch) if training else len(trainer.looked_at),
    )


def gradient(trainer: Trainer) -> Array:
    """(P,): the last step's own; where that is not at hand, after going back, its mini-batch's at the weights of now.

    The latter comes from the textbook's formulas and leaves out dropout and penalties.
    """
    if (own := trainer.gradient) is not None:
        return own
    if not trainer.last_batch.size:
        return np.zeros_like(trainer.learner.state.parameters)
    data, batch, parameters = trainer.examples, trainer.last_batch, trainer.learner.state.parameters
    x = data.x_train[:, batch].astype(parameters.dtype, copy=False)
    y = one_hot(data.y_train[batch], trainer.layout.classes).astype(parameters.dtype)
    with np.errstate(all="ignore"):
        return textbook.loss_and_gradient(trainer.layout, parameters, x, y)[1]


def _layer(
    trainer: Trainer,
    number: int,
    trace: Trace,
    mask: Array | None,
    both: tuple[Trace, Trace],
    learned: tuple[Histogram, Histogram],
) -> LayerDistributions:
    layer = trainer.layout.network.layers[number]
    entering = trace.y if layer.batch_norm == "before" and trace.y is not None else trace.z
    function = activations[layer.activation]
    flat = np.abs(function.slope(entering)) < FLAT * function.steepest
    running, batch = both
    normed = trace.y is not None
    # Dropout comes after batch norm; what a layer hands on is then y where that follows the activation.
    dropped = mask if mask is not None else 1
    last_is_y = layer.batch_norm == "after"
    return LayerDistributions(
        name=f"Layer {number + 1}",
        z=histogram(trace.z),
        y=histogram(trace.y * dropped if last_is_y else trace.y) if trace.y is not None else None,
        a=histogram(trace.activated if last_is_y else trace.activated * dropped),
        saturated=float(flat.mean()) if flat.size else float("nan"),
        batch_mean=batch.mean if normed else None,
        batch_variance=batch.variance if normed else None,
        running_mean=running.mean if normed else None,
        running_variance=running.variance if normed else None,
        hat=histogram(trace.normalised) if trace.normalised is not None else None,
        weights=learned[0],
        gradients=learned[1],
        units=layer.units,
        # before dropout, whose zeros are not the unit's own
        dead=int((trace.activated == 0).all(axis=1).sum()) if flat.size else 0,
        stuck=int((flat.sum(axis=1) > ALMOST_ALL * flat.shape[1]).sum()),
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
