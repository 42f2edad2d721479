"""Branches in the window: on the timeline and on the curves, by a click or by keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.lab.training.curves import Curves, Ghost
from hyperscope.ui.actions import Action
from hyperscope.ui.part import Part

if TYPE_CHECKING:
    from hyperscope.ui.shell import Shell

OWNER = "branches"
ORANGE = 1  # of the class colours: as on the timeline


class Branches(Part["Shell"]):
    """Passes on which branch is wanted, and hands the branches' curves to the chart when they have changed."""

    def __init__(self, host: Shell) -> None:
        super().__init__(host)
        self._shown: tuple[tuple[str, Curves], ...] = ()
        host.timeline.branch_chosen.connect(self.switch)

    def actions(self) -> Sequence[Action]:
        session = self.host.session
        other = "Goes to the end of the branch left last; the present future becomes a branch."
        return (
            Action("Branch here", "Train", session.branch, ("Shift+B",), "What lies ahead stays as a branch."),
            Action("Other branch", "Train", self._other, ("Ctrl+B",), other),
        )

    def switch(self, key: int) -> None:
        """Goes to the end of a branch and shows it everywhere."""
        self.host.do(lambda: self.host.session.switch(key))
        self.host.draw_all()

    def _other(self) -> None:
        branches = self.host.session.status.branches
        if branches:
            self.switch(branches[-1].key)
        else:
            self.host.say("There is no branch yet: go back on the timeline and do something else from there.")

    def on_snapshot(self, snapshot: Snapshot) -> None:
        ghosts = self.host.session.ghosts
        if ghosts is not self._shown:
            self._shown = ghosts
            shown = [Ghost(name, curves, "branch", ORANGE) for name, curves in ghosts]
            self.host.others.show(OWNER, shown)
