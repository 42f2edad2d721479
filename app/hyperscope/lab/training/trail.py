"""The trail of a run: the rows recorded on its way, and the moments it goes back to when training stops itself.

It knows what a trainer holds and no more of how that trains; `trainer` asks for each of these at its time.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.training.checkpoint import Best, Checkpoint, Scores, Sound
from hyperscope.lab.training.history import History

if TYPE_CHECKING:
    from hyperscope.engine.batches import Position
    from hyperscope.engine.learner import Diverged, Moment
    from hyperscope.lab.training.trainer import Trainer

MARKS = 256  # of moves, the newest
SOUND = 1.5  # times ln C: a training loss up to here is worth going back to after a divergence


def record(trainer: Trainer) -> None:
    """A row of the history, of where the trainer stands; a sound loss makes it a moment to go back to."""
    scores, gradient, quantiles = trainer.scores(), trainer.gradient, trainer.quantiles
    inputs = trainer.examples.x_train.astype(trainer.learner.dtype, copy=False)
    entering, activations = quantiles.signals(trainer.traces(inputs[:, trainer.looked_at]))
    trainer.history.add(
        trainer.step,
        trainer.epoch,
        train_loss=scores.train.loss,
        dev_loss=scores.dev.loss,
        train_accuracy=scores.train.accuracy,
        dev_accuracy=scores.dev.accuracy,
        learning_rate=trainer.last_rate if gradient is not None else math.nan,
        gradient_norm=_norm(gradient) if gradient is not None else math.nan,
        quantiles=entering,
        activations=activations,
        weights=quantiles.weights(trainer.learner.state.parameters),
        gradients=quantiles.weights(gradient) if gradient is not None else None,
    )
    note_sound(trainer)


def _norm(gradient: Array) -> float:
    """The L2 norm, in float64, as squares of a large gradient overflow in float32; infinite where they do in that."""
    with np.errstate(over="ignore"):
        return float(np.linalg.norm(gradient.astype(np.float64)))


def mark(trainer: Trainer, caption: str) -> None:
    """Notes a move for the charts; moves closer together than the charts' points become one."""
    last = trainer.marks[-1][0] if trainer.marks else -trainer.history.stride
    kept = trainer.marks[:-1] if trainer.step - last < trainer.history.stride else trainer.marks
    trainer.marks = (*kept, (trainer.step, trainer.epoch, caption))[-MARKS:]


def note_sound(trainer: Trainer) -> None:
    """Makes where the trainer stands what a divergence goes back to, if its training loss is worth that."""
    if _is_sound(trainer, trainer.scores()):
        trainer.sound = Sound(trainer.step, trainer.position, trainer.learner.moment())


def _is_sound(trainer: Trainer, scores: Scores) -> bool:
    return scores.train.loss <= SOUND * math.log(trainer.layout.classes)


def watch(trainer: Trainer) -> None:
    """Early stopping: at the end of an epoch, remembers the best dev loss or loses patience (Prechelt 1998)."""
    patience, epoch = trainer.experiment.training.patience, trainer.position.epoch
    loss, best = trainer.scores().dev.loss, trainer.best
    if math.isnan(loss):  # of logits too large: as a best, nothing would ever lie below it
        loss = math.inf
    if best is None or loss < best.loss:
        trainer.best = Best(loss, epoch, trainer.step, trainer.position, trainer.learner.moment())
    elif epoch - best.epoch >= patience:
        _return_to(trainer, best.step, best.position, best.moment)
        trainer.best = replace(best, epoch=trainer.position.epoch)
        trainer.stopped_early = True
        trainer.alarm = (
            f"Stopped early at epoch {epoch}: the dev loss has not been below {best.loss:.3g} for {patience} "
            f"epochs. Back at epoch {best.epoch}, where it was lowest."
        )


def fall_back(trainer: Trainer, stop: Diverged) -> None:
    """After a divergence: back to the last sound moment, with an alarm that says what broke, where and why."""
    broke, sound = trainer.step + stop.done + 1, trainer.sound
    _return_to(trainer, sound.step, sound.position, sound.moment)
    where = f"step {trainer.step}, the last with a sound loss" if trainer.step else "the start"
    rate = trainer.experiment.training.learning_rate
    trainer.alarm = (
        f"Training stopped at step {broke}: {stop.place[:1].lower()}{stop.place[1:]} is no longer finite, because "
        f"with α {rate:.3g} each step overshoots further than the last. Back at {where}; lower α and go on."
    )


def _return_to(trainer: Trainer, step: int, position: Position, moment: Moment) -> None:
    trainer.learner.restore(moment)
    trainer.stand(step, position)
    trainer.history.truncate(step)
    trainer.marks = tuple(mark for mark in trainer.marks if mark[0] <= step)


def checkpoint(trainer: Trainer) -> Checkpoint:
    """A copy of the run as it stands."""
    return Checkpoint(
        trainer.experiment,
        trainer.step,
        trainer.position,
        trainer.learner.moment(),
        trainer.history.state(),
        trainer.marks,
        trainer.best,
        trainer.sound,
        trainer.last_batch.copy(),  # a part of the whole epoch's order, which would stay with it
    )


def take_up(trainer: Trainer, kept: Checkpoint) -> None:
    """Puts all of a checkpoint into a trainer of its experiment."""
    trainer.learner.restore(kept.moment)
    trainer.stand(kept.step, kept.position)
    trainer.history = History.from_state(kept.history)
    trainer.marks = kept.marks
    trainer.best = kept.best
    if kept.last_batch is not None:
        trainer.last_batch = kept.last_batch
    trainer.sound = kept.sound or Sound(trainer.step, trainer.position, trainer.learner.moment())
