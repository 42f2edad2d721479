"""The Generalise lab: its page, and how what is chosen there gets to the session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from hyperscope.lab.generalise.strengths import STRENGTHS
from hyperscope.lab.generalise.two_weights import Place, TwoWeights
from hyperscope.ui.host import Host
from hyperscope.ui.labs.generalise.bending import Bending
from hyperscope.ui.labs.generalise.bias_view import BiasView
from hyperscope.ui.labs.generalise.data_view import DataView
from hyperscope.ui.labs.generalise.deepening import Deepening
from hyperscope.ui.labs.generalise.depth_view import DepthView
from hyperscope.ui.labs.generalise.page import GeneralisePage
from hyperscope.ui.labs.generalise.regularise_view import RegulariseView
from hyperscope.ui.labs.generalise.regularising import Regularising
from hyperscope.ui.labs.generalise.supplying import Supplying
from hyperscope.ui.labs.generalise.surface_view import SurfaceView
from hyperscope.ui.labs.generalise.trying import Trying
from hyperscope.ui.labs.lab import Lab
from hyperscope.ui.labs.ready import Recipe

AHEAD: tuple[Recipe, ...] = ((BiasView,), (RegulariseView,), (DataView,), (DepthView,), (SurfaceView,))


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a session's file says of the lab: the strength that was looked at, by the name of its sweep, and the two
    weights whose loss was drawn.
    """

    strength: str = STRENGTHS[0].name
    first: Place = TwoWeights().first
    second: Place = TwoWeights().second


def make(host: Host) -> Lab:
    """The lab, shown by `host`."""
    page = GeneralisePage(host.ready)
    trying, deepening, bending = Trying(host, page), Deepening(host, page), Bending(host, page)

    def kept() -> Mapping[str, Any]:
        two = page.regularise.geometry_card.two
        record: dict[str, Any] = msgspec.to_builtins(Kept(page.bias.strength.sweep.name, two.first, two.second))
        return record

    def restore(record: Mapping[str, Any]) -> None:
        try:
            found = msgspec.convert(record, Kept)
        except ValueError as problem:
            raise ValueError(f"generalise: {str(problem).replace('`', '')}") from None
        known = {sweep.name: sweep for sweep in STRENGTHS}
        if found.strength not in known:
            raise ValueError(f"generalise: strength is {found.strength!r:.40}; there are {', '.join(known)}")
        page.bias.strength.show_sweep(known[found.strength])
        page.regularise.show_two(TwoWeights(found.first, found.second))

    return Lab(
        page,
        panels=page.panels,
        sources={page.bias: trying, page.deep: deepening, page.surface: bending},
        parts=(trying, Regularising(host, page), Supplying(host, page), deepening, bending),
        busy=lambda: trying.busy or deepening.busy or bending.busy,
        kept=kept,
        restore=restore,
    )
