"""A job behind a view of the lab: begun when the view is first shown, paused while another is, kept when it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.job import Job
from hyperscope.lab.jobs.task import Task
from hyperscope.ui.source import FromJobs


class Behind(FromJobs):
    """The job of a view, as a source. `task` makes one of an experiment, and may raise ValueError with a sentence;
    `draw` is told of every piece of news.
    """

    def __init__(self, task: Callable[[Experiment], Task[Any, Any]], draw: Callable[[], None]) -> None:
        self._task, self._draw = task, draw
        self.job: Job[Any, Any] | None = None
        self.records: dict[type, Any] = {}  # the newest of each type
        self.refused = ""
        self._of: object = None

    # -- as a source ----------------------------------------------------------------------------------------------

    @property
    def jobs(self) -> tuple[Job[Any, Any], ...]:
        """The one, once it was begun."""
        return () if self.job is None else (self.job,)

    def take(self, job: Job[Any, Any], record: Any) -> None:
        """Keeps the newest of each type."""
        self.records[type(record)] = record

    def version(self) -> int:
        """Goes up with what has come; draws it."""
        super().version()
        if self.drawn != self.news:
            self.drawn = self.news
            self._draw()
        return self.news

    @property
    def done(self) -> bool:
        """Whether nothing more will come by itself."""
        return self.job is not None and (self.job.over or self.job.resting or self.job.progress.share >= 1)

    @property
    def busy(self) -> bool:
        """Whether it is under way, or its end is not drawn yet."""
        return self.job is not None and not (self.done and self.drawn == self.news)

    def note(self, what: str, now: object) -> str:
        """How far it is, in words; `now` is what it would be of if it were begun now."""
        if self.refused:
            return self.refused
        if self.job is None:
            return ""
        if self.job.problem:
            return self.job.problem
        said = what if self.done else f"{what}, {100 * self.job.progress.share:.0f} %"
        said += ", paused" if self.job.paused and not self.done else ""
        return said if now == self._of else f"of an earlier experiment: {said}"

    def is_of(self, now: object) -> bool:
        """Whether it was begun of this."""
        return self.job is not None and self._of == now

    # -- what is done with it -------------------------------------------------------------------------------------

    def begin(self, experiment: Experiment, of: object = None) -> None:
        """Begins anew, of an experiment."""
        self._of = experiment if of is None else of
        self.refused = ""
        try:
            task = self._task(experiment)
        except ValueError as problem:
            self.refused = str(problem)
        else:
            self.close()
            self.job, self.records = Job(task), {}
        self.news += 1

    def pause(self) -> None:
        """Lets it stand, or go on."""
        if self.job is not None and not self.done:
            self.job.switch()
            self.news += 1

    def show(self, on: bool) -> None:
        """Goes on while its view is shown, and stands still while it is not."""
        if self.job is None or self.job.over:
            return
        if on and self.job.paused:
            self.job.resume()
        elif not on and self.job.busy:
            self.job.pause()
