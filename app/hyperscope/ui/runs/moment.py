"""Where in a run a beat lies: step, epoch and what was moved when, from its record alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyperscope.lab.experiment.moves import caption
from hyperscope.lab.library.library import Details, Run
from hyperscope.lab.probes.snapshot import Status


@dataclass(frozen=True, slots=True)
class Moment:
    """A beat of a run, with the step and epoch it was at; `ends` if it is the run's last."""

    beat: int
    step: int
    epoch: float
    ends: bool


def moment(run: Run, details: Details, beat: int) -> Moment:
    """The moment of `beat`, which is at most the run's last."""
    if beat >= run.beats:
        return Moment(run.beats, run.steps, run.epochs, True)
    jumps = details.jumps or ((0, 0),)
    step = next((step + beat - first for first, step in reversed(jumps) if first <= beat), beat)
    return Moment(
        beat, step, step * run.epochs / max(1, run.steps) if details.curves is None else _at(details, step), False
    )


def _at(details: Details, step: int) -> float:
    curves = details.curves
    assert curves is not None
    if not len(curves.step):
        return 0.0
    return float(np.interp(step, np.asarray(curves.step, float), np.asarray(curves.epoch, float)))


def status(run: Run, details: Details, beat: int) -> Status:
    """What a timeline shows of a run at `beat`."""
    moves, last = [], details.score.start if details.score is not None else details.experiment
    for event in details.score.events if details.score is not None else ():
        moves.append((event.beat, event.edit.caption if event.edit else caption(last, event.experiment)))
        last = event.experiment
    batches = max(1, round(run.steps / run.epochs)) if run.epochs else 1
    return Status(step=moment(run, details, beat).step, batches=batches, beat=beat, end=run.beats, moves=tuple(moves))
