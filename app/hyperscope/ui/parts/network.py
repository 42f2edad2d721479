"""The network's own part of the window: numbers set by hand go to the session, and whether anything moves by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hyperscope.lab.edits import Edit
from hyperscope.ui.actions import Action
from hyperscope.ui.parts.part import Part

if TYPE_CHECKING:
    from hyperscope.ui.window import Window


class NetworkPart(Part):
    """Passes on what is done in the network picture; `reduced_motion` is remembered."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        network = window.playground.network
        network.edited.connect(self._edit)
        network.moved.connect(window.move_knob)
        network.refused.connect(lambda sentence: window.say(sentence, alarm=True))
        self._reduced = window.remembered.reduced_motion
        network.set_reduced_motion(self._reduced)

    def actions(self) -> Sequence[Action]:
        return (
            Action(
                "Reduced motion",
                "View",
                self.switch_motion,
                help="Whether dots move along the edges while the network trains.",
            ),
        )

    def switch_motion(self) -> None:
        """Nothing moves by itself, or it does again."""
        self._reduced = self.window.remembered.reduced_motion = not self._reduced
        self.window.playground.network.set_reduced_motion(self._reduced)
        self.window.say(
            "Motion is reduced." if self._reduced else "Dots move along the edges while the network trains."
        )

    def _edit(self, edit: Edit, before: float, gesture: str) -> None:
        self.window.do(lambda: self.window.session.edit(edit, before, merge=gesture))
