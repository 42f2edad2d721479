"""The search for a learning rate as a job: the range test of an experiment's network, from its start."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Never

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.task import News, Progress, Wishes

if TYPE_CHECKING:
    from hyperscope.lab.training.range_test import RangeTest


@dataclass(frozen=True, slots=True)
class RateSearch:
    """The task of trying rates from tiny to huge on a copy of the network at its start."""

    experiment: Experiment
    what: ClassVar[str] = "tried learning rates"

    def run(self, wishes: Wishes) -> Generator[News[Never], None, RangeTest]:
        """One stretch of a range test's steps. Raises: ValueError if data cannot be had."""
        from hyperscope.lab.training.rate_finder import find_rate  # the window makes tasks and trains nothing
        from hyperscope.lab.training.trainer import Trainer

        yield Progress(0.0, "reading the data")
        trainer = Trainer(self.experiment)
        yield Progress(0.1, "trying rates")
        return find_rate(trainer)


def told(found: RangeTest) -> str:
    """What a range test showed, and what to do with it."""
    low, high = f"{found.rates[0]:.0e}", f"{found.rates[-1]:.0e}"
    broke = "" if found.diverged is None else f"; from α {found.diverged:.2g} on training breaks down"
    if found.suggested is None:
        return f"No rate from {low} to {high} lowered the loss in so few steps{broke}."
    return f"The loss falls fastest near α {found.suggested:g}{broke}. Begin with that rate or one somewhat lower."
