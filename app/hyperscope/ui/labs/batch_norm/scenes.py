"""The Batch norm lab's states worth recording."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.record.scene import Scene


def scenes() -> Sequence[Scene]:
    """Each view, of a network with batch norm that has learned a little."""
    normed = Experiment(network=Network(layers=(Layer(8, batch_norm="before"), Layer(8, batch_norm="before"))))
    of_lab = partial(Scene, experiment=normed, epochs=6, lab="batch-norm")
    return tuple(of_lab(f"batch-norm-{view}", view=view) for view in ("microscope", "why", "shift", "hurts"))
