"""What probes look at: a network in training, whoever trains it. A trainer is one, and so is each of twins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from hyperscope.engine.arrays import Array, Indices
    from hyperscope.engine.batches import Position
    from hyperscope.engine.parameters import Layout
    from hyperscope.engine.prediction import FoldedLayer, Predictor
    from hyperscope.engine.textbook import Trace
    from hyperscope.lab.examples.examples import ExampleSet
    from hyperscope.lab.experiment.experiment import Experiment
    from hyperscope.lab.training.checkpoint import Best, Evaluations
    from hyperscope.lab.training.history import History
    from hyperscope.lab.training.kept import LookCache


class Subject(Protocol):
    """No more than probes need. Arrays are those that are trained with: look, and leave them alone."""

    @property
    def experiment(self) -> Experiment: ...
    @property
    def layout(self) -> Layout: ...
    @property
    def examples(self) -> ExampleSet: ...
    @property
    def predictor(self) -> Predictor: ...
    @property
    def dtype(self) -> np.dtype[Any]: ...
    @property
    def parameters(self) -> Array:
        """All that is trained (P,)."""

    @property
    def running(self) -> Array:
        """Batch norm's running statistics."""

    @property
    def gradient(self) -> Array | None:
        """Of the last step (P,), as the optimiser took it; None where it is not known."""

    @property
    def history(self) -> History: ...
    @property
    def best(self) -> Best | None:
        """What early stopping would go back to, None without it."""

    @property
    def stopped_early(self) -> bool:
        """Whether it did, and stands there."""

    @property
    def marks(self) -> tuple[tuple[int, float, str], ...]:
        """(step, epoch, caption) of every control moved."""

    @property
    def step(self) -> int: ...
    @property
    def position(self) -> Position: ...
    @property
    def epoch(self) -> float: ...
    @property
    def training_examples(self) -> int: ...
    @property
    def looked_at(self) -> Indices:
        """The training examples whose activations are followed over time."""

    @property
    def last_batch(self) -> Indices:
        """The training examples of the last step."""

    @property
    def structure(self) -> int:
        """Goes up whenever data or network were rebuilt."""

    @property
    def painted(self) -> int:
        """Goes up whenever examples came or went while the network was kept."""

    @property
    def kept(self) -> LookCache:
        """What was worked out for looking and holds until what it was made of changes."""

    def folded(self) -> list[FoldedLayer]:
        """The network's layers for test time."""

    def scores(self) -> Evaluations:
        """Losses and accuracies now, at test time."""

    def recent_scores(self) -> Evaluations:
        """The last scores worked out, which may be some steps old."""

    def weights(self) -> dict[str, Array]:
        """Copies of all arrays by name, see `engine.named`."""

    def traces(self, x: Array, *, training: bool = False, masks: Mapping[int, Array] | None = None) -> list[Trace]:
        """Everything inside each layer for model inputs x (n, m); `masks` as in `textbook.forward`."""

    def dropout_masks(self, m: int) -> dict[int, Array]:
        """What dropout drew for the last mini-batch of m examples, by hidden layer."""
