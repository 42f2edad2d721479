"""The Batch norm lab: its page, and how what is moved there gets to the session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.host import Host
from hyperscope.ui.labs.batch_norm.microscope import Microscope
from hyperscope.ui.labs.batch_norm.page import BatchNormPage
from hyperscope.ui.labs.batch_norm.shifting import Shifting
from hyperscope.ui.labs.batch_norm.sweeping import Sweeping
from hyperscope.ui.labs.lab import Lab
from hyperscope.ui.panels import Panel


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a session's file says of the lab: the unit that was looked at, and of a view its sweep, if not the first."""

    layer: int = -1
    unit: int = 0
    sweeps: dict[str, str] = {}


def make(host: Host) -> Lab:
    """The lab, shown by `host`."""
    page = BatchNormPage(lambda: int(host.session.side == "B"))
    microscope, sweeping, shifting = Microscope(host, page), Sweeping(host, page), Shifting(host, page)

    def draw(panel: Panel, sides: tuple[Seen, ...]) -> None:
        panel.draw(sides)
        if panel is page.microscope and page.microscope.drawn is not None:
            page.show_unit(page.microscope.drawn)

    def kept() -> Mapping[str, Any]:
        record: dict[str, Any] = msgspec.to_builtins(Kept(page.layer, page.unit, sweeping.chosen))
        return record

    def restore(record: Mapping[str, Any]) -> None:
        try:
            found = msgspec.convert(record, Kept)
        except ValueError as problem:
            raise ValueError(f"batch-norm: {str(problem).replace('`', '')}") from None
        sweeping.choose(found.sweeps)
        page.layer, page.unit = found.layer, max(0, found.unit)
        host.draw_all()

    return Lab(
        page,
        panels=page.panels,
        sources={**dict.fromkeys(page.of_sweeps.values(), sweeping.source), page.of_shift: shifting},
        parts=(microscope, sweeping, shifting),
        cards=(),
        draw=draw,
        busy=lambda: sweeping.busy or shifting.busy,
        kept=kept,
        restore=restore,
    )
