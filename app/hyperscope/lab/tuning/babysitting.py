"""The task of spending a purse: a network that is moved from day to day, and many that nobody touches, side by side.

Both have spent the same at the end of each day. It waits for its babysitter, unless that is the rule.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import msgspec
import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.experiment import moves
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.population_task import HandedOver, HandOver
from hyperscope.lab.jobs.task import News, Progress, Record, Rest, Wishes
from hyperscope.lab.tuning.purse import DAYS, Babysat, Purse, by_rule

if TYPE_CHECKING:
    from hyperscope.lab.jobs.small_map import SmallMap
    from hyperscope.lab.training.checkpoint import Checkpoint
    from hyperscope.lab.training.in_training import InTraining
    from hyperscope.lab.training.population import Population

BURST = 0.012  # s of training before anything else has its turn
LOOKS = 4  # at the babysat network in a day
ROWS, FEW_ROWS = 120, 12  # of a history: of the babysat network, and of each of the many
SIDE = 32  # cells of a small map


@dataclass(frozen=True, slots=True)
class Train:
    """A wish that all train to the end of this day; the babysat one with the training settings of `experiment`."""

    day: int
    experiment: Experiment | None = None


@dataclass(frozen=True, slots=True)
class GoBack:
    """A wish that the babysat network goes back to the day with the lowest dev loss; what it spent since is gone."""


Said: TypeAlias = "Babysat | HandedOver"


@dataclass(frozen=True)
class Babysitting:
    """Spends `purse`; with `ruled` to the end by the rule, else as is wished for day by day.

    What was `asked` before is done again, and all train to the end of day `until` before the first rest, see Babysat.
    Records are Babysat, the newest of which counts, and HandedOver: member 0 is the babysat one, then the many.
    """

    purse: Purse
    ruled: bool = False
    plane: tuple[str, str] = ("", "")
    until: int = 0
    asked: tuple[tuple[int, Experiment | None], ...] = ()
    what: ClassVar[str] = "spent the purse"

    def again(self, wished: Mapping[type, Any], records: tuple[Said, ...]) -> Babysitting:
        """The task of doing what was asked, on the same days."""
        newest = next((one for one in reversed(records) if isinstance(one, Babysat)), None)
        return self if newest is None else replace(self, until=newest.until, asked=newest.asked)

    def run(self, wishes: Wishes) -> Generator[News[Said], None, None]:
        """Raises: ValueError when data cannot be had."""
        spending = _Spending(self)
        yield Record(spending.look(), key="standing")
        while True:
            if wishes:
                said = spending.answer(wishes.popleft())
                yield Record(said, key="standing" if isinstance(said, Babysat) else "handed over")
            elif spending.day < spending.until:
                if spending.advance():
                    yield Record(spending.look(), key="standing")
                else:
                    yield Progress(spending.day / DAYS)
            else:
                yield Progress(spending.day / DAYS)
                yield Rest()


class _Spending:
    """Both, under way."""

    def __init__(self, task: Babysitting) -> None:
        from hyperscope.lab.training.trainer import Trainer

        purse = self.purse = task.purse
        self.task = task
        self.panda = Trainer(purse.start, rows=ROWS)
        self.values = purse.drawn()
        self.day = 0
        self.until = DAYS if task.ruled else task.until
        self.moves: list[tuple[float, str]] = []
        self._groups = _groups([purse.space.made(purse.experiment, values) for values in self.values], purse)
        self._course = [(0.0, self._loss_of(self.panda))]
        self._many = [self._losses()]
        self._best: tuple[float, Checkpoint] = (self._course[0][1], self.panda.checkpoint())
        self._looked = 0  # of today's looks at the babysat network
        self._began = 0.0  # the epoch at which its day began
        self._burst = 1
        self._pictures: dict[object, SmallMap] = {}
        self._asked_before = deque(task.asked)
        self.asked: list[tuple[int, Experiment | None]] = []
        self._do_as_before()

    # -- training -------------------------------------------------------------------------------------------------

    def advance(self) -> bool:
        """Trains for a moment; says whether a day has ended with it."""
        goal = self._began + self._day_long * (self._looked + 1) / LOOKS
        if self._looked < LOOKS and self.panda.epoch < goal - 1e-9 and not self.panda.alarm:
            began, per_epoch = time.monotonic(), self.panda.batches_per_epoch
            left = max(1, math.ceil((goal - self.panda.epoch) * per_epoch - 1e-6))
            steps = min(self._burst, left)
            self.panda.steps(steps)
            self._burst = _next(steps, time.monotonic() - began)
        elif self._looked < LOOKS:
            self._looked += 1
            spent = (self.day + self._looked / LOOKS) * self._day_long
            self._course.append((spent, self._loss_of(self.panda)))
        elif waiting := [one for one in self._groups if not one.done(self.day + 1)]:
            waiting[0].train(self.day + 1)
        else:
            self._end_the_day()
            return True
        return False

    @property
    def _day_long(self) -> float:
        """Epochs of the babysat network in a day."""
        return self.purse.whole / DAYS

    def _end_the_day(self) -> None:
        self.day += 1
        self._many.append(self._losses())
        loss = self._loss_of(self.panda)
        lowered = loss < self._best[0]
        if lowered:
            self._best = (loss, self.panda.checkpoint())
        if self.task.ruled and self.day < DAYS:
            before = self.panda.experiment
            if not lowered:
                self.panda.restore(self._best[1])
            self._move(by_rule(before, lowered=lowered), "back to the best day, " if not lowered else "")
        self._begin_the_day()
        self._do_as_before()

    def _begin_the_day(self) -> None:
        self._looked, self._began = 0, self.panda.epoch

    def _move(self, experiment: Experiment, before: str = "") -> None:
        """The babysat network trains as `experiment` does from now on; its data and structure stay."""
        old = self.panda.experiment
        new = msgspec.structs.replace(old, training=experiment.training)
        if new != old:
            said = moves.caption(old, new)
            self.panda.apply(new)
            self.moves.append((self.day * self._day_long, before + said))
        elif before:
            self.moves.append((self.day * self._day_long, before.removesuffix(", ")))
        self.panda.go_on()

    # -- what is wished for ---------------------------------------------------------------------------------------

    def answer(self, wish: object) -> Said:
        """Does it, and says where both are then."""
        if isinstance(wish, HandOver):
            return HandedOver(wish.member, self._member(wish.member).checkpoint())
        between = self._looked == 0 and self.panda.epoch <= self._began  # two days
        if between and isinstance(wish, GoBack):
            self._do(None)
        elif isinstance(wish, Train):
            if wish.experiment is not None and between:
                self._do(wish.experiment)
            self.until = min(DAYS, max(self.until, wish.day))
        return self.look()

    def _do(self, experiment: Experiment | None) -> None:
        """What the babysitter asks between two days: that it train as `experiment` does, or for None go back."""
        self.asked.append((self.day, experiment))
        if experiment is not None:
            self._move(experiment)
            return
        self.panda.restore(self._best[1])
        self._move(self.panda.experiment, "back to the best day, ")
        self._begin_the_day()

    def _do_as_before(self) -> None:
        while self._asked_before and self._asked_before[0][0] <= self.day:
            self._do(self._asked_before.popleft()[1])

    def _member(self, number: int) -> InTraining[Any]:
        if number == 0:
            return self.panda
        for group in self._groups:
            if number - 1 in group.members:
                return group.population.member(group.members.index(number - 1))
        raise LookupError(f"there is no member {number}; they are 0 to {self.purse.many}")

    # -- looking --------------------------------------------------------------------------------------------------

    def look(self) -> Babysat:
        """Where both are."""
        members = [self._member(number) for number in range(self.purse.many + 1)]
        return Babysat(
            self.purse,
            self.day,
            self.panda.experiment,
            np.array(self._course),
            tuple(self.moves),
            np.array(self._many),
            self.values,
            tuple(self._map(member) for member in members),
            self.panda.alarm,
            self.until,
            tuple(self.asked),
        )

    def _losses(self) -> Array:
        return np.array([self._loss_of(self._member(1 + k)) for k in range(self.purse.many)])

    def _loss_of(self, member: InTraining[Any]) -> float:
        if member.alarm and not member.stopped_early:
            return math.inf
        loss = float(member.scores().dev.loss)
        return loss if math.isfinite(loss) else math.inf

    def _map(self, member: InTraining[Any]) -> Array:
        key = member.experiment.data, member.experiment.training.precision
        if key not in self._pictures:
            from hyperscope.lab.jobs.small_map import SmallMap

            self._pictures[key] = SmallMap(member, self.task.plane, SIDE)
        return self._pictures[key].p(member)


@dataclass
class _Group:
    """Those of the many whose mini-batches are alike, so that they take their steps together."""

    members: list[int]
    population: Population
    steps: int  # for the whole purse
    step: int = 0
    burst: int = 1

    def _goal(self, day: int) -> int:
        return round(self.steps * day / DAYS)

    def done(self, day: int) -> bool:
        """Whether they are trained to the end of this day."""
        return self.step >= self._goal(day) or len(self.population.stopped) == len(self.members)

    def train(self, day: int) -> None:
        """For a moment, towards the end of this day."""
        began, steps = time.monotonic(), min(self.burst, self._goal(day) - self.step)
        self.population.steps(steps)
        self.step += steps
        self.burst = _next(steps, time.monotonic() - began)


def _groups(experiments: list[Experiment], purse: Purse) -> list[_Group]:
    from hyperscope.lab.training.population import Population

    alike: dict[object, list[int]] = {}
    for k, experiment in enumerate(experiments):
        alike.setdefault((experiment.training.batch_size, experiment.training.drop_last), []).append(k)
    made = []
    for members in alike.values():
        population = Population([experiments[k] for k in members], FEW_ROWS)
        made.append(_Group(members, population, purse.each * population.member(0).batches_per_epoch))
    return made


def _next(steps: int, took: float) -> int:
    """How many steps to take next, for BURST s; by no more than a doubling, as the first compile the plan."""
    return max(1, min(2 * steps, round(steps * BURST / took))) if took > 0 else 2 * steps
