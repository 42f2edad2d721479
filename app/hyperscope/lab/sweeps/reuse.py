"""Hidden layers learned on one task and used for another, frozen or tuned, against from scratch, by number of examples.

Frozen layers are what they put out: a softmax regression is trained on that.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.examples.examples import DEV, TRAIN, ExampleSet, Floats, Ints, load
from hyperscope.lab.experiment.data import Data, with_source
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.task import News, Progress, Record, Wishes
from hyperscope.lab.training.trainer import Trainer

TASKS = ("digits", "halves")
TITLES = {"digits": "digits 0–4, then 5–9", "halves": "one half of a table, then the other"}
SIZES = {"digits": (10, 20, 50, 100, 300), "halves": (6, 12, 25, 50, 120)}  # examples of the second task
HELD = {"digits": 400, "halves": 120}  # of it that are only answered
TABLE = "breast cancer"
BRIGHTEST = 16.0  # of a pixel
WAYS = ("from scratch", "frozen", "tuned")
WIDTHS = (32, 32)
STEPS, FIRST_STEPS = 240, 600  # of the second task, of the first
ROWS = 8  # of each network's history: a row takes longer than a step
PIECE = 60  # steps between two places to pause at
SEEDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Reuse:
    """Shares right of what was held back (3 ways, S sizes, K seeds), NaN where nothing is yet; `first` (K,) are those
    of the first task, on which the hidden layers were learned.
    """

    sizes: tuple[int, ...]
    right: Array
    first: Array

    @property
    def done(self) -> int:
        """How many networks of the second task are trained."""
        return int(np.isfinite(self.right).sum())

    def middle(self) -> Array:
        """The medians over seeds (3, S), NaN where none is there."""
        return self._over(np.median)

    def low(self) -> Array:
        """The least of the seeds (3, S)."""
        return self._over(np.min)

    def high(self) -> Array:
        """The greatest of the seeds (3, S)."""
        return self._over(np.max)

    def _over(self, function: object) -> Array:
        assert callable(function)
        found = np.full(self.right.shape[:2], np.nan)
        for way, size in np.ndindex(found.shape):
            values = self.right[way, size]
            values = values[np.isfinite(values)]
            if values.size:
                found[way, size] = function(values)
        return found


@dataclass(frozen=True, slots=True)
class ReuseTask:
    """Trains a first network and the three ways for each size, seed after seed. Records are Reuse, the newest counts.

    Raises: ValueError for a task that there is not, or seeds outside 1 to 20.
    """

    task: str = "digits"
    seeds: int = SEEDS
    steps: int = STEPS
    what: ClassVar[str] = "trained the networks of two tasks"

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            raise ValueError(f"task is {self.task!r}; it must be one of {', '.join(TASKS)}")
        if not 1 <= self.seeds <= 20:
            raise ValueError(f"seeds is {self.seeds}; it must lie in [1, 20]")

    def run(self, wishes: Wishes) -> Generator[News[Reuse], None, None]:
        """Trains, tells after each network, and ends."""
        sizes = SIZES[self.task]
        right = np.full((len(WAYS), len(sizes), self.seeds), np.nan)
        first = np.full(self.seeds, np.nan)
        whole = right.size
        yield Record(Reuse(sizes, right.copy(), first.copy()), key=Reuse)
        for seed in range(self.seeds):
            one, pool, held = split(self.task, seed)
            source = Trainer(experiment(seed, WIDTHS), one, rows=ROWS)
            for way, name in enumerate(WAYS):  # from scratch first: the others wait for the first task
                if way == 1:
                    for _ in _trained(source, FIRST_STEPS if self.steps == STEPS else self.steps):
                        yield Progress(self._share(right, whole))
                    first[seed] = source.scores().dev.accuracy
                for at, size in enumerate(sizes):
                    network = second(name, examples_of(pool, held, size, seed), source, seed)
                    for _ in _trained(network, self.steps):
                        yield Progress(self._share(right, whole))
                    right[way, at, seed] = network.scores().dev.accuracy
                    yield Record(Reuse(sizes, right.copy(), first.copy()), key=Reuse)
        yield Progress(1.0)

    def _share(self, right: Array, whole: int) -> float:
        return min(0.999, float(np.isfinite(right).sum()) / whole)


def _trained(trainer: Trainer, steps: int) -> Generator[None, None, None]:
    left = steps
    while left > 0 and not trainer.alarm:
        trainer.steps(min(PIECE, left))
        left -= PIECE
        yield


def experiment(seed: int, widths: tuple[int, ...]) -> Experiment:
    """ReLU layers of these widths, Adam, mini-batches of 32."""
    layers = tuple(Layer(width, "relu") for width in widths)
    training = Training(optimiser="adam", learning_rate=0.005, batch_size=32)
    return Experiment(data=Data(seed=seed), network=Network(layers=layers), training=training, seed=seed)


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Inputs (n, m) in model units and classes (m,) of a task."""

    x: Floats
    y: Ints
    names: tuple[str, ...]
    like: ExampleSet


def split(task: str, seed: int) -> tuple[ExampleSet, Pool, Pool]:
    """The first task's examples, those of the second that may be trained on, and those held back, by a seed.

    Pixels run from 0 to 1; a table's inputs are scaled by mean and deviation of the first half, which is what is known
    before the second comes.
    """
    base = load(with_source(Data(seed=0), "digits" if task == "digits" else TABLE))
    raw, y = base.raw, base.y
    order = np.random.default_rng((seed, 7)).permutation(y.size)
    if task == "digits":
        names = np.array([int(name) for name in base.class_names])[y[order]]
        one, other = order[names <= 4], order[names >= 5]
    else:
        one, other = order[: y.size // 2], order[y.size // 2 :]
    if task == "digits":
        x = raw / BRIGHTEST  # a pixel that hardly differs in one task may in the other
    else:
        deviation = raw[:, one].std(axis=1, keepdims=True)
        x = (raw - raw[:, one].mean(axis=1, keepdims=True)) / np.where(deviation > 0, deviation, 1.0)
    first, second_task = (_renumbered(x[:, part], y[part], base) for part in (one, other))
    held = HELD[task]
    cut = first.y.size * 4 // 5
    ends = Pool(second_task.x[:, :held], second_task.y[:held], second_task.names, base)
    rest = Pool(second_task.x[:, held:], second_task.y[held:], second_task.names, base)
    of_first = _set(
        Pool(first.x[:, :cut], first.y[:cut], first.names, base),
        Pool(first.x[:, cut:], first.y[cut:], first.names, base),
    )
    return of_first, rest, ends


def _renumbered(x: Floats, y: Ints, base: ExampleSet) -> Pool:
    known, numbers = np.unique(y, return_inverse=True)
    return Pool(x, numbers.astype(np.int64), tuple(base.class_names[int(k)] for k in known), base)


def examples_of(pool: Pool, held: Pool, size: int, seed: int) -> ExampleSet:
    """`size` examples to train on, each class among them as often as it can be, and those held back as dev."""
    rng = np.random.default_rng((seed, size))
    turns = []
    for k in range(len(pool.names)):
        own = rng.permutation(np.flatnonzero(pool.y == k))
        turns += [(place, int(one)) for place, one in enumerate(own)]
    chosen = np.array([one for _, one in sorted(turns, key=lambda turn: turn[0])[:size]], np.int64)
    return _set(Pool(pool.x[:, chosen], pool.y[chosen], pool.names, pool.like), held)


def _set(train: Pool, dev: Pool) -> ExampleSet:
    nothing = np.zeros((train.x.shape[0], 0))
    return dataclasses.replace(
        train.like,
        raw=np.concatenate([train.x, dev.x], axis=1),
        y=np.concatenate([train.y, dev.y]),
        part=np.repeat([TRAIN, DEV], [train.y.size, dev.y.size]),
        x_train=train.x,
        y_train=train.y,
        x_dev=dev.x,
        y_dev=dev.y,
        x_test=nothing,
        y_test=np.zeros(0, np.int64),
        class_names=train.names,
        mean=np.zeros(len(nothing)),
        deviation=np.ones(len(nothing)),
        notes=(),
    )


def second(way: str, few: ExampleSet, source: Trainer, seed: int) -> Trainer:
    """A network for the second task, at its start: from scratch, on what the first one's hidden layers put out, or
    with these as its own hidden layers' start.
    """
    if way == "frozen":
        return Trainer(experiment(seed, ()), through(few, source), rows=ROWS)
    made = Trainer(experiment(seed, WIDTHS), few, rows=ROWS)
    if way == "tuned":
        own, learned = made.weights(), source.weights()
        made.set_weights({name: values if name.startswith("output") else learned[name] for name, values in own.items()})
    return made


def through(few: ExampleSet, source: Trainer) -> ExampleSet:
    """The examples as the last hidden layer of `source` has them."""

    def out(x: Floats) -> Floats:
        found: Floats = source.predictor.activations(source.folded(), x.astype(source.dtype))[-2].astype(np.float64)
        return found

    width = source.layout.widths[-2]
    return dataclasses.replace(
        few,
        raw=out(few.raw),
        x_train=out(few.x_train),
        x_dev=out(few.x_dev),
        x_test=np.zeros((width, 0)),
        mean=np.zeros(width),
        deviation=np.ones(width),
        feature_names=tuple(f"a{number + 1}" for number in range(width)),
    )


def summary(found: Reuse) -> str:
    """What the curves show, in a sentence; "" before the smallest size is done of any seed."""
    middle = found.middle()
    if not np.isfinite(middle[:, 0]).all():
        return ""
    few, many = found.sizes[0], found.sizes[-1]
    scratch, frozen, tuned = (float(value) for value in middle[:, 0])
    best = max(frozen, tuned)
    name = "frozen" if frozen >= tuned else "tuned"
    alone = f"from scratch {100 * scratch:.0f} %"
    gain = f"With {few} examples reused layers ({name}) are right in {100 * best:.0f} %, {alone}"
    ends = middle[:, -1]
    if not np.isfinite(ends).all():
        return gain + "."
    apart = 100 * (max(float(ends[1]), float(ends[2])) - float(ends[0]))
    spread = 100 * float(np.nanmax(found.high()[:, -1] - found.low()[:, -1]))
    if abs(apart) <= spread or math.isnan(apart):
        return f"{gain}; with {many} they differ by {abs(apart):.1f} points, within the spread of the seeds."
    return f"{gain}; with {many} the difference is {apart:+.1f} points.".replace("-", "−")
