"""What a sweep is: a setting that takes several values, variants that are compared, and the networks that follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import msgspec

from hyperscope.engine.settings import Layer
from hyperscope.knob import Value
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.population_task import Maps, PopulationTask
from hyperscope.registry import Registry

Scale = Literal["log", "powers", "linear", "choice"]
Counts = Literal["decades", "up to", "down to", "how many", "best"]
MOST_SEEDS = 5
MOST_EPOCHS = 200
DEEP = (32, 32, 32, 32)  # units: deep enough for what batch norm is for, and still trained in no time


@dataclass(frozen=True, slots=True)
class Variant:
    """One of what is compared: its `name` and what is added to it in words, and what it makes of an experiment."""

    name: str
    words: str
    of: Callable[[Experiment], Experiment]


@dataclass(frozen=True)
class Sweep:
    """A question: `title` and what it `asks` in a few words.

    `values` of the setting called `symbol` lie on a `scale`; `made(experiment, value)` is a network with one of them,
    and `base` what is changed of the experiment before all else. `counts` says how a variant is summed up and `of`
    what its figure is of. `why` is told in short lines; `but` names the counter-case, or what to do instead, and
    `leads_to` the sweep that shows it, or "".
    """

    name: str
    title: str
    asks: str
    symbol: str
    values: tuple[Value, ...]
    scale: Scale
    made: Callable[[Experiment, Value], Experiment]
    variants: tuple[Variant, ...]
    counts: Counts
    of: str
    why: tuple[str, ...]
    but: str
    base: Callable[[Experiment], Experiment] = lambda experiment: experiment
    leads_to: str = ""
    epochs: int = 40
    seeds: int = 3
    by_layer: bool = False  # whether the gradient of each layer is what one looks at
    captions: Callable[[Value], str] = str
    deep: bool = True  # whether it usually is of DEEP layers
    zeros: bool = False  # whether weights that are exactly 0 are counted
    length: Callable[[Value], int] | None = None  # epochs that a network with this value trains, where they differ
    limits: tuple[float, float] | None = None  # between which values may be chosen, where the scale does not say

    @property
    def whole(self) -> bool:
        """Whether its values are whole numbers."""
        return all(isinstance(value, int) for value in self.values)


sweeps: Registry[Sweep] = Registry("sweep")


def declare(sweep: Sweep) -> Sweep:
    """Declares a sweep under its name, `lab/name`."""
    sweeps.add(sweep.name)(sweep)
    return sweep


def deepened(experiment: Experiment) -> Experiment:
    """The experiment with DEEP hidden layers."""
    last = experiment.network.layers[-1] if experiment.network.layers else Layer()
    layers = tuple(msgspec.structs.replace(last, units=units) for units in DEEP)
    return msgspec.structs.replace(experiment, network=msgspec.structs.replace(experiment.network, layers=layers))


@dataclass(frozen=True)
class Plan:
    """A sweep of an experiment with these values, seeds and epochs.

    With `deep` the experiment's hidden layers are DEEP instead, each with the activation of the last.
    Network (v, s, k), of variant v, value s and seed k, is number (v · values + s) · seeds + k.
    Raises: ValueError for no values, or for seeds or epochs out of range.
    """

    sweep: Sweep
    experiment: Experiment
    values: tuple[Value, ...]
    seeds: int
    epochs: int
    deep: bool = False

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError(f"{self.sweep.symbol} has no values; a sweep needs at least one")
        for name, value, most in (("seeds", self.seeds, MOST_SEEDS), ("epochs", self.epochs, MOST_EPOCHS)):
            if not 1 <= value <= most:
                raise ValueError(f"{name} is {value}; it must be a whole number in [1, {most}]")

    @classmethod
    def of(cls, sweep: Sweep, experiment: Experiment) -> Plan:
        """As it is usually run."""
        return cls(sweep, experiment, sweep.values, sweep.seeds, sweep.epochs, sweep.deep)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Variants, values, seeds."""
        return len(self.sweep.variants), len(self.values), self.seeds

    def number(self, variant: int, value: int, seed: int) -> int:
        """Which network that is."""
        return (variant * len(self.values) + value) * self.seeds + seed

    def network(self, variant: int, value: int, seed: int) -> Experiment:
        """The experiment of one network; all seeds have the same data, and weights and orders of their own."""
        sweep = self.sweep
        experiment = deepened(self.experiment) if self.deep else self.experiment
        made = sweep.made(sweep.variants[variant].of(sweep.base(experiment)), self.values[value])
        return msgspec.structs.replace(made, seed=(self.experiment.seed + seed) % 1_000_000)

    @property
    def experiments(self) -> tuple[Experiment, ...]:
        """All of them, in order."""
        variants, values, seeds = self.shape
        return tuple(self.network(v, s, k) for v in range(variants) for s in range(values) for k in range(seeds))

    def task(self, maps: Maps = Maps(0)) -> PopulationTask:  # noqa: B008  # frozen
        """The job of training them."""
        return PopulationTask(
            self.experiments,
            epochs=self.epochs,
            maps=maps,
            curves=True,
            gradients=self.sweep.by_layer,
            lengths=self._lengths,
            zeros=self.sweep.zeros,
        )

    @property
    def _lengths(self) -> tuple[int, ...]:
        """Epochs of each network, () where they are all the plan's."""
        length, (variants, values, seeds) = self.sweep.length, self.shape
        if length is None:
            return ()
        each = [length(self.values[s]) for s in range(values) for _ in range(seeds)]
        return tuple(each * variants)
