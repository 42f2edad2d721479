"""A search written down: a row for each trial, and in a few words what came of it."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence

from hyperscope.lab.tuning.space import shown
from hyperscope.lab.tuning.trials import Finished, Plan, best_first

COLUMNS = ("state", "dev_loss", "dev_accuracy", "train_loss", "epoch", "step", "box", "parent", "why")


def as_csv(plan: Plan, trials: Sequence[Finished]) -> str:
    """A row for each trial by number: settings, losses in nats, accuracies from 0 to 1, why it stopped if it did."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    knobs = [one.knob for one in plan.space.knobs]
    writer.writerow(["trial", *knobs, *COLUMNS])
    for one in sorted(trials, key=lambda one: one.number):
        figures = (f"{value:.9g}" for value in (one.loss, one.accuracy, one.train_loss, one.epoch))
        loss, accuracy, train_loss, epoch = figures
        parent = one.parent if one.parent >= 0 else ""
        settings = [one.values[knob] for knob in knobs]
        reached = [one.state, loss, accuracy, train_loss, epoch, one.step]
        writer.writerow([one.number, *settings, *reached, one.box, parent, one.why])
    return text.getvalue()


def best_said(plan: Plan, trials: Sequence[Finished]) -> str:
    """The best trial, its settings and what it reached, in a sentence."""
    sound = [one for one in best_first(list(trials)) if one.state == "done" and math.isfinite(one.loss)]
    if not sound:
        return "No trial was trained to its end."
    best = sound[0]
    settings = ", ".join(f"{one.symbol} {shown(best.values[one.knob])}" for one in plan.space.knobs)
    return f"Best: trial {best.number}, dev loss {best.loss:.4g}, dev accuracy {best.accuracy:.1%}, with {settings}."


def counted(trials: Sequence[Finished]) -> str:
    """How many trials there are, and what became of them."""
    said = [f"{len(trials)} trial{'s' * (len(trials) != 1)}"]
    for state, words in (("pruned", "stopped early"), ("diverged", "diverged"), ("failed", "failed")):
        if count := sum(one.state == state for one in trials):
            said.append(f"{count} {words}")
    return ", ".join(said)
