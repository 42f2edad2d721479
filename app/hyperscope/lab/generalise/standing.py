"""The errors of a network as it stands, as a probe: wrong answers counted on each set, train-dev where there is one."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.generalise.errors import Counted, Errors
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.lab.examples.fingerprint import Fingerprint
    from hyperscope.lab.probes.subject import Subject

AT_HOME = {"shift_move": 0.0, "shift_rotate": 0.0, "shift_scale": 1.0, "shift_balance": 0.0}


def shifted(data: Data) -> bool:
    """Whether dev and test come from another place than the training set."""
    return any(getattr(data, name) != value for name, value in AT_HOME.items())


@Probe
def errors(subject: Subject, question: None) -> Errors | None:
    """Wrong answers of each set at test time; None while there is nothing to train on.

    Train-dev are the dev examples as they were before they were moved: from where the training set is from.
    """
    from hyperscope.lab.doctor.checks.least_error import least_error

    examples, experiment = subject.examples, subject.experiment
    if examples.missing:
        return None
    scores = subject.scores()

    def counted(name: str, predicted: Indices, y: Indices) -> Counted:
        return Counted(name, int((predicted != y).sum()), int(y.size))

    apart = None
    if shifted(experiment.data):
        with suppress(ValueError):  # a file that is gone, or has changed since training began
            x, y = _at_home(experiment.data, examples.fingerprint)
            logits = subject.predictor.logits(subject.folded(), x.astype(subject.dtype, copy=False))
            apart = counted("train-dev", subject.layout.probabilities(logits).argmax(axis=0), y)
    least = least_error(experiment.data)
    return Errors(
        max(experiment.best_error, least),
        counted("train", scores.train.predicted, examples.y_train),
        counted("dev", scores.dev.predicted, examples.y_dev),
        counted("test", scores.test.predicted, examples.y_test),
        apart,
        least > experiment.best_error,
    )


@lru_cache(maxsize=2)
def _at_home(data: Data, was: Fingerprint | None) -> tuple[Array, Indices]:
    """The dev examples in model units, had nothing been done to them: the same split, before any shift.

    Raises: ValueError where a file cannot be had as it `was`.
    """
    from hyperscope.lab.examples.examples import load

    found = load(msgspec.structs.replace(data, **AT_HOME))
    if found.fingerprint != was:
        raise ValueError(f"{data.file} has changed")
    return np.ascontiguousarray(found.x_dev), found.y_dev
