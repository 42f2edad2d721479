"""What a worker trains: a timeline, or the two of twins, which may part and be twins again. It knows no processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperscope.lab.timeline.run import Run
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.twins.twin import One, PartedTwins, Twins, begin

if TYPE_CHECKING:
    from hyperscope.lab.experiment.experiment import Experiment
    from hyperscope.lab.timeline.past import LostPast
    from hyperscope.lab.training.checkpoint import Checkpoint
    from hyperscope.lab.training.trainer import Trainer


class Trained:
    """A `timeline` and its `trainer`; while there are twins it is their `twins`, and the trainer is A's."""

    timeline: Run
    trainer: Trainer
    twins: Twins | None

    def __init__(self, timeline: Timeline) -> None:
        self._parted: PartedTwins | None = None  # the last twins
        self.begin(timeline)

    def begin(self, timeline: Timeline) -> None:
        """Another timeline in place of all there was."""
        self._alone = timeline
        self.timeline, self.trainer, self.twins = timeline, timeline.trainer, None

    @property
    def line(self) -> Timeline:
        """The timeline, or A's."""
        return self.twins.a if self.twins is not None else self._alone

    def line_of(self, one: One) -> Timeline:
        """That of one of twins, or the only one."""
        return self.twins.b if self.twins is not None and one == "B" else self.line

    @property
    def lines(self) -> tuple[Timeline, ...]:
        """The timeline, or A's and B's."""
        return (self.twins.a, self.twins.b) if self.twins is not None else (self._alone,)

    def within_reach(self) -> tuple[Timeline, ...]:
        """The lines, and those of the last twins while an undo can bring them back; after that they are let go."""
        if self._parted is not None and not self._parted.holds(self.line):
            self._parted = None
        return (*self.lines, *(self._parted.lines if self._parted is not None else ()))

    @property
    def held(self) -> int:
        """Bytes of the checkpoints of all of them; what twins share counts for each."""
        return sum(line.store.held for line in self.within_reach())

    @property
    def furthest(self) -> Trainer:
        """The trainer whose steps are counted: A's, or B's where A has stopped."""
        return self.twins.leading.trainer if self.twins is not None else self.trainer

    def start_twin(
        self, a: Experiment, b: Experiment, checkpoint: Checkpoint | None, past: LostPast | None = None
    ) -> tuple[Twins, str]:
        """From here on a pair: the last one, if nothing has moved since and it had these experiments, else A's copy,
        or A and a twin at `checkpoint`, which has that `past`. With it a sentence on which of these it is.

        The experiments are not taken on yet.
        """
        again = self._parted.again(self.line, (a, b)) if self._parted is not None else None
        self.twins = again or begin(self.line, checkpoint, past)
        self.timeline, self.trainer, self._parted = self.twins, self.twins.trainer, None
        if again:
            return self.twins, "Both as they were."
        return self.twins, "B is a copy of A; both take the same steps on the same mini-batches."

    def end_twin(self, twins: Twins, keep: One) -> Timeline:
        """From here on one of the pair alone; gives its timeline."""
        kept = twins.part(keep)
        self._parted = PartedTwins(twins, kept)
        self.begin(kept)
        return kept
