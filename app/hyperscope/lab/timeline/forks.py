"""Forks: the futures that a timeline, or the two of twins together, left behind, and going over to one of them.

A branch of twins is one thing with one name: it was left by both at the same moment, and both go back to it. It knows
no moves of the window; what is in a branch is for `branches` to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from hyperscope.lab.timeline.branches import (
    BRANCHES,
    Branch,
    BranchPart,
    Future,
    alike,
    cut,
    name_of,
    name_of_all,
    parting,
)
from hyperscope.lab.training.history import History

if TYPE_CHECKING:
    from hyperscope.lab.timeline.branch_mark import BranchMark
    from hyperscope.lab.timeline.branches import TimelineState
    from hyperscope.lab.timeline.checkpoints import Checkpoints
    from hyperscope.lab.timeline.kept import KeptCheckpoint
    from hyperscope.lab.timeline.score import Event, Place, Score
    from hyperscope.lab.training.curves import Curves
    from hyperscope.lab.training.trainer import Trainer


class Forking(Protocol):
    """A timeline, as far as its branches need it; see `timeline`."""

    trainer: Trainer
    store: Checkpoints
    futures: int
    place: Place

    @property
    def ahead(self) -> bool: ...
    @property
    def present(self) -> Future: ...
    @property
    def score(self) -> Score: ...
    def end_here(self, step: int) -> None: ...
    def stand(self) -> TimelineState: ...
    def restore_state(self, stand: TimelineState) -> None: ...
    def go_over(self, future: Future) -> None: ...


@dataclass(frozen=True, slots=True)
class LeftFuture:
    """What one timeline leaves for `other` changes at `fork`, with the checkpoints of it that come after."""

    future: Future
    kept: list[KeptCheckpoint]
    last: KeptCheckpoint | None
    other: Sequence[Event]
    fork: Place


class Forks:
    """The branches of one timeline, or of twins' A and B, which leave and take up futures at the same time."""

    def __init__(self, lines: Sequence[Forking], branches: Sequence[Branch] = (), keys: int = 0) -> None:
        self._lines = tuple(lines)
        self._branches = list(branches)
        self._keys = keys  # branches there were
        self._repeated = 0  # ways of branches that the present future has all of
        self.changed = 0  # goes up whenever branches come, go or are switched
        self.switched = 0  # goes up whenever a branch is taken up
        self.dropped = ""  # the name of the branch given up last, until somebody has said so

    # -- what is there --------------------------------------------------------------------------------------------

    @property
    def marks(self) -> tuple[BranchMark, ...]:
        """Each branch, the oldest first: from where on it differs from the present future, and its end."""
        from hyperscope.lab.timeline.branch_mark import BranchMark

        marks = []
        for branch in self._branches:
            parts = list(self._with_presents(branch))
            forks = [part.fork(present).tick for part, present in parts]
            apart = [tick for tick, (part, present) in zip(forks, parts, strict=True) if not part.repeated(present)]
            marks.append(BranchMark(branch.key, branch.name, min(apart or forks), max(w.future.end for w, _ in parts)))
        return tuple(marks)

    def ghosts(self) -> tuple[tuple[str, Curves], ...]:
        """The curves of the branches, from where each leaves the present future, with its name; of what twins left
        A's and B's, each with its letter, unless the present future has all of it.
        """
        found = []
        for branch in self._branches:
            for letter, (part, present) in zip("AB", self._with_presents(branch), strict=False):
                last = part.future.last or next(reversed(part.future.kept), None)
                if last is None or (len(self._lines) > 1 and part.repeated(present)):
                    continue
                curves = History.from_state(last.record).curves(last.checkpoint.marks, early=True)
                name = part.name if len(self._lines) == 1 else f"{letter}: {part.name}"
                found.append((name, cut(curves, part.future, part.fork(present))))
        return tuple(found)

    def parts(self, line: Forking) -> list[BranchPart]:
        """What a timeline left, one of each branch."""
        number = self._lines.index(line)
        return [branch.parts[number] for branch in self._branches]

    def futures(self, line: Forking) -> list[Future]:
        """The futures that a timeline left."""
        return [part.future for part in self.parts(line)]

    def _with_presents(self, branch: Branch) -> Iterator[tuple[BranchPart, Future]]:
        return zip(branch.parts, (line.present for line in self._lines), strict=True)

    # -- leaving --------------------------------------------------------------------------------------------------

    def leave(self, by: Forking | None = None, coming: Event | None = None, step: int | None = None) -> bool:
        """What lies ahead of any of the timelines becomes a branch, of all; says whether anything lay ahead.

        It is left for what is `coming` to the timeline `by`, whose trainer was at `step` before that.
        """
        if not any(line.ahead for line in self._lines):
            return False
        left = []
        for line in self._lines:
            other = line.present.events[: line.place.events]
            other += [coming] if line is by and coming is not None else []
            left.append(LeftFuture(line.present, line.store.beyond(line.place), line.store.last, other, line.place))
        self._set_aside(left)
        for line in self._lines:
            if line.ahead:
                line.end_here(step if line is by and step is not None else line.trainer.step)
        self._make_room()
        return True

    def name_anew(self, keys: int) -> None:
        """Names the newest branch again if there were only `keys` before: both twins were moved by now."""
        if self._keys > keys and self._branches:
            newest = self._branches[-1]
            for line, part in zip(self._lines, newest.parts, strict=True):
                present = line.present.events
                part.name = name_of(part.future.events, present, part.same, line.score.start)
            newest.name = name_of_all([part.name for part in newest.parts])

    @property
    def keys(self) -> int:
        """How many branches there were so far."""
        return self._keys

    def _set_aside(self, left: Sequence[LeftFuture]) -> None:
        """Makes a branch of the futures left, unless nothing was trained in them."""
        self.changed += 1
        if all(one.future.end <= one.fork.tick for one in left):
            return
        parts = tuple(_part(line, one) for line, one in zip(self._lines, left, strict=True))
        branch = Branch(self._keys + 1, name_of_all([part.name for part in parts]), parts)
        if any(other.covers(branch) for other in self._branches):
            return
        self._branches = [other for other in self._branches if not branch.covers(other)]
        self._keys += 1
        self._branches.append(branch)
        if len(self._branches) > BRANCHES:
            self.dropped = self._branches.pop(0).name

    def forget_repeated(self) -> None:
        """Forgets branches all of which the present future has repeated."""
        if not self._branches:
            return
        repeated = [[part.repeated(present) for part, present in self._with_presents(one)] for one in self._branches]
        left = [branch for branch, parts in zip(self._branches, repeated, strict=True) if not all(parts)]
        count = sum(map(sum, repeated))
        if len(left) < len(self._branches) or count != self._repeated:
            self.changed += 1
        self._repeated = count
        if len(left) < len(self._branches):
            self._branches = left
            for line in self._lines:
                line.store.count(self.futures(line))

    def _make_room(self) -> None:
        for line in self._lines:
            line.store.count(self.futures(line))
            line.store.make_room(self.futures(line))

    # -- going over -----------------------------------------------------------------------------------------------

    def switch(self, key: int) -> str:
        """All go to the end of a branch, which becomes the present future, and the present one a branch; its name.

        Raises: ValueError, with everything as it was, for a key that is none, or data that cannot be had.
        """
        chosen = next((branch for branch in self._branches if branch.key == key), None)
        if chosen is None:
            raise ValueError(f"branch is {key}; there is none of that number")
        states = [line.stand() for line in self._lines]
        chosen_parts = zip(states, chosen.parts, strict=True)
        forks = [parting(stand.present, part.future, part.same) for stand, part in chosen_parts]
        try:
            for line, part in zip(self._lines, chosen.parts, strict=True):
                line.go_over(part.future)
        except ValueError:
            for line, stand in zip(self._lines, states, strict=True):
                line.restore_state(stand)
                line.store.count(self.futures(line))
            raise
        left = []
        for line, stand, fork in zip(self._lines, states, forks, strict=True):
            beyond = [
                one for one in stand.kept if not (one.place.tick <= fork.tick and one.place.events <= fork.events)
            ]
            left.append(LeftFuture(stand.present, beyond, stand.last, line.present.events, fork))
            line.futures += not (line.present.covers(stand.present) and stand.present.covers(line.present))
        self._branches.remove(chosen)
        self._set_aside(left)
        for line in self._lines:
            for part in self.parts(line):
                part.same = alike(line.present.events, part.future.events)
        self.changed += 1
        self.switched += 1
        self.forget_repeated()
        self._make_room()
        return chosen.name

    # -- twins ----------------------------------------------------------------------------------------------------

    def of(self, line: Forking) -> Forks:
        """A timeline's part, for going on alone: without what it has repeated and what is in another branch."""
        number = self._lines.index(line)
        alone = Forks((line,), keys=self._keys)
        alone.changed, alone.switched, alone.dropped = self.changed, self.switched, self.dropped
        for branch in self._branches:
            part = replace(branch.parts[number])
            one = Branch(branch.key, part.name, (part,))
            if part.repeated(line.present) or any(other.covers(one) for other in alone._branches):
                continue
            alone._branches = [*(other for other in alone._branches if not one.covers(other)), one]
        line.store.count(alone.futures(line))
        return alone

    def moved_to(self, line: Forking, futures: Sequence[Future]) -> Forks:
        """One timeline's, as that of its copy, which has copies of the `futures`."""
        branches = [
            Branch(branch.key, branch.name, (replace(branch.parts[0], future=future),))
            for branch, future in zip(self._branches, futures, strict=True)
        ]
        return Forks((line,), branches, self._keys)

    def with_twin(self, other: Forks) -> Forks:
        """This timeline's and its twin's as one. Where only this one left a future, the twin stays as it is."""
        a, b = self._lines[0], other._lines[0]
        theirs = {branch.key: branch.parts[0] for branch in other._branches}
        branches = []
        for branch in self._branches:
            its = theirs.get(branch.key) or _part(b, LeftFuture(b.present, [], None, b.present.events, b.place))
            branches.append(Branch(branch.key, branch.name, (branch.parts[0], its)))
        both = Forks((a, b), branches, max(self._keys, other._keys))
        both.changed, both.switched, both.dropped = self.changed + 1, self.switched, self.dropped
        return both


def _part(line: Forking, left: LeftFuture) -> BranchPart:
    """A copy of what a timeline leaves, with as many checkpoints as there is room for."""
    store, future, kept = line.store, left.future, left.kept
    thin = max(1, -(-len(kept) // max(1, store.most // BRANCHES)))
    aside = Future(
        list(future.events),
        future.end,
        list(future.jumps),
        list(future.marks),
        kept[::-thin][::-1],
        left.last,
        list(future.starts),
    )
    return BranchPart(aside, left.fork.events, name_of(aside.events, left.other, left.fork.events, line.score.start))
