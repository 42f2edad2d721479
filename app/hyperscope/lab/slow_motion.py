"""Slow motion over a timeline: its next training step, operation by operation, backwards too.

The trainer stays where it is until the last operation is left; then the step is taken through the timeline, at
speed, which gives the same numbers. It knows no processes and no clocks.
"""

from __future__ import annotations

from dataclasses import dataclass

from hyperscope.engine.slow_motion import Operation, SlowStep
from hyperscope.lab.timeline import Timeline


@dataclass(frozen=True, slots=True)
class SlowMotion:
    """What slow motion shows: the `operations` of step number `step`, the one with number `at` just done."""

    step: int
    batch: int  # of the epoch, counted from 1
    batches: int
    loss: float  # of the mini-batch, nats
    operations: tuple[Operation, ...]
    at: int = 0


class Slowed:
    """A timeline in slow motion, at the first operation of its next step.

    Raises: ValueError if there is no further mini-batch.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.at = 0
        timeline.trainer.go_on()
        self._rehearse()

    def _rehearse(self) -> None:
        trainer = self.timeline.trainer
        batches, factors = trainer.coming()
        if not batches:
            raise ValueError("there is no further mini-batch to show in slow motion")
        self._step = SlowStep(trainer.learner, batches[0], float(factors[0]))

    def move(self, by: int) -> str:
        """Goes on by so many operations, or back; past the last one the step is taken and the next begins.

        Returns a sentence where there is something to say. Raises: ValueError as when it was made.
        """
        at = self.at + by
        if at < 0:
            self.at = 0
            return "This is the first operation of the step; what came before lies on the timeline."
        if at < len(self._step.operations):
            self.at = at
            return ""
        self.timeline.step_on()
        if self.timeline.trainer.alarm:
            return ""
        self.at = 0
        self._rehearse()
        return f"Step {self.timeline.trainer.step} is done; the next mini-batch begins."

    def to(self, at: int) -> None:
        """Goes to an operation of this step, the nearest if it has none of that number."""
        self.at = min(max(0, at), len(self._step.operations) - 1)

    def record(self) -> SlowMotion:
        """What there is to show."""
        trainer = self.timeline.trainer
        batch = -(-trainer.position.used // trainer.batch_size) + 1
        loss, operations = self._step.loss, self._step.operations
        return SlowMotion(trainer.step + 1, batch, trainer.batches_per_epoch, loss, operations, self.at)


def move(slowed: Slowed | None, timeline: Timeline, by: int, to: int | None) -> tuple[Slowed | None, str]:
    """Begins slow motion where there is none yet, else goes `by` operations on or `to` one of the step.

    Returns where it is then, None if there is nothing further to show, and a sentence or "".
    """
    try:
        if slowed is None:
            return Slowed(timeline), "Slow motion: one operation at a time. → goes on, ←\u00a0back, Esc leaves."
        if to is None:
            return slowed, slowed.move(by)
        slowed.to(to)
        return slowed, ""
    except ValueError as problem:
        return None, f"{str(problem)[:1].upper()}{str(problem)[1:]}."
