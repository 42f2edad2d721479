"""The two buttons of what trains beside the window: run it again, and pause it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from hyperscope.ui.controls.buttons import Button


class RunRow(QWidget):
    """`again`, the one that matters, and `pause`."""

    def __init__(self, again: Button, pause: Button) -> None:
        super().__init__()
        again.setProperty("accent", True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(again, 2)
        row.addWidget(pause, 1)
