"""What a worker answers when it is asked to look: probes of each network, and what is told of the timelines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hyperscope.lab.probes.probe import AnyAsk, Looked, Records, look
from hyperscope.lab.probes.snapshot import Seen, Snapshot, Status
from hyperscope.lab.twins.account import Account
from hyperscope.lab.twins.standing import Figures, at_same_step

if TYPE_CHECKING:
    from hyperscope.lab.timeline.run import Run
    from hyperscope.lab.training.trainer import Trainer
    from hyperscope.lab.twins.trained import Trained
    from hyperscope.lab.worker.commands import Look
    from hyperscope.lab.worker.resting import Rested

NO_FIGURES = Figures(*[float("nan")] * 5)


def snapshot(
    trained: Trained, asked: Look, *, playing: bool, speed: float, said: str, alarm: bool, halted: bool, rested: Rested
) -> Snapshot:
    """The snapshot asked for, of what is trained at `speed` steps per second, if it is `playing`."""
    looked = tuple(Looked(line.trainer) for line in trained.lines)
    timelines: tuple[Run, ...] = (trained.timeline, *trained.lines[1:])  # what is said of time is said of twins as one
    scored = _scored(trained, playing)
    statuses = tuple(
        _status(line.trainer, timeline, playing, speed, *figures)
        for line, timeline, figures in zip(trained.lines, timelines, scored, strict=True)
    )

    def sides(asks: Iterable[AnyAsk]) -> tuple[Seen, ...]:
        return tuple(
            Seen(status, line.trainer.structure, line.trainer.painted, records, line.trainer.alarm)
            for line, status, records in zip(trained.lines, statuses, look(looked, asks), strict=True)
        )

    told = {ask: ask.probe(trained, ask.question) for ask in asked.wanted if isinstance(ask.probe, Account)}
    wanted = sides(asked.wanted) if asked.wanted else ()
    return Snapshot(sides(asked.asks), said, alarm, halted, rested, wanted, Records(told))


def _scored(trained: Trained, playing: bool) -> list[tuple[int | None, Figures]]:
    """The step that each network's figures are of, None for the present one, and these: of twins the same step."""
    trainers = [line.trainer for line in trained.lines]
    if len(trainers) > 1:
        common = at_same_step(trainers, playing=playing)
        if common is None:
            return [(0, NO_FIGURES) for _ in trainers]
        return [
            (None if one.step == common[0] else common[0], figures)
            for one, figures in zip(trainers, common[1], strict=True)
        ]
    # while playing, the last recorded evaluation will do: it is a few steps old at most
    scores = trainers[0].recent_scores() if playing else trainers[0].scores()
    train, dev = scores.train, scores.dev
    return [(None, Figures(trainers[0].epoch, train.loss, dev.loss, train.accuracy, dev.accuracy))]


def _status(
    trainer: Trainer, timeline: Run, playing: bool, speed: float, scored: int | None, figures: Figures
) -> Status:
    return Status(
        step=trainer.step,
        epoch=trainer.position.epoch,
        batch=-(-trainer.position.used // trainer.batch_size),
        batches=trainer.batches_per_epoch,
        steps_per_second=speed if playing else 0.0,
        playing=playing,
        train_loss=figures.train_loss,
        train_accuracy=figures.train_accuracy,
        dev_loss=figures.dev_loss,
        dev_accuracy=figures.dev_accuracy,
        tick=timeline.place.tick,
        end=timeline.end,
        medians=trainer.history.medians(),
        moves=timeline.moves,
        branches=timeline.branches,
        scored=scored,
        switched=timeline.forks.switched,
    )
