"""Tasks for tests, which cross to real processes; and tasks run where the test stands, with no process."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np

from hyperscope.lab.jobs.task import News, Progress, Record, Rest, Task, Wishes

R = TypeVar("R")
F = TypeVar("F")


def run_here(task: Task[R, F], *wishes: object) -> tuple[list[News[R]], F | None]:
    """All that a task says until it ends or rests, and its result."""
    said: list[News[R]] = []
    work = task.run(deque(wishes))
    while True:
        try:
            said.append(next(work))
        except StopIteration as end:
            return said, end.value
        if isinstance(said[-1], Rest):
            work.close()
            return said, None


def result_of(task: Task[Any, F]) -> F:
    """What a task comes to."""
    result = run_here(task)[1]
    assert result is not None
    return result


@dataclass(frozen=True)
class Counting:
    """Counts to `most`; a wish of any kind is answered by how far it is."""

    most: int
    key: str | None = None
    what: ClassVar[str] = "counted"

    def run(self, wishes: Wishes) -> Generator[News[Any], None, str]:
        count = 0
        while count < self.most:
            if wishes:
                yield Record((wishes.popleft(), count), key="answer")
            else:
                count += 1
                yield Progress(count / self.most, f"at {count}")
                yield Record(count, self.key)
        return f"counted to {count}"


@dataclass(frozen=True)
class Adding:
    """Counts to `most` and rests; a number that is wished for is added to that, and what comes of it is the answer."""

    most: int
    added: int = 0
    what: ClassVar[str] = "added"

    def again(self, wished: Mapping[type, Any], records: tuple[Any, ...]) -> Adding:
        return Adding(self.most, sum(one[1] for one in records if isinstance(one, tuple)))

    def run(self, wishes: Wishes) -> Generator[News[Any], None, None]:
        count = 0
        while count < self.most:
            count += 1
            yield Progress(count / self.most)
            yield Record(count, key="count")
        count += self.added
        while True:
            if wishes:
                wish = wishes.popleft()
                count += wish
                yield Record((count, wish))
            yield Rest()


@dataclass(frozen=True)
class Once:
    """Counts and rests, but not where `file` is there: that it leaves."""

    file: Path
    what: ClassVar[str] = "counted once"

    def run(self, wishes: Wishes) -> Generator[News[Any], None, None]:
        if self.file.exists():
            raise ValueError("the table is gone")
        self.file.touch()
        yield Record(1, key="count")
        while True:
            yield Rest()


@dataclass(frozen=True)
class Resting:
    """Does nothing but answer wishes by themselves, of each kind the newest."""

    what: ClassVar[str] = "rested"

    def run(self, wishes: Wishes) -> Generator[News[Any], None, None]:
        while True:
            if wishes:
                wish = wishes.popleft()
                yield Record(wish, key=type(wish))
            else:
                yield Rest()


@dataclass(frozen=True)
class Flooding:
    """Finds arrays of 100 kB, which all count, and says in each how many it has found."""

    count: int
    what: ClassVar[str] = "flooded"

    def run(self, wishes: Wishes) -> Generator[News[Any], None, None]:
        for number in range(self.count):
            yield Record(np.full(12_500, float(number)))


@dataclass(frozen=True)
class Failing:
    """Finds one thing and raises `fault`."""

    fault: Exception
    what: ClassVar[str] = "failed"

    def run(self, wishes: Wishes) -> Generator[News[Any], None, None]:
        yield Record("one thing")
        raise self.fault


@dataclass(frozen=True)
class Stuck:
    """Says that it begins, and never comes to the end of its first stretch."""

    what: ClassVar[str] = "was stuck"

    def run(self, wishes: Wishes) -> Generator[News[Any], None, None]:
        yield Record("begun")
        while True:
            pass


@dataclass(frozen=True)
class Tidy:
    """Counts, and leaves a file when it is told to end."""

    file: Path
    what: ClassVar[str] = "tidied"

    def run(self, wishes: Wishes) -> Generator[News[Any], None, None]:
        count = 0
        try:
            while True:
                count += 1
                yield Record(count, key="count")
        finally:
            self.file.write_text("tidied up")


@dataclass(frozen=True)
class Telling:
    """Tells what its process is like."""

    what: ClassVar[str] = "told"

    def run(self, wishes: Wishes) -> Generator[News[Any], None, dict[str, Any]]:
        from threadpoolctl import threadpool_info

        yield Progress(0.5)
        return {
            "nice": os.nice(0),
            "interrupt": signal.getsignal(signal.SIGINT),
            "threads": {pool["num_threads"] for pool in threadpool_info()},
        }


def ends(*given: object) -> None:
    """What a process may be told to do: it ends before it has said anything."""
