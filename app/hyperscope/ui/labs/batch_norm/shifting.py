"""The part of the lab that trains three networks beside each other, as a job, for the view of shifting inputs."""

from __future__ import annotations

from collections.abc import Sequence

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.job import Job
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.lab.sweeps.shifting import Courses, ThreeNetworks, deep_sigmoid
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.labs.batch_norm.page import BatchNormPage
from hyperscope.ui.part import Part

VIEW = "shift"


class Shifting(Part[Host]):
    """Begins when the view is first shown; it is also what the view is fed from."""

    def __init__(self, host: Host, page: BatchNormPage) -> None:
        super().__init__(host)
        self.page, self.view = page, page.of_shift
        self.job: Job[Courses, None] | None = None
        self.courses: Courses | None = None
        self._of: Experiment | None = None
        self._news = 0
        self._drawn = -1  # of the news, what is drawn
        self._stood: tuple[float, bool, str] = (0.0, False, "")  # where the job was when it was last looked at
        self.view.drawn.connect(self._draw)
        self.view.card.asked.connect(self.run)
        self.view.card.paused.connect(self._pause)
        self.view.card.refused.connect(lambda sentence: host.say(sentence, alarm=True))

    def actions(self) -> Sequence[Action]:
        return (Action("Train the three networks again", "Batch norm", self.run),)

    # -- as a source ----------------------------------------------------------------------------------------------

    def version(self) -> int:
        """Goes up with what has come."""
        if self.job is not None:
            for record in self.job.take():
                self.courses = record
                self._news += 1
            stands = self.job.progress.share, self.job.over, self.job.problem
            self._news += stands != self._stood
            self._stood = stands
        return self._news

    def look(self) -> tuple[Seen, ...]:
        """The view has what there is from here."""
        return (Seen(),)

    @property
    def busy(self) -> bool:
        """Whether the three are under way while they are looked at, or their end is not drawn yet."""
        job = self.job if self.page.view == VIEW else None
        return job is not None and not ((job.over or job.resting) and self._drawn == self._news)

    def lab_shown(self) -> None:
        """Trains when the view is first seen, and stands still while another is."""
        if self.page.view == VIEW:
            if self.job is None:
                self.run()
            elif self.job.paused and not self.job.over:
                self.job.resume()
            self._draw()
        elif self.job is not None and self.job.busy:
            self.job.pause()

    def experiment_changed(self) -> None:
        """What was computed may be of an older experiment now."""
        if self.page.view == VIEW:
            self._draw()

    def close(self) -> None:
        if self.job is not None:
            self.job.close()

    def run(self) -> None:
        """Trains the three anew, of the experiment as it is."""
        deep, rate, jolt, epochs = self.view.card.settings
        experiment = self.host.session.moved
        try:
            task = ThreeNetworks(deep_sigmoid(experiment) if deep else experiment, rate, jolt, epochs)
        except ValueError as problem:
            self.host.say(str(problem), alarm=True)
            return
        if self.job is not None:
            self.job.close()
        self.job, self.courses, self._of = Job(task), None, experiment
        self._news += 1
        self._draw()

    def _pause(self) -> None:
        if self.job is not None and not self.job.over:
            (self.job.resume if self.job.paused else self.job.pause)()
            self._draw()

    def _draw(self) -> None:
        self._drawn = self._news
        job = self.job
        note = "three networks"
        if job is not None:
            done = job.over or job.resting or job.progress.share >= 1
            note = "three networks" if done else f"three networks, {100 * job.progress.share:.0f} %"
            note += ", paused" if job.paused else ""
            if job.problem:
                note = job.problem
            elif self._of != self.host.session.moved:
                note = f"of an earlier experiment: {note}"
            self.view.card.pause.setEnabled(not done)
            self.view.card.pause.setText("Go on" if job.paused else "Pause")
        self.view.show_courses(self.courses, note)
