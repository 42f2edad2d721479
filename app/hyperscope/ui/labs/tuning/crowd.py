"""Networks that a view trains beside the window: a job, its newest standing, and what they were made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.job import Job
from hyperscope.lab.jobs.population_task import HandedOver, HandOver, Maps, PopulationTask
from hyperscope.lab.jobs.task import Task
from hyperscope.ui.source import FromJobs


class Crowd(FromJobs):
    """A source: `version` goes up with what has come. `of` is what the networks were made of; `standing` is the newest
    record of the task, but for networks handed over.
    """

    def __init__(self) -> None:
        self.job: Job[Any, None] | None = None
        self.standing: Any = None
        self.of: object = None
        self.handed: list[HandedOver] = []
        self.news = 1

    def begin(self, experiments: Sequence[Experiment], epochs: int, of: object) -> None:
        """Trains these in place of those before. Raises: ValueError where they cannot be."""
        self.start(PopulationTask(tuple(experiments), epochs=epochs, maps=Maps(0)), of)

    def start(self, task: Task[Any, None], of: object) -> None:
        """Carries this out in place of what was before."""
        self.close()
        self.standing, self.of = None, of
        self.job = Job(task)
        self.news += 1

    def pause(self) -> None:
        """Lets it stand, or go on."""
        if self.job is not None:
            self.job.switch()
            self.news += 1

    def ask_for(self, number: int) -> None:
        """Has a network handed over as it is."""
        if self.job is not None and not self.job.over:
            self.job.wish(HandOver(number))

    def wish(self, wish: object) -> None:
        """Asks the task for something else."""
        if self.job is not None and not self.job.over:
            self.job.resting = False  # until it has said so again
            self.job.wish(wish)
            self.news += 1

    def touch(self) -> None:
        """Something that is drawn with it has changed."""
        self.news += 1

    @property
    def done(self) -> bool:
        """Whether all are trained."""
        return self.job is not None and (self.job.resting or self.job.over)

    @property
    def busy(self) -> bool:
        """Whether they are being trained."""
        return self.job is not None and self.job.busy

    @property
    def problem(self) -> str:
        """Why there is nothing, in a sentence, or ""."""
        return self.job.problem if self.job is not None else ""

    def said(self) -> str:
        """How far it is."""
        if self.job is None:
            return ""
        if self.problem:
            return self.problem
        share = 1.0 if self.done else self.job.progress.share
        said = f"{len(self.job.task.experiments)} networks" if isinstance(self.job.task, PopulationTask) else ""
        far = "" if self.done else f"{100 * share:.0f} %" + (", paused" if self.job.paused else "")
        return ", ".join(filter(None, (said, far)))

    @property
    def jobs(self) -> tuple[Job[Any, None], ...]:
        """The one, once it was begun."""
        return () if self.job is None else (self.job,)

    def take(self, job: Job[Any, Any], record: Any) -> None:
        """The newest standing, and every network handed over."""
        if isinstance(record, HandedOver):
            self.handed.append(record)
        else:
            self.standing = record

    def close(self) -> None:
        """Ends it."""
        super().close()
        self.job = None
