"""The checkpoints of a timeline, in bounded memory: of each stretch of ticks the first, and the end's.

They share the rows of the history, which would otherwise be most of them. Those of futures left behind are counted
here too, and thinned when there is no more room. It knows no scores: what lies where is for the timeline to say.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from hyperscope.lab.timeline.branches import Future
from hyperscope.lab.timeline.kept import HistoryRows, KeptCheckpoint, taken
from hyperscope.lab.timeline.score import Place

if TYPE_CHECKING:
    from hyperscope.lab.training.trainer import Trainer

EVENT = 32  # ticks that playing back an event takes the time of, about


class Checkpoints:
    """At most `most`, of at most `limit` bytes together with those of the futures left `aside`, which a caller names.

    `kept` are in the order of their places; `last` is the end's, from when it was left until training goes on.
    """

    def __init__(self, most: int, limit: int) -> None:
        self.most, self.limit = most, limit
        self.spacing = 1  # ticks, or what takes as long; of each such stretch only the first checkpoint is kept
        self.kept: list[KeptCheckpoint] = []
        self.last: KeptCheckpoint | None = None
        self.looked = -1  # how far the last checkpoint was, if only for a moment
        self.held = 0  # `size`, which takes too long to add up for each checkpoint: it was 3 % of training

    def size(self, aside: Sequence[Future]) -> int:
        """Bytes of all. The record they share counts once."""
        ends = [kept for kept in (self.last, *(future.last for future in aside)) if kept is not None]
        every = [*self.kept, *ends, *(kept for future in aside for kept in future.kept)]
        rows = {id(kept.history.rows): kept.history.rows for kept in every}
        return sum(one.size for one in rows.values()) + sum(kept.own for kept in every)

    def nearest(self, there: Place) -> KeptCheckpoint | None:
        """The one at a place, else the last before it."""
        near = [kept for kept in self.kept if kept.place <= there]
        if self.last is not None and self.last.place == there:
            near.append(self.last)
        return near[-1] if near else None

    def note(self, place: Place, trainer: Trainer, aside: Sequence[Future]) -> None:
        """Keeps one of `place`, the furthest so far, if its stretch of ticks has none yet, and makes room for it."""
        if far(place) // self.spacing <= self.looked // self.spacing:
            return
        self.looked = far(place)
        self.keep(place, trainer, aside)

    def keep(self, place: Place, trainer: Trainer, aside: Sequence[Future]) -> None:
        """Keeps one of `place`, where the trainer stands, if its stretch has none, and makes room for it."""
        at = bisect_right(self.kept, place, key=lambda kept: kept.place)
        if at and far(self.kept[at - 1].place) // self.spacing == far(place) // self.spacing:
            return
        last = self.kept[at - 1].history.rows if at else None
        before = last.size if last is not None else 0
        self.kept.insert(at, taken(place, trainer, last))
        rows = self.kept[at].history.rows
        self.held += self.kept[at].own + rows.size - (before if rows is last else 0)
        self.make_room(aside)

    def keep_end(self, place: Place, trainer: Trainer, aside: Sequence[Future]) -> None:
        """Keeps the end as it is, unless it is kept already, to come back to at once and to draw it as a branch."""
        if self.last is None:
            self.last = taken(place, trainer, self.kept[-1].history.rows if self.kept else None)
            self.count(aside)
            self.make_room(aside)

    def forget_end(self, aside: Sequence[Future]) -> None:
        """Training goes on from there."""
        if self.last is not None:
            self.last = None
            self.count(aside)

    def cut(self, place: Place) -> None:
        """Forgets what is not on the way to `place`, and the end."""
        self.last = None
        self.kept = [kept for kept in self.kept if _before(kept, place)]
        self.looked = min(self.looked, far(place))

    def beyond(self, place: Place) -> list[KeptCheckpoint]:
        """Those that are not on the way to `place`."""
        return [kept for kept in self.kept if not _before(kept, place)]

    def copied(self, aside: Sequence[Future]) -> tuple[Checkpoints, list[Future]]:
        """The same, to go on apart, and the futures left aside with it; without the end's."""
        rows: dict[int, HistoryRows] = {}

        def apart(kept: KeptCheckpoint) -> KeptCheckpoint:
            own = rows.setdefault(id(kept.history.rows), HistoryRows(kept.history.rows.arrays))
            return replace(kept, history=replace(kept.history, rows=own))

        other = copy(self)
        other.kept, other.last = [apart(kept) for kept in self.kept], None
        futures = [
            replace(one, kept=[apart(kept) for kept in one.kept], last=one.last and apart(one.last)) for one in aside
        ]
        other.count(futures)
        return other, futures

    def count(self, aside: Sequence[Future]) -> None:
        """Adds up what is held, after more came or went than one."""
        self.held = self.size(aside)

    def make_room(self, aside: Sequence[Future]) -> None:
        """Thins what is kept, that of the largest future left aside first if it is much, until all has room."""
        while self.kept and (len(self.kept) > self.most or self.held > self.limit):
            largest = max(aside, key=lambda one: len(one.kept), default=None)
            if len(self.kept) <= self.most and largest is not None and len(largest.kept) > len(self.kept) // 2:
                largest.kept = largest.kept[1::2]
            else:
                self._thin()
            self.count(aside)
        if self.held > self.limit:
            for future in aside:
                future.kept, future.last = [], None
            self.last, self.held = None, 0

    def _thin(self) -> None:
        self.spacing *= 2
        first: dict[int, KeptCheckpoint] = {}
        for kept in self.kept:
            first.setdefault(far(kept.place) // self.spacing, kept)
        # one that is too large alone goes as well: the start can always be made anew
        self.kept = list(first.values()) if len(self.kept) > 1 else []


def far(place: Place) -> int:
    """How long it takes to play back from the start to a place, in ticks."""
    return place.tick + EVENT * place.events


def _before(kept: KeptCheckpoint, place: Place) -> bool:
    return kept.place.tick <= place.tick and kept.place.events <= place.events
