"""The same draws on a linear and on a logarithmic scale, and how many fall into each decade. Nothing here trains."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec
import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.tuning.space import Range

MOST = 400  # draws


@dataclass(frozen=True, slots=True)
class Board:
    """What is drawn for: a knob from `low` to `high`, `count` times, by `seed`; `scale` is the one that suits it."""

    knob: str
    low: float
    high: float
    scale: str = "log"
    count: int = 100
    seed: int = 1

    def __post_init__(self) -> None:
        for one in (self.suited, self.linear):
            if said := one.problem():
                raise ValueError(said)
        if not 1 <= self.count <= MOST:
            raise ValueError(f"count is {self.count}; it must be a whole number in [1, {MOST}]")

    @property
    def suited(self) -> Range:
        """The range on the scale that suits the knob."""
        return Range(self.knob, self.low, self.high, self.scale)

    @property
    def linear(self) -> Range:
        """The range on a linear scale."""
        return Range(self.knob, self.low, self.high, "linear")


@dataclass(frozen=True, slots=True)
class Thrown:
    """The same positions (n,) taken as draws on both scales; `edges` (d + 1,) part the decades, from the lowest value.

    `linear_counts` and `suited_counts` (d,) are the draws in each. For β a decade is one of 1 − β.
    """

    board: Board
    linear: Array
    suited: Array
    edges: Array
    linear_counts: Array
    suited_counts: Array

    @property
    def decades(self) -> int:
        """How many there are."""
        return len(self.edges) - 1

    @property
    def fullest(self) -> int:
        """The decade where most of the linear draws lie."""
        return int(np.argmax(self.linear_counts))

    @property
    def share(self) -> float:
        """The share of the linear draws that lie there."""
        return float(self.linear_counts[self.fullest]) / self.board.count

    @property
    def expected(self) -> float:
        """The share that would lie there of very many draws."""
        low, high = self.edges[self.fullest], self.edges[self.fullest + 1]
        return float((high - low) / (self.board.high - self.board.low))


def edges_of(board: Board) -> Array:
    """Where decades of a knob begin and end, within its range; of 1 − β where its scale is that."""
    if board.scale == "one-minus-log":
        first, last = math.log10(1 - board.low), math.log10(1 - board.high)
        inner = [1 - 10.0**at for at in range(math.ceil(first) - 1, math.floor(last), -1) if last < at < first]
    else:
        first, last = math.log10(board.low), math.log10(board.high)
        inner = [10.0**at for at in range(math.floor(first) + 1, math.ceil(last)) if first < at < last]
    found = np.array([board.low, *inner, board.high])
    apart: Array = found[np.concatenate([[True], np.diff(found) > 1e-12])]
    return apart


def thrown(board: Board) -> Thrown:
    """The draws, and their counts by decade."""
    at = np.random.default_rng([board.seed, 11]).random(board.count).tolist()
    linear = np.array([float(board.linear.value(u)) for u in at])
    suited = np.array([float(board.suited.value(u)) for u in at])
    edges = edges_of(board)
    wide = edges.copy()
    wide[0], wide[-1] = -np.inf, np.inf
    counts = [np.histogram(values, wide)[0].astype(float) for values in (linear, suited)]
    return Thrown(board, linear, suited, edges, counts[0], counts[1])


def experiments(found: Thrown, experiment: Experiment) -> tuple[Experiment, ...]:
    """A network for each draw, those of the linear scale first; all with the same data, start and order of batches."""
    if found.board.knob == "training.momentum" and experiment.training.optimiser not in ("momentum", "nesterov"):
        training = msgspec.structs.replace(experiment.training, optimiser="momentum")
        experiment = msgspec.structs.replace(experiment, training=training)
    values = [*found.linear.tolist(), *found.suited.tolist()]
    return tuple(changed(experiment, found.board.knob, value) for value in values)


def at_least_one(share: float, draws: int) -> float:
    """The probability that of so many draws at random at least one lies in the best `share` of all."""
    return 1 - (1 - share) ** draws
