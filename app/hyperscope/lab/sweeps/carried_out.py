"""A sweep carried out where it stands, without a window or a process; what ends it early keeps what is done."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from hyperscope.lab.jobs.population_task import Maps, Standing
from hyperscope.lab.jobs.task import Progress, Record, Rest
from hyperscope.lab.sweeps.outcome import Outcome
from hyperscope.lab.sweeps.sweep import Plan

SIDE = 24  # cells of a small map


def carried_out(
    plan: Plan,
    progress: Callable[[float], None] = lambda share: None,
    side: int = SIDE,
    ends: Callable[[], bool] = lambda: False,
) -> Outcome:
    """What came of it, until its end or until `ends` says so.

    Raises: ValueError when its data cannot be had; KeyboardInterrupt where it ends before anything was done.
    """
    newest: Standing | None = None
    for news in plan.task(Maps(side)).run(deque()):
        if isinstance(news, Record) and isinstance(news.value, Standing):
            newest = news.value
        elif isinstance(news, Progress):
            progress(news.share)
        if isinstance(news, Rest) or ends():
            break
    if newest is None:
        raise KeyboardInterrupt
    return Outcome(plan, newest)
