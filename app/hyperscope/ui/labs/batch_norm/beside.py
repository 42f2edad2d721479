"""What the lab trains beside the shared network as one job, which begins when its view is first shown."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.job import Job
from hyperscope.lab.jobs.task import Task
from hyperscope.ui.host import Host
from hyperscope.ui.labs.batch_norm.page import BatchNormPage
from hyperscope.ui.part import Part
from hyperscope.ui.source import FromJobs

R = TypeVar("R")


class Beside(FromJobs, Part[Host], Generic[R]):
    """It is also what the view is fed from: `newest` is the last record that came."""

    what = "networks"

    def __init__(self, host: Host, page: BatchNormPage) -> None:
        super().__init__(host)
        self.page = page
        self.job: Job[R, None] | None = None
        self.newest: R | None = None
        self._of: Experiment | None = None
        page.turned.connect(lambda: self.lab_shown())

    # -- what a kind of it says --------------------------------------------------------------------------------------

    @property
    def seen(self) -> bool:
        """Whether its view is the one that is looked at."""
        raise NotImplementedError

    def task(self, experiment: Experiment) -> Task[R, None]:
        """What is to be trained, of an experiment. Raises: ValueError for what cannot be."""
        raise NotImplementedError

    def show(self, newest: R | None, note: str, *, paused: bool, done: bool) -> None:
        """Shows where it stands; `note` says how far that is."""
        raise NotImplementedError

    # -- as a source -------------------------------------------------------------------------------------------------

    @property
    def jobs(self) -> tuple[Job[R, None], ...]:
        """The one, once it was begun."""
        return () if self.job is None else (self.job,)

    def take(self, job: Job[Any, Any], record: R) -> None:
        """Of records the newest counts."""
        self.newest = record

    # -- as a part ---------------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether it is under way while it is looked at, or its end is not drawn yet."""
        job = self.job if self.seen else None
        return job is not None and not ((job.over or job.resting) and self.drawn == self.news)

    def lab_shown(self) -> None:
        """Trains when the view is first seen, and stands still while another is."""
        if self.seen:
            if self.job is None:
                self.run()
            elif self.job.paused and not self.job.over:
                self.job.resume()
            self.draw()
        elif self.job is not None and self.job.busy:
            self.job.pause()

    def lab_left(self) -> None:
        """Stands still while another lab is shown, too."""
        if self.job is not None and self.job.busy:
            self.job.pause()

    def experiment_changed(self) -> None:
        """What was computed may be of an older experiment now."""
        if self.seen:
            self.draw()

    def run(self) -> None:
        """Trains anew, of the experiment as it is."""
        experiment = self.host.session.moved
        try:
            task = self.task(experiment)
        except ValueError as problem:
            self.host.say(str(problem), alarm=True)
            return
        if self.job is not None:
            self.job.close()
        self.job, self.newest, self._of = Job(task), None, experiment
        self.news += 1
        self.draw()

    def pause(self) -> None:
        """Has it stand still, or go on."""
        if self.job is not None:
            self.job.switch()
            self.draw()

    def wish(self, wish: Any) -> None:
        """Passes on what is wished for while it trains, and after."""
        if self.job is not None and not self.job.over:
            self.job.wish(wish)

    def draw(self) -> None:
        """Has the view show where it stands."""
        self.drawn = self.news
        job, note, done, paused = self.job, self.what, True, False
        if job is not None:
            done, paused = job.over or job.resting or job.progress.share >= 1, job.paused
            note = self.what if done else f"{self.what}, {100 * job.progress.share:.0f} %"
            note += ", paused" if paused else ""
            if job.problem:
                note = job.problem
            elif self._of != self.host.session.moved:
                note = f"of an earlier experiment: {note}"
        self.show(self.newest, note, paused=paused, done=done)
