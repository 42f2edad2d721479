"""The trainer: an experiment being run. It takes steps, takes on changes, and can be copied and put back.

It knows nothing of processes, clocks or windows; the same experiment and the same calls give the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.batches import Position, Shuffle
from hyperscope.engine.grafting import grafted
from hyperscope.engine.learner import STREAM, Diverged, Learner
from hyperscope.engine.named import named_views, put
from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.parameters import Layout
from hyperscope.engine.prediction import Predictor
from hyperscope.lab.examples.examples import ExampleSet, augmenter, load, with_other_copies
from hyperscope.lab.experiment import edits
from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.training.checkpoint import Checkpoint, Sound
from hyperscope.lab.training.effects import Effect, effect, goes_on, with_copies_as
from hyperscope.lab.training.in_training import ROWS, InTraining, all_inputs, looked_at
from hyperscope.lab.training.quantiles import Quantiles

ALIKE = 0.005  # of a loss and of a nat, up to which another loss is no other function to speak of


class Order(Protocol):
    """Says which examples the next mini-batches hold."""

    def batches(self, size: int, position: Position, steps: int) -> tuple[list[Indices], Position]:
        """The next `steps` mini-batches of `size` examples, and the place after them."""


class Trainer(InTraining[Learner]):
    """Runs `experiment`. Raises: ValueError naming the file, row or field when its data cannot be had."""

    order: Order
    _augmented: int  # the epoch whose copies the learner sees

    def __init__(
        self,
        experiment: Experiment,
        examples: ExampleSet | None = None,
        order: Order | None = None,
        rows: int = ROWS,
    ) -> None:
        self.experiment, self.rows = experiment, rows
        self.examples = examples or load(experiment.data, begun=True)
        self.given_order, self.has_order = order, order is not None
        self.structure = 0
        self.painted = 0
        self._start()

    @classmethod
    def of(cls, run: InTraining[Any]) -> Trainer:
        """One that goes on from where `run` stands, with all that it has; `run` itself stays as it is."""
        trainer = cls(run.experiment, run.examples)
        trainer.learner.restore(run.learner.moment())
        trainer.learner.state.gradient[...] = run.learner.state.gradient
        trainer.take_after(run)
        return trainer

    # -- changing -------------------------------------------------------------------------------------------------

    def follow(self, order: Order) -> None:
        """Takes its mini-batches from `order` from now on, also after a restart."""
        self.order = self.given_order = order
        self.has_order = True

    def meet(self, examples: ExampleSet) -> None:
        """Goes on with other examples, of as many inputs and classes; all that was learned is kept."""
        self._see(self.experiment, examples)

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
        self.set_by_hand = max(self.set_by_hand, abs(now))
        self.note_sound()  # else a divergence goes back to before this was done
        if self.step:
            self.mark(edit.caption)
        return (
            f"{edit.title} {edits.shown(before)} → {edits.shown(now)} at epoch {self.epoch:.0f}: "
            "all else kept. Watch the map."
        )

    def _apply(self, experiment: Experiment) -> str:
        old, other = self.experiment, experiment.data != self.experiment.data
        copies = self.live and other and with_copies_as(old.data, experiment.data) == old.data
        if copies:  # of the same examples, which need not be drawn or read again
            examples = with_other_copies(self.examples, old.data, experiment.data)
        else:
            examples = load(experiment.data, begun=True) if other else self.examples
        layout = self._layout(experiment, examples)  # refuses before anything is changed
        comes = effect(old, experiment, self.layout, layout, live=self.live)
        if comes is Effect.ANEW:
            self.examples, self.experiment = examples, experiment
            self._start()
            if not goes_on(old.data, experiment.data, live=self.live):
                return "new data, so the network was rebuilt and starts again"
            new_weights = " with new weights" if experiment.network != old.network else ""
            return f"the network was rebuilt{new_weights} and starts again"
        if copies:
            self._copy(experiment, examples)
        elif other:
            self._see(experiment, examples)
        if comes is Effect.CARRIES:
            return self._graft(experiment, layout)
        said = self.memory_kept
        self.experiment = experiment
        self.layout = layout
        self.learner.adapt(layout)
        self.learner.change(experiment.training)
        if experiment.network.output != old.network.output or experiment.network.layers != old.network.layers:
            self._rebuilt()  # what is drawn of the layers changes, though their weights do not
        if comes is Effect.FORGETS:
            return f"weights kept, {optimisers[experiment.training.optimiser].label} starts with no memory"
        return said

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

    def _copy(self, experiment: Experiment, examples: ExampleSet) -> None:
        """Copies as `experiment` has them made, from the next step on; nothing else comes of that."""
        self.experiment = msgspec.structs.replace(self.experiment, data=experiment.data)
        self.painted += examples is not self.examples  # what is said of them is to be shown
        self.examples = examples
        self.augmenter = augmenter(examples, experiment.data, self.experiment.seed)
        self._augmented = -1
        if self.augmenter is None:
            self.learner.see(examples.x_train)

    def _graft(self, experiment: Experiment, layout: Layout) -> str:
        fresh = layout.initial(np.random.default_rng([experiment.seed, STREAM]), self.learner.dtype)
        state = self.learner.state
        x = self.examples.x_train.astype(self.learner.dtype, copy=False)
        x = x if x.shape[1] else np.zeros((len(x), 1), x.dtype)  # an empty plane has no statistics to start from
        classes = self.layout.classes
        same_classes = classes == layout.classes and self.training_examples > 0
        before = self.scores().train.loss if same_classes else math.nan
        parameters, running = grafted(
            self.layout, layout, state.parameters, state.running, x, fresh, bridge=self.bridges
        )
        self.experiment, self.layout = experiment, layout
        self.learner = self._learner()
        self.learner.state.parameters[...] = parameters
        self.learner.state.running[...] = running
        self._rebuilt()
        if classes != layout.classes:
            return (
                f"weights kept, for {layout.classes} classes instead of {classes}; the optimiser's memory starts again"
            )
        after = self.scores().train.loss if same_classes else math.nan
        if abs(after - before) <= ALIKE * (1 + before):
            return "what the network computes was kept, the optimiser's memory starts again"
        moved = f", though not what the network computes (training loss {before:.3g} → {after:.3g})"
        said = moved if math.isfinite(before + after) else ""
        return f"weights kept where they fit{said}; the optimiser's memory starts again"

    def restart(self) -> None:
        """Goes back to the start: the same weights, the same order of mini-batches."""
        self._start()

    # -- training -------------------------------------------------------------------------------------------------

    def steps(self, count: int) -> int:
        """Takes `count` steps, fewer when training diverges; returns how many. `alarm` then says why.

        After a divergence the network is at the last moment whose loss was sound.
        """
        done = 0
        losses: list[Array] = []
        while done < count and not self.alarm and not self.examples.missing:
            if self.history.due(self.step):
                self.record()
            wanted = min(count - done, self.history.next_due(self.step) - self.step)
            # rates follow the epochs, which end early where the last mini-batch is dropped
            if self.augmenter is not None or self.experiment.training.patience or self.drops_last:
                wanted = min(wanted, self.left_in_epoch())
            self._augment()
            batches, after = self.order.batches(self.batch_size, self.position, wanted)
            factors = self.rate_factors([len(batch) for batch in batches])
            if not batches:
                break
            try:
                losses.append(self.learner.steps(batches, factors))
            except Diverged as stop:
                losses.append(stop.losses)
                self.fall_back(stop)
                done += stop.done
                break
            self.last_batch = batches[-1]
            self.last_rate = self.experiment.training.learning_rate * float(factors[-1])
            self.history.batch_losses(losses[-1])
            self.step += len(batches)
            self._graded = self.step
            self.position = self.placed(after)
            done += len(batches)
            patient = self.experiment.training.patience and self.position.used == 0
            if patient and self.out_of_patience(self.scores().dev.loss):
                self.stop_early()
        self.record_if_due()
        self.batch_losses = np.concatenate(losses) if losses else np.zeros(0)
        return done

    def coming(self) -> tuple[list[Indices], Array]:
        """The next mini-batch, in a list that is empty if there is none, and the factor on its learning rate."""
        if self.examples.missing:
            return [], np.zeros(0)
        self._augment()
        batches, _ = self.order.batches(self.batch_size, self.position, 1)
        return batches, self.rate_factors([len(batch) for batch in batches])

    def _augment(self) -> None:
        """Has the learner see this epoch's copies of the examples."""
        if self.augmenter is not None and self.position.epoch != self._augmented:
            self._augmented = self.position.epoch
            self.learner.see(self.augmenter.inputs(self._augmented))

    def finish_epoch(self) -> int:
        """Steps to the end of the current epoch; returns how many steps that took."""
        return self.steps(self.left_in_epoch())

    def set_weights(self, arrays: Mapping[str, Array]) -> None:
        """Starts from given arrays.

        Raises: ValueError, with nothing changed, naming the array that does not fit, or if no loss follows from them.
        """
        state = self.learner.state
        before = state.parameters.copy(), state.running.copy()
        put(named_views(self.layout, state.parameters, state.running), arrays)
        self._scores = None
        if self.training_examples and not math.isfinite(self.scores().train.loss):
            state.parameters[...], state.running[...] = before
            self._scores = None
            raise ValueError("with these weights the training loss is not finite; make the largest of them smaller")
        self.sound = Sound(self.step, self.position, self.learner.moment())

    # -- going back -----------------------------------------------------------------------------------------------

    def restore(self, checkpoint: Checkpoint, examples: ExampleSet | None = None) -> None:
        """Goes to where `checkpoint` was taken, experiment included; its `examples` are read anew unless given.

        Raises: ValueError, with nothing changed, when they cannot be had or are no longer those it was trained on.
        """
        old, structure = self.experiment, self.structure
        there = checkpoint.experiment
        other, classes = there.data != old.data, self.layout.classes
        if examples is None:
            same = with_copies_as(old.data, there.data) == old.data
            examples = with_other_copies(self.examples, old.data, there.data) if same else load(there.data, begun=True)
        check_examples(checkpoint, examples)
        if there == old and examples is self.examples:
            # the same arrays and compiled steps will do; building them anew took as long as 100 steps
            self.go_on()
            self.batch_losses, self.last_batch = np.zeros(0), np.arange(self.batch_size)
        else:
            self.painted += examples is not self.examples
            self.experiment, self.examples = there, examples
            self._start()
        same = not other or (goes_on(old.data, there.data) and self.layout.classes == classes)
        if same and old.network == there.network:
            self.structure = structure  # views that follow a drag through time need not lay out anew
        self.take_up(checkpoint)

    # -- making ---------------------------------------------------------------------------------------------------

    def _layout(self, experiment: Experiment, examples: ExampleSet | None = None) -> Layout:
        examples = examples or self.examples
        return Layout(experiment.network, examples.x_train.shape[0], len(examples.class_names))

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
        self.begin()
        self._rebuilt()

    def _rebuilt(self) -> None:
        self.structure += 1
        self._graded = -1
        self.quantiles = Quantiles(self.layout)
        self.predictor = Predictor(self.layout, self.learner.dtype)
        self._meet()

    def _meet(self) -> None:
        """What follows from the examples, besides the learner."""
        self.looked_at = looked_at(self.training_examples)
        self.last_batch = np.arange(min(self.batch_size, self.training_examples))
        self.augmenter = augmenter(self.examples, self.experiment.data, self.experiment.seed)
        self._augmented = -1
        self.best = None
        self._all_inputs = all_inputs(self.examples, self.learner.dtype)
        self._scores = None
        self.sound = Sound(self.step, self.position, self.learner.moment())


def check_examples(checkpoint: Checkpoint, examples: ExampleSet) -> None:
    """Raises: ValueError when `checkpoint` was trained on other examples than these, as its file has changed."""
    if examples.fingerprint is None:
        return
    there, rows = checkpoint.experiment, examples.x_train.shape[1]
    if checkpoint.fingerprint is not None:
        change = checkpoint.fingerprint.change(examples.fingerprint)
    else:
        size = Layout(there.network, examples.x_train.shape[0], len(examples.class_names)).size
        seen = -1 if checkpoint.last_batch is None else checkpoint.last_batch.max(initial=-1)
        fits = checkpoint.moment.vectors[0].size == size and seen < rows and checkpoint.position.used <= rows
        change = "" if fits else "other rows, inputs or classes than this was trained on"
    if change:
        raise ValueError(f"{Path(there.data.file).name} has changed: {change}")
