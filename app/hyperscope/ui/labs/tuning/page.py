"""The Tuning lab's page: its views, of which one is shown. None is of the shared network, which stands still here."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.labs.lab import Views
from hyperscope.ui.labs.ready import Ready
from hyperscope.ui.labs.tuning.darts_view import DartsView
from hyperscope.ui.labs.tuning.duel_view import DuelView
from hyperscope.ui.labs.tuning.luck_view import LuckView
from hyperscope.ui.labs.tuning.panda_view import PandaView
from hyperscope.ui.labs.tuning.transfer_view import TransferView
from hyperscope.ui.labs.tuning.view import View
from hyperscope.ui.labs.tuning.wall_view import WallView
from hyperscope.ui.panels import Panel


class TuningPage(Views):
    """`wall` and what else there is."""

    def __init__(self, ready: Ready) -> None:
        super().__init__()
        self.wall = ready.take(WallView)
        self.darts, self.duel, self.luck = ready.take(DartsView), ready.take(DuelView), ready.take(LuckView)
        self.panda, self.transfer = ready.take(PandaView), ready.take(TransferView)
        self.small: dict[str, View] = {
            "darts": self.darts,
            "grid-or-random": self.duel,
            "panda-or-caviar": self.panda,
            "transfer": self.transfer,
            "luck": self.luck,
        }
        self.add_view("wall", self.wall, self.wall)
        for name, shown in self.small.items():
            self.add_view(name, shown, shown)
        self.panels: tuple[Panel, ...] = (self.wall, *self.small.values())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.stack)

    @property
    def trains(self) -> bool:
        """Nothing here is of the shared network."""
        return False

    def show_experiment(self, experiment: Experiment) -> None:
        """Takes note of what is tuned."""
        self.wall.card.show_experiment(experiment)
