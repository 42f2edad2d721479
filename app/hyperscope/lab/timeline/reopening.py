"""Taking on a whole session again: at once from a checkpoint of its end, else by playing it back piece by piece."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from hyperscope.lab.machine import interrupts
from hyperscope.lab.timeline.score import Place, Score
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.checkpoint import Checkpoint
from hyperscope.lab.training.trainer import Trainer, check_examples

PIECE = 0.02  # s of playing back between two looks at what else there is to do
TELL = 0.25  # s between two words on how far it has come


@dataclass(frozen=True, slots=True)
class Open:
    """Pause, and take on a session, standing at `tick` of it; `checkpoint` is one of its end, `jumps` a timeline's."""

    score: Score
    tick: int
    jumps: tuple[tuple[int, int], ...] = ()
    checkpoint: Checkpoint | None = None


class Reopening:
    """Brings `trainer` and `timeline` to the tick that `command` names; until `go_on` has, they stand on the way.

    Raises: ValueError when the session's data cannot be had, or are no longer those of the checkpoint.
    """

    def __init__(self, command: Open, structure: int) -> None:
        score, checkpoint = command.score, command.checkpoint
        if checkpoint is not None and command.tick == score.end:
            self.trainer, here = Trainer(checkpoint.experiment), score.place()
            self.trainer.restore(checkpoint)
        else:
            self.trainer, here = Trainer(score.start), Place()
            if checkpoint is not None and command.tick and checkpoint.experiment.data == score.start.data:
                check_examples(checkpoint, self.trainer.examples)
        self.trainer.structure += structure  # beyond that of what was shown before, so that views lay out anew
        self.timeline = Timeline(self.trainer, score, command.jumps, here=here)
        self.done = here == score.place(command.tick)
        self._going: Iterator[int] = iter(()) if self.done else self.timeline.going(command.tick)
        self._tick, self._told_at = max(1, command.tick), 0.0

    def go_on(self) -> bool:
        """Plays one piece back; whether that changed the experiment in force. Raises: ValueError as above."""
        before, until = self.trainer.experiment, time.monotonic() + PIECE
        try:
            while time.monotonic() < until:
                next(self._going)
        except StopIteration:
            self.done = True
            self.trainer.go_on()
        return self.done or self.trainer.experiment is not before

    @property
    def said(self) -> str:
        """How far it has come, in a sentence; "" if that was said just now."""
        if self.done:
            return f"Reopened at step {self.trainer.step}. Space trains on from here."
        now = time.monotonic()
        if now - self._told_at < TELL:
            return ""
        self._told_at = now
        return f"Reopening: {self.timeline.place.tick / self._tick:.0%} played back, at step {self.trainer.step}."


def performed(score: Score, tick: int | None = None) -> Timeline:
    """A timeline of the whole score, standing at `tick`, its end if None, with all before it played back.

    Raises: ValueError for data that cannot be had, or a tick that the score does not have; KeyboardInterrupt.
    """
    reopening = Reopening(Open(score, score.place(tick).tick), 0)
    while not reopening.done:
        reopening.go_on()
        interrupts.heed()
    return reopening.timeline
