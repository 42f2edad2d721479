"""The trainer in a process of its own: hears commands, lets the controller carry them out and train, answers.

Of several experiments in the pipe only the newest is applied, and of several moments only the newest is gone to; an
`Edit` sets one number, and of several in a row that set the same one only the newest is done. The worker ends when the
pipe or its parent does.
"""

from __future__ import annotations

import gc
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.timeline.past import Past, PastSender
from hyperscope.lab.worker.commands import Apply, Change, GoTo, Leave, Look, Reply, Switch, replaces
from hyperscope.lab.worker.pulse import Pulse

if TYPE_CHECKING:
    from hyperscope.lab.worker.controller import Controller

IDLE = 0.1  # s that a worker with nothing to do waits for a command before it looks whether its run is to be kept


def serve(
    pipe: Connection, experiment: Experiment, checkpoint: Any, library: Path | None = None, past: Any = None
) -> None:
    """The worker's whole life: obey, train, answer. Runs in its own process."""
    from hyperscope.lab.worker.controller import Controller  # here, since the window needs none of what it brings

    gc.freeze()  # a full collection goes through all that was imported, which takes longer than a frame
    pulse = Pulse(pipe)
    pulse.begins("Getting the data and the network ready")
    pulse.start()
    worker = Worker(pipe, Controller(experiment, checkpoint, library, past), pulse)
    # told to end, it does so between two turns, since in the middle of one there would be nothing whole to keep
    signal.signal(signal.SIGTERM, lambda *_: worker.leave())
    worker.run()


class Pipe(Protocol):
    """What a worker hears and answers through."""

    def poll(self, timeout: float = 0.0) -> bool:
        """Whether a command is there, or has come within so many seconds."""
        ...

    def recv(self) -> Any:
        """The next command."""
        ...

    def send(self, reply: Any) -> None:
        """Answers."""
        ...


class Worker:
    """The worker's end of the pipe."""

    def __init__(self, pipe: Pipe, controller: Controller, pulse: Pulse | None = None) -> None:
        self.pipe, self.controller = pipe, controller
        self._pulse = pulse or Pulse(pipe)
        self._leaving = False
        self._last = time.monotonic()  # when it last trained, or could have
        self._heard = 0  # commands that change the experiment
        self._asked: Look | None = None
        self._teller = PastSender()
        self._branched: Any = None  # the timeline's count of changed branches that was last sent

    def run(self) -> None:
        """Until it is told to leave, or the pipe closes."""
        try:
            while not self._leaving:
                self.turn(IDLE)
        except (EOFError, ConnectionError, OSError):
            return
        finally:
            self.close()

    def turn(self, patience: float = 0.0, burst: float = 0.0) -> None:
        """Obeys, trains for a moment, answers; waits `patience` seconds at most for a command if nothing is due.

        The moment is what the controller does at a time, and as often as fits into `burst` seconds.
        """
        controller = self.controller
        busy = controller.busy
        self._pulse.begins("Keeping the run")
        controller.look()
        self._pulse.begins("")
        if not self.pipe.poll(min(patience, controller.rest) if busy else patience) and not busy:
            return
        self._obey()
        self._pulse.begins(*controller.at_work)
        now = began = time.monotonic()
        while True:
            controller.go_on(now - self._last)
            self._last = now
            if not controller.busy or controller.rest or (now := time.monotonic()) - began >= burst:
                break
        controller.pace.measure(controller.trained.furthest.step, self._last)
        if self._asked is not None:
            asked, self._asked = self._asked, None
            self._pulse.begins("Looking at the network")
            self._pulse.send(self._reply(asked))

    def leave(self) -> None:
        """Ends after this turn."""
        self._leaving = True

    def close(self) -> None:
        """Has kept what is to be kept: this is the end."""
        self.controller.close()

    def _obey(self) -> None:
        """All commands in the pipe, in order; of experiments or moments that follow each other only the last."""
        newest: Apply | GoTo | Edit | None = None
        while self.pipe.poll():
            command = self.pipe.recv()
            self._heard += isinstance(command, Change)
            if isinstance(command, Leave):
                self._leaving = True
                continue
            if isinstance(command, Look):
                self._asked = command
                continue
            if newest is not None and not replaces(command, newest):
                self._do(newest)
                newest = None
            if isinstance(command, Apply | GoTo | Edit):
                newest = command
            else:
                self._do(command)
        if newest is not None:
            self._do(newest)

    def _do(self, command: object) -> None:
        self._pulse.begins(
            "Going to another moment" if isinstance(command, GoTo | Switch) else "Taking on what was moved"
        )
        self.controller.do(command)

    def _reply(self, asked: Look) -> Reply:
        from hyperscope.lab.worker.answer import snapshot

        controller, trained = self.controller, self.controller.trained
        if controller.recorder is not None and not controller.said and (problem := controller.recorder.problem):
            controller.said, controller.alarm = problem, True
        if self._branched != (trained.timeline, trained.timeline.changed):
            self._branched = (trained.timeline, trained.timeline.changed)
            controller.news["branches"] = trained.timeline.ghosts()
        news, controller.news = controller.news, {}
        seen = snapshot(
            trained,
            asked,
            playing=controller.trains,
            speed=controller.pace.speed,
            said=controller.said,
            alarm=controller.alarm,
            halted=controller.halted,
            rested=controller.rested,
        )
        kept = other = None
        pasts: tuple[Past | None, ...] = ()
        if controller.keeps(time.monotonic()):
            kept = trained.trainer.checkpoint()
            other = trained.twins.b.trainer.checkpoint() if trained.twins is not None else None
            pasts = self._teller.tell(trained.lines)
        experiment = trained.trainer.experiment if controller.other else None
        twins = trained.twins.b.trainer.experiment if controller.other and trained.twins is not None else None
        controller.said, controller.other, controller.halted, controller.rested = "", False, False, ""
        return Reply(seen, kept, experiment, self._heard, twins, other, pasts, news)
