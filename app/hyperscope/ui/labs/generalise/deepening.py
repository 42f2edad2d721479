"""The part of the lab that measures deep networks and trains a pair of them, in jobs beside the window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.generalise.depth import Cell, Course, Deep, Grid, Watch, deep
from hyperscope.lab.jobs.job import Job
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.labs.generalise.page import GeneralisePage
from hyperscope.ui.panels.common.axes import number_text
from hyperscope.ui.part import Part
from hyperscope.ui.source import FromJobs

VIEW = "depth"
STEPS = 600  # that a pair trains


class Deepening(FromJobs, Part[Host]):
    """Begins when the view is first shown; it is also what the view is fed from.

    Grids of other sizes are measured by the same process, which is told the newest by a wish.
    """

    def __init__(self, host: Host, page: GeneralisePage) -> None:
        super().__init__(host)
        self.page, self.view = page, page.deep
        self.steps = STEPS
        self.grid: Job[Cell, None] | None = None
        self.watch: Job[Course, None] | None = None
        self.course: Course | None = None
        self._of: Experiment | None = None  # what the grid is of
        view = self.view
        view.drawn.connect(self._draw)
        view.asked.connect(self.train)
        view.paused.connect(self._pause)
        view.twinned.connect(self._open)
        view.moved.connect(self._measure)
        view.grid.chosen.connect(lambda rule, bend: self._choose())
        view.refused.connect(lambda sentence: host.say(sentence, alarm=True))

    def actions(self) -> Sequence[Action]:
        return (Action("Train the chosen depth", "Generalise", self.train, (), "Without batch norm and with it."),)

    # -- as a source ----------------------------------------------------------------------------------------------

    @property
    def jobs(self) -> tuple[Job[Any, None], ...]:
        """The grid's and the pair's, as far as they were begun."""
        return tuple(job for job in (self.grid, self.watch) if job is not None)

    def take(self, job: Job[Any, Any], record: Cell | Course) -> None:
        """Of the pair the newest counts; cells are drawn from the job's records."""
        if isinstance(record, Course):
            self.course = record

    @property
    def busy(self) -> bool:
        """Whether something is under way while it is looked at, or its end is not drawn yet."""
        if self.page.view != VIEW or self.grid is None:
            return False
        done = self._measured and (self.watch is None or self.watch.over or self.watch.paused)
        return not (done and self.drawn == self.news)

    @property
    def _measured(self) -> bool:
        return self.grid is not None and (self.grid.resting or self.grid.over)

    # -- measuring and training -----------------------------------------------------------------------------------

    def lab_shown(self) -> None:
        """Measures and trains when the view is first seen; stands still while another is."""
        if self.page.view != VIEW:
            for job in self.jobs:
                if job.busy:
                    job.pause()
            return
        for job in self.jobs:
            if job.paused:
                job.resume()
        if self.grid is None:
            self._measure()
            self.train()
        self.experiment_changed()

    def experiment_changed(self) -> None:
        """Measures anew: it takes no longer than a look."""
        if self.page.view == VIEW and self.grid is not None:
            if self._of != self.host.session.moved:
                self.grid.close()
                self.grid = None
                self._measure()
            self._draw()

    def _measure(self) -> None:
        layers, units = self.view.settings
        if self.grid is not None and not self.grid.over:
            self.grid.wish(Deep(layers, units))
        else:
            self._of = self.host.session.moved
            self.grid = Job(Grid(self._of, layers, units))
        self._forget()

    def _choose(self) -> None:
        self._forget()
        self._draw()

    def _forget(self) -> None:
        """What was trained is of another pair."""
        if self.watch is not None:
            self.watch.close()
        self.watch = self.course = None
        self.news += 1

    @property
    def pair(self) -> tuple[Experiment, Experiment]:
        """The chosen networks, without batch norm and with it."""
        (layers, units), grid = self.view.settings, self.view.grid
        made = [deep(self.host.session.moved, layers, units, grid.rule, grid.bend, on) for on in (False, True)]
        return made[0], made[1]

    def train(self) -> None:
        """Trains the chosen pair from the start."""
        self._forget()
        self.watch = Job(Watch(self.pair, self.steps))
        self._draw()

    def _pause(self) -> None:
        if self.watch is not None:
            self.watch.switch()
            self._draw()

    def _open(self) -> None:
        plain, normed = self.pair
        session = self.host.session

        def begin() -> None:
            if session.twin is not None:
                session.end_twin("A")
            session.apply(plain)
            session.restart()
            session.start_twin(normed)
            session.play(True)

        self.host.do(begin)
        self.host.show_lab("playground")
        self.host.hold("A is without batch norm, B with it.")

    # -- drawing --------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        self.drawn = self.news
        view, grid = self.view, self.view.grid
        if self.grid is not None:
            grid.show_cells(self.grid.records)
        found = [grid.cells.get((grid.rule, grid.bend, normed)) for normed in (False, True)]
        now = self.course.signals if self.course is not None else (None, None)
        for chart, name in ((view.sizes, "size"), (view.gradients, "gradient")):
            start = [getattr(one, name) if one is not None else None for one in found]
            later = [getattr(one, name) if one is not None else None for one in now]
            chart.show_values((start[0], start[1]), (later[0], later[1]))
        problems = [job.problem for job in self.jobs if job.problem]
        view.sentence.setText(problems[0] if problems else grid.sentence(grid.rule, grid.bend))
        view.losses.setText(self._losses())
        view.pause.setEnabled(self.watch is not None and not self.watch.over)
        view.pause.setText("Go on" if self.watch is not None and self.watch.paused else "Pause")

    def _losses(self) -> str:
        course = self.course
        if course is None or not all(len(one) for one in course.loss):
            return "“Train it” shows what becomes of them."
        each = []
        for how, loss, stopped in zip(("without", "with"), course.loss, course.stopped, strict=True):
            each.append(f"{how} batch norm {number_text(float(loss[-1]))}" + (", diverged" if stopped else ""))
        most = max(int(step[-1]) for step in course.step)
        classes = self.page.classes
        guess = f"; guessing is ln {classes} = {number_text(math.log(classes))}" if classes else ""
        return f"Training loss after {most} steps: {', '.join(each)}{guess}."
