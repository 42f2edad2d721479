"""Members of a population that are alike in structure and stand at one place: stacked, they take their steps together.

Each member's numbers are those it would have alone, up to rounding.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.augmentation import Augmenter
from hyperscope.engine.batches import Position, Shuffle, batches_left
from hyperscope.engine.learner import Diverged, Learner
from hyperscope.engine.moment import Moment
from hyperscope.engine.parameters import Layout
from hyperscope.engine.prediction import Predictor
from hyperscope.engine.schedules import rate_factors
from hyperscope.engine.seat import Seat, moment_of, seated
from hyperscope.lab.examples.examples import ExampleSet, augmenter
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.training.checkpoint import Sound
from hyperscope.lab.training.history import History
from hyperscope.lab.training.in_training import InTraining, all_inputs, looked_at, norm
from hyperscope.lab.training.measuring import Measured, Measuring
from hyperscope.lab.training.quantiles import Quantiles

COMMON = (
    "optimiser",
    "batch_size",
    "drop_last",
    "precision",
    "label_smoothing",
    "class_weights",
    "weights_by_class",
)  # settings of a whole stack


@dataclass(frozen=True)
class _Snapshot:
    """Where a whole stack stood when a row was recorded; its members' last sound moments lie in it."""

    step: int
    position: Position
    moment: Moment


class Member(InTraining[Seat]):
    """One of a population, to be looked at like a trainer: in a `stack` it takes steps, without one it stands still."""

    stack: Stack | None = None
    _history: History
    _sound: Sound | tuple[_Snapshot, int]

    @property
    def history(self) -> History:
        """The rows so far: its own, or to be looked at in those of its stack."""
        return self._history if self.stack is None else self.stack.history.member(self.learner.row)

    @history.setter
    def history(self, history: History) -> None:
        self._history = history

    @property
    def sound(self) -> Sound:
        """What a divergence goes back to."""
        if isinstance(self._sound, Sound):
            return self._sound
        snapshot, row = self._sound
        return Sound(snapshot.step, snapshot.position, moment_of(snapshot.moment, row))

    @sound.setter
    def sound(self, sound: Sound) -> None:
        self._sound = sound

    def stood(self, snapshot: _Snapshot) -> None:
        """A divergence goes back to where its stack is now."""
        self._sound = (snapshot, self.learner.row)

    def settle_sound(self) -> None:
        """Takes what a divergence goes back to out of the snapshot of the stack, which can then be forgotten."""
        self._sound = self.sound

    def leave(self) -> None:
        """Takes all it has out of its stack, which is told apart."""
        self._history = self.history.copy()
        self.settle_sound()
        self.learner.leave()
        self.stack = None

    def _apply(self, experiment: Experiment) -> str:
        assert self.stack is not None and can_stay(self.experiment, experiment)
        said = self.memory_kept
        self.experiment = experiment
        self.stack.change()
        return said


def can_stay(old: Experiment, new: Experiment) -> bool:
    """Whether a member of a stack stays in it when `old` becomes `new`: only live settings of its own differ."""
    common = all(getattr(old.training, name) == getattr(new.training, name) for name in COMMON)
    return common and msgspec.structs.replace(new, training=old.training) == old


def likeness(experiment: Experiment, examples: ExampleSet) -> Hashable:
    """What members of a stack have in common from their start; their rates, constants and seeds may differ."""
    augmented = augmenter(examples, experiment.data, 0) is not None
    sizes = (examples.x_train.shape, examples.x_dev.shape, len(examples.class_names))
    return (sizes, augmented, experiment.network, *(getattr(experiment.training, name) for name in COMMON))


def standing(run: InTraining[Any]) -> Hashable:
    """What those who are to be stacked on their way have in common: likeness, and where they stand."""
    place = (run.step, run.position, run.learner.taken, run.history.schedule)
    return (likeness(run.experiment, run.examples), place)


def begun(experiments: Sequence[Experiment], examples: Sequence[ExampleSet], rows: int) -> Stack:
    """A stack of alike experiments, each on its own of `examples`, at the start; histories have so many rows."""
    layout = _layout(experiments[0], examples[0])
    learner = _learner(layout, experiments, examples)
    members = [Member() for _ in experiments]
    copies: dict[int, Augmenter | None] = {}
    for row, member in enumerate(members):
        member.experiment, member.examples, member.layout = experiments[row], examples[row], layout
        member.learner = Seat(learner, row)
        member.structure, member.painted, member.rows = 1, 0, rows
        member.begin()
        if id(examples[row]) not in copies:
            copies[id(examples[row])] = augmenter(examples[row], experiments[row].data, experiments[row].seed)
        copier = copies[id(examples[row])]
        member.augmenter = copier.seeded(experiments[row].seed) if copier is not None else None
        member.last_batch = np.arange(member.batch_size)
        member.best, member._graded = None, -1
    stack = Stack(members, learner)
    stack.note_sound([True] * len(members))
    return stack


def joined(runs: Sequence[InTraining[Any]]) -> Stack:
    """A stack of alike runs that stand at the same place, to go on from there; they themselves are not changed."""
    learner = _learner(runs[0].layout, [run.experiment for run in runs], [run.examples for run in runs])
    learner.taken = runs[0].learner.taken
    members = []
    for row, run in enumerate(runs):
        member = Member()
        member.take_after(run)
        member.learner = seated(learner, row, run.learner.state)
        members.append(member)
    return Stack(members, learner)


def _layout(experiment: Experiment, examples: ExampleSet) -> Layout:
    return Layout(experiment.network, examples.x_train.shape[0], len(examples.class_names))


def _learner(layout: Layout, experiments: Sequence[Experiment], examples: Sequence[ExampleSet]) -> Learner:
    trainings, seeds = [one.training for one in experiments], [one.seed for one in experiments]
    first = examples[0]
    augmented = augmenter(first, experiments[0].data, 0) is not None
    if not augmented and all(one is first for one in examples):
        return Learner(layout, trainings, seeds, first.x_train, first.y_train)
    x, y = (np.stack(parts) for parts in zip(*((one.x_train, one.y_train) for one in examples), strict=True))
    return Learner(layout, trainings, seeds, x, y)


class Stack:
    """`members`, whose seats are in `learner`, row by row. Who stops leaves it; nobody comes later."""

    def __init__(self, members: Sequence[Member], learner: Learner) -> None:
        first = members[0]
        self.members, self.learner = list(members), learner
        self.layout = learner.layout
        self.history = History.joined([member.history for member in members])
        self.order = Shuffle(learner.seeds, first.training_examples)
        self.step, self.position = first.step, first.position
        self._graded = first._graded if all(member._graded == first.step for member in members) else -1
        self._augmented = -1
        self._last: tuple[Indices, Array] | None = None  # the batch and the rate of the last step
        followed = looked_at(first.training_examples)
        self._measuring = Measuring(self.layout, learner.dtype, [member.examples for member in members], followed)
        predictor, quantiles, inputs = Predictor(self.layout, learner.dtype), Quantiles(self.layout), dict[int, Array]()
        for member in members:
            examples = member.examples
            if id(examples) not in inputs:
                inputs[id(examples)] = all_inputs(examples, learner.dtype)
            member.layout, member.looked_at, member.predictor = self.layout, followed, predictor
            member.quantiles, member._all_inputs, member._scores = quantiles, inputs[id(examples)], None
            member.stack = self
            del member._history
        self.change()

    def change(self) -> None:
        """Takes on the live settings that its members now have."""
        trainings = [member.experiment.training for member in self.members]
        if tuple(trainings) != self.learner.trainings:
            self.learner.change(trainings)
        self._patient = any(training.patience for training in trainings)
        self._rates = np.array([training.learning_rate for training in trainings])
        rows: dict[tuple[object, ...], list[int]] = {}
        for row, training in enumerate(trainings):
            schedule = (training.schedule, training.decay, training.decay_every, training.warmup)
            rows.setdefault(schedule, []).append(row)
        self._schedules = [(trainings[same[0]], same) for same in rows.values()]

    def part(self, leaving: Sequence[Member]) -> None:
        """Goes on without these, who take with them what is theirs."""
        rows = [row for row, member in enumerate(self.members) if member not in leaving]
        self._tell()
        for member in leaving:
            member.leave()
        self.members = [self.members[row] for row in rows]
        if not rows:
            return
        self.learner.keep(rows)
        self.history.keep(rows)
        self.order.keep(rows)
        self._measuring.keep(rows)
        if self._last is not None:
            self._last = (self._last[0][rows], self._last[1][rows])
        for row, member in enumerate(self.members):
            member.settle_sound()
            member.learner.row = row
        self.change()

    def _tell(self) -> None:
        """Tells the members where they stand."""
        for row, member in enumerate(self.members):
            if member.step != self.step:
                member.stand(self.step, self.position)
            member._graded = self._graded
            if self._last is not None:
                member.last_batch, member.last_rate = self._last[0][row], float(self._last[1][row])

    # -- training -------------------------------------------------------------------------------------------------

    def steps(self, count: int) -> int:
        """Every member that does not stop takes `count` steps; returns how many were taken, fewer when all stop."""
        done = 0
        while done < count and self.members:
            done += self._burst(count - done)
        if self.members and self.history.due(self.step):
            self._record()
        self._tell()
        return done

    def epochs(self, count: int) -> None:
        """Every member that does not stop trains to the end of the epoch that is `count` further."""
        goal = self.position.epoch + count
        while self.members and self.position.epoch < goal:
            self.steps(self.left_in_epoch())

    def left_in_epoch(self) -> int:
        """Steps to the end of the current epoch."""
        first = self.members[0]
        return batches_left(first.training_examples, self.position.used, first.batch_size, drop_last=first.drops_last)

    def _burst(self, count: int) -> int:
        """Steps until something is to be recorded or watched, at most `count`, or until a member breaks."""
        if self.history.due(self.step):
            self._record()
        wanted = min(count, self.history.next_due(self.step) - self.step)
        augmented = self.members[0].augmenter is not None
        if augmented or self._patient or self.members[0].drops_last:
            wanted = min(wanted, self.left_in_epoch())
        if augmented and self.position.epoch != self._augmented:
            self._augmented = self.position.epoch
            self.learner.see(self._copies())
        size = self.members[0].batch_size
        batches, _ = self.order.batches(size, self.position, wanted)
        factors = self._factors([batch.shape[1] for batch in batches])
        try:
            losses = self.learner.steps(batches, factors)
        except Diverged as stop:
            self._break(stop)
            losses = np.delete(stop.losses, stop.members, axis=1)
            if not self.members:
                return stop.done
            left = [row for row in range(factors.shape[1]) if row not in stop.members]
            batches, factors = [batch[left] for batch in batches[: stop.done]], factors[:, left]
        if not batches:
            return 0
        self._last = (batches[-1], self._rates * factors[len(batches) - 1])
        self.history.batch_losses(losses)
        self.step += len(batches)
        _, after = self.order.batches(size, self.position, len(batches))
        self.position = self.members[0].placed(after)
        self._graded = self.step if len(batches) == wanted else -1
        if self._patient and self.position.used == 0:
            self._watch()
        return len(batches)

    def _copies(self) -> Array:
        return np.stack([m.augmenter.copies(self.position.epoch) for m in self.members if m.augmenter is not None])

    def _factors(self, sizes: Sequence[int]) -> Array:
        """What the members' schedules make of their learning rates in coming steps (S, K)."""
        m = self.members[0].training_examples
        epochs = self.position.epoch + (self.position.used + np.cumsum([0, *sizes[:-1]])) / m
        if len(self._schedules) == 1:
            training, rows = self._schedules[0]
            return np.repeat(rate_factors(training.schedule, epochs, training)[:, None], len(rows), axis=1)
        factors = np.empty((len(sizes), len(self.members)))
        for training, rows in self._schedules:
            factors[:, rows] = rate_factors(training.schedule, epochs, training)[:, None]
        return factors

    def _break(self, stop: Diverged) -> None:
        """Members that broke go back to where they were sound, and leave."""
        broken = [self.members[row] for row in stop.members]
        self.part(broken)
        for member in broken:
            member.fall_back(stop)
            member.record_if_due()

    def _watch(self) -> None:
        """At the end of an epoch: members that have lost their patience go back to their best moment, and leave."""
        self._tell()
        losses = self._measured().dev_loss.tolist()
        impatient = []
        for member, loss in zip(self.members, losses, strict=True):
            if member.experiment.training.patience and member.out_of_patience(loss):
                impatient.append(member)
        if impatient:
            self.part(impatient)
            for member in impatient:
                member.stop_early()
                member.record_if_due()

    # -- recording ------------------------------------------------------------------------------------------------

    def _measured(self) -> Measured:
        return self._measuring.row(self.learner.state.parameters, self.learner.state.running)

    def _record(self) -> None:
        """A row of every member's history, of where it stands; a sound loss makes it a moment to go back to."""
        measured, quantiles, state = self._measured(), self._measuring.quantiles, self.learner.state
        gradient = state.gradient if self._graded == self.step else None
        self.history.add(
            self.step,
            self.position.epoch + self.position.used / self.members[0].training_examples,
            train_loss=measured.train_loss,
            dev_loss=measured.dev_loss,
            train_accuracy=measured.train_accuracy,
            dev_accuracy=measured.dev_accuracy,
            learning_rate=self._last[1] if gradient is not None and self._last is not None else np.nan,
            # in float64: squares of a large gradient overflow in float32
            gradient_norm=norm(gradient, -1) if gradient is not None else np.nan,
            quantiles=measured.entering,
            activations=measured.leaving,
            weights=quantiles.weights(state.parameters),
            norms=quantiles.norms(state.parameters),
            gradients=quantiles.weights(gradient) if gradient is not None else None,
            normalised=measured.normalised,
        )
        self.note_sound((measured.train_loss <= self.members[0].sound_loss).tolist())

    def note_sound(self, sound: Sequence[bool]) -> None:
        """Makes where it stands what a divergence goes back to, for the members (K,) for which that is worth it."""
        snapshot = _Snapshot(self.step, self.position, self.learner.moment())
        for member, worth in zip(self.members, sound, strict=True):
            if worth:
                member.stood(snapshot)
            else:
                member.settle_sound()  # so that at most one snapshot is kept
