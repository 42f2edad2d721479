"""The trainer: an experiment being run. It takes steps, takes on changes, and can be copied and put back.

It knows nothing of processes, clocks or windows; the same experiment and the same calls give the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec
import numpy as np

from hyperscope.engine import textbook
from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.augmentation import Augmenter
from hyperscope.engine.batches import Position, Shuffle
from hyperscope.engine.grafting import can_graft, grafted
from hyperscope.engine.learner import STREAM, Diverged, Learner
from hyperscope.engine.named import named_views, put
from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.parameters import Layout
from hyperscope.engine.prediction import FoldedLayer, Predictor, folded, score
from hyperscope.engine.schedules import rate_factors
from hyperscope.engine.textbook import Trace
from hyperscope.lab.examples.examples import ExampleSet, augmenter, load
from hyperscope.lab.examples.own_points import keeps_network
from hyperscope.lab.experiment import edits, moves
from hyperscope.lab.experiment.data import PAINTED
from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.training import trail
from hyperscope.lab.training.checkpoint import Best, Checkpoint, Scores, Sound
from hyperscope.lab.training.history import History
from hyperscope.lab.training.kept import Kept
from hyperscope.lab.training.kept import Kept
from hyperscope.lab.training.quantiles import Quantiles

LOOKED_AT = 256  # training examples whose activations are followed over time
ROWS = 600  # of the history; each costs an evaluation of train and dev set


class Order(Protocol):
    """Says which examples the next mini-batches hold."""

    def batches(self, size: int, position: Position, steps: int) -> tuple[list[Indices], Position]:
        """The next `steps` mini-batches of `size` examples, and the place after them."""


class Trainer:
    """Runs `experiment`. Raises: ValueError naming the file, row or field when its data cannot be had."""

    layout: Layout
    learner: Learner
    order: Order
    history: History
    predictor: Predictor
    step: int  # taken so far
    position: Position  # in the data
    marks: tuple[tuple[int, float, str], ...]  # (step, epoch, caption) of every control moved
    looked_at: Indices  # the training examples whose activations are followed over time
    last_batch: Indices
    last_rate: float  # what the last step used, the schedule applied; NaN before any
    batch_losses: Array  # of the steps last asked for (steps,)
    best: Best | None  # what early stopping would go back to
    quantiles: Quantiles  # what rivers are recorded of
    sound: Sound  # what a divergence goes back to
    augmenter: Augmenter | None  # what gives each epoch its own copies of the examples
    _graded: int  # the step whose gradient the learner still holds, -1 for none
    _augmented: int  # the epoch whose copies the learner sees
    _all_inputs: Array  # of training, dev and test set in a row (n, m)
    _scores: tuple[int, Scores] | None

    def __init__(self, experiment: Experiment, examples: ExampleSet | None = None, order: Order | None = None) -> None:
        self.experiment = experiment
        self.examples = examples or load(experiment.data, begun=True)
        self.given_order = order
        self.kept = Kept()  # for looking
        self.kept = Kept()  # for looking
        self.structure = 0  # goes up whenever data or network were rebuilt
        self.painted = 0  # goes up whenever examples came or went while the network was kept
        self.alarm = ""  # why training stopped, in a sentence, or ""
        self.stopped_early = False  # and whether that was early stopping, which is no fault
        self._start()

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
        """Mini-batches in an epoch, the last, shorter one included."""
        return max(1, math.ceil(self.training_examples / self.batch_size))

    @property
    def epoch(self) -> float:
        """Epochs done, with the fraction of the current one."""
        return self.position.epoch + self.position.used / max(1, self.training_examples)

    # -- changing -------------------------------------------------------------------------------------------------

    def apply(self, experiment: Experiment) -> str:
        """Takes on `experiment`, keeping all it can, and returns one sentence on what was kept and rebuilt.

        Raises: ValueError, with nothing changed, when its data cannot be had.
        """
        old = self.experiment
        if experiment == old:
            return ""
        epoch = self.epoch
        kept = self._take_on(experiment)
        self.go_on()
        self._scores = None
        if self.step:
            trail.mark(self, moves.caption(old, experiment))
        return f"{moves.sentence(old, experiment, kept, epoch)} {self.examples.missing}".rstrip()

    def edit(self, edit: Edit) -> str:
        """Sets one number of the network, keeping all else, and returns a sentence on it; "" if it was that already.

        Raises: ValueError, with nothing changed, naming what cannot be set, the place or the value.
        """
        state = self.learner.state
        before = edits.put(edit, self.layout, named_views(self.layout, state.parameters, state.running))
        now = float(state.parameters.dtype.type(edit.value))
        if now == before:
            return ""
        self.go_on()
        self._scores = None
        trail.note_sound(self)  # else a divergence goes back to before this was done
        if self.step:
            trail.mark(self, edit.caption)
        return (
            f"{edit.title} {edits.shown(before)} → {edits.shown(now)} at epoch {self.epoch:.0f}: "
            "all else kept. Watch the map."
        )

    def _take_on(self, experiment: Experiment) -> str:
        old = self.experiment
        if experiment.data != old.data:
            examples = load(experiment.data, begun=True)
            if not keeps_network(old.data, experiment.data):
                self.examples, self.experiment = examples, experiment
                self._start()
                return "new data, so the network was rebuilt and starts again"
            self._layout(experiment, examples)  # refuses before anything is changed
            self._see(experiment, examples)
            old = self.experiment
        layout = self._layout(experiment)
        if experiment.seed != old.seed or experiment.training.precision != old.training.precision:
            self.experiment = experiment
            self._start()
            return "the network was rebuilt and starts again"
        if not can_graft(self.layout, layout, other_classes=experiment.data.source == PAINTED):
            self.experiment = experiment
            self._start()
            return "the network was rebuilt with new weights and starts again"
        if (layout.parameters, layout.running) != (self.layout.parameters, self.layout.running):
            return self._graft(experiment, layout)
        memory = f"{optimisers[old.training.optimiser].label}'s memory"
        memory = memory.replace("SGD's memory", "everything else")
        self.experiment = experiment
        self.layout = layout
        self.learner.adapt(layout)
        self.learner.change(experiment.training)
        if experiment.network.output != old.network.output or experiment.network.layers != old.network.layers:
            self._rebuilt()  # what is drawn of the layers changes, though their weights do not
        if experiment.training.optimiser != old.training.optimiser:
            return f"weights kept, {optimisers[experiment.training.optimiser].label} starts with no memory"
        return f"weights and {memory} kept"

    def _see(self, experiment: Experiment, examples: ExampleSet) -> None:
        """Takes on the examples of `experiment`, and of the rest nothing yet; weights and memory stay."""
        self.experiment = msgspec.structs.replace(self.experiment, data=experiment.data)
        self.examples = examples
        if len(examples.class_names) == self.layout.classes:  # else a learner is made for them
            self.learner.take(examples.x_train, examples.y_train)
        self.order = self.given_order or Shuffle(self.experiment.seed, self.training_examples)
        if self.position.used >= self.training_examples:
            self.position = Position(self.position.epoch + bool(self.position.used), 0)
        self._meet()
        self.painted += 1

    def _graft(self, experiment: Experiment, layout: Layout) -> str:
        fresh = layout.initial(np.random.default_rng([experiment.seed, STREAM]), self.learner.dtype)
        state = self.learner.state
        x = self._inputs(self.examples.x_train)
        x = x if x.shape[1] else np.zeros((len(x), 1), x.dtype)  # an empty plane has no statistics to start from
        classes = self.layout.classes
        parameters, running = grafted(self.layout, layout, state.parameters, state.running, x, fresh)
        only_norms = [(layer.units, layer.activation) for layer in experiment.network.layers] == [
            (layer.units, layer.activation) for layer in self.experiment.network.layers
        ]
        self.experiment, self.layout = experiment, layout
        self.learner = self._learner()
        self.learner.state.parameters[...] = parameters
        self.learner.state.running[...] = running
        self._rebuilt()
        if classes != layout.classes:
            return (
                f"weights kept, for {layout.classes} classes instead of {classes}; the optimiser's memory starts again"
            )
        if only_norms:
            return "what the network computes was kept, the optimiser's memory starts again"
        return "weights kept where they fit, the optimiser's memory starts again"

    def restart(self) -> None:
        """Goes back to the start: the same weights, the same order of mini-batches."""
        self._start()

    # -- training -------------------------------------------------------------------------------------------------

    def go_on(self) -> None:
        """Allows further steps after training stopped itself."""
        self.alarm, self.stopped_early = "", False

    def steps(self, count: int) -> int:
        """Takes `count` steps, fewer when training diverges; returns how many. `alarm` then says why.

        After a divergence the network is at the last moment whose loss was sound.
        """
        done = 0
        losses: list[Array] = []
        while done < count and not self.alarm and not self.examples.missing:
            if self.history.due(self.step):
                trail.record(self)
            wanted = min(count - done, self.history.next_due(self.step) - self.step)
            if self.augmenter is not None or self.experiment.training.patience:
                wanted = min(wanted, self._left_in_epoch())
            self._augment()
            batches, after = self.order.batches(self.batch_size, self.position, wanted)
            factors = self._rate_factors(batches)
            if not batches:
                break
            try:
                losses.append(self.learner.steps(batches, factors))
            except Diverged as stop:
                losses.append(stop.losses)
                trail.fall_back(self, stop)
                done += stop.done
                break
            self.last_batch = batches[-1]
            self.last_rate = self.experiment.training.learning_rate * float(factors[-1])
            self.history.batch_losses(losses[-1])
            self.step += len(batches)
            self._graded = self.step
            self.position = after
            done += len(batches)
            if self.experiment.training.patience and self.position.used == 0:
                trail.watch(self)
        if self.history.due(self.step) and not self.examples.missing:
            trail.record(self)
        self.batch_losses = np.concatenate(losses) if losses else np.zeros(0)
        return done

    def coming(self) -> tuple[list[Indices], Array]:
        """The next mini-batch, in a list that is empty if there is none, and the factor on its learning rate."""
        if self.examples.missing:
            return [], np.zeros(0)
        self._augment()
        batches, _ = self.order.batches(self.batch_size, self.position, 1)
        return batches, self._rate_factors(batches)

    def _augment(self) -> None:
        """Has the learner see this epoch's copies of the examples."""
        if self.augmenter is not None and self.position.epoch != self._augmented:
            self._augmented = self.position.epoch
            self.learner.see(self.augmenter.inputs(self._augmented))

    def _rate_factors(self, batches: Sequence[Indices]) -> Array:
        """What the schedule makes of the learning rate in each of the coming steps."""
        training = self.experiment.training
        used = np.cumsum([0, *(len(batch) for batch in batches[:-1])])
        epochs = self.position.epoch + (self.position.used + used) / self.training_examples
        return rate_factors(training.schedule, epochs, training)

    def finish_epoch(self) -> int:
        """Steps to the end of the current epoch; returns how many steps that took."""
        return self.steps(self._left_in_epoch())

    def _left_in_epoch(self) -> int:
        return math.ceil((self.training_examples - self.position.used) / self.batch_size)

    def stand(self, step: int, position: Position) -> None:
        """Stands elsewhere from now on: what was worked out of where it stood is forgotten."""
        self.step, self.position = step, position
        self._graded = -1  # the learner's gradient may be that of another future's step of this number
        self._scores = None

    # -- looking --------------------------------------------------------------------------------------------------

    def scores(self) -> Scores:
        """Losses and accuracies now, at test time; computed once per step."""
        if self._scores is None or self._scores[0] != self.step:
            logits = self.predictor.logits(self.folded(), self._all_inputs)
            data, ends = self.examples, np.cumsum([self.examples.y_train.size, self.examples.y_dev.size])
            parts = np.split(logits, ends, axis=1)
            found = [
                score(self.layout, part, y)
                for part, y in zip(parts, (data.y_train, data.y_dev, data.y_test), strict=True)
            ]
            self._scores = (self.step, Scores(*found))
        return self._scores[1]

    def recent_scores(self) -> Scores:
        """The last scores worked out, which may be some steps old."""
        return self._scores[1] if self._scores is not None else self.scores()

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
        """Batch norm's running statistics, themselves."""
        return self.learner.state.running

    def dropout_masks(self, m: int) -> dict[int, Array]:
        """What dropout drew for the last mini-batch of m examples, by hidden layer."""
        return self.learner.dropout_masks(m)

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
        """Batch norm's running statistics, themselves."""
        return self.learner.state.running

    def dropout_masks(self, m: int) -> dict[int, Array]:
        """What dropout drew for the last mini-batch of m examples, by hidden layer."""
        return self.learner.dropout_masks(m)

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

    def set_weights(self, arrays: Mapping[str, Array]) -> None:
        """Starts from given arrays. Raises: ValueError naming the array that does not fit, with nothing changed."""
        state = self.learner.state
        put(named_views(self.layout, state.parameters, state.running), arrays)
        self._scores = None
        self.sound = Sound(self.step, self.position, self.learner.moment())

    # -- going back -----------------------------------------------------------------------------------------------

    def checkpoint(self) -> Checkpoint:
        """A copy of the run as it stands."""
        return trail.checkpoint(self)

    def restore(self, checkpoint: Checkpoint, examples: ExampleSet | None = None) -> None:
        """Goes to where `checkpoint` was taken, experiment included; its `examples` are read anew unless given.

        Raises: ValueError, with nothing changed, when they cannot be had.
        """
        old, structure = self.experiment, self.structure
        there = checkpoint.experiment
        other, classes = there.data != old.data, self.layout.classes
        if there == old:
            # the same arrays and compiled steps will do; building them anew took as long as 100 steps
            self.go_on()
            self.batch_losses, self.last_batch = np.zeros(0), np.arange(self.batch_size)
        else:
            if other:
                self.examples = examples or load(there.data, begun=True)
                self.painted += 1
            self.experiment = there
            self._start()
        same = not other or (keeps_network(old.data, there.data) and self.layout.classes == classes)
        if same and old.network == there.network:
            self.structure = structure  # views that follow a drag through time need not lay out anew
        trail.take_up(self, checkpoint)

    # -- making ---------------------------------------------------------------------------------------------------

    def _layout(self, experiment: Experiment, examples: ExampleSet | None = None) -> Layout:
        examples = examples or self.examples
        return Layout(experiment.network, examples.x_train.shape[0], len(examples.class_names))

    def _inputs(self, x: Array) -> Array:
        return x.astype(self.learner.dtype, copy=False)

    def _learner(self) -> Learner:
        return Learner(
            self.layout,
            self.experiment.training,
            self.experiment.seed,
            self.examples.x_train,
            self.examples.y_train,
        )

    def _start(self) -> None:
        self.layout = self._layout(self.experiment)
        self.learner = self._learner()
        self.order = self.given_order or Shuffle(self.experiment.seed, self.training_examples)
        self.step = 0
        self.position = Position()
        self.history = History(max(1, self.batches_per_epoch // 4), ROWS)
        self.marks = ()
        self.batch_losses = np.zeros(0)
        self.last_rate = math.nan
        self.alarm, self.stopped_early = "", False
        self._rebuilt()

    def _rebuilt(self) -> None:
        self.structure += 1
        self._graded = -1
        self.quantiles = Quantiles(self.layout)
        self.predictor = Predictor(self.layout, self.learner.dtype)
        self._meet()

    def _meet(self) -> None:
        """What follows from the examples, besides the learner."""
        count = min(LOOKED_AT, self.training_examples)
        self.looked_at = np.linspace(0, self.training_examples - 1, count).round().astype(np.int64)
        self.last_batch = np.arange(min(self.batch_size, self.training_examples))
        self.augmenter = augmenter(self.examples, self.experiment.data, self.experiment.seed)
        self._augmented = -1
        self.best = None
        data = self.examples
        self._all_inputs = self._inputs(np.concatenate([data.x_train, data.x_dev, data.x_test], axis=1))
        self._scores = None
        self.sound = Sound(self.step, self.position, self.learner.moment())
