"""Widgets one behind the other, of which one is seen."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget


class Stack(QStackedWidget):
    """Qt's own, but as high whatever its width: it takes what room there is.

    Qt would ask all that lies in it, hidden or not, how high its words are at this width, at each change of layout and
    more than once: up to 100 ms of a window in which all labs were seen.
    """

    def hasHeightForWidth(self) -> bool:
        return False
