"""Sweeps under way: a job for each that was begun, of which one trains while it is looked at; what came is kept.

It knows no widgets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.job import Job
from hyperscope.lab.jobs.population_task import HandedOver, HandOver, Maps, Standing
from hyperscope.lab.sweeps.outcome import Outcome
from hyperscope.lab.sweeps.sweep import Plan, Sweep
from hyperscope.ui.source import FromJobs

SIDE = 24  # cells of a small map


@dataclass
class Run:
    """A plan being carried out, and what has come of it."""

    plan: Plan
    job: Job[Standing | HandedOver, None]
    outcome: Outcome | None = None

    @property
    def done(self) -> bool:
        """Whether all are trained."""
        return self.job.resting or self.job.over

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        return 1.0 if self.done else self.job.progress.share


class Runs(FromJobs):
    """Of each sweep the last run. It is the source of the views of sweeps."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}
        self.handed: list[HandedOver] = []  # networks that were asked for, until somebody takes them
        self._shown = ""  # the name of the sweep that is looked at

    def of(self, sweep: Sweep) -> Run | None:
        """The last run of a sweep."""
        return self._runs.get(sweep.name)

    def begin(self, plan: Plan) -> None:
        """Trains this in place of what was trained of the same sweep; all others stand still meanwhile."""
        if (old := self._runs.pop(plan.sweep.name, None)) is not None:
            old.job.close()
        self._runs[plan.sweep.name] = Run(plan, Job(plan.task(Maps(SIDE))))
        self.look_at(plan.sweep)

    def look_at(self, sweep: Sweep) -> None:
        """Lets this one train, and no other."""
        self._shown = sweep.name
        for name, run in self._runs.items():
            if run.job.over or run.done:
                continue
            if name != sweep.name and not run.job.paused:
                run.job.pause()
            elif name == sweep.name and run.job.paused:
                run.job.resume()
        self.news += 1

    def is_of_old(self, sweep: Sweep, experiment: Experiment) -> bool:
        """Whether what there is is of another experiment."""
        run = self.of(sweep)
        return run is not None and run.plan.experiment != experiment

    def ask_for(self, sweep: Sweep, number: int) -> None:
        """Has a network handed over as it is now."""
        if (run := self.of(sweep)) is not None and not run.job.over:
            run.job.wish(HandOver(number))

    # -- as a source ----------------------------------------------------------------------------------------------

    @property
    def jobs(self) -> tuple[Job[Any, Any], ...]:
        """One of each sweep that was begun."""
        return tuple(run.job for run in self._runs.values())

    @property
    def looked_at(self) -> tuple[Job[Any, Any], ...]:
        """That of the sweep that is looked at."""
        return tuple(run.job for name, run in self._runs.items() if name == self._shown)

    def take(self, job: Job[Any, Any], record: Standing | HandedOver) -> None:
        """The newest outcome, and every network handed over."""
        if isinstance(record, Standing):
            run = next(run for run in self._runs.values() if run.job is job)
            run.outcome = Outcome(run.plan, record)
        else:
            self.handed.append(record)
