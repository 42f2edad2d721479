"""The process's end of a job: runs the task, hears the window between two stretches of it, passes on what was found.

One parcel is on its way at most. What is found meanwhile is held, of each key only the newest; when too much is held
the task waits until the window has taken some.
"""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Generator, Hashable
from dataclasses import dataclass
from enum import Enum
from multiprocessing.connection import Connection
from typing import Any

from hyperscope.lab.jobs.task import News, Progress, Record, Rest, Task, Wishes

HELD = 256  # records that wait for the window before the task does


class Word(Enum):
    """What the window says to a job."""

    TOOK = "took the last parcel"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Wished:
    """What the window wishes to be told."""

    wishes: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class End:
    """What the task came to: its result, or why there is none; neither where it was cancelled."""

    result: Any = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What was found since the last one, oldest first, records by key or by number; `heard` counts each `Wished` whose
    wishes were answered.
    """

    records: tuple[tuple[Hashable, Any], ...]
    progress: Progress
    resting: bool = False
    heard: int = 0
    end: End | None = None


@dataclass(frozen=True, slots=True)
class Numbered:
    """The key of a record that has none."""

    number: int


class _Unheard(Exception):
    """Nobody is at the other end any more."""


def serve(pipe: Connection, task: Task[Any, Any]) -> None:
    """The process's whole life; it ends when the task or the pipe does."""
    _Desk(pipe, task).run()


class _Desk:
    """Between the task and the pipe."""

    def __init__(self, pipe: Connection, task: Task[Any, Any]) -> None:
        self.pipe, self.task = pipe, task
        self.wishes: Wishes = deque()
        self._held: dict[Hashable, Any] = {}
        self._progress = Progress(0.0)
        self._number = self._got = self._heard = 0
        self._free, self._new = True, False  # whether a parcel may be sent, and whether there is anything to send
        self._paused = self._resting = False

    def run(self) -> None:
        work = self.task.run(self.wishes)
        try:
            end = self._work(work)
            while not self._free:
                self._hear()
            self._send(end)
        except _Unheard:
            return
        finally:
            work.close()

    def _work(self, work: Generator[News[Any], None, Any]) -> End:
        while True:
            rested = self._resting
            try:
                said = next(work)
            except StopIteration as done:
                return End(done.value)
            except ValueError as problem:
                return End(problem=str(problem))
            except Exception as fault:
                traceback.print_exc()
                return End(problem=f"The process that {self.task.what} failed: {type(fault).__name__}: {fault}.")
            self._note(said)
            if rested and isinstance(said, Record):
                continue  # an answer goes with the word that it rests again, where nothing else comes of it
            while True:
                if self._free and self._new:
                    self._send()
                if not self._waits and not self._spoken_to():
                    break
                if self._hear() is Word.CANCEL:
                    return End()

    @property
    def _waits(self) -> bool:
        """Whether the task goes on only when the window has said something."""
        return len(self._held) >= HELD or ((self._paused or self._resting) and not self.wishes)

    def _note(self, said: News[Any]) -> None:
        self._resting = isinstance(said, Rest)
        self._new = True
        if not self.wishes:  # what is said now is the last answer
            self._heard = self._got
        if isinstance(said, Progress):
            self._progress = said
        elif isinstance(said, Record):
            self._number += 1
            key = Numbered(self._number) if said.key is None else said.key
            self._held.pop(key, None)  # so that they lie in the order in which they came
            self._held[key] = said.value

    def _spoken_to(self) -> bool:
        try:
            return self.pipe.poll()
        except (EOFError, OSError):
            raise _Unheard from None

    def _hear(self) -> Word | Wished:
        """Waits for what the window says, and heeds it."""
        try:
            said: Word | Wished = self.pipe.recv()
        except (EOFError, OSError):
            raise _Unheard from None
        if isinstance(said, Wished):
            self.wishes.extend(said.wishes)
            self._got += 1
        elif said in (Word.TOOK, Word.CANCEL):  # the window's end of the pipe is always read, so the end may follow
            self._free = True
        elif said in (Word.PAUSE, Word.RESUME):
            self._paused = said is Word.PAUSE
        return said

    def _send(self, end: End | None = None) -> None:
        parcel = Parcel(tuple(self._held.items()), self._progress, self._resting, self._heard, end)
        self._held.clear()
        self._free = self._new = False
        try:
            self.pipe.send(parcel)
        except OSError:
            raise _Unheard from None
