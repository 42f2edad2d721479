"""How the window looks: light or dark, how large type and lines are, full screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from hyperscope.ui.actions import Action
from hyperscope.ui.part import Part
from hyperscope.ui.theme import THEMES, largest_scale, scaled

if TYPE_CHECKING:
    from hyperscope.ui.shell import Shell

LARGER = 1.25  # at a press of the key


class Looks(Part["Shell"]):
    """Chooses the window's theme; what was chosen is remembered."""

    def __init__(self, host: Shell) -> None:
        super().__init__(host)
        self._theme = host.chosen_theme or host.remembered.theme
        self._scale = host.remembered.scale
        self._few = False  # whether so few panels are shown that their type may be larger
        host.tabs.theme_requested.connect(self.switch_theme)
        host.resized.connect(self._fit)
        QApplication.styleHints().colorSchemeChanged.connect(self.apply)

    def actions(self) -> Sequence[Action]:
        return (
            Action("Light or dark", "View", self.switch_theme, ("Ctrl+T",)),
            Action("Larger type and lines", "View", lambda: self.enlarge(LARGER), ("+", "=")),
            Action("Smaller type and lines", "View", lambda: self.enlarge(1 / LARGER), ("-",)),
            Action("Full screen", "View", self.switch_full_screen, ("F11",)),
        )

    def apply(self) -> None:
        """Takes on the chosen theme, or the system's where none was chosen."""
        dark = QApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        self.host.set_theme(scaled(THEMES[self._theme or ("dark" if dark else "light")], min(self._scale, self._most)))

    @property
    def _most(self) -> float:
        return largest_scale(self.host.top.width(), self.host.top.height(), few=self._few)

    def switch_theme(self) -> None:
        """Light becomes dark and dark light."""
        self._theme = self.host.remembered.theme = "light" if self.host.theme.dark else "dark"
        self.apply()

    def enlarge(self, factor: float) -> None:
        """Makes type and lines larger by `factor`, between their usual size and what the window has room for."""
        self._scale = self.host.remembered.scale = min(self._most, max(1.0, self._scale * factor))
        self.apply()

    def show_few(self, few: bool) -> None:
        """Says whether few panels are shown, which leaves room for larger type."""
        if few != self._few:
            self._few = few
            self.apply()

    def switch_full_screen(self) -> None:
        """Fills the screen, or goes back to a window."""
        self.host.top.setWindowState(self.host.top.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _fit(self) -> None:
        """Type that was made larger shrinks again where the window has become too small for it."""
        if self._scale > 1 and min(self._scale, self._most) != self.host.theme.scale:
            self.apply()
