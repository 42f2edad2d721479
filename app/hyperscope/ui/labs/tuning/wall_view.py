"""The wall's view: what is searched at the left, every network in the middle, what came of it around."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from hyperscope.ui.labs.tuning.charts import BestSoFar, Importance, Many
from hyperscope.ui.labs.tuning.results import Results
from hyperscope.ui.labs.tuning.scatter import Scatter
from hyperscope.ui.labs.tuning.search_card import SearchCard
from hyperscope.ui.labs.tuning.wall import Wall
from hyperscope.ui.panels.fed import FedView
from hyperscope.ui.theme import EDGE, GRID, Theme


class WallView(FedView):
    """The whole view. It is a panel that is drawn from a job's records."""

    rate: float = 24.0

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Wall")
        self.results = Results(self)
        self.card = SearchCard(self.results)
        self.wall, self.scatter = Wall(self.results), Scatter(self.results)
        self.importance, self.best, self.many = Importance(self.results), BestSoFar(self.results), Many(self.results)
        self.scatter.axes_changed.connect(self._lay_out_by)
        upper = QHBoxLayout()
        lower = QHBoxLayout()
        for row in (upper, lower):
            row.setSpacing(GRID)
        beside = QVBoxLayout()
        beside.setSpacing(GRID)
        beside.addWidget(self.scatter, 72)
        beside.addWidget(self.importance, 28)
        upper.addWidget(self.wall, 62)
        upper.addLayout(beside, 38)
        lower.addWidget(self.best, 33)
        lower.addWidget(self.many, 67)
        right = QVBoxLayout()
        right.setSpacing(GRID)
        right.addLayout(upper, 74)
        right.addLayout(lower, 26)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(EDGE, EDGE, EDGE, EDGE)
        whole.setSpacing(GRID)
        whole.addWidget(self.card)
        whole.addLayout(right, 1)
        for part in (self.importance, self.best, self.many):
            part.setMinimumHeight(96)

    def _lay_out_by(self, across: str, up: str) -> None:
        self.wall.axes = (across, up)
        self.wall.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        for part in (self.card, self.wall, self.scatter, self.importance, self.best, self.many):
            part.set_theme(theme)
