"""How buttons that are painted here behave under the keyboard: the ring of focus, Enter, arrows, one stop a group.

Each class is one such habit, to be put before the kind of button it is for; none knows what the button is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractButton

from hyperscope.ui.controls.control import arrows_kept, by_keyboard

if TYPE_CHECKING:
    ForButtons = QAbstractButton
else:
    ForButtons = object  # PySide does not put two Qt classes into one, so beside a button these are plain ones


class Ringed(ForButtons):
    """`ringed` says whether it was the keyboard that came here, so that a ring is to be drawn while it stays."""

    ringed = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.ringed = by_keyboard(event, self.ringed)
        super().focusInEvent(event)


class PressedByEnter(ForButtons):
    """Enter presses it as a click does: the window may use space to play and pause."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class KeepsArrows(ForButtons):
    """The arrow keys go round its group, whatever the window uses them for."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        arrows_kept(self, True)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        arrows_kept(self, False)
        super().focusOutEvent(event)


def one_stop(buttons: Sequence[QAbstractButton], at: int) -> None:
    """Lets Tab stop once among `buttons`, at the one in place `at`; clicks and arrows reach the others."""
    for place, button in enumerate(buttons):
        stop = place == at
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if stop else Qt.FocusPolicy.ClickFocus)
