"""How often widgets are painted, for tests of what a frame does."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget


class Paints(QObject):
    """Counts the paint events of some widgets and of what is in them, as long as their window is there."""

    def __init__(self, widgets: list[QWidget]) -> None:
        super().__init__(widgets[0].window())  # with which it ends, or it would count in all later tests
        self.widgets = widgets
        self.counts = [0] * len(widgets)
        self.who: list[str] = []
        QApplication.instance().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            for place, widget in enumerate(self.widgets):
                if watched is widget or widget.isAncestorOf(watched):
                    self.counts[place] += 1
                    self.who.append(f"{type(watched).__name__} {watched.accessibleName()}")
        return False

    def stop(self) -> None:
        QApplication.instance().removeEventFilter(self)
