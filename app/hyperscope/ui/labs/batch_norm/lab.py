"""The Batch norm lab: its page, and how what is moved there gets to the session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.host import Host
from hyperscope.ui.labs.batch_norm.microscope import Microscope
from hyperscope.ui.labs.batch_norm.moving import Moving
from hyperscope.ui.labs.batch_norm.moving_view import MovingView
from hyperscope.ui.labs.batch_norm.page import OF_HURTS, OF_WHY, BatchNormPage
from hyperscope.ui.labs.batch_norm.picker import PickerPanel
from hyperscope.ui.labs.batch_norm.shift_view import ShiftView
from hyperscope.ui.labs.batch_norm.shifting import Shifting
from hyperscope.ui.labs.batch_norm.sweep_view import SweepView
from hyperscope.ui.labs.batch_norm.sweeping import Sweeping
from hyperscope.ui.labs.batch_norm.unit_card import UnitCard
from hyperscope.ui.labs.lab import Lab
from hyperscope.ui.labs.ready import Recipe
from hyperscope.ui.panels import Panel

AHEAD: tuple[Recipe, ...] = (
    (PickerPanel,),
    (UnitCard,),
    (SweepView, *OF_WHY),
    (SweepView, *OF_HURTS),
    (ShiftView,),
    (MovingView,),
)


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a session's file says of the lab: the unit that was looked at, of a view its sweep, if not the first, and
    which shifting inputs.
    """

    layer: int = -1
    unit: int = 0
    sweeps: dict[str, str] = {}
    shifting: Literal["layers", "data"] = "layers"


def make(host: Host) -> Lab:
    """The lab, shown by `host`."""
    page = BatchNormPage(host.ready, lambda: int(host.session.side == "B"))
    microscope, sweeping = Microscope(host, page), Sweeping(host, page)
    shifting, moving = Shifting(host, page), Moving(host, page)

    def draw(panel: Panel, sides: tuple[Seen, ...]) -> None:
        panel.draw(sides)
        if panel is page.microscope and page.microscope.drawn is not None:
            page.show_unit(page.microscope.drawn, host.session.status.playing)

    def kept() -> Mapping[str, Any]:
        record: dict[str, Any] = msgspec.to_builtins(Kept(page.layer, page.unit, sweeping.chosen, page.shifting))
        return record

    def restore(record: Mapping[str, Any]) -> None:
        try:
            found = msgspec.convert(record, Kept)
        except ValueError as problem:
            raise ValueError(f"batch-norm: {str(problem).replace('`', '')}") from None
        sweeping.choose(found.sweeps)
        page.show_shifting(found.shifting)
        page.layer, page.unit = found.layer, max(0, found.unit)
        host.draw_all()

    return Lab(
        page,
        panels=page.panels,
        sources={
            **dict.fromkeys(page.of_sweeps.values(), sweeping.runs),
            page.of_shift: shifting,
            page.of_moving: moving,
        },
        parts=(microscope, sweeping, shifting, moving),
        cards=(),
        draw=draw,
        busy=lambda: sweeping.busy or shifting.busy or moving.busy,
        kept=kept,
        restore=restore,
    )
