"""Many experiments trained together as one job, and how each of them stands, some twenty times a second.

Any of them may be asked for at any time, to be gone on with elsewhere. It ends when it is told to: trained to the end,
it rests, and still answers.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.task import News, Progress, Record, Rest, Wishes
from hyperscope.lab.probes.snapshot import View

if TYPE_CHECKING:
    from hyperscope.lab.jobs.small_map import SmallMap
    from hyperscope.lab.training.checkpoint import Checkpoint
    from hyperscope.lab.training.in_training import InTraining

BURST = 0.012  # s of training before the next ones have their turn
EVERY = 0.05  # s between two looks at all of them
SHARE = 4  # times as long as a look took is trained before the next

ROWS = 60  # of each member's history; each costs as much as some six steps of narrow networks


@dataclass(frozen=True, slots=True)
class Maps:
    """A wish for small maps from now on: of the `plane` of two features, `side` cells along each side, 0 for none."""

    side: int = 24
    plane: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class HandOver:
    """A wish for one member as it is now."""

    member: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where each of K members stands: arrays (K,), losses in nats, accuracies from 0 to 1.

    `stopped` says in a sentence why one stands still, as it diverged or stopped early, "" of others. `maps` are class
    probabilities (C, side, side), row 0 lowest, none if none were wished for.
    """

    step: Array
    epoch: Array  # with the fraction of the current one
    train_loss: Array
    train_accuracy: Array
    dev_loss: Array
    dev_accuracy: Array
    stopped: tuple[str, ...]
    maps: tuple[Array, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """One member handed over as it stands, with all that its next step depends on, and a short history."""

    number: int
    checkpoint: Checkpoint


@dataclass(frozen=True)
class PopulationTask:
    """The task of training `experiments` for so many `epochs`, or `steps`; `maps` are wished for from the start.

    Records are Standing, the newest of which counts, and Member. Raises: ValueError unless one length is given.
    """

    experiments: tuple[Experiment, ...]
    epochs: int = 0
    steps: int = 0
    maps: Maps = Maps(0)
    what: ClassVar[str] = "trained the networks"

    def __post_init__(self) -> None:
        if not self.experiments:
            raise ValueError("there are no experiments to train")
        if (self.epochs > 0) == (self.steps > 0):
            raise ValueError(
                f"epochs is {self.epochs} and steps {self.steps}; one of them must be positive, the other 0"
            )

    def run(self, wishes: Wishes) -> Generator[News[Standing | Member], None, None]:
        """Trains, looks and answers. Raises: ValueError when data cannot be had."""
        crowd = _Crowd(self)
        yield Record(crowd.standing(), key=Standing)
        while True:
            if wishes:
                yield crowd.answer(wishes.popleft())
            elif crowd.due:
                yield Record(crowd.standing(), key=Standing)
            elif crowd.done:
                yield Progress(1.0)
                yield Rest()
            else:
                crowd.train()
                yield Progress(crowd.share)


class _Crowd:
    """All members: those of a data set and batch size are one population, as their steps and epochs go together."""

    def __init__(self, task: PopulationTask) -> None:
        self.maps = task.maps
        alike: dict[object, list[int]] = {}
        for number, experiment in enumerate(task.experiments):
            alike.setdefault((experiment.data, experiment.training.batch_size), []).append(number)
        self._together = [_Together(numbers, task) for numbers in alike.values()]
        self._place = {number: (one, k) for one in self._together for k, number in enumerate(one.numbers)}
        self._turn = 0
        self._pictures: dict[object, SmallMap] = {}
        self._free = 0.0  # s, when they may be looked at again
        self._changed = True

    @property
    def done(self) -> bool:
        return all(one.done for one in self._together)

    @property
    def due(self) -> bool:
        """Whether they are to be looked at; at the end at once."""
        return self._changed and (self.done or time.monotonic() >= self._free)

    @property
    def share(self) -> float:
        return sum(one.share * len(one.numbers) for one in self._together) / len(self._place)

    def train(self) -> None:
        """Those whose turn it is, for a moment."""
        while self._together[self._turn].done:
            self._turn = (self._turn + 1) % len(self._together)
        self._together[self._turn].train()
        self._turn = (self._turn + 1) % len(self._together)
        self._changed = True

    def answer(self, wish: object) -> Record[Standing | Member]:
        if isinstance(wish, HandOver):
            if wish.member not in self._place:
                raise LookupError(f"there is no member {wish.member}; they are 0 to {len(self._place) - 1}")
            return Record(Member(wish.member, self._member(wish.member).checkpoint()), key=(Member, wish.member))
        if isinstance(wish, Maps):
            self.maps = wish
            self._pictures.clear()
        return Record(self.standing(), key=Standing)

    def standing(self) -> Standing:
        began, used = time.monotonic(), time.process_time()
        members = [self._member(number) for number in range(len(self._place))]
        figures = []
        for member in members:
            train, dev = member.scores().train, member.scores().dev
            figures.append((member.step, member.epoch, train.loss, train.accuracy, dev.loss, dev.accuracy))
        maps = tuple(self._map(number) for number in range(len(members))) if self.maps.side else ()
        step, epoch, *rest = np.array(figures, float).T.copy()
        cost = time.process_time() - used  # not by the clock, as the window and the worker go first
        self._free, self._changed = max(began + EVERY, time.monotonic() + SHARE * cost), False
        alarms = tuple(member.alarm for member in members)
        return Standing(step, epoch, rest[0], rest[1], rest[2], rest[3], alarms, maps)

    def _member(self, number: int) -> InTraining[Any]:
        one, k = self._place[number]
        return one.population.member(k)

    def _map(self, number: int) -> Array:
        member = self._member(number)
        key = member.experiment.data, member.experiment.training.precision
        if key not in self._pictures:
            from hyperscope.lab.jobs.small_map import SmallMap

            one, k = self._place[number]
            self._pictures[key] = SmallMap(one.population.trainer(k), View(self.maps.plane), self.maps.side)
        return self._pictures[key].p(member)


class _Together:
    """Members that take their steps together, `goal` of them."""

    def __init__(self, numbers: list[int], task: PopulationTask) -> None:
        from hyperscope.lab.training.population import Population

        self.numbers = numbers
        self.population = Population([task.experiments[number] for number in numbers], rows=ROWS)
        self.goal = task.steps or task.epochs * self.population.member(0).batches_per_epoch
        self.step = 0
        self._burst = 1

    @property
    def done(self) -> bool:
        return self.step >= self.goal or len(self.population.stopped) == len(self.numbers)

    @property
    def share(self) -> float:
        return 1.0 if self.done else self.step / self.goal

    def train(self) -> None:
        """For about BURST s."""
        began, steps = time.monotonic(), min(self._burst, self.goal - self.step)
        self.population.steps(steps)
        self.step += steps
        took = time.monotonic() - began
        # by no more than a doubling at a time, since the first steps compile the plan
        self._burst = max(1, min(2 * steps, round(steps * BURST / took))) if took > 0 else 2 * steps
