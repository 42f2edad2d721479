"""The dialog that opens a table of one's own (to be replaced)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog


class OpenTable(QDialog):
    accepted_data = Signal(object)

    def __init__(self, data, theme, parent=None) -> None:
        super().__init__(parent)
        self._data = data

    def open(self) -> None:
        self.accepted_data.emit(self._data)
