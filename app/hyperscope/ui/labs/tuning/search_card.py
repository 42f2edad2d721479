"""What is searched and how: the space, the strategy, how many trials and how long each, and its run buttons."""

from __future__ import annotations

from functools import lru_cache

import msgspec
import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from hyperscope.knob import Knob, Value
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.tuning.processes import cores
from hyperscope.lab.tuning.space import MOST_KNOBS, Range, Space, knob_of, searchable, usual, usual_range
from hyperscope.lab.tuning.strategies import strategies
from hyperscope.lab.tuning.trials import Plan
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.card import Card
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.picker import Picker
from hyperscope.ui.controls.run_row import RunRow
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.labs.tuning.range_row import RangeRow
from hyperscope.ui.labs.tuning.results import Results
from hyperscope.ui.style import wear
from hyperscope.ui.theme import LIGHT, Theme, font

WIDTH = 232
GAP = 6
PROCESSES, CLUSTER = 1, 2  # places in the list of what trains, after this machine's one process
PREVIEW = 200  # draws that are shown before there are any


@lru_cache(maxsize=64)
def _drawn(one: Range) -> tuple[Value, ...]:
    """Where draws from a range may fall, each knob's others."""
    random = np.random.default_rng(list(one.knob.encode()))
    return tuple(one.value(at) for at in random.random(PREVIEW).tolist())


def _slider(name: str, label: str, low: int, high: int, scale: str, help: str) -> KnobSlider:
    knob = Knob("whole", label, help, True, low=low, high=high, scale=scale, name=name)  # type: ignore[arg-type]
    return KnobSlider(name, knob, ticks=False)


class SearchCard(Card):
    """`asked` says that a search is to begin, `paused` that it is to stand still or go on."""

    asked = Signal()
    paused = Signal()
    changed = Signal()
    refused = Signal(str)

    def __init__(self, results: Results) -> None:
        super().__init__("Search space", WIDTH, GAP)
        self.results = results
        self.experiment = Experiment()
        self.space = usual(self.experiment)
        self.own = False  # whether the space was set by hand
        self.rows: list[RangeRow] = []
        self.ranges = QWidget()
        self._ranges = QVBoxLayout(self.ranges)
        self._ranges.setContentsMargins(0, 0, 0, 0)
        self._ranges.setSpacing(4)
        self.more_knobs = Picker()
        self.more_knobs.setAccessibleName("Search another knob")
        self.more_knobs.activated.connect(self._add)
        self._offered: list[str] = []
        self.heading = Caption("Strategy")
        self.strategy = Segments([one.title for one in strategies.values()], "Strategy")
        for button, one in zip(self.strategy.buttons, strategies.values(), strict=True):
            button.setToolTip(one.about)
        self.strategy.set_index(list(strategies).index("random"))
        self.trials = _slider("trials", "Trials", 4, 1024, "log", "How many networks are trained.")
        self.epochs = _slider("epochs", "Epochs each", 2, 300, "log", "How long each network is trained.")
        self.trials.set_value(100)
        self.epochs.set_value(30)
        self.cores = max(2, cores())
        self.trains = Picker()
        self.trains.setAccessibleName("What trains the networks")
        self.trains.addItems(["In one process, live", f"In {self.cores} processes", "On a Dask cluster"])
        self.trains.setToolTip(
            "One process shows every network while it trains. Several, here or on a cluster, show each when it is done."
        )
        self.address = QLineEdit()
        self.address.setAccessibleName("Address of the cluster's scheduler")
        self.address.setPlaceholderText("tcp://host:8786")
        self.address.hide()
        self.trains.currentIndexChanged.connect(lambda at: self.address.setVisible(at == CLUSTER))
        self.start = Button("Search", "Search", "Trains networks with settings drawn from the space.")
        self.pause = Button("Pause", "Pause the search")
        self.where = Caption("")
        self.where.setWordWrap(True)
        parts = (self.ranges, self.more_knobs, self.heading, self.strategy, self.trials, self.epochs)
        for part in (*parts, self.trains, self.address, RunRow(self.start, self.pause), self.where):
            self.column.addWidget(part)
        self.start.clicked.connect(self.asked)
        self.pause.clicked.connect(self.paused)
        self.strategy.chosen.connect(lambda _: self.changed.emit())
        for slider in (self.trials, self.epochs):
            slider.moved.connect(lambda path, value: self.changed.emit())
            slider.refused.connect(self.refused)
        results.changed.connect(self._show_draws)
        self._build()
        self.set_theme(LIGHT)

    @property
    def plan(self) -> Plan:
        """What is to be searched, as it is set."""
        name = list(strategies)[self.strategy.index() or 0]
        return Plan(self.experiment, self.space, name, int(self.trials.value() or 4), int(self.epochs.value() or 2))

    @property
    def processes(self) -> int:
        """How many processes of this machine are to train."""
        return self.cores if self.trains.currentIndex() == PROCESSES else 1

    @property
    def scheduler(self) -> str:
        """The address of the cluster that is to train, "" for none. Raises: ValueError where it is not named."""
        if self.trains.currentIndex() != CLUSTER:
            return ""
        address = self.address.text().strip()
        if not address:
            raise ValueError("the address of the cluster's scheduler is empty; it must be such as tcp://host:8786")
        return address

    def show_plan(self, plan: Plan, *, own: bool = True) -> None:
        """Sets everything to a plan."""
        self.experiment, self.space, self.own = plan.experiment, plan.space, own
        self.strategy.set_index(list(strategies).index(plan.strategy))
        self.trials.set_value(max(4, min(1024, plan.trials)))
        self.epochs.set_value(max(2, min(300, plan.epochs)))
        self._build()

    def show_experiment(self, experiment: Experiment) -> None:
        """Searches around this one from now on."""
        self.experiment = experiment
        space = self.space if self.own else usual(experiment)
        hidden = bool(experiment.network.layers)
        space = msgspec.structs.replace(space, knobs=tuple(k for k in space.knobs if hidden or "layers" not in k.knob))
        if space != self.space and space.knobs:
            self.space = space
            self._build()

    def set_space(self, space: Space) -> None:
        """Searches this space."""
        self.space, self.own = space, True
        self._build()
        self.changed.emit()

    def _build(self) -> None:
        for row in self.rows:
            self._ranges.removeWidget(row)
            row.setParent(None)
            row.deleteLater()
        self.rows = []
        for one in self.space.knobs:
            row = RangeRow(one)
            row.set_theme(self._theme)
            row.changed.connect(self._take)
            row.removed.connect(lambda knob=one.knob: self._remove(knob))
            row.away.setVisible(len(self.space.knobs) > 1)
            self.rows.append(row)
            self._ranges.addWidget(row)
        self._offer()
        self._show_draws()
        self.order_tabs()

    def _offer(self) -> None:
        """The knobs that could be searched too."""
        had = {one.knob for one in self.space.knobs}
        self._offered = [path for path in searchable(self.experiment) if path not in had]
        self.more_knobs.clear()
        self.more_knobs.addItem("+ knob")
        self.more_knobs.addItems([knob_of(path).label for path in self._offered])
        self.more_knobs.setCurrentIndex(0)
        self.more_knobs.setEnabled(len(had) < MOST_KNOBS)

    def _add(self, index: int) -> None:
        if index > 0:
            one = usual_range(self._offered[index - 1])
            self.set_space(msgspec.structs.replace(self.space, knobs=(*self.space.knobs, one)))

    def _remove(self, knob: str) -> None:
        left = tuple(one for one in self.space.knobs if one.knob != knob)
        if left:
            self.set_space(msgspec.structs.replace(self.space, knobs=left))

    def _take(self, one: Range) -> None:
        knobs = tuple(one if old.knob == one.knob else old for old in self.space.knobs)
        self.space, self.own = msgspec.structs.replace(self.space, knobs=knobs), True
        self._show_draws()
        self.changed.emit()

    def _show_draws(self) -> None:
        """Where the search's draws lie; before there are any, where so many would."""
        plan = self.results.plan
        ours = plan is not None and plan.space == self.space and self.results.rows
        for row in self.rows:
            one = row.range
            if ours:
                row.ends.show_draws([trial.values[one.knob] for trial in self.results.rows.values()])
            elif one.scale != "choices":
                row.ends.show_draws(_drawn(one))

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        self.heading.set_theme(theme, 11, 600, quiet=True)
        self.where.set_theme(theme, 10, quiet=True)
        for row in self.rows:
            row.set_theme(theme)
        wear(self.address, theme)
        self.address.setFont(font(11, 400, theme.scale))
        for part in (self.more_knobs, self.strategy, self.trials, self.epochs, self.trains, self.start, self.pause):
            part.set_theme(theme)
