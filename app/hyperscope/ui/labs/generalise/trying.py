"""The part of the lab that has remedies, strengths and more examples tried, in jobs beside the window, and takes over
what is chosen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec

from hyperscope.lab.doctor.checks import Remedy
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.generalise.errors import verdict
from hyperscope.lab.generalise.learning_curve import Curve, LearningCurve
from hyperscope.lab.generalise.remedies import usual
from hyperscope.lab.generalise.strengths import STRENGTHS
from hyperscope.lab.generalise.trials import Trials, Tried
from hyperscope.lab.jobs.job import Job
from hyperscope.lab.jobs.population_task import Maps, Standing
from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.lab.sweeps.outcome import Outcome
from hyperscope.lab.sweeps.sweep import Plan, Sweep
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.labs.generalise.page import GeneralisePage
from hyperscope.ui.part import Part
from hyperscope.ui.parts.twin import TwinPart
from hyperscope.ui.source import FromJobs

VIEW = "bias-and-variance"
SIDE = 32  # cells of a small map
TRIALS, CURVE = "trials", "curve"


class _Run:
    """A job and the experiment it is of; `outcome` of a strength."""

    def __init__(self, task: Any, of: Experiment, plan: Plan | None = None) -> None:
        self.job: Job[Any, Any] = Job(task)
        self.of, self.plan = of, plan
        self.outcome: Outcome | None = None
        self.curve: LearningCurve | None = None

    @property
    def done(self) -> bool:
        return self.job.over or self.job.resting


class Trying(FromJobs, Part[Host]):
    """Begins when the view is first shown; it is also what the view is fed from.

    The remedies train beside one other job at a time: the strengths that are looked at first, then more examples.
    """

    def __init__(self, host: Host, page: GeneralisePage) -> None:
        super().__init__(host)
        self.page, self.view = page, page.bias
        self._runs: dict[str, _Run] = {}
        self._paused = False
        self._begun: Experiment | None = None  # whose network was had trained
        self.only: tuple[str, ...] = ()  # names of the remedies that are tried, () for all
        view = self.view
        view.drawn.connect(self._draw)
        view.asked.connect(self.run)
        view.paused.connect(self._pause)
        view.table.tried.connect(self._try)
        view.table.kept.connect(self._keep)
        view.strength.chosen.connect(self._choose)
        view.strength.twinned.connect(lambda one: self._twin(view.strength.said(), one))
        view.errors.moved.connect(lambda value: host.move_knob("best_error", value))
        view.errors.judged.connect(self._judge)
        for refused in (view.refused, view.errors.refused):
            refused.connect(lambda sentence: host.say(sentence, alarm=True))

    def actions(self) -> Sequence[Action]:
        return (
            Action("Try every remedy again", "Generalise", self.run, ("G",), "Of the experiment as it is now."),
            *(
                Action(f"Strengths: {sweep.title}", "Generalise", partial(self.show_strength, sweep.name))
                for sweep in STRENGTHS
            ),
        )

    # -- as a source ----------------------------------------------------------------------------------------------

    @property
    def jobs(self) -> tuple[Job[Any, Any], ...]:
        """All that were begun."""
        return tuple(run.job for run in self._runs.values())

    @property
    def looked_at(self) -> tuple[Job[Any, Any], ...]:
        """All but those of strengths that are not shown."""
        return tuple(run.job for run in self._present)

    def take(self, job: Job[Any, Any], record: Any) -> None:
        """The newest outcome of a strength, and the newest curve; what was tried is drawn from the job's records."""
        run = next(run for run in self._runs.values() if run.job is job)
        if isinstance(record, Standing) and run.plan is not None:
            run.outcome = Outcome(run.plan, record)
        elif isinstance(record, LearningCurve):
            run.curve = record

    def version(self) -> int:
        """Goes up with what has come, after which others may have their turn."""
        super().version()
        if self._wanted and not self._paused:
            self._share_out()
        return self.news

    @property
    def busy(self) -> bool:
        """Whether something is under way while it is looked at, or its end is not drawn yet."""
        if not self._wanted or self._paused:
            return False
        return not (len(self._order) == len(self._present) and self.done and self.drawn == self.news)

    @property
    def done(self) -> bool:
        """Whether all that is looked at is trained."""
        return all(run.done for run in self._present)

    @property
    def _wanted(self) -> bool:
        return self.page.view == VIEW and bool(self._runs)

    @property
    def _order(self) -> tuple[str, ...]:
        """What is to be trained, the first two of which go together."""
        return TRIALS, self.view.strength.sweep.name, CURVE

    @property
    def _present(self) -> list[_Run]:
        return [self._runs[name] for name in self._order if name in self._runs]

    # -- running --------------------------------------------------------------------------------------------------

    def lab_shown(self) -> None:
        """Trains when the view is first seen, and goes on with what stood still."""
        if self.page.view != VIEW:
            self._stand_still()
        elif not self._runs:
            self.run()
        elif not self._paused:
            self._share_out()
        self._draw()

    def lab_left(self) -> None:
        """What is under way goes on: it takes a core that is free, and is there when one comes back."""

    def experiment_changed(self) -> None:
        """What was computed may be of an older experiment now, which is said where it is seen."""
        if self.page.view == VIEW:
            self._draw()

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """Has a network that was never trained take as many steps as those that it is compared with, once."""
        status, session = snapshot.status, self.host.session
        if self.page.view != VIEW or status.step or status.playing or self._begun == session.moved:
            return
        self._begun = session.moved
        if self.page.training_examples:
            batches = math.ceil(self.page.training_examples / session.moved.training.batch_size)
            session.train_to(max(1, round(self.view.settings[0] / batches)))

    def run(self) -> None:
        """Trains everything anew, of the experiment as it is."""
        self.close()
        self._runs, self._paused = {}, False
        self._begin(TRIALS)
        self._share_out()
        self._draw()

    def _begin(self, name: str) -> None:
        """Begins a job, of the experiment of the remedies that it stands beside."""
        experiment = self._runs[TRIALS].of if TRIALS in self._runs else self.host.session.moved
        steps, seeds = self.view.settings
        try:
            if name == TRIALS:
                run = _Run(Trials(experiment, steps, seeds, self.only), experiment)
            elif name == CURVE:
                run = _Run(Curve(experiment, steps, seeds), experiment)
            else:
                sweep = next(one for one in STRENGTHS if one.name == name)
                plan = Plan(sweep, experiment, sweep.values, seeds, sweep.epochs)
                task = plan.task(Maps(SIDE))
                own = task if task.lengths else replace(task, epochs=0, steps=steps)
                run = _Run(own, experiment, plan)
        except ValueError as problem:
            self.host.say(str(problem), alarm=True)
            return
        self._runs[name] = run
        self.news += 1

    def _share_out(self) -> None:
        """Lets two of them train at a time, in their order, and begins what has not begun.

        Until the first remedy is there it trains alone: a second process that starts beside it would make that wait.
        """
        first = self._runs.get(TRIALS)
        waits = first is not None and not first.done and not first.job.records
        free = 1 if waits else 2
        for name in self._order:
            if name not in self._runs:
                if not free:
                    return
                self._begin(name)
                if name not in self._runs:
                    return
            run = self._runs[name]
            if run.done:
                continue
            if free and run.job.paused:
                run.job.resume()
            elif not free and not run.job.paused:
                run.job.pause()
            free -= bool(free)
        for name, run in self._runs.items():
            if name not in self._order and run.job.busy:
                run.job.pause()

    def _stand_still(self) -> None:
        for run in self._runs.values():
            if run.job.busy:
                run.job.pause()

    def _pause(self) -> None:
        self._paused = not self._paused
        if self._paused:
            self._stand_still()
        else:
            self._share_out()
        self._draw()

    def show_strength(self, name: str) -> None:
        """Looks at one of the strengths. Raises: StopIteration for none of that name."""
        self.host.show_lab("generalise", VIEW)
        self.view.strength.show_sweep(next(one for one in STRENGTHS if one.name == name))
        self._choose(self.view.strength.sweep)

    def _choose(self, sweep: Sweep) -> None:
        if self._runs and not self._paused:
            self._share_out()
        self._draw()

    # -- drawing --------------------------------------------------------------------------------------------------

    def _judge(self) -> None:
        """Says what the errors come to, and lights what applies."""
        found = self.view.errors.errors
        judged = verdict(found) if found is not None else None
        self.view.recipe.show_verdict(judged, found is not None and found.apart is not None)
        said = judged.sentence if judged is not None else ""
        if letter := self.view.errors.letter:
            said = f"{letter}: {said}"
        self.view.sentence.setText(f"{said} {self.view.table.sentence()}".strip())

    def _note(self, name: str) -> str:
        run = self._runs.get(name)
        if run is None:
            return ""
        if run.job.problem:
            return run.job.problem
        old = "" if _alike(run.of, self.host.session.moved) else "of an earlier experiment"
        going = "" if run.done else f"{100 * run.job.progress.share:.0f} %" + (", paused" if run.job.paused else "")
        return ": ".join(part for part in (old, going) if part)

    def _draw(self) -> None:
        self.drawn = self.news
        view = self.view
        view.errors.side = int(self.host.session.side == "B")
        trials = self._runs.get(TRIALS)
        rows = tuple(sorted(trials.job.records, key=_declared)) if trials is not None else ()
        note = self._note(TRIALS)
        if trials is not None and trials.done and not note:
            steps, seeds = view.settings
            note = f"{steps} steps each, {seeds} seed{'s' * (seeds > 1)}"
        view.table.show_rows(rows, trials is not None and trials.done, note)
        strength = self._runs.get(view.strength.sweep.name)
        view.strength.show_outcome(
            strength.outcome if strength is not None else None, self._note(view.strength.sweep.name)
        )
        curve = self._runs.get(CURVE)
        best = view.errors.errors.best if view.errors.errors is not None else 0.0
        view.learning.show_curve(curve.curve if curve is not None else None, best, self._note(CURVE))
        view.pause.setEnabled(bool(self._runs) and not (len(self._present) == len(self._order) and self.done))
        view.pause.setText("Go on" if self._paused else "Pause")
        self._judge()

    # -- taking over ----------------------------------------------------------------------------------------------

    def _now(self, row: Tried) -> Experiment | None:
        """The remedy done to the experiment as it is now, which may have changed since it was tried."""
        return self._done_to(self.host.session.moved, row)

    def _done_to(self, experiment: Experiment, row: Tried) -> Experiment | None:
        if row.experiment is None:
            return None
        tries = usual[row.name].tries(experiment)
        found = [] if isinstance(tries, str) else [one.experiment for one in tries if one.caption == row.caption]
        return found[0] if found else row.experiment

    def _try(self, row: Tried) -> None:
        if (made := self._now(row)) is not None:
            self._twin(row.caption, made)

    def _twin(self, caption: str, made: Experiment) -> None:
        self.host.do(lambda: self.host.part(TwinPart).try_remedy(Remedy(caption, lambda _: made, restart=True)))
        self.host.show_lab("playground")
        self.host.hold(f"A is as it was, B: {caption}.")

    def _keep(self, row: Tried) -> None:
        session = self.host.session
        if row.name == "Longer training":
            epochs = 3 * max(20, round(session.status.epoch))
            self.host.do(lambda: session.train_to(epochs))
            self.host.say(f"It trains on to epoch {epochs}.")
            return
        if row.experiment is None:
            return

        def take() -> None:
            session.change(lambda one: self._done_to(one, row) or one)
            session.restart()
            session.play(True)

        self.host.do(take)
        self.host.say(f"Kept: {row.caption}. Training starts again.")


def _alike(one: Experiment, other: Experiment) -> bool:
    """Whether the same networks are trained; what error is held to be the least possible has no part in that."""
    return msgspec.structs.replace(one, best_error=other.best_error) == other


def _declared(row: Tried) -> int:
    names = ["", *usual]
    return names.index(row.name)
