"""Earlier runs on the same examples: their curves stay behind the present one's, in whatever lab these are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hyperscope.engine.optimisers import optimisers
from hyperscope.lab.experiment.data import Data, same_examples
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.curves import curves
from hyperscope.lab.probes.snapshot import Snapshot, Status
from hyperscope.lab.training.curves import Curves, Ghost
from hyperscope.ui.actions import Action
from hyperscope.ui.part import Part

if TYPE_CHECKING:
    from hyperscope.ui.shell import Shell

KEPT = 3  # earlier runs that are shown,
MOST = 12  # and kept, on whatever examples
LEAST = 3  # points of a run worth keeping
OWNER = "earlier runs"


class Charts(Part["Shell"]):
    """Keeps the curves of the runs that ended with a restart, a new start or new data."""

    def __init__(self, host: Shell) -> None:
        super().__init__(host)
        self._kept: tuple[tuple[Ghost, Data], ...] = ()
        self._ended = 0  # runs so far
        self._status = Status()
        self._curves: Curves | None = None
        self._experiment: Experiment | None = None  # that the curves are of, as far as it is known
        self._shown: tuple[Ghost, ...] = ()
        self._fell = False  # training stopped itself and went back, which ends no run
        host.others.clear_requested.connect(self.clear)

    def actions(self) -> Sequence[Action]:
        return (Action("Clear earlier runs", "View", self.clear, help="Takes their faint curves away."),)

    @property
    def earlier(self) -> tuple[Ghost, ...]:
        """The earlier runs on the examples that are trained on now, the newest last."""
        now = self.host.session.experiment.data
        return tuple(ghost for ghost, data in self._kept if same_examples(data, now))[-KEPT:]

    def clear(self) -> None:
        """Forgets the earlier runs."""
        self._kept = ()
        self._show()

    def experiment_changed(self) -> None:
        """Other examples have other earlier runs."""
        self._show()

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """Finds out that a run has ended: steps begin anew, though time on the timeline went on."""
        before, now = self._status, snapshot.status
        self._status = now
        self._fell = self._fell or snapshot.halted
        # going forward on the timeline, past a restart that was recorded, ends no run either
        forward = before.tick < before.end == now.end
        # nor does taking up a branch, which leaves another and may be at a lower step
        forward = forward or now.switched != before.switched
        if now.step < before.step and now.tick >= before.tick and not forward and not self._fell:
            self._end()
        found = snapshot.sides[0].records.of(curves)
        if found is not None:
            self._curves, self._fell = found, False
            if self.host.session.current:  # else they may be of before the last move
                self._experiment = self.host.session.experiment

    def _end(self) -> None:
        ended, of = self._curves, self._experiment
        self._curves = self._experiment = None
        if ended is None or of is None or len(ended.epoch) < LEAST:
            return
        self._ended += 1
        training = of.training
        name = f"run {self._ended}: {optimisers[training.optimiser].label}, α {training.learning_rate:.3g}"
        self._kept = (*self._kept, (Ghost(name, ended), of.data))[-MOST:]
        self._show()

    def _show(self) -> None:
        if self.earlier != self._shown:
            self._shown = self.earlier
            self.host.others.show(OWNER, self.earlier)
