"""What a worker answers when it is asked to look: probes of each network, and what is told of the timelines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hyperscope.lab.probes.probe import AnyAsk, Looked, Records, look
from hyperscope.lab.probes.snapshot import Seen, Snapshot, Status
from hyperscope.lab.twins.account import Account

if TYPE_CHECKING:
    from hyperscope.lab.timeline.run import Run
    from hyperscope.lab.training.trainer import Trainer
    from hyperscope.lab.twins.trained import Trained
    from hyperscope.lab.worker.commands import Look


def snapshot(
    trained: Trained, asked: Look, *, playing: bool, speed: float, said: str, alarm: bool, halted: bool
) -> Snapshot:
    """The snapshot asked for, of what is trained at `speed` steps per second, if it is `playing`."""
    looked = tuple(Looked(line.trainer) for line in trained.lines)
    timelines: tuple[Run, ...] = (trained.timeline, *trained.lines[1:])  # what is said of time is said of twins as one
    statuses = tuple(
        _status(line.trainer, timeline, playing, speed) for line, timeline in zip(trained.lines, timelines, strict=True)
    )

    def sides(asks: Iterable[AnyAsk]) -> tuple[Seen, ...]:
        return tuple(
            Seen(status, line.trainer.structure, line.trainer.painted, records, line.trainer.alarm)
            for line, status, records in zip(trained.lines, statuses, look(looked, asks), strict=True)
        )

    told = {ask: ask.probe(trained, ask.question) for ask in asked.wanted if isinstance(ask.probe, Account)}
    return Snapshot(sides(asked.asks), said, alarm, halted, sides(asked.wanted) if asked.wanted else (), Records(told))


def _status(trainer: Trainer, timeline: Run, playing: bool, speed: float) -> Status:
    # while playing, the last recorded evaluation will do: it is a few steps old at most
    scores = trainer.recent_scores() if playing else trainer.scores()
    return Status(
        step=trainer.step,
        epoch=trainer.position.epoch,
        batch=-(-trainer.position.used // trainer.batch_size),
        batches=trainer.batches_per_epoch,
        steps_per_second=speed if playing else 0.0,
        playing=playing,
        train_loss=scores.train.loss,
        train_accuracy=scores.train.accuracy,
        dev_loss=scores.dev.loss,
        dev_accuracy=scores.dev.accuracy,
        tick=timeline.place.tick,
        end=timeline.end,
        moves=timeline.moves,
        branches=timeline.branches,
        switched=timeline.forks.switched,
    )
