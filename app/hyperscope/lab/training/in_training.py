"""A network in training: where it stands, the rows recorded on its way, and the moments it goes back to when its
training stops itself. Trainers and the members of a population are that; how steps are taken, it does not know.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Generic, Literal, Protocol, TypeVar

import numpy as np

from hyperscope.engine import textbook
from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.augmentation import Augmenter
from hyperscope.engine.batches import Position, Shuffle, batches_left
from hyperscope.engine.learner import Diverged
from hyperscope.engine.moment import Moment
from hyperscope.engine.named import named_views
from hyperscope.engine.noise import Noises
from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.parameters import Layout
from hyperscope.engine.prediction import FoldedLayer, Predictor, folded, scores
from hyperscope.engine.program import State
from hyperscope.engine.schedules import rate_factors
from hyperscope.engine.textbook import Trace
from hyperscope.lab.examples.examples import ExampleSet
from hyperscope.lab.experiment import moves
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.training.checkpoint import Best, Checkpoint, Evaluations, Sound
from hyperscope.lab.training.divergence import Cause, reason
from hyperscope.lab.training.history import History
from hyperscope.lab.training.kept import LookCache
from hyperscope.lab.training.quantiles import Quantiles

LOOKED_AT = 256  # training examples whose activations are followed over time
ROWS = 600  # of the history; each costs an evaluation of train and dev set
MARKS = 256  # of moves, the newest
LONELY = 2  # examples; a last mini-batch of so few with batch norm harms a whole epoch: accuracy .89 for .99
SOUND = 1.5  # times ln C: a training loss up to here is worth going back to after a divergence


class Numbers(Protocol):
    """What holds one network's numbers: a learner, or a member's place among those of a crowd."""

    @property
    def state(self) -> State:
        """The arrays, (P,) and (R,), which may be views."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Their kind."""

    @property
    def taken(self) -> int:
        """Steps."""

    def moment(self) -> Moment:
        """A copy of everything that the next step depends on, besides the settings."""

    def restore(self, moment: Moment) -> None:
        """Goes back to a moment, under the settings now in force."""


N = TypeVar("N", bound=Numbers)


def looked_at(count: int) -> Indices:
    """Which of so many training examples have their activations followed over time."""
    return np.linspace(0, count - 1, min(LOOKED_AT, count)).round().astype(np.int64)


def all_inputs(examples: ExampleSet, dtype: np.dtype[Any]) -> Array:
    """Those of training, dev and test set in a row (n, m)."""
    return np.concatenate([examples.x_train, examples.x_dev, examples.x_test], axis=1).astype(dtype, copy=False)


def norm(gradient: Array, axis: int | None = None) -> Any:
    """The L2 norm, in float64, as squares of a large gradient overflow in float32; infinite where they do in that."""
    with np.errstate(over="ignore"):
        return np.linalg.norm(gradient.astype(np.float64), axis=axis)


class InTraining(ABC, Generic[N]):
    """What is known of a network of `experiment` in training, and where it can be brought back to."""

    experiment: Experiment
    examples: ExampleSet
    layout: Layout
    learner: N
    history: History
    predictor: Predictor
    step: int  # taken so far
    position: Position  # in the data
    marks: tuple[tuple[int, float, str], ...]  # (step, epoch, caption) of every control moved
    looked_at: Indices  # the training examples whose activations are followed over time
    last_batch: Indices
    last_rate: float  # what the last step used, the schedule applied; NaN before any and after going back
    batch_losses: Array  # of the steps last asked for (steps,)
    best: Best | None  # what early stopping would go back to
    quantiles: Quantiles  # what rivers are recorded of
    sound: Sound  # what a divergence goes back to
    augmenter: Augmenter | None  # what gives each epoch its own copies of the examples
    _graded: int  # the step whose gradient the learner still holds, -1 for none
    _all_inputs: Array  # of training, dev and test set in a row (n, m)
    _scores: tuple[int, Evaluations] | None
    alarm: str  # why training stopped, in a sentence, or ""
    stopped_early: bool  # and whether that was early stopping, which is no fault
    cause: Cause | Literal[""] = ""  # of a divergence, while there is an alarm of one
    set_by_hand: float = 0.0  # the largest number set by hand since the moment that a divergence goes back to
    structure: int  # goes up whenever data or network were rebuilt
    painted: int  # goes up whenever examples came or went while the network was kept
    rows: int = ROWS  # of the history, at most
    bridges: bool = True  # layers that go
    live: bool = True  # augmentation, which once made training start over
    has_order: bool = False  # mini-batches are given, not shuffled from the examples

    # -- what training is at --------------------------------------------------------------------------------------

    @property
    def training_examples(self) -> int:
        """How many examples are trained on."""
        return int(self.examples.x_train.shape[1])

    @property
    def batch_size(self) -> int:
        """The mini-batch size in force: never more than there are training examples."""
        return max(1, min(self.experiment.training.batch_size, self.training_examples))

    @property
    def batches_per_epoch(self) -> int:
        """Mini-batches in an epoch, the last, shorter one included unless that is dropped."""
        return max(1, batches_left(self.training_examples, 0, self.batch_size, drop_last=self.drops_last))

    @property
    def examples_per_epoch(self) -> int:
        """How many of the training examples an epoch goes through."""
        return self.batches_per_epoch * self.batch_size if self.drops_last else self.training_examples

    @property
    def last_batch_size(self) -> int:
        """How many examples the last mini-batch of an epoch has."""
        left_over = self.training_examples % self.batch_size
        return left_over if left_over and not self.drops_last else self.batch_size

    @property
    def caution(self) -> str:
        """What to heed of its mini-batches, in a sentence; "" as a rule."""
        last = self.last_batch_size
        if not self.experiment.network.normalises or self.has_order or last > LONELY or last == self.batch_size:
            return ""
        has = f"has {last} example{'s' if last > 1 else ''}, too few for batch norm"
        return f"The last mini-batch of each epoch {has}: drop it, or choose another size."

    @property
    def drops_last(self) -> bool:
        """Whether an epoch ends before a last mini-batch that is shorter; an order that is given has its own sizes."""
        return self.experiment.training.drop_last and not self.has_order

    @property
    def epoch(self) -> float:
        """Epochs done, with the fraction of the current one."""
        return self.position.epoch + self.position.used / max(1, self.training_examples)

    def left_in_epoch(self) -> int:
        """Steps to the end of the current epoch."""
        return batches_left(self.training_examples, self.position.used, self.batch_size, drop_last=self.drops_last)

    def placed(self, position: Position) -> Position:
        """Where training goes on from: the next epoch where what is left of this one is dropped."""
        used = position.used
        left = batches_left(self.training_examples, used, self.batch_size, drop_last=self.drops_last)
        return Position(position.epoch + 1) if used and not left else position

    def rate_factors(self, sizes: Sequence[int]) -> Array:
        """What the schedule makes of the learning rate in coming steps with batches of these sizes (S,)."""
        training = self.experiment.training
        used = np.cumsum([0, *sizes[:-1]])
        epochs = self.position.epoch + (self.position.used + used) / max(1, self.training_examples)
        return rate_factors(training.schedule, epochs, training)

    # -- moving on ------------------------------------------------------------------------------------------------

    def go_on(self) -> None:
        """Allows further steps after training stopped itself."""
        self.alarm, self.stopped_early, self.cause = "", False, ""

    def stand(self, step: int, position: Position) -> None:
        """Stands elsewhere from now on: what was worked out of where it stood is forgotten."""
        self.step, self.position = step, self.placed(position)
        self._graded = -1  # the learner's gradient may be that of another future's step of this number
        self._scores = None

    def begin(self) -> None:
        """Stands at the start, with nothing behind it."""
        self.step = 0
        self.position = Position()
        self.history = History(max(1, self.batches_per_epoch // 4), self.rows)
        self.marks = ()
        self.batch_losses = np.zeros(0)
        self.last_rate = math.nan
        self.set_by_hand = 0.0
        self.go_on()

    def take_after(self, other: InTraining[Any]) -> None:
        """Stands where `other` does, with its experiment, examples and all that is behind it; its numbers are not
        taken over.
        """
        self.experiment, self.examples, self.layout = other.experiment, other.examples, other.layout
        self.step, self.position, self._graded = other.step, other.position, other._graded
        self.history, self.marks = other.history.copy(), other.marks
        self.best, self.sound = other.best, other.sound
        self.alarm, self.stopped_early, self.cause = other.alarm, other.stopped_early, other.cause
        self.set_by_hand = other.set_by_hand
        self.last_batch, self.last_rate, self.batch_losses = other.last_batch, other.last_rate, other.batch_losses
        self.augmenter, self.structure, self.painted = other.augmenter, other.structure, other.painted
        self.rows = other.rows
        self._scores = None

    # -- changing -------------------------------------------------------------------------------------------------

    def apply(
        self, experiment: Experiment, since: Experiment | None = None, *, bridge: bool = True, live: bool = True
    ) -> str:
        """Takes on `experiment`, keeping all it can, and returns one sentence on what was kept and rebuilt.

        Where this goes on with a drag, `since` is what held before that: both have one mark, from first value to last.
        Layers that go are bridged, see `grafting`, unless that is not to be; other augmentation keeps the network, if
        it is `live`.

        Raises: ValueError, with nothing changed, when its data cannot be had.
        """
        old = self.experiment
        if experiment == old:
            return ""
        self.bridges, self.live = bridge, live
        epoch, caution = self.epoch, self.caution
        kept = self._apply(experiment)
        self.position = self.placed(self.position)
        self.go_on()
        self._scores = None
        if self.step:
            before = (moves.caption(since, old), moves.span(since, old)) if since is not None else ()
            if since is not None and self.marks and self.marks[-1][2] in before:
                self.marks = (*self.marks[:-1], (self.step, self.epoch, moves.span(since, experiment)))
            else:
                self.mark(moves.caption(old, experiment))
        said = [moves.sentence(old, experiment, kept, epoch), self.examples.missing]
        return " ".join(part for part in (*said, self.caution if self.caution != caution else "") if part)

    @abstractmethod
    def _apply(self, experiment: Experiment) -> str:
        """Takes on an experiment that differs, and says what was kept; nothing is changed if it cannot be had."""

    @property
    def memory_kept(self) -> str:
        """What is said to be kept where all is."""
        memory = f"{optimisers[self.experiment.training.optimiser].label}'s memory"
        memory = memory.replace("SGD's memory", "everything else")
        return f"weights and {memory} kept"

    # -- looking --------------------------------------------------------------------------------------------------

    def scores(self) -> Evaluations:
        """Losses and accuracies now, at test time; computed once per step."""
        if self._scores is None or self._scores[0] != self.step:
            logits = self.predictor.logits(self.folded(), self._all_inputs)
            data = self.examples
            found = scores(self.layout, logits, (data.y_train, data.y_dev, data.y_test))
            self._scores = (self.step, Evaluations(*found))
        return self._scores[1]

    def recent_scores(self) -> Evaluations:
        """The last scores worked out, which may be some steps old."""
        return self._scores[1] if self._scores is not None else self.scores()

    @cached_property
    def kept(self) -> LookCache:
        """What was worked out for looking, as long as that holds."""
        return LookCache()

    @property
    def dtype(self) -> np.dtype[Any]:
        """What is computed in."""
        return self.learner.dtype

    @property
    def parameters(self) -> Array:
        """All that is trained (P,), itself."""
        return self.learner.state.parameters

    @property
    def running(self) -> Array:
        """Batch norm's running statistics (R,), themselves."""
        return self.learner.state.running

    def dropout_masks(self, m: int) -> dict[int, Array]:
        """What dropout drew for the last mini-batch of m examples, by hidden layer; for the first before any."""
        network, step = self.layout.network, max(0, self.learner.taken - 1)
        dropouts = [number for number, layer in enumerate(network.layers) if layer.dropout]
        # from sources of their own, as looking back would throw away the numbers of coming steps
        noises = Noises((self.experiment.seed,), self.layout.widths, (), self.dtype)
        found = noises.coming(network, dropouts, (), m, range(step, step + 1))
        return {number: found[f"dropout{number}"][0] for number in dropouts}

    def folded(self) -> list[FoldedLayer]:
        """The network's layers for test time."""
        return folded(self.layout, self.learner.state.parameters, self.learner.state.running)

    @property
    def gradient(self) -> Array | None:
        """The learner's own (P,) of the last step, as the optimiser took it; None where the network came otherwise."""
        return self.learner.state.gradient if self._graded == self.step else None

    def traces(self, x: Array, *, training: bool = False, masks: Mapping[int, Array] | None = None) -> list[Trace]:
        """Everything inside each layer for model inputs x (n, m); `masks` as in `textbook.forward`."""
        state = self.learner.state
        with np.errstate(all="ignore"):
            return textbook.forward(self.layout, state.parameters, state.running, x, training=training, masks=masks)

    def weights(self) -> dict[str, Array]:
        """Copies of all arrays by name, see `engine.named`."""
        state = self.learner.state
        views = named_views(self.layout, state.parameters, state.running)
        return {name: view.copy() for name, view in views.items()}

    # -- recording ------------------------------------------------------------------------------------------------

    def record(self) -> None:
        """A row of the history, of where it stands; a sound loss makes it a moment to go back to."""
        scores, gradient, quantiles = self.scores(), self.gradient, self.quantiles
        inputs = self.examples.x_train.astype(self.learner.dtype, copy=False)
        traces = self.traces(inputs[:, self.looked_at])
        entering, activations = quantiles.signals(traces)
        self.history.add(
            self.step,
            self.epoch,
            train_loss=scores.train.loss,
            dev_loss=scores.dev.loss,
            train_accuracy=scores.train.accuracy,
            dev_accuracy=scores.dev.accuracy,
            learning_rate=self.last_rate if gradient is not None else math.nan,
            gradient_norm=float(norm(gradient)) if gradient is not None else math.nan,
            quantiles=entering,
            activations=activations,
            weights=quantiles.weights(self.learner.state.parameters),
            norms=quantiles.norms(self.learner.state.parameters),
            gradients=quantiles.weights(gradient) if gradient is not None else None,
            normalised=quantiles.normalised([trace.normalised for trace in traces[: len(self.layout.network.layers)]]),
        )
        self.note_sound()

    def record_if_due(self) -> None:
        """A row, if where it stands is to have one."""
        if self.history.due(self.step) and not self.examples.missing:
            self.record()

    def mark(self, caption: str) -> None:
        """Notes a move for the charts; moves closer together than the charts' points become one."""
        last = self.marks[-1][0] if self.marks else -self.history.stride
        kept = self.marks[:-1] if self.step - last < self.history.stride else self.marks
        self.marks = (*kept, (self.step, self.epoch, caption))[-MARKS:]

    @property
    def sound_loss(self) -> float:
        """The greatest training loss that is worth going back to after a divergence."""
        return SOUND * math.log(self.layout.classes)

    def note_sound(self) -> None:
        """Makes where it stands what a divergence goes back to, if its training loss is worth that."""
        if self.scores().train.loss <= self.sound_loss:
            self.set_by_hand = 0.0
            self.sound = Sound(self.step, self.position, self.learner.moment())

    def out_of_patience(self, dev_loss: float) -> bool:
        """At the end of an epoch: whether early stopping is due (Prechelt 1998); a lowest dev loss is remembered."""
        if math.isnan(dev_loss):  # of logits too large: as a best, nothing would ever lie below it
            dev_loss = math.inf
        epoch = self.position.epoch
        if self.best is None or dev_loss < self.best.loss:
            self.best = Best(dev_loss, epoch, self.step, self.position, self.learner.moment())
            return False
        return epoch - self.best.epoch >= self.experiment.training.patience

    # -- going back -----------------------------------------------------------------------------------------------

    def stop_early(self) -> None:
        """Goes back to where the dev loss was lowest, and stays there."""
        best, epoch, patience = self.best, self.position.epoch, self.experiment.training.patience
        assert best is not None  # as patience is counted from it
        self._return_to(best.step, best.position, best.moment)
        self.best = replace(best, epoch=self.position.epoch)
        self.stopped_early = True
        self.alarm = (
            f"Stopped early at epoch {epoch}: the dev loss has not been below {best.loss:.3g} for {patience} "
            f"epochs. Back at epoch {best.epoch}, where it was lowest."
        )

    def fall_back(self, stop: Diverged) -> None:
        """After a divergence: back to the last sound moment, with an alarm that says what broke, where and why."""
        broke, sound = self.step + stop.done + 1, self.sound
        self._return_to(sound.step, sound.position, sound.moment)
        where = f"step {self.step}, the last with a sound loss" if self.step else "the start"
        largest = float(np.abs(self.parameters).max(initial=0.0))
        why = reason(self.experiment.training, max(largest, self.set_by_hand))
        self.cause = why.cause
        self.alarm = (
            f"Training stopped at step {broke}: {stop.place[:1].lower()}{stop.place[1:]} is no longer finite, because "
            f"{why.because}. Back at {where}; {why.advice}."
        )

    def _return_to(self, step: int, position: Position, moment: Moment) -> None:
        self.learner.restore(moment)
        self.stand(step, position)
        self.history.truncate(step)
        self.marks = tuple(mark for mark in self.marks if mark[0] <= step)
        if not self.has_order:  # else what was seen last depends on how the steps were asked for
            order = Shuffle(self.experiment.seed, self.training_examples)
            self.last_batch = order.before(self.batch_size, self.position, drop_last=self.drops_last)
        self.last_rate = math.nan

    def checkpoint(self) -> Checkpoint:
        """A copy of the run as it stands."""
        return Checkpoint(
            self.experiment,
            self.step,
            self.position,
            self.learner.moment(),
            self.history.state(),
            self.marks,
            self.best,
            self.sound,
            self.last_batch.copy(),  # a part of the whole epoch's order, which would stay with it
            self.examples.fingerprint,
        )

    def take_up(self, kept: Checkpoint) -> None:
        """Stands where `kept`, of the same experiment, was taken."""
        self.learner.restore(kept.moment)
        self.stand(kept.step, kept.position)
        self.history = History.from_state(kept.history)
        self.marks = kept.marks
        self.best = kept.best
        if kept.last_batch is not None:
            self.last_batch = kept.last_batch
        self.sound = kept.sound or Sound(self.step, self.position, self.learner.moment())
