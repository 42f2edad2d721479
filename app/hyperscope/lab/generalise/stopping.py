"""Early stopping as it goes: both losses, the flag at the lowest dev loss, and how much patience is left."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Values
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.lab.probes.subject import Subject


@dataclass(frozen=True, slots=True, eq=False)
class Stopping:
    """Losses (t,) by `epoch` (t,); the flag stands at `lowest`, whose weights are `kept` or not; `now` and `dev_now`
    are the present epoch and dev loss, NaN before there are any.
    """

    epoch: Values
    train_loss: Values
    dev_loss: Values
    patience: int
    lowest: float
    lowest_loss: float
    kept: bool
    stopped: bool
    now: float
    dev_now: float

    @property
    def waited(self) -> int:
        """Whole epochs since the flag."""
        return 0 if math.isnan(self.lowest) else max(0, math.floor(self.now - self.lowest + 1e-9))

    def sentence(self) -> str:
        """What the chart says."""
        if math.isnan(self.lowest_loss):
            return "There is no dev loss yet."
        flag = f"Dev loss lowest at epoch {self.lowest:.0f}: {self.lowest_loss:.3g}"
        if self.stopped:
            return f"{flag}. Stopped, and back at the weights of there."
        if self.kept:
            return f"{flag}, weights kept. {self.waited} of {self.patience} epochs without a lower one."
        worse = self.dev_now / self.lowest_loss - 1 if self.lowest_loss > 0 else 0.0
        since = f", {100 * worse:.0f} % higher now" if worse >= 0.005 else ""
        return f"{flag}{since}. Without patience nothing is kept."


@Probe
def stopping(subject: Subject, question: None) -> Stopping:
    """Where early stopping stands; without patience the flag is at the lowest of what the history recorded."""
    curves, best, scores = subject.history.curves(early=True), subject.best, subject.scores()
    patience = subject.experiment.training.patience
    kept = bool(patience) and best is not None
    epoch, dev_loss = np.append(curves.epoch, subject.epoch), np.append(curves.dev_loss, scores.dev.loss)
    known = np.isfinite(dev_loss)
    lowest = lowest_loss = math.nan
    if kept and best is not None:
        lowest, lowest_loss = float(best.epoch), best.loss
    elif known.any():
        at = int(np.argmin(np.where(known, dev_loss, math.inf)))
        lowest, lowest_loss = float(epoch[at]), float(dev_loss[at])
    return Stopping(
        epoch,
        np.append(curves.train_loss, scores.train.loss),
        dev_loss,
        patience,
        lowest,
        lowest_loss,
        kept,
        subject.stopped_early,
        subject.epoch,
        scores.dev.loss,
    )
