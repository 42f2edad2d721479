"""What the map's card does to the session: which input is followed through the network, which plane is looked at."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut

from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.passing import Followed, Passing, passing
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.ui.actions import Action
from hyperscope.ui.paint import number
from hyperscope.ui.panels.map.head import MODES
from hyperscope.ui.panels.map.pin import PARTS, Pin, named
from hyperscope.ui.panels.map.views import VIEWS
from hyperscope.ui.part import Part

if TYPE_CHECKING:
    from hyperscope.ui.host import Host
    from hyperscope.ui.labs.playground.page import Playground

FOLLOWED = 0.05  # s between two looks at the same input while the network changes


class MapPart(Part["Host"]):
    """The pointer's place, or a pinned input, goes to the worker with whatever is asked next; what comes back is shown
    on the map and in the network picture.
    """

    def __init__(self, host: Host, page: Playground) -> None:
        super().__init__(host)
        self.page = page
        self.map = page.map
        self._over: tuple[float, float] | None = None
        self._answered: Focus | None = None  # the focus whose input is shown
        self._asked = 0.0
        self._showing = False
        self.map.hovered.connect(self._hover)
        self.map.left.connect(self._leave)
        self.map.pinned.connect(self._pinned)
        self.map.mode_chosen.connect(lambda _: host.follow())
        self.map.layer_chosen.connect(self._choose_layer)
        self.map.units_chosen.connect(self._choose_units)
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), page)
        self._escape.setEnabled(False)  # until an input is pinned; others use Escape too
        for pressed in (self._escape.activated, self._escape.activatedAmbiguously):  # slow motion has one too
            pressed.connect(self.let_go)

    def actions(self) -> Sequence[Action]:
        return (
            Action("Next misclassified example", "Map", lambda: self._step(1), (".",), "Pins it and reads it out."),
            Action("Previous misclassified example", "Map", lambda: self._step(-1), (",",)),
            Action("Let go of the pinned input", "Map", self.let_go, (), "Escape does so too."),
            Action("Next map view", "Map", self.next_view, ("V",), "Soft, hard, confidence, margin."),
            *(
                Action(f"Show: {said[0]}", "Map", partial(self._show, mode), (), said[2])
                for mode, said in MODES.items()
            ),
        )

    def let_go(self) -> None:
        """Holds no input any more."""
        self.map.set_pin(None)

    def next_view(self) -> None:
        """Shows the map's next view."""
        views = tuple(VIEWS)
        self.map.set_view(views[(views.index(self.map.view) + 1) % len(views)])

    def _show(self, mode: str) -> None:
        if mode == "samples" and not self.map.head.has_samples:
            self.host.say("There are no samples to show: the examples are not pictures.")
            return
        self.map.set_mode(mode)

    def _step(self, by: int) -> None:
        self.map.step(by)

    def _hover(self, x: float, y: float) -> None:
        self._over = (x, y)
        self._look()

    def _leave(self) -> None:
        self._over = None
        self._look()

    def _pinned(self, pin: Pin | None) -> None:
        self._escape.setEnabled(pin is not None)
        self._look()

    def _look(self) -> None:
        """Follows the pinned input, else the one under the pointer."""
        pin = self.map.pin
        example = pin.example if pin is not None else None
        point = pin.point if pin is not None else self._over
        self.host.looked_at.look(example=example, point=None if example is not None else point)
        if example is None and point is None:
            self._show_passing(None)

    def _choose_layer(self, layer: int) -> None:
        self.host.looked_at.look(layer=layer, units=None)  # those of another layer are not the same units
        self.host.follow()

    def _choose_units(self, units: tuple[int, int] | None) -> None:
        self.host.looked_at.look(units=units)
        self.host.follow()

    def wants(self) -> Sequence[AnyAsk]:
        """The input's way through the network, if it is another one or the network may have changed."""
        focus = self.host.looked_at.focus
        if focus.point is None and focus.example is None:
            return ()
        now = time.monotonic()
        if self._answered == focus and (self.host.at_rest or now - self._asked < FOLLOWED):
            return ()
        self._asked = now
        return (Ask(passing, Followed(focus.plane, focus.point, focus.example)),)

    def on_snapshot(self, snapshot: Snapshot) -> None:
        found = [side.records.of(passing) for side in snapshot.sides]
        ours = found[0]
        focus = self.host.looked_at.focus
        if ours is None or (focus.point is None and focus.example is None):
            return
        if ours.example == focus.example and (focus.example is not None or ours.point == focus.point):
            self._answered = focus
        self._show_passing(*found)

    def _show_passing(self, ours: Passing | None, of_twin: Passing | None = None) -> None:
        found = ours is not None and bool(ours.values)
        if not found and not self._showing:
            return
        self._showing = found
        self._answered = self._answered if found else None
        both = (ours, of_twin) if found else (None, None)
        self.map.show_passing(*both)
        label, networks = self._label(*both), self.page.networks
        networks.show_activations(*((one.values or None) if one is not None else None for one in both), label=label)

    def _label(self, ours: Passing | None, of_twin: Passing | None) -> str:
        if ours is None or not ours.values:
            return ""
        names = self.map.examples.class_names if self.map.examples is not None else ()
        predicted = named(names, int(ours.values[-1].argmax()))
        if of_twin is not None and of_twin.values:
            predicted = f"A {predicted}, B {named(names, int(of_twin.values[-1].argmax()))}"
        if ours.example is not None:
            about = f"{PARTS[ours.part]} example {ours.example}"
            return f"{about}: true {named(names, ours.true)}, predicted {predicted}"
        x, y = ours.point or (0.0, 0.0)
        return f"input at ({number(x)}, {number(y)}): predicted {predicted}"
