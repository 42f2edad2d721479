"""A lab as somebody might write one: three panels, one fed by the worker, one by a job, one by a formula."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.labs import Entry
from hyperscope.ui.labs.lab import Lab, Page
from hyperscope.ui.part import Part
from hyperscope.ui.source import Computed
from hyperscope.ui.theme import Theme
from ui.throw_away_probe import Times, counted

VIEWS = (("bars", "Bars"), ("lines", "Lines"))
SHADE = QColor(17, 119, 51)  # that only its panels are painted in


class Bars(QWidget):
    """Draws what it is given as one shade, and keeps it; `of_network` says that it asks for something."""

    rate = 10.0

    def __init__(self, of_network: bool = True) -> None:
        super().__init__()
        self.of_network = of_network
        self.drawn: list[Any] = []
        self.theme: Theme | None = None
        self.setMinimumSize(80, 80)
        self.setAccessibleName("Bars")

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        return (Ask(counted, Times(100)),) if self.of_network else ()

    def draw(self, sides: tuple[Any, ...]) -> None:
        found = sides[0].records.of(counted) if self.of_network else sides[0].stands
        if found is not None:
            self.drawn.append(found)
            self.update()

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.drawn:
            painter = QPainter(self)
            painter.fillRect(self.rect(), SHADE)
            painter.end()


class Replies:
    """What a job has come to, as somebody might feed a panel who derives from nothing."""

    def __init__(self, page: ThrowAway) -> None:
        self._page, self._newest, self._version = page, (Seen(),), 0

    def version(self) -> int:
        if self._page.replies:
            self._newest = self._page.replies.popleft()
            self._version += 1
        return self._version

    def look(self) -> tuple[Seen, ...]:
        return self._newest


class ThrowAway(Page):
    """Three panels side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.trained, self.computed, self.jobbed = Bars(), Bars(False), Bars(False)
        self.view = ""
        self.pressed = 0
        self.kept: dict[str, Any] = {}
        row = QHBoxLayout(self)
        for panel in (self.trained, self.computed, self.jobbed):
            row.addWidget(panel)

    def dressing(self, theme: Theme) -> Iterator[None]:
        for panel in (self.trained, self.computed, self.jobbed):
            panel.set_theme(theme)
            yield

    def show_view(self, name: str) -> None:
        self.view = name


class Pressing(Part[Host]):
    """One key."""

    def __init__(self, host: Host, page: ThrowAway) -> None:
        super().__init__(host)
        self.page = page

    def actions(self) -> tuple[Action, ...]:
        return (Action("Press the throw-away lab", "Throw away", self.press, ("Y",)),)

    def press(self) -> None:
        self.page.pressed += 1


def bars_of(height: float) -> tuple[Seen, ...]:
    """The pure function of this lab's own value."""
    return (Seen(stands=f"bars {height:g}"),)


def entry(number: int = 1) -> Entry:
    """Its line in the table."""
    title = f"Throw away {number}"
    tasks = {VIEWS[1][0]: "Lines are counted too."}
    return Entry(f"throw-away-{number}", title, __name__, VIEWS, "Nothing is kept.", tasks, f"{__name__}_exports")


def make(host: Host) -> Lab:
    """The lab; its job's replies are put into `page.replies` by whoever tries it."""
    page = ThrowAway()
    page.value = Computed(bars_of, 1.0)
    page.replies = deque()
    sources = {
        page.computed: page.value,
        page.jobbed: Replies(page),
    }
    return Lab(
        page,
        panels=(page.trained, page.computed, page.jobbed),
        sources=sources,
        parts=(Pressing(host, page),),
        kept=lambda: page.kept,
        restore=lambda kept: page.kept.update(kept),
    )
