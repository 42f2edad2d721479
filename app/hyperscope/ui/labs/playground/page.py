"""The Playground: one network, read left to right like the computation, with its curves and distributions below."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hyperscope.engine.arrays import Array
from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.examples import examples
from hyperscope.lab.probes.network import NetworkPicture, network
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.labs.lab import Page
from hyperscope.ui.panels import Panel
from hyperscope.ui.panels.cards.data import DataCard
from hyperscope.ui.panels.cards.doctor_note import DoctorNote
from hyperscope.ui.panels.cards.hyperparameters import HyperparametersCard
from hyperscope.ui.panels.common.in_turn import InTurn
from hyperscope.ui.panels.curves.panel import CurvesPanel
from hyperscope.ui.panels.distributions.panel import DistributionsPanel
from hyperscope.ui.panels.map.panel import MapPanel
from hyperscope.ui.panels.network.panel import NetworkPanel
from hyperscope.ui.theme import EDGE, GRID, Theme

UPPER, WHOLE = 66, 102  # shares of the height: the computation, and all with the charts
AMPLE = 620  # pixels of height at scale 1; with less, the computation takes some from the charts,
GIVEN = 5  # at most so much of the whole, a share for each
PER = 15  # pixels that are missing
MAP_LEAST = 220  # pixels
STAGE = frozenset({"map", "curves", "hyperparameters"})  # where nothing else is shown, they stand otherwise
OFF_STAGE = {"data", "network", "distributions"}
STAGE_MAP = 0.55  # of the width at most that the map has there


class Playground(Page):
    """Lays out cards and panels and passes on what is moved in them; it holds no state of its own."""

    moved = Signal(str, object)  # dotted path of a knob (a * for every layer), value
    refused = Signal(str)  # why something typed is not allowed
    held = Signal(bool)  # a slider of the hyperparameters is dragged, or let go
    open_requested = Signal()
    paint_requested = Signal()
    save_points_requested = Signal()
    plane_chosen = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.data = DataCard()
        self.networks = NetworkPanel()  # one network, or those of twins
        self.network = self.networks.first
        self.map = MapPanel()
        self.hyperparameters = HyperparametersCard()
        self.curves = CurvesPanel()
        self.distributions = DistributionsPanel()
        self.distributions.columns.share(self.curves.stretch)
        self._take_turns()
        networks = (self.networks, self.networks.rest)
        self.panels: tuple[Panel, ...] = (self.map, *networks, self.curves, self.distributions)
        self.note = DoctorNote()  # no panel in a place of its own: it stands in the place of words
        self._twins = False
        self._training = 0
        self._scale = 1.0
        self._least = 0  # pixels of height that the charts have at least
        self._foot = 0  # pixels of the window below, which the charts go without
        self._pictures: tuple[NetworkPicture | None, ...] = ()  # of the network, or of both twins

        self._computation = computation = QHBoxLayout()
        computation.setSpacing(GRID)
        computation.addWidget(self.data)
        computation.addWidget(self.networks, 1)
        computation.addWidget(self.map)
        self._charts = charts = QHBoxLayout()
        charts.setSpacing(GRID)
        charts.addWidget(self.curves, 37)
        charts.addWidget(self.distributions, 65)
        self._left = left = QVBoxLayout()
        left.setSpacing(GRID)
        left.addLayout(computation, UPPER)
        left.addLayout(charts, WHOLE - UPPER)
        self._whole = whole = QHBoxLayout(self)
        whole.setContentsMargins(EDGE, 0, EDGE, EDGE)
        whole.setSpacing(GRID)
        whole.addLayout(left, 1)
        whole.addWidget(self.hyperparameters)
        self._beside: QVBoxLayout | None = None  # curves above hyperparameters, while nothing but these and the map is

        for card in (self.data, self.hyperparameters):
            card.moved.connect(self.moved)
            card.refused.connect(self.refused)
        self.hyperparameters.held.connect(self.held)
        self.data.open_requested.connect(self.open_requested)
        self.data.paint_requested.connect(self.paint_requested)
        self.data.save_requested.connect(self.save_points_requested)
        for chooser, other in ((self.data, self.map.options), (self.map, self.data.plane)):
            chooser.plane_chosen.connect(self.plane_chosen)
            chooser.plane_chosen.connect(other.show_plane)
        self.networks.node_hovered.connect(self._magnify)

    def _take_turns(self) -> None:
        """Has what takes long to lay out for another size do so a frame each, after all else has been painted."""
        turns = InTurn(self, at_once=False)
        self.networks.turns = self.curves.turns = self.distributions.columns.turns = turns
        self.networks.one_a_turn = True

    def show_experiment(self, experiment: Experiment) -> None:
        """Sets every control to `experiment`, without a word of what was moved."""
        self.data.show_experiment(experiment)
        self.hyperparameters.show_experiment(experiment, self._training)
        if not self._twins:  # of twins each has its own
            self.networks.show_layers(experiment.network.layers)

    def show_examples(self, examples: Examples, experiment: Experiment) -> None:
        """Takes note of a new data set."""
        self._training = examples.training
        self.data.show_examples(examples)
        self.hyperparameters.show_classes(examples.class_names)
        self.hyperparameters.show_experiment(experiment, examples.training)

    def show_without(self, hidden: Collection[str], experiment: Experiment) -> None:
        """Shows everything but the panels and the hyperparameters that `hidden` names, panels by their attribute."""
        for name in ("data", "network", "map", "hyperparameters", "curves", "distributions"):
            getattr(self, name).setVisible(name not in hidden)
        self.networks.setVisible("network" not in hidden)
        self.hyperparameters.hidden = frozenset(hidden)
        self.hyperparameters.show_experiment(experiment, self._training)
        self._stand_beside(STAGE.isdisjoint(hidden) and set(hidden) >= OFF_STAGE)
        self._share_out(self._scale)

    def _stand_beside(self, beside: bool) -> None:
        """Puts map and curves side by side, with the controls below: all the height is the map's then."""
        if beside == (self._beside is not None):
            return
        if beside:
            self._beside = column = QVBoxLayout()
            column.setSpacing(GRID)
            column.addWidget(self.curves, 3)
            column.addWidget(self.hyperparameters, 2)
            self._whole.insertWidget(0, self.map)
            self._whole.addLayout(column, 1)
            self._whole.setStretch(1, 0)
        elif self._beside is not None:
            self._whole.removeItem(self._beside)
            self._beside.deleteLater()
            self._beside = None
            self._computation.addWidget(self.map)
            self._charts.insertWidget(0, self.curves, 37)
            self._whole.addWidget(self.hyperparameters)
            self._whole.setStretch(0, 1)

    def draw(self, panel: Panel, sides: tuple[Seen, ...]) -> None:
        """Has one panel draw what was found."""
        panel.draw(sides)
        records = sides[0].records
        if panel is self.map and records.of(examples) is not None:
            self._share_out(self._scale)  # ticks of other lengths may stand beside the picture
        if (picture := records.of(network)) is not None:
            self._pictures = tuple(side.records.of(network) for side in sides)
            side = sides[-1] if self.note.letter == "B" else sides[0]
            self.note.take_note(side.records.of(network) or picture, side)

    def show_twins(self, on: bool) -> None:
        """Makes room for the networks of both, or for the one alone."""
        self._twins = on

    def set_foot(self, height: int) -> None:
        """Says how many pixels below are taken by something else; the charts give them, the computation none."""
        self._foot = height

    def set_least(self, height: int) -> None:
        """Gives the charts' place at least so many pixels of height, from the computation above; 0 for its usual."""
        self._least = height
        self._share_out(self._scale)

    def dressing(self, theme: Theme) -> Iterator[None]:
        yield from super().dressing(theme)
        parts: tuple[DataCard | HyperparametersCard | Panel, ...]
        parts = (self.data, self.hyperparameters, *self.panels, self.note)
        for part in parts:
            part.set_theme(theme)
            yield
        self._share_out(theme.scale)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_out(self._scale)

    def _share_out(self, scale: float) -> None:
        """Gives the map the width that its height can use, and the network the rest."""
        self._scale = scale
        self.hyperparameters.fill_width(self._beside is not None)
        if self._beside is not None:
            self.map.setFixedWidth(min(self.map.best_width(self.height() - EDGE), round(STAGE_MAP * self.width())))
            return
        whole = self.height() + self._foot
        upper = UPPER + min(GIVEN, max(0, round((AMPLE - whole / scale) / PER)))
        height = (whole - EDGE - GRID) * upper // WHOLE
        rest = max(1, self._least, self.height() - EDGE - GRID - height)
        height = self.height() - EDGE - GRID - rest
        if not any(map(_kept, (self.curves, self.distributions))):
            height, rest = self.height() - EDGE, 0
        elif not any(map(_kept, (self.data, self.network, self.map))):
            height, rest = 0, self.height() - EDGE
        self._left.setStretch(0, height)
        self._left.setStretch(1, rest)
        cards = sum(card.maximumWidth() + GRID for card in (self.data, self.hyperparameters) if _kept(card))
        width = self.width() - 2 * EDGE - GRID - cards
        if _kept(self.network):
            self.map.setFixedWidth(max(MAP_LEAST, min(self.map.best_width(height), round(self.map.share * width))))
        else:
            self.map.setMinimumWidth(MAP_LEAST)
            self.map.setMaximumWidth(width + GRID)

    def _magnify(self, layer: int, unit: int) -> None:
        """Shows the unit under the pointer of every network that has one there in place of its map."""
        shown: list[Array | None] = [None] * len(self._pictures)
        name = ""
        for number, picture in enumerate(self._pictures):
            if picture is not None and 0 <= layer < len(picture.layers):
                pictures = picture.layers[layer].pictures
                if pictures is not None and unit < len(pictures):
                    shown[number] = pictures[unit]
                    name = name or picture.layers[layer].name
        self.map.magnify(shown, f"{name}, unit {unit + 1}")


def _kept(part: QWidget) -> bool:
    """Whether a part has its place, seen yet or not."""
    return not part.isHidden()
