"""The timeline: a live trainer with its score, and checkpoints in bounded memory from which any beat is soon reached.

Whoever trains through it can go back to any moment, and on from there. It knows no processes and no clocks.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.checkpoint import Checkpoint
from hyperscope.lab.edits import Edit
from hyperscope.lab.experiment import Experiment
from hyperscope.lab.history import RIVERS
from hyperscope.lab.moves import caption
from hyperscope.lab.score import Event, Place, Score, play, tried
from hyperscope.lab.trainer import Trainer

MOST = 512  # checkpoints: of 100 000 beats one in 256 has one then
LIMIT = 1 << 27  # bytes of all checkpoints
EVENT = 32  # beats that playing back an event takes the time of, about
BURST = 512  # steps at most without a look whether a checkpoint is due
STRIDE = 128  # beats played back in one piece
MARKS = 64  # moves shown, about: those closer together than this part of the whole count as one
OVERHEAD = 2048  # bytes of a checkpoint besides its arrays, about
ROWS = ("step", "epoch", "loss_sum", "losses", "measures", *RIVERS)  # of a history's state; the rest is scalars


@dataclass
class _Rows:
    """A history's rows as far as they have come; histories that begin alike share them."""

    arrays: dict[str, Array]  # by name, rows along the first axis

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(array.nbytes for array in self.arrays.values())


@dataclass(frozen=True, slots=True)
class _History:
    """The first `count` rows of `rows`, and what belongs to no row."""

    rows: _Rows
    count: int
    rest: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Kept:
    place: Place
    checkpoint: Checkpoint  # its history is left empty and stands in the next field
    history: _History
    own: int  # bytes


class Timeline:
    """A session: `trainer` standing where `score` ends, with the `jumps` known from before.

    A trainer that does not stand at the end of the score stands `here`.
    Without a score the session begins with the trainer as it stands, and nothing before that is known.
    Steps and changes must go through here. At most `most` checkpoints of at most `limit` bytes together are kept.
    """

    def __init__(
        self,
        trainer: Trainer,
        score: Score | None = None,
        jumps: tuple[tuple[int, int], ...] = (),
        *,
        here: Place | None = None,
        most: int = MOST,
        limit: int = LIMIT,
    ) -> None:
        self.trainer = trainer
        self.most, self.limit = most, limit
        # what the score cannot make anew
        self._origin = trainer.checkpoint() if score is None and trainer.step else None
        score = score or Score(trainer.experiment)
        self.place = score.place() if here is None else here  # where the trainer stands
        self.spacing = 1  # beats, or what takes as long; of each such stretch only the first checkpoint is kept
        self._start, self._events, self._end = score.start, list(score.events), score.end
        self._jumps = list(jumps) or [(self.place.beat, trainer.step)]
        self._kept: list[_Kept] = []  # in the order of their places
        self._held = 0  # `size`, which takes too long to add up for each checkpoint: it was 3 % of training
        self._marks: list[tuple[Place, str]] = []
        for number, event in enumerate(self._events, 1):
            self._mark(event, score.events[number - 2].experiment if number > 1 else score.start, number)
        self._looked = -1  # how far the last checkpoint was, if only for a moment
        self._note()

    # -- what is there --------------------------------------------------------------------------------------------

    @property
    def score(self) -> Score:
        """All that was recorded, also what lies ahead after going back."""
        return Score(self._start, tuple(self._events), self._end)

    @property
    def jumps(self) -> tuple[tuple[int, int], ...]:
        """(beat, step) where steps begin, and wherever they did not follow on: restarts, divergences, early stops."""
        return tuple(self._jumps)

    def step_at(self, beat: int) -> int | None:
        """The step that training stood at, None before all that is known."""
        return next((step + beat - start for start, step in reversed(self._jumps) if start <= beat), None)

    def beat_of(self, step: int) -> int | None:
        """The last beat so far at which training stood at `step`, None if there is none since the first known jump."""
        until = self._end
        for beat, first in reversed(self._jumps):
            if first <= step <= first + until - beat:
                return beat + step - first
            until = min(until, beat - 1)
        return None

    @property
    def ahead(self) -> bool:
        """Whether something that was recorded lies ahead, which going on from here forgets."""
        return self.place != (self._end, len(self._events))

    @property
    def end(self) -> int:
        """Beats recorded, also those that lie ahead."""
        return self._end

    @property
    def moves(self) -> tuple[tuple[int, str], ...]:
        """(beat, caption) of what was changed, in order; of changes close together the last."""
        return tuple((place.beat, said) for place, said in self._marks)

    @property
    def checkpoints(self) -> tuple[Place, ...]:
        """The places that have one, in order."""
        return tuple(kept.place for kept in self._kept)

    @property
    def size(self) -> int:
        """Bytes, which the checkpoints do not exceed. The record they share counts once."""
        rows = {id(kept.history.rows): kept.history.rows for kept in self._kept}
        return sum(one.size for one in rows.values()) + sum(kept.own for kept in self._kept)

    def copied(self) -> Timeline:
        """Another timeline that knows the same, with a trainer of its own that stands where this one's stands."""
        trainer, old = Trainer(self.trainer.experiment, self.trainer.examples, self.trainer.given_order), self.trainer
        trainer.restore(old.checkpoint())
        trainer.alarm, trainer.stopped_early = old.alarm, old.stopped_early
        trainer.last_batch, trainer.structure = old.last_batch, old.structure
        other = copy(self)
        other.trainer = trainer
        other._events, other._jumps, other._marks = list(self._events), list(self._jumps), list(self._marks)
        rows = {id(kept.history.rows): _Rows(kept.history.rows.arrays) for kept in self._kept}  # they go on apart
        other._kept = [
            replace(kept, history=replace(kept.history, rows=rows[id(kept.history.rows)])) for kept in self._kept
        ]
        return other

    # -- going on -------------------------------------------------------------------------------------------------

    def go_on(self) -> None:
        """`Trainer.go_on`: allows further steps after training stopped itself."""
        self.trainer.go_on()

    def steps(self, count: int) -> int:
        """`Trainer.steps`, recorded. After going back, what lay ahead is forgotten with the first step."""
        trainer = self.trainer
        begun = count
        losses: list[Array] = [np.zeros(0)]
        while count > 0 and not trainer.alarm:
            before = trainer.step
            self._forget_ahead(before)
            beats = tried(trainer, min(count, BURST))
            if not beats:
                break
            losses.append(trainer.batch_losses)
            count -= len(trainer.batch_losses)
            self._went_to(Place(self.place.beat + beats, self.place.events), before + beats)
        trainer.batch_losses = np.concatenate(losses)
        return begun - count

    def finish_epoch(self) -> int:
        """`Trainer.finish_epoch`, recorded. After going back, what lay ahead is forgotten."""
        trainer = self.trainer
        return self.steps(math.ceil((trainer.training_examples - trainer.position.used) / trainer.batch_size))

    def apply(self, experiment: Experiment) -> str:
        """`Trainer.apply`, recorded. After going back, what lay ahead is forgotten, unless nothing is changed.

        Raises: ValueError, with nothing changed, when its data cannot be had.
        """
        before, old = self.trainer.step, self.trainer.experiment
        if experiment == old:
            return ""
        said = self.trainer.apply(experiment)
        self._happened(Event(self.place.beat, experiment), before, old)
        return said

    def restart(self) -> None:
        """`Trainer.restart`, recorded. After going back, what lay ahead is forgotten."""
        before, experiment = self.trainer.step, self.trainer.experiment
        self.trainer.restart()
        self._happened(Event(self.place.beat, experiment, restart=True), before, experiment)

    def edit(self, edit: Edit) -> str:
        """`Trainer.edit`, recorded. After going back, what lay ahead is forgotten, unless nothing is changed.

        Raises: ValueError, with nothing changed, naming what cannot be set, the place or the value.
        """
        before, experiment = self.trainer.step, self.trainer.experiment
        said = self.trainer.edit(edit)
        if said:
            self._happened(Event(self.place.beat, experiment, edit=edit), before, experiment)
        return said

    def _happened(self, event: Event, before: int, old: Experiment) -> None:
        self._forget_ahead(before)
        self._events.append(event)
        self._mark(event, old, len(self._events))
        self._went_to(Place(event.beat, len(self._events)), before)

    def _mark(self, event: Event, old: Experiment, number: int) -> None:
        said = "restart" if event.restart else event.edit.caption if event.edit else caption(old, event.experiment)
        apart = event.beat / MARKS if len(self._marks) > 2 * MARKS else 0
        kept = [(Place(event.beat, number), said)]
        for mark in reversed(self._marks):
            if kept[-1][0].beat - mark[0].beat > apart:
                kept.append(mark)
        self._marks = kept[::-1]

    def _went_to(self, place: Place, step: int) -> None:
        """Stands at `place` now, where `step` is what follows on from before."""
        self.place, self._end = place, place.beat
        if self.trainer.step != step:
            self._jumps.append((place.beat, self.trainer.step))
        self._note()

    def _forget_ahead(self, step: int) -> None:
        """Cuts the score where the trainer stands, at `step`."""
        beat, events = self.place
        if beat == self._end and events == len(self._events):
            return
        self._end = beat
        del self._events[events:]
        self._marks = [mark for mark in self._marks if mark[0].events <= events]
        # a jump at this very beat may come from an event that is forgotten
        while self._jumps and (self._jumps[-1][0] > beat or self.step_at(beat) != step):
            self._jumps.pop()
        self._jumps = self._jumps or [(beat, step)]
        self._kept = [kept for kept in self._kept if kept.place.beat <= beat and kept.place.events <= events]
        self._held = self.size
        self._looked = min(self._looked, _far(self.place))

    # -- going back -----------------------------------------------------------------------------------------------

    def restore(self, beat: int, *, before: bool = False) -> None:
        """Brings the trainer to `beat`, after what happened there or `before` it; nothing recorded is lost by it.

        Raises: ValueError, with the trainer where it was, for a beat the session has not or data that cannot be had.
        """
        for _ in self.going(beat, before=before):
            pass

    def going(self, beat: int, *, before: bool = False) -> Iterator[int]:
        """`restore` piece by piece: gives the beat after each, where the trainer stays if no more is asked for.

        What is played back leaves checkpoints, so that the way is short the next time.
        """
        score, trainer = self.score, self.trainer
        there = score.place(beat, before=before)
        was, examples, place = trainer.checkpoint(), trainer.examples, self.place
        near = [kept for kept in self._kept if kept.place <= there]
        try:
            if near:
                here = near[-1].place
                trainer.restore(replace(near[-1].checkpoint, history=_state(near[-1].history)))
            else:
                here = Place()
                trainer.restore(self._origin or Trainer(score.start).checkpoint())
            while here != there:
                until = min(there.beat, here.beat + STRIDE)
                then = there if until == there.beat else score.place(until)
                play(trainer, score, here, then)
                here = self.place = then
                if self.step_at(here.beat) != trainer.step:  # a score alone does not say where steps begin anew
                    self._jumps = sorted({*self._jumps, (here.beat, trainer.step)})
                self._keep(here)
                yield here.beat
        except ValueError:
            trainer.experiment, trainer.examples = was.experiment, examples
            trainer.restore(was)
            self.place = place
            raise
        self.place = there

    # -- checkpoints ----------------------------------------------------------------------------------------------

    def _note(self) -> None:
        """Keeps a checkpoint if this stretch of beats has none yet, and makes room for it."""
        if _far(self.place) // self.spacing <= self._looked // self.spacing:
            return
        self._looked = _far(self.place)
        self._keep(self.place)

    def _keep(self, place: Place) -> None:
        """Keeps a checkpoint of `place`, where the trainer stands, if its stretch has none, and makes room for it."""
        at = bisect_right(self._kept, place, key=lambda kept: kept.place)
        if at and _far(self._kept[at - 1].place) // self.spacing == _far(place) // self.spacing:
            return
        checkpoint = self.trainer.checkpoint()
        last = self._kept[at - 1].history.rows if at else None
        before = last.size if last is not None else 0
        history = _shared(checkpoint.history, last)
        self._kept.insert(at, _Kept(place, replace(checkpoint, history={}), history, _own(checkpoint)))
        self._held += self._kept[at].own + history.rows.size - (before if history.rows is last else 0)
        while self._kept and (len(self._kept) > self.most or self._held > self.limit):
            self._thin()

    def _thin(self) -> None:
        self.spacing *= 2
        first: dict[int, _Kept] = {}
        for kept in self._kept:
            first.setdefault(_far(kept.place) // self.spacing, kept)
        # one that is too large alone goes as well: the start can always be made anew
        self._kept = list(first.values()) if len(self._kept) > 1 else []
        self._held = self.size


def _far(place: Place) -> int:
    """How long it takes to play back from the start to a place, in beats."""
    return place.beat + EVENT * place.events


def _shared(state: Mapping[str, Any], last: _Rows | None) -> _History:
    """A history's state, its rows held in common with the last one's if it goes on from there."""
    # measures alone has its rows along the last axis
    arrays = {name: state[name].T if name == "measures" else state[name] for name in ROWS}
    rest = {name: value for name, value in state.items() if name not in ROWS}
    count = len(arrays["step"])
    # It does not go on where rows were thinned or cut since, or where layers came or went.
    if last is None or not all(_begins(arrays[name], earlier) for name, earlier in last.arrays.items()):
        last = _Rows(arrays)
    last.arrays = arrays
    return _History(last, count, rest)


def _begins(array: Array, earlier: Array) -> bool:
    start = array[: len(earlier)]
    if start.shape != earlier.shape:
        return False
    whole = f"i{array.itemsize}"  # so that what is not a number equals itself, with no copies as `tobytes` makes
    return bool((start.view(whole) == earlier.view(whole)).all())


def _state(history: _History) -> dict[str, Any]:
    rows = {name: array[: history.count] for name, array in history.rows.arrays.items()}
    return history.rest | rows | {"measures": rows["measures"].T}


def _own(checkpoint: Checkpoint) -> int:
    """The bytes of a checkpoint without its history; an upper bound, as neighbours share what they fall back to."""
    places = [place for place in (checkpoint, checkpoint.sound, checkpoint.best) if place is not None]
    arrays = [array for place in places for array in (*place.moment.vectors, *place.moment.products.values())]
    batch = checkpoint.last_batch.nbytes if checkpoint.last_batch is not None else 0
    return OVERHEAD + 8 * len(checkpoint.marks) + batch + sum(array.nbytes for array in arrays)
