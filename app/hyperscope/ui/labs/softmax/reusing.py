"""The part behind many classes: the tree's moves, and the job that uses hidden layers for a second task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from hyperscope.lab.experiment.data import with_source
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.sweeps.reuse import SEEDS, Reuse, ReuseTask
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.labs.softmax.behind import Behind
from hyperscope.ui.labs.softmax.page import SoftmaxPage
from hyperscope.ui.part import Part

if TYPE_CHECKING:
    from hyperscope.lab.twins.twin import One

VIEW = "many"


class Reusing(Part[Host]):
    """Begins the curves when the view is first shown; a tree that is dragged is a move of the session."""

    def __init__(self, host: Host, page: SoftmaxPage) -> None:
        super().__init__(host)
        self.page, self.view = page, page.many
        self.reuse = Behind(lambda _: ReuseTask(self.view.reuse.tasks), self._draw)
        view = self.view
        view.looked_at.connect(self._look)
        view.tree_wanted.connect(self._set_tree)
        view.wanted.connect(self.take_tree)
        view.reuse.again.clicked.connect(self.run)
        view.reuse.choice.chosen.connect(lambda _: self.run())
        view.reuse.pause.clicked.connect(self.reuse.pause)

    def actions(self) -> Sequence[Action]:
        return (
            Action("Train a tree over the digits, in a twin", "Softmax", self.take_tree),
            Action("Train the two tasks again", "Softmax", self.run),
        )

    def _look(self, example: int) -> None:
        self.host.looked_at.look(example=example, point=None)
        self.host.draw_all()

    @property
    def _of(self) -> One:
        return "B" if self.view.side == 1 else "A"

    def _set_tree(self, text: str) -> None:
        self.host.move_knob("network.tree", text, self._of)
        self.host.draw_all()

    def take_tree(self) -> None:
        """Trains a tree over the digits beside the network, as a twin."""
        session = self.host.session
        twin = with_tree(session.experiment)
        self.host.do(lambda: session.start_twin(twin))

    # -- the curves -----------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether they are still worked out while they are looked at."""
        return self.page.view == VIEW and self.reuse.busy

    def lab_shown(self) -> None:
        """Trains when the view is first seen, and stands while another is."""
        shown = self.page.view == VIEW
        if shown and self.reuse.job is None:
            self.run()
        self.reuse.show(shown)

    def lab_left(self) -> None:
        self.reuse.show(False)

    def run(self) -> None:
        """Trains the two tasks anew."""
        self.reuse.begin(self.host.session.moved, self.view.reuse.tasks)

    def _draw(self) -> None:
        panel = self.view.reuse
        note = self.reuse.note(f"{SEEDS} seeds", panel.chosen)
        panel.show_reuse(self.reuse.records.get(Reuse), note)
        paused = self.reuse.job is not None and self.reuse.job.paused
        panel.pause.setText("Go on" if paused and not self.reuse.done else "Pause")
        panel.pause.setEnabled(not self.reuse.done)

    def close(self) -> None:
        self.reuse.close()


def with_tree(experiment: Experiment) -> Experiment:
    """The experiment on digits, ending in the balanced tree."""
    network = msgspec.structs.replace(experiment.network, output="hierarchical", tree="", bn_output=False)
    data = experiment.data if experiment.data.source == "digits" else with_source(experiment.data, "digits")
    return msgspec.structs.replace(experiment, network=network, data=data)
