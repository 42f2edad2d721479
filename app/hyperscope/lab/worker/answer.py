"""What a worker answers when it is asked for a snapshot: probes looked at, of both where there are twins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hyperscope.lab.probes.probes import probes
from hyperscope.lab.probes.snapshot import Snapshot, Status, View
from hyperscope.lab.twins.comparison import of_twin
from hyperscope.lab.worker.commands import SCORE, TWIN_SCORES, Ask

if TYPE_CHECKING:
    from hyperscope.lab.timeline.line import Line
    from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.twins.trained import Trained


def snapshot(
    trained: Trained, asked: Ask, *, playing: bool, speed: float, said: str, alarm: bool, halted: bool
) -> Snapshot:
    """The snapshot asked for, of what is trained at `speed` steps per second, if it is `playing`."""
    view = asked.view or View()
    asked_for = dict.fromkeys((*asked.names, *asked.wanted))
    found = {name: _found(trained, name, view) for name in asked_for}
    views, wanted = ({name: found[name] for name in names} for names in (asked.names, asked.wanted))
    twin, pair = None, trained.pair
    if pair is not None:
        status = _status(pair.b.trainer, pair.b, playing, speed)
        seen = {name: record for name, record in found.items() if name in probes}
        twin = of_twin(pair.a.trainer, pair.b.trainer, status, view, seen)
    status = _status(trained.trainer, trained.timeline, playing, speed)
    structure, painted = trained.trainer.structure, trained.trainer.painted
    if twin is not None:  # both only go up, so that their sums change with either
        structure, painted = structure + twin.structure, painted + twin.painted
    return Snapshot(status, structure, said, alarm, halted, views, painted, wanted, twin)


def _found(trained: Trained, name: str, view: View) -> Any:
    if name == SCORE:
        return trained.line.score
    if name == TWIN_SCORES:
        from hyperscope.lab.timeline.replays import since_it_began

        return tuple(since_it_began(line) for _, line in trained.pair.both) if trained.pair is not None else ()
    return probes[name](trained.trainer, view)


def _status(trainer: Trainer, timeline: Line, playing: bool, speed: float) -> Status:
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
        beat=timeline.place.beat,
        end=timeline.end,
        moves=timeline.moves,
        branches=timeline.branches,
        switched=timeline.forks.switched,
    )
