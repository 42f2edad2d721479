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

if TYPE_CHECKING:
    from hyperscope.lab.jobs.small_map import SmallMap
    from hyperscope.lab.training.checkpoint import Checkpoint
    from hyperscope.lab.training.in_training import InTraining
    from hyperscope.lab.training.population import Population

BURST = 0.012  # s of training before the next ones have their turn
EVERY = 0.05  # s between two looks at all of them
HISTORY = 40  # rows of each member: a row of 54 networks costs as much as five of their steps
SHARE = 9  # times as long as a look took is trained before the next
FIGURES = ("step", "epoch", "train_loss", "train_accuracy", "dev_loss", "dev_accuracy")
DRAWN = 0.005  # s of a look in which maps are drawn anew; those that have waited longest come first


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

    While they train that is where they stood when the last row of their histories was taken. `stopped` says why each
    that stopped itself did, "" of others. `maps` are class probabilities (C, side, side), row 0 lowest, none if none
    were wished for; while they train some are a moment old, as they are drawn in turn. `curves` are dev losses so far
    (t,), and `gradients` (L,) the L2 norm of the last step's gradient of each layer's weights, where they are wanted;
    so are `zeros`, how many weights are exactly 0, and of how many.
    """

    step: Array
    epoch: Array  # with the fraction of the current one
    train_loss: Array
    train_accuracy: Array
    dev_loss: Array
    dev_accuracy: Array
    stopped: tuple[str, ...]
    maps: tuple[Array, ...] = ()
    curves: tuple[Array, ...] = ()
    gradients: tuple[Array, ...] = ()
    zeros: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class HandedOver:
    """One member handed over, with all that it has."""

    number: int
    checkpoint: Checkpoint


@dataclass(frozen=True)
class PopulationTask:
    """The task of training `experiments` for so many `epochs`, or `steps`; `maps` are wished for from the start.

    With `lengths` each has epochs of its own, in place of `epochs`. Records are Standing, the newest of which counts,
    and Member. Raises: ValueError unless one length is given.
    """

    experiments: tuple[Experiment, ...]
    epochs: int = 0
    steps: int = 0
    maps: Maps = Maps(0)
    curves: bool = False  # whether a Standing is to have them,
    gradients: bool = False  # and these
    lengths: tuple[int, ...] = ()
    zeros: bool = False  # whether a Standing is to count weights that are exactly 0
    what: ClassVar[str] = "trained the networks"

    def __post_init__(self) -> None:
        if not self.experiments:
            raise ValueError("there are no experiments to train")
        if (self.epochs > 0) == (self.steps > 0):
            raise ValueError(
                f"epochs is {self.epochs} and steps {self.steps}; one of them must be positive, the other 0"
            )
        if self.lengths and (len(self.lengths) != len(self.experiments) or min(self.lengths) < 1):
            raise ValueError(f"lengths is {self.lengths}; it must be epochs from 1 on for each experiment")

    def run(self, wishes: Wishes) -> Generator[News[Standing | HandedOver], None, None]:
        """Trains, looks and answers. Raises: ValueError when data cannot be had, or a population cannot train so."""
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
    """All members: those of a data set, batch size and length are one population, as their epochs go together."""

    def __init__(self, task: PopulationTask) -> None:
        self.maps = task.maps
        self._task = task
        alike: dict[object, list[int]] = {}
        for number, experiment in enumerate(task.experiments):
            training = experiment.training
            length = task.lengths[number] if task.lengths else 0
            alike.setdefault((experiment.data, training.batch_size, training.drop_last, length), []).append(number)
        self._together = [_Together(members, task) for members in alike.values()]
        self._places = {number: (one, row) for one in self._together for row, number in enumerate(one.members)}
        self._turn = 0
        self._pictures: dict[object, SmallMap] = {}
        self._maps: list[Array] = []  # the last drawn of each
        self._next = 0  # whose map has waited longest
        self._free = 0.0  # s, when they may be looked at again
        self._changed = True

    @property
    def _members(self) -> list[InTraining[Any]]:
        """Each as it is now, in the order of the task."""
        return [one.population.member(row) for one, row in (self._places[k] for k in range(len(self._places)))]

    @property
    def done(self) -> bool:
        return all(one.done for one in self._together)

    @property
    def due(self) -> bool:
        """Whether they are to be looked at; at the end at once."""
        return self._changed and (self.done or time.monotonic() >= self._free)

    @property
    def share(self) -> float:
        return sum(one.share * len(one.members) for one in self._together) / len(self._places)

    def train(self) -> None:
        """Those whose turn it is, for a moment."""
        while self._together[self._turn].done:
            self._turn = (self._turn + 1) % len(self._together)
        self._together[self._turn].train()
        self._turn = (self._turn + 1) % len(self._together)
        self._changed = True

    def answer(self, wish: object) -> Record[Standing | HandedOver]:
        if isinstance(wish, HandOver):
            return Record(self._hand_over(wish.member), key=(HandedOver, wish.member))
        if isinstance(wish, Maps):
            self.maps = wish
            self._pictures.clear()
            self._maps.clear()
        return Record(self.standing(), key=Standing)

    def standing(self) -> Standing:
        began, used = time.monotonic(), time.process_time()
        members = self._members
        figures = [_at_the_end(member) if self.done or member.alarm else _on_the_way(member) for member in members]
        stopped = tuple(member.alarm for member in members)
        maps = tuple(self._drawn(members)) if self.maps.side else ()
        curves = (
            tuple(member.history.dev_losses().astype(np.float32) for member in members) if self._task.curves else ()
        )
        gradients = tuple(_by_layer(member) for member in members) if self._task.gradients else ()
        zeros = tuple(_zeros(member) for member in members) if self._task.zeros else ()
        cost = time.process_time() - used  # not by the clock, as the window and the worker go first
        self._free, self._changed = max(began + EVERY, time.monotonic() + SHARE * cost), False
        step, epoch, *rest = np.array(figures, float).T.copy()
        return Standing(step, epoch, rest[0], rest[1], rest[2], rest[3], stopped, maps, curves, gradients, zeros)

    def _drawn(self, members: list[InTraining[Any]]) -> list[Array]:
        """A map of each, as many of them anew as there is time for; at first and at the end all."""
        if self.done or not self._maps:
            self._maps = [self._map(member) for member in members]
            return list(self._maps)
        began = time.monotonic()
        for _ in members:
            self._maps[self._next] = self._map(members[self._next])
            self._next = (self._next + 1) % len(members)
            if time.monotonic() - began >= DRAWN:
                break
        return list(self._maps)

    def _map(self, subject: InTraining[Any]) -> Array:
        key = subject.experiment.data, subject.experiment.training.precision
        if key not in self._pictures:
            from hyperscope.lab.jobs.small_map import SmallMap

            self._pictures[key] = SmallMap(subject, self.maps.plane, self.maps.side)
        return self._pictures[key].p(subject)

    def _hand_over(self, number: int) -> HandedOver:
        if number not in self._places:
            raise LookupError(f"there is no member {number}; they are 0 to {len(self._places) - 1}")
        one, row = self._places[number]
        return HandedOver(number, one.population.member(row).checkpoint())


def _on_the_way(member: InTraining[Any]) -> tuple[float, ...]:
    """Where it stood at the last row of its history, which costs nothing; where there is none, as at the end."""
    row = member.history.newest()
    return tuple(row[name] for name in FIGURES) if row else _at_the_end(member)


def _at_the_end(member: InTraining[Any]) -> tuple[float, ...]:
    """Where it stands, evaluated for it."""
    train, dev = member.scores().train, member.scores().dev
    return member.step, member.epoch, train.loss, train.accuracy, dev.loss, dev.accuracy


def _by_layer(member: InTraining[Any]) -> Array:
    """The L2 norm of the gradient of each layer's weights, the output's last; NaN before any step."""
    gradient, layout = member.gradient, member.layout
    blocks = [layout.parameters[f"{name}.weights"] for name in layout.names]
    if gradient is None:
        return np.full(len(blocks), np.nan)
    # in float64, as squares of what vanishes are 0 in float32
    return np.array([np.linalg.norm(block.of(gradient).astype(np.float64)) for block in blocks])


def _zeros(member: InTraining[Any]) -> tuple[int, int]:
    """How many weights are exactly 0, biases left out, and of how many."""
    layout, parameters = member.layout, member.parameters
    pairs = zip(layout.names, layout.widths, strict=False)
    blocks = [layout.parameters[f"{name}.weights"].of(parameters)[:, :inputs] for name, inputs in pairs]
    return sum(int((block == 0).sum()) for block in blocks), sum(block.size for block in blocks)


class _Together:
    """Members that take their steps together."""

    def __init__(self, members: list[int], task: PopulationTask) -> None:
        from hyperscope.lab.training.population import Population

        self.members = members
        self.population: Population = Population([task.experiments[k] for k in members], HISTORY)
        epochs = task.lengths[members[0]] if task.lengths else task.epochs
        own = 0 if task.lengths else task.steps
        self.goal = own or epochs * self.population.member(0).batches_per_epoch
        self.step = 0
        self._burst = 1

    @property
    def done(self) -> bool:
        return self.step >= self.goal or len(self.population.stopped) == len(self.members)

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
