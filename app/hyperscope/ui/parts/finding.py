"""Finding what can be done: the command palette over all actions, controls, presets and choices, and all keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from hyperscope.lab.experiment.lab_view import LabView
from hyperscope.lab.experiment.presets import presets
from hyperscope.ui import labs
from hyperscope.ui.actions import Action
from hyperscope.ui.controls.words import title
from hyperscope.ui.finder import KeyList, Palette
from hyperscope.ui.labs.lab import Card
from hyperscope.ui.part import Part
from hyperscope.ui.parts.presets import Presets
from hyperscope.ui.theme import Theme

if TYPE_CHECKING:
    from hyperscope.ui.shell import Shell


class Finding(Part["Shell"]):
    """Opens the palette and the list of keys; what is chosen is done as if its own key had been pressed."""

    def __init__(self, host: Shell) -> None:
        super().__init__(host)
        self.palette = Palette(host.body)
        self.keys = KeyList(host.body)
        host.tabs.add("?", "What is seen, and all keys · F1").clicked.connect(self.show_keys)
        self.palette.chosen.connect(lambda action: host.do(action.run))

    def actions(self) -> Sequence[Action]:
        return (
            Action("Command palette", "Help", self.find, ("Ctrl+K",), "Type what to do.", shown=False),
            Action("What is seen, and all keys", "Help", self.show_keys, ("F1", "?"), "How to read what is shown."),
        )

    def find(self) -> None:
        """Opens the palette, or closes it."""
        if self.palette.isVisible():
            self.palette.leave()
            return
        self.keys.leave()
        self.palette.show_actions((*self.host.all_actions, *self._controls(), *self._presets()))

    def show_keys(self) -> None:
        """Opens the list of keys, or closes it."""
        if self.keys.isVisible():
            self.keys.leave()
        else:
            self.keys.show_actions(self.host.all_actions, self.host.lab.seen)

    def _presets(self) -> Iterator[Action]:
        take = self.host.part(Presets).take
        known = {lab.name: lab.title for lab in labs.LABS}
        for preset in presets():
            if lab := known.get(preset.place.lab):
                group = "Preset" if preset.place == LabView() else f"{lab} preset"
                yield Action(preset.title, group, partial(take, preset), help=preset.shows)

    def _controls(self) -> Iterator[Action]:
        """Every control to go to, and of those that choose every choice."""
        for card in self.host.lab.cards:
            for path in card.controls:
                knob = card.knob(path)
                yield Action(title(knob), "Go to", partial(self._go_to, card, path), help=knob.help)
                if knob.kind == "choice":
                    for option in knob.choices:
                        said = f"{knob.label}: {knob.caption(option)}"
                        yield Action(said, "Set", partial(self.host.move_knob, path, option), help=knob.help)

    def _go_to(self, card: Card, path: str) -> None:
        control = card.controls[path]
        parts: list[QWidget] = [control, *control.findChildren(QWidget)]
        stop = next((part for part in parts if part.focusPolicy() & Qt.FocusPolicy.TabFocus), control)
        card.unfold_to(control)
        stop.setFocus(Qt.FocusReason.TabFocusReason)

    def set_theme(self, theme: Theme) -> None:
        self.palette.set_theme(theme)
        self.keys.set_theme(theme)
