"""Networks that a view trains beside the window: a job, its newest standing, and what they were made of."""

from __future__ import annotations

from collections.abc import Sequence

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.job import Job
from hyperscope.lab.jobs.population_task import HandedOver, HandOver, Maps, PopulationTask, Standing
from hyperscope.lab.probes.snapshot import Seen


class Crowd:
    """A source: `version` goes up with what has come. `of` is what the networks were made of."""

    def __init__(self) -> None:
        self.job: Job[Standing | HandedOver, None] | None = None
        self.standing: Standing | None = None
        self.of: object = None
        self.handed: list[HandedOver] = []
        self._news = 1

    def begin(self, experiments: Sequence[Experiment], epochs: int, of: object) -> None:
        """Trains these in place of those before. Raises: ValueError where they cannot be."""
        task = PopulationTask(tuple(experiments), epochs=epochs, maps=Maps(0))
        self.close()
        self.standing, self.of = None, of
        self.job = Job(task)
        self._news += 1

    def pause(self) -> None:
        """Lets it stand, or go on."""
        if self.job is not None and not self.job.over:
            (self.job.resume if self.job.paused else self.job.pause)()
            self._news += 1

    def ask_for(self, number: int) -> None:
        """Has a network handed over as it is."""
        if self.job is not None and not self.job.over:
            self.job.wish(HandOver(number))

    def touch(self) -> None:
        """Something that is drawn with it has changed."""
        self._news += 1

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
        count = len(self.job.task.experiments) if isinstance(self.job.task, PopulationTask) else 0
        share = 1.0 if self.done else self.job.progress.share
        paused = ", paused" if self.job.paused else ""
        return f"{count} networks" + ("" if self.done else f", {100 * share:.0f} %{paused}")

    def version(self) -> int:
        """Goes up with what has come."""
        if self.job is not None:
            before = self.job.progress, self.job.resting, self.job.over
            for record in self.job.take():
                if isinstance(record, Standing):
                    self.standing = record
                else:
                    self.handed.append(record)
                self._news += 1
            self._news += before != (self.job.progress, self.job.resting, self.job.over)
        return self._news

    def look(self) -> tuple[Seen, ...]:
        """The view has what there is from here itself."""
        return (Seen(),)

    def close(self) -> None:
        """Ends it."""
        if self.job is not None:
            self.job.close()
            self.job = None
