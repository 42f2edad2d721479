"""Slow motion over a timeline, or over that of one of two twins: its next training step, operation by operation,
backwards too.

The trainers stay where they are until the last operation is left; then the step is taken through the timeline, of
twins by both, at speed, which gives the same numbers. It knows no processes and no clocks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hyperscope.engine.slow_motion import Operation, SlowStep

if TYPE_CHECKING:
    from hyperscope.lab.timeline.run import Run


@dataclass(frozen=True, slots=True)
class SlowMotion:
    """What slow motion shows: the `operations` of step number `step`, the one with number `at` just done."""

    step: int
    batch: int  # of the epoch, counted from 1
    batches: int
    loss: float  # of the mini-batch, nats
    operations: tuple[Operation, ...]
    at: int = 0
    twin: str = ""  # "A" or "B", of which of two twins this is


class Slowed:
    """A timeline, or twins, in slow motion, at the first operation of the next step.

    Of twins it tells of the one aimed at, or of the other where that one has stopped.
    Raises: ValueError if there is no further mini-batch.
    """

    def __init__(self, timeline: Run) -> None:
        self.timeline = timeline
        self.at = 0
        timeline.go_on()
        self._rehearse()

    def _rehearse(self) -> None:
        self.twin, self._trainer = self.timeline.narrated
        batches, factors = self._trainer.coming()
        if not batches:
            missing = self._trainer.examples.missing.rstrip(".")
            raise ValueError(missing or "there is no further mini-batch to show in slow motion")
        self._step = SlowStep(self._trainer.learner, batches[0], float(factors[0]))

    @property
    def stopped(self) -> bool:
        """Whether training stopped itself, of twins in both."""
        return bool(self._trainer.alarm)

    def move(self, by: int) -> str:
        """Goes on by so many operations, or back; past the last one the step is taken and the next begins.

        Returns a sentence where there is something to say. Raises: ValueError as when it was made.
        """
        if self.timeline.narrated[0] != self.twin:
            self._turn()
        at = self.at + by
        if at < 0:
            self.at = 0
            return "This is the first operation of the step; what came before lies on the timeline."
        if at < len(self._step.operations):
            self.at = at
            return ""
        self.timeline.step_on()
        self.at = 0
        told = self.twin
        self.twin, self._trainer = self.timeline.narrated
        if self._trainer.alarm:
            return ""
        self._rehearse()
        step = self._trainer.step
        if not self.twin:
            return f"Step {step} is done; the next mini-batch begins."
        of_both = "" if told == self.twin else f"{told} has stopped. "
        return f"{of_both}Step {step} is done, in both twins; the next mini-batch of {self.twin} begins."

    def _turn(self) -> None:
        """Tells of the other twin, at the operation that is most like the present one."""
        before = self._step.operations[self.at]
        self._rehearse()
        self.at = _like(before, self.at, self._step.operations)

    def to(self, at: int) -> None:
        """Goes to an operation of this step, the nearest if it has none of that number."""
        self.at = min(max(0, at), len(self._step.operations) - 1)

    def record(self) -> SlowMotion:
        """What there is to show."""
        trainer = self._trainer
        batch = -(-trainer.position.used // trainer.batch_size) + 1
        loss, operations = self._step.loss, self._step.operations
        return SlowMotion(trainer.step + 1, batch, trainer.batches_per_epoch, loss, operations, self.at, self.twin)


def _like(before: Operation, at: int, operations: Sequence[Operation]) -> int:
    """The number of the operation that is most like one that had the number `at` in another network's step."""
    alike: tuple[Callable[[Operation], object], ...] = (
        lambda one: (one.phase, one.layer, one.formula),
        lambda one: (one.phase, one.layer),
        lambda one: one.phase,
    )
    for same in alike:
        found = [number for number, one in enumerate(operations) if same(one) == same(before)]
        if found:
            return min(found, key=lambda number: abs(number - at))
    return min(at, len(operations) - 1)


def move(slowed: Slowed | None, timeline: Run, by: int, to: int | None) -> tuple[Slowed | None, str]:
    """Begins slow motion where there is none yet, else goes `by` operations on or `to` one of the step.

    Returns where it is then, None if there is nothing further to show, and a sentence or "".
    """
    try:
        if slowed is None:
            slowed = Slowed(timeline)
            return slowed, _begun(slowed.twin)
        if to is None:
            return slowed, slowed.move(by)
        slowed.to(to)
        return slowed, ""
    except ValueError as problem:
        return None, f"{str(problem)[:1].upper()}{str(problem)[1:]}."


def _begun(twin: str) -> str:
    keys = "→ goes on, ←\u00a0back, Esc leaves."
    if not twin:
        return f"Slow motion: one operation at a time. {keys}"
    other = "A" if twin == "B" else "B"
    return f"Slow motion of {twin}; {other} takes each step when it is done. {keys}"
