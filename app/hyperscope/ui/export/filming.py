"""Filming in the window: it trains on or goes back moment by moment, and each frame is packed in a thread."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from hyperscope.lab.export.exports import Choice, Material, exporters, material
from hyperscope.lab.export.film import Film, Pixels, film, stops
from hyperscope.lab.probes.examples import examples
from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.ui.export.film import Shot, camera
from hyperscope.ui.export.views import views
from hyperscope.ui.open_table.reader import Reader
from hyperscope.ui.pacing import FRAME

if TYPE_CHECKING:
    from hyperscope.ui.shell import Shell

GOING, LOOKING, PACKING, ENDED = range(4)  # what a film waits for: the moment, its records, the frame, nothing


class Filming(QObject):
    """One film of a view or the window, over `epochs` coming epochs, or if 0 of the session so far.

    `on_snapshot` must be given each snapshot. It ends by one of the signals, and is used once.
    """

    progressed = Signal(int, int)  # frames done, of how many
    finished = Signal()
    failed = Signal(str)

    def __init__(self, host: Shell, name: str, choice: Choice, path: Path, epochs: int) -> None:
        super().__init__(host.top)
        self._host, self._session = host, host.session
        self._name, self._choice = name, choice
        self._focus = host.session.focus
        self._told = host.session.so_far
        self._needs = (*exporters[name].needs(self._focus), self._told)
        self._film: Film = film(path)
        self._back = -1 if epochs else self._session.status.tick  # where a replay leaves the session again
        first = self._session.status.epoch
        self._epochs = bool(epochs)
        self._stops = tuple(first + stop for stop in stops(epochs)) if epochs else stops(self._session.status.end)
        self._at = 0
        self._last = False  # training stopped itself
        self._state = ENDED
        self._open = ExitStack()
        self._shoot: Shot | None = None
        self._thread = Reader(self)
        self._thread.refused.connect(self._fail)
        self._left_off = Event()

    def start(self) -> None:
        """Goes to the first moment."""
        self._go()

    def cancel(self, seconds: float = 0.0) -> None:
        """Leaves off, with no file; a frame that is being packed is waited for as many `seconds` at most."""
        if self._state != ENDED:
            self._left_off.set()
            self._end(self._film.discard, seconds)

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """Looks whether the moment has come, and then whether its records have."""
        if self._state == GOING and self._arrived(snapshot):
            self._state = LOOKING
            if self._name in views:
                self._session.want(self._needs)
            else:
                self._host.draw_all()
        elif self._state == LOOKING and self._name in views:
            if snapshot.has(self._needs):
                self._take(material(snapshot.told[self._told], snapshot.wanted, self._focus))
        elif self._state == LOOKING and snapshot.sides[0].records.of(examples) is not None:
            self._wait_for_window(snapshot)

    def _go(self) -> None:
        self._state = GOING
        stop = self._stops[self._at]
        if self._epochs:
            self._session.train_to(stop)
        else:
            self._host.go_to(stop)

    def _arrived(self, snapshot: Snapshot) -> bool:
        status = snapshot.status
        if self._epochs:
            self._last = snapshot.halted
            return self._last or (not status.playing and status.epoch >= self._stops[self._at])
        return self._session.going is None and status.tick == self._stops[self._at]

    def _wait_for_window(self, snapshot: Snapshot) -> None:
        """Takes the window once its panels have drawn what has just come, which may take them some frames."""
        QTimer.singleShot(FRAME, self, partial(self._take_window, snapshot))

    def _take_window(self, snapshot: Snapshot) -> None:
        if self._state == LOOKING and self._host.up_to_date:
            from hyperscope.lab.timeline.score import Score

            self._take(Material(Score(self._session.experiment), snapshot.sides))
        elif self._state == LOOKING:
            self._wait_for_window(snapshot)

    def _take(self, material: Material) -> None:
        self._state = PACKING
        if self._shoot is None:
            self._shoot = self._open.enter_context(camera(self._name, material, self._choice))
        frame: Pixels = self._shoot(material)
        self._thread.ask(partial(self._film.add, frame), self._packed)

    def _packed(self, _: object) -> None:
        if self._state != PACKING:
            return
        self._at += 1
        self.progressed.emit(self._at, len(self._stops))
        if self._at < len(self._stops) and not self._last:
            self._go()
        else:
            self._thread.ask(partial(self._film.finish, self._left_off.is_set), self._written)

    def _written(self, _: object) -> None:
        self._end()
        self.finished.emit()

    def _fail(self, sentence: str) -> None:
        self._end(self._film.discard)
        self.failed.emit(sentence)

    def _end(self, last: Callable[[], None] | None = None, seconds: float = 0.0) -> None:
        self._state = ENDED
        self._thread.close(last, seconds)
        self._open.close()
        if self._back >= 0:
            self._host.go_to(self._back)
        elif self._session.worker_pid is not None:
            self._session.play(False)
