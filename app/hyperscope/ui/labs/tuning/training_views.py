"""The part of the lab that trains what its smaller views ask for: darts that were thrown, two settings over seeds, a
purse of compute, data sets that are tuned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.tuning.babysitting import Babysitting, GoBack, Train
from hyperscope.lab.tuning.space import Space
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
        page.transfer.asked.connect(self.tune_each)
        page.panda.asked.connect(self.spend)
        page.panda.trained.connect(self._train_days)
        page.panda.back.connect(lambda: page.panda.crowd.wish(GoBack()))
        for view in page.small.values():
            view.opened.connect(view.crowd.ask_for)
            view.drawn.connect(partial(self._hand_over, view))
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
            Action("Tune each data set", "Tuning", self.tune_each, (), "And try its best settings on all others."),
            Action("Spend a new purse", "Tuning", self.page.panda.run.click, (), "On a panda, and on caviar."),
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
        luck, trials = self.page.luck, self.page.wall.results.trials_to_compare()
        for setting in (luck.first, luck.second):
            setting.offer(self.host.session.moved, trials)
        begin = {"darts": self.train_darts, "luck": self.train_both, "panda-or-caviar": self.spend}
        begin["transfer"] = self.tune_each
        shown = self._view
        if shown is not None and shown.crowd.job is None and self.page.view in begin:
            begin[self.page.view]()

    def lab_left(self) -> None:
        """Lets all stand."""
        for view in self.page.small.values():
            if view.crowd.job is not None and not view.crowd.job.paused:
                view.crowd.pause()

    def _hand_over(self, view: View) -> None:
        """Hands over a network that was asked for."""
        handed, view.crowd.handed = view.crowd.handed[-1:], []
        for one in handed:
            self.host.do(partial(self.host.session.take_up, one.checkpoint))
            self.host.show_lab("playground")
            self.host.hold(f"{view.origin(one.number)}, as it stood there. Space trains it on.")

    def train_darts(self) -> None:
        """Trains a network for each draw of both scales."""
        view = self.page.darts
        self._begin(view, lambda: view.experiments(self.host.session.moved), int(view.epochs.value() or 2), view.found)

    def train_both(self) -> None:
        """Trains both settings over seeds."""
        view = self.page.luck
        self._begin(view, lambda: view.experiments(self.host.session.moved), int(view.epochs.value() or 2), None)

    @property
    def _space(self) -> Space | None:
        """What was set by hand on the wall, None for the usual one."""
        card = self.page.wall.card
        return card.space if card.own else None

    def tune_each(self) -> None:
        """Tunes each data set, and tries its best settings on all."""
        view = self.page.transfer
        try:
            task = view.made(self.host.session.moved, self._space)
            view.crowd.start(task, task)
        except (ValueError, LookupError) as problem:
            self.host.say(str(problem.args[0]), alarm=True)
        view.redraw()

    def spend(self) -> None:
        """Spends a purse on a panda and on caviar."""
        view = self.page.panda
        view.held.clear()
        try:
            purse = view.made(self.host.session.moved, self._space)
            view.crowd.start(Babysitting(purse, view.ruled, self.host.looked_at.focus.plane), purse)
        except (ValueError, LookupError) as problem:
            self.host.say(str(problem.args[0]), alarm=True)
        view.redraw()

    def _train_days(self, until: int) -> None:
        view = self.page.panda
        try:
            view.crowd.wish(Train(until, view.wanted()))
        except ValueError as problem:
            self.host.say(str(problem), alarm=True)

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
