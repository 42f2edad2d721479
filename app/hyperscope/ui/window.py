"""The window: labs under a bar of tabs, a transport, and sixty times a second a look at what the worker has sent.

What can be done with it beyond moving knobs lies in `parts`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QMainWindow, QVBoxLayout, QWidget

from hyperscope.knob import Value
from hyperscope.lab.doctor.checks import Remedy
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.examples import examples
from hyperscope.lab.probes.probe import Ask
from hyperscope.lab.session.session import Session
from hyperscope.lab.worker.snapshot import Snapshot
from hyperscope.ui import style
from hyperscope.ui.actions import Action
from hyperscope.ui.controls.tabs import LabTabs
from hyperscope.ui.labs.playground.playground import Playground
from hyperscope.ui.pacing import Ticker, Turns
from hyperscope.ui.panels import Panel
from hyperscope.ui.parts import PARTS
from hyperscope.ui.parts.looks import Looks
from hyperscope.ui.parts.part import Part
from hyperscope.ui.parts.twin import TwinPart
from hyperscope.ui.remembered import Remembered
from hyperscope.ui.theme import THEMES, Theme
from hyperscope.ui.timeline import Timeline
from hyperscope.ui.transport import Transport

if TYPE_CHECKING:
    from hyperscope.lab.twins.twin import Side

SMALLEST = (1000, 700)  # pixels
USUAL = (1280, 800)
REST = 20  # frames without news after which a paused window asks for nothing but the status
WELCOME = "This network is learning to tell spirals apart. Drag the learning rate α to the right and watch the loss."
READY = "Space trains and pauses. Every control acts while the network trains."

P = TypeVar("P", bound=Part)


class Window(QMainWindow):
    """Shows a session. It is the session's only user: what is moved here goes there, what it has is drawn here."""

    file_dropped = Signal(Path)
    resized = Signal()
    said = Signal(str)  # a sentence in the message line

    def __init__(self, session: Session, theme: str = "", remembered: Remembered | None = None) -> None:
        super().__init__()
        self.session = session
        self.remembered = remembered or Remembered()
        self.chosen_theme = theme
        self.theme = THEMES["light"]
        self.tabs = LabTabs(["Playground"])
        self.transport = Transport()
        self.timeline = Timeline()
        self.playground = Playground()
        self._turns = Turns((*self.playground.every_panel, self.playground.note))
        self._awaited: list[Panel] = []  # who asked for the snapshot under way
        self._structure = -1
        self._painted = 0  # which examples are shown, of those that came and went while the network was kept
        self._stale = False  # others are there by now
        self._all = False  # every panel is to be drawn with the next snapshot, as another moment is shown
        self._shown_step = -1
        self._quiet = 0  # frames since anything changed
        self._held = False  # whether a sentence stays until something is moved
        self._shown = session.in_force
        self._build()
        self.ticker = Ticker(self._tick)
        self.parts = tuple(make(self) for make in PARTS)
        own = Action("Close", "Window", self.close, ("Ctrl+Q",))
        self.all_actions = (*(action for part in self.parts for action in part.actions()), own)
        self._bind_keys()
        self.part(Looks).apply()
        self.playground.show_experiment(session.experiment)
        self.say(WELCOME if session.experiment == Experiment() else READY)
        self.ticker.start()

    def part(self, kind: type[P]) -> P:
        """The part of this kind."""
        return next(part for part in self.parts if isinstance(part, kind))

    def _build(self) -> None:
        self.setWindowTitle("Hyperscope")
        self.setMinimumSize(*SMALLEST)
        self.resize(*USUAL)
        if not self.remembered.geometry.isEmpty():
            self.restoreGeometry(self.remembered.geometry)
        self.setAcceptDrops(True)
        self.body = body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self.transport)
        column.addWidget(self.timeline)
        column.insertWidget(2, self.playground, 1)  # above it, though Tab comes to the timeline with the transport
        self.setCentralWidget(body)
        self._connect()

    def _connect(self) -> None:
        lab = self.playground
        lab.moved.connect(self.move_knob)
        lab.refused.connect(lambda sentence: self.say(sentence, alarm=True))
        lab.plane_chosen.connect(self._look_at)
        lab.note.remedy_chosen.connect(self.apply_remedy)

    def _bind_keys(self) -> None:
        for action in self.all_actions:
            for keys in action.keys:
                QShortcut(QKeySequence(keys), self).activated.connect(partial(self.do, action.run))

    def say(self, sentence: str, alarm: bool = False) -> None:
        """Shows one sentence in the message line."""
        self.transport.say(sentence, alarm)
        self.said.emit(sentence)

    def hold(self, sentence: str) -> None:
        """Shows a sentence that stays until something is moved or goes wrong."""
        self.say(sentence)
        self._held = True

    # -- moves ----------------------------------------------------------------------------------------------------

    def move_knob(self, path: str, value: Value, side: Side | None = None) -> None:
        """Sets a knob, of twins of the side that the controls move if no other is said; or says why not."""
        self._held = False
        try:
            self.session.move(path, value, side=side)
        except (ValueError, LookupError) as problem:
            self.say(str(problem), alarm=True)
            self.playground.show_experiment(self.session.moved)
        self.follow()

    def _look_at(self, across: str, up: str) -> None:
        # a place of the old plane is none of the new one
        self.session.focus = replace(self.session.focus, plane=(across, up), point=None)
        self.draw_all()
        self.follow()

    def go_to(self, beat: int) -> None:
        """Goes back, or forward again, to a moment of the training, and shows it everywhere."""
        self.session.go_to(beat)
        self._all = True
        self.follow()
        if not self.session.awaiting:
            self._ask()  # now: a frame's wait can be felt while dragging

    def do(self, act: Callable[[], object]) -> None:
        """Does something to the session, after which everything follows."""
        self._held = False
        act()
        self.follow()

    def follow(self) -> None:
        """Something was moved: controls, memory and drawing follow."""
        self._quiet = 0
        if self.session.in_force != self._shown:
            self._shown = self.session.in_force
            self.playground.show_experiment(self.session.moved)
            self.playground.note.clear()
            for part in self.parts:
                part.did()

    # -- the frame ------------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        snapshot = self.session.take()
        if snapshot is not None:
            self._take(snapshot, self._awaited)
        if not self.session.awaiting:
            self._ask()
        if self.session.message:
            if self.session.alarm or not self._held:
                self.say(self.session.message, self.session.alarm)
            self.session.message = ""
        if self.session.in_force != self._shown:
            self.follow()

    def _ask(self) -> None:
        """Asks for what the panel needs whose turn it is; for everything when the network was rebuilt."""
        focus = self.session.focus
        data, of_map = Ask(examples, focus.in_plane), self.playground.map
        if self._structure < 0 or self._all:
            self._awaited = list(self.playground.every_panel)
        else:
            panel = self._turns.next(time.perf_counter()) if self._quiet < REST else None
            self._awaited = [panel] if panel is not None else []
        asks = [ask for panel in self._awaited for ask in panel.asks(focus) if ask != data]
        if self._structure < 0:
            asks = [data, *asks]
        elif self._stale:
            self._awaited = list(dict.fromkeys([*self._awaited, of_map]))
            asks += [data, *of_map.asks(focus)]
        self._all = False
        asks += [ask for part in self.parts for ask in part.wants()]
        self.session.ask(tuple(dict.fromkeys(asks)))

    def _take(self, snapshot: Snapshot, panels: list[Panel]) -> None:
        status = snapshot.status
        moving = status.playing or status.step != self._shown_step
        self._quiet = 0 if moving else self._quiet + 1
        self._shown_step = status.step
        self.transport.show_status(status, self.ticker.frames_per_second)
        self.timeline.show_status(status, self.session.going)
        for part in self.parts:
            part.heed(snapshot)
        if (data := snapshot.sides[0].records.of(examples)) is not None:
            self._structure, self._painted = snapshot.structure, snapshot.painted
            self.playground.show_examples(data, self.session.moved)
        elif snapshot.structure != self._structure:
            self._structure = -1  # ask for everything; what has come was made for another structure
            return
        self._stale = snapshot.painted != self._painted
        for panel in panels:
            self.playground.draw(panel, self.part(TwinPart).seen_by(panel, snapshot))

    def draw_all(self) -> None:
        """Has every panel drawn anew with the next snapshot; `up_to_date` says when that is done."""
        self._structure = -1
        self._quiet = 0

    @property
    def at_rest(self) -> bool:
        """Whether nothing has changed for a while, so that what is drawn stays as it is."""
        return self._quiet >= REST

    @property
    def up_to_date(self) -> bool:
        """Whether every panel shows the network that is being trained."""
        return self._structure >= 0 and not self._stale

    def apply_remedy(self, remedy: Remedy) -> None:
        """Does what the doctor advises; training starts again where it must."""
        self._held = False
        self.session.take_on(remedy.change(self.session.experiment), side="A")
        if remedy.restart:
            self.session.restart()
        self.follow()

    # -- the window itself ----------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Takes one file at a time."""
        if _dropped(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Says which file was dropped."""
        path = _dropped(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.file_dropped.emit(path)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type everywhere."""
        self.theme = theme
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.setPalette(style.palette(theme))
        application.setStyleSheet(style.stylesheet(theme))
        self.timeline.set_theme(theme)
        self.playground.set_foot(self.timeline.height())
        for shown in (self.tabs, self.transport, self.playground):
            shown.set_theme(theme)
        for part in self.parts:
            part.set_theme(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keeps the window's place, has every part end, and ends the worker."""
        self.ticker.stop()
        self.remembered.geometry = self.saveGeometry()
        self.remembered.save()
        for part in self.parts:
            part.close()
        self.session.close()
        super().closeEvent(event)


def _dropped(data: QMimeData) -> Path | None:
    urls = data.urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
