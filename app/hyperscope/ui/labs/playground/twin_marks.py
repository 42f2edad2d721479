"""Twins in the Playground: room for both, and the controls in which they differ, marked with A's and B's value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.lists import unlike
from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.lab.twins.twin_words import Difference, differences
from hyperscope.ui.part import Part
from hyperscope.ui.parts.twin import TwinPart

if TYPE_CHECKING:
    from hyperscope.ui.host import Host
    from hyperscope.ui.labs.playground.page import Playground

EVERY = "*"


class TwinMarks(Part["Host"]):
    """Has page and marks follow whether there are twins, and which of them the controls move."""

    def __init__(self, host: Host, page: Playground) -> None:
        super().__init__(host)
        self.page = page
        self._shown: tuple[object, ...] = ()
        page.note.twin_wanted.connect(host.part(TwinPart).try_remedy)
        for card in (page.data, page.hyperparameters):
            card.grown.connect(self._mark)

    def on_snapshot(self, snapshot: Snapshot) -> None:
        self.experiment_changed()

    def experiment_changed(self) -> None:
        session, page = self.host.session, self.page
        if session.in_force == self._shown:
            return
        was = len(self._shown) > 1 and self._shown[1] is not None
        self._shown = session.in_force
        on = session.twin is not None
        if on != was:
            page.show_twins(on)
        page.note.set_letter(("B" if session.side == "B" else "A") if on else "")  # of the one that the controls move
        self._mark()

    def _mark(self) -> None:
        session = self.host.session
        mark(self.page, session.experiment, session.twin, session.side)


def mark(page: Playground, ours: Experiment, theirs: Experiment | None, side: str) -> None:
    """Marks what differs between A and B in the cards and over the network; nothing where there is no B."""
    found = differences(ours, theirs) if theirs is not None else []
    # of a layer that only one of them has, nothing is to be compared; the network says that it is there
    by_path = {_general(one.path): one for one in found if None not in one.values}
    for card in (page.data, page.hyperparameters):
        for path, control in card.controls.made.items():
            control.caption.set_notes(*_notes(by_path.get(path), side))
    source = by_path.get("data.source")
    other_inputs = theirs is not None and {"data.features", "data.left_out"} & unlike(ours, theirs).keys()
    page.data.title.set_notes(*_notes(source, side))
    page.data.inputs.set_notes(*(["A ≠ B"] if other_inputs else []))
    page.networks.show_layers(*(one.network.layers for one in (ours, theirs) if one is not None))


def _general(path: str) -> str:
    """The path with a * for a layer's number, as controls of all layers have it."""
    parts = path.split(".")
    if "layers" in parts:
        parts[parts.index("layers") + 1] = EVERY
    return ".".join(parts)


def _notes(difference: Difference | None, side: str) -> tuple[str, ...]:
    """Both values, or where that is too long the one that the control itself does not show."""
    if difference is None:
        return ()
    a, b = f"A {difference.a}", f"B {difference.b}"
    return f"{a} · {b}", b if side == "A" else a
