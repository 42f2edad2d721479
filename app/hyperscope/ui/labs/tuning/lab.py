"""The Tuning lab: its page, and the parts that search."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from hyperscope.lab.tuning.space import Space
from hyperscope.lab.tuning.strategies import strategies
from hyperscope.lab.tuning.trials import url_of
from hyperscope.ui.host import Host
from hyperscope.ui.labs.lab import Lab
from hyperscope.ui.labs.ready import Recipe
from hyperscope.ui.labs.tuning.darts_view import DartsView
from hyperscope.ui.labs.tuning.duel_view import DuelView
from hyperscope.ui.labs.tuning.luck_view import LuckView
from hyperscope.ui.labs.tuning.page import TuningPage
from hyperscope.ui.labs.tuning.panda_view import PandaView
from hyperscope.ui.labs.tuning.searching import Searching
from hyperscope.ui.labs.tuning.training_views import TrainingViews
from hyperscope.ui.labs.tuning.transfer_view import TransferView
from hyperscope.ui.labs.tuning.wall_view import WallView

AHEAD: tuple[Recipe, ...] = ((WallView,), (DartsView,), (DuelView,), (LuckView,), (PandaView,), (TransferView,))


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a session's file says of the lab: what was searched, and how."""

    space: Space | None = None
    strategy: str = "random"
    trials: int = 100
    epochs: int = 30
    study: str = ""  # the file of a search to show, told from outside; no session keeps it


def make(host: Host) -> Lab:
    """The lab, shown by `host`."""
    page = TuningPage(host.ready)
    searching = Searching(host, page)
    trained = TrainingViews(host, page)
    card = page.wall.card

    def kept() -> Mapping[str, Any]:
        plan = card.plan
        space = plan.space if card.own else None
        record: dict[str, Any] = msgspec.to_builtins(Kept(space, plan.strategy, plan.trials, plan.epochs))
        return record

    def restore(record: Mapping[str, Any]) -> None:
        try:
            found = msgspec.convert(record, Kept)
            plan = msgspec.structs.replace(
                card.plan, strategy=found.strategy, trials=found.trials, epochs=found.epochs,
                experiment=host.session.moved, space=found.space or card.plan.space,
            ).checked()  # fmt: skip
            strategies[found.strategy]
        except (ValueError, LookupError) as problem:
            raise ValueError(f"tuning: {str(problem.args[0]).replace('`', '')}") from None
        card.show_plan(plan, own=found.space is not None)
        if found.study:
            searching.begin(None, url_of(Path(found.study)), closed=True)

    return Lab(
        page,
        panels=page.panels,
        sources={page.wall: searching, **{view: view.crowd for view in page.small.values()}},
        parts=(searching, trained),
        cards=(),
        busy=lambda: searching.busy if page.view == "wall" else trained.busy,
        kept=kept,
        restore=restore,
    )
