"""A session that keeps what was asked for and what came, for tests to look at."""

from __future__ import annotations

from typing import Any

from hyperscope.lab.session.session import Session
from hyperscope.lab.worker.in_process import InProcess
from probed import views


class Followed(Session):
    """`asked` has the names of the probes, each time; `views` the newest records by name, `said` the sentences."""

    def __init__(self, *of_session: Any, **named: Any) -> None:
        super().__init__(*of_session, **{"link": InProcess, **named})
        self.asked: list[tuple[str, ...]] = []
        self.views: dict[str, object] = {}
        self.said: list[str] = []

    def ask(self, asks):
        self.asked.append(tuple(ask.probe.name for ask in asks))
        super().ask(asks)
        self._listen()

    def take(self):
        snapshot = super().take()
        if snapshot is not None:
            self.views.update(views(snapshot))
        self._listen()
        return snapshot

    def _listen(self) -> None:
        # a lost worker may be noticed by either call
        if self.message and self.said[-1:] != [self.message]:
            self.said.append(self.message)
