"""Twins: two timelines in lockstep, which begin alike and take the same number of steps.

A twin that stops, as by a divergence, stands where it fell while the other goes on. Nothing here knows processes; what
is seen of twins is compared in `comparison`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.timeline.branch_mark import BranchMark
from hyperscope.lab.timeline.forks import Forks
from hyperscope.lab.timeline.past import LostPast, recovered
from hyperscope.lab.timeline.score import Place, Score
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.checkpoint import Checkpoint
from hyperscope.lab.training.curves import Curves
from hyperscope.lab.training.trainer import Trainer

Side = Literal["A", "B", "both"]
One = Literal["A", "B"]


@dataclass(frozen=True, slots=True)
class News:
    """What stopped: a sentence or "", whether it is a fault, and whether neither twin goes on."""

    said: str = ""
    alarm: bool = False
    halted: bool = False


class Twins:
    """Timelines `a` and `b` as one: what a timeline does, both do. `trainer` is A's.

    A tick is counted from the common start, so at the same tick both have tried the same number of steps; one that
    stopped stays behind at its own end.

    A branch of the pair is one thing with one name: what both had ahead when something else was done to either, or one
    more step was trained. Switching takes both to its end. What A had left before the twin began is a branch of the
    pair as well: as at any moment before the twin began, both are equal there, and the twins as they were become a
    branch to come back to.
    """

    def __init__(self, a: Timeline, b: Timeline) -> None:
        self.a, self.b = a, b
        self.aim: One = "A"  # the one that is edited by hand and that slow motion tells of
        self._forks = a.forks = b.forks = a.forks.with_twin(b.forks)
        self._told = self._stopped()

    def part(self, keep: One) -> Timeline:
        """One of the two, to go on alone; `rejoin` makes it a pair again."""
        kept = self.a if keep == "A" else self.b
        kept.forks = self._forks.of(kept)
        return kept

    def rejoin(self) -> None:
        """A pair again as it was, after one of the two stood alone and did not move."""
        self._forks.changed = max(self._forks.changed, self.a.changed, self.b.changed) + 1
        self.a.forks = self.b.forks = self._forks
        for _, line in self.both:
            line.store.count(self._forks.futures(line))
        self.aim = "A"

    @property
    def both(self) -> tuple[tuple[One, Timeline], ...]:
        """Each with its letter."""
        return (("A", self.a), ("B", self.b))

    # -- as one timeline ------------------------------------------------------------------------------------------

    @property
    def trainer(self) -> Trainer:
        """A's."""
        return self.a.trainer

    @property
    def score(self) -> Score:
        """A's: what is saved and shared of a session."""
        return self.a.score

    @property
    def leading(self) -> Timeline:
        """The one that has come furthest, A if neither has."""
        return self.b if self.b.place.tick > self.a.place.tick else self.a

    @property
    def place(self) -> Place:
        """Where the one stands that has come furthest."""
        return self.leading.place

    @property
    def ahead(self) -> bool:
        """Whether something that was recorded lies ahead of either."""
        return self.a.ahead or self.b.ahead

    @property
    def end(self) -> int:
        """Ticks recorded, of the longer."""
        return max(self.a.end, self.b.end)

    @property
    def moves(self) -> tuple[tuple[int, str], ...]:
        """(tick, caption) of what was changed in either, with the letter where only one was."""
        ours, theirs = set(self.a.moves), set(self.b.moves)
        found = [(tick, said if (tick, said) in theirs else f"A: {said}") for tick, said in self.a.moves]
        found += [(tick, f"B: {said}") for tick, said in self.b.moves if (tick, said) not in ours]
        return tuple(sorted(found))

    @property
    def branches(self) -> tuple[BranchMark, ...]:
        """The futures that both left behind together: each from where one of them leaves the present one."""
        return self._forks.marks

    @property
    def forks(self) -> Forks:
        """The branches of both."""
        return self._forks

    @property
    def changed(self) -> int:
        """Goes up whenever branches come or go."""
        return self._forks.changed

    @property
    def dropped(self) -> str:
        """The name of the branch given up last, until somebody has said so and set it to ""."""
        return self._forks.dropped

    @dropped.setter
    def dropped(self, name: str) -> None:
        self._forks.dropped = name

    def ghosts(self) -> tuple[tuple[str, Curves], ...]:
        """The curves of the branches, A's and B's, each with letter and name; without those either has repeated."""
        return self._forks.ghosts()

    def branch_here(self) -> bool:
        """Makes what lies ahead of either a branch of both, so that this is the end; says whether anything did."""
        return self._forks.leave()

    def switch(self, key: int) -> str:
        """Both go to their ends of a branch; the present futures become one. Its name.

        Raises: ValueError, with everything as it was, for a key that is none, or data that cannot be had.
        """
        name = self._forks.switch(key)
        self._told = self._stopped()
        return name

    @property
    def narrated(self) -> tuple[str, Trainer]:
        """The one that slow motion tells of, and its trainer: the one aimed at, or the other where that has stopped."""
        ours, other = (self.b, self.a) if self.aim == "B" else (self.a, self.b)
        if ours.trainer.alarm and not other.trainer.alarm:
            ours = other
        return "B" if ours is self.b else "A", ours.trainer

    def step_on(self) -> None:
        """One step on in both: that recorded if it lies ahead, so that nothing is left behind by it, else a new one.

        One that has come to its end earlier stays there, as when going to a later tick.
        """
        if any(line.recorded for _, line in self.both) and all(
            line.recorded or not line.ahead for _, line in self.both
        ):
            for _, line in self.both:
                if line.recorded:
                    line.step_on()
        else:
            self.steps(1)

    def steps(self, count: int) -> int:
        """Each takes `count` steps unless it stops; returns the most that either took."""
        return max(line.steps(count) for _, line in self.both)

    def left_in_epoch(self) -> int:
        """Steps to the end of A's epoch, or of B's if A has stopped."""
        return (self.b if self.a.trainer.alarm else self.a).left_in_epoch()

    def finish_epoch(self) -> int:
        """To the end of A's epoch, or of B's if A has stopped; the other takes as many steps."""
        return self.steps(self.left_in_epoch())

    def go_on(self) -> None:
        """Allows further steps where neither could go on; one that stopped alone stands until something is changed."""
        if all(line.trainer.alarm for _, line in self.both):
            for _, line in self.both:
                line.trainer.go_on()
        self._told = self._stopped()

    def restart(self) -> None:
        """Both go back to their start."""
        for _, line in self.both:
            line.restart()
        self._told = self._stopped()

    def restore(self, tick: int) -> None:
        """Both go to `tick`, or to their end where that came earlier.

        Raises: ValueError, with both where they were, when data cannot be had.
        """
        was = self.a.place
        self.a.restore(min(tick, self.a.end))
        try:
            self.b.restore(min(tick, self.b.end))
        except ValueError:
            self.a.restore(was.tick)
            raise
        self._told = self._stopped()

    def return_to(self, a: Place, b: Place) -> None:
        """Both go to places of their scores. Raises: ValueError, with both where they were, for data not to be had."""
        was = self.a.place
        self.a.return_to(a)
        try:
            self.b.return_to(b)
        except ValueError:
            self.a.return_to(was)
            raise
        self._told = self._stopped()

    def apply(self, experiment: Experiment, gesture: int = 0) -> str:
        """A takes it on; B keeps its own. Raises: ValueError, with nothing changed, when its data cannot be had."""
        said, refused = self.apply_each(experiment, self.b.trainer.experiment, gesture)
        if refused:
            raise ValueError(refused)
        return said

    def edit(self, edit: Edit) -> str:
        """`Timeline.edit` of the one that is aimed at. Raises: ValueError, with nothing changed, saying why not."""
        return (self.b if self.aim == "B" else self.a).edit(edit)

    # -- apart ----------------------------------------------------------------------------------------------------

    def apply_each(self, a: Experiment, b: Experiment, gesture: int = 0) -> tuple[str, str]:
        """Each takes on its experiment; returns what was kept and rebuilt, with the letter where only one was moved,
        and why one was refused, or "" twice.
        """
        said: dict[str, str] = {}
        refused, branches = "", self._forks.keys
        for (letter, line), experiment in zip(self.both, (a, b), strict=True):
            try:
                if words := line.apply(experiment, gesture):
                    said[letter] = words
            except ValueError as problem:
                refused = f"{letter}: {problem}"
        self._forks.name_anew(branches)
        self._told = self._stopped()
        if len(set(said.values())) == 1 and len(said) == 2:
            return f"Both: {said['A']}", refused
        return " ".join(f"{letter}: {words}" for letter, words in said.items()), refused

    def news(self) -> News:
        """What has stopped since this was last asked, or anything was done."""
        now = self._stopped()
        new = [letter for letter, said in now.items() if said and said != self._told.get(letter)]
        self._told = now
        halted = all(now.values())
        said = " ".join(f"{letter}: {now[letter]}" for letter in new)
        if new and not halted:
            said += f" {'B' if new[0] == 'A' else 'A'} goes on."
        alarm = any(not line.trainer.stopped_early for letter, line in self.both if letter in new)
        return News(said, alarm, halted)

    def _stopped(self) -> dict[str, str]:
        return {letter: line.trainer.alarm for letter, line in self.both}


def begin(line: Timeline, checkpoint: Checkpoint | None = None, past: LostPast | None = None) -> Twins:
    """A pair of `line` and a twin: its exact copy, or at `checkpoint`, with its `past` if that is known."""
    if checkpoint is None:
        return Twins(line, line.copied())
    trainer = Trainer(checkpoint.experiment)
    trainer.restore(checkpoint)
    return Twins(line, recovered(trainer, past))


class PartedTwins:
    """A pair that was ended, kept for an undo as long as the one that stayed has not moved."""

    def __init__(self, twins: Twins, stayed: Timeline) -> None:
        self._twins, self._stayed, self._at = twins, stayed, self._mark(stayed)

    def again(self, line: Timeline, wanted: Sequence[Experiment]) -> Twins | None:
        """The pair, if `line` stands where it was left and both have the experiments `wanted`."""
        experiments = [one.trainer.experiment for _, one in self._twins.both]
        if self.holds(line) and experiments == list(wanted):
            self._twins.rejoin()
            return self._twins
        return None

    def holds(self, line: Timeline) -> bool:
        """Whether `line` stands where it was left."""
        return line is self._stayed and self._mark(line) == self._at

    @property
    def lines(self) -> tuple[Timeline, Timeline]:
        """A's and B's."""
        return self._twins.a, self._twins.b

    @staticmethod
    def _mark(line: Timeline) -> tuple[object, ...]:
        return line.place, line.end, line.futures, line.trainer.step
