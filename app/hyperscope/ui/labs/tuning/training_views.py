"""The part of the lab that trains what its smaller views ask for: darts that were thrown, two settings over seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.labs.tuning.page import TuningPage
from hyperscope.ui.labs.tuning.view import View
from hyperscope.ui.part import Part


class TrainingViews(Part[Host]):
    """Begins a view's networks when it is first shown, and again when that is asked for."""

    def __init__(self, host: Host, page: TuningPage) -> None:
        super().__init__(host)
        self.page = page
        page.darts.asked.connect(self.train_darts)
        page.luck.asked.connect(self.train_both)
        page.luck.paused.connect(self._pause)
        page.luck.opened.connect(page.luck.crowd.ask_for)
        page.luck.drawn.connect(self._hand_over)
        for view in page.small.values():
            view.refused.connect(lambda sentence: host.say(sentence, alarm=True))

    def actions(self) -> Sequence[Action]:
        return (
            Action("Train the darts", "Tuning", self.train_darts, (), "A network for each draw of both scales."),
            Action(
                "Train both settings over seeds",
                "Tuning",
                self.train_both,
                (),
                "And say whether luck tells them apart.",
            ),
        )

    @property
    def _view(self) -> View | None:
        return self.page.small.get(self.page.view)

    @property
    def busy(self) -> bool:
        """Whether what is looked at is still training."""
        view = self._view
        return view is not None and view.crowd.busy

    def lab_shown(self) -> None:
        """Trains for the first time what is looked at, and lets the others stand."""
        for name, view in self.page.small.items():
            job = view.crowd.job
            if job is not None and job.paused != (name != self.page.view) and not job.over:
                view.crowd.pause()
        if self.page.view == "darts" and self.page.darts.crowd.job is None:
            self.train_darts()
        if self.page.view == "luck" and self.page.luck.crowd.job is None:
            self.train_both()

    def lab_left(self) -> None:
        """Lets all stand."""
        for view in self.page.small.values():
            if view.crowd.job is not None and not view.crowd.job.paused:
                view.crowd.pause()

    def _hand_over(self) -> None:
        """Hands over a network that was asked for."""
        luck = self.page.luck
        for handed in luck.crowd.handed:
            self.host.do(partial(self.host.session.take_up, handed.checkpoint))
            self.host.show_lab("playground")
            self.host.hold("This network is one of the two clouds, as it stood there. Space trains it on.")
        luck.crowd.handed.clear()

    def train_darts(self) -> None:
        """Trains a network for each draw of both scales."""
        view = self.page.darts
        self._begin(view, lambda: view.experiments(self.host.session.moved), int(view.epochs.value() or 2), view.found)

    def train_both(self) -> None:
        """Trains both settings over seeds."""
        view = self.page.luck
        self._begin(view, lambda: view.experiments(self.host.session.moved), int(view.epochs.value() or 2), None)

    def _begin(self, view: View, made: Callable[[], Sequence[Experiment]], epochs: int, of: object) -> None:
        try:
            view.crowd.begin(made(), epochs, of)
        except (ValueError, LookupError) as problem:
            self.host.say(str(problem.args[0]), alarm=True)
        view.redraw()

    def _pause(self) -> None:
        self.page.luck.crowd.pause()
        self.page.luck.redraw()

    def close(self) -> None:
        for view in self.page.small.values():
            view.crowd.close()
