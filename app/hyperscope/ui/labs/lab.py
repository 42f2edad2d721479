"""What a lab is: a page of panels for one question, with what can be done there. It is made when it is first shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from hyperscope.knob import Knob
from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.actions import Action
from hyperscope.ui.controls.control import Control
from hyperscope.ui.controls.stack import Stack
from hyperscope.ui.panels import Panel
from hyperscope.ui.part import Part
from hyperscope.ui.source import Source
from hyperscope.ui.style import stand
from hyperscope.ui.theme import Theme

W = TypeVar("W")


class Page(QWidget):
    """All that is seen of a lab, below the tabs and the transport. What it has no use for it leaves as it is here."""

    trains_changed = Signal()

    @property
    def trains(self) -> bool:
        """Whether the shared network is trained in what is seen, so that transport and timeline stand around it."""
        return True

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type, as far as it is seen."""
        for _ in self.dressing(theme):
            pass

    def dressing(self, theme: Theme) -> Iterator[None]:
        """The same, a part at each step; what paints itself is whoever adds it to see to."""
        stand(self)
        polish(self)
        yield

    def dressing_unseen(self, theme: Theme) -> Iterator[None]:
        """Has the rest of it take them on too, a part at each step; between two of them it may come into sight."""
        yield from ()

    def show_view(self, name: str) -> None:
        """Shows one of the lab's views."""

    def show_experiment(self, experiment: Experiment) -> None:
        """Sets every control to `experiment`, without a word of what was moved."""

    def show_examples(self, examples: Examples, experiment: Experiment) -> None:
        """Takes note of a new data set."""

    def show_without(self, hidden: Collection[str], experiment: Experiment) -> None:
        """Shows everything but what `hidden` names."""

    def set_foot(self, height: int) -> None:
        """Says how many pixels below the page are taken by something else."""


class Themed(Protocol):
    """What takes on colours and type."""

    def set_theme(self, theme: Theme) -> None: ...


class Views(Page):
    """A page of views one behind the other; `view` is the name of the one that is shown.

    Only that one takes on colours and type at once, the others when there is time or when they are shown: all together
    takes several frames.
    """

    def __init__(self) -> None:
        super().__init__()
        self.view = ""
        self.stack = Stack()
        self._views: dict[str, tuple[QWidget, tuple[Themed, ...]]] = {}
        self._theme: Theme | None = None
        self._worn: dict[str, Theme] = {}

    def add_view(self, name: str, shown: QWidget, *parts: Themed) -> None:
        """Adds a view, all of whose `parts` take on themes. The first is the one that is shown until one is chosen."""
        self.view = self.view or name
        self._views[name] = shown, parts
        self.stack.addWidget(shown)

    def show_view(self, name: str) -> None:
        self.view = name
        self.trains_changed.emit()
        self._dress()
        self.stack.setCurrentWidget(self._views[name][0])

    def dressing(self, theme: Theme) -> Iterator[None]:
        self._theme = theme
        for beside in self.children():  # the views, and what stands there whichever is shown
            if isinstance(beside, QWidget) and beside is not self.stack:
                stand(beside)
                polish(beside)
        yield
        view = self.view
        for step in self._dressing(view):
            yield step
            if view != self.view:  # another is shown, which has put it on
                return

    def dressing_unseen(self, theme: Theme) -> Iterator[None]:
        for name in self._views:
            yield from self._dressing(name)

    def _dress(self) -> None:
        """Has the view that is shown take on the theme, if it has not yet."""
        for _ in self._dressing(self.view):
            pass

    def _dressing(self, name: str) -> Iterator[None]:
        theme = self._theme
        if theme is None or self._worn.get(name) is theme:
            return
        shown, parts = self._views[name]
        stand(shown)
        polish(shown)
        for part in parts:
            yield
            if self._theme is not theme or self._worn.get(name) is theme:  # it was shown meanwhile, or another put on
                return
            part.set_theme(theme)
        self._worn[name] = theme
        yield


def polish(whole: QWidget) -> None:
    """Has the style sheet reach all that is given type next; else it takes that back once it is shown."""
    for one in (whole, *whole.findChildren(QWidget)):
        one.ensurePolished()


class Card(Protocol):
    """A place with controls that the command palette goes to."""

    @property
    def controls(self) -> Mapping[str, Control]:
        """By their paths; what is folded away may be made only when it is asked for."""

    def knob(self, path: str) -> Knob:
        """What the control at `path` is of."""

    def unfold_to(self, control: QWidget) -> None:
        """Has the control seen."""


def _plainly(panel: Panel, sides: tuple[Seen, ...]) -> None:
    panel.draw(sides)


def _nothing() -> dict[str, Any]:
    return {}


@dataclass(frozen=True, eq=False)
class Lab:
    """A lab that was made. All but the page is optional; what is not seen of it is neither asked for nor drawn."""

    page: Page
    panels: tuple[Panel, ...] = ()
    notes: tuple[Panel, ...] = ()  # are drawn in their turn too, and no picture of the whole waits for them
    sources: Mapping[Panel, Source] = field(default_factory=dict)  # of panels that show another thing than the network
    parts: tuple[Part[Any], ...] = ()  # with keys and actions that work only while it is shown
    cards: tuple[Card, ...] = ()
    seen: tuple[tuple[str, str], ...] = ()  # (name, how to read it) of what is seen, for whoever asks
    hideable: tuple[tuple[str, str], ...] = ()  # (name, caption) of panels that can be hidden,
    hideable_controls: tuple[tuple[str, str], ...] = ()  # and of single controls
    draw: Callable[[Panel, tuple[Seen, ...]], None] = _plainly
    busy: Callable[[], bool] = lambda: False  # whether what is seen is still being worked out by jobs of its own
    kept: Callable[[], Mapping[str, Any]] = _nothing  # what a session's file says of it, as JSON has it; {} for nothing
    restore: Callable[[Mapping[str, Any]], None] = lambda kept: None  # ValueError for what it cannot be

    def find(self, kind: type[W]) -> W | None:
        """Its panel of this kind, None if it has none."""
        return next((panel for panel in self.panels if isinstance(panel, kind)), None)

    def actions(self) -> Sequence[Action]:
        """All that can be done in it."""
        return [action for part in self.parts for action in part.actions()]
