"""Pages that cover the lab for a while: where they lie, how they come and go, and when they take on a theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from hyperscope.ui.theme import Theme

if TYPE_CHECKING:
    from hyperscope.ui.shell import Shell


class Covering(QObject):
    """Keeps `page` over all of the window's body, its parent, below the tabs, whatever size they have.

    It has the page `put_on` the theme when it is seen: of what is hidden nobody sees the change, which takes its time.
    So does painting all of a page, or of the lab when it is seen again; hence over a few frames.
    """

    def __init__(self, page: QWidget, host: Shell, put_on: Callable[[Theme], None]) -> None:
        super().__init__(page)
        self._page, self._host = page, host
        self._theme, self._put_on = host.theme, put_on
        self._worn: Theme | None = None
        for part in (page, host.body, host.tabs):
            part.installEventFilter(self)
        self._cover()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        if self._page.isVisible():
            self._dress()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._page:
            if event.type() == QEvent.Type.Show:
                self._dress()
                self._host.unveil(self._page)
            elif event.type() == QEvent.Type.Hide and self._host.body.isVisible():
                self._host.unveil(self._host.lab.page)
        elif event.type() == QEvent.Type.Resize:
            self._cover()
        return False

    def _dress(self) -> None:
        if self._worn is not self._theme:
            self._worn = self._theme
            self._put_on(self._theme)

    def _cover(self) -> None:
        below = self._host.tabs.geometry().bottom() + 1
        self._page.setGeometry(self._host.body.rect().adjusted(0, below, 0, 0))
