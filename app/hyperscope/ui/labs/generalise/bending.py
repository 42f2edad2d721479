"""The part of the lab that shows cost surfaces: of the examples that are looked at, and of a run by a job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.generalise.saddles import POINTS, STEPS, Bends, Run, Slice
from hyperscope.lab.jobs.job import Job
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.labs.generalise.page import GeneralisePage
from hyperscope.ui.panels.common.axes import number_text
from hyperscope.ui.part import Part
from hyperscope.ui.source import FromJobs

VIEW = "surface"


class Bending(FromJobs, Part[Host]):
    """Begins when the view is first shown; it is also what the view is fed from."""

    def __init__(self, host: Host, page: GeneralisePage) -> None:
        super().__init__(host)
        self.page, self.view = page, page.surface
        self.steps, self.points = STEPS, POINTS
        self.job: Job[Bends | Slice, None] | None = None
        self.bends: Bends | None = None
        self.slices: dict[str, Slice] = {}
        self._of: Experiment | None = None
        self.view.drawn.connect(self._draw)
        self.view.card.asked.connect(self.run)
        self.view.card.paused.connect(self._pause)
        self.view.card.refused.connect(lambda sentence: host.say(sentence, alarm=True))

    def actions(self) -> Sequence[Action]:
        return (Action("Measure the run's second derivatives again", "Generalise", self.run),)

    # -- as a source ----------------------------------------------------------------------------------------------

    @property
    def jobs(self) -> tuple[Job[Bends | Slice, None], ...]:
        """The one, once it was begun."""
        return () if self.job is None else (self.job,)

    def take(self, job: Job[Any, Any], record: Bends | Slice) -> None:
        """The newest of the run, and of each pair of directions."""
        if isinstance(record, Bends):
            self.bends = record
        else:
            self.slices[record.directions] = record

    @property
    def busy(self) -> bool:
        """Whether a surface waits for its turn, the run is under way while it is looked at, or its end is not drawn."""
        if self.page.view != VIEW:
            return False
        job = self.job
        return self.view.turns.waits or (
            job is not None and not job.paused and not (job.over and self.drawn == self.news)
        )

    # -- running --------------------------------------------------------------------------------------------------

    def lab_shown(self) -> None:
        """Measures when the view is first seen, and stands still while another is."""
        if self.page.view != VIEW:
            if self.job is not None and self.job.busy:
                self.job.pause()
            return
        if self.job is None:
            self.run()
        elif self.job.paused and not self.job.over:
            self.job.resume()
        self.experiment_changed()

    def experiment_changed(self) -> None:
        """Shows the surfaces of the examples of the one that the controls move; the run is of an older experiment."""
        self.view.bowls.show_side(int(self.host.session.side == "B"))
        if self.page.view == VIEW:
            self._draw()

    def run(self) -> None:
        """Trains and measures anew, of the experiment as it is."""
        self.close()
        self._of = self.host.session.moved
        self.bends, self.slices = None, {}
        self.job = Job(Run(self._of, self.steps, self.points))
        self.news += 1
        self._draw()

    def _pause(self) -> None:
        if self.job is not None:
            self.job.switch()
            self._draw()

    def _draw(self) -> None:
        self.drawn = self.news
        view, job = self.view, self.job
        note, shown = "", self.bends
        if job is not None:
            note = job.problem or ("" if job.over else f"{100 * job.progress.share:.0f} %")
            if self._of != self.host.session.moved and not note:
                note = "of an earlier experiment"
            view.card.pause.setEnabled(not job.over)
            view.card.pause.setText("Go on" if job.paused else "Pause")
        units = ""
        if shown is not None:
            units = "–".join(str(one) for one in shown.units) or "no hidden units"
            units = f"{units}, made smaller" if shown.smaller else units
        view.share.show_bends(shown, note or units)
        view.slope.show_bends(shown, "")
        if shown is not None and len(shown.step):
            most = 100 * float(shown.negative.max())
            now = 100 * float(shown.negative[-1])
            at = number_text(float(shown.step[int(shown.negative.argmax())]))
            view.share.setToolTip(f"At most {most:.0f} % at step {at}, {now:.0f} % at the last: saddles, not valleys.")
        view.slice.show_slices(self.slices)
