"""The page of runs, and a run put in force again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hyperscope.lab.training.curves import Ghost
from hyperscope.ui.actions import Action
from hyperscope.ui.covering import Covering
from hyperscope.ui.part import Part
from hyperscope.ui.theme import Theme

if TYPE_CHECKING:
    from hyperscope.lab.library.library import Details, KeptRun
    from hyperscope.ui.runs.page import RunsPage
    from hyperscope.ui.shell import Shell

OWNER = "runs"  # of the curves that are drawn behind


class Runs(Part["Shell"]):
    """Every run that was kept; `page` is made when it is first asked for."""

    def __init__(self, host: Shell) -> None:
        super().__init__(host)
        self.page: RunsPage | None = None
        self._covering: Covering | None = None
        host.tabs.runs_requested.connect(self.toggle)

    def actions(self) -> Sequence[Action]:
        return (Action("Runs", "Open", self.toggle, ("L",), "Every run so far, to compare and to reopen."),)

    def toggle(self) -> None:
        """Opens the page, or closes it if it is open."""
        if self.page is None:
            # loaded here: they and what they read take a tenth of the start, and most starts end without them
            from hyperscope.lab.library.library import Library
            from hyperscope.ui.runs.page import RunsPage

            self.page = page = RunsPage(self.host.body, Library(self.host.session.library))
            host = self.host
            self._covering = Covering(page, host, page.set_theme)
            page.reopened.connect(self._reopen)
            page.behind.connect(self._show_behind)
            page.left.connect(page.hide)
        if self.page.isVisible():
            self.page.hide()
        else:
            self.page.open()

    def _reopen(self, details: Details, tick: int | None) -> None:
        host = self.host
        try:
            host.session.reopen(details, tick)
        except ValueError as problem:
            host.say(str(problem), alarm=True)
        if self.page is not None:
            self.page.hide()
        host.draw_all()
        host.follow()

    def _show_behind(self, runs: list[tuple[KeptRun, Details]]) -> None:
        """Draws the runs' curves faintly with those of the current one."""
        ghosts = [Ghost(run.title, found.curves) for run, found in runs if found.curves is not None]
        self.host.others.show(OWNER, ghosts)
        if self.page is not None:
            self.page.hide()

    def experiment_changed(self) -> None:
        if self.page is not None:
            self.page.hide()  # a preset or a file was opened over it: that is what is to be seen

    def set_theme(self, theme: Theme) -> None:
        if self._covering is not None:
            self._covering.set_theme(theme)

    def close(self) -> None:
        if self.page is not None:
            self.page.close_library()
