"""What there is to say of painted points: how many of each class, what is still missing, and where to paint more."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from hyperscope.ui.controls.buttons import TextButton
from hyperscope.ui.controls.control import paint_text
from hyperscope.ui.style import breadth
from hyperscope.ui.theme import INSIDE, LIGHT, Theme, font


class OwnFacts(QWidget):
    """Two lines of facts and two buttons, for a card `width` pixels wide at scale 1."""

    paint_requested = Signal()
    save_requested = Signal()

    def __init__(self, width: int) -> None:
        super().__init__()
        self._width = width
        self._theme = LIGHT
        self._missing = ""
        self.said = ""
        self.setAccessibleName("Own points")
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.paint = TextButton("Paint on the map", "plain", "Paint, erase and drag points on the map (D).")
        self.save = TextButton("Save as CSV", "plain", "Write these points to a CSV file.")
        self.save.setAccessibleName("Save these points as CSV")
        self.paint.clicked.connect(self.paint_requested)
        self.save.clicked.connect(self.save_requested)
        buttons = QHBoxLayout()
        buttons.addWidget(self.paint)
        buttons.addWidget(self.save)
        buttons.addStretch(1)
        buttons.setSpacing(4)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(2)
        whole.addWidget(self.words)
        whole.addLayout(buttons)

    def show_counts(self, counts: list[int]) -> None:
        """Says how many points each class has."""
        total = sum(counts)
        each = " · ".join(map(str, counts))
        self.said = f"{total} points painted: {each}." if total else "No points painted yet."
        self._tell()

    def show_missing(self, missing: str) -> None:
        """Says why there is nothing to train on yet, if there is not."""
        self._missing = missing
        self._tell()

    def _tell(self) -> None:
        self.words.setText(self._missing or f"{self.said} No noise is added to them.")
        self.updateGeometry()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.words.setFont(font(11, 400, theme.scale))
        paint_text(self.words, theme.quiet)
        for button in (self.paint, self.save):
            button.set_theme(theme)
            button.setFont(font(11, 500, theme.scale))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        width = breadth(self._theme, self._width) - 2 * INSIDE
        lines = self.words.heightForWidth(width)
        return QSize(width, lines + 2 + self.paint.sizeHint().height())
