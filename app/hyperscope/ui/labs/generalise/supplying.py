"""The part behind the view of data: what is moved there is moved in the session."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from hyperscope.lab.experiment.data import Data, on_plane
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.labs.generalise.page import GeneralisePage
from hyperscope.ui.part import Part


class Supplying(Part[Host]):
    """Every drag is one move of the session: undone, replayed, shared and marked on the timeline like any other."""

    def __init__(self, host: Host, page: GeneralisePage) -> None:
        super().__init__(host)
        self.view = page.data
        card, errors = self.view.card, self.view.errors
        card.moved.connect(host.move_knob)
        card.held.connect(host.session.hold)
        errors.moved.connect(lambda value: host.move_knob("best_error", value))
        for refused in (card.refused, errors.refused):
            refused.connect(lambda sentence: host.say(sentence, alarm=True))
        self.view.copies.wanted.connect(self.augment)

    def actions(self) -> Sequence[Action]:
        return (
            Action("Try augmentation in a twin", "Generalise", self.augment, (), "A little of what suits the data."),
        )

    def augment(self) -> None:
        """Trains the network on augmented copies beside it, as a twin."""
        session = self.host.session
        twin = augmented(session.experiment)
        self.host.do(lambda: session.start_twin(twin))

    def lab_shown(self) -> None:
        """Looks at the network that the controls move."""
        self.experiment_changed()

    def experiment_changed(self) -> None:
        """Twins may have come or gone, or the other one is moved."""
        self.view.show_side(int(self.host.session.side == "B"))


def augmented(experiment: Experiment) -> Experiment:
    """The experiment with a little augmentation of the kind that its data can have."""
    return replace(experiment, data=_a_little(experiment.data))


def _a_little(data: Data) -> Data:
    if data.source == "digits":
        return replace(data, augment_rotate=10.0, augment_scale=0.1, augment_move=0.5)
    return replace(data, augment_jitter=0.15, augment_rotate=5.0 if on_plane(data.source) else 0.0)
