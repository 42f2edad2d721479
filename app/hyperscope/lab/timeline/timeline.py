"""The timeline: a live trainer with its score, and checkpoints from which any tick is soon reached.

Whoever trains through it can go back to any moment, and on from there; what lay ahead then stays as a branch, see
`forks`. It knows no processes and no clocks.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from copy import copy

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.moves import span
from hyperscope.lab.timeline.branch_mark import BranchMark
from hyperscope.lab.timeline.branches import BranchPart, Future, TimelineState, marked, within_reach
from hyperscope.lab.timeline.checkpoints import Checkpoints, far
from hyperscope.lab.timeline.forks import Forks
from hyperscope.lab.timeline.kept import KeptCheckpoint
from hyperscope.lab.timeline.score import Event, Place, Score, fewer_layers, play, tried
from hyperscope.lab.training.curves import Curves
from hyperscope.lab.training.effects import copies_move
from hyperscope.lab.training.trainer import Trainer

MOST = 768  # checkpoints: of 100 000 ticks one in 256 has one then; more cost training in its first seconds
LIMIT = 1 << 27  # bytes of all checkpoints
BURST = 512  # steps at most without a look whether a checkpoint is due
STRIDE = 128  # ticks played back in one piece


class Timeline:
    """A session: `trainer` standing where `score` ends, with the `jumps` and `starts` known from before.

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
        starts: tuple[Place, ...] = (),
        most: int = MOST,
        limit: int = LIMIT,
    ) -> None:
        self.trainer = trainer
        self.name = uuid.uuid4().hex  # of this one and no other, in whatever process
        # what the score cannot make anew
        self._origin = trainer.checkpoint() if score is None and trainer.step else None
        score = score or Score(trainer.experiment)
        self.place = score.place() if here is None else here  # where the trainer stands
        self._start, self._events, self._end = score.start, list(score.events), score.end
        self._jumps = list(jumps) or [(self.place.tick, trainer.step)]
        self.store = Checkpoints(most, limit)
        self.forks = Forks((self,))  # the futures left behind; twins leave theirs together
        self._starts = list(starts) or [Place()]  # where training began anew, as far as that is known
        self.futures = 0  # goes up whenever what lies ahead is left, or a branch is taken up
        self._marks: list[tuple[Place, str]] = []
        # of the last change: the drag it is part of, what held before that, and where it stands
        self._gesture: tuple[int, Experiment, Place] = (0, score.start, Place())
        for number, event in enumerate(self._events, 1):
            since = score.since(number - 1)
            if event.drag:
                self._marks.pop()
            self._marks = marked(self._marks, event, since, number)
            if event.drag:
                self._marks[-1] = Place(event.tick, number), span(since, event.experiment)
        self.store.note(self.place, trainer, ())

    # -- what is there --------------------------------------------------------------------------------------------

    @property
    def score(self) -> Score:
        """All that was recorded, also what lies ahead after going back."""
        return Score(self._start, tuple(self._events), self._end)

    @property
    def begun_with(self) -> Experiment:
        """What was in force at the start of the score."""
        return self._start

    @property
    def whole(self) -> bool:
        """Whether the score begins with the run, so that it alone makes every moment anew."""
        return self._origin is None

    @property
    def jumps(self) -> tuple[tuple[int, int], ...]:
        """(tick, step) where steps begin, and wherever they did not follow on: restarts, divergences, early stops."""
        return tuple(self._jumps)

    def step_at(self, tick: int) -> int | None:
        """The step that training stood at, None before all that is known."""
        return next((step + tick - start for start, step in reversed(self._jumps) if start <= tick), None)

    @property
    def starts(self) -> tuple[Place, ...]:
        """Where training began anew, as far as that is known; see `began`."""
        return tuple(self._starts)

    @property
    def began(self) -> Place:
        """Where training last began anew: by a restart, or by what made another network of it; the start if never."""
        return self._starts[-1]

    def tick_of(self, step: int) -> int | None:
        """The last tick so far at which training stood at `step`, None if there is none since the first known jump."""
        until = self._end
        for tick, first in reversed(self._jumps):
            if first <= step <= first + until - tick:
                return tick + step - first
            until = min(until, tick - 1)
        return None

    @property
    def ahead(self) -> bool:
        """Whether something that was recorded lies ahead, which going on from here leaves behind as a branch."""
        return self.place != (self._end, len(self._events))

    @property
    def end(self) -> int:
        """Ticks recorded, also those that lie ahead."""
        return self._end

    @property
    def moves(self) -> tuple[tuple[int, str], ...]:
        """(tick, caption) of what was changed, in order; of changes close together the last."""
        return tuple((place.tick, said) for place, said in self._marks)

    @property
    def checkpoints(self) -> tuple[Place, ...]:
        """The places that have one, in order."""
        return tuple(kept.place for kept in self.store.kept)

    @property
    def size(self) -> int:
        """Bytes, which all checkpoints, those of branches too, do not exceed. The record they share counts once."""
        return self.store.size(self._aside)

    @property
    def spacing(self) -> int:
        """Ticks, or what takes as long, of which only the first checkpoint is kept."""
        return self.store.spacing

    @property
    def _aside(self) -> list[Future]:
        return self.forks.futures(self)

    @property
    def _parts(self) -> list[BranchPart]:
        return self.forks.parts(self)

    @property
    def branches(self) -> tuple[BranchMark, ...]:
        """The futures left behind, the oldest first, and from where on they differ from this one."""
        return self.forks.marks

    @property
    def changed(self) -> int:
        """Goes up whenever branches come, go or are switched."""
        return self.forks.changed

    @property
    def dropped(self) -> str:
        """The name of the branch given up last, until somebody has said so and set it to ""."""
        return self.forks.dropped

    @dropped.setter
    def dropped(self, name: str) -> None:
        self.forks.dropped = name

    def ghosts(self) -> tuple[tuple[str, Curves], ...]:
        """The curves of the branches, each with its name, from where it leaves this future."""
        return self.forks.ghosts()

    @property
    def narrated(self) -> tuple[str, Trainer]:
        """What slow motion tells of: no letter, and the trainer."""
        return "", self.trainer

    def copied(self) -> Timeline:
        """Another timeline that knows the same, with a trainer of its own that stands where this one's stands."""
        trainer, old = Trainer(self.trainer.experiment, self.trainer.examples, self.trainer.given_order), self.trainer
        trainer.restore(old.checkpoint())
        trainer.alarm, trainer.stopped_early = old.alarm, old.stopped_early
        trainer.last_batch, trainer.structure = old.last_batch, old.structure
        other = copy(self)
        other.trainer, other.name = trainer, uuid.uuid4().hex
        other.store, aside = self.store.copied(self._aside)
        other.forks = self.forks.moved_to(other, aside)
        other._events, other._jumps, other._marks = list(self._events), list(self._jumps), list(self._marks)
        other._starts = list(self._starts)
        return other

    # -- going on -------------------------------------------------------------------------------------------------

    def go_on(self) -> None:
        """`Trainer.go_on`: allows further steps after training stopped itself."""
        self.trainer.go_on()

    def steps(self, count: int) -> int:
        """`Trainer.steps`, recorded. After going back, what lay ahead becomes a branch with the first step."""
        trainer = self.trainer
        begun = count
        losses: list[Array] = [np.zeros(0)]
        while count > 0 and not trainer.alarm:
            before = trainer.step
            self.forks.leave()
            ticks = tried(trainer, min(count, BURST))
            if not ticks:
                break
            losses.append(trainer.batch_losses)
            count -= len(trainer.batch_losses)
            self._went_to(Place(self.place.tick + ticks, self.place.events), before + ticks)
        trainer.batch_losses = np.concatenate(losses)
        return begun - count

    @property
    def recorded(self) -> bool:
        """Whether the next step lies ahead and nothing was done before it."""
        tick, events = self.place
        return tick < self._end and (events == len(self._events) or self._events[events].tick > tick)

    def step_on(self) -> None:
        """One step on: the one recorded if it lies ahead, so that nothing is left behind by it, else a new one."""
        if self.recorded:
            self.restore(self.place.tick + 1, before=True)
        else:
            self.steps(1)

    def left_in_epoch(self) -> int:
        """Steps to the end of the current epoch."""
        return self.trainer.left_in_epoch()

    def finish_epoch(self) -> int:
        """`Trainer.finish_epoch`, recorded. After going back, what lay ahead becomes a branch."""
        return self.steps(self.left_in_epoch())

    def apply(self, experiment: Experiment, gesture: int = 0) -> str:
        """`Trainer.apply`, recorded. After going back, what lay ahead becomes a branch, unless nothing is changed.

        Changes in a row of the same `gesture`, not 0, are a drag and have one mark.

        Raises: ValueError, with nothing changed, when its data cannot be had.
        """
        before, old = self.trainer.step, self.trainer.experiment
        if experiment == old:
            return ""
        last, since, place = self._gesture
        going_on = bool(gesture) and gesture == last and place.events == len(self._events) == self.place.events
        said = self.trainer.apply(experiment, since if going_on else None)
        if going_on:
            self._marks = [mark for mark in self._marks if mark[0] != place]
        else:
            since = old
        bridged, live = fewer_layers(old, experiment), copies_move(old.data, experiment.data)
        event = Event(self.place.tick, experiment, bridged=bridged, drag=going_on, live=live)
        self._happened(event, before, since)
        if going_on:
            self._marks[-1] = self.place, span(since, experiment)
        self._gesture = gesture, since, self.place
        return said

    def restart(self) -> None:
        """`Trainer.restart`, recorded. After going back, what lay ahead becomes a branch."""
        before, experiment = self.trainer.step, self.trainer.experiment
        self.trainer.restart()
        self._happened(Event(self.place.tick, experiment, restart=True), before, experiment)

    def edit(self, edit: Edit) -> str:
        """`Trainer.edit`, recorded. After going back, what lay ahead becomes a branch, unless nothing is changed.

        Raises: ValueError, with nothing changed, naming what cannot be set, the place or the value.
        """
        before, experiment = self.trainer.step, self.trainer.experiment
        said = self.trainer.edit(edit)
        if said:
            self._happened(Event(self.place.tick, experiment, edit=edit), before, experiment)
        return said

    def _happened(self, event: Event, before: int, old: Experiment) -> None:
        self.forks.leave(self, event, before)
        self._events.append(event)
        if event.restart or (event.edit is None and before > self.trainer.step == 0):
            self._starts.append(Place(event.tick, len(self._events)))
        for part in self._parts:
            theirs = part.future.events
            if part.same == len(self._events) - 1 < len(theirs) and theirs[part.same] == event:
                part.same += 1
        self._marks = marked(self._marks, event, old, len(self._events))
        self._went_to(Place(event.tick, len(self._events)), before)

    def _went_to(self, place: Place, step: int) -> None:
        """Stands at `place` now, where `step` is what follows on from before."""
        self.place, self._end = place, place.tick
        self.store.forget_end(self._aside)
        if self.trainer.step != step:
            self._jumps.append((place.tick, self.trainer.step))
        self.forks.forget_repeated()
        self.store.note(place, self.trainer, self._aside)

    # -- branches -------------------------------------------------------------------------------------------------

    def branch_here(self) -> bool:
        """Makes what lies ahead a branch at once, so that this is the end; says whether anything lay ahead."""
        return self.forks.leave()

    def switch(self, key: int) -> str:
        """Goes to the end of a branch, which becomes the present future, and the present one a branch; its name.

        Raises: ValueError, with everything as it was, for a key that is none, or data that cannot be had.
        """
        return self.forks.switch(key)

    @property
    def present(self) -> Future:
        """All that is recorded, in place: it goes on with the timeline until that takes up another."""
        return Future(self._events, self._end, self._jumps, self._marks, starts=self._starts)

    def end_here(self, step: int) -> None:
        """Cuts what lies ahead off, where the trainer stood at `step` before what comes now."""
        tick, events = self.place
        self.futures += 1
        self._end = tick
        del self._events[events:]
        self._marks = [mark for mark in self._marks if mark[0].events <= events]
        self._starts = [start for start in self._starts if start.tick <= tick and start.events <= events]
        # a jump at this very tick may come from an event that is forgotten
        while self._jumps and (self._jumps[-1][0] > tick or self.step_at(tick) != step):
            self._jumps.pop()
        self._jumps = self._jumps or [(tick, step)]
        self.store.cut(self.place)
        for part in self._parts:
            part.same = min(part.same, events)

    def stand(self) -> TimelineState:
        """Where it stands, for `restore_state`; its end is kept to come back to."""
        self._leave_end()
        store, trainer = self.store, self.trainer
        return TimelineState(
            self.present, store.kept, store.last, store.looked, self.place, trainer.checkpoint(), trainer.examples
        )

    def restore_state(self, stand: TimelineState) -> None:
        """Back to where it stood when another future was to be taken up."""
        self._take_up(stand.present, stand.kept, stand.last)
        self.store.looked, self.place = stand.looked, stand.place
        self.trainer.restore(stand.checkpoint, stand.examples)

    def go_over(self, future: Future) -> None:
        """Takes up a future that was left and goes to its end. Raises: ValueError for data that cannot be had."""
        others = [(self.present, self.store.kept), *((one, one.kept) for one in self._aside)]
        self._take_up(future, within_reach(future, others), future.last)
        for _ in self._bring_to(self.score.place()):
            pass

    def _take_up(self, future: Future, kept: list[KeptCheckpoint], last: KeptCheckpoint | None) -> None:
        self._events, self._end = list(future.events), future.end
        self._jumps, self._marks, self._starts = list(future.jumps), list(future.marks), list(future.starts)
        self.store.kept, self.store.last = kept, last
        self.store.looked = max((far(one.place) for one in kept), default=-1)

    # -- going back -----------------------------------------------------------------------------------------------

    def restore(self, tick: int, *, before: bool = False) -> None:
        """Brings the trainer to `tick`, after what happened there or `before` it; nothing recorded is lost by it.

        Raises: ValueError, with the trainer where it was, for a tick the session has not or data that cannot be had.
        """
        for _ in self.going(tick, before=before):
            pass

    def going(self, tick: int, *, before: bool = False) -> Iterator[int]:
        """`restore` piece by piece: gives the tick after each, where the trainer stays if no more is asked for.

        What is played back leaves checkpoints, so that the way is short the next time.
        """
        there = self.score.place(tick, before=before)
        self._leave_end()
        yield from self._bring_to(there)

    def return_to(self, place: Place) -> None:
        """`restore` to a place of the score, which tells apart what happened at one tick."""
        self._leave_end()
        for _ in self._bring_to(place):
            pass

    def _note_jumps(self, jumps: dict[int, int], *, whole: bool) -> None:
        """Notes where steps were seen not to follow on, which a score alone does not say: the step by the tick.

        Not `whole`: more happens at the tick where it stands, and what is known of that tick may be of after it.
        """
        for tick, step in jumps.items():
            known = any(jump[0] == tick for jump in self._jumps)
            if self.step_at(tick) != step and not (known and tick == self.place.tick and not whole):
                self._jumps = sorted([*(jump for jump in self._jumps if jump[0] != tick), (tick, step)])

    def _leave_end(self) -> None:
        if not self.ahead:
            self.store.keep_end(self.place, self.trainer, self._aside)

    def _bring_to(self, there: Place) -> Iterator[int]:
        score, trainer = self.score, self.trainer
        was, examples, place = trainer.checkpoint(), trainer.examples, self.place
        near = self.store.nearest(there)
        try:
            if near is not None:
                here = near.place
                trainer.restore(near.whole)
            else:
                here = Place()
                trainer.restore(self._origin or Trainer(score.start).checkpoint())
            while here != there:
                until = min(there.tick, here.tick + STRIDE)
                then = there if until == there.tick else score.place(until)
                jumps = play(trainer, score, here, then)
                here = self.place = then
                self._note_jumps(dict(jumps), whole=then == score.place(then.tick))
                self.store.keep(here, trainer, self._aside)
                yield here.tick
        except ValueError:
            trainer.restore(was, examples)
            self.place = place
            raise
        self.place = there
