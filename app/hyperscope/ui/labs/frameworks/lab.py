"""The Frameworks lab: the session as code, and what is done with that."""

from __future__ import annotations

from hyperscope.ui.host import Host
from hyperscope.ui.labs.frameworks.choosing_view import ChoosingView
from hyperscope.ui.labs.frameworks.code_view import CodeView
from hyperscope.ui.labs.frameworks.coding import CodeOfSession
from hyperscope.ui.labs.frameworks.page import FrameworksPage
from hyperscope.ui.labs.frameworks.side_view import SideView
from hyperscope.ui.labs.frameworks.trials import SideBySide
from hyperscope.ui.labs.lab import Lab
from hyperscope.ui.labs.ready import Recipe
from hyperscope.ui.panels.cards.hyperparameters import HyperparametersCard

AHEAD: tuple[Recipe, ...] = ((CodeView,), (SideView,), (ChoosingView,), (HyperparametersCard,))


def make(host: Host) -> Lab:
    """The Frameworks lab, shown by `host`."""
    page = FrameworksPage(host.ready, lambda: host.remembered.reduced_motion)
    code = CodeOfSession(host, page)
    side = SideBySide(host, page, code)
    return Lab(
        page,
        panels=(page.code, page.side, page.writes, page.choosing),
        parts=(code, side),
        cards=(page.card,),
        busy=lambda: side.busy,
        kept=code.kept,
        restore=code.restore,
    )
