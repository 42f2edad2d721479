"""What tests of sessions stand on: sessions that are closed after the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.session.session import Session
from hyperscope.lab.worker.in_process import InProcess
from hyperscope.lab.worker.runner import Runner
from lab.live import SMALL


@pytest.fixture
def start() -> Iterator[Callable[..., Session]]:
    """Opens sessions that stand still unless told to play, their workers in this process unless `killable`."""
    sessions: list[Session] = []

    def started(
        experiment: Experiment = SMALL, *, playing: bool = False, killable: bool = False, **named: Any
    ) -> Session:
        sessions.append(Session(experiment, playing=playing, link=Runner if killable else InProcess, **named))
        return sessions[-1]

    yield started
    for session in sessions:
        session.close()
