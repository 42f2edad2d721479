"""The doctor: what is the matter with a run, each finding with its numbers, its threshold and the usual remedy.

Each check is declared once, in one of the modules named here, and says no more than its numbers show. Gradients and
activations are those of training mode over the whole training set, in float64; where that would take too long, over
an even part of it, and said so.
"""

from __future__ import annotations

import numpy as np

from hyperscope.lab.doctor.checks import Check, Finding, Remedy, checks, fit, foremost, training, units
from hyperscope.lab.doctor.checks.fit import ADVICE, verdict
from hyperscope.lab.doctor.checks.seen import Seen
from hyperscope.lab.training.trainer import Trainer

# Whose checks are in `checks`, in the order in which they are told, whichever was imported first.
DECLARED = tuple(module.__name__ for module in (fit, training, units))

__all__ = ["ADVICE", "Check", "Finding", "Remedy", "checks", "findings", "foremost", "verdict"]


def findings(trainer: Trainer, best_error: float | None = None) -> tuple[Finding, ...]:
    """What every check that applies found, the most serious first; looking changes nothing.

    `best_error`, from 0 to 1, is the error that people or the best known model have on this task, and the experiment's
    if not given.
    """
    seen = Seen(trainer, trainer.experiment.best_error if best_error is None else best_error)
    with np.errstate(all="ignore"):
        entries = sorted(checks.items(), key=_place)
        found = [finding for name, entry in entries if (finding := _found(name, entry, seen)) is not None]
    return tuple(sorted(found, key=lambda finding: ("act", "look", "fine").index(finding.severity)))


def _place(item: tuple[str, Check]) -> int:
    module = item[1].measure.__module__
    return DECLARED.index(module) if module in DECLARED else len(DECLARED)


def _found(name: str, entry: Check, seen: Seen) -> Finding | None:
    measured = entry.measure(seen)
    if measured is None:
        return None
    severity = entry.severity(measured.value)
    threshold = entry.act if severity == "act" else entry.look
    fine = severity == "fine"
    sentence = measured.sentence if fine or not measured.so else f"{measured.sentence} {measured.so}"
    remedy, others = (None, ()) if fine else (measured.remedy, measured.others)
    place = None if fine else measured.place or (remedy.place if remedy is not None else None)
    return Finding(
        name, severity, sentence, measured.evidence, measured.value, threshold, entry.source, remedy, others, place
    )
