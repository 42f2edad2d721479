"""A job behind a view of the lab: begun when the view is first shown, paused while another is, kept when it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.job import Job
from hyperscope.lab.jobs.task import Task
from hyperscope.lab.probes.snapshot import Seen


class Behind:
    """The job of a view, as a source. `task` makes one of an experiment, and may raise ValueError with a sentence;
    `draw` is told of every piece of news.
    """

    def __init__(self, task: Callable[[Experiment], Task[Any, Any]], draw: Callable[[], None]) -> None:
        self._task, self._draw = task, draw
        self.job: Job[Any, Any] | None = None
        self.records: dict[type, Any] = {}  # the newest of each type
        self.refused = ""
        self._of: object = None
        self._news = 0
        self._drawn = -1
        self._stood: tuple[float, bool, bool, str] = (0.0, False, False, "")

    # -- as a source ----------------------------------------------------------------------------------------------

    def version(self) -> int:
        """Goes up with what has come; draws it."""
        if self.job is not None:
            for record in self.job.take():
                self.records[type(record)] = record
                self._news += 1
            stands = self.job.progress.share, self.done, self.job.paused, self.job.problem
            self._news += stands != self._stood
            self._stood = stands
        if self._drawn != self._news:
            self._drawn = self._news
            self._draw()
        return self._news

    def look(self) -> tuple[Seen, ...]:
        """The view has what there is from here."""
        return (Seen(),)

    @property
    def done(self) -> bool:
        """Whether nothing more will come by itself."""
        return self.job is not None and (self.job.over or self.job.resting or self.job.progress.share >= 1)

    @property
    def busy(self) -> bool:
        """Whether it is under way, or its end is not drawn yet."""
        return self.job is not None and not (self.done and self._drawn == self._news)

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
        self._news += 1

    def pause(self) -> None:
        """Lets it stand, or go on."""
        if self.job is not None and not self.done:
            (self.job.resume if self.job.paused else self.job.pause)()
            self._news += 1

    def show(self, on: bool) -> None:
        """Goes on while its view is shown, and stands still while it is not."""
        if self.job is None or self.job.over:
            return
        if on and self.job.paused:
            self.job.resume()
        elif not on and self.job.busy:
            self.job.pause()

    def close(self) -> None:
        """Ends it."""
        if self.job is not None:
            self.job.close()
