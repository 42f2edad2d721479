"""Trials in packets, each of which is trained whole by whoever takes it, here or on another machine.

A packet holds all that its training depends on, so one that was lost with its worker is trained again to the same end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from hyperscope.lab.tuning.trials import Finished, Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hyperscope.lab.training.checkpoint import Checkpoint

LARGEST = 16  # trials in a packet,
FEWEST = 4  # and packets at least, so that several workers have something to do


@dataclass(frozen=True)
class Packet:
    """`trials` to train up to `until` epochs, or their own; `begun` are checkpoints that some of them go on from."""

    number: int
    trials: tuple[Trial, ...]
    until: int | None = None
    begun: Mapping[int, Checkpoint] = field(default_factory=dict)
    plane: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Trained:
    """What a packet came to: each trial as it stands, and the steps that were taken in all."""

    number: int
    trials: tuple[Finished, ...]
    checkpoints: tuple[Checkpoint, ...]
    steps: int


class Hands(Protocol):
    """Those that train packets. Raises: ValueError, wherever it is used, when nobody can."""

    def give(self, packet: Packet) -> None:
        """Has a packet trained."""

    def take(self) -> list[Trained]:
        """The packets that were trained since the last call. Never waits."""

    @property
    def words(self) -> str:
        """Who they are."""

    def close(self) -> None:
        """Has all that is under way dropped."""


def packed(
    trials: Sequence[Trial], until: int | None, begun: Mapping[int, Checkpoint], plane: tuple[str, str], first: int
) -> list[Packet]:
    """The trials in packets, numbered from `first`: those alike together, so that they are stacked there.

    How many there are depends on the trials alone, so any number of workers trains the same packets.
    """
    ordered = sorted(trials, key=lambda trial: (_likeness(trial), trial.number))
    size = max(1, min(LARGEST, -(-len(ordered) // FEWEST)))
    parts = [tuple(ordered[at : at + size]) for at in range(0, len(ordered), size)]
    return [
        Packet(first + k, part, until, {t.number: begun[t.number] for t in part if t.number in begun}, plane)
        for k, part in enumerate(parts)
    ]


def _likeness(trial: Trial) -> str:
    training = trial.experiment.training
    return f"{trial.experiment.data} {training.batch_size:9} {trial.experiment.network} {trial.epochs}"


def stretches(packet: Packet) -> Iterator[float | Trained]:
    """Trains a packet: its share after each stretch, and last what it came to. Raises: ValueError without data."""
    from hyperscope.lab.tuning.training import Portion

    portion = Portion(packet.trials, packet.until, packet.begun, packet.plane)
    while not portion.done:
        portion.train()
        yield portion.share
    numbers = [trial.number for trial in packet.trials]
    yield Trained(
        packet.number,
        tuple(portion.finished(number) for number in numbers),
        tuple(portion.member(number).checkpoint() for number in numbers),
        portion.steps_taken,
    )


def train(packet: Packet) -> Trained:
    """The same at once, on one thread of this process, as a worker of a cluster does it."""
    from hyperscope.lab.machine.threads import use_one_thread

    use_one_thread()
    *_, trained = stretches(packet)
    assert isinstance(trained, Trained)
    return trained
