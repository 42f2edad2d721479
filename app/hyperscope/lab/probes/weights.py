"""All arrays of a network by name, for exports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hyperscope.engine.arrays import Array
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.lab.probes.subject import Subject


@Probe
def weights(subject: Subject, question: None) -> Mapping[str, Array]:
    """Copies of all arrays by name, see `engine.named`."""
    return subject.weights()
