"""Jobs of views that are not shown: a few keep their processes, the others are parked; what they found stays.

A job is a process of 60 to 120 MB, and most of them wait for nothing but to be asked for one of their networks.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hyperscope.lab.jobs.job import Job
from hyperscope.ui.labs.lab import Lab
from hyperscope.ui.source import FromJobs
from hyperscope.ui.words import Words

MOST = 4  # processes of jobs that are not seen; those that work there are never ended, and may be more
EVERY = 30  # frames between two looks
PATIENT = 2  # looks after which it is said that something trains again


AGAIN = "Training again, as far as it had come"


class Unseen:
    """Knows when each job of the labs was seen last, and says in `words` when one keeps somebody waiting."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._frames = self._looks = 0
        self._seen: dict[Job[Any, Any], int] = {}  # the look at which each was seen last
        self._waits: dict[Job[Any, Any], int] = {}  # looks at which each was still on its way to where it had been

    def frame(self, labs: Iterable[Lab]) -> None:
        """To be called once a frame, with all labs that were made."""
        self._frames += 1
        if self._frames % EVERY == 0:
            self.look(labs)

    def look(self, labs: Iterable[Lab]) -> None:
        """Parks those longest unseen of what is too many, and says what trains again."""
        self._looks += 1
        jobs: list[Job[Any, Any]] = []
        shown: set[Job[Any, Any]] = set()
        for panel, source in ((panel, source) for lab in labs for panel, source in lab.sources.items()):
            if isinstance(source, FromJobs):
                jobs += source.jobs
                shown.update(source.looked_at if panel.isVisible() else ())
        self._seen = {job: self._looks if job in shown else self._seen.get(job, self._looks) for job in jobs}
        self._park([job for job in self._seen if job not in shown])
        self._tell(self._seen)

    def _park(self, unseen: list[Job[Any, Any]]) -> None:
        for job in unseen:
            job.hear()  # whoever shows it does not, and it may have come to rest
        alive = [job for job in unseen if not job.over and not job.parked]
        surplus = len(alive) - MOST
        for job in sorted(alive, key=lambda one: self._seen[one]):
            if surplus > 0 and job.park():
                surplus -= 1

    def _tell(self, jobs: Iterable[Job[Any, Any]]) -> None:
        before, self._waits = self._waits, {}
        for job in jobs:
            share = job.catching_up
            if share is not None:
                self._waits[job] = before.get(job, 0) + 1
                if self._waits[job] >= PATIENT:
                    self._words.say(f"{AGAIN}: {100 * share:.0f} %.")
            elif job in before and self._words.said.startswith(AGAIN):  # nothing else was said since
                self._words.say(job.problem or f"{AGAIN}: done.", alarm=bool(job.problem))
