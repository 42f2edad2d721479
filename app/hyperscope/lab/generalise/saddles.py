"""How the cost bends at points of a real run: eigenvalues of all second derivatives, which share is negative, and the
cost around the last point along two directions.

Only small networks can be looked at so; a larger one's layers are made narrower, which is said.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from msgspec.structs import replace

from hyperscope.engine import textbook
from hyperscope.engine.arrays import Array
from hyperscope.engine.curvature import REACH, gradient
from hyperscope.engine.parameters import Layout
from hyperscope.engine.softmax import one_hot
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.task import News, Progress, Record, Wishes

MOST = 220  # parameters; their second derivatives take twice as many gradients
EXAMPLES = 150
POINTS = 14
STEPS = 1500
NEGATIVE = 1e-3  # of the greatest eigenvalue: what is nearer to 0 counts as flat
SIDE = 32  # cells of a slice
DIRECTIONS = ("top two curvatures", "two random", "two weights")


@dataclass(frozen=True, slots=True)
class Bends:
    """At `step` (t,) of a run: training `loss`, `slope` the norm of the gradient, `negative` the share of directions
    along which the cost bends down (the index), and the `greatest` curvature. `units` say which network it is.
    """

    step: Array
    loss: Array
    slope: Array
    negative: Array
    greatest: Array
    units: tuple[int, ...]
    smaller: bool  # than the experiment's


@dataclass(frozen=True, slots=True)
class Slice:
    """The cost (SIDE, SIDE) around the run's last point, up to `half` along two directions, and where the run passed
    (t, 2), in the same units.
    """

    directions: str
    cost: Array
    half: float
    run: Array
    curvature: tuple[float, float]


def small_enough(experiment: Experiment, inputs: int, classes: int) -> Experiment:
    """The experiment with layers made narrower, and then fewer, until it has no more than MOST parameters."""
    made = replace(experiment, training=replace(experiment.training, precision="float64"))
    while Layout(made.network, inputs, classes).size > MOST and made.network.layers:
        layers = made.network.layers
        widest = max(layer.units for layer in layers)
        if widest > 4:
            layers = tuple(
                replace(one, units=one.units if one.units < widest else max(4, widest // 2)) for one in layers
            )
        else:
            layers = layers[:-1]
        made = replace(made, network=replace(made.network, layers=layers))
    return made


def second_derivatives(layout: Layout, parameters: Array, x: Array, y: Array) -> Generator[float, None, Array]:
    """H (P, P) of the mean loss by central differences of the gradient, made symmetric; yields the share done."""
    size = layout.size
    found = np.empty((size, size))
    reach = REACH * max(1.0, float(np.linalg.norm(parameters)) / np.sqrt(size))
    for at in range(size):
        ahead, behind = parameters.copy(), parameters.copy()
        ahead[at] += reach
        behind[at] -= reach
        found[at] = (gradient(layout, ahead, x, y) - gradient(layout, behind, x, y)) / (2 * reach)
        if at % 20 == 0:
            yield at / size
    result: Array = (found + found.T) / 2
    return result


@dataclass(frozen=True)
class Run:
    """The task of training a small network and looking at its cost on the way."""

    experiment: Experiment
    steps: int = STEPS
    points: int = POINTS
    what: ClassVar[str] = "looked at the second derivatives"

    def run(self, wishes: Wishes) -> Generator[News[Bends | Slice], None, None]:
        """Raises: ValueError when data cannot be had."""
        from hyperscope.lab.examples.examples import load
        from hyperscope.lab.training.trainer import Trainer

        examples = load(self.experiment.data)
        inputs, classes = examples.x_train.shape[0], len(examples.class_names)
        made = small_enough(self.experiment, inputs, classes)
        smaller = made.network.layers != self.experiment.network.layers
        trainer = Trainer(made, examples, rows=2)
        layout = trainer.layout
        count = examples.y_train.size
        chosen = np.linspace(0, count - 1, min(EXAMPLES, count)).round().astype(np.int64)
        x, y = examples.x_train[:, chosen].astype(np.float64), one_hot(examples.y_train[chosen], classes)
        at = np.unique(np.concatenate([[0], np.geomspace(1, self.steps, self.points - 1)]).round().astype(int))
        units = tuple(layer.units for layer in made.network.layers)
        rows: list[tuple[float, ...]] = []
        passed: list[Array] = []
        values, vectors = np.zeros(layout.size), np.eye(layout.size)
        for number, step in enumerate(at.tolist()):
            trainer.steps(step - trainer.step)
            here = trainer.learner.state.parameters.astype(np.float64)
            work = second_derivatives(layout, here, x, y)
            while True:
                try:
                    yield Progress((number + next(work)) / len(at))
                except StopIteration as done:
                    bends: Array = done.value
                    break
            values, vectors = np.linalg.eigh(bends)
            loss, slope = textbook.loss_and_gradient(layout, here, x, y)
            share = float((values < -NEGATIVE * np.abs(values).max()).mean())
            rows.append((trainer.step, loss, float(np.linalg.norm(slope)), share, float(values[-1])))
            passed.append(here)
            columns = np.array(rows, float).T.copy()
            yield Record(Bends(columns[0], columns[1], columns[2], columns[3], columns[4], units, smaller), key=Bends)
            if trainer.alarm:
                break
        rng = np.random.default_rng([self.experiment.seed, 11])
        random = np.linalg.qr(rng.normal(size=(layout.size, 2)))[0].T
        steepest = np.argsort(-np.diag(bends))[:2]
        axes = np.eye(layout.size)[steepest]
        for name, pair in zip(DIRECTIONS, (vectors[:, [-1, -2]].T, random, axes), strict=True):
            sliced = yield from slice_of(layout, passed, x, y, name, pair, bends)
            yield Record(sliced, key=name)
        yield Progress(1.0)


def slice_of(
    layout: Layout, passed: list[Array], x: Array, y: Array, name: str, pair: Array, bends: Array
) -> Generator[Progress, None, Slice]:
    """The cost around the last of the points passed, along two unit directions (2, P); says something row by row."""
    here = passed[-1]
    run = np.array([(one - here) @ pair.T for one in passed])
    half = float(np.clip(1.15 * np.abs(run).max(), 0.3, 6.0))
    along = np.linspace(-half, half, SIDE)
    cost = np.empty((SIDE, SIDE))
    running = layout.initial_running(here.dtype)
    codes, kept = layout.output.codes(layout.classes, layout.network.tree)
    for row, v in enumerate(along.tolist()):
        for column, u in enumerate(along.tolist()):
            there = here + u * pair[0] + v * pair[1]
            logits = textbook.forward(layout, there, running, x, training=True)[-1].output
            each = layout.output.losses(logits / layout.network.temperature, codes.T @ y, kept.T @ y)
            cost[row, column] = each.mean()
        yield Progress(1.0 - 1e-3, "slices")
    curvature = tuple(float(one @ bends @ one) for one in pair)
    return Slice(name, cost, half, run, (curvature[0], curvature[1]))
