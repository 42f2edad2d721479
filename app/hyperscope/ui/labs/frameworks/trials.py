"""The part that runs a session's code beside the window, one framework at a time, and keeps what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog

from hyperscope.engine.arrays import Array
from hyperscope.lab.frameworks.frameworks import frameworks
from hyperscope.lab.frameworks.measured import Measured, from_text, text_of
from hyperscope.lab.frameworks.trial import LookInto, Ours, Python, Theirs, Trial, own_python
from hyperscope.lab.jobs.job import Job
from hyperscope.lab.timeline.score import Score
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.labs.frameworks.coding import CodeOfSession
from hyperscope.ui.labs.frameworks.page import FrameworksPage
from hyperscope.ui.labs.frameworks.standing import NAMES, Runs, Standing
from hyperscope.ui.part import Part
from hyperscope.ui.style import dress

VIEW = "side-by-side"
FIRST = "numpy"  # which is always there
LOOK_EVERY = 40  # ms
SYMBOLS = {"alpha": "α", "beta": "β", "epsilon": "ε", "l2": "λ", "l1": "λ₁", "temperature": "T"}


class SideBySide(Part[Host]):
    """Begins with NumPy when the view is first shown; everything else waits until it is asked for."""

    def __init__(self, host: Host, page: FrameworksPage, code: CodeOfSession) -> None:
        super().__init__(host)
        self.page, self.view, self.code = page, page.side, code
        self.measured: dict[str, Measured] = from_text(host.remembered.measured)
        self.found: dict[str, Python] = {}  # Pythons that were looked into, by path
        self.job: Job[Any, Measured] | None = None
        self.looking: Job[Any, Python] | None = None
        self._of: dict[str, object] = {}  # the session that each framework's losses are of
        self._standing = {name: Standing() for name in NAMES}
        self._ours: tuple[Array, Measured | None, object] = (np.zeros(0), None, None)
        self._moves: tuple[tuple[int, str], ...] = ()
        self._queue: list[str] = []
        self._python = host.remembered.python
        self._problem = ""  # of that
        self._ticking = QTimer(page)
        self._ticking.setInterval(LOOK_EVERY)
        self._ticking.timeout.connect(self._look)
        view = self.view
        view.run_wanted.connect(self.run)
        view.all_wanted.connect(self.run_all)
        view.cancel_wanted.connect(self.cancel)
        view.python.choose_wanted.connect(self.ask_python)
        view.python.own_wanted.connect(lambda: self.use_python(""))
        view.python.copy_wanted.connect(self._copy)
        page.on_script = self._draw
        page.choosing.show_measured(self.measured)

    def actions(self) -> Sequence[Action]:
        return (
            Action("Run the code here", "Frameworks", lambda: self.run(self.view.framework), ("G",)),
            Action("Run all frameworks that are there", "Frameworks", self.run_all, ("Shift+G",)),
            Action("Cancel the run", "Frameworks", self.cancel),
            Action("Choose a Python for code", "Frameworks", self.ask_python),
        )

    @property
    def python(self) -> str:
        """The Python that code is run in, but NumPy's."""
        return self._python or own_python()

    @property
    def busy(self) -> bool:
        """Whether what is seen is still being worked out."""
        return self.page.view == VIEW and (self.job is not None or self.looking is not None or bool(self._queue))

    # -- running --------------------------------------------------------------------------------------------------

    def lab_shown(self) -> None:
        if self.page.view != VIEW:
            return
        if self.python not in self.found and self.looking is None and not self._problem:
            self._look_into()
        if own_python() and self._of.get(FIRST) != self._now():
            self.run(FIRST)
        self._draw()

    def run(self, framework: str) -> None:
        """Runs the session's code for a framework, once what runs is done."""
        if not (own_python() if framework == FIRST else self.python):
            self.host.say("The program has no Python of its own here; choose one at the right.", alarm=True)
            return
        if framework not in self._queue:
            self._queue.append(framework)
            self._put(framework, waiting=True, problem="")
        self._next()

    def run_all(self) -> None:
        """Runs one after another all that are there."""
        for name in NAMES:
            if not self._lacks(name):
                self.run(name)

    def cancel(self) -> None:
        """Ends what runs, and forgets what waits."""
        if self.job is not None:
            task = self.job.task
            assert isinstance(task, Trial)
            self.job.close()
            self.job = None
            self._put(task.framework, running="")
        for name in self._queue:
            self._put(name, waiting=False)
        self._queue.clear()
        self._draw()

    def _next(self) -> None:
        if self.job is None and self._queue:
            self.code.with_score(self._begin)
        self._draw()

    def _begin(self, score: Score) -> None:
        if self.job is not None or not self._queue:
            return
        name = self._queue.pop(0)
        self._put(name, waiting=False, running="our own run is trained once more", losses=np.zeros(0), problem="")
        self._of[name] = _session(score)
        self._moves = _moves(self.page)
        self.job = Job(Trial(score, name, own_python() if name == FIRST else self.python))
        self._ticking.start()
        self._draw()

    def _look(self) -> None:
        """Takes what has come."""
        self._look_at_python()
        job = self.job
        if job is not None:
            task = job.task
            assert isinstance(task, Trial)
            name = task.framework
            for record in job.take():
                if isinstance(record, Ours):
                    self._ours = record.losses, record.measured, self._of[name]
                elif isinstance(record, Theirs):
                    self._put(name, losses=record.losses)
            if job.over:
                self.job = None
                self._end(name, job)
            else:
                self._put(name, running=job.progress.words)
        if self.job is None and self.looking is None:
            self._ticking.stop()
        self._next()

    def _end(self, name: str, job: Job[Any, Measured]) -> None:
        self._put(name, running="", problem=job.problem)
        if job.result is not None:
            self._put(name, measured=job.result)
            self.measured = {**self.measured, name: job.result}
            if self._ours[1] is not None:
                self.measured[self._ours[1].framework] = self._ours[1]
            self.host.remembered.measured = text_of(self.measured.values())
            self.page.choosing.show_measured(self.measured)

    # -- the Python -----------------------------------------------------------------------------------------------

    def ask_python(self) -> None:
        """Lets the user choose a Python."""
        dialog = QFileDialog(self.host.top, "Choose a Python", str(Path(self.python or Path.home()).parent))
        dress(dialog, self.host.theme)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setOption(QFileDialog.Option.DontResolveSymlinks)  # an environment's Python is a link to another
        dialog.fileSelected.connect(self.use_python)
        dialog.open()

    def use_python(self, path: str) -> None:
        """Has code run in the Python at `path` from now on, "" for the program's own; it is remembered."""
        self._python = self.host.remembered.python = path
        self._problem = ""
        self._look_into()

    def _look_into(self) -> None:
        if self.looking is not None:
            self.looking.close()
            self.looking = None
        if self.python:
            self.looking = Job(LookInto(self.python))
            self._ticking.start()
        self._draw()

    def _look_at_python(self) -> None:
        job = self.looking
        if job is None:
            return
        job.take()
        if job.over:
            self.looking = None
            self._problem = job.problem
            if job.result is not None:
                self.found[job.result.path] = job.result
                for name in NAMES:  # what failed may be there now
                    self._put(name, problem="")

    def _lacks(self, name: str) -> tuple[str, ...]:
        found = self.found.get(self.python)
        return found.lacks(frameworks[name]) if found is not None and name != FIRST else ()

    def _copy(self, command: str) -> None:
        QApplication.clipboard().setText(command)
        self.host.say("The command is on the clipboard, for a terminal; nothing was installed.")

    # -- what is shown --------------------------------------------------------------------------------------------

    def _now(self) -> object:
        return _session(self.code.shown) if self.code.shown is not None else None

    def _put(self, name: str, **changed: Any) -> None:
        self._standing[name] = replace(self._standing[name], **changed)

    def _draw(self) -> None:
        if self.page.view != VIEW:
            return
        losses, ours, of = self._ours
        same = {
            name: replace(one, lacks=self._lacks(name), fresh=self._of.get(name, of) == of)
            for name, one in self._standing.items()
        }
        earlier = ours is not None and of != self._now()
        runs = Runs(losses, ours, same, self._moves, earlier, self.code.settings_only)
        precise = self.host.session.moved.training.precision == "float64"
        self.view.show_runs(runs, busy=self.job is not None or bool(self._queue), precise=precise)
        found = self.found.get(self.python)
        self.view.show_python(self.python, found, self._problem, own=not self._python)

    def experiment_changed(self) -> None:
        self._draw()

    def close(self) -> None:
        self._ticking.stop()
        for job in (self.job, self.looking):
            if job is not None:
                job.close()


def _session(score: Score) -> object:
    """What makes a session another one: all but how long it was trained."""
    return score.start, score.events


def _moves(page: FrameworksPage) -> tuple[tuple[int, str], ...]:
    """(step, words) of what is moved in the code."""
    if page.script is None:
        return ()
    return tuple(
        (step, f"{SYMBOLS.get(one.name, one.name)} {value:g}") for one in page.script.moved for step, value in one.moves
    )
