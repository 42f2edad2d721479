"""What a worker trains: a timeline, or the two of twins, which may part and be twins again. It knows no processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperscope.lab.timeline.line import Line
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.twins.twin import One, Pair, Parted, begin

if TYPE_CHECKING:
    from hyperscope.lab.experiment.experiment import Experiment
    from hyperscope.lab.timeline.past import Lost
    from hyperscope.lab.training.checkpoint import Checkpoint
    from hyperscope.lab.training.trainer import Trainer


class Trained:
    """A `timeline` and its `trainer`; while there are twins it is their `pair`, and the trainer is A's."""

    timeline: Line
    trainer: Trainer
    pair: Pair | None

    def __init__(self, timeline: Timeline) -> None:
        self._parted: Parted | None = None  # the last twins
        self.begin(timeline)

    def begin(self, timeline: Timeline) -> None:
        """Another timeline in place of all there was."""
        self._alone = timeline
        self.timeline, self.trainer, self.pair = timeline, timeline.trainer, None

    @property
    def line(self) -> Timeline:
        """The timeline, or A's."""
        return self.pair.a if self.pair is not None else self._alone

    @property
    def lines(self) -> tuple[Timeline, ...]:
        """The timeline, or A's and B's."""
        return (self.pair.a, self.pair.b) if self.pair is not None else (self._alone,)

    @property
    def furthest(self) -> Trainer:
        """The trainer whose steps are counted: A's, or B's where A has stopped."""
        return self.pair.leading.trainer if self.pair is not None else self.trainer

    def start_twin(
        self, a: Experiment, b: Experiment, checkpoint: Checkpoint | None, past: Lost | None = None
    ) -> tuple[Pair, str]:
        """From here on a pair: the last one, if nothing has moved since and it had these experiments, else A's copy,
        or A and a twin at `checkpoint`, which has that `past`. With it a sentence on which of these it is.

        The experiments are not taken on yet.
        """
        again = self._parted.again(self.line, (a, b)) if self._parted is not None else None
        self.pair = again or begin(self.line, checkpoint, past)
        self.timeline, self.trainer, self._parted = self.pair, self.pair.trainer, None
        if again:
            return self.pair, "Both as they were."
        return self.pair, "B is a copy of A; both take the same steps on the same mini-batches."

    def end_twin(self, pair: Pair, keep: One) -> Timeline:
        """From here on one of the pair alone; gives its timeline."""
        kept = pair.part(keep)
        self._parted = Parted(pair, kept)
        self.begin(kept)
        return kept
