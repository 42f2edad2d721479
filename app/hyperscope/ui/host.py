"""What a lab may ask of whatever shows it: the session, a sentence said, what is looked at, other runs.

Labs and their parts know this and never the window, so each can be tried on a host of a test's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from PySide6.QtWidgets import QWidget

from hyperscope.knob import Value
from hyperscope.lab.experiment.lab_view import LabView
from hyperscope.lab.session.session import Session
from hyperscope.ui.labs.ready import Ready
from hyperscope.ui.models import LookedAt, OtherRuns
from hyperscope.ui.remembered import Remembered
from hyperscope.ui.theme import Theme
from hyperscope.ui.timeline import Timeline
from hyperscope.ui.transport import Transport
from hyperscope.ui.words import Words

if TYPE_CHECKING:
    from hyperscope.lab.twins.twin import Side

P = TypeVar("P")


class Host(Protocol):
    """Shows labs of one session. `top` is the widget that dialogs and timers hang on."""

    session: Session
    theme: Theme
    remembered: Remembered
    looked_at: LookedAt
    others: OtherRuns
    ready: Ready
    transport: Transport
    timeline: Timeline
    words: Words

    @property
    def top(self) -> QWidget: ...

    @property
    def at_rest(self) -> bool:
        """Whether nothing has changed for a while, so that what is drawn stays as it is."""

    def say(self, sentence: str, alarm: bool = False) -> None:
        """Shows one sentence in the place of words."""

    def hold(self, sentence: str) -> None:
        """Shows a sentence that stays until something is moved or goes wrong."""

    def do(self, act: Callable[[], object]) -> None:
        """Does something to the session, after which everything follows."""

    def follow(self) -> None:
        """Something was moved: controls, memory and drawing follow."""

    def go_to(self, tick: int) -> None:
        """Goes back, or forward again, to a moment of the training, and shows it everywhere."""

    def move_knob(self, path: str, value: Value, side: Side | None = None) -> None:
        """Sets a knob, of twins of the side that the controls move if no other is said; or says why not."""

    def show_lab(self, name: str, view: str = "") -> None:
        """Shows a lab, in the view named or the one chosen last. Raises: ValueError for one that there is not."""

    def visit(self, place: LabView) -> None:
        """Shows a lab in a view, with what it is to show there. Raises: ValueError for one that there is not."""

    def draw_all(self) -> None:
        """Has all that is seen drawn anew with the next snapshot."""

    def part(self, kind: type[P]) -> P:
        """The part of this kind, of the window or of the shown lab. Raises: LookupError if there is none."""
