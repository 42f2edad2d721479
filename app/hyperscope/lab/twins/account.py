"""What can be asked of the timelines that are trained, rather than of their networks: the session so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from hyperscope.lab.probes.probe import Askable

if TYPE_CHECKING:
    from hyperscope.lab.timeline.score import Score
    from hyperscope.lab.twins.trained import Trained

Q = TypeVar("Q")
R = TypeVar("R")


class Account(Askable[Q, R]):
    """Decorates a function of all that a worker trains."""

    def __init__(self, look: Callable[[Trained, Q], R]) -> None:
        super().__init__(look)
        self._look = look

    def __call__(self, trained: Trained, question: Q) -> R:
        """The record of what is trained."""
        return self._look(trained, question)


@Account
def session_so_far(trained: Trained, question: None) -> Score:
    """The start and every move, of twins A's."""
    return trained.line.score


@Account
def since_they_began(trained: Trained, question: None) -> tuple[Score | None, ...]:
    """A's and B's sessions since training last began anew, None where that is not known; () without twins."""
    from hyperscope.lab.timeline.replays import since_it_began

    return tuple(since_it_began(line) for _, line in trained.twins.both) if trained.twins is not None else ()
