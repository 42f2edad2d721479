"""A live run once more, with its own seed or another: every change made at the step at which it was made.

Settings, structure, data and numbers set by hand are all replayed, for a score holds them all. With its own seed a
replay gives the numbers of the live run to the last bit; one difference is left: a run that stopped, by a divergence
or early, stands until the next change, though somebody may have pressed play again.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import replace

import msgspec

from hyperscope.engine.batches import batches_left
from hyperscope.lab.examples.examples import load
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.timeline.score import Event, Place, Score, part, tried
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.trainer import Trainer

SEEDS = 1_000_000


def since_it_began(line: Timeline) -> Score | None:
    """What was done since training last began anew, to where `line` stands; None where its start is not known."""
    score, place = line.score, line.place
    restarts = [Place(event.tick, number) for number, event in enumerate(score.events, 1) if event.restart]
    known = [one for one in (*line.starts, *restarts) if 0 < one.events <= place.events and one.tick <= place.tick]
    if not known and not line.whole:
        return None
    found = part(score, max(known, key=lambda one: one.events, default=Place()), place)
    start, events = found.start, found.events
    while events and events[0].tick == 0 and _as_if_from_the_start(start, events[0]):
        start, events = events[0].experiment, events[1:]
    return part(Score(start, events, found.end), Place(), Place(found.end, len(events)))


def _as_if_from_the_start(start: Experiment, event: Event) -> bool:
    """Whether a change before the first step, unlike one that grafts, comes to the same as a start with it."""
    there = event.experiment
    alike = (there.data, there.network, there.seed, there.training.precision) == (
        start.data,
        start.network,
        start.seed,
        start.training.precision,
    )
    return alike and not event.restart and event.edit is None


def reseeded(score: Score, by: int) -> Score:
    """The score with all its seeds `by` further on."""

    def other(experiment: Experiment) -> Experiment:
        return msgspec.structs.replace(experiment, seed=(experiment.seed + by) % SEEDS)

    events = tuple(replace(event, experiment=other(event.experiment)) for event in score.events)
    return Score(other(score.start), events, score.end)


def epochs_of(score: Score) -> tuple[int, int]:
    """How many epochs the score takes and how many until its last change, rounded up, if nothing diverges in it.

    The examples are counted as they are at its end. Raises: ValueError when data cannot be had.
    """
    examples = load(score.experiment.data, begun=True).x_train.shape[1]
    passed, tick, experiment, changed = 0.0, 0, score.start, 0.0
    for event in (*score.events, Event(score.end, score.experiment)):
        training = experiment.training
        batch = max(1, min(training.batch_size, examples))
        batches = max(1, batches_left(examples, 0, batch, drop_last=training.drop_last))
        changed, passed = passed, passed + (event.tick - tick) / batches
        tick, experiment = event.tick, event.experiment
    return math.ceil(passed), math.ceil(changed) if score.events else 0


class Replay:
    """A trainer that makes a score's changes on its way. Raises: ValueError when data cannot be had."""

    def __init__(self, score: Score) -> None:
        self.trainer = Trainer(score.start)
        self._coming = deque(score.events)
        self._tick = 0

    @property
    def diverged(self) -> bool:
        """Whether it stands where it diverged."""
        return bool(self.trainer.alarm) and not self.trainer.stopped_early

    def to(self, epoch: int, whole: bool = False) -> None:
        """On to the end of that epoch; if the score is to be played as a `whole`, to its last change at least.

        Raises: ValueError when data cannot be had.
        """
        trainer = self.trainer
        while True:
            if self._coming and self._coming[0].tick <= self._tick:
                self._happen(self._coming.popleft())
                continue
            if trainer.position.epoch >= epoch and not (whole and self._coming):
                return
            ahead = self._coming[0].tick - self._tick if self._coming else trainer.batches_per_epoch
            ticks = 0 if trainer.alarm else tried(trainer, min(ahead, max(1, trainer.left_in_epoch())))
            if not ticks:  # it stands
                if not self._coming:
                    return
                ticks = ahead
            self._tick += ticks

    def _happen(self, event: Event) -> None:
        if event.restart:
            self.trainer.restart()
        elif event.edit is not None:
            self.trainer.edit(event.edit)
        else:
            self.trainer.apply(event.experiment, bridge=event.bridged, live=event.live)
