"""The decision map: what the network answers everywhere in the plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Values
from hyperscope.engine.parameters import MANY
from hyperscope.lab.probes.plane import InPlane, grid, plane
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.lab.probes.subject import Subject

FINE, COARSE = 100, 50  # cells along the map's side; coarse for networks with many parameters


@dataclass(frozen=True, slots=True)
class Map:
    """`p` (C, height, width): class probabilities over the plane at test time; `predicted` (m,) of `Examples`."""

    p: Values
    predicted: Values
    extent: tuple[float, float, float, float]


@Probe
def decision_map(subject: Subject, question: InPlane) -> Map:
    """Class probabilities over the plane (C, side, side), and each example's predicted class."""
    side = FINE if subject.layout.size < MANY else COARSE
    layers = subject.folded()
    logits = subject.predictor.logits(layers, grid(subject, question.plane, side))
    scores = subject.scores()
    data = subject.examples
    predicted = np.empty(data.y.size, np.int64)
    for number, part in enumerate((scores.train, scores.dev, scores.test)):
        predicted[data.part == number] = part.predicted
    p = subject.layout.probabilities(logits).reshape(subject.layout.classes, side, side).astype(np.float32)
    return Map(p, predicted, plane(subject, question.plane).extent)
