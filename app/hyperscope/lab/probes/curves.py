"""Losses and accuracies over training so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperscope.lab.probes.probe import Probe
from hyperscope.lab.training.curves import Curves

if TYPE_CHECKING:
    from hyperscope.lab.probes.subject import Subject


@Probe
def curves(subject: Subject, question: None) -> Curves:
    """All that was recorded, finer at its beginning, with the moves that were made."""
    return subject.history.curves(subject.marks, early=True)
