"""The part behind the view of regularisation: what is moved there is moved in the session."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from hyperscope.engine.settings import Layer
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.labs.generalise.page import GeneralisePage
from hyperscope.ui.part import Part

VIEW = "regularise"
SHARE = 0.2  # that every hidden layer leaves out in the twin that is offered


class Regularising(Part[Host]):
    """Every drag is one move of the session: undone, replayed, shared and marked on the timeline like any other."""

    def __init__(self, host: Host, page: GeneralisePage) -> None:
        super().__init__(host)
        self.page, self.view = page, page.regularise
        card = self.view.card
        card.moved.connect(host.move_knob)
        card.held.connect(host.session.hold)
        card.refused.connect(lambda sentence: host.say(sentence, alarm=True))
        self.view.weights.chosen.connect(lambda two: host.draw_all())
        self.view.thinned.wanted.connect(self.take_dropout)

    def actions(self) -> Sequence[Action]:
        return (Action("Try dropout in a twin", "Generalise", self.take_dropout, (), "In every hidden layer."),)

    def take_dropout(self) -> None:
        """Trains the network with dropout beside it, as a twin."""
        session = self.host.session
        twin = with_dropout(session.experiment)
        self.host.do(lambda: session.start_twin(twin))

    def lab_shown(self) -> None:
        """Looks at the network that the controls move."""
        self.experiment_changed()

    def experiment_changed(self) -> None:
        """Twins may have come or gone, or the other one is moved."""
        self.view.show_side(int(self.host.session.side == "B"))


def with_dropout(experiment: Experiment) -> Experiment:
    """The experiment with every hidden layer leaving out SHARE, with one such layer where there is none."""
    layers = experiment.network.layers or (Layer(8),)
    dropped = tuple(replace(layer, dropout=SHARE) for layer in layers)
    return replace(experiment, network=replace(experiment.network, layers=dropped))
