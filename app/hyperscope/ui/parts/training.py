"""Training and time: the transport's buttons and their keys, the timeline, undo and redo."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

from hyperscope.ui.actions import Action
from hyperscope.ui.part import Part
from hyperscope.ui.transport import TEMPI

if TYPE_CHECKING:
    from hyperscope.ui.shell import Shell


class TrainingPart(Part["Shell"]):
    """Sends what the transport says to the session."""

    def __init__(self, host: Shell) -> None:
        super().__init__(host)
        session, bar, do = host.session, host.transport, host.do
        bar.restart.connect(partial(do, session.restart))
        bar.new_start.connect(partial(do, session.new_start))
        bar.play_toggled.connect(lambda playing: do(lambda: session.play(playing)))
        bar.batch.connect(lambda: do(lambda: session.advance("batch")))
        bar.epoch.connect(lambda: do(lambda: session.advance("epoch")))
        bar.tempo_chosen.connect(lambda tempo: do(lambda: session.set_tempo(tempo)))
        bar.show_tempo(session.tempo)
        host.timeline.gone_to.connect(host.go_to)

    def actions(self) -> Sequence[Action]:
        session = self.host.session
        return (
            Action("Play or pause", "Train", self._play_or_pause, ("Space",)),
            Action("Step one batch", "Train", lambda: session.advance("batch"), ("B",)),
            Action("On one operation or batch", "Train", self._on, ("Right",), shown=False),
            Action("Step one epoch", "Train", lambda: session.advance("epoch"), ("E",)),
            Action("Restart (same start)", "Train", session.restart, ("R",), "The same weights and batches again."),
            Action("New start", "Train", session.new_start, ("N",), "Other weights and another order of batches."),
            Action("Slower", "Train", partial(self._change_tempo, -1), ("<",), "The next slower tempo."),
            Action("Faster", "Train", partial(self._change_tempo, 1), (">",), "The next faster tempo, up to max."),
            Action("Undo", "Edit", partial(self._go_over, "undo"), ("Ctrl+Z",)),
            Action("Redo", "Edit", partial(self._go_over, "redo"), ("Ctrl+Shift+Z", "Ctrl+Y")),
        )

    def _change_tempo(self, by: int) -> None:
        every = [tempo for _, tempo in TEMPI]
        now = every.index(self.host.session.tempo) if self.host.session.tempo in every else len(every) - 1
        tempo = every[min(max(0, now + by), len(every) - 1)]
        self.host.session.set_tempo(tempo)
        self.host.transport.show_tempo(tempo)

    def _go_over(self, which: Literal["undo", "redo"]) -> None:
        if not any(part.takes(which) for part in self.host.lab.parts):
            session = self.host.session
            (session.undo if which == "undo" else session.redo)()

    def _play_or_pause(self) -> None:
        session = self.host.session
        if not any(part.takes("play") for part in self.host.lab.parts):
            session.play(not session.playing)

    def _on(self) -> None:
        if not any(part.takes("step") for part in self.host.lab.parts):
            self.host.session.advance("batch")
