"""What a worker trains: a timeline, or the two of twins, which may part and be twins again. It knows no processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.twins.twin import One, Pair, Parted, begin

if TYPE_CHECKING:
    from hyperscope.lab.experiment.edits import Edit
    from hyperscope.lab.experiment.experiment import Experiment
    from hyperscope.lab.timeline.branch_mark import BranchMark
    from hyperscope.lab.timeline.forks import Forks
    from hyperscope.lab.timeline.past import Lost
    from hyperscope.lab.timeline.score import Place, Score
    from hyperscope.lab.training.checkpoint import Checkpoint
    from hyperscope.lab.training.curves import Curves
    from hyperscope.lab.training.trainer import Trainer


class Line(Protocol):
    """What a conductor asks of a timeline, or of those of twins as one: see `Timeline` and `Pair`."""

    dropped: str

    @property
    def trainer(self) -> Trainer: ...
    @property
    def score(self) -> Score: ...
    @property
    def place(self) -> Place: ...
    @property
    def ahead(self) -> bool: ...
    @property
    def end(self) -> int: ...
    @property
    def moves(self) -> tuple[tuple[int, str], ...]: ...
    @property
    def branches(self) -> tuple[BranchMark, ...]: ...
    @property
    def forks(self) -> Forks: ...
    @property
    def changed(self) -> int: ...
    @property
    def narrated(self) -> tuple[str, Trainer]: ...
    def ghosts(self) -> tuple[tuple[str, Curves], ...]: ...
    def go_on(self) -> None: ...
    def steps(self, count: int) -> int: ...
    def step_on(self) -> None: ...
    def finish_epoch(self) -> int: ...
    def restart(self) -> None: ...
    def restore(self, beat: int) -> None: ...
    def apply(self, experiment: Experiment) -> str: ...
    def edit(self, edit: Edit) -> str: ...
    def branch_here(self) -> bool: ...
    def switch(self, key: int) -> str: ...


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
