"""Presenting: type and lines for the last row, what is shown and what is not, a laser spot, and captions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hyperscope.ui.actions import Action
from hyperscope.ui.part import Part
from hyperscope.ui.parts.looks import Looks
from hyperscope.ui.shown import ShownList
from hyperscope.ui.stage import Captions, Laser
from hyperscope.ui.theme import Theme

if TYPE_CHECKING:
    from hyperscope.ui.labs.lab import Lab
    from hyperscope.ui.shell import Shell

LARGE = 1.4  # times the usual type in projector mode, or as much as fits
TIMELINE = ("timeline", "Timeline")  # the window's own, below whatever lab is shown


class Presenting(Part["Shell"]):
    """What is hidden is remembered; in projector mode something else may be hidden than outside it."""

    def __init__(self, host: Shell) -> None:
        super().__init__(host)
        self._lists: dict[Lab, ShownList] = {}
        self.laser = Laser(host.body)
        self.captions = Captions(host.body)
        self.projecting = False
        self._hidden = {mode: host.remembered.hidden(mode) for mode in (False, True)}
        host.said.connect(self.captions.say)

    def actions(self) -> Sequence[Action]:
        return (
            Action("Projector mode", "Present", self.switch_projector, ("J",), "Larger type and lines, chosen panels."),
            Action("Choose what is shown", "Present", self.choose, ("H",), "Hides panels and single controls."),
            Action("Laser spot", "Present", self.laser.switch, ("X",), "A spot that follows the pointer."),
            Action("Captions", "Present", self.captions.switch, ("C",), "What happens, in large type at the foot."),
        )

    @property
    def list(self) -> ShownList:
        """The list of what the shown lab can do without."""
        host, lab = self.host, self.host.lab
        if lab not in self._lists:
            made = self._lists[lab] = ShownList(host.body, (*lab.hideable, TIMELINE), lab.hideable_controls)
            made.changed.connect(self._chosen)
            made.set_theme(host.theme)
        return self._lists[lab]

    @property
    def hidden(self) -> frozenset[str]:
        """The names of what is not shown now."""
        return self._hidden[self.projecting]

    def switch_projector(self) -> None:
        """Enlarges type and lines, or makes them as they were."""
        looks = self.host.part(Looks)
        self.projecting = not self.projecting
        looks.enlarge(LARGE if self.projecting else 0)
        self._apply()
        begun = "Projector mode: larger type and lines. H chooses what is shown, J leaves, X is a laser spot."
        self.host.say(begun if self.projecting else "Projector mode ended.")

    def choose(self) -> None:
        """Opens the list of what is shown, or closes it."""
        if self.list.isVisible():
            self.list.leave()
        else:
            self.list.set_hidden(self.hidden)
            self.list.open()

    def _chosen(self, names: frozenset[str]) -> None:
        self.hide(names | (self.hidden - self.list.boxes.keys()))  # what is hidden in other labs stays so

    def hide(self, names: frozenset[str]) -> None:
        """Hides exactly these panels and controls."""
        self._hidden[self.projecting] = names
        self.host.remembered.set_hidden(self.projecting, names)
        self._apply()

    def _apply(self) -> None:
        host = self.host
        host.lab.page.show_without(self.hidden, host.session.moved)
        host.timeline.setVisible("timeline" not in self.hidden)
        host.draw_all()

    def lab_shown(self) -> None:
        for shown in self._lists.values():
            shown.leave()
        self._apply()

    def set_theme(self, theme: Theme) -> None:
        over: tuple[ShownList | Laser | Captions, ...] = (*self._lists.values(), self.laser, self.captions)
        for one in over:
            one.set_theme(theme)

    def close(self) -> None:
        if self.laser.isVisible():
            self.laser.switch()
        self.captions.hide()
