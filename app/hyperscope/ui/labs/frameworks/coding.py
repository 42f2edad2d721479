"""The part that keeps the code that of the session, and does what is wanted with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, Never

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog

from hyperscope.lab.frameworks.frameworks import frameworks
from hyperscope.lab.frameworks.script import Script
from hyperscope.lab.frameworks.start import Starts
from hyperscope.lab.frameworks.writing import WriteFolder
from hyperscope.lab.jobs.job import Job
from hyperscope.lab.probes.probe import Ask
from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.lab.timeline.followed import Followed, Heard, Told
from hyperscope.lab.timeline.score import Event, Score
from hyperscope.lab.twins.account import session_since
from hyperscope.lab.twins.twin import One
from hyperscope.quoting import named
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.labs.frameworks.code_view import FIRST
from hyperscope.ui.labs.frameworks.page import FrameworksPage
from hyperscope.ui.part import Part
from hyperscope.ui.style import dress

LOOK_EVERY = 100  # ms at a folder that is being written


class CodeOfSession(Part[Host]):
    """Keeps the code that of the session: at once with what is moved, and with its past as the worker tells it."""

    def __init__(self, host: Host, page: FrameworksPage) -> None:
        super().__init__(host)
        self.page, self.view = page, page.code
        self.shown: Score | None = None  # the session whose code is shown: up to where it stands
        self.settings_only = False  # it is one that only has the settings of this one
        self.job: Job[Never, int] | None = None
        self._session, self._of = Followed(), host.session.told
        self._tick = 0  # where it stands,
        self._told_at = 0  # and where it was told to
        self._asked: tuple[object, ...] = ()  # what the session was when it was asked for
        self._starts = Starts()
        self._does = ""  # what the folder that is being written does with its steps
        self._then: list[Callable[[Score], None]] = []  # what is done once the score is there
        self._looking = QTimer(page)
        self._looking.setInterval(LOOK_EVERY)
        self._looking.timeout.connect(self._look)
        page.on_examples = self.follow
        page.card.moved.connect(host.move_knob)
        page.card.held.connect(host.session.hold)
        page.card.refused.connect(lambda sentence: host.say(sentence, alarm=True))
        self.view.framework_chosen.connect(self.view.show_framework)
        self.view.copy_wanted.connect(self.copy)
        self.view.save_wanted.connect(self.ask_where)

    def actions(self) -> Sequence[Action]:
        return (
            *(
                Action(f"Code in {entry.title}", "Frameworks", partial(self.view.show_framework, name), ())
                for name, entry in frameworks.items()
            ),
            Action("Copy the code", "Frameworks", self.copy, ("Shift+C",)),
            Action("Save the code's folder", "Frameworks", self.ask_where, ("Shift+S",)),
            Action("Fold what a framework writes", "Frameworks", lambda: self.page.writes.fold_all(True), ("F",)),
            Action("Unfold it", "Frameworks", lambda: self.page.writes.fold_all(False), ("Shift+F",)),
            Action("Slow motion", "Frameworks", self.slow, ("S",), "Lights the lines of each operation."),
            Action("Back one operation", "Frameworks", partial(self._step, -1), ("Left",)),
        )

    # -- what is shown --------------------------------------------------------------------------------------------

    def follow(self) -> None:
        """Shows the code of the session as it is now."""
        page, self.shown = self.page, self._now()
        try:
            start = self._starts.of(self.shown, page.inputs, page.classes)
            start = replace(start, settings_only=self.settings_only)
            page.show_script(Script(start, page.inputs, page.classes, page.examples))
        except ValueError:
            return  # a tree for other classes than these, until the data are there that it is for

    def _now(self) -> Score:
        """The session up to where it stands, as far as it was told, and what was moved since.

        Of weights from elsewhere it is one that begins with the settings, until training begins anew.
        """
        experiment, known = self.host.session.moved, self._session.known
        found = self._session.score(self._tick - self._told_at) if known else None
        self.settings_only = known and found is None
        if found is None:
            return Score(experiment)
        if found.experiment != experiment:
            return replace(found, events=(*found.events, Event(found.end, experiment)))
        return found

    def experiment_changed(self) -> None:
        if self._of != self.host.session.told:  # the code is that of the twin that the controls show
            self._session, self._of = Followed(), self.host.session.told
        self.follow()
        self._want()

    def lab_shown(self) -> None:
        self.host.transport.slow_button.setEnabled(True)
        self._want()

    def lab_left(self) -> None:
        self.host.transport.slow_button.setEnabled(False)
        if self.host.session.slow_motion is not None:
            self.host.do(self.host.session.leave_slow_motion)

    def on_snapshot(self, snapshot: Snapshot) -> None:
        status = snapshot.sides[self._of == "B" and len(snapshot.sides) > 1].status
        self._tick = status.tick
        if (told := snapshot.told.get(self._ask)) is not None:
            self._hear(told, status.tick)
        now = (status.moves, snapshot.structure, status.tick if status.tick < status.end else None)
        if now != self._asked:
            self._asked = now
            self._want()
        record = self.host.session.slow_motion
        self.view.show_operation(record.operations[record.at] if record is not None else None)

    def _hear(self, told: Told, tick: int) -> None:
        """Takes in what was told of the session at this tick, and does what waited for all of it."""
        if not self._session.take(told):
            self._want()
            return
        self._told_at = tick
        self.follow()
        if self._then and not self.host.session.current:
            self._want()
            return
        waiting, self._then = self._then, []
        for then in waiting:
            then(self._now())

    def _want(self) -> None:
        self.host.session.want((self._ask,))

    @property
    def _ask(self) -> Ask[tuple[One, Heard], Told]:
        return Ask(session_since, (self._of, self._session.heard))

    # -- slow motion ----------------------------------------------------------------------------------------------

    def takes(self, key: Literal["play", "step", "undo", "redo"]) -> bool:
        """In slow motion the key for a step goes on by an operation."""
        if self.host.session.slow_motion is None or key != "step":
            return False
        self._step(1)
        return True

    def slow(self) -> None:
        """Begins slow motion, or leaves it."""
        session = self.host.session
        self.host.do(session.leave_slow_motion if session.slow_motion is not None else session.slow)

    def _step(self, by: int) -> None:
        if self.host.session.slow_motion is not None:
            self.host.do(lambda: self.host.session.slow(by))

    # -- what is done with code -----------------------------------------------------------------------------------

    def copy(self) -> None:
        """Puts the file on the clipboard."""
        QApplication.clipboard().setText(self.view.code.text)
        self.host.say(f"{self.view.code.count} lines are on the clipboard; their data come with the folder.")

    def ask_where(self) -> None:
        """Lets the user choose the folder."""
        dialog = QFileDialog(self.host.top, "Save the code's folder", f"hyperscope-{self.view.framework}")
        dress(dialog, self.host.theme)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.save(Path(name)))
        dialog.open()

    def save(self, out: Path) -> None:
        """Writes the folder at `out`, beside the window, and says so."""
        self.host.say(f"Writing {out.name} …")
        self.with_score(lambda score: self._write(score, out))

    def with_score(self, then: Callable[[Score], None]) -> None:
        """Does something with the session up to where it stands, once whoever keeps it has told all of it."""
        self._then.append(then)
        self._want()

    def _write(self, score: Score, out: Path) -> None:
        if self.job is not None:
            self.job.close()
        self._does = "trains these settings for" if self.settings_only else "reproduces"
        self.job = Job(WriteFolder(score, self.view.framework, out))
        self._looking.start()

    def _look(self) -> None:
        job = self.job
        if job is None:
            return
        job.take()
        if not job.over:
            return
        self._looking.stop()
        self.job = None
        if job.result is None:
            self.host.say(job.problem, alarm=True)
            return
        task = job.task
        assert isinstance(task, WriteFolder)
        self.host.say(f"{task.out.name} is written: its train.py {self._does} {job.result} steps.")

    def close(self) -> None:
        self._looking.stop()
        if self.job is not None:
            self.job.close()

    # -- what a session's file keeps ------------------------------------------------------------------------------

    def kept(self) -> Mapping[str, Any]:
        """The framework, unless it is the first."""
        return {} if self.view.framework == FIRST else {"framework": self.view.framework}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Takes up a framework. Raises: ValueError for one that there is not."""
        if "framework" in kept:
            name = kept["framework"]
            if not isinstance(name, str) or name not in frameworks:
                raise ValueError(f"framework is {named(name)}; there are {', '.join(frameworks)}")
            self.view.show_framework(name)
