"""What a search has come to, as all parts of the wall draw it: its trials, which are chosen, which is looked at.

It knows jobs' records and no widgets' looks.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from hyperscope.engine.arrays import Array
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.tuning.search import Begun, Stand, Weighed
from hyperscope.lab.tuning.space import Space, Values, shown
from hyperscope.lab.tuning.training import Running
from hyperscope.lab.tuning.trials import Finished, Plan
from hyperscope.ui.panels.common.in_turn import InTurn

RUNNING = "running"
COMPARED = 12  # chosen trials that Luck offers
EVERY = 0.3  # s between two drawings of all charts while networks train: they took longer than the wall itself


@dataclass(frozen=True, slots=True)
class Row:
    """A trial as it is drawn; `state` is that of `Finished`, or running."""

    number: int
    values: Values
    state: str
    loss: float
    accuracy: float
    epoch: float
    curve: Array
    map: Array
    box: int = 0
    why: str = ""

    @property
    def sound(self) -> bool:
        """Whether its loss is one to compare."""
        return self.state in ("done", RUNNING) and math.isfinite(self.loss)

    @property
    def rank(self) -> tuple[int, float, int]:
        """Orders from the best: sound ones by loss, then pruned ones, then those that diverged."""
        order = 0 if self.sound else 1 if self.state == "pruned" else 2
        return (order, self.loss if math.isfinite(self.loss) else math.inf, self.number)


class Results(QObject):
    """`moved` says that networks have trained on, `changed`, some times a second, that trials came or moved;
    `chosen_changed` that others are chosen or looked at.
    """

    moved = Signal()
    changed = Signal()
    chosen_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.plan: Plan | None = None
        self.goes_on = False  # whether trials are left of a search that is only looked at
        self.rows: dict[int, Row] = {}
        self.stand: Stand | None = None
        self.weighed: dict[str, float] = {}
        self.chosen: frozenset[int] = frozenset()
        self.over: int | None = None  # the trial under the pointer
        self.turns = InTurn(self, at_once=False)  # in which what follows it is painted: all at once took three frames
        self._told = 0.0  # s, when all were told of a change
        self._span: tuple[float, float] | None = None  # of losses, until there are others: each line drawn asks for it

    def begin(self, plan: Plan | None) -> None:
        """Forgets all, for a new search."""
        self._told, self._span = 0.0, None
        self.plan, self.goes_on = plan, False
        self.rows, self.stand, self.weighed = {}, None, {}
        self.chosen, self.over = frozenset(), None
        self.moved.emit()
        self.changed.emit()
        self.chosen_changed.emit()

    def take(self, records: Iterable[object]) -> None:
        """Takes what a job has found."""
        before = len(self.rows)
        news = ended = False
        for record in records:
            ended = ended or not isinstance(record, Running | Stand)
            if isinstance(record, Finished):
                self.rows[record.number] = Row(
                    record.number, record.values, record.state, record.loss, record.accuracy, record.epoch,
                    record.curve, record.map, record.box, record.why,
                )  # fmt: skip
            elif isinstance(record, Begun):
                self.plan, self.goes_on = record.plan, record.open
            elif isinstance(record, Running):
                self._follow(record)
            elif isinstance(record, Stand):
                self.stand = record
            elif isinstance(record, Weighed):
                self.weighed = dict(record.shares)
            else:
                continue
            news = True
        if news:
            self._span = None
            if before == 0 and self.rows:
                self.over = None
            self.moved.emit()
            if ended or before != len(self.rows) or time.monotonic() - self._told > EVERY:
                self._told = time.monotonic()
                self.changed.emit()

    def _follow(self, running: Running) -> None:
        for at, number in enumerate(running.numbers):
            row = self.rows.get(number)
            if row is not None and row.state != RUNNING:
                continue
            self.rows[number] = Row(
                number,
                dict(running.values[at]),
                RUNNING,
                float(running.loss[at]),
                float(running.accuracy[at]),
                float(running.epoch[at]),
                running.curves[at],
                running.maps[at] if running.maps else np.zeros((0, 0, 0), np.float32),
                running.boxes[at],
            )

    # -- what is drawn --------------------------------------------------------------------------------------------

    @property
    def space(self) -> Space:
        assert self.plan is not None
        return self.plan.space

    @property
    def best_first(self) -> list[Row]:
        """All trials from the best."""
        return sorted(self.rows.values(), key=lambda row: row.rank)

    @property
    def finished(self) -> list[Row]:
        """Those that have come to an end, by number."""
        return [self.rows[number] for number in sorted(self.rows) if self.rows[number].state != RUNNING]

    @property
    def best(self) -> Row | None:
        """The best of those that came to their end."""
        sound = [row for row in self.finished if row.sound]
        return min(sound, key=lambda row: row.rank) if sound else None

    def trials_to_compare(self) -> list[tuple[str, Experiment]]:
        """The best trials, and those chosen, as experiments under names."""
        if self.plan is None:
            return []
        plan, sound = self.plan, [row for row in self.best_first if row.sound and row.state != RUNNING]
        names = ("the wall's best", "the wall's second", "the wall's third")
        found = list(zip(names, sound, strict=False))
        had = {row.number for _, row in found}
        found += [(f"trial {row.number}, chosen", row) for row in sound if row.number in self.chosen - had][:COMPARED]
        return [(name, plan.space.made(plan.experiment, row.values)) for name, row in found]

    def levels(self, rows: Sequence[Row]) -> Array:
        """(n,) how good each is, from 1 for the best to 0, by rank."""
        order = np.argsort(np.argsort([row.loss if row.sound else math.inf for row in rows], kind="stable"))
        found: Array = 1 - order / max(1, len(rows) - 1)
        return found

    def choose(self, numbers: Iterable[int]) -> None:
        """Chooses these, and no others, everywhere."""
        chosen = frozenset(numbers)
        if chosen != self.chosen:
            self.chosen = chosen
            self.chosen_changed.emit()

    def look_at(self, number: int | None) -> None:
        """Has this one shown everywhere, None for none."""
        if number != self.over:
            self.over = number
            self.chosen_changed.emit()

    def said(self, number: int) -> str:
        """A trial in words."""
        row = self.rows[number]
        settings = ", ".join(f"{one.symbol} {shown(row.values[one.knob])}" for one in self.space.knobs)
        ends = {
            "pruned": f"stopped at epoch {row.epoch:.0f}",
            "diverged": "diverged",
            RUNNING: f"at epoch {row.epoch:.0f}",
            "failed": "failed",
        }
        end = f", {ends[row.state]}" if row.state in ends else ""
        loss = "not finite" if not math.isfinite(row.loss) else f"{row.loss:.3g}"
        return f"Trial {number}: {settings}; dev loss {loss}, accuracy {100 * row.accuracy:.0f} %{end}"

    def scale_of_losses(self) -> tuple[float, float]:
        """Logarithms to base 10 between which losses are drawn; what lies beyond lies at the edge."""
        if self._span is None:
            self._span = self._spanned()
        return self._span

    def _spanned(self) -> tuple[float, float]:
        losses = np.array([row.loss for row in self.rows.values() if math.isfinite(row.loss)])
        if not losses.size:
            return -2.0, 0.5
        guess = math.log(max((len(row.map) for row in self.rows.values()), default=3) or 3)
        low, high = (
            math.log10(max(1e-5, losses.min())),
            math.log10(max(losses.min() * 1.5, min(losses.max(), 3 * guess))),
        )
        return low - 0.05 * (high - low) - 0.02, high + 0.05 * (high - low) + 0.02
