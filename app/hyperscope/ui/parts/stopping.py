"""Stopping after so many epochs: the card with the number, opened from the epochs in the transport."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from hyperscope.ui.actions import Action
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.popover import Popover
from hyperscope.ui.part import Part
from hyperscope.ui.style import pixels, wear
from hyperscope.ui.theme import Theme, font

if TYPE_CHECKING:
    from hyperscope.lab.probes.snapshot import Snapshot
    from hyperscope.ui.shell import Shell

MOST = 1_000_000  # epochs
WIDE = 64  # pixels of the number


class Stopping(Part["Shell"]):
    """Has training stop after as many epochs as are typed; nothing typed lets it go on for ever."""

    def __init__(self, host: Shell) -> None:
        super().__init__(host)
        self.card = Popover(host.transport.epochs)
        self.before, self.after = Caption("Stop after"), Caption("epochs")
        self.number = QLineEdit()
        self.number.setAccessibleName("Stop after epochs")
        self.number.setPlaceholderText("never")
        self.never = Button("Never", "Never stop", "Train on until it is paused")
        self._row = QHBoxLayout(self.card)
        for part in (self.before, self.number, self.after, self.never):
            self._row.addWidget(part)
        self.number.returnPressed.connect(lambda: self.stop_after(self.number.text()))
        self.never.clicked.connect(lambda: self.stop_after(""))
        host.transport.epochs.pressed.connect(self.open)

    def actions(self) -> Sequence[Action]:
        said = "Training stops by itself after so many."
        return (Action("Stop after epochs", "Train", self.open, ("Shift+E",), said),)

    def open(self) -> None:
        """Opens the card, or closes it."""
        epoch = self.host.session.rest.epoch
        self.number.setText("" if epoch is None else str(epoch))
        self.card.toggle()

    def stop_after(self, words: str) -> None:
        """Takes the number that `words` spell, or says what is allowed."""
        words = words.strip()
        if words and not (words.isdecimal() and 1 <= int(words) <= MOST):
            self.host.say(f"epochs is {words!r}; it must be a whole number from 1 to {MOST}, or nothing", alarm=True)
            return
        session, epoch = self.host.session, int(words) if words else None
        session.set_rest(replace(session.rest, epoch=epoch))
        self.card.hide()
        where = f"after {epoch} epochs" if epoch else "only when it is paused, or has learned"
        self.host.hold(f"Training stops {where}.")
        self.host.follow()

    def on_snapshot(self, snapshot: Snapshot) -> None:
        self.host.transport.show_stop(self.host.session.rest.epoch)

    def set_theme(self, theme: Theme) -> None:
        for caption in (self.before, self.after):
            caption.set_theme(theme, 12)
        wear(self.number, theme)
        self.number.setFont(font(12, 600, theme.scale))
        self.number.setFixedWidth(pixels(theme, WIDE))
        self.never.set_theme(theme)
        self.card.set_ground(theme)
