"""A session as one follows it who shows what was done in it: each change is told once, however often he asks.

Of a long session some changes are told at a time, so that a window reads them between two frames. It knows no pipes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.timeline.score import Event, Place, Score, part

if TYPE_CHECKING:
    from hyperscope.lab.timeline.timeline import Timeline

AT_ONCE = 500  # changes told in one answer; they take a window 6 ms to read

Future = tuple[str, int]  # which timeline, and which of its futures


@dataclass(frozen=True, slots=True)
class Heard:
    """So many changes of a future are known already."""

    future: Future = ("", 0)
    events: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """The changes of a session from number `since` on, which stands `here` when all `count` of them are known.

    `known` are the places from which all can be made anew: its start, or, of weights from elsewhere, those where
    training began anew.
    """

    future: Future
    start: Experiment
    since: int
    events: tuple[Event, ...]
    count: int
    end: int
    here: Place
    known: tuple[Place, ...]


def tell(line: Timeline, heard: Heard) -> Told:
    """What is new to somebody who has heard this of a timeline."""
    future, events = (line.name, line.futures), line.present.events
    since = heard.events if heard.future == future and heard.events <= len(events) else 0
    known = (Place(),) if line.whole else tuple(place for place in line.starts if place.events)
    new = tuple(events[since : since + AT_ONCE])
    return Told(future, line.begun_with, since, new, len(events), line.end, line.place, known)


class Followed:
    """What is known of a session; nothing before the first of it was told as a whole."""

    def __init__(self) -> None:
        self._coming: tuple[Future, list[Event]] = ("", 0), []
        self._told: Told | None = None  # the last that made it whole
        self._events: Sequence[Event] = ()

    @property
    def known(self) -> bool:
        """Whether a whole session was told."""
        return self._told is not None

    @property
    def heard(self) -> Heard:
        """What need not be told again."""
        future, events = self._coming
        return Heard(future, len(events))

    def take(self, told: Told) -> bool:
        """Takes in what was told; whether that is all for now."""
        future, events = self._coming
        events = [*(events if told.future == future else ())[: told.since], *told.events]
        if len(events) != told.since + len(told.events):
            return False  # it goes on from what was heard of another future
        self._coming = told.future, events
        if len(events) < told.count:
            return False
        self._told, self._events = told, events
        return True

    def score(self, ticks: int = 0) -> Score | None:
        """What was done from where all is known to where it stands, so many ticks from where it was told to stand.

        None where nothing before that is known.
        """
        told = self._told
        assert told is not None
        here = told.here
        if ticks:
            tick = max(0, here.tick + ticks)
            here = Place(tick, bisect_right(self._events, tick, key=lambda event: event.tick))
        firsts = [place for place in told.known if place.tick <= here.tick and place.events <= here.events]
        if not firsts:
            return None
        whole = Score(told.start, tuple(self._events[: here.events]), here.tick)
        return part(whole, firsts[-1], here) if firsts[-1].events else whole
