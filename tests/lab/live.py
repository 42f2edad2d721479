"""Sessions as a window has them: ticked until something is seen, trained, and robbed of their worker."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from hyperscope.engine.settings import Training
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.lab.session.session import Session
from patience import SECONDS
from probed import asks

FRAME = 1 / 60  # s
RATE = "training.learning_rate"
SMALL = Experiment(data=Data(points=90), training=Training(batch_size=16))


def until(session: Session, fits: Callable[[Snapshot], bool], *names: str) -> Snapshot:
    """The first snapshot that fits, ticking as a window does."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        snapshot = session.frame(asks(*names))
        if snapshot is not None and fits(snapshot):
            return snapshot
        session.wait(FRAME)
    raise AssertionError(f"no snapshot fits; the last message is {session.message!r}")


def fresh(session: Session, *names: str) -> Snapshot:
    """A snapshot that was asked for after everything sent so far: the second from now."""
    until(session, lambda _: True, *names)
    until(session, lambda _: True, *names)
    return until(session, lambda _: True, *names)


def trained(session: Session, epochs: int) -> Snapshot:
    """Trains to the end of this epoch, and gives the snapshot from there."""
    session.train_to(epochs)
    return until(session, lambda snapshot: not snapshot.status.playing and snapshot.status.epoch >= epochs)


def alike(session: Session) -> tuple[float, float, int, int]:
    """The losses and steps of A and B as the worker has them now."""
    for _ in range(3):
        found = until(session, lambda snapshot: len(snapshot.sides) == 2)
    return found.status.train_loss, found.sides[1].status.train_loss, found.status.step, found.sides[1].status.step


def kill_worker(session: Session) -> None:
    """Ends the worker's process, and ticks until the session has noticed."""
    pid = session.worker_pid
    assert pid is not None and pid != os.getpid()
    os.kill(pid, signal.SIGKILL)
    tick_until(session, lambda: session.worker_pid != pid)


def tick_until(session: Session, reached: Callable[[], bool]) -> None:
    """Ticks until something is so."""
    end = time.monotonic() + SECONDS
    while not reached():
        assert time.monotonic() < end, f"it did not come to be; the last message is {session.message!r}"
        session.frame(())
        time.sleep(FRAME / 4)
