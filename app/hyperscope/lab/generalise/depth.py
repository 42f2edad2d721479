"""How signals go through deep networks, forward and back: by layer, for each initialiser and activation, with batch
norm and without, before training and while it lasts.

All is measured in float64 by the textbook, in training mode, on the experiment's own training examples.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from msgspec.structs import replace

from hyperscope.engine import textbook
from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.initialisers import initialisers
from hyperscope.engine.learner import STREAM
from hyperscope.engine.parameters import Layout
from hyperscope.engine.settings import MOST_LAYERS, Layer
from hyperscope.engine.softmax import one_hot
from hyperscope.lab.examples.examples import ExampleSet, load
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.task import News, Progress, Record, Rest, Wishes

EXAMPLES = 200  # training examples at most that signals are measured on
GONE = 0.01  # of the inputs' spread, or of the output layer's gradient, below which a signal counts as gone
GROWN = 100.0  # and above which it counts as grown beyond use
LAYERS, UNITS = 10, 100
WIDEST = 128
BURST, EVERY = 0.015, 0.08  # s of training in a row, and between two looks


@dataclass(frozen=True, slots=True)
class Signals:
    """By layer from the inputs on (L + 1,): `size` is mean |a|, `spread` the mean over units of the standard deviation
    from example to example; by layer with weights, the output last (L + 1,): `gradient` is the norm of dJ/dW over the
    root of the number of weights.
    """

    size: Array
    spread: Array
    gradient: Array

    @property
    def forward(self) -> int | None:
        """The first layer, from 1, whose spread is less than GONE of the inputs'; None if all keep theirs."""
        return _first(self.spread[1:] < GONE * self.spread[0])

    @property
    def backward(self) -> int | None:
        """The last layer, from 1, whose gradient is less than GONE of the output layer's; None if none is."""
        small = np.flatnonzero(self.gradient[:-1] < GONE * self.gradient[-1])
        return int(small[-1]) + 1 if len(small) else None

    @property
    def grown(self) -> int | None:
        """The first layer, from 1, whose mean |a| is more than GROWN times the inputs', or not finite."""
        return _first(~(self.size[1:] <= GROWN * self.size[0]))


def _first(found: Array) -> int | None:
    at = np.flatnonzero(found)
    return int(at[0]) + 1 if len(at) else None


def signals(layout: Layout, parameters: Array, x: Array, y: Indices) -> Signals:
    """Those of a network at `parameters` (P,), for inputs x (n, m) of classes y (m,)."""
    parameters, x = parameters.astype(np.float64), x.astype(np.float64)
    with np.errstate(all="ignore"):
        running = layout.initial_running(parameters.dtype)
        traces = textbook.forward(layout, parameters, running, x, training=True)
        _, flat, _ = textbook.backward(layout, parameters, traces, x, one_hot(y, layout.classes))
        outputs = [x, *(trace.output for trace in traces[:-1])]
        blocks = [layout.parameters[f"{name}.weights"].of(flat) for name in layout.names]
        return Signals(
            np.array([np.abs(a).mean() for a in outputs]),
            np.array([a.std(axis=1).mean() for a in outputs]),
            np.array([np.linalg.norm(block) / math.sqrt(block.size) for block in blocks]),
        )


def said(found: Signals) -> str:
    """What becomes of the signal, in a few words."""
    if found.grown is not None:
        return f"the signal explodes by layer {found.grown}"
    if found.forward is not None:
        return f"the signal is gone by layer {found.forward}"
    if found.backward is not None:
        return f"the signal comes through, the gradient not back to layer {found.backward}"
    return "it comes through, there and back"


def deep(
    experiment: Experiment, layers: int, units: int, initialiser: str, activation: str, normed: bool
) -> Experiment:
    """The experiment with so many hidden layers of so many units, nothing dropped."""
    layer = Layer(units, activation, "before" if normed else "off")
    network = replace(experiment.network, layers=(layer,) * layers, initialiser=initialiser, bn_output=False)
    return replace(experiment, network=network)


def some(examples: ExampleSet) -> tuple[Array, Indices]:
    """The training examples that signals are measured on: inputs (n, m) and classes (m,), evenly chosen."""
    count = examples.y_train.size
    chosen = np.linspace(0, count - 1, min(EXAMPLES, count)).round().astype(np.int64)
    return examples.x_train[:, chosen], examples.y_train[chosen]


def at_start(experiment: Experiment, examples: ExampleSet) -> Signals:
    """Those of the network that training would begin with."""
    layout = Layout(experiment.network, examples.x_train.shape[0], len(examples.class_names))
    parameters = layout.initial(np.random.default_rng([experiment.seed, STREAM]), np.dtype(np.float64))
    return signals(layout, parameters, *some(examples))


@dataclass(frozen=True, slots=True)
class Cell:
    """What one initialiser with one activation does, without batch norm or `normed`."""

    initialiser: str
    activation: str
    normed: bool
    signals: Signals


@dataclass(frozen=True, slots=True)
class Deep:
    """A wish for other numbers of layers and units."""

    layers: int
    units: int


@dataclass(frozen=True)
class Grid:
    """The task of measuring every initialiser with every activation. Raises: ValueError for numbers out of range."""

    experiment: Experiment
    layers: int = LAYERS
    units: int = UNITS
    what: ClassVar[str] = "measured the signals"

    def __post_init__(self) -> None:
        for name, value, most in (("layers", self.layers, MOST_LAYERS), ("units", self.units, WIDEST)):
            if not 1 <= value <= most:
                raise ValueError(f"{name} is {value}; it must be a whole number in [1, {most}]")

    def again(self, wished: Mapping[type, Any], records: tuple[Cell, ...]) -> Grid:
        """The task of measuring those of the size that was wished for last."""
        size = wished.get(Deep, self)
        return Grid(self.experiment, size.layers, size.units)

    def run(self, wishes: Wishes) -> Generator[News[Cell], None, None]:
        """Measures one after another. Raises: ValueError when data cannot be had."""
        examples = load(self.experiment.data)
        if examples.missing:
            raise ValueError(examples.missing)
        every = [(rule, bend, normed) for normed in (False, True) for rule in initialisers for bend in activations]
        layers, units, at = self.layers, self.units, 0
        while True:
            if wishes:
                wish = wishes.popleft()
                layers, units, at = wish.layers, wish.units, 0
            if at == len(every):
                yield Rest()
                continue
            rule, bend, normed = every[at]
            made = deep(self.experiment, layers, units, rule, bend, normed)
            yield Record(Cell(rule, bend, normed, at_start(made, examples)), key=every[at])
            at += 1
            yield Progress(at / len(every))


@dataclass(frozen=True, slots=True)
class Course:
    """The two networks in training, without batch norm and with it: signals now, training losses so far (t,) at `step`
    (t,), and why each stopped, or "".
    """

    signals: tuple[Signals, Signals]
    step: tuple[Array, Array]
    loss: tuple[Array, Array]
    stopped: tuple[str, str]


@dataclass(frozen=True)
class Watch:
    """The task of training one pair for so many steps, and looking at its signals meanwhile."""

    pair: tuple[Experiment, Experiment]
    steps: int
    what: ClassVar[str] = "trained the two deep networks"

    def run(self, wishes: Wishes) -> Generator[News[Course], None, None]:
        """Trains both in turn. Raises: ValueError when data cannot be had."""
        from hyperscope.lab.training.trainer import Trainer

        trainers = [Trainer(one, rows=200) for one in self.pair]
        if trainers[0].examples.missing:
            raise ValueError(trainers[0].examples.missing)
        x, y = some(trainers[0].examples)
        bursts = [1, 1]
        told = 0.0
        while True:
            done = all(one.step >= self.steps or one.alarm for one in trainers)
            if done or time.monotonic() >= told + EVERY:
                looked = [signals(one.layout, one.learner.state.parameters, x, y) for one in trainers]
                curves = [one.history.curves() for one in trainers]
                yield Record(
                    Course(
                        (looked[0], looked[1]),
                        (curves[0].step, curves[1].step),
                        (curves[0].train_loss, curves[1].train_loss),
                        (trainers[0].alarm, trainers[1].alarm),
                    ),
                    key=Course,
                )
                told = time.monotonic()
            if done:
                yield Progress(1.0)
                return
            for number, one in enumerate(trainers):
                if one.step < self.steps and not one.alarm:
                    began, count = time.monotonic(), min(bursts[number], self.steps - one.step)
                    one.steps(count)
                    took = time.monotonic() - began
                    grown = min(2 * count, round(count * BURST / took)) if took > 0 else 2 * count
                    bursts[number] = max(1, grown)
            yield Progress(min(one.step for one in trainers) / self.steps)
