"""Trials as runs of the run library: with weights, curves, picture and settings, as if trained by hand."""

from __future__ import annotations

import time
import uuid
from pathlib import Path

from hyperscope.lab.library.library import Library
from hyperscope.lab.library.recorder import Taken, row
from hyperscope.lab.timeline.score import Score
from hyperscope.lab.training.checkpoint import Checkpoint
from hyperscope.lab.training.trainer import Trainer


def keep(checkpoint: Checkpoint, library: Path, notes: str) -> None:
    """Writes where a trial ended to the library in this file. Raises: Unkept where that cannot be used."""
    from hyperscope.lab.probes.decision_map import decision_map
    from hyperscope.lab.probes.examples import examples
    from hyperscope.lab.probes.plane import InPlane

    trainer = Trainer(checkpoint.experiment)
    trainer.restore(checkpoint)
    usual = InPlane()
    taken = Taken(
        uuid.uuid4().hex,
        time.time(),
        Score(checkpoint.experiment, (), 0),
        False,  # no moves lead there, so it is opened at its end
        (),
        trainer.epoch,
        trainer.scores(),
        trainer.history.curves(trainer.marks, early=True),
        decision_map(trainer, usual),
        examples(trainer, usual),
        checkpoint,
    )
    kept = Library(library)
    kept.store.keep(row(taken))
    kept.note(taken.id, notes)
