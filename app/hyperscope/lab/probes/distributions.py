"""What the distributions panel shows: histograms of each layer's values now, and what was recorded of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Values
from hyperscope.engine.named import named_views
from hyperscope.engine.softmax import one_hot
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.engine.textbook import Trace
    from hyperscope.lab.probes.subject import Subject

BINS = 32
FLAT = 0.05  # of the steepest slope; below it a unit counts as saturated
ALMOST_ALL = 0.95  # of the examples, for which a stuck unit is flat


@dataclass(frozen=True, slots=True)
class Mode:
    """Evaluation mode, or as the last mini-batch passed through in `training`."""

    training: bool = False


@dataclass(frozen=True, slots=True)
class Histogram:
    """`counts` (bins,) over `edges` (bins + 1,); `deviation` is the standard deviation of what was counted."""

    counts: Values
    edges: Values
    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class LayerDistributions:
    """One hidden layer: z = Wa + b, ẑ and y = γẑ + β (None without BN), a = g(.), its weights and their gradient.

    `saturated` is the share of outputs where the activation's slope is below 5 % of its greatest (for ReLU: zeros);
    of its `units`, `dead` gave 0 for all examples, and `stuck` were saturated for more than 95 % of them. `zeros` of
    its weights are exactly 0; None, as not worth a word, where no layer has any and there is no L1 to make some.
    `batch_mean`, `batch_variance`, `running_mean`, `running_variance` (n,) are batch norm's, or None.
    """

    name: str
    z: Histogram
    y: Histogram | None
    a: Histogram
    saturated: float
    batch_mean: Values | None = None
    batch_variance: Values | None = None
    running_mean: Values | None = None
    running_variance: Values | None = None
    hat: Histogram | None = None
    weights: Histogram | None = None
    gradients: Histogram | None = None
    units: int = 0
    dead: int = 0
    stuck: int = 0
    zeros: int | None = None


@dataclass(frozen=True, slots=True)
class OutputDistributions:
    """The output layer's weights and their gradient; `zeros` as in `LayerDistributions`."""

    name: str
    weights: Histogram
    gradients: Histogram
    zeros: int | None = None


@dataclass(frozen=True, slots=True)
class Distributions:
    """`layers` now, and `rivers[l]` (t, 5): the 5, 25, 50, 75, 95 % quantiles of layer l's activation input over time.

    So are `activation_rivers` of its output, and `normalised_rivers` of batch norm's ẑ, NaN for layers without it;
    `weight_rivers` and `gradient_rivers` have one more, the output layer's.
    `epoch` (t,) says when; `moves` as in `Curves`. Rivers are always of evaluation mode. What is shown of the layers
    now is of evaluation mode over `examples` of the training set, or, if `training`, as the last mini-batch of
    `examples` passed through: by its own statistics, and with its dropout.
    """

    layers: tuple[LayerDistributions, ...]
    epoch: Values
    rivers: tuple[Values, ...]
    moves: tuple[tuple[int, float, str], ...] = ()
    activation_rivers: tuple[Values, ...] = ()
    weight_rivers: tuple[Values, ...] = ()
    gradient_rivers: tuple[Values, ...] = ()
    output: OutputDistributions | None = None
    training: bool = False
    examples: int = 0
    normalised_rivers: tuple[Values, ...] = ()


@Probe
def distributions(subject: Subject, question: Mode) -> Distributions:
    """z, ẑ, y = γẑ + β and a of each hidden layer, its weights and their gradient, now and over time.

    In evaluation mode signals are those of a part of the training set. In training mode they are those of the last
    mini-batch, at the weights of now: by its own mean and variance, and with the masks that dropout drew for it.
    Batch norm's batch statistics are always those of the last mini-batch. Jolts after batch norm are left out.
    """
    training = question.training
    x = subject.examples.x_train.astype(subject.dtype, copy=False)
    batch = subject.last_batch
    masks = subject.dropout_masks(len(batch)) if training else {}
    evaluated = subject.traces(x[:, subject.looked_at])
    normed = subject.layout.running_size > 0 and batch.size > 0
    seen = subject.traces(x[:, batch], training=True, masks=masks) if (training and batch.size) or normed else evaluated
    weights = named_views(subject.layout, subject.parameters, subject.running)
    gradients = named_views(subject.layout, gradient(subject), subject.running)
    zeros = _zeros(subject, [weights[f"{name}.weights"] for name in subject.layout.names])
    layers = []
    for number, name in enumerate(subject.layout.names[:-1]):
        shown = seen[number] if training else evaluated[number]
        layers.append(
            _layer(
                subject,
                number,
                shown,
                masks.get(number),
                (evaluated[number], seen[number]),
                (histogram(weights[f"{name}.weights"]), histogram(gradients[f"{name}.weights"])),
                zeros[number],
            )
        )
    history = subject.history
    return Distributions(
        tuple(layers),
        history.epoch,
        history.rivers,
        subject.marks,
        history.rivers_of("activations"),
        history.rivers_of("weights"),
        history.rivers_of("gradients"),
        OutputDistributions(
            "Output", histogram(weights["output.weights"]), histogram(gradients["output.weights"]), zeros[-1]
        ),
        training,
        len(batch) if training else len(subject.looked_at),
        history.rivers_of("normalised"),
    )


def gradient(subject: Subject) -> Values:
    """(P,): the last step's own; where that is not at hand, after going back, its mini-batch's at the weights of now.

    The latter comes from the textbook's formulas and leaves out dropout and penalties.
    """
    if (own := subject.gradient) is not None:
        return own
    if not subject.last_batch.size:
        return np.zeros_like(subject.parameters)
    from hyperscope.engine import textbook  # not for the window, which knows the question and the record

    data, batch, parameters = subject.examples, subject.last_batch, subject.parameters
    x = data.x_train[:, batch].astype(parameters.dtype, copy=False)
    y = one_hot(data.y_train[batch], subject.layout.classes).astype(parameters.dtype)
    with np.errstate(all="ignore"):
        return textbook.loss_and_gradient(subject.layout, parameters, x, y)[1]


def _layer(
    subject: Subject,
    number: int,
    trace: Trace,
    mask: Values | None,
    both: tuple[Trace, Trace],
    learned: tuple[Histogram, Histogram],
    zeros: int | None,
) -> LayerDistributions:
    layer = subject.layout.network.layers[number]
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
        zeros=zeros,
    )


def _zeros(subject: Subject, weights: Sequence[Values]) -> list[int | None]:
    """How many weights of each layer are exactly 0, None of all where that is not worth a word."""
    found = [int(np.count_nonzero(of == 0)) for of in weights]
    return [*found] if any(found) or subject.experiment.training.l1 > 0 else [None] * len(found)


def histogram(values: Values) -> Histogram:
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
