"""The trainer in a process of its own: hears commands, lets the conductor carry them out and train, answers.

Of several experiments in the pipe only the newest is applied, and of several moments only the newest is gone to; an
`Edit` sets one number, and of several in a row that set the same one only the newest is done. The worker ends when the
pipe or its parent does.
"""

from __future__ import annotations

import gc
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.timeline.past import Past, Teller
from hyperscope.lab.worker.commands import Apply, Change, GoTo, Look, Reply, replaces

if TYPE_CHECKING:
    from hyperscope.lab.worker.conductor import Conductor

IDLE = 0.1  # s that a worker with nothing to do waits for a command before it looks whether its run is to be kept


def serve(
    pipe: Connection, experiment: Experiment, checkpoint: Any, library: Path | None = None, past: Any = None
) -> None:
    """The worker's whole life: obey, train, answer. Runs in its own process."""
    from hyperscope.lab.worker.conductor import Conductor  # here, since the window needs none of what it brings

    gc.freeze()  # a full collection goes through all that was imported, which takes longer than a frame
    Worker(pipe, Conductor(experiment, checkpoint, library, past)).run()


class Pipe(Protocol):
    """What a worker hears and answers through."""

    def poll(self, timeout: float = 0.0) -> bool:
        """Whether a command is there, or has come within so many seconds."""
        ...

    def recv(self) -> Any:
        """The next command."""
        ...

    def send(self, reply: Reply) -> None:
        """Answers."""
        ...


class Worker:
    """The worker's end of the pipe."""

    def __init__(self, pipe: Pipe, conductor: Conductor) -> None:
        self.pipe, self.conductor = pipe, conductor
        self._last = time.monotonic()  # when it last trained, or could have
        self._heard = 0  # commands that change the experiment
        self._asked: Look | None = None
        self._teller = Teller()
        self._branched: Any = None  # the timeline's count of changed branches that was last sent

    def run(self) -> None:
        """Until the pipe closes."""
        try:
            while True:
                self.turn(IDLE)
        except (EOFError, ConnectionError, OSError):
            return
        finally:
            self.close()

    def turn(self, patience: float = 0.0, burst: float = 0.0) -> None:
        """Obeys, trains for a moment, answers; waits `patience` seconds at most for a command if nothing is due.

        The moment is what the conductor does at a time, and as often as fits into `burst` seconds.
        """
        conductor = self.conductor
        busy = conductor.busy
        conductor.look()
        if not self.pipe.poll(min(patience, conductor.rest) if busy else patience) and not busy:
            return
        self._obey()
        now = began = time.monotonic()
        while True:
            conductor.go_on(now - self._last)
            self._last = now
            if not conductor.busy or conductor.rest or (now := time.monotonic()) - began >= burst:
                break
        conductor.pace.measure(conductor.trained.furthest.step, self._last)
        if self._asked is not None:
            asked, self._asked = self._asked, None
            self.pipe.send(self._reply(asked))

    def close(self) -> None:
        """Has kept what is to be kept: this is the end."""
        self.conductor.close()

    def _obey(self) -> None:
        """All commands in the pipe, in order; of experiments or moments that follow each other only the last."""
        newest: Apply | GoTo | Edit | None = None
        while self.pipe.poll():
            command = self.pipe.recv()
            self._heard += isinstance(command, Change)
            if isinstance(command, Look):
                self._asked = command
                continue
            if newest is not None and not replaces(command, newest):
                self.conductor.do(newest)
                newest = None
            if isinstance(command, Apply | GoTo | Edit):
                newest = command
            else:
                self.conductor.do(command)
        if newest is not None:
            self.conductor.do(newest)

    def _reply(self, asked: Look) -> Reply:
        from hyperscope.lab.worker.answer import snapshot

        conductor, trained = self.conductor, self.conductor.trained
        if conductor.recorder is not None and not conductor.said and (problem := conductor.recorder.problem):
            conductor.said, conductor.alarm = problem, True
        if self._branched != (trained.timeline, trained.timeline.changed):
            self._branched = (trained.timeline, trained.timeline.changed)
            conductor.news["branches"] = trained.timeline.ghosts()
        news, conductor.news = conductor.news, {}
        seen = snapshot(
            trained,
            asked,
            playing=conductor.playing,
            speed=conductor.pace.speed,
            said=conductor.said,
            alarm=conductor.alarm,
            halted=conductor.halted,
        )
        kept = other = None
        pasts: tuple[Past | None, ...] = ()
        if conductor.keeps(time.monotonic()):
            kept = trained.trainer.checkpoint()
            other = trained.pair.b.trainer.checkpoint() if trained.pair is not None else None
            pasts = self._teller.tell(trained.lines)
        experiment = trained.trainer.experiment if conductor.other else None
        twins = trained.pair.b.trainer.experiment if conductor.other and trained.pair is not None else None
        conductor.said, conductor.other, conductor.halted = "", False, False
        return Reply(seen, kept, experiment, self._heard, twins, other, pasts, news)
