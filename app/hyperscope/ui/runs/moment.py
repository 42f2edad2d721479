"""Where in a run a tick lies: step, epoch and what was moved when, from its record alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyperscope.lab.experiment.moves import caption
from hyperscope.lab.library.library import Details, KeptRun
from hyperscope.lab.probes.snapshot import Status


@dataclass(frozen=True, slots=True)
class RunMoment:
    """A tick of a run, with the step and epoch it was at; `ends` if it is the run's last."""

    tick: int
    step: int
    epoch: float
    ends: bool


def moment(run: KeptRun, details: Details, tick: int) -> RunMoment:
    """The moment of `tick`, which is at most the run's last."""
    if tick >= run.ticks:
        return RunMoment(run.ticks, run.steps, run.epochs, True)
    jumps = details.jumps or ((0, 0),)
    step = next((step + tick - first for first, step in reversed(jumps) if first <= tick), tick)
    return RunMoment(
        tick, step, step * run.epochs / max(1, run.steps) if details.curves is None else _at(details, step), False
    )


def _at(details: Details, step: int) -> float:
    curves = details.curves
    assert curves is not None
    if not len(curves.step):
        return 0.0
    return float(np.interp(step, np.asarray(curves.step, float), np.asarray(curves.epoch, float)))


def status(run: KeptRun, details: Details, tick: int) -> Status:
    """What a timeline shows of a run at `tick`."""
    moves, last = [], details.score.start if details.score is not None else details.experiment
    for event in details.score.events if details.score is not None else ():
        moves.append((event.tick, event.edit.caption if event.edit else caption(last, event.experiment)))
        last = event.experiment
    batches = max(1, round(run.steps / run.epochs)) if run.epochs else 1
    return Status(step=moment(run, details, tick).step, batches=batches, tick=tick, end=run.ticks, moves=tuple(moves))
