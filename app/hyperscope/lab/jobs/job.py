"""The window's end of a job: a task at work in a process of its own, see `task` and `work`.

Nothing here waits: records are taken when they are there, and the process is seen off by a thread.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable
from contextlib import suppress
from multiprocessing.context import SpawnProcess
from typing import Any, Generic, TypeVar

from hyperscope.lab.jobs.child_process import spawn
from hyperscope.lab.jobs.exchange import Exchange, Gone
from hyperscope.lab.jobs.task import Progress, Task
from hyperscope.lab.jobs.work import Parcel, Wished, Word, serve

KEPT = 2048  # records; the oldest are forgotten first
LEAVE = 1.0  # s that a process has for ending

R = TypeVar("R")
F = TypeVar("F")


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
        self._wishes: dict[type, object] = {}  # that were not passed on yet
        self._told = self._heard = 0
        self._unwanted = self._seen_off = False
        self._process: SpawnProcess | None = None
        self._exchange: Exchange | None = None
        try:
            name, parent = f"hyperscope-{type(task).__name__}", getattr(task, "spreads", False)
            self._process, self._exchange = spawn(serve, task, name=name, patient=True, parent=parent)
        except OSError as problem:
            self.over, self.problem = True, f"A process could not be started: {problem}."

    @property
    def pid(self) -> int | None:
        """The process's number."""
        return self._process.pid if self._process is not None else None

    @property
    def busy(self) -> bool:
        """Whether it works now."""
        return not (self.over or self.paused or self.resting)

    @property
    def records(self) -> tuple[R, ...]:
        """All that has come, the newest of each key and last what came last; of very many, the newest."""
        return tuple(self._kept.values())

    def take(self) -> tuple[R, ...]:
        """The records that have come since the last call, oldest first. Never waits for the task."""
        if self.over or self._exchange is None:
            return ()
        try:
            parcel: Parcel | None = self._exchange.take()
        except Gone:
            if not self._unwanted:
                self.problem = f"The process that {self.task.what} ended unexpectedly."
            self._end()
            return ()
        if parcel is None:
            return ()
        for key, record in parcel.records:
            self._kept.pop(key, None)
            self._kept[key] = record
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        self.progress, self.resting, self._heard = parcel.progress, parcel.resting, parcel.heard
        if parcel.end is not None:
            self.result, self.problem = parcel.end.result, parcel.end.problem
            self._end()
        else:
            self._send(Word.TOOK)
            self._pass_wishes_on()
        return tuple(record for _, record in parcel.records)

    def wait(self, seconds: float) -> None:
        """Returns when something is there to be taken or the time is up; for callers without a display tick."""
        if not self.over and self._exchange is not None:
            self._exchange.wait(seconds)

    def wish(self, wish: object) -> None:
        """Asks the task for something, which it answers, paused or not; of a type of wish the newest unheard wins."""
        self._wishes.pop(type(wish), None)
        self._wishes[type(wish)] = wish
        self._pass_wishes_on()

    def pause(self) -> None:
        """Lets it stand where it is, at no cost, from the end of the present stretch."""
        self.paused = True
        self._send(Word.PAUSE)

    def resume(self) -> None:
        """Lets it go on."""
        self.paused = False
        self._send(Word.RESUME)

    def switch(self) -> None:
        """Lets it stand, or go on; one that is over stays as it is."""
        if not self.over:
            (self.resume if self.paused else self.pause)()

    def cancel(self) -> None:
        """Ends it without a result; what it has found until now may still be taken."""
        if not self.over:
            self._unwanted = True
            self._see_off()

    def close(self) -> None:
        """Ends it, done or not, without waiting until its process is gone."""
        if not self.over:
            self._end()

    def _end(self) -> None:
        self.over, self.paused, self.resting = True, False, False
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
            wishes, self._wishes = tuple(self._wishes.values()), {}
            self._send(Wished(wishes))

    def _send(self, said: Word | Wished) -> None:
        if not self.over and self._exchange is not None:
            with suppress(Gone):  # it has ended: what it came to is yet to be taken
                self._exchange.send(said)


def _see_off(process: Any, exchange: Exchange) -> None:
    """Waits until it is gone, and ends it if that takes long."""
    process.join(LEAVE)
    if process.is_alive():
        process.kill()
        process.join()
    exchange.close()
