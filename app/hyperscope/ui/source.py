"""Where a panel's records come from when that is not the shared network's worker: a job, or a pure function.

A panel draws what it is given and cannot tell which; `Frame` looks at the sources of what is seen once per tick.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from hyperscope.lab.jobs.job import Job
from hyperscope.lab.probes.snapshot import Seen

V = TypeVar("V")


class Source(Protocol):
    """Has something to draw, and says when it has something else."""

    def version(self) -> int:
        """A number that goes up whenever there is something else to draw; 0 while there is nothing."""

    def look(self) -> tuple[Seen, ...]:
        """What there is to draw now."""


class Computed(Generic[V]):
    """A pure function of a value that is moved by hand; worked out only when it is seen, however often it is moved."""

    def __init__(self, function: Callable[[V], tuple[Seen, ...]], value: V) -> None:
        self._function, self._value = function, value
        self._version = 1

    @property
    def value(self) -> V:
        """What the function is of."""
        return self._value

    def set(self, value: V) -> None:
        """Takes another value."""
        if value != self._value:
            self._value = value
            self._version += 1

    def version(self) -> int:
        return self._version

    def look(self) -> tuple[Seen, ...]:
        return self._function(self._value)


class FromJobs:
    """What jobs beside the window come to. A kind of it says which `jobs` there are and takes what they find.

    `news` counts what has come; `drawn` is set to it by whoever draws, so that it is known whether the end was drawn.
    """

    news = 0
    drawn = -1
    _stood: tuple[object, ...] = ()  # where the jobs were when they were last looked at

    @property
    def jobs(self) -> Sequence[Job[Any, Any]]:
        """All that were begun and not replaced."""
        raise NotImplementedError

    @property
    def looked_at(self) -> Sequence[Job[Any, Any]]:
        """Those of them that belong to what is seen where this is drawn."""
        return self.jobs

    def take(self, job: Job[Any, Any], record: Any) -> None:
        """Takes something that a job has found; it stays among the job's records anyway."""

    def version(self) -> int:
        """Goes up with what has come, and with where the jobs stand."""
        jobs = self.jobs
        for job in jobs:
            for record in job.take():
                self.take(job, record)
                self.news += 1
        stands = tuple((job.progress.share, job.over, job.resting, job.paused, job.problem) for job in jobs)
        self.news += stands != self._stood
        self._stood = stands
        return self.news

    def look(self) -> tuple[Seen, ...]:
        """The view has what there is from here."""
        return (Seen(),)

    def close(self) -> None:
        """Ends them."""
        for job in self.jobs:
            job.close()
