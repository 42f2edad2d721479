"""The moments that an undo comes back to: where timelines stood before a move that made other networks of theirs.

It restores nothing itself; it knows what was noted and whether that still lies on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hyperscope.lab.timeline.score import Event, Place
from hyperscope.lab.timeline.timeline import Timeline


@dataclass(frozen=True, slots=True)
class _Before:
    """Where a timeline stood, with what was done there, None for nothing; that tells whether it is still its past."""

    line: Timeline
    place: Place
    done: Event | None

    def holds(self, line: Timeline) -> bool:
        events, (tick, number) = line.present.events, self.place
        if line is not self.line or tick > line.end or number > len(events):
            return False
        return self.done is None or (number < len(events) and events[number] is self.done)


@dataclass(frozen=True, slots=True)
class _After:
    """Where a timeline stood when a move was taken back, which holds as long as nothing else was done."""

    line: Timeline
    place: Place
    futures: int

    def holds(self, line: Timeline) -> bool:
        return line is self.line and line.futures == self.futures and self.place.tick <= line.end


class Moments:
    """By the numbers of moves: those before them, and those at which they were taken back."""

    def __init__(self) -> None:
        self._before: dict[int, tuple[_Before, ...]] = {}
        self._after: dict[int, tuple[_After, ...]] = {}
        self._standing: list[tuple[Timeline, Place, object]] = []
        self._known: list[Timeline] = []

    def about_to_move(self, lines: Sequence[Timeline], known: Sequence[Timeline] = ()) -> None:
        """Notes where all stand. What lies on a timeline that is none of them, nor else `known`, is forgotten, or its
        checkpoints would be kept for as long as the program runs.
        """
        self._standing = [(line, line.place, line.trainer.learner) for line in lines]
        now = [*lines, *known]
        if [id(line) for line in now] != [id(line) for line in self._known]:
            self._known, there = now, {id(line) for line in now}
            self._before = {mark: found for mark, found in self._before.items() if _within(found, there)}
            self._after = {mark: found for mark, found in self._after.items() if _within(found, there)}

    def moved(self, mark: int, *, anew: bool) -> None:
        """Keeps that as the moment before a move, if it made another network of any, or is to start `anew`: a whole
        drag has one.
        """
        made = anew or any(line.trainer.learner is not learner for line, _, learner in self._standing)
        if not mark or not made or mark in self._before:
            return
        found = []
        for line, place, _ in self._standing:
            events = line.present.events
            done = events[place.events] if place.events < len(events) else None
            found.append(_Before(line, place, done))
        self._before[mark] = tuple(found)

    def before(self, mark: int, lines: Sequence[Timeline]) -> tuple[Place, ...]:
        """Where the timelines stood before a move, () where it made no other network or that is no more their past."""
        return _places(self._before.get(mark, ()), lines)

    def taken_back(self, mark: int, lines: Sequence[Timeline]) -> None:
        """Notes where a move was taken back."""
        self._after[mark] = tuple(_After(line, line.place, line.futures) for line in lines)

    def after(self, mark: int, lines: Sequence[Timeline]) -> tuple[Place, ...]:
        """Where it was taken back, () where something else was done since."""
        return _places(self._after.get(mark, ()), lines)


def _within(found: Sequence[_Before | _After], lines: set[int]) -> bool:
    return all(id(one.line) in lines for one in found)


def _places(found: Sequence[_Before | _After], lines: Sequence[Timeline]) -> tuple[Place, ...]:
    if len(found) != len(lines) or not all(one.holds(line) for one, line in zip(found, lines, strict=True)):
        return ()
    return tuple(one.place for one in found)
