"""The network's own part of the window: what is set by hand in a picture goes to the session, for the twin it shows.

Also whether anything in it moves by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from hyperscope.lab.experiment.edits import Edit
from hyperscope.ui.actions import Action
from hyperscope.ui.part import Part

if TYPE_CHECKING:
    from hyperscope.lab.twins.twin import One
    from hyperscope.ui.host import Host
    from hyperscope.ui.labs.playground.page import Playground

NORMS = ("off", "before", "after")


class NetworkPart(Part["Host"]):
    """Passes on what is done in the network pictures; `reduced_motion` is remembered."""

    def __init__(self, host: Host, page: Playground) -> None:
        super().__init__(host)
        self.page = page
        session, networks = host.session, page.networks
        networks.edited.connect(self._edit)
        networks.moved.connect(lambda which, path, value: host.move_knob(path, value, which))
        networks.units_changed.connect(
            lambda which, layer, units: host.move_knob(f"network.layers.{layer}.units", units, which)
        )
        networks.batch_norm_cycled.connect(self._cycle_norm)
        networks.layer_added.connect(lambda which: host.do(partial(session.add_layer, side=which)))
        networks.layer_inserted.connect(lambda which, at: host.do(partial(session.add_layer, at, side=which)))
        networks.layer_removed.connect(lambda which, layer: host.do(partial(session.remove_layer, layer, side=which)))
        networks.closed.connect(lambda which: host.do(partial(session.end_twin, "B" if which == "A" else "A")))
        networks.refused.connect(lambda sentence: host.say(sentence, alarm=True))
        self._reduced = host.remembered.reduced_motion
        networks.set_reduced_motion(self._reduced)

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
        self._reduced = self.host.remembered.reduced_motion = not self._reduced
        self.page.networks.set_reduced_motion(self._reduced)
        self.host.say("Motion is reduced." if self._reduced else "Dots move along the edges while the network trains.")

    def _cycle_norm(self, which: One, layer: int) -> None:
        session = self.host.session
        of = session.twin if which == "B" and session.twin is not None else session.experiment
        if layer >= len(of.network.layers):  # it is gone, but still in the picture
            return
        now = of.network.layers[layer].batch_norm
        path = f"network.layers.{layer}.batch_norm"
        self.host.move_knob(path, NORMS[(NORMS.index(now) + 1) % len(NORMS)], which)

    def _edit(self, which: One, edit: Edit, before: float, gesture: str) -> None:
        self.host.do(lambda: self.host.session.edit(edit, before, merge=f"{which} {gesture}", of=which))
