"""Pages that cover the lab for a while: where they lie, and when they take on a theme."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from hyperscope.ui.theme import Theme


class Covering(QObject):
    """Keeps `page` over all of `ground`, its parent, below `bar`, whatever size they have.

    It has the page `put_on` the theme when it is seen: of what is hidden nobody sees the change, which takes its time.
    """

    def __init__(
        self, page: QWidget, ground: QWidget, bar: QWidget, theme: Theme, put_on: Callable[[Theme], None]
    ) -> None:
        super().__init__(page)
        self._page, self._ground, self._bar = page, ground, bar
        self._theme, self._put_on = theme, put_on
        self._worn: Theme | None = None
        for part in (page, ground, bar):
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
        elif event.type() == QEvent.Type.Resize:
            self._cover()
        return False

    def _dress(self) -> None:
        if self._worn is not self._theme:
            self._worn = self._theme
            self._put_on(self._theme)

    def _cover(self) -> None:
        self._page.setGeometry(self._ground.rect().adjusted(0, self._bar.geometry().bottom() + 1, 0, 0))
