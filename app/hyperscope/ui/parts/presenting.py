"""Presenting: type and lines for the last row, what is shown and what is not, a laser spot, and captions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hyperscope.ui.actions import Action
from hyperscope.ui.controls.words import title
from hyperscope.ui.parts.looks import Looks
from hyperscope.ui.parts.part import Part
from hyperscope.ui.shown import ShownList
from hyperscope.ui.stage import Captions, Laser
from hyperscope.ui.theme import Theme

if TYPE_CHECKING:
    from hyperscope.ui.window import Window

LARGE = 1.4  # times the usual type in projector mode, or as much as fits
PANELS = (
    ("data", "Data"),
    ("network", "Network"),
    ("map", "Decision map"),
    ("hyperparameters", "Hyperparameters"),
    ("curves", "Curves"),
    ("distributions", "Distributions"),
    ("timeline", "Timeline"),
)


class Presenting(Part):
    """What is hidden is remembered; in projector mode something else may be hidden than outside it."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        controls = window.playground.hyperparameters.controls
        self.list = ShownList(window.body, PANELS, [(path, title(one.knob)) for path, one in controls.items()])
        self.laser = Laser(window.body)
        self.captions = Captions(window.body)
        self.projecting = False
        self._hidden = {mode: window.remembered.hidden(mode) for mode in (False, True)}
        self.list.changed.connect(self.hide)
        window.said.connect(self.captions.say)
        self._apply()

    def actions(self) -> Sequence[Action]:
        return (
            Action("Projector mode", "Present", self.switch_projector, ("J",), "Larger type and lines, chosen panels."),
            Action("Choose what is shown", "Present", self.choose, ("H",), "Hides panels and single controls."),
            Action("Laser spot", "Present", self.laser.switch, ("X",), "A spot that follows the pointer."),
            Action("Captions", "Present", self.captions.switch, ("C",), "What happens, in large type at the foot."),
        )

    @property
    def hidden(self) -> frozenset[str]:
        """The names of what is not shown now."""
        return self._hidden[self.projecting]

    def switch_projector(self) -> None:
        """Enlarges type and lines, or makes them as they were."""
        window, looks = self.window, self.window.part(Looks)
        self.projecting = not self.projecting
        looks.enlarge(LARGE if self.projecting else 0)
        self._apply()
        begun = "Projector mode: larger type and lines. H chooses what is shown, J leaves, X is a laser spot."
        window.say(begun if self.projecting else "Projector mode ended.")

    def choose(self) -> None:
        """Opens the list of what is shown, or closes it."""
        if self.list.isVisible():
            self.list.leave()
        else:
            self.list.set_hidden(self.hidden)
            self.list.open()

    def hide(self, names: frozenset[str]) -> None:
        """Hides exactly these panels and controls."""
        self._hidden[self.projecting] = names
        self.window.remembered.set_hidden(self.projecting, names)
        self._apply()

    def _apply(self) -> None:
        window = self.window
        window.playground.show_without(self.hidden, window.session.moved)
        window.timeline.setVisible("timeline" not in self.hidden)
        window.draw_all()

    def set_theme(self, theme: Theme) -> None:
        for one in (self.list, self.laser, self.captions):
            one.set_theme(theme)

    def close(self) -> None:
        if self.laser.isVisible():
            self.laser.switch()
        self.captions.hide()
