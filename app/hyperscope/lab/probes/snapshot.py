"""What the worker answers when the window looks: where training stands, and of each network what was asked.

One network is a side, twins are two. Plain frozen records, which cross from one process to the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hyperscope.lab.probes.probe import AnyAsk, Records
from hyperscope.lab.timeline.branch_mark import BranchMark

NOTHING = Records()


@dataclass(frozen=True, slots=True)
class Status:
    """Where training stands. `epoch` counts whole epochs done, `batch` the batches done in the current one."""

    step: int = 0
    epoch: int = 0
    batch: int = 0
    batches: int = 1
    steps_per_second: float = 0.0
    playing: bool = False
    train_loss: float = float("nan")  # nats per example, evaluation mode, whole training set
    train_accuracy: float = float("nan")  # 0 to 1
    dev_loss: float = float("nan")
    dev_accuracy: float = float("nan")
    tick: int = 0  # the place on the timeline: training steps tried, which only go up; see `score`
    end: int = 0  # ticks recorded; more than `tick` after going back
    moves: tuple[tuple[int, str], ...] = ()  # (tick, caption) of controls moved, e.g. (640, "α 0.03")
    branches: tuple[BranchMark, ...] = ()
    scored: int | None = None  # the step that losses and accuracies are of, where that is not `step`
    medians: tuple[float, float] | None = None  # of the last ten train and dev accuracies, where these jump
    switched: int = 0  # goes up whenever a branch is taken up, so that steps do not follow on


@dataclass(frozen=True, slots=True)
class Seen:
    """One network: where it stands, and the records of the probes asked for.

    `structure` changes whenever data or network were rebuilt, so that views know to lay out anew; `painted` whenever
    examples came or went and the network stayed. `stands` says why it trains no more, or is "".
    """

    status: Status = Status()
    structure: int = 0
    painted: int = 0
    records: Records = NOTHING
    stands: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One answer to the window: of twins two `sides`, and one sentence on what happened if anything did.

    `wanted` are the same sides with what somebody waits for, see `Session.want`, empty while nobody does; `told` is
    what was wanted of the timelines.
    """

    sides: tuple[Seen, ...]
    said: str = ""
    alarm: bool = False  # what was said is a divergence or a fault
    halted: bool = False  # training stopped itself since the last snapshot
    rested: Literal["", "learned", "epoch"] = ""  # and why, if that was what it was to come to
    wanted: tuple[Seen, ...] = ()
    told: Records = NOTHING

    @property
    def status(self) -> Status:
        """Where the only one stands, or A."""
        return self.sides[0].status

    @property
    def structure(self) -> int:
        """Changes with that of any side."""
        return sum(side.structure for side in self.sides)  # each only goes up

    @property
    def painted(self) -> int:
        """Changes with that of any side."""
        return sum(side.painted for side in self.sides)

    def has(self, asks: tuple[AnyAsk, ...]) -> bool:
        """Whether all this was wanted and is here."""
        found = self.wanted[0].records if self.wanted else NOTHING
        return all(ask in found or ask in self.told for ask in asks)
