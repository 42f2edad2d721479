"""A trainer as the checks see it. Gradients and activations are those of training mode, in float64."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hyperscope.engine import curvature, textbook
from hyperscope.engine.arrays import Array
from hyperscope.engine.batches import Position
from hyperscope.engine.learner import Diverged, Learner
from hyperscope.engine.moment import Moment
from hyperscope.engine.parameters import Layout
from hyperscope.engine.prediction import folded, losses_of
from hyperscope.engine.schedules import rate_factors
from hyperscope.engine.softmax import one_hot
from hyperscope.engine.training_settings import Training
from hyperscope.lab.doctor.checks.least_error import least_error
from hyperscope.lab.examples.examples import ExampleSet
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.training.checkpoint import Evaluations
from hyperscope.lab.training.trainer import Trainer

WORK = 5e6  # examples times parameters in one gradient; from there on a part of the training set must do
LEFT = 0.1  # of ln C; a training loss below it leaves little to learn
FEWEST = 64  # examples looked at however large the network
TREND = 4  # rows of the history averaged before and after
SLOW_TREND = 16  # the same, for "no longer falls"
AHEAD, MOST_AHEAD = 50, 300  # steps of a trial: an epoch's, within these; fewer where they take long
FEWEST_AHEAD = 10
TRIAL_WORK = 2e7  # examples times parameters in all of a trial's steps
STILL = 0.01  # of ln C; a loss that falls by less over that many rows no longer falls


@dataclass(frozen=True, eq=False)
class _Tries:
    """What trials of a run are made with: a learner like the run's, the moment at which it starts, and to which loss
    the first steps `anew` lead by factor of the learning rate, which stays the same however far the run is.
    """

    of: tuple[Experiment, Training, Layout]
    examples: ExampleSet
    learner: Learner
    start: Moment
    anew: dict[float, float]


# The last two, of twins: whoever looks while a network is trained looks some times a second, and making a learner
# takes as long as all the rest.
_made: deque[_Tries] = deque(maxlen=2)


class Seen:
    """A trainer as the checks see it; what several of them need is worked out once, when the first asks."""

    def __init__(self, trainer: Trainer, best_error: float) -> None:
        self.trainer = trainer
        self.best_error = max(best_error, least_error(trainer.experiment.data))
        self.experiment, self.layout = trainer.experiment, trainer.layout
        self.network, self.training = trainer.experiment.network, trainer.experiment.training
        data = trainer.examples
        count = min(trainer.training_examples, max(FEWEST, int(WORK / self.layout.size)))
        every = np.linspace(0, trainer.training_examples - 1, count).round().astype(np.int64)
        self.x, self.y = data.x_train[:, every], one_hot(data.y_train[every], self.layout.classes)
        self.where = "the training set" if count == trainer.training_examples else f"{count} training examples"
        self.parameters = trainer.learner.state.parameters.astype(np.float64)
        self.ln_c = math.log(self.layout.classes)
        self._ahead: dict[float, float] = {}

    @property
    def scheduled(self) -> float:
        """What the schedule now multiplies the learning rate with."""
        return float(rate_factors(self.training.schedule, np.array([self.trainer.epoch]), self.training)[0])

    @property
    def scores(self) -> Evaluations:
        """Losses and accuracies at test time."""
        return self.trainer.scores()

    @cached_property
    def gradient(self) -> Array:
        """The gradient (P,) of the training loss."""
        return curvature.gradient(self.layout, self.parameters, self.x, self.y)

    @cached_property
    def traces(self) -> list[textbook.Trace]:
        """What is inside each hidden layer."""
        running = self.trainer.learner.state.running
        return textbook.forward(self.layout, self.parameters, running, self.x, training=True)[:-1]

    @cached_property
    def update(self) -> Array | None:
        """What the next step adds to the parameters (P,), taken on a copy; None if it diverges."""
        trainer = self.trainer
        batches, _ = trainer.order.batches(trainer.batch_size, trainer.position, 1)
        batch = batches[0] if batches else trainer.last_batch
        copy = self._tries.learner
        copy.restore(trainer.learner.moment())
        try:
            copy.steps([batch], np.array([self.scheduled]))
        except Diverged:
            return None
        difference: Array = copy.state.parameters.astype(np.float64) - self.parameters
        return difference

    @cached_property
    def steps_ahead(self) -> int:
        """How many steps a trial takes."""
        cost = self.trainer.batch_size * self.layout.size
        wanted = max(AHEAD, min(MOST_AHEAD, self.trainer.batches_per_epoch))
        return max(FEWEST_AHEAD, min(wanted, int(TRIAL_WORK / cost)))

    def ahead(self, factor: float, *, anew: bool = False) -> float:
        """The training loss that the coming steps lead to with `factor` times the learning rate, or as many from a new
        start; infinite if they diverge. They are taken on a copy.
        """
        known = self._tries.anew if anew else self._ahead
        if factor not in known:
            known[factor] = self._tried(factor, anew)
        return known[factor]

    def _tried(self, factor: float, anew: bool) -> float:
        trainer, data = self.trainer, self.trainer.examples
        position = Position() if anew else trainer.position
        batches, _ = trainer.order.batches(trainer.batch_size, position, self.steps_ahead)
        if not batches:
            return self.scores.train.loss
        copy, start = self._tries.learner, self._tries.start
        copy.restore(start if anew else trainer.learner.moment())
        scheduled = 1.0 if anew else self.scheduled
        try:
            copy.steps(batches, np.full(len(batches), factor * scheduled))
        except Diverged:
            return math.inf
        layers = folded(self.layout, copy.state.parameters, copy.state.running)
        logits = trainer.predictor.logits(layers, data.x_train.astype(copy.dtype, copy=False))
        loss = float(losses_of(self.layout, logits, data.y_train).mean())
        return loss if math.isfinite(loss) else math.inf

    @cached_property
    def _tries(self) -> _Tries:
        trainer, training = self.trainer, self.trainer.learner.trainings[0]
        for made in _made:
            if made.examples is trainer.examples and made.of == (self.experiment, training, self.layout):
                return made
        data = trainer.examples
        learner = Learner(self.layout, training, self.experiment.seed, data.x_train, data.y_train)
        _made.append(_Tries((self.experiment, training, self.layout), data, learner, learner.moment(), {}))
        return _made[-1]

    @property
    def unlearned(self) -> bool:
        """Whether the loss no longer falls though there is something left to learn."""
        return self.trainer.epoch >= 1 and self.settled and self.scores.train.loss >= LEFT * self.ln_c

    @cached_property
    def pulled(self) -> Array:
        """The gradient (P,) of the training loss and of L2, where that is a part of what gradient steps descend."""
        return self.gradient + self.decay * self.parameters

    @cached_property
    def decay(self) -> Array:
        """L2's λ (P,), 0 at what it does not pull, and everywhere with AdamW, which decays apart from its gradient."""
        strength = 0.0 if self.training.optimiser == "adamw" else self.training.l2
        found = np.zeros(self.parameters.shape)
        for name in self.layout.names:
            self.layout.parameters[f"{name}.weights"].of(found)[:, :-1] = strength
        return found

    @cached_property
    def p_dev(self) -> Array:
        """Class probabilities (C, m) of the dev set at test time."""
        x = self.trainer.examples.x_dev.astype(self.trainer.learner.dtype)
        logits = self.trainer.predictor.logits(self.trainer.folded(), x).astype(np.float64)
        return self.layout.probabilities(logits)

    def weights(self, flat: Array) -> list[Array]:
        """[W | b] (n, n_in + 1) of every layer, the output last, as it lies in a vector (P,)."""
        return [self.layout.parameters[f"{name}.weights"].of(flat) for name in self.layout.names]

    @property
    def settled(self) -> bool:
        """Whether there is a history and its last rows no longer fall."""
        return self.trend(TREND) > -STILL

    @property
    def stuck(self) -> bool:
        """The same of many more rows, for what must be sure."""
        return self.trend(SLOW_TREND) > -STILL

    def trend(self, rows: int) -> float:
        """The training loss's mean over the last `rows` rows of the history less that over the `rows` before; or NaN.

        In units of ln C.
        """
        losses = self.trainer.history.curves().train_loss
        if len(losses) < 2 * rows:
            return math.nan
        return float(losses[-rows:].mean() - losses[-2 * rows : -rows].mean()) / self.ln_c
