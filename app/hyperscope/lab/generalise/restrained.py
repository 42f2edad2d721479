"""What restrains a network's weights, as it shows in them: every layer's, how many are exactly 0, ‖W‖ over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Values
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.engine.arrays import Array
    from hyperscope.lab.probes.subject import Subject


@dataclass(frozen=True, slots=True, eq=False)
class LayerWeights:
    """The weights (n, n_in) of a layer, biases left out; `course` is ‖W‖ (t,) over the run, NaN where not recorded;
    `kept` that of the weights that early stopping keeps, NaN without it.
    """

    caption: str
    weights: Values
    course: Values
    kept: float

    @property
    def norm(self) -> float:
        """‖W‖, the root of the sum of squares."""
        return float(np.linalg.norm(self.weights.astype(np.float64)))

    @property
    def zeros(self) -> int:
        """How many are exactly 0."""
        return int(np.count_nonzero(self.weights == 0))


@dataclass(frozen=True, slots=True, eq=False)
class Restrained:
    """All layers, the output's last; `epoch` (t,) says when their `course` was recorded, the present moment last."""

    layers: tuple[LayerWeights, ...]
    epoch: Values
    kept_epoch: float  # of the weights that early stopping keeps, NaN without it
    train_accuracy: float
    dev_accuracy: float

    @property
    def zeros(self) -> tuple[int, int]:
        """How many weights are exactly 0, of how many."""
        return sum(layer.zeros for layer in self.layers), sum(layer.weights.size for layer in self.layers)


@Probe
def restrained(subject: Subject, question: None) -> Restrained:
    """The weights as they stand, their norms over the run, and those of what early stopping keeps."""
    layout, best, scores = subject.layout, subject.best, subject.scores()
    names = layout.names
    epoch = subject.history.epoch
    recorded = [river[:, 0].astype(np.float64) for river in subject.history.rivers_of("norms")]
    kept = _norms(subject, best.moment.vectors[0]) if best is not None else [float("nan")] * len(names)
    now = _norms(subject, subject.parameters)
    goes_on = not len(epoch) or subject.epoch > epoch[-1]
    layers = []
    for number, name in enumerate(names):
        course = _course(recorded, number, len(names), len(epoch))
        layers.append(
            LayerWeights(
                "Output" if number == len(names) - 1 else f"Layer {number + 1}",
                _weights(subject, name, subject.parameters).copy(),
                np.append(course, now[number]) if goes_on else course,
                kept[number],
            )
        )
    return Restrained(
        tuple(layers),
        np.append(epoch, subject.epoch) if goes_on else epoch,
        float(best.epoch) if best is not None else float("nan"),
        scores.train.accuracy,
        scores.dev.accuracy,
    )


def _course(recorded: list[Values], number: int, layers: int, rows: int) -> Values:
    """What was recorded of a layer; those that have come since the last row have nothing yet."""
    if len(recorded) == layers:
        return recorded[number]
    if number == layers - 1 and recorded:
        return recorded[-1]
    return recorded[number] if number < len(recorded) - 1 else np.full(rows, np.nan)


def _weights(subject: Subject, name: str, flat: Array) -> Array:
    block = subject.layout.parameters[f"{name}.weights"].of(flat)
    return block[:, : subject.layout.widths[subject.layout.names.index(name)]]


def _norms(subject: Subject, flat: Array) -> list[float]:
    if flat.size != subject.layout.size:  # of a network of another shape
        return [float("nan")] * len(subject.layout.names)
    return [float(np.linalg.norm(_weights(subject, name, flat).astype(np.float64))) for name in subject.layout.names]
