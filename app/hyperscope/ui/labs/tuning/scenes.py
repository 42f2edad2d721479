"""The Tuning lab's states worth recording."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.labs import TUNING
from hyperscope.ui.record.scene import Scene


def scenes() -> Sequence[Scene]:
    """Each view once its networks have trained."""
    of_lab = partial(Scene, experiment=Experiment(), epochs=0, lab="tuning")
    return tuple(of_lab(f"tuning-{view}", view=view) for view, _ in TUNING)
