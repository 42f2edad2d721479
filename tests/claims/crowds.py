"""Many runs at once: some trainings, each from five seeds, on points drawn anew for every seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.engine.batches import Position, Shuffle
from hyperscope.engine.learner import Learner
from hyperscope.engine.parameters import Layout
from hyperscope.engine.prediction import Predictor, folded, score
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.examples.examples import load
from hyperscope.lab.experiment.data import Data

SEEDS = (1, 2, 3, 4, 5)  # of data, weights and order alike


@dataclass(frozen=True)
class Outcome:
    """Losses and accuracies at test time (T, S), for T trainings and S seeds."""

    train_loss: Array
    dev_loss: Array
    train_accuracy: Array
    dev_accuracy: Array


def hidden(*units: int, activation: str, norm: str = "off", dropout: float = 0.0) -> tuple[Layer, ...]:
    """Hidden layers that differ in their width alone."""
    return tuple(Layer(n, activation, norm, dropout) for n in units)


def median(values: Array) -> Array:
    """The medians (T,) of values (T, S) over the seeds."""
    result: Array = np.median(values, axis=1)
    return result


class Runs:
    """One member per training and seed; all have the batch size of the first training. Inputs are times `scale`."""

    def __init__(
        self,
        data: Data,
        network: Network,
        trainings: Sequence[Training],
        seeds: Sequence[int] = SEEDS,
        scale: float = 1.0,
    ) -> None:
        self.sets = [load(msgspec.structs.replace(data, seed=seed)) for seed in seeds]
        self.shape = (len(trainings), len(seeds))
        self.layout = Layout(network, self.sets[0].x_train.shape[0], len(self.sets[0].class_names))
        self.scale = scale
        self.m = self.sets[0].y_train.size
        self.batch_size = min(self.m, trainings[0].batch_size)
        # All seeds' points lie in one table; each member's batches name rows of its own part.
        x = scale * np.concatenate([examples.x_train for examples in self.sets], axis=1)
        y = np.concatenate([examples.y_train for examples in self.sets])
        members = [training for training in trainings for _ in seeds]
        self.learner = Learner(self.layout, members, list(seeds) * len(trainings), x, y)
        self.predictor = Predictor(self.layout, self.learner.dtype)
        self.position = Position()
        self.shuffles = [Shuffle(seed, self.m) for seed in seeds]

    def epochs(self, count: int) -> Array:
        """Trains for so many epochs; returns the mini-batches' losses (steps, T, S). Raises: Diverged."""
        steps = count * -(-self.m // self.batch_size)
        drawn = [shuffle.batches(self.batch_size, self.position, steps) for shuffle in self.shuffles]
        self.position = drawn[0][1]
        own = [[batch + at * self.m for batch in batches] for at, (batches, _) in enumerate(drawn)]
        together = [np.stack(list(step) * self.shape[0]) for step in zip(*own, strict=True)]
        return self.learner.steps(together).reshape(steps, *self.shape)

    def outcome(self) -> Outcome:
        """How all members stand now."""
        state, found = self.learner.state, []
        for member, (parameters, running) in enumerate(zip(state.parameters, state.running, strict=True)):
            examples = self.sets[member % len(self.sets)]
            layers = folded(self.layout, parameters, running)
            train, dev = (
                score(self.layout, self.predictor.logits(layers, self.scale * x), y)
                for x, y in ((examples.x_train, examples.y_train), (examples.x_dev, examples.y_dev))
            )
            found.append([train.loss, dev.loss, train.accuracy, dev.accuracy])
        return Outcome(*np.moveaxis(np.reshape(found, (*self.shape, 4)), 2, 0))
