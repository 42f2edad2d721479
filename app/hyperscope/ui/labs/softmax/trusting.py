"""The part behind confidence: what is moved there of the experiment, and the job of the ensemble."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.sweeps.ensemble import Ensemble, EnsembleTask
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.labs.softmax.behind import Behind
from hyperscope.ui.labs.softmax.confidence import USUAL
from hyperscope.ui.labs.softmax.page import SoftmaxPage
from hyperscope.ui.part import Part

VIEW = "confidence"
EPOCHS = 40


class Trusting(Part[Host]):
    """Begins the ensemble when the view is first shown."""

    def __init__(self, host: Host, page: SoftmaxPage) -> None:
        super().__init__(host)
        self.page, self.view = page, page.confidence
        self.ensemble = Behind(self._task, self._draw)
        view = self.view
        view.looked_at.connect(lambda example: host.looked_at.look(example=example, point=None))
        view.moved.connect(self._weigh)
        view.refused.connect(lambda sentence: host.say(sentence, alarm=True))
        view.ensemble.again.clicked.connect(self.run)
        view.ensemble.choice.chosen.connect(lambda _: self.run())
        view.ensemble.pause.clicked.connect(self.ensemble.pause)
        host.looked_at.changed.connect(lambda: view.show_example(host.looked_at.focus.example))

    def actions(self) -> Sequence[Action]:
        return (Action("Train the ensemble again", "Softmax", self.run),)

    def _weigh(self, path: str, weights: object) -> None:
        """Every class counts what its slider says from now on, in one move."""

        def weighed(one: Experiment) -> Experiment:
            by_hand = msgspec.structs.replace(
                one.training,
                class_weights="by hand",
                weights_by_class=tuple(weights),  # type: ignore[arg-type]
            )
            return msgspec.structs.replace(one, training=by_hand)

        self.host.do(lambda: self.host.session.change(weighed, merge=path))

    # -- the ensemble ---------------------------------------------------------------------------------------------

    def _task(self, experiment: Experiment) -> EnsembleTask:
        return EnsembleTask(experiment, self.view.ensemble.networks, EPOCHS)

    @property
    def busy(self) -> bool:
        """Whether it is still trained while it is looked at."""
        return self.page.view == VIEW and self.ensemble.busy

    def lab_shown(self) -> None:
        """Trains when the view is first seen, and stands while another is."""
        shown = self.page.view == VIEW
        if shown and self.ensemble.job is None:
            self.run()
        self.ensemble.show(shown)
        if shown:
            self.experiment_changed()

    def lab_left(self) -> None:
        self.ensemble.show(False)

    def experiment_changed(self) -> None:
        """What was trained may be of an older experiment now."""
        if self.page.view == VIEW:
            training = self.host.session.moved.training
            self.view.show_weights(training.weights_by_class if training.class_weights == "by hand" else ())
            self._draw()

    def run(self) -> None:
        """Trains the ensemble anew, of the experiment as it is."""
        self.ensemble.begin(self.host.session.moved)

    def _draw(self) -> None:
        panel = self.view.ensemble
        note = self.ensemble.note(f"{panel.networks} networks, {EPOCHS} epochs", self.host.session.moved)
        panel.show_ensemble(self.ensemble.records.get(Ensemble), note)
        paused = self.ensemble.job is not None and self.ensemble.job.paused
        panel.pause.setText("Go on" if paused and not self.ensemble.done else "Pause")
        panel.pause.setEnabled(not self.ensemble.done)

    def close(self) -> None:
        self.ensemble.close()

    # -- what a session's file keeps ------------------------------------------------------------------------------

    def kept(self) -> Mapping[str, Any]:
        """The threshold, unless it is the usual one."""
        return {} if self.view.threshold == USUAL else {"threshold": self.view.threshold}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Takes up a threshold. Raises: ValueError for what it cannot be."""
        if "threshold" in kept:
            value = kept["threshold"]
            if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
                raise ValueError(f"threshold is {value!r}; it must lie in [0, 1]")
            self.view.set_threshold(float(value))
