"""Lines of a session's code in every framework, counted once the session stands still.

Writing all files takes 9 ms, of a frame's 16, and five times that the first time: they are written a file a frame. The
one that is looked at is written at once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from hyperscope.lab.frameworks.counting import Count, counted
from hyperscope.lab.frameworks.frameworks import frameworks
from hyperscope.lab.frameworks.script import Script
from hyperscope.ui.panels.common.in_turn import InTurn

STILL = 150  # ms without a change

Counts = dict[str, Count]


class LaterCounts:
    """`told` is given the counts by framework: soon for the first script, and then of the newest one that stays."""

    def __init__(self, owner: QWidget, told: Callable[[Counts], None]) -> None:
        self._told = told
        self._script: Script | None = None
        self._timer = QTimer(owner)
        self._timer.setSingleShot(True)
        self._timer.setInterval(STILL)
        self._timer.timeout.connect(self._count)
        self._turns = InTurn(owner)
        self._counts: Counts = {}
        self._first = True

    @property
    def late(self) -> bool:
        """Whether what was told is not of the newest script."""
        return self._script is not None and (self._timer.isActive() or len(self._counts) < len(frameworks))

    def show_script(self, script: Script) -> None:
        """Counts this one, as soon as there are frames for it or once it stays."""
        self._script = script
        if self._first:
            self._first = False
            self._count()
        else:
            self._timer.start()

    def _count(self) -> None:
        assert self._script is not None
        self._counts = {}
        for name in frameworks:
            self._turns.ask(name, partial(self._count_in, name, self._script))

    def _count_in(self, name: str, script: Script) -> None:
        """Counts the lines in one framework, unless there is another script by now."""
        if script is self._script:
            self._counts[name] = counted(frameworks[name].code(script))
            if len(self._counts) == len(frameworks):
                self._told(self._counts)
