"""The engine's own side: `Learner.steps` over the batches of `Shuffle`, as the lab's trainer uses them."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.work import BLOCK, Run, Task, fresh, steps_per_epoch, weights, widths
from hyperscope.engine.batches import Position, Shuffle
from hyperscope.engine.learner import Learner
from hyperscope.engine.parameters import Layout
from hyperscope.engine.prediction import Predictor, folded
from hyperscope.engine.schedules import rate_factors
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.engine.softmax import softmax
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.training.population import TOGETHER
from hyperscope.lab.training.trainer import Trainer

SEED = 5


def _network(task: Task) -> Network:
    norm, dropout = "before" if task["norm"] else "off", float(task.get("dropout", 0))
    hidden = weights(task)[:-1]
    return Network(layers=tuple(Layer(len(w), activation="relu", batch_norm=norm, dropout=dropout) for w in hidden))


def _layout(task: Task) -> Layout:
    return Layout(_network(task), len(task["x"]), int(task["classes"]))


def _training(task: Task, rate: float | None = None) -> Training:
    more = {name: task[name].item() for name in ("l2", "schedule") if name in task}
    rate = float(task["rate"]) if rate is None else rate
    return Training(optimiser=str(task["optimiser"]), learning_rate=rate, batch_size=int(task["batch"]), **more)


def train(task: Task) -> Run:
    """The compiled plan."""
    training, m = _training(task), task["y"].size
    learner = Learner(_layout(task), training, SEED, task["x"], task["y"])
    shuffle, place, steps = Shuffle(SEED, m), Position(), BLOCK * steps_per_epoch(task)

    def run(count: int) -> Any:
        nonlocal place
        losses = []
        for _ in range(count):
            factors = None
            if training.schedule != "constant":
                factors = rate_factors(
                    training.schedule, place.epoch + np.arange(steps) * training.batch_size / m, training
                )
            batches, place = shuffle.batches(training.batch_size, place, steps)
            losses.append(learner.steps(batches, factors))
        return losses

    return run


def crowd(task: Task) -> Run:
    """Learners of as many members as the lab stacks, each member with its own rate, seed and order."""
    rates, steps, size = task["rates"].tolist(), BLOCK * steps_per_epoch(task), int(task["batch"])
    groups = []
    for start in range(0, len(rates), TOGETHER):
        trainings = [_training(task, rate) for rate in rates[start : start + TOGETHER]]
        seeds = range(start, start + len(trainings))
        learner = Learner(_layout(task), trainings, list(seeds), task["x"], task["y"])
        groups.append((learner, Shuffle(list(seeds), task["y"].size)))
    place = Position()

    def run(count: int) -> Any:
        nonlocal place
        losses = []
        for _ in range(count):
            for learner, shuffle in groups:
                batches, after = shuffle.batches(size, place, steps)
                losses.append(learner.steps(batches))
            place = after
        return losses

    return run


def grid(task: Task) -> Run:
    """Batch norm folded into the weights, then the predictor and softmax."""
    layout = _layout(task)
    learner = Learner(layout, _training(task), SEED, task["x"], task["y"])
    predictor, points = Predictor(layout, np.dtype(np.float32)), task["grid"]

    def run(count: int) -> None:
        for _ in range(count):
            softmax(predictor.logits(folded(layout, learner.state.parameters, learner.state.running), points))

    return run


def change(task: Task) -> Run:
    """A new layout and learner, its plans compiled, one epoch."""
    rng, each = np.random.default_rng(SEED), widths()

    def run(count: int) -> None:
        for _ in range(count):
            new = fresh(task, next(each), rng)
            learner = Learner(_layout(new), _training(new), SEED, new["x"], new["y"])
            batches, _ = Shuffle(SEED, new["y"].size).batches(int(new["batch"]), Position(), steps_per_epoch(new))
            learner.steps(batches)

    return run


def apply(task: Task) -> Run:
    """The lab's trainer takes on a network of other widths, weights carried over, and finishes an epoch."""
    trainer, each = Trainer(Experiment(network=_network(task), training=_training(task))), widths()

    def run(count: int) -> None:
        for _ in range(count):
            experiment = trainer.experiment
            for number, units in enumerate(next(each)):
                experiment = changed(experiment, f"network.layers.{number}.units", units)
            trainer.apply(experiment)
            trainer.finish_epoch()

    return run
