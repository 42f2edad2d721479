"""What can be asked of the timelines that are trained, rather than of their networks: the session so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from hyperscope.lab.probes.probe import Askable

if TYPE_CHECKING:
    from hyperscope.lab.experiment.experiment import Experiment
    from hyperscope.lab.timeline.followed import Heard, Told
    from hyperscope.lab.timeline.score import Place, Score
    from hyperscope.lab.twins.trained import Trained
    from hyperscope.lab.twins.twin import One

Q = TypeVar("Q")
R = TypeVar("R")

ELSEWHERE = "This network's weights came from elsewhere; until a restart only its settings can be handed on."


@dataclass(frozen=True, slots=True)
class SoFar:
    """A session with all that was recorded, which stands at the place `here` of its score.

    `whole` says that the score alone gives the same numbers: it begins with the network, and not with weights that were
    trained elsewhere. `of` is "A" or "B" of twins.
    """

    score: Score
    here: Place
    whole: bool = True
    of: str = ""

    @property
    def experiment(self) -> Experiment:
        """What is in force where it stands."""
        return self.score.until(self.here).experiment


class Account(Askable[Q, R]):
    """Decorates a function of all that a worker trains."""

    def __init__(self, look: Callable[[Trained, Q], R]) -> None:
        super().__init__(look)
        self._look = look

    def __call__(self, trained: Trained, question: Q) -> R:
        """The record of what is trained."""
        return self._look(trained, question)


@Account
def session_so_far(trained: Trained, of: One) -> SoFar:
    """The start and every move, of twins those of one; of weights from elsewhere those since training began anew, if it
    did.
    """
    from hyperscope.lab.timeline.replays import since_it_began

    line, letter = trained.line_of(of), of if trained.twins is not None else ""
    known = None if line.whole else since_it_began(line)
    if known is not None:
        return SoFar(known, known.place(), of=letter)
    return SoFar(line.score, line.place, line.whole, letter)


@Account
def session_since(trained: Trained, question: tuple[One, Heard]) -> Told:
    """What is new in the session, of twins in one's, for somebody who has heard this much of it."""
    from hyperscope.lab.timeline.followed import tell

    of, heard = question
    return tell(trained.line_of(of), heard)


@Account
def since_they_began(trained: Trained, question: None) -> tuple[Score | None, ...]:
    """A's and B's sessions since training last began anew, None where that is not known; () without twins."""
    from hyperscope.lab.timeline.replays import since_it_began

    return tuple(since_it_began(line) for _, line in trained.twins.both) if trained.twins is not None else ()
