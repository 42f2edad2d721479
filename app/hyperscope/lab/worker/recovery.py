"""A session that outlives its worker: what the window's process has for a new one, and what it says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperscope.lab.timeline.past import PastReceiver
from hyperscope.lab.worker.commands import StartTwin

if TYPE_CHECKING:
    from pathlib import Path

    from hyperscope.lab.experiment.experiment import Experiment
    from hyperscope.lab.timeline.past import LostPast
    from hyperscope.lab.training.checkpoint import Checkpoint
    from hyperscope.lab.twins.twin import One
    from hyperscope.lab.worker.commands import Reply
    from hyperscope.lab.worker.link import Link, Opens, WorkerLost


class Recovery:
    """What there is for a worker that takes a lost one's place: the last checkpoints and their pasts."""

    def __init__(self) -> None:
        self.checkpoint: Checkpoint | None = None
        self.twin_checkpoint: Checkpoint | None = None
        self.pasts = PastReceiver()

    def on_reply(self, reply: Reply, *, twins: bool) -> None:
        """Keeps what came with a reply, unless that is from before twins began or ended, and so another network's."""
        if reply.checkpoint is None:
            return
        fits = (len(reply.snapshot.sides) == 2) == twins
        if fits:
            self.checkpoint, self.twin_checkpoint = reply.checkpoint, reply.twin_checkpoint
        self.pasts.on_reply(reply.pasts, in_use=fits)

    def end_twin(self, keep: One) -> None:
        """One of twins goes on alone."""
        if keep == "B":
            self.checkpoint = self.twin_checkpoint
            self.pasts.keep_b()
        self.twin_checkpoint = None

    def link(self, opens: Opens, experiment: Experiment, library: Path | None) -> Link:
        """Another worker, from the last checkpoint on; of twins it has A, until it is sent `twin`.

        Raises: WorkerLost if none can be started.
        """
        return opens(experiment, self.checkpoint, library, self._pasts[0])

    def twin(self, a: Experiment, b: Experiment) -> StartTwin:
        """What brings B back beside A."""
        return StartTwin(a, b, self.twin_checkpoint, True, self._pasts[1] if self.twin_checkpoint is not None else None)

    @property
    def _pasts(self) -> list[LostPast | None]:
        return self.pasts.lost(1 if self.twin_checkpoint is None else 2)

    def said(self, loss: WorkerLost) -> str:
        """What the window is to say of it."""
        return _sentence(f"{loss}; it was started again and goes on from {self.where}.")

    @property
    def where(self) -> str:
        """From where another goes on."""
        return f"step {self.checkpoint.step}" if self.checkpoint is not None else "the start"


def given_up(loss: WorkerLost, losses: int) -> str:
    """What the window is to say when none is started by itself any more, after so many losses in a row."""
    often = f", {losses} times in a row" if losses > 1 else ""
    return _sentence(f"{loss}{often}; 'hyperscope doctor' looks for what is missing.")


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]
