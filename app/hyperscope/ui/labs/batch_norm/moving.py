"""The part of the lab that trains two networks on data that move, as a job; a change of the data is wished for live."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.sweeps.moving import Moved, MovingData
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.labs.batch_norm.beside import Beside
from hyperscope.ui.labs.batch_norm.page import BatchNormPage


class Moving(Beside[Moved]):
    """What is set in the view's card is what is trained, and how the data change."""

    what = "two networks"

    def __init__(self, host: Host, page: BatchNormPage) -> None:
        super().__init__(host, page)
        self.view = page.of_moving
        card = self.view.card
        self.view.drawn.connect(lambda: self.draw())
        card.asked.connect(lambda: self.run())
        card.paused.connect(lambda: self.pause())
        card.changed.connect(lambda change: self.wish(change))
        card.refused.connect(lambda sentence: host.say(sentence, alarm=True))

    def actions(self) -> Sequence[Action]:
        return (
            Action("Train on data that move again", "Batch norm", self.run),
            Action("Shifting inputs: data that move", "Batch norm", partial(self._turn, "data")),
            Action("Shifting inputs: what layers receive", "Batch norm", partial(self._turn, "layers")),
        )

    def _turn(self, which: Literal["layers", "data"]) -> None:
        self.host.show_lab("batch-norm", "shift")
        self.page.show_shifting(which)

    @property
    def seen(self) -> bool:
        return self.page.view == "shift" and self.page.shifting == "data"

    def task(self, experiment: Experiment) -> MovingData:
        return MovingData(experiment, self.view.card.change, self.view.card.length)

    def show(self, newest: Moved | None, note: str, *, paused: bool, done: bool) -> None:
        self.view.card.pause.setEnabled(not done)
        self.view.card.pause.setText("Go on" if paused else "Pause")
        self.view.show_moved(newest, note)
