"""What a run can be brought back to: records of where it stood, which know nothing of running it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hyperscope.engine.arrays import Indices
from hyperscope.engine.batches import Position
from hyperscope.engine.moment import Moment
from hyperscope.engine.prediction import Evaluation
from hyperscope.lab.examples.fingerprint import Fingerprint
from hyperscope.lab.experiment.experiment import Experiment


@dataclass(frozen=True)
class Checkpoint:
    """Everything that a run's next step depends on, and its history; restoring it repeats what came after exactly."""

    experiment: Experiment
    step: int
    position: Position
    moment: Moment
    history: Mapping[str, Any]
    marks: tuple[tuple[int, float, str], ...] = ()
    best: Best | None = None
    sound: Sound | None = None
    last_batch: Indices | None = None  # what the last step saw, for looking at it
    fingerprint: Fingerprint | None = None  # of the file that was trained on; of older checkpoints it is not known


@dataclass(frozen=True)
class Sound:
    """The last moment worth going back to when training diverges."""

    step: int
    position: Position
    moment: Moment


@dataclass(frozen=True)
class Best:
    """The moment of the lowest dev loss under early stopping, and the epoch that patience counts from."""

    loss: float
    epoch: int
    step: int
    position: Position
    moment: Moment


@dataclass(frozen=True)
class Evaluations:
    """How well the network stands at test time, in evaluation mode, on each part of the data."""

    train: Evaluation
    dev: Evaluation
    test: Evaluation
