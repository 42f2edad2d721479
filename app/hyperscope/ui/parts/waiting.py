"""Says that the worker lets itself be waited for: what it is at and how far that is, that it does not run, or that
there is none.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from hyperscope.ui.part import Part
from hyperscope.ui.theme import Theme
from hyperscope.ui.waiting_note import WaitingNote

if TYPE_CHECKING:
    from hyperscope.lab.session.session import Unheard
    from hyperscope.ui.shell import Shell

LOOK_EVERY = 200  # ms
STAYS = 1.2  # s that it can be read at least: steps that take a second each would let it flicker
WORTH = 0.5  # s that something usually takes from which on that is said
OFFERED = 6.0  # s of being at one thing after which another worker is offered, as for one that is silent


class Waiting(Part["Shell"]):
    """Looks after the worker; `note` is seen only while it lets itself be waited for."""

    def __init__(self, host: Shell) -> None:
        super().__init__(host)
        self.note = WaitingNote(host.body, host.transport)
        self.note.another_wanted.connect(self._start_another)
        self._until = 0.0
        self._look = QTimer(host.top)
        self._look.setInterval(LOOK_EVERY)
        self._look.timeout.connect(self._see)
        self._look.start()
        host.resized.connect(self.note.hide)

    def set_theme(self, theme: Theme) -> None:
        self.note.set_theme(theme)

    def close(self) -> None:
        self._look.stop()
        self.note.hide()

    def _start_another(self) -> None:
        self._until = 0.0
        self.note.hide()
        self.host.do(self.host.session.start_another)

    def _see(self) -> None:
        unheard = self.host.session.unheard
        now = time.monotonic()
        if unheard is not None:
            self._until = now + STAYS
            self._say(unheard)
        elif now > self._until and self.note.isVisible():
            self.note.hide()

    def _say(self, unheard: Unheard) -> None:
        another = f"Start another from {unheard.where}"
        busy = unheard.busy
        if unheard.none:
            self.host.transport.show_status(self.host.session.status, 0.0)
            self.note.say("No training process is running.", alarm=True, offer=another)
        elif unheard.silent:
            self.host.transport.show_no_steps()
            silent = f"The training process has given no sign for {unheard.silent:.0f} s."
            self.note.say(silent, alarm=True, offer=another)
        elif busy is not None:
            known = busy.usual >= WORTH
            of = f" of about {busy.usual:.1f}" if known else ""
            share = busy.seconds / busy.usual if known else 0.0
            self.note.say(
                f"{busy.what}: {busy.seconds:.1f}{of} s.", share=share, offer=another if busy.seconds >= OFFERED else ""
            )
