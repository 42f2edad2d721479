"""The probes of the softmax lab's workbench: a case worked out, and the logits of a place of the plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Values
from hyperscope.lab.probes.plane import plane
from hyperscope.lab.probes.probe import Probe
from hyperscope.lab.softmax.case import Case, Worked, worked

if TYPE_CHECKING:
    from hyperscope.lab.probes.subject import Subject


@Probe
def working(subject: Subject, case: Case) -> Worked:
    """What follows from a case, which is of no network."""
    return worked(case)


@dataclass(frozen=True, slots=True)
class AtPoint:
    """A place (x, y) of the plane of two features, ("", "") for the usual one."""

    plane: tuple[str, str]
    point: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Logits:
    """The output layer's z (C,) at `point`, and the classes' names; `softmax` is whether softmax follows on it."""

    point: tuple[float, float]
    values: Values
    names: tuple[str, ...]
    softmax: bool


@Probe
def logits_at(subject: Subject, question: AtPoint) -> Logits:
    """What the output layer says of a place of the plane, before softmax."""
    data = subject.examples
    raw = plane(subject, question.plane).lift(np.array(question.point, np.float64)[:, None])
    x = data.model_units(raw).astype(subject.dtype)
    values = subject.predictor.activations(subject.folded(), x)[-1][:, 0]
    output = subject.layout.network.output
    return Logits(question.point, values.astype(np.float64), tuple(data.class_names), output == "softmax")
