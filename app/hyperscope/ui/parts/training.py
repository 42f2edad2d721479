"""Training and time: the transport's buttons and their keys, the timeline, undo and redo."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from hyperscope.ui.actions import Action
from hyperscope.ui.parts.part import Part
from hyperscope.ui.parts.slow_motion import SlowMotionPart

if TYPE_CHECKING:
    from hyperscope.ui.window import Window


class TrainingPart(Part):
    """Sends what the transport says to the session."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        session, bar, do = window.session, window.transport, window.do
        bar.restart.connect(partial(do, session.restart))
        bar.new_start.connect(partial(do, session.new_start))
        bar.play_toggled.connect(lambda playing: do(lambda: session.play(playing)))
        bar.batch.connect(lambda: do(lambda: session.advance("batch")))
        bar.epoch.connect(lambda: do(lambda: session.advance("epoch")))
        bar.speed_chosen.connect(lambda rate: do(lambda: session.set_rate(rate)))
        window.timeline.gone_to.connect(window.go_to)

    def actions(self) -> Sequence[Action]:
        session = self.window.session
        return (
            Action("Play or pause", "Train", self._play_or_pause, ("Space",)),
            Action("Step one batch", "Train", lambda: session.advance("batch"), ("B",)),
            Action("On one operation or batch", "Train", self._on, ("Right",), shown=False),
            Action("Step one epoch", "Train", lambda: session.advance("epoch"), ("E",)),
            Action("Restart (same start)", "Train", session.restart, ("R",), "The same weights and batches again."),
            Action("New start", "Train", session.new_start, ("N",), "Other weights and another order of batches."),
            Action("Undo", "Edit", session.undo, ("Ctrl+Z",)),
            Action("Redo", "Edit", session.redo, ("Ctrl+Shift+Z", "Ctrl+Y")),
        )

    def _play_or_pause(self) -> None:
        session = self.window.session
        if not self.window.part(SlowMotionPart).takes_play():
            session.play(not session.playing)

    def _on(self) -> None:
        if not self.window.part(SlowMotionPart).takes_step():
            self.window.session.advance("batch")
