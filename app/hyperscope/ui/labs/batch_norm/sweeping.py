"""The part of the lab that runs sweeps: what is chosen and pressed in a view of them, and the jobs behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from hyperscope.lab.sweeps.sweep import Plan, Sweep, sweeps
from hyperscope.quoting import named
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.labs.batch_norm.page import BatchNormPage
from hyperscope.ui.labs.batch_norm.runs import Runs
from hyperscope.ui.labs.batch_norm.sweep_view import SweepView
from hyperscope.ui.part import Part


class Sweeping(Part[Host]):
    """Begins a view's first sweep when it is first shown; the others when they are chosen."""

    def __init__(self, host: Host, page: BatchNormPage) -> None:
        super().__init__(host)
        self.page, self.runs = page, Runs()
        self._anew: set[str] = set()  # sweeps of which a result of an earlier experiment will not do
        for view in page.of_sweeps.values():
            view.drawn.connect(partial(self._draw, view))
            view.card.chosen.connect(partial(self._choose, view))
            view.card.asked.connect(partial(self.run, view))
            view.card.paused.connect(partial(self._pause, view))
            view.card.refused.connect(lambda sentence: host.say(sentence, alarm=True))
            view.grid.opened.connect(partial(self._open, view))
            view.grid.paired.connect(partial(self._pair, view))
            view.reasons.watched.connect(partial(self._watch, view))
            view.reasons.paired.connect(partial(self._pair_best, view))
            view.reasons.led.connect(self.show_sweep)

    def actions(self) -> Sequence[Action]:
        return (
            Action("Run this sweep again", "Batch norm", self._run_shown, ("G",), "Of the experiment as it is now."),
            *(Action(f"Sweep: {s.title}", "Batch norm", partial(self.show_sweep, name)) for name, s in sweeps.items()),
        )

    @property
    def _view(self) -> SweepView | None:
        return self.page.of_sweeps.get(self.page.view)

    @property
    def busy(self) -> bool:
        """Whether the sweep that is looked at is under way, or its end is not drawn yet."""
        run = self.runs.of(self._view.sweep) if self._view is not None else None
        return run is not None and not (run.done and self.runs.drawn == self.runs.news)

    def lab_shown(self) -> None:
        """Runs what is looked at for the first time, and lets it go on otherwise."""
        view = self._view
        if view is not None:
            self._choose(view, view.sweep)

    def experiment_changed(self) -> None:
        """What was computed may be of an older experiment now."""
        if (view := self._view) is not None:
            self._draw(view)

    def close(self) -> None:
        self.runs.close()

    def show_sweep(self, name: str) -> None:
        """Goes to the view that has this sweep, and chooses it."""
        for view_name, view in self.page.of_sweeps.items():
            for sweep in view.card.sweeps:
                if sweep.name == name:
                    self.host.show_lab("batch-norm", view_name)
                    view.card.show_sweep(sweep)
                    self._choose(view, sweep)

    @property
    def chosen(self) -> dict[str, str]:
        """By view the sweep that is looked at there, where that is not the first."""
        views = self.page.of_sweeps.items()
        return {name: view.sweep.name for name, view in views if view.sweep is not view.card.sweeps[0]}

    def choose(self, names: Mapping[str, str]) -> None:
        """Has views look at these sweeps, of the experiment as it is. Raises: ValueError for those there are not."""
        for view_name, name in names.items():
            view = self.page.of_sweeps.get(view_name)
            sweep = next((one for one in view.card.sweeps if one.name == name), None) if view is not None else None
            if view is None or sweep is None:
                raise ValueError(f"batch-norm: view {named(view_name)} has no sweep {named(name)}")
            self._anew.add(name)
            view.card.show_sweep(sweep)
            if self._view is view and self.page.isVisible():
                self._choose(view, sweep)

    def run(self, view: SweepView) -> None:
        """Trains all networks of the sweep that is looked at, as it is set, of the experiment as it is."""
        seeds, epochs, values = view.card.settings
        try:
            deep = bool(view.card.deep.index())
            plan = Plan(view.sweep, self.host.session.moved, values, seeds, epochs, deep)
            self.runs.begin(plan)
            kinds, settings, each = plan.shape
            self.host.say(f"{kinds * settings * each} networks: {settings} settings × {kinds} variants × {each} seeds.")
        except ValueError as problem:
            self.host.say(str(problem), alarm=True)
        self._draw(view)

    def _run_shown(self) -> None:
        if (view := self._view) is not None:
            self.run(view)

    def _choose(self, view: SweepView, sweep: Sweep) -> None:
        self.runs.look_at(sweep)
        old = sweep.name in self._anew and self.runs.is_of_old(sweep, self.host.session.moved)
        self._anew.discard(sweep.name)
        if self.runs.of(sweep) is None or old:
            self.run(view)
        self._draw(view)

    def _pause(self, view: SweepView) -> None:
        run = self.runs.of(view.sweep)
        if run is not None:
            run.job.switch()
            self._draw(view)

    def _draw(self, view: SweepView) -> None:
        self.runs.drawn = self.runs.news
        run = self.runs.of(view.sweep)
        old = self.runs.is_of_old(view.sweep, self.host.session.moved)
        view.show_run(run, old, run.job.problem if run is not None else "")
        for handed in self.runs.handed:
            self.host.do(partial(self.host.session.take_up, handed.checkpoint))
            self.host.show_lab("playground")
            self.host.hold("This network is from the sweep, as it stood there. Space trains it on.")
        self.runs.handed.clear()

    def _open(self, view: SweepView, variant: int, value: int, seed: int) -> None:
        run = self.runs.of(view.sweep)
        if run is not None:
            self.runs.ask_for(view.sweep, run.plan.number(variant, value, seed))

    def _best(self, view: SweepView) -> tuple[int, int, int] | None:
        """The last variant's best value, and its middle seed."""
        run = self.runs.of(view.sweep)
        if run is None or run.outcome is None:
            return None
        last = run.plan.shape[0] - 1
        value = int(np.argmax(run.outcome.accuracy[last] - 1e-6 * np.minimum(run.outcome.loss[last], 1e3)))
        return last, value, run.outcome.middle(last, value)

    def _watch(self, view: SweepView) -> None:
        if (best := self._best(view)) is not None:
            self._open(view, *best)

    def _pair_best(self, view: SweepView) -> None:
        if (best := self._best(view)) is not None:
            self._pair(view, *best[1:])

    def _pair(self, view: SweepView, value: int, seed: int) -> None:
        """Trains the first and the last variant at one value from one seed beside each other, from their start."""
        run = self.runs.of(view.sweep)
        if run is None:
            return
        pair = [run.plan.network(variant, value, seed) for variant in (0, run.plan.shape[0] - 1)]
        session = self.host.session

        def begin() -> None:
            if session.twin is not None:
                session.end_twin("A")
            session.apply(pair[0])
            session.restart()
            session.start_twin(pair[1])
            session.play(True)

        self.host.do(begin)
        self.host.show_lab("playground")
