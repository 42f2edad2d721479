"""The microscope's part of the lab: what is set in it goes to the session, each drag as one move."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import msgspec

from hyperscope.lab.experiment.edits import Done, Edit
from hyperscope.lab.probes.microscope import Magnified
from hyperscope.lab.twins.twin import One
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.labs.batch_norm.page import BatchNormPage
from hyperscope.ui.part import Part


class Microscope(Part[Host]):
    """Passes on what is done to the unit."""

    def __init__(self, host: Host, page: BatchNormPage) -> None:
        super().__init__(host)
        self.page = page
        card, panel = page.card, page.microscope
        card.moved.connect(host.move_knob)
        card.refused.connect(lambda sentence: host.say(sentence, alarm=True))
        card.edited.connect(self._edit)
        card.undone.connect(self.undo_norm)
        card.tried.connect(self._look_anew)
        panel.changed.connect(self._look_anew)
        panel.wanted.connect(self.add_norm)
        panel.columns.pointed.connect(self._look)
        page.picker.units.chosen.connect(self.choose)

    def actions(self) -> Sequence[Action]:
        return (
            Action("Undo batch norm in this unit", "Batch norm", partial(self.undo_norm, False), ("U",)),
            Action("Undo batch norm in the whole layer", "Batch norm", partial(self.undo_norm, True), ("Shift+U",)),
            Action("Add batch norm, in a twin", "Batch norm", self.add_norm),
            Action("Next unit", "Batch norm", partial(self._step, 1), ("PgDown",)),
            Action("Previous unit", "Batch norm", partial(self._step, -1), ("PgUp",)),
        )

    def lab_shown(self) -> None:
        """Looks at the unit that was pointed at elsewhere."""
        focus = self.host.looked_at.focus
        if focus.unit is not None:
            self.page.layer, self.page.unit = focus.layer, focus.unit
            self.host.looked_at.look(unit=None)

    def choose(self, layer: int, unit: int) -> None:
        """Looks at another unit."""
        self.page.layer, self.page.unit = layer, unit
        self._look_anew()

    def _look_anew(self) -> None:
        self.host.draw_all()
        self.host.follow()

    def experiment_changed(self) -> None:
        """A knob was moved: what is drawn seldom is to follow at once."""
        self.host.draw_all()

    def add_norm(self) -> None:
        """Trains a copy with batch norm before every activation beside the network, or at the output if it has none."""
        experiment = self.host.session.experiment
        network = experiment.network
        layers = tuple(msgspec.structs.replace(layer, batch_norm="before") for layer in network.layers)
        normed = msgspec.structs.replace(network, layers=layers, bn_output=network.bn_output or not layers)
        twin = msgspec.structs.replace(experiment, network=normed)
        self.host.do(lambda: self.host.session.start_twin(twin))

    def undo_norm(self, whole_layer: bool) -> None:
        """Sets γ = √(σ² + ε) and β = μ of the mini-batch that is shown, in one move."""
        shown = self.page.microscope.drawn
        if shown is None or shown.norm == "off":
            self.host.say("There is no batch norm here to undo.")
            return
        edits = _undoing(shown, range(dict(shown.layers)[shown.name]) if whole_layer else (shown.unit,))
        self.host.do(lambda: self.host.session.edit_together(edits, of=self._side))
        where = f"all units of {shown.title.partition(',')[0].lower()}" if whole_layer else shown.title.lower()
        self.host.hold(f"γ = √(σ² + ε) and β = μ in {where}: batch norm gives back what came in. Ctrl+Z takes it back.")

    @property
    def _side(self) -> One:
        return "B" if self.host.session.side == "B" else "A"

    def _edit(self, part: str, value: float, before: float, gesture: int) -> None:
        shown = self.page.microscope.drawn
        if shown is None:
            return
        edit = Edit(f"{shown.name}.{part}", (shown.unit,), value)
        merge = f"{self._side} microscope {part} {gesture}"
        self.host.do(lambda: self.host.session.edit(edit, before, merge=merge, of=self._side))

    def _look(self, number: int | None) -> None:
        self.page.example = number
        shown = self.page.microscope.drawn
        if shown is not None:
            self.page.picker.show_unit(shown, number)
        self.host.follow()

    def _step(self, by: int) -> None:
        shown = self.page.microscope.drawn
        if shown is not None:
            units = dict(shown.layers)[shown.name]
            self.choose(shown.layer, (shown.unit + by) % units)


def _undoing(shown: Magnified, units: Sequence[int]) -> list[Done]:
    """The edits that give back what came in, for these units of the layer."""
    parts = (shown.layer_mean, shown.layer_variance, shown.layer_gamma, shown.layer_beta)
    mean, variance, gamma, beta = parts
    assert mean is not None and variance is not None and gamma is not None and beta is not None
    made = []
    for unit in units:
        root = float((variance[unit] + shown.epsilon) ** 0.5)
        for part, value, before in (("gamma", root, gamma[unit]), ("beta", float(mean[unit]), beta[unit])):
            made.append(Done(Edit(f"{shown.name}.{part}", (unit,), value), float(before)))
    return made
