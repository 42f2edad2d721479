"""The part of the lab that searches: what is pressed on the wall, and the job behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from hyperscope.lab.export.tables import csv_of
from hyperscope.lab.jobs.job import Job
from hyperscope.lab.tuning.search import Keep, Kept, Open, Opened, Search, SearchIn
from hyperscope.lab.tuning.trials import Plan
from hyperscope.lab.writing import write
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.labs.tuning.page import TuningPage
from hyperscope.ui.labs.tuning.tables import of_trials
from hyperscope.ui.part import Part
from hyperscope.ui.source import FromJobs
from hyperscope.ui.style import dress
from hyperscope.ui.writer import Writer

MOST_KEPT = 50  # trials that go to the run library at once
ENDS = {"pruned": "stopped early", "diverged": "diverged", "failed": "failed"}


class Searching(FromJobs, Part[Host]):
    """Begins a search when the wall is first shown, and again when it is asked for. It is the wall's source too."""

    def __init__(self, host: Host, page: TuningPage) -> None:
        super().__init__(host)
        self.page, self.view = page, page.wall
        self.job: Job[Any, None] | None = None
        self.url = ""  # of the study that is looked at, "" for a search that is not kept
        self._come: list[object] = []  # what the results have not taken yet
        self._opening: int | None = None
        self._told: object = None  # the search whose end was told
        self._writer = Writer(page)
        self._writer.refused.connect(lambda said: host.say(said, alarm=True))
        view = self.view
        view.drawn.connect(self._draw)
        view.card.asked.connect(self.run)
        view.card.paused.connect(self.pause)
        view.card.changed.connect(self._say)
        view.card.refused.connect(lambda sentence: host.say(sentence, alarm=True))
        for part in (view.wall, view.scatter, view.many):
            part.opened.connect(self.open)
        view.many.kept.connect(self.keep)
        view.many.saved.connect(self.save)
        view.scatter.boxed.connect(self.search_in)

    def actions(self) -> Sequence[Action]:
        return (
            Action("Search", "Tuning", self.run, ("G",), "Begins a search as it is set, of the experiment as it is."),
            Action("Pause the search, or go on", "Tuning", self.pause, ("Shift+G",)),
            Action("Keep trials in the run library", "Tuning", self.keep, (), "Those chosen, or the best."),
            Action("Save the trials as CSV", "Tuning", self.save, ()),
            Action("Open the best trial in the Playground", "Tuning", self.open_best, (), "With its weights."),
        )

    # -- as a source ----------------------------------------------------------------------------------------------

    @property
    def jobs(self) -> tuple[Job[Any, None], ...]:
        """The one, once it was begun."""
        return () if self.job is None else (self.job,)

    def take(self, job: Job[Any, Any], record: Any) -> None:
        """Hands over what was asked for; trials go to the results all at once."""
        if isinstance(record, Opened):
            self._hand_over(record)
        elif isinstance(record, Kept):
            self._say_kept(record)
        else:
            self._come.append(record)

    def version(self) -> int:
        """Goes up with what has come."""
        super().version()
        come, self._come = self._come, []
        results = self.view.results
        before_plan = results.plan
        results.take(come)
        if self.url and before_plan is None and results.plan is not None:
            self.view.card.show_plan(results.plan)
        return self.news

    @property
    def busy(self) -> bool:
        """Whether a search is under way, or its end is not drawn yet."""
        return self.job is not None and not ((self.job.resting or self.job.over) and self.drawn == self.news)

    # -- what is done ---------------------------------------------------------------------------------------------

    def lab_shown(self) -> None:
        """Searches a first time, and goes on otherwise."""
        if self.page.view == "wall" and self.job is None:
            self.run()

    def experiment_changed(self) -> None:
        self._say()

    def run(self) -> None:
        """Begins a search as it is set, in place of the one there was."""
        self.view.card.show_experiment(self.host.session.moved)
        try:
            self.begin(self.view.card.plan.checked())
        except (ValueError, LookupError) as problem:
            self.host.say(str(problem.args[0]), alarm=True)

    def begin(self, plan: Plan | None, url: str = "", *, closed: bool = False) -> None:
        """Carries out a plan, or shows the study at `url` as it is, or goes on with it.

        Raises: ValueError when those who are to train are not named.
        """
        search = Search(plan, url, closed=closed, plane=self.host.looked_at.focus.plane)
        if not closed:
            search = replace(search, processes=self.view.card.processes, scheduler=self.view.card.scheduler)
        if self.job is not None:
            self.job.close()
        self.url = url
        self.view.results.begin(plan)
        self.job = Job(search)
        self.news += 1
        self._say()

    def pause(self) -> None:
        """Lets the search stand, or go on; a study that is looked at is gone on with."""
        if self.view.results.goes_on and self.url:
            try:
                self.begin(None, self.url)
            except ValueError as problem:
                self.host.say(str(problem), alarm=True)
            return
        if self.job is not None:
            self.job.switch()
            self._say()

    def search_in(self, box: Mapping[str, tuple[float, float]]) -> None:
        """Has the next trials drawn from a part of the space, {} for all; a search that is done begins anew there."""
        plan = self.view.results.plan
        if plan is None or self.job is None:
            return
        try:
            space = plan.space.boxed(box) if box else plan.space
        except ValueError as problem:
            self.host.say(str(problem), alarm=True)
            return
        if self.job.resting or self.job.over:
            if box:
                self.view.card.set_space(space)
                self.run()
            return
        self.job.wish(SearchIn(space))
        self.host.say(
            "The next trials are drawn from the box." if box else "The next trials are drawn from everywhere."
        )

    def open_best(self) -> None:
        """Opens the best trial."""
        if (best := self.view.results.best) is not None:
            self.open(best.number)

    def keep(self) -> None:
        """Keeps the chosen trials in the run library, or the best where none are chosen."""
        results, library = self.view.results, self.host.session.library
        best = results.best
        chosen = sorted(results.chosen) or ([best.number] if best is not None else [])
        if library is None:
            self.host.say("Runs are not kept in this window, so trials cannot be either.", alarm=True)
        elif not chosen or self.job is None or self.job.over:
            self.host.say("There is no trial to keep yet.", alarm=True)
        elif len(chosen) > MOST_KEPT:
            self.host.say(f"{len(chosen)} trials are chosen; at most {MOST_KEPT} are kept at once.", alarm=True)
        else:
            self.job.wish(Keep(tuple(chosen), library, "Search: "))

    def _say_kept(self, kept: Kept) -> None:
        if kept.problem:
            self.host.say(kept.problem, alarm=True)
        else:
            self.host.say(f"{kept.count} trial{'s' * (kept.count != 1)} kept in the run library: L shows it.")

    def save(self) -> None:
        """Asks for a file, and writes every trial to it."""
        if not self.view.results.rows:
            self.host.say("There is no trial to save yet.", alarm=True)
            return
        dialog = QFileDialog(self.host.top, "Save the trials", "trials.csv", "Tables (*.csv)")
        dress(dialog, self.host.theme)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.save_to(Path(name)))
        dialog.open()

    def save_to(self, file: Path) -> None:
        """Writes every trial to a file, beside the window, and says how many, or why not."""
        count, text = len(self.view.results.rows), csv_of([of_trials(self.view.results)])
        said = f"{count} trial{'s' * (count != 1)} saved to {file.name}."
        self._writer.ask(lambda: write(file, text), lambda _: self.host.say(said))

    def open(self, number: int) -> None:
        """Asks for a trial's network, to look at it in the Playground."""
        if self.job is not None and not self.job.over:
            self._opening = number
            self.job.wish(Open(number))

    def _hand_over(self, opened: Opened) -> None:
        if opened.number != self._opening:
            return
        self._opening = None
        if opened.checkpoint is None:
            self.host.say(opened.problem, alarm=True)
            return
        said = self.view.results.said(opened.number)
        self.host.do(partial(self.host.session.take_up, opened.checkpoint))
        self.host.show_lab("playground")
        how = "trained again from its start" if opened.again else "with its weights"
        self.host.hold(f"{said}: {how}. Space trains it on.")

    def close(self) -> None:
        self._writer.close()
        super().close()

    # -- what is said ---------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        self.drawn = self.news
        self._say()
        self._tell_the_end()

    def _tell_the_end(self) -> None:
        """Once for each search: what it came to, or what went wrong."""
        job, results = self.job, self.view.results
        if job is None or self._told is job or not (job.resting or job.problem):
            return
        self._told = job
        if job.problem:
            self.host.say(job.problem, alarm=True)
            return
        rows, best = results.finished, results.best
        counts = {words: sum(row.state == state for row in rows) for state, words in ENDS.items()}
        said = ", ".join([f"{len(rows)} trials", *(f"{count} {words}" for words, count in counts.items() if count)])
        self.host.hold(f"{said}. Best: {results.said(best.number)}." if best else f"{said}.")

    def _say(self) -> None:
        card, job, results = self.view.card, self.job, self.view.results
        going = job is not None and not (job.over or job.resting)
        card.start.setText("Search again" if job is not None else "Search")
        card.pause.setEnabled(going or results.goes_on)
        card.pause.setText("Go on" if results.goes_on or (job is not None and job.paused) else "Pause")
        said = []
        if job is not None and job.problem:
            said.append(job.problem)
        elif results.plan is not None and results.plan.experiment != self.host.session.moved:
            said.append("The networks are of an earlier experiment.")
        elif results.plan is not None and results.plan != card.plan:
            said.append("What is set differs from what was searched: search again.")
        if not said and results.stand is not None:
            stand = results.stand
            # two digits: more of them change with each look, and the whole card is laid out for each other line
            rate = f"{float(f'{stand.steps / max(0.2, stand.seconds):.2g}'):,.0f}".replace(",", " ")
            said.append(f"{stand.done} of {stand.total} trials" + (f", {rate} steps/s." if going else "."))
        elif not said:
            said.append("Getting ready." if going else "")
        said.append(f"Kept in {self.url.removeprefix('sqlite:///')}." if self.url else "")
        card.where.setText(" ".join(filter(None, said)))
