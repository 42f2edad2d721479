"""Slow motion in the window: its button and keys, the card over the charts, and the layer marked in the picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut

from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.ui.actions import Action
from hyperscope.ui.panels.slow_motion.panel import LEAST, SlowMotionPanel
from hyperscope.ui.part import Part
from hyperscope.ui.theme import EDGE, GRID, Theme

if TYPE_CHECKING:
    from hyperscope.ui.host import Host
    from hyperscope.ui.labs.playground.page import Playground

PACE = 1000  # ms between two operations while they play


class _Watch(QObject):
    """Tells when what it watches has another size or place."""

    def __init__(self, part: SlowMotionPart) -> None:
        super().__init__(part.page)
        self._part = part

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide):
            self._part.place()
        return False


class SlowMotionPart(Part["Host"]):
    """Sends what the card asks for to the session, and shows what the session says."""

    def __init__(self, host: Host, page: Playground) -> None:
        super().__init__(host)
        self.page = page
        self.panel = panel = SlowMotionPanel(page)
        session, do = host.session, host.do
        panel.moved.connect(lambda by: do(lambda: session.slow(by)))
        panel.chosen.connect(lambda at: do(lambda: session.slow(to=at)))
        panel.played.connect(self._play)
        panel.left.connect(self.leave)
        host.transport.slow_button.clicked.connect(lambda: do(self.switch))
        self._pace = QTimer(panel)
        self._pace.setInterval(PACE)
        self._pace.timeout.connect(lambda: do(lambda: session.slow(1)))
        # enabled only while it is on, as other things are left by the same key
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), page)
        self._escape.setEnabled(False)
        for pressed in (self._escape.activated, self._escape.activatedAmbiguously):  # a pinned input has one too
            pressed.connect(self.leave)
        self._watch = _Watch(self)
        for watched in (page, page.curves, page.distributions):
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
        session = self.host.session
        if self.on:
            session.leave_slow_motion()
        else:
            session.slow()

    def leave(self) -> None:
        """Leaves it; the step it stood in is not taken."""
        self.host.do(self.host.session.leave_slow_motion)

    def takes(self, key: Literal["play", "step", "undo", "redo"]) -> bool:
        """While it is on, plays the operations or stops playing them, or goes on by one."""
        if key in ("undo", "redo"):
            return False
        if self.on and key == "play":
            self.panel.play.toggle()
        elif self.on:
            self.host.session.slow(1)
        return self.on

    def lab_shown(self) -> None:
        self.host.transport.slow_button.setEnabled(True)

    def lab_left(self) -> None:
        self.host.transport.slow_button.setEnabled(False)  # nothing would be seen of it
        if self.on:
            self.leave()

    def _back(self) -> None:
        session = self.host.session
        if self.on:
            session.slow(-1)
        elif session.status.tick:
            self.host.go_to(session.status.tick - 1)

    def _play(self, playing: bool) -> None:
        if playing:
            self._pace.start()
        else:
            self._pace.stop()

    def on_snapshot(self, snapshot: Snapshot) -> None:
        record = self.host.session.slow_motion
        if record is self.panel.record and (record is None) == self.panel.isHidden():
            return
        if record is None:
            self._put_away()
            return
        self.panel.show_record(record)
        layer = record.operations[record.at].layer
        layers = range(1, len(self.host.session.moved.network.layers) + 2)
        self.page.networks.mark(frozenset({layer} if layer else layers), of=record.twin or "A")
        if self.panel.isHidden():
            self.page.set_least(self._least)
            self.place()
            self.panel.show()
            self.panel.raise_()
            self._escape.setEnabled(True)
            self._free_arrows()

    def _free_arrows(self) -> None:
        """A control that was clicked would take the arrows, and by the change that they make leave slow motion."""
        had = self.host.top.focusWidget()
        if had is not None and (had is self.host.timeline or self.page.isAncestorOf(had)):
            self.host.transport.slow_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _put_away(self) -> None:
        self.panel.play.setChecked(False)
        self.panel.hide()
        self.page.set_least(0)
        self._escape.setEnabled(False)
        self.page.networks.mark(frozenset())

    def place(self) -> None:
        """Lays the card over the charts, or over the foot of what stands there without them."""
        lab = self.page
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
        return round(LEAST * self.host.theme.scale)

    def set_theme(self, theme: Theme) -> None:
        self.panel.set_theme(theme)
        if self.on:
            self.page.set_least(self._least)
        self.place()

    def close(self) -> None:
        self._pace.stop()
