"""Presenting: type and lines for the last row, what is shown and what is not, a laser spot, and captions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication

from hyperscope.ui.actions import Action
from hyperscope.ui.part import Part
from hyperscope.ui.parts.looks import Looks
from hyperscope.ui.shown import ShownList
from hyperscope.ui.stage import Laser
from hyperscope.ui.theme import Theme

if TYPE_CHECKING:
    from hyperscope.ui.labs.lab import Lab
    from hyperscope.ui.shell import Shell

LARGE = 1.4  # times the usual type in projector mode, or as much as fits;
LARGEST = 2.0  # where no more than FEW panels are shown
FEW = 3
TIMELINE = ("timeline", "Timeline")  # the window's own, below whatever lab is shown


class Presenting(Part["Shell"]):
    """What is hidden is remembered, in projector mode and outside it; a panel that is `large` hides all others."""

    def __init__(self, host: Shell) -> None:
        super().__init__(host)
        self._lists: dict[Lab, ShownList] = {}
        self.laser = Laser(host.body)
        self.projecting = False
        self.large = ""  # the name of the panel that is alone on the page
        self._hidden = host.remembered.hidden

    def actions(self) -> Sequence[Action]:
        return (
            Action("Projector mode", "Present", self.switch_projector, ("J",), "Larger type and lines, chosen panels."),
            Action("Choose what is shown", "Present", self.choose, ("H",), "Hides panels and single controls."),
            Action("One panel large", "Present", self.enlarge, ("Z",), "The one under the pointer; again for all."),
            Action("Laser spot", "Present", self.laser.switch, ("X",), "A spot that follows the pointer."),
            Action("Captions", "Present", self.switch_captions, ("C",), "What happens, in large type at the foot."),
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
        others = (name for name, _ in self.host.lab.hideable if self.large and name != self.large)
        return (self._hidden - {self.large}).union(others)

    def switch_projector(self) -> None:
        """Enlarges type and lines, or makes them as they were."""
        looks = self.host.part(Looks)
        self.projecting = not self.projecting
        self._apply()
        looks.enlarge((LARGEST if self._few else LARGE) if self.projecting else 0)
        begun = "Projector mode: larger type and lines. H chooses what is shown, J leaves, X is a laser spot."
        self.host.say(begun if self.projecting else "Projector mode ended.")

    def enlarge(self, name: str = "") -> None:
        """Gives a panel the whole page, the one under the pointer if none is named; or brings the others back."""
        name = name or self._pointed_at()
        self.large = "" if self.large else name
        self._apply()
        self.host.say("One panel large; Z brings the others back." if self.large else "All panels are back.")

    def _pointed_at(self) -> str:
        """The panel under the pointer, else the one with the keyboard, else the map."""
        names = [name for name, _ in self.host.lab.hideable]
        for at in (QApplication.widgetAt(QCursor.pos()), QApplication.focusWidget()):
            for name in names if at is not None else ():
                panel = getattr(self.host.lab.page, name, None)
                if panel is not None and (panel is at or panel.isAncestorOf(at)):
                    return name
        return "map" if "map" in names else next(iter(names), "")

    def switch_captions(self) -> None:
        """Gives what is said a strip of its own in large type, or its usual place."""
        words = self.host.words
        if words.switch_captions() and not words.message.text():
            self.host.say("What happens is said here, in large type. C ends it.")

    def choose(self) -> None:
        """Opens the list of what is shown, or closes it."""
        if self.list.isVisible():
            self.list.leave()
        else:
            self.large = ""
            self._apply()
            self.list.set_hidden(self.hidden)
            self.list.open()

    def _chosen(self, names: frozenset[str]) -> None:
        self.hide(names | (self.hidden - self.list.boxes.keys()))  # what is hidden in other labs stays so

    def hide(self, names: frozenset[str]) -> None:
        """Hides exactly these panels and controls."""
        self.large, self._hidden = "", names
        self.host.remembered.set_hidden(names)
        self._apply()

    @property
    def _few(self) -> bool:
        """Whether few panels are shown to a class, so that their type may be as large as theirs alone allows."""
        shown = [name for name, _ in self.host.lab.hideable if name not in self.hidden]
        return self.projecting and 0 < len(shown) <= FEW

    def _apply(self) -> None:
        host = self.host
        host.part(Looks).show_few(self._few)
        host.lab.page.show_without(self.hidden, host.session.moved)
        self.show_timeline()
        host.draw_all()

    def show_timeline(self) -> None:
        """Shows the timeline where something trains, unless it is hidden by hand."""
        self.host.timeline.setVisible(self.host.lab.page.trains and "timeline" not in self.hidden)

    def lab_shown(self) -> None:
        for shown in self._lists.values():
            shown.leave()
        self.large = ""
        self._apply()

    def set_theme(self, theme: Theme) -> None:
        over: tuple[ShownList | Laser, ...] = (*self._lists.values(), self.laser)
        for one in over:
            one.set_theme(theme)

    def close(self) -> None:
        if self.laser.isVisible():
            self.laser.switch()
