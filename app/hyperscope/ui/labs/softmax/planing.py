"""The part behind the plane: what is dragged there becomes moves of the session, and a job trains the four outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from hyperscope.engine.datasets import generators
from hyperscope.lab.experiment.data import on_plane, with_source
from hyperscope.lab.experiment.edits import Done, Edit
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.lab.softmax.regression import Regression, with_weights
from hyperscope.lab.sweeps.rivals import Rivals, RivalsTask
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.labs.softmax.behind import Behind
from hyperscope.ui.labs.softmax.page import SoftmaxPage
from hyperscope.ui.part import Part

if TYPE_CHECKING:
    from hyperscope.lab.twins.twin import One

VIEW = "plane"
EPOCHS = 60  # of the four outputs


class Planing(Part[Host]):
    """Each drag is one move of the session: undone, replayed, shared and marked on the timeline like any other."""

    def __init__(self, host: Host, page: SoftmaxPage) -> None:
        super().__init__(host)
        self.page, self.view = page, page.plane
        self.rivals = Behind(lambda experiment: RivalsTask(experiment, EPOCHS), self._draw)
        view, session = self.view, host.session
        view.looked_at.connect(lambda example: host.looked_at.look(example=example, point=None))
        view.wanted.connect(self.take_regression)
        view.map.moved.connect(self._edit)
        view.map.classes_wanted.connect(self._set_classes)
        view.map.layer_wanted.connect(self._turn_layer)
        view.parameters.once.clicked.connect(lambda: host.do(lambda: session.advance("batch")))
        view.parameters.keep.clicked.connect(lambda: host.do(lambda: session.play(not session.playing)))
        view.parameters.zero.clicked.connect(self.set_zero)
        view.outputs.again.clicked.connect(self.run)
        host.looked_at.changed.connect(lambda: view.show_example(host.looked_at.focus.example))

    def actions(self) -> Sequence[Action]:
        return (
            Action("Take softmax regression, in a twin", "Softmax", self.take_regression),
            Action("Set W and b to 0", "Softmax", self.set_zero, help="Every example costs ln C then."),
            Action("Train the four outputs again", "Softmax", self.run),
        )

    # -- moves ----------------------------------------------------------------------------------------------------

    @property
    def _of(self) -> One:
        return "B" if self.view.side == 1 else "A"

    def _edit(self, before: Regression, after: Regression) -> None:
        done = edits(before, after)
        self.host.do(lambda: self.host.session.edit_together(done, of=self._of))

    def set_zero(self) -> None:
        """W = 0 and b = 0: every class is equally likely everywhere."""
        found = self.view.found
        if found is None or found.refused:
            self.host.say("There are no W and b of a regression here to be set to 0.")
            return
        self._edit(found, with_weights(found, found.w * 0, found.b * 0))
        self.host.hold(f"W = 0 and b = 0: every example costs ln {len(found.names)}. Ctrl+Z takes it back.")

    def take_regression(self) -> None:
        """Trains a softmax regression on the plane beside the network, as a twin."""
        session = self.host.session
        twin = as_regression(session.experiment)
        self.host.do(lambda: session.start_twin(twin))

    @property
    def _experiment(self) -> Experiment:
        session = self.host.session
        return session.twin if self.view.side == 1 and session.twin is not None else session.experiment

    def _set_classes(self, count: int) -> None:
        changed = with_classes(self._experiment, count)
        self.host.do(lambda: self.host.session.apply(changed, side=self._of))

    def _turn_layer(self, on: bool) -> None:
        session = self.host.session
        if on:
            self.host.do(lambda: session.add_layer(side=self._of))
        else:
            bare = msgspec.structs.replace(self._experiment.network, layers=())
            changed = msgspec.structs.replace(self._experiment, network=bare)
            self.host.do(lambda: session.apply(changed, side=self._of))

    def on_snapshot(self, snapshot: Snapshot) -> None:
        self.view.show_playing(snapshot.status.playing)

    # -- the four outputs -----------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether they are still trained while they are looked at."""
        return self.page.view == VIEW and self.rivals.busy

    def lab_shown(self) -> None:
        """Trains them when the view is first seen, and lets them stand while another is."""
        shown = self.page.view == VIEW
        if shown and self.rivals.job is None:
            self.run()
        self.rivals.show(shown)

    def lab_left(self) -> None:
        self.rivals.show(False)

    def experiment_changed(self) -> None:
        """What was trained may be of an older experiment now."""
        if self.page.view == VIEW:
            self._draw()

    def run(self) -> None:
        """Trains the four outputs anew, of the experiment as it is."""
        self.rivals.begin(self._experiment)

    def _draw(self) -> None:
        note = self.rivals.note(f"{EPOCHS} epochs", self._experiment)
        self.view.outputs.show_rivals(self.rivals.records.get(Rivals), note)

    def close(self) -> None:
        self.rivals.close()


def edits(before: Regression, after: Regression) -> list[Done]:
    """What was set by hand between two regressions, number by number."""
    made = []
    for k in range(len(before.names)):
        for i in range(2):
            if after.w[k, i] != before.w[k, i]:
                edit = Edit("output.weights", (k, i), float(after.w[k, i]))
                made.append(Done(edit, float(before.w[k, i])))
        if after.b[k] != before.b[k]:
            made.append(Done(Edit("output.bias", (k,), float(after.b[k])), float(before.b[k])))
    return made


def as_regression(experiment: Experiment) -> Experiment:
    """The experiment without hidden layers, with softmax, on two coordinates."""
    network = msgspec.structs.replace(experiment.network, layers=(), output="softmax", bn_output=False)
    data = experiment.data if on_plane(experiment.data.source) else with_source(experiment.data, "blobs")
    data = msgspec.structs.replace(data, features=("x1", "x2"))
    return msgspec.structs.replace(experiment, network=network, data=data)


def with_classes(experiment: Experiment, count: int) -> Experiment:
    """The experiment with so many classes, on blobs where its data cannot have them."""
    data = experiment.data
    drawn = generators.get(data.source)
    if drawn is None or not drawn.fewest <= count <= drawn.most:
        data = with_source(data, "blobs")
    return msgspec.structs.replace(experiment, data=msgspec.structs.replace(data, classes=count))
