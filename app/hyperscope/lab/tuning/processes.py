"""Packets of trials trained by processes of this machine, on a thread each; a core is left to whoever waits."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

from hyperscope.lab.jobs.job import Job
from hyperscope.lab.jobs.task import News, Progress, Record, Rest, Wishes
from hyperscope.lab.tuning.packets import Packet, Trained, stretches

TRIES = 3  # with which a packet whose worker was lost is given up
MOST = 64


@dataclass(frozen=True)
class Worker:
    """The task of training packets as they are wished for, one after another."""

    what: ClassVar[str] = "trained a part of the search"

    def run(self, wishes: Wishes) -> Generator[News[Trained], None, None]:
        while True:
            if not wishes:
                yield Rest()
                continue
            packet: Packet = wishes.popleft()
            for said in stretches(packet):
                yield Record(said) if isinstance(said, Trained) else Progress(said)


def cores() -> int:
    """How many of the machine's cores this process may use, of MOST at most."""
    return min(MOST, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2)


def usual_count() -> int:
    """As many processes as this one may use cores, less one, and at least one."""
    return max(1, cores() - 1)


class Processes:
    """So many workers of this machine; one that is lost is replaced, and its packet trained again."""

    def __init__(self, count: int) -> None:
        if not 1 <= count <= MOST:
            raise ValueError(f"processes is {count}; it must be a whole number in [1, {MOST}]")
        self.count = count
        self.workers: list[Job[Trained, None]] = []
        self._waiting: deque[Packet] = deque()
        self._held: dict[int, Packet] = {}  # by worker
        self._lost: dict[int, int] = {}  # how often, by packet

    @property
    def words(self) -> str:
        """Who they are."""
        return f"{self.count} processes"

    def give(self, packet: Packet) -> None:
        """Has a packet trained."""
        self._waiting.append(packet)
        while len(self.workers) < min(self.count, len(self._waiting) + len(self._held)):
            self.workers.append(Job(Worker()))
        self._hand_out()

    def _hand_out(self) -> None:
        for at, worker in enumerate(self.workers):
            if at not in self._held and self._waiting:
                packet = self._held[at] = self._waiting.popleft()
                worker.wish(packet)

    def take(self) -> list[Trained]:
        """What was trained since. Raises: ValueError where a packet cannot be trained."""
        found = []
        for at, worker in enumerate(self.workers):
            for record in worker.take():
                found.append(record)
                del self._held[at]
            if worker.over:
                self._replace(at, worker.problem)
        self._hand_out()
        return found

    def _replace(self, at: int, problem: str) -> None:
        packet = self._held.pop(at, None)
        if packet is not None:
            self._lost[packet.number] = self._lost.get(packet.number, 0) + 1
            if self._lost[packet.number] >= TRIES:
                raise ValueError(problem)
            self._waiting.appendleft(packet)
        self.workers[at] = Job(Worker())

    def close(self) -> None:
        """Ends them all."""
        for worker in self.workers:
            worker.close()
        self.workers.clear()
