"""Many experiments trained at once: members alike in structure are stacked and take their steps together.

Each member's numbers are those it would have alone, up to rounding. Twins, clouds of seeds and sweeps are populations.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.engine.batches import Position, Shuffle
from hyperscope.engine.learner import Diverged, Learner
from hyperscope.engine.named import named_views
from hyperscope.engine.parameters import Layout
from hyperscope.engine.prediction import Predictor, folded, score
from hyperscope.engine.schedules import rate_factors
from hyperscope.lab.examples.examples import ExampleSet, augmenter, load
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.training.checkpoint import Scores

TOGETHER = 64  # members stacked at most: their arrays should stay in the cache
RUN = 64  # steps between two looks at where each member stands


@dataclass
class _Group:
    """Members alike in structure, with their common learner and their own orders of examples."""

    members: list[int]
    examples: ExampleSet
    learner: Learner
    order: Shuffle
    size: int
    position: Position = field(default_factory=Position)


class Population:
    """Trains `experiments` side by side; member k is experiments[k].

    `stopped` names, for each member that diverged, the quantity that broke; it stays as it was before that step.
    Raises: ValueError when data cannot be had, or asks for augmentation, which only a single trainer does.
    """

    def __init__(self, experiments: Sequence[Experiment]) -> None:
        self.experiments = tuple(experiments)
        self.stopped: dict[int, str] = {}
        self.taken = [0] * len(self.experiments)
        self._last: dict[int, tuple[Array, Array]] = {}  # parameters and running statistics of stopped members
        self._examples: dict[Data, ExampleSet] = {}
        for experiment in self.experiments:
            if experiment.data not in self._examples:
                self._examples[experiment.data] = load(experiment.data)
        for data, examples in self._examples.items():
            if augmenter(examples, data, 0) is not None:
                raise ValueError("augmentation is on; a population trains on the examples as they are")
        self._groups = [self._group(members) for members in self._alike()]

    def _alike(self) -> list[list[int]]:
        """Members by all that decides the calls of a step; rates, constants and seeds may differ within a group."""
        groups: dict[object, list[int]] = {}
        for number, experiment in enumerate(self.experiments):
            training = experiment.training
            key = (
                experiment.data,
                experiment.network,
                training.optimiser,
                min(training.batch_size, self._examples[experiment.data].x_train.shape[1]),
                training.precision,
                training.label_smoothing,
                training.class_weights,
            )
            groups.setdefault(key, []).append(number)
        return [members[at : at + TOGETHER] for members in groups.values() for at in range(0, len(members), TOGETHER)]

    def _group(self, members: list[int]) -> _Group:
        first = self.experiments[members[0]]
        examples = self._examples[first.data]
        layout = Layout(first.network, examples.x_train.shape[0], len(examples.class_names))
        trainings = [self.experiments[k].training for k in members]
        seeds = [self.experiments[k].seed for k in members]
        m = examples.x_train.shape[1]
        learner = Learner(layout, trainings, seeds, examples.x_train, examples.y_train)
        return _Group(list(members), examples, learner, Shuffle(seeds, m), min(first.training.batch_size, m))

    def steps(self, count: int) -> None:
        """Every member that has not stopped takes `count` steps."""
        for group in self._groups:
            left = count
            while left and group.members:
                left -= self._advance(group, min(left, RUN))

    def epochs(self, count: int) -> None:
        """Every member that has not stopped trains through its training set `count` times."""
        for group in self._groups:
            goal = group.position.epoch + count
            while group.members and group.position.epoch < goal:
                m = group.examples.x_train.shape[1]
                left = (goal - group.position.epoch) * math.ceil(m / group.size) - group.position.used // group.size
                self._advance(group, min(left, RUN))

    def _advance(self, group: _Group, count: int) -> int:
        """Up to `count` steps of one group, fewer when a member breaks, which is then left behind."""
        batches, _ = group.order.batches(group.size, group.position, count)
        sizes = [batch.shape[1] for batch in batches]
        factors = self._factors(group, sizes)
        done = count
        try:
            group.learner.steps(batches, factors)
        except Diverged as stop:
            done = stop.done
            self._leave(group, stop)
        m = group.examples.x_train.shape[1]
        used = group.position.epoch * m + group.position.used + sum(sizes[:done])
        group.position = Position(*divmod(used, m))
        for member in group.members:
            self.taken[member] += done
        return done

    def _factors(self, group: _Group, sizes: Sequence[int]) -> Array:
        m = group.examples.x_train.shape[1]
        used = group.position.used + np.cumsum([0, *sizes[:-1]])
        epochs = group.position.epoch + used / m
        columns = []
        for member in group.members:
            training = self.experiments[member].training
            columns.append(rate_factors(training.schedule, epochs, training))
        return np.stack(columns, axis=1)

    def _leave(self, group: _Group, stop: Diverged) -> None:
        state = group.learner.state
        for row in stop.members:
            member = group.members[row]
            self.stopped[member] = stop.place
            self.taken[member] += stop.done
            self._last[member] = (state.parameters[row].copy(), state.running[row].copy())
        left = [row for row in range(len(group.members)) if row not in stop.members]
        group.members = [group.members[row] for row in left]
        if left:
            group.learner.keep(left)
            group.order = Shuffle(group.learner.seeds, group.order.m)

    def _of(self, member: int) -> tuple[Layout, ExampleSet, Array, Array]:
        """Layout, examples, parameters (P,) and running statistics (R,) of a member."""
        if not 0 <= member < len(self.experiments):
            raise LookupError(f"there is no member {member}; they are 0 to {len(self.experiments) - 1}")
        experiment = self.experiments[member]
        examples = self._examples[experiment.data]
        if member in self._last:
            layout = Layout(experiment.network, examples.x_train.shape[0], len(examples.class_names))
            return layout, examples, *self._last[member]
        group = next(group for group in self._groups if member in group.members)
        row, state = group.members.index(member), group.learner.state
        return group.learner.layout, examples, state.parameters[row], state.running[row]

    def weights(self, member: int) -> dict[str, Array]:
        """Copies of a member's arrays by name, see `engine.named`. Raises: LookupError for an unknown member."""
        layout, _, parameters, running = self._of(member)
        return {name: view.copy() for name, view in named_views(layout, parameters, running).items()}

    def scores(self, member: int) -> Scores:
        """How well a member stands at test time. Raises: LookupError for an unknown member."""
        layout, examples, parameters, running = self._of(member)
        predictor = Predictor(layout, parameters.dtype)
        layers = folded(layout, parameters, running)
        parts = (
            (examples.x_train, examples.y_train),
            (examples.x_dev, examples.y_dev),
            (examples.x_test, examples.y_test),
        )
        return Scores(*(score(layout, predictor.logits(layers, x), y) for x, y in parts))
