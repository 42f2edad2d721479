"""The past of a session as it goes through the pipe: the worker tells what was done, piece by piece, and the window's
process keeps it, so that a worker that takes a lost one's place knows all of it and not its last checkpoint alone.

Changes are told as they are written, a few numbers each; of a long past some at a time, so that training does not wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from hyperscope.lab.timeline.timeline import Timeline
    from hyperscope.lab.training.trainer import Trainer

AT_ONCE = 500  # changes told with one checkpoint; those of painting take half a millisecond each


@dataclass(frozen=True, slots=True)
class Past:
    """What a worker tells of timeline number `line` with a checkpoint of it: the changes from number `since` on."""

    line: int
    since: int
    events: tuple[Any, ...]  # as a score has them in JSON
    head: Any  # the experiment at the start, likewise, and the version
    end: int
    jumps: tuple[tuple[int, int], ...]
    place: tuple[int, int]  # where the trainer stands, see `score.Place`
    complete: bool  # there are no further changes to tell
    starts: tuple[tuple[int, int], ...]  # the places where training began anew


@dataclass(frozen=True, slots=True)
class LostPast:
    """The past of a timeline whose worker was lost: its score as JSON, and where its last checkpoint stands in it."""

    score: bytes
    jumps: tuple[tuple[int, int], ...]
    place: tuple[int, int]
    starts: tuple[tuple[int, int], ...]


def recovered(trainer: Trainer, lost: LostPast | None) -> Timeline:
    """The timeline of a trainer put to a lost worker's last checkpoint; it begins there if no more is known."""
    from hyperscope.lab.timeline.score import Place, from_json
    from hyperscope.lab.timeline.timeline import Timeline

    if lost is None:
        return Timeline(trainer)
    starts = tuple(Place(*start) for start in lost.starts)
    return Timeline(trainer, from_json(lost.score), lost.jumps, here=Place(*lost.place), starts=starts)


# -- the worker's side --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Told:
    line: Timeline
    number: int
    futures: int
    count: int = 0


class PastSender:
    """Tells the pasts of timelines, each change once."""

    def __init__(self) -> None:
        self._told: list[_Told] = []
        self._numbers = 0

    def tell(self, lines: Sequence[Timeline]) -> tuple[Past | None, ...]:
        """What is new of each timeline, None of one whose beginning is not known."""
        told = []
        for line in lines:
            found = next((one for one in self._told if one.line is line and one.futures == line.futures), None)
            if found is None:
                self._numbers += 1
                found = _Told(line, self._numbers, line.futures)
            told.append(found)
        self._told = told
        return tuple(_past(one) if one.line.whole else None for one in told)


def _past(told: _Told) -> Past:
    from hyperscope.lab.timeline.score import head, written

    line, since = told.line, told.count
    score = line.score
    events = score.events[since : since + AT_ONCE]
    last = score.events[since - 1].experiment if since else score.start
    told.count += len(events)
    complete = told.count == len(score.events)
    what = tuple(written(last, events))
    return Past(told.number, since, what, head(score), score.end, line.jumps, line.place, complete, line.starts)


# -- the window's side --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Kept:
    newest: Past
    events: list[Any] = field(default_factory=list)


class PastReceiver:
    """What is known of the timelines in the worker: of A's, or the only one's, and of B's."""

    def __init__(self) -> None:
        self._kept: dict[int, _Kept] = {}
        self._order: tuple[int | None, ...] = ()  # the numbers of A's and B's with the checkpoints in use

    def on_reply(self, pasts: Sequence[Past | None], *, in_use: bool) -> None:
        """Takes in what the worker told with its checkpoints, which the session uses from now on or does not."""
        kept: dict[int, _Kept] = {}
        for past in pasts:
            if past is None:
                continue
            known = self._kept.get(past.line) if past.since else _Kept(past)
            if known is not None and len(known.events) == past.since:
                known.newest = past
                known.events += past.events
                kept[past.line] = known
        self._kept = kept
        self._order = tuple(past.line if past is not None else None for past in pasts) if in_use else ()

    def keep_b(self) -> None:
        """B goes on alone."""
        self._order = self._order[1:]

    def lost(self, count: int) -> list[LostPast | None]:
        """The pasts of A, or of A and B, up to the checkpoints in use; None of each if not all of all are known."""
        known = [self._lost(line) for line in self._order[:count]]
        return known if len(known) == count and None not in known else [None] * count

    def _lost(self, line: int | None) -> LostPast | None:
        known = self._kept.get(line) if line is not None else None
        if known is None or not known.newest.complete:
            return None
        tree = known.newest.head | {"events": known.events, "end": known.newest.end}
        return LostPast(msgspec.json.encode(tree), known.newest.jumps, known.newest.place, known.newest.starts)
