"""The window's end of a job: a task at work in a process of its own, see `task` and `work`.

Nothing here waits: records are taken when they are there, and the process is seen off by a thread.

A job that stands or rests can be parked: its process ends, and what it has found stays. Where it is to go on, or
something is wished of it, the task is run again as far as it had come, which comes to the same numbers.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Hashable, Sequence
from contextlib import suppress
from multiprocessing.context import SpawnProcess
from typing import Any, Generic, TypeVar

from hyperscope.lab.jobs.child_process import spawn
from hyperscope.lab.jobs.exchange import Exchange, Gone
from hyperscope.lab.jobs.task import Progress, Task
from hyperscope.lab.jobs.work import Numbered, Parcel, Wished, Word, serve

KEPT = 2048  # records; the oldest are forgotten first
LEAVE = 1.0  # s that a process has for ending

R = TypeVar("R")
F = TypeVar("F")


ALL = math.inf  # a share that is reached by coming to rest


class Job(Generic[R, F]):
    """`task` under way. What has come is kept when it is over; `problem` then says why there is no `result`, if so."""

    def __init__(self, task: Task[R, F]) -> None:
        self.task = task
        self.progress = Progress(0.0)
        self.result: F | None = None
        self.problem = ""
        self.over = False  # whether nothing more will come
        self.paused = False
        self.resting = False  # whether it does nothing until something is wished for
        self._kept: dict[Hashable, R] = {}
        self._new: dict[Hashable, R] = {}  # what of it was not taken yet
        self._wishes: dict[type, object] = {}  # that were not passed on yet
        self._wished: dict[type, object] = {}  # the newest that were
        self._behind: float | None = None  # the share that it is to come to again
        self._again: dict[Hashable, R] = {}  # what it has found meanwhile
        self._there = 0.0  # the share that it has come to meanwhile
        self._starts = 0  # processes that it has had
        self._told = self._heard = 0
        self._unwanted = self._seen_off = False
        self._process: SpawnProcess | None = None
        self._exchange: Exchange | None = None
        self._start(task)

    def _start(self, task: Task[R, F]) -> None:
        self._told = self._heard = 0
        self._there = 0.0
        self._starts += 1
        try:
            name, parent = f"hyperscope-{type(task).__name__}", getattr(task, "spreads", False)
            self._process, self._exchange = spawn(serve, task, name=name, patient=True, parent=parent)
        except OSError as problem:
            self._end()
            self.problem = f"A process could not be started: {problem.strerror or problem}."

    @property
    def pid(self) -> int | None:
        """The process's number."""
        return self._process.pid if self._process is not None else None

    @property
    def busy(self) -> bool:
        """Whether it works now."""
        return not (self.over or self.paused or self.resting)

    @property
    def parked(self) -> bool:
        """Whether it has no process now, though it is not over."""
        return not self.over and self._process is None

    @property
    def catching_up(self) -> float | None:
        """How much of what it had come to is there again, from 0 to 1; None unless it is run again for that."""
        if self._behind is None or self._process is None or (self.paused and not self._wishes):
            return None
        return min(1.0, self._there / min(1.0, self._behind)) if self._behind > 0 else 1.0

    @property
    def records(self) -> tuple[R, ...]:
        """All that has come, the newest of each key and last what came last; of very many, the newest."""
        return tuple(self._kept.values())

    def take(self) -> tuple[R, ...]:
        """The records that have come since the last call, oldest first. Never waits for the task."""
        self.hear()
        new, self._new = self._new, {}
        return tuple(new.values())

    def hear(self) -> None:
        """Takes note of what has come, of which the records are there for the next `take`."""
        if self.over or self._exchange is None:
            return
        try:
            parcel: Parcel | None = self._exchange.take()
        except Gone:
            if not self._unwanted:
                self.problem = f"The process that {self.task.what} ended unexpectedly."
            self._end()
            return
        if parcel is None:
            return
        if self._behind is None:
            self._note(tuple((self._known_as(key), record) for key, record in parcel.records))
        elif not self._is_there(parcel):
            self._send(Word.TOOK)
            return
        self.progress, self.resting, self._heard = parcel.progress, parcel.resting, parcel.heard
        if parcel.end is not None:
            self.result, self.problem = parcel.end.result, parcel.end.problem
            self._end()
        else:
            self._send(Word.TOOK)
            self._pass_wishes_on()

    def _known_as(self, key: Hashable) -> Hashable:
        """A record's key; one that has only a number is not mixed up with those of an earlier process."""
        return (self._starts, key) if isinstance(key, Numbered) and self._starts > 1 else key

    def _note(self, records: Sequence[tuple[Hashable, R]]) -> None:
        for found in (self._kept, self._new):
            _put(found, records)

    def _is_there(self, parcel: Parcel) -> bool:
        """Whether what is run again has come to where it was; what it has found takes the place of what there is then.

        What had come to rest has found the same again, so all of that stays as it is.
        """
        assert self._behind is not None
        _put(self._again, parcel.records)
        self._there = parcel.progress.share
        ended = parcel.resting or parcel.end is not None
        if not ended and self._there < self._behind:
            return False
        rested, self._behind = self._behind == ALL, None
        if not rested and not (parcel.end is not None and parcel.end.problem):
            self._note(tuple(self._again.items()))
        self._again.clear()
        self._set_pace()
        return True

    def wait(self, seconds: float) -> None:
        """Returns when something is there to be taken or the time is up; for callers without a display tick."""
        if not self.over and self._exchange is not None:
            self._exchange.wait(seconds)

    def wish(self, wish: object) -> None:
        """Asks the task for something, which it answers, paused or not; of a type of wish the newest unheard wins."""
        if self.over:
            return
        self._wishes.pop(type(wish), None)
        self._wishes[type(wish)] = wish
        if self.parked:
            self._run_again()
        elif self._behind is not None:
            self._set_pace()
        else:
            self._pass_wishes_on()

    def pause(self) -> None:
        """Lets it stand where it is, at no cost, from the end of the present stretch."""
        self.paused = True
        self._set_pace()

    def resume(self) -> None:
        """Lets it go on."""
        self.paused = False
        if self.parked and not self.resting:
            self._run_again()
        else:
            self._set_pace()

    def _set_pace(self) -> None:
        """Stands while it is paused, but for coming to where something that is wished for can be answered."""
        owes = self._behind is not None and self._wishes
        self._send(Word.PAUSE if self.paused and not owes else Word.RESUME)

    def park(self) -> bool:
        """Ends its process if it stands or rests and owes no answer, and says whether; what it has found stays.

        It is run again, as far as it had come, once it is to go on or something is wished of it.
        """
        owes = self._wishes or self._told != self._heard
        if self.over or self._process is None or owes or not (self.paused or self.resting):
            return False
        if self._behind is None:
            self._behind = ALL if self.resting else self.progress.share
        self._again.clear()
        self._see_off()
        self._process = self._exchange = None
        self._seen_off = False
        return True

    def _run_again(self) -> None:
        again = getattr(self.task, "again", None)
        self._start(self.task if again is None else again(dict(self._wished), self.records))

    def switch(self) -> None:
        """Lets it stand, or go on; one that is over stays as it is."""
        if not self.over:
            (self.resume if self.paused else self.pause)()

    def cancel(self) -> None:
        """Ends it without a result; what it has found until now may still be taken."""
        if self.parked:
            self._end()
        elif not self.over:
            self._unwanted = True
            self._see_off()

    def close(self) -> None:
        """Ends it, done or not, without waiting until its process is gone."""
        if not self.over:
            self._new.clear()
            self._end()

    def _end(self) -> None:
        self.over, self.paused, self.resting = True, False, False
        self._behind = None
        self._again.clear()
        self._see_off()

    def _see_off(self) -> None:
        if not self._seen_off and self._process is not None and self._exchange is not None:
            self._seen_off = True
            self._exchange.say_last(Word.CANCEL)
            away = self._process, self._exchange
            threading.Thread(target=_see_off, args=away, name="hyperscope-job-ends", daemon=True).start()

    def _pass_wishes_on(self) -> None:
        """One message of wishes at a time, so that no more than a few bytes ever wait in the pipe."""
        if self._wishes and self._told == self._heard:
            self._told += 1
            self._wished.update(self._wishes)
            wishes, self._wishes = tuple(self._wishes.values()), {}
            self._send(Wished(wishes))

    def _send(self, said: Word | Wished) -> None:
        if not self.over and self._exchange is not None:
            with suppress(Gone):  # it has ended: what it came to is yet to be taken
                self._exchange.send(said)


def _put(found: dict[Hashable, R], records: Sequence[tuple[Hashable, R]]) -> None:
    """Puts records behind those that were found, each in place of the last one of its key."""
    for key, record in records:
        found.pop(key, None)
        found[key] = record
    while len(found) > KEPT:
        del found[next(iter(found))]


def _see_off(process: Any, exchange: Exchange) -> None:
    """Waits until it is gone, and ends it if that takes long."""
    process.join(LEAVE)
    if process.is_alive():
        process.kill()
        process.join()
    exchange.close()
