"""The throw-away lab's own probe: its question, its record, its function. It loads no Qt, as the worker takes it."""

from __future__ import annotations

from dataclasses import dataclass

from hyperscope.lab.probes.probe import Probe
from hyperscope.lab.probes.subject import Subject


@dataclass(frozen=True, slots=True)
class Times:
    """How often to count each step."""

    factor: int = 1


@dataclass(frozen=True, slots=True)
class Counted:
    """The steps so far, times the factor."""

    steps: int


@Probe
def counted(subject: Subject, question: Times) -> Counted:
    """Counts steps."""
    return Counted(subject.step * question.factor)
