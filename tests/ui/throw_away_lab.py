"""A lab as somebody might write one: three panels, one fed by the worker, one by a job, one by a formula."""

from __future__ import annotations

from collections import deque
from typing import Any

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from hyperscope.lab.probes.snapshot import Snapshot, Status
from hyperscope.ui.actions import Action
from hyperscope.ui.host import Host
from hyperscope.ui.labs import Entry
from hyperscope.ui.labs.lab import Lab, Page
from hyperscope.ui.parts.part import Part
from hyperscope.ui.source import Computed, Polled
from hyperscope.ui.theme import Theme

VIEWS = (("bars", "Bars"), ("lines", "Lines"))
SHADE = QColor(17, 119, 51)  # that only its panels are painted in


class Bars(QWidget):
    """Draws whatever record it asked for as one shade, and keeps it."""

    rate = 10.0

    def __init__(self, probe: str = "") -> None:
        super().__init__()
        self.probes = (probe,) if probe else ()
        self.drawn: list[Snapshot] = []
        self.theme: Theme | None = None
        self.setMinimumSize(80, 80)
        self.setAccessibleName("Bars")

    def draw(self, snapshot: Snapshot) -> None:
        self.drawn.append(snapshot)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.drawn:
            painter = QPainter(self)
            painter.fillRect(self.rect(), SHADE)
            painter.end()


class ThrowAway(Page):
    """Three panels side by side."""

    def __init__(self, probe: str) -> None:
        super().__init__()
        self.trained, self.computed, self.jobbed = Bars(probe), Bars(), Bars()
        self.view = ""
        self.pressed = 0
        self.kept: dict[str, Any] = {}
        row = QHBoxLayout(self)
        for panel in (self.trained, self.computed, self.jobbed):
            row.addWidget(panel)

    def set_theme(self, theme: Theme) -> None:
        for panel in (self.trained, self.computed, self.jobbed):
            panel.set_theme(theme)

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


def with_bars(height: float) -> Snapshot:
    """The pure function of this lab's own value."""
    return Snapshot(Status(), views={"bars": height})


def entry(number: int = 1) -> Entry:
    """Its line in the table."""
    title = f"Throw away {number}"
    return Entry(f"throw-away-{number}", title, __name__, VIEWS, "Nothing is kept.", f"{__name__}_exports")


def make(host: Host, probe: str = "results") -> Lab:
    """The lab; its job's replies are put into `page.replies` by whoever tries it."""
    page = ThrowAway(probe)
    page.value = Computed(with_bars, 1.0)
    page.replies = deque()
    sources = {
        page.computed: page.value,
        page.jobbed: Polled(lambda: page.replies.popleft() if page.replies else None),
    }
    return Lab(
        page,
        panels=(page.trained, page.computed, page.jobbed),
        sources=sources,
        parts=(Pressing(host, page),),
        kept=lambda: page.kept,
        restore=lambda kept: page.kept.update(kept),
    )
