"""Branches: futures of a session that were left behind when something else was done at an earlier moment.

A branch is a whole score, or one of each twin, with what helps to reach its moments soon. Where it leaves the present
one is where their changes, or one of them, end to be the same. It knows no trainer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.moves import caption
from hyperscope.lab.timeline.score import Event, Place
from hyperscope.lab.training.curves import Curves

if TYPE_CHECKING:
    from hyperscope.lab.examples.examples import ExampleSet
    from hyperscope.lab.timeline.kept import KeptCheckpoint
    from hyperscope.lab.training.checkpoint import Checkpoint

BRANCHES = 8  # kept; of more the oldest goes
MARKS = 64  # moves shown, about: those closer together than this part of the whole count as one
TRAINED_ON = "trained on"


@dataclass
class Future:
    """All that a session has come to: its changes and end, what stands at which tick, and checkpoints on the way.

    `last` is the checkpoint of its very end, None where nobody has looked; `starts` is where training began anew.
    """

    events: list[Event]
    end: int
    jumps: list[tuple[int, int]]
    marks: list[tuple[Place, str]]
    kept: list[KeptCheckpoint] = field(default_factory=list)
    last: KeptCheckpoint | None = None
    starts: list[Place] = field(default_factory=lambda: [Place()])

    def covers(self, other: Future) -> bool:
        """Whether all of `other` is the beginning of this."""
        same = alike(self.events, other.events)
        return same == len(other.events) and parting(self, other, same).tick == other.end

    def step_at(self, tick: int) -> int:
        """The step that training stood at, 0 before all that is known."""
        return next((step + tick - start for start, step in reversed(self.jumps) if start <= tick), 0)


@dataclass
class BranchPart:
    """A future that one timeline left, and what to call it; its first `same` changes are the present's as well."""

    future: Future
    same: int
    name: str

    def fork(self, present: Future) -> Place:
        """The last moment that it has in common with the present future."""
        return parting(present, self.future, self.same)

    def repeated(self, present: Future) -> bool:
        """Whether the present future has all of it."""
        return self.same == len(self.future.events) and self.fork(present).tick == self.future.end


@dataclass
class Branch:
    """What was left behind at one moment, known by its `key`: a way of each of the timelines that go together."""

    key: int
    name: str
    parts: tuple[BranchPart, ...]

    def covers(self, other: Branch) -> bool:
        """Whether all of `other` is the beginning of this."""
        return all(ours.future.covers(theirs.future) for ours, theirs in zip(self.parts, other.parts, strict=True))


@dataclass(frozen=True, slots=True)
class TimelineState:
    """All that a timeline is when another future is taken up, to be put back: where it stood and what was kept."""

    present: Future
    kept: list[KeptCheckpoint]
    last: KeptCheckpoint | None
    looked: int
    place: Place
    checkpoint: Checkpoint
    examples: ExampleSet


def alike(one: Sequence[Event], other: Sequence[Event]) -> int:
    """How many changes two futures begin with in common."""
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine is not theirs and mine != theirs:
            break
        count += 1
    return count


def parting(one: Future, other: Future, same: int) -> Place:
    """The last moment that two futures have in common, of which the first `same` changes are alike."""
    ticks = (each.events[same].tick if same < len(each.events) else each.end for each in (one, other))
    return Place(min(ticks), same)


def within_reach(future: Future, others: Iterable[tuple[Future, Sequence[KeptCheckpoint]]]) -> list[KeptCheckpoint]:
    """All checkpoints that lie on the way of `future`: its own, and of those made in the others what is shared."""
    found = {kept.place: kept for kept in future.kept}
    for other, kept in others:
        shared = parting(other, future, alike(other.events, future.events))
        found |= {one.place: one for one in kept if one.place.tick <= shared.tick and one.place.events <= shared.events}
    return [found[place] for place in sorted(found)]


def said_of(event: Event, before: Experiment) -> str:
    """What happened, in a few words; `before` is the experiment until then."""
    return "restart" if event.restart else event.edit.caption if event.edit else caption(before, event.experiment)


def marked(
    marks: Sequence[tuple[Place, str]], event: Event, before: Experiment, number: int
) -> list[tuple[Place, str]]:
    """The marks and that of an event, `number` of all; of those close together only the last stays."""
    apart = event.tick / MARKS if len(marks) > 2 * MARKS else 0
    kept = [(Place(event.tick, number), said_of(event, before))]
    for mark in reversed(marks):
        if kept[-1][0].tick - mark[0].tick > apart:
            kept.append(mark)
    return kept[::-1]


def name_of(own: Sequence[Event], other: Sequence[Event], same: int, start: Experiment) -> str:
    """What tells a future from another, of which the first `same` changes are alike: the first difference, in words."""
    before = own[same - 1].experiment if same else start
    mine, theirs = (events[same] if same < len(events) else None for events in (own, other))
    if mine is not None and (theirs is None or mine.tick <= theirs.tick):
        return said_of(mine, before)
    if theirs is not None and theirs.experiment != before:
        return caption(theirs.experiment, before)
    return TRAINED_ON


def name_of_all(names: Sequence[str]) -> str:
    """The name of what twins left together: what both would call it, else with the letter of whose it is."""
    if len(set(names)) == 1:
        return names[0]
    return ", ".join(f"{letter}: {name}" for letter, name in zip("AB", names, strict=True) if name != TRAINED_ON)


def cut(curves: Curves, future: Future, place: Place) -> Curves:
    """A branch's curves from where it leaves the present one, or from what came last before that."""
    first = future.step_at(place.tick)
    # after a restart or a divergence the record begins at an earlier step
    first = min([first, *(step for tick, step in future.jumps if tick > place.tick)])
    rows = slice(max(0, int(np.searchsorted(curves.step, first, side="right")) - 1), None)
    arrays = {one.name: getattr(curves, one.name)[rows] for one in fields(curves) if one.name != "moves"}
    return Curves(**arrays, moves=tuple(move for move in curves.moves if move[0] >= first))
