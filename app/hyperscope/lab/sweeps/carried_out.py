"""A sweep carried out where it stands, without a window or a process; an interruption keeps what is done."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from hyperscope.lab.jobs.population_task import Maps, Standing
from hyperscope.lab.jobs.task import Progress, Record, Rest
from hyperscope.lab.sweeps.outcome import Outcome
from hyperscope.lab.sweeps.sweep import Plan

SIDE = 24  # cells of a small map


def carried_out(
    plan: Plan, progress: Callable[[float], None] = lambda share: None, side: int = SIDE
) -> tuple[Outcome, bool]:
    """What came of it, and whether it was interrupted before its end.

    Raises: ValueError when its data cannot be had; KeyboardInterrupt where nothing was done yet.
    """
    newest: Standing | None = None
    try:
        for news in plan.task(Maps(side)).run(deque()):
            if isinstance(news, Record) and isinstance(news.value, Standing):
                newest = news.value
            elif isinstance(news, Progress):
                progress(news.share)
            elif isinstance(news, Rest):
                break
    except KeyboardInterrupt:
        if newest is None:
            raise
        return Outcome(plan, newest), True
    assert newest is not None  # a task tells where all stand before it trains
    return Outcome(plan, newest), False
