"""Twins over several seeds, so that luck shows: both runs made again from their start, once with each seed, and what
was changed on the way changed at the same steps.

The runs are those that single trainers would make, up to rounding. What can be stacked is trained as a population, the
rest one after another.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.jobs.task import Progress, Wishes
from hyperscope.lab.training.curves import Band

if TYPE_CHECKING:
    from hyperscope.lab.experiment.experiment import Experiment
    from hyperscope.lab.timeline.score import Score

COUNT = 10
POINTS = 60  # moments at which every run is looked at, at most
LEAST = 20  # epochs after the last change, so that there is something to see of twins that have only begun
BETWEEN = (0.25, 0.75)  # the quantiles that a band reaches from and to


@dataclass(frozen=True, slots=True)
class SeedRuns:
    """One experiment's runs: `loss` and `accuracy` (K, t) on the dev set; a run that diverged has an infinite loss
    and an accuracy of 0 from there on.
    """

    loss: Array
    accuracy: Array


@dataclass(frozen=True, slots=True)
class Seeds:
    """What A and B came to with each of `seeds`, at `epoch` (t,); `by_loss` if their losses may be compared."""

    seeds: tuple[int, ...]
    epoch: Array
    a: SeedRuns
    b: SeedRuns
    by_loss: bool = True
    moved: bool = False  # whether something was changed on the way

    @property
    def verdict(self) -> Literal["A", "B", ""]:
        """Which is better with so many of the seeds that a fair coin would seldom do it; "" for neither.

        The sign test over pairs of the same seed, two-sided, at 5 % (Dixon & Mood 1946): of ten, nine decide.
        """
        x, y = self._final(self.a), self._final(self.b)
        needed = decisive(len(self.seeds))
        if needed is None:
            return ""
        return "B" if np.sum(y < x) >= needed else "A" if np.sum(x < y) >= needed else ""

    @property
    def sentence(self) -> str:
        """When they were compared, the verdict and its rule, and both medians."""
        x, y = self._final(self.a), self._final(self.b)
        better = {"A": int(np.sum(x < y)), "B": int(np.sum(y < x))}
        count, needed = len(self.seeds), decisive(len(self.seeds))
        who = self.verdict or ("B" if better["B"] > better["A"] else "A")
        first, second = (y, x) if who == "B" else (x, y)
        what = "loss" if self.by_loss else "accuracy"
        medians = (
            f"median dev {what} {_said(_middle(first), self.by_loss)} against {_said(_middle(second), self.by_loss)}"
        )
        said = f"{_word(count).capitalize()} seeds, epoch {self.epoch[-1]:.0f}: "
        rule = f"{needed} decide" if needed is not None else "too few to decide"
        if self.verdict:
            said += f"{who} is better, in {better[who]} of {count} ({rule})"
        elif better["A"] == better["B"]:
            said += f"no verdict, {better['A']} to {better['B']} ({rule})"
        else:
            said += f"no verdict, {who} is better in {better[who]} of {count} ({rule})"
        broken = [f"{name} diverged in {n}" for name, n in (("A", _lost(self.a)), ("B", _lost(self.b))) if n]
        moved = ["each change was made at its step"] if self.moved else []
        return "; ".join([said, medians, *broken, *moved]) + "."

    @property
    def dots(self) -> tuple[Array, Array]:
        """(K,) of A and of B, seed by seed: what they came to at the end, dev losses or dev accuracies."""
        x, y = self._final(self.a), self._final(self.b)
        return (x, y) if self.by_loss else (-x, -y)

    @property
    def bands(self) -> tuple[Band, Band]:
        """The dev loss of A and of B over epochs: the median, and from the 25 % to the 75 % quantile;
        NaN where that many runs have diverged.
        """
        names = (f"{name}, {_word(len(self.seeds))} seeds" for name in "AB")
        made = [_band(name, self.epoch, runs.loss) for name, runs in zip(names, (self.a, self.b), strict=True)]
        return made[0], made[1]

    def _final(self, runs: SeedRuns) -> Array:
        """(K,) what to have little of, at the end."""
        return runs.loss[:, -1] if self.by_loss else -runs.accuracy[:, -1]


def decisive(count: int) -> int | None:
    """Of so many pairs, how many must be better for the sign test's two-sided p to lie below 5 %; None: all do not."""
    tail = 0
    for k in range(count, count // 2, -1):
        tail += math.comb(count, k)
        if 2 * tail > 0.05 * 2**count:
            return k + 1 if k < count else None
    return None


def _band(name: str, epoch: Array, loss: Array) -> Band:
    # what is infinite, since so many runs diverged, is not drawn
    low, high, median = (np.where(np.isinf(q), np.nan, q) for q in (_quantile(loss, at) for at in (*BETWEEN, 0.5)))
    return Band(name, epoch, low, median, high)


def _quantile(values: Array, share: float) -> Array:
    """Over the first axis, linear between neighbours; infinite where one of these is."""
    ordered = np.sort(values, axis=0)
    at = share * (len(values) - 1)
    low, high = ordered[math.floor(at)], ordered[math.ceil(at)]
    with np.errstate(invalid="ignore"):
        found: Array = np.where(np.isfinite(high), low + (at - math.floor(at)) * (high - low), high)
    return found


def _middle(values: Array) -> float:
    return float(_quantile(values, 0.5))


def _lost(runs: SeedRuns) -> int:
    return int(np.isinf(runs.loss[:, -1]).sum())


def _said(value: float, loss: bool) -> str:
    if not loss:
        return f"{-100 * value:.1f}\u00a0%"
    return "not finite" if math.isinf(value) else f"{value:.3f}" if value >= 0.0095 else f"{value:.2g}"


def _word(count: int) -> str:
    return "ten" if count == COUNT else str(count)


# -- training -----------------------------------------------------------------------------------------------------


def looked_at(epochs: int) -> Array:
    """The epochs (t,) at which runs of so many epochs are looked at."""
    return np.unique(np.linspace(0, epochs, min(epochs, POINTS) + 1).round().astype(np.int64))


def with_seeds(score: Score, count: int = COUNT) -> tuple[Score, ...]:
    """The score with its own seed and those that follow."""
    from hyperscope.lab.timeline.replays import reseeded

    return tuple(reseeded(score, k) for k in range(count))


def train(scores: Sequence[Score], epochs: Array, runs: SeedRuns) -> Iterator[float]:
    """Trains all of them, which have the same changes, and fills `runs` (K, t); yields the share done now and then.

    Raises: ValueError when data cannot be had.
    """
    alone = 0
    if scores[0].events:  # what is done on the way is done at places of each run's own
        alone = len(scores)
    elif scores[0].start.training.patience:  # rounding could let the run that is seen live stop elsewhere
        alone = 1
    for share in _one_by_one(scores[:alone], epochs, runs):
        yield share * alone / len(scores)
    for share in _together(scores[alone:], epochs, runs, alone):
        yield (alone + share * (len(scores) - alone)) / len(scores)


def _together(scores: Sequence[Score], epochs: Array, runs: SeedRuns, first: int) -> Iterator[float]:
    from hyperscope.lab.training.population import Population

    population = Population([score.start for score in scores], rows=2)  # nobody looks at their histories
    done = 0
    for at, epoch in enumerate(epochs.tolist() if scores else []):
        population.epochs(epoch - done)
        done = epoch
        for k in range(len(scores)):
            member = population.member(k)
            dev = member.scores().dev
            _note(runs, first + k, at, dev.loss, dev.accuracy, bool(member.alarm) and not member.stopped_early)
        yield (at + 1) / len(epochs)


def _one_by_one(scores: Sequence[Score], epochs: Array, runs: SeedRuns) -> Iterator[float]:
    from hyperscope.lab.timeline.replays import Replay

    for member, score in enumerate(scores):
        replay = Replay(score)
        for at, epoch in enumerate(epochs.tolist()):
            replay.to(epoch, whole=at == len(epochs) - 1)
            dev = replay.trainer.scores().dev
            _note(runs, member, at, dev.loss, dev.accuracy, replay.diverged)
            yield (member + (at + 1) / len(epochs)) / len(scores)


def _note(runs: SeedRuns, member: int, at: int, loss: float, accuracy: float, broken: bool) -> None:
    runs.loss[member, at] = math.inf if broken or not math.isfinite(loss) else loss
    runs.accuracy[member, at] = 0.0 if broken else accuracy


@dataclass(frozen=True, slots=True)
class TenSeeds:
    """The task of making the runs of A and B again, for at least `epochs` epochs, as long as they took, and LEAST
    after their last change.
    """

    a: Score
    b: Score
    epochs: int
    count: int = COUNT
    what: ClassVar[str] = "trained the ten seeds"

    @property
    def of(self) -> tuple[Experiment, Experiment]:
        """The settings that it is about."""
        return self.a.experiment, self.b.experiment

    @property
    def moved(self) -> bool:
        """Whether something was changed on the way."""
        return bool(self.a.events or self.b.events)

    def run(self, wishes: Wishes) -> Generator[Progress, None, Seeds]:
        """Both trained with every seed. Raises: ValueError when data cannot be had."""
        from hyperscope.lab.timeline.replays import epochs_of
        from hyperscope.lab.twins.twin_words import one_loss

        lengths = [epochs_of(score) for score in (self.a, self.b)]
        at = looked_at(max(self.epochs, *(max(taken, changed + LEAST) for taken, changed in lengths)))
        found = []
        for half, score in enumerate((self.a, self.b)):
            runs = SeedRuns(*np.full((2, self.count, len(at)), np.nan))
            for share in train(with_seeds(score, self.count), at, runs):
                yield Progress((half + share) / 2)
            found.append(runs)
        seeds = tuple(one.experiment.seed for one in with_seeds(self.a, self.count))
        return Seeds(seeds, at.astype(float), found[0], found[1], one_loss(*self.of), self.moved)
