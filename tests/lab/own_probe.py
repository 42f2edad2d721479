"""A probe declared outside the program, as a lab of one's own would declare one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.probes.probe import Probe
from hyperscope.lab.probes.subject import Subject


@dataclass(frozen=True, slots=True)
class OfLayer:
    """The layer of this number, the first is 0."""

    number: int


@dataclass(frozen=True, slots=True)
class Norms:
    """‖w‖ of each unit (n,), at a step."""

    step: int
    norms: Array


@Probe
def norms(subject: Subject, question: OfLayer) -> Norms:
    """How large the weights into each unit of a layer are."""
    weights = subject.weights()[f"{subject.layout.names[question.number]}.weights"]
    return Norms(subject.step, np.linalg.norm(weights, axis=1))


NO_PROBE = 3
