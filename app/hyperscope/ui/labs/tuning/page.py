"""The Tuning lab's page: its views, of which one is shown. None is of the shared network, which stands still here."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedLayout, QWidget

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.labs.lab import Page
from hyperscope.ui.labs.tuning.darts_view import DartsView
from hyperscope.ui.labs.tuning.duel_view import DuelView
from hyperscope.ui.labs.tuning.luck_view import LuckView
from hyperscope.ui.labs.tuning.panda_view import PandaView
from hyperscope.ui.labs.tuning.transfer_view import TransferView
from hyperscope.ui.labs.tuning.view import View
from hyperscope.ui.labs.tuning.wall_view import WallView
from hyperscope.ui.panels import Panel
from hyperscope.ui.theme import Theme


class TuningPage(Page):
    """`wall` and what else there is; `view` is the one shown."""

    def __init__(self) -> None:
        super().__init__()
        self.wall = WallView()
        self.view = "wall"
        self.darts, self.duel, self.luck = DartsView(), DuelView(), LuckView()
        self.panda, self.transfer = PandaView(), TransferView()
        self.small: dict[str, View] = {
            "darts": self.darts,
            "grid-or-random": self.duel,
            "panda-or-caviar": self.panda,
            "transfer": self.transfer,
            "luck": self.luck,
        }
        self._shown: dict[str, QWidget] = {"wall": self.wall, **self.small}
        self._views = QStackedLayout(self)
        for shown in self._shown.values():
            self._views.addWidget(shown)
        self.panels: tuple[Panel, ...] = (self.wall, *self.small.values())

    @property
    def trains(self) -> bool:
        """Nothing here is of the shared network."""
        return False

    def show_view(self, name: str) -> None:
        """Shows one of the lab's views."""
        self.view = name
        self.trains_changed.emit()
        self._views.setCurrentWidget(self._shown[name])

    def show_experiment(self, experiment: Experiment) -> None:
        """Takes note of what is tuned."""
        self.wall.card.show_experiment(experiment)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        for panel in self.panels:
            panel.set_theme(theme)
