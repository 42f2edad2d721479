"""The part of the lab that trains three networks beside each other, as a job, for the view of shifting inputs."""

from __future__ import annotations

from collections.abc import Sequence

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.sweeps.shifting import Courses, ThreeNetworks, deep_sigmoid
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.labs.batch_norm.beside import Beside
from hyperscope.ui.labs.batch_norm.page import BatchNormPage


class Shifting(Beside[Courses]):
    """What is set in the view's card is what is trained."""

    what = "three networks"

    def __init__(self, host: Host, page: BatchNormPage) -> None:
        super().__init__(host, page)
        self.view = page.of_shift
        self.view.drawn.connect(lambda: self.draw())
        self.view.card.asked.connect(lambda: self.run())
        self.view.card.paused.connect(lambda: self.pause())
        self.view.card.refused.connect(lambda sentence: host.say(sentence, alarm=True))

    def actions(self) -> Sequence[Action]:
        return (Action("Train the three networks again", "Batch norm", self.run),)

    @property
    def seen(self) -> bool:
        return self.page.view == "shift" and self.page.shifting == "layers"

    def task(self, experiment: Experiment) -> ThreeNetworks:
        deep, rate, jolt, epochs = self.view.card.settings
        return ThreeNetworks(deep_sigmoid(experiment) if deep else experiment, rate, jolt, epochs)

    def show(self, newest: Courses | None, note: str, *, paused: bool, done: bool) -> None:
        self.view.card.pause.setEnabled(not done)
        self.view.card.pause.setText("Go on" if paused else "Pause")
        self.view.show_courses(newest, note)
