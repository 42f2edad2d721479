"""Slow motion in the window: its button and keys, the card over the charts, and the layer marked in the picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut

from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.ui.actions import Action
from hyperscope.ui.panels.slow_motion.panel import LEAST, SlowMotionPanel
from hyperscope.ui.parts.part import Part
from hyperscope.ui.theme import EDGE, GRID, Theme

if TYPE_CHECKING:
    from hyperscope.ui.window import Window

PACE = 1000  # ms between two operations while they play


class _Watch(QObject):
    """Tells when what it watches has another size or place."""

    def __init__(self, part: SlowMotionPart) -> None:
        super().__init__(part.window)
        self._part = part

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide):
            self._part.place()
        return False


class SlowMotionPart(Part):
    """Sends what the card asks for to the session, and shows what the session says."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.panel = panel = SlowMotionPanel(window.playground)
        session, do = window.session, window.do
        panel.moved.connect(lambda by: do(lambda: session.slow(by)))
        panel.chosen.connect(lambda at: do(lambda: session.slow(to=at)))
        panel.played.connect(self._play)
        panel.left.connect(self.leave)
        window.transport.slow_button.clicked.connect(lambda: do(self.switch))
        self._pace = QTimer(panel)
        self._pace.setInterval(PACE)
        self._pace.timeout.connect(lambda: do(lambda: session.slow(1)))
        # enabled only while it is on, as other things are left by the same key
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), window)
        self._escape.setEnabled(False)
        self._escape.activated.connect(self.leave)
        self._watch = _Watch(self)
        for watched in (window.playground, window.playground.curves, window.playground.distributions):
            watched.installEventFilter(self._watch)

    def actions(self) -> Sequence[Action]:
        said = "One operation of the next mini-batch at a time."
        return (
            Action("Slow motion", "Train", self.switch, ("S",), said),
            Action("Back one operation or batch", "Train", self._back, ("Left",), "In slow motion an operation."),
        )

    @property
    def on(self) -> bool:
        """Whether the window shows slow motion."""
        return self.panel.record is not None and not self.panel.isHidden()

    def switch(self) -> None:
        """Begins slow motion, or leaves it."""
        session = self.window.session
        if self.on:
            session.leave_slow_motion()
        else:
            session.slow()

    def leave(self) -> None:
        """Leaves it; the step it stood in is not taken."""
        self.window.do(self.window.session.leave_slow_motion)

    def takes_play(self) -> bool:
        """Plays the operations, or stops playing them; says whether it is on, and the key was meant for it."""
        if self.on:
            self.panel.play.toggle()
        return self.on

    def takes_step(self) -> bool:
        """Goes on by an operation; says whether it is on, and the key was meant for it."""
        if self.on:
            self.window.session.slow(1)
        return self.on

    def _back(self) -> None:
        session = self.window.session
        if self.on:
            session.slow(-1)
        elif session.status.beat:
            self.window.go_to(session.status.beat - 1)

    def _play(self, playing: bool) -> None:
        if playing:
            self._pace.start()
        else:
            self._pace.stop()

    def heed(self, snapshot: Snapshot) -> None:
        record = self.window.session.slow_motion
        if record is self.panel.record and (record is None) == self.panel.isHidden():
            return
        if record is None:
            self._put_away()
            return
        self.panel.show_record(record)
        layer = record.operations[record.at].layer
        layers = range(1, len(self.window.session.moved.network.layers) + 2)
        self.window.playground.networks.mark(frozenset({layer} if layer else layers), of=record.twin or "A")
        if self.panel.isHidden():
            self.window.playground.set_least(self._least)
            self.place()
            self.panel.show()
            self.panel.raise_()
            self._escape.setEnabled(True)
            self._free_arrows()

    def _free_arrows(self) -> None:
        """A control that was clicked would take the arrows, and by the change that they make leave slow motion."""
        had = self.window.focusWidget()
        if had is not None and (had is self.window.timeline or self.window.playground.isAncestorOf(had)):
            self.window.transport.slow_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _put_away(self) -> None:
        self.panel.play.setChecked(False)
        self.panel.hide()
        self.window.playground.set_least(0)
        self._escape.setEnabled(False)
        self.window.playground.networks.mark(frozenset())

    def place(self) -> None:
        """Lays the card over the charts, or over the foot of what stands there without them."""
        lab = self.window.playground
        seen = [one for one in (lab.curves, lab.distributions) if not one.isHidden()]
        foot = lab.height() - EDGE
        left, right = EDGE, lab.width() - EDGE
        if not lab.hyperparameters.isHidden():
            right = lab.hyperparameters.mapTo(lab, QPoint(0, 0)).x() - GRID
        room = QRect(left, foot, right - left, 0)
        for one in seen:
            room = room.united(QRect(one.mapTo(lab, QPoint(0, 0)), one.size()))
        high = max(room.height() if seen else 0, self._least)
        self.panel.setGeometry(room.left(), room.top() + room.height() - high, room.width(), high)

    @property
    def _least(self) -> int:
        """Pixels of height below which the card says too little."""
        return round(LEAST * self.window.theme.scale)

    def set_theme(self, theme: Theme) -> None:
        self.panel.set_theme(theme)
        if self.on:
            self.window.playground.set_least(self._least)
        self.place()

    def close(self) -> None:
        self._pace.stop()
