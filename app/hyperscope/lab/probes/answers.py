"""What the network says of every example."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Values
from hyperscope.engine.metrics import Confused, confusion, most_confused
from hyperscope.lab.probes.plane import inputs
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.lab.probes.subject import Subject

PAIRS = 6  # of classes, the most confused
PARTS = 3


@dataclass(frozen=True, slots=True)
class Answers:
    """`p` (C, m): class probabilities of `Examples` at test time. `counts` (3, C, C): of train, dev and test, how
    often true class (row) was taken for which (column); `pairs`: the most confused of each part, most frequent first.
    """

    p: Values
    counts: Values
    pairs: tuple[tuple[Confused, ...], ...]


@Probe
def answers(subject: Subject, question: None) -> Answers:
    """What the network says of every example, and which classes it mistakes for which in each part."""
    data = subject.examples
    logits = subject.predictor.logits(subject.folded(), inputs(subject))
    p = np.nan_to_num(subject.layout.probabilities(logits)).astype(np.float32)
    counts, pairs = [], []
    for part in range(PARTS):
        own = data.part == part
        counts.append(confusion(p[:, own], data.y[own]))
        pairs.append(most_confused(counts[-1], PAIRS))
    return Answers(p, np.stack(counts), tuple(pairs))
