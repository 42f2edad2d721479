"""What the window's own parts may ask of it beyond what labs may: its bars, its labs, what happens to all of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QMainWindow, QWidget

from hyperscope.ui.actions import Action
from hyperscope.ui.controls.tabs import LabTabs
from hyperscope.ui.host import Host
from hyperscope.ui.labs.lab import Lab
from hyperscope.ui.theme import Theme


class Shell(Host, Protocol):
    """A host with bars around the shown `lab`. `body` is all that is in the window: what pages and cards lie over."""

    chosen_theme: str
    tabs: LabTabs
    body: QWidget
    file_dropped: SignalInstance  # carries a Path
    resized: SignalInstance

    @property
    def top(self) -> QMainWindow: ...

    @property
    def lab(self) -> Lab:
        """The lab that is shown."""

    @property
    def shown_view(self) -> tuple[str, str]:
        """The names of the lab that is shown and of its view, "" where it has none."""

    @property
    def up_to_date(self) -> bool:
        """Whether every panel that is seen shows the network that is being trained."""

    @property
    def all_actions(self) -> Sequence[Action]:
        """All that can be done now, in the window and in the shown lab."""

    def unveil(self, page: QWidget) -> None:
        """Has a page that comes into sight painted over a few frames."""

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type everywhere."""
