"""What the window and the worker say to each other: commands one way, replies the other.

Plain records, which know neither end of the pipe.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.probe import AnyAsk
from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.lab.worker.tempo import MAX, NEVER, Rest, Tempo


@dataclass(frozen=True, slots=True)
class Apply:
    """Take on this experiment, and B's if there are twins; replaces any Apply still in the pipe.

    `anew`: a Restart follows, so that the run that there is ends before this.
    """

    experiment: Experiment
    twin: Experiment | None = None
    anew: bool = False
    mark: int = 0  # the number of the move, by which an undo comes back to the moment before it
    drag: bool = False  # it is part of a drag, of which all have one mark


@dataclass(frozen=True, slots=True)
class Go:
    """Play or pause, at a `tempo`, until it comes to `rest` by itself; or `until` so many epochs are done."""

    playing: bool
    tempo: Tempo = MAX
    rest: Rest = NEVER
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Advance:
    """One batch, or to the end of the epoch, then pause."""

    unit: Literal["batch", "epoch"]


@dataclass(frozen=True, slots=True)
class Restart:
    """Back to the start: same weights, same order of batches."""


@dataclass(frozen=True, slots=True)
class Look:
    """Answer with a snapshot that holds what is asked, and what is `wanted` besides by somebody who waits for it."""

    asks: tuple[AnyAsk, ...] = ()
    wanted: tuple[AnyAsk, ...] = ()


@dataclass(frozen=True, slots=True)
class GoTo:
    """Pause, and go to this tick of the timeline, or the nearest it has; replaces any GoTo still in the pipe."""

    tick: int


@dataclass(frozen=True, slots=True)
class StartTwin:
    """Train a twin from here on, an exact copy or at `checkpoint`; then take on these experiments for A and B.

    `recovered` is after a worker was lost, of which the window speaks itself; `past` is then a `past.Lost` of B.
    """

    experiment: Experiment
    twin: Experiment
    checkpoint: Any = None
    recovered: bool = False
    past: Any = None


@dataclass(frozen=True, slots=True)
class EndTwin:
    """Go on with one of the twins alone."""

    keep: Literal["A", "B"]


@dataclass(frozen=True, slots=True)
class Aim:
    """The edits that follow are of this twin."""

    side: Literal["A", "B"]


@dataclass(frozen=True, slots=True)
class Slow:
    """Begin slow motion, with a pause; or, when in it, go `by` operations on or back, or to number `to`."""

    by: int = 1
    to: int | None = None


@dataclass(frozen=True, slots=True)
class SlowEnd:
    """Leave slow motion, as anything else that trains or changes does; the step it stood in is not taken."""


@dataclass(frozen=True, slots=True)
class Branch:
    """Make what lies ahead a branch, so that this is the end."""


@dataclass(frozen=True, slots=True)
class Switch:
    """Pause, and go to the end of the branch with this key; the present future becomes a branch."""

    key: int


@dataclass(frozen=True, slots=True)
class Restore:
    """Go to a checkpoint, with which a new timeline begins."""

    checkpoint: Any


@dataclass(frozen=True, slots=True)
class Reply:
    """What the worker sends: a snapshot, now and then a checkpoint, and the experiment in force."""

    snapshot: Snapshot
    checkpoint: Any = None
    experiment: Experiment | None = None  # set when another is in force than was sent: one was refused, or gone back to
    heard: int = 0  # how many commands that change the experiment came before this
    twin: Experiment | None = None  # B's that goes with `experiment`
    twin_checkpoint: Any = None  # B's that goes with `checkpoint`
    pasts: tuple[Any, ...] = ()  # what a checkpoint comes with of its timeline's past, and B's: `past.Past`
    news: dict[str, Any] = field(default_factory=dict)  # "slow motion" and "branches", whenever they have changed


@dataclass(frozen=True, slots=True)
class Busy:
    """Said unasked: the worker has been at `what` for so many seconds; `usual` is what that takes, 0 if unknown."""

    what: str
    seconds: float
    usual: float = 0.0


@dataclass(frozen=True, slots=True)
class Reopen:
    """Take on a whole session: `session` is a `reopening.Open`."""

    session: Any


@dataclass(frozen=True, slots=True)
class Undone:
    """Take back the move of this `mark`, or do it `again`: these experiments, or these `edits`, are then in force.

    Where the move made another network, the moment before it comes back with its trained weights, and training pauses.
    """

    mark: int
    experiment: Experiment
    twin: Experiment | None = None
    edits: tuple[Edit, ...] = ()
    again: bool = False


Change = Undone | Apply | GoTo | Switch | Restore | Reopen | StartTwin | EndTwin  # commands that change the experiment


class Leave:
    """End: nobody will ask for anything any more."""


def replaces(command: object, earlier: object) -> bool:
    """Whether `earlier` need not be done, since `command` comes right after it and undoes all of it."""
    if isinstance(earlier, Edit):
        return earlier.same_place(command)
    if isinstance(earlier, Apply):
        return isinstance(command, Apply) and command.mark == earlier.mark
    return isinstance(earlier, GoTo) and isinstance(command, GoTo)
