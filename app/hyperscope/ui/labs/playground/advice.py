"""What the doctor of networks advises, done when it is clicked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hyperscope.lab.doctor.checks import Remedy
from hyperscope.ui.part import Part

if TYPE_CHECKING:
    from hyperscope.ui.host import Host
    from hyperscope.ui.labs.playground.page import Playground


class Advice(Part["Host"]):
    """Applies remedies to the network that the doctor speaks of; forgets what was found once something else holds."""

    def __init__(self, host: Host, page: Playground) -> None:
        super().__init__(host)
        self.page = page
        page.note.remedy_chosen.connect(lambda remedy: host.do(partial(self.apply, remedy)))
        page.note.place_wanted.connect(lambda place: host.visit(place))

    def apply(self, remedy: Remedy) -> None:
        """Does what is advised; training starts again where it must."""
        session = self.host.session
        of_b = session.twin is not None and self.page.note.letter == "B"
        experiment = session.twin if of_b and session.twin is not None else session.experiment
        session.apply(remedy.change(experiment), side="B" if of_b else "A")
        if remedy.restart:
            session.restart()

    def experiment_changed(self) -> None:
        self.page.note.clear()

    def lab_shown(self) -> None:
        note, words = self.page.note, self.host.words
        words.stand(note, note.width_in)

    def lab_left(self) -> None:
        self.host.words.remove(self.page.note)
