"""Do good settings travel? Each data set is tuned, and each one's best settings are then tried on all.

What was found on a data set is trained anew from fresh seeds, there as elsewhere, so that none profits from having been
chosen. It asks no strategy: all data sets are tried with the same draws.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import msgspec
import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.experiment.data import Data, on_plane, with_source
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.population_task import HandedOver, HandOver
from hyperscope.lab.jobs.task import News, Progress, Record, Rest, Wishes
from hyperscope.lab.tuning.space import Space, Values
from hyperscope.lab.tuning.trials import Trial

if TYPE_CHECKING:
    from hyperscope.lab.training.checkpoint import Checkpoint
    from hyperscope.lab.tuning.training import Portion

SETS = ("spiral", "checkerboard", "iris", "wine", "digits")
MOST_DRAWS, MOST_SEEDS = 200, 9
AS_GOOD, WORSE = 1.1, 2.0  # times one's own best: up to here settings have travelled well, from there badly


@dataclass(frozen=True, slots=True)
class Case:
    """A data set that is tuned: what it is called, and the experiment with it."""

    name: str
    experiment: Experiment


def data_sets(experiment: Experiment) -> tuple[Case, ...]:
    """The network of `experiment` on data sets of several kinds."""

    def of(source: str) -> Experiment:
        return msgspec.structs.replace(experiment, data=with_source(Data(), source))

    return tuple(Case(source, of(source)) for source in SETS)


def changes(experiment: Experiment) -> tuple[Case, ...]:
    """The data of `experiment` as they are, and as they may be one day."""
    data = experiment.data
    drawn = on_plane(data.source) and data.source != "painted"
    found: dict[str, Data] = {"as they are": data}
    if drawn:
        found["noisier"] = msgspec.structs.replace(data, noise=min(1.0, data.noise + 0.15))
        found["a fifth of them"] = msgspec.structs.replace(data, points=max(20, data.points // 5))
        found["one class rare"] = msgspec.structs.replace(data, imbalance=0.05 if data.imbalance != 0.05 else 0.9)
    else:
        said = "not standardised" if data.standardise else "standardised"
        found[said] = msgspec.structs.replace(data, standardise=not data.standardise)
    wrong = 0.3 if data.label_noise < 0.3 else 0.0
    found["wrong labels" if wrong else "right labels"] = msgspec.structs.replace(data, label_noise=wrong)
    return tuple(Case(name, msgspec.structs.replace(experiment, data=one)) for name, one in found.items())


@dataclass(frozen=True, slots=True)
class Transferred:
    """What has come so far. `values` are each case's best settings, None of those that are still to be tuned.

    `losses` (D, D) has in row i, column j the median dev loss on case j with the settings of case i, NaN where that is
    still to come, infinite where most diverged.
    """

    cases: tuple[Case, ...]
    space: Space
    values: tuple[Values | None, ...]
    losses: Array
    doing: str = ""

    @property
    def done(self) -> bool:
        """Whether nothing more comes."""
        return not np.isnan(self.losses).any()

    def times(self) -> Array:
        """(D, D) how many times as high a loss is as that of the case's own best settings."""
        own = np.diag(self.losses)
        with np.errstate(all="ignore"):
            found: Array = np.where(np.isinf(self.losses), np.inf, self.losses / np.maximum(own, 1e-12))
        return found

    def said(self) -> str:
        """How well they travel, in words."""
        if not self.done:
            return f"{self.doing}." if self.doing else ""
        times = self.times()
        away = times[~np.eye(len(times), dtype=bool)]
        good, bad = int((away <= AS_GOOD).sum()), int((away >= WORSE).sum())
        i, j = np.unravel_index(int(np.argmax(np.where(np.eye(len(times), dtype=bool), -1, times))), times.shape)
        names = [case.name for case in self.cases]
        most = "diverge" if math.isinf(times[i, j]) else f"cost {times[i, j]:.3g} times the loss"
        return (
            f"Of {len(away)} transfers {good} do as well as the best settings of the place, {bad} cost twice the loss "
            f"or more. The worst: those of {names[i]} on {names[j]} {most}."
        )


Said: TypeAlias = "Transferred | HandedOver"


@dataclass(frozen=True)
class Transfer:
    """Tunes each of `cases` with the same `draws` from `space`, and trains each best on all, from `seeds` fresh seeds.

    Records are Transferred, the newest of which counts, and HandedOver: member i · D + j is one with the settings of
    case i on case j. Raises: ValueError for a space, draws or seeds that cannot be.
    """

    cases: tuple[Case, ...]
    space: Space
    draws: int = 24
    epochs: int = 20
    seeds: int = 3
    seed: int = 1
    what: ClassVar[str] = "tuned the data sets"

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("cases", len(self.cases), 2, 12),
            ("draws", self.draws, 2, MOST_DRAWS),
            ("seeds", self.seeds, 1, MOST_SEEDS),
            ("epochs", self.epochs, 1, 1000),
        ):
            if not low <= value <= high:
                raise ValueError(f"{name} is {value}; it must be a whole number in [{low}, {high}]")
        for case in self.cases:
            self.space.checked(case.experiment)

    def run(self, wishes: Wishes) -> Generator[News[Said], None, None]:
        """Raises: ValueError when data cannot be had."""
        yield from _Transferring(self, wishes).run()


@dataclass
class _Transferring:
    task: Transfer
    wishes: Wishes
    kept: dict[int, Checkpoint] = field(default_factory=dict)
    share: float = 0.0

    def run(self) -> Generator[News[Said], None, None]:
        task, count = self.task, len(self.task.cases)
        at = np.random.default_rng([task.seed, 29]).random((task.draws, len(task.space.knobs)))
        drawn = [task.space.drawn(tuple(row)) for row in at.tolist()]
        self.values: list[Values | None] = [None] * count
        self.losses = np.full((count, count), np.nan)
        for j, case in enumerate(task.cases):
            yield self._look(f"Tuning on {case.name}")
            losses: dict[int, float] = {}
            yield from self._trained(j, drawn, 0, losses, j / (2 * count))
            self.values[j] = drawn[min(losses, key=lambda n: (losses[n], n))]
        chosen = [values for values in self.values if values is not None]
        for j, case in enumerate(task.cases):
            yield self._look(f"Trying all on {case.name}")
            found: Array = np.zeros((count, task.seeds))
            for s in range(task.seeds):
                part: dict[int, float] = {}
                yield from self._trained(j, chosen, 1 + s, part, (count + j + s / task.seeds) / (2 * count))
                found[:, s] = [part[i] for i in range(count)]
            self.losses[:, j] = np.median(found, axis=1)
        yield self._look("")
        yield Progress(1.0)
        while True:
            yield from self._answers()
            yield Rest()

    def _trained(
        self, j: int, settings: list[Values], seed: int, losses: dict[int, float], begun: float
    ) -> Generator[News[Said], None, None]:
        """Trains case j with each of `settings`; its share of all goes on from `begun`."""
        from hyperscope.lab.tuning.training import Portion

        task = self.task
        base = task.cases[j].experiment
        base = msgspec.structs.replace(base, seed=(base.seed + seed) % 1_000_000)
        trials = [
            Trial(number, values, task.space.made(base, values), task.epochs) for number, values in enumerate(settings)
        ]
        portion = Portion(trials)
        span = 1 / (2 * len(task.cases)) / (task.seeds if seed else 1)
        while not portion.done:
            portion.train()
            yield from self._answers()
            yield Progress(begun + span * portion.share)
        for trial in trials:
            losses[trial.number] = portion.loss(trial.number)
        if seed == 1:
            self._keep(j, portion)

    def _keep(self, j: int, portion: Portion) -> None:
        for i in range(len(self.task.cases)):
            self.kept[i * len(self.task.cases) + j] = portion.member(i).checkpoint()

    def _look(self, doing: str) -> Record[Said]:
        values, losses = tuple(self.values), self.losses.copy()
        return Record(Transferred(self.task.cases, self.task.space, values, losses, doing), key="standing")

    def _answers(self) -> Generator[News[Said], None, None]:
        while self.wishes:
            wish = self.wishes.popleft()
            if isinstance(wish, HandOver) and wish.member in self.kept:
                yield Record(HandedOver(wish.member, self.kept[wish.member]), key="handed over")
