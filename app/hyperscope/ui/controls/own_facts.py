"""What there is to say of painted points: how many, what does not apply to them, and what is still missing."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from hyperscope.ui.as_written import as_written
from hyperscope.ui.controls.buttons import TextButton
from hyperscope.ui.controls.control import Caption, paint_text
from hyperscope.ui.style import breadth
from hyperscope.ui.theme import INSIDE, LIGHT, Theme, font

REASON = "Noise and Points do not apply."
BECAUSE = "Every painted point lies where you put it: none is drawn, and none is moved by noise."


class OwnFacts(QWidget):
    """The number of points beside a button, and a sentence, for a card `width` pixels wide at scale 1."""

    save_requested = Signal()

    def __init__(self, width: int) -> None:
        super().__init__()
        self._width = width
        self._theme = LIGHT
        self._missing = ""
        self.setAccessibleName("Own points")
        self.count = Caption("")
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.save = TextButton("Save as CSV", "plain", "Write these points to a CSV file.")
        self.save.setAccessibleName("Save these points as CSV")
        self.save.clicked.connect(self.save_requested)
        upper = QHBoxLayout()
        upper.addWidget(self.count, 1)
        upper.addWidget(self.save)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(upper)
        whole.addWidget(self.words)
        self.show_counts([])

    def show_counts(self, counts: list[int]) -> None:
        """Says how many points each class has."""
        self.count.setText(f"{sum(counts)} points")
        each = ", ".join(f"{count} of class {c}" for c, count in enumerate(counts, 1))
        self.count.setToolTip(as_written(each))
        self.count.setAccessibleDescription(each)
        self._tell()

    def show_missing(self, missing: str) -> None:
        """Says why there is nothing to train on yet, if there is not."""
        self._missing = missing
        self._tell()

    def _tell(self) -> None:
        self.words.setText(self._missing or REASON)
        self.words.setToolTip("" if self._missing else BECAUSE)
        self.updateGeometry()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.count.set_theme(theme)
        self.words.setFont(font(11, 400, theme.scale))
        paint_text(self.words, theme.quiet)
        self.save.set_theme(theme)
        self.save.setFont(font(11, 500, theme.scale))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        width = breadth(self._theme, self._width) - 2 * INSIDE
        upper = max(self.count.sizeHint().height(), self.save.sizeHint().height())
        return QSize(width, upper + self.words.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())
