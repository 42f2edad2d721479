"""Every usual remedy tried: a job that finds a strength for each and measures what it does, over seeds.

Strengths are compared on a seed of their own, so that those measured on had no part in the choice. All take as many
steps, unless taking more is the remedy, and are judged on the same dev set, those with more data too.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from msgspec.structs import replace

from hyperscope.engine.arrays import Array
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.generalise.errors import percent
from hyperscope.lab.generalise.remedies import Try, usual
from hyperscope.lab.jobs.task import News, Progress, Record, Wishes

if TYPE_CHECKING:
    from hyperscope.engine.prediction import Evaluation
    from hyperscope.lab.examples.examples import ExampleSet
    from hyperscope.lab.training.in_training import InTraining
    from hyperscope.lab.training.population import Population

BURST = 0.012  # s of training between two pieces of news
STEPS, FEWEST, MOST = 1500, 100, 20000
SEEDS, MOST_SEEDS = 3, 9
SEARCHED = 1000  # how far the seed of the search is from those measured on
AS_IT_IS = "As it is"


@dataclass(frozen=True, slots=True)
class Tried:
    """What a remedy came to: arrays (K,) by seed, losses in nats and errors from 0 to 1; loss ∞ where it diverged.

    `experiment` is the first seed's, `caption` says it with its strength, `refused` why it was not tried, or "".
    `m_dev` are the examples that errors were counted over. `best` are the dev losses at the searched strengths.
    """

    name: str
    caption: str
    against: str
    experiment: Experiment | None
    train_loss: Array = field(default_factory=lambda: np.zeros(0))
    dev_loss: Array = field(default_factory=lambda: np.zeros(0))
    train_error: Array = field(default_factory=lambda: np.zeros(0))
    dev_error: Array = field(default_factory=lambda: np.zeros(0))
    steps: int = 0
    m_dev: int = 0
    searched: tuple[tuple[str, float], ...] = ()
    refused: str = ""

    @property
    def median(self) -> float:
        """The middle dev loss, the lower of two; ∞ of none."""
        return middle(self.dev_loss)


def middle(values: Array) -> float:
    """The middle value, the lower of two; ∞ of none."""
    return float(np.sort(values)[(len(values) - 1) // 2]) if len(values) else math.inf


@dataclass(frozen=True)
class Trials:
    """The task of trying them all for so many `steps`, over so many `seeds` from the experiment's own on.

    Raises: ValueError for a number out of range.
    """

    experiment: Experiment
    steps: int = STEPS
    seeds: int = SEEDS
    only: tuple[str, ...] = ()  # names of the remedies that are tried, () for all
    what: ClassVar[str] = "tried the remedies"

    def __post_init__(self) -> None:
        for name, value, low, high in (("steps", self.steps, FEWEST, MOST), ("seeds", self.seeds, 1, MOST_SEEDS)):
            if not low <= value <= high:
                raise ValueError(f"{name} is {value}; it must be a whole number in [{low}, {high}]")

    def run(self, wishes: Wishes) -> Generator[News[Tried], None, None]:
        """Tries one after another, first nothing. Raises: ValueError when data cannot be had."""
        every: list[tuple[str, str, tuple[Try, ...] | str]] = [("", "", (Try(AS_IT_IS, self.experiment),))]
        wanted = [usual[name] for name in self.only] if self.only else list(usual.values())
        every += [(one.name, one.against, one.tries(self.experiment)) for one in wanted]
        for at, (name, against, tries) in enumerate(every):
            share = at / len(every)
            yield Progress(share, name)
            if isinstance(tries, str):
                tried = Tried(name, name, against, None, refused=tries)
            else:
                tried = yield from self._tried(name, against, tries, share, 1 / len(every))
            yield Record(tried, key=name)
        yield Progress(1.0)

    def _tried(
        self, name: str, against: str, tries: tuple[Try, ...], share: float, whole: float
    ) -> Generator[News[Tried], None, Tried]:
        """A remedy's best strength by a search with a seed of its own, measured with the others."""
        searched: list[tuple[str, float]] = []
        chosen = tries[0]
        if len(tries) > 1:
            found = yield from self._trained([(one, SEARCHED) for one in tries], share, whole / 2)
            searched = [(one.caption, float(loss)) for one, loss in zip(tries, found[1], strict=True)]
            chosen = tries[int(np.argmin(found[1]))]
        members = [(chosen, seed) for seed in range(self.seeds)]
        train, dev, train_error, dev_error, m_dev = yield from self._trained(members, share + whole / 2, whole / 2)
        return Tried(
            name, chosen.caption, against, chosen.experiment, train, dev, train_error, dev_error,
            self.steps * chosen.longer, m_dev, tuple(searched),
        )  # fmt: skip

    def _trained(
        self, members: list[tuple[Try, int]], share: float, whole: float
    ) -> Generator[News[Tried], None, tuple[Array, Array, Array, Array, int]]:
        """Train and dev losses and errors (K,) of all members, and how many dev examples there are."""
        from hyperscope.lab.examples.examples import load
        from hyperscope.lab.training.population import Population

        seeded = [replace(one.experiment, seed=(self.experiment.seed + seed) % 1_000_000) for one, seed in members]
        figures = np.empty((4, len(members)))
        groups: dict[object, list[int]] = {}
        for at, experiment in enumerate(seeded):  # steps and epochs of these go together
            groups.setdefault((experiment.data, experiment.training.batch_size), []).append(at)
        done = 0
        m_dev = 0
        for numbers in groups.values():
            population = Population([seeded[at] for at in numbers], rows=2)
            first = population.member(0)
            if first.examples.missing:
                raise ValueError(first.examples.missing)
            steps = self.steps * members[numbers[0]][0].longer
            for part in in_bursts(population, steps):
                yield Progress(share + whole * (done + part * len(numbers)) / len(members))
            done += len(numbers)
            drawn = members[numbers[0]][0].drawn
            home = load(self.experiment.data) if drawn else first.examples
            for row, at in enumerate(numbers):
                member = population.member(row)
                train, dev = member.scores().train, on_dev(member, home) if drawn else member.scores().dev
                broken = bool(member.alarm) and not member.stopped_early
                lost = math.inf if broken or not math.isfinite(dev.loss) else 0.0
                figures[:, at] = train.loss + lost, dev.loss + lost, 1 - train.accuracy, 1 - dev.accuracy
                m_dev = int(home.y_dev.size)
        return figures[0], figures[1], figures[2], figures[3], m_dev


def on_dev(member: InTraining[Any], home: ExampleSet) -> Evaluation:
    """How a network that trains on other examples answers on the dev set of `home`."""
    from hyperscope.engine.prediction import score
    from hyperscope.lab.examples.examples import DEV

    there = home.part == DEV
    x = member.examples.model_units(home.raw[:, there]).astype(member.dtype)
    return score(member.layout, member.predictor.logits(member.folded(), x), home.y[there])


def in_bursts(population: Population, steps: int) -> Generator[float, None, None]:
    """Takes so many steps, about BURST s at a time, and yields the share done after each."""
    done, burst = 0, 1
    while done < steps and len(population.stopped) < len(population):
        began, count = time.monotonic(), min(burst, steps - done)
        population.steps(count)
        done += count
        took = time.monotonic() - began
        # by no more than a doubling at a time, since the first steps compile the plan
        burst = max(1, min(2 * count, round(count * BURST / took))) if took > 0 else 2 * count
        yield done / steps


def ranked(rows: tuple[Tried, ...]) -> tuple[Tried, ...]:
    """The lowest median dev loss first; what could not be tried last. Nothing done stands where its loss puts it."""
    return tuple(sorted(rows, key=lambda row: (bool(row.refused), row.median)))


def effect(row: Tried, base: Tried) -> str:
    """What a remedy does to dev loss: "helps" or "harms" where no chance explains it, else "luck".

    Counted as more than luck where all seeds with it lie on one side of all without, which of three and three seeds
    happens by luck in one of ten cases.
    """
    if row.refused or not len(row.dev_loss) or not len(base.dev_loss):
        return "luck"
    if row.dev_loss.max() < base.dev_loss.min():
        return "helps"
    return "harms" if row.dev_loss.min() > base.dev_loss.max() else "luck"


def summary(rows: tuple[Tried, ...]) -> str:
    """What helps most, by how much, how sure that is, and what is as good; "" while nothing is known."""
    base = next((row for row in rows if not row.name), None)
    tried = [row for row in rows if row.name and not row.refused]
    if base is None or not tried:
        return ""
    best = min(tried, key=lambda row: row.median)
    many = f"Of {len(tried)} remedies" if len(tried) > 1 else "Of one remedy"
    if effect(best, base) != "helps":
        return f"{many} none lowers dev loss by more than luck could."
    errors = " → ".join(percent(middle(row.dev_error)) for row in (base, best))
    said = (
        f"{many}, this one lowers dev loss most: {best.caption}, {base.median:.3g} → {best.median:.3g}, dev error "
        f"{errors}. {how_sure(len(best.dev_loss), len(base.dev_loss))}"
    )
    level = [row.caption for row in ranked(tuple(tried))[1:] if effect(best, row) != "helps"]
    if len(best.dev_loss) > 1 and level:
        others = f"{level[0]} and {len(level) - 1} more" if len(level) > 2 else " and ".join(level)
        said += f" As good, as far as that tells: {others}."
    return said


def how_sure(count: int, without: int) -> str:
    """How probable it is by luck alone that all of so many seeds lie below all those `without`, in a sentence."""
    if min(count, without) < 2:
        return "With one seed that is as good as luck: try more."
    odds = math.comb(count + without, count)
    return f"All {count} seeds with it lie below all {without} without, as luck has it once in {odds}."
