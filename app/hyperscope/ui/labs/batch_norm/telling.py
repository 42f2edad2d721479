"""What a card says of what was found: large figures, a note below each, and why, in two paragraphs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel, QVBoxLayout

from hyperscope.ui.controls.control import Caption, paint_text
from hyperscope.ui.labs.batch_norm.unit_card import Note
from hyperscope.ui.theme import Theme, font


class Telling:
    """So many figures, and `why`; it fills the column of a card, which spaces all of it like its own controls."""

    def __init__(self, column: QVBoxLayout, figures: int, why: Sequence[str]) -> None:
        self.figures = tuple((QLabel(), Note()) for _ in range(figures))
        self._heading = Caption("Why")
        self._words = tuple(QLabel(words) for words in why)
        for label in self._words:
            label.setWordWrap(True)
            label.setMinimumWidth(40)
        for pair in self.figures:
            for part in pair:
                column.addWidget(part)
        for words in (self._heading, *self._words):
            column.addWidget(words)

    def show(self, said: Sequence[tuple[str, str]]) -> None:
        """Shows these figures and notes, and a dash for each that is not known yet."""
        known = (*said, *[("", "")] * len(self.figures))
        for (large, small), (value, words) in zip(self.figures, known, strict=False):
            large.setText(value or "–")
            small.setText(words)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._heading.set_theme(theme, 11, 600, quiet=True)
        for label in self._words:
            label.ensurePolished()
            label.setFont(font(11, 400, theme.scale))
            paint_text(label, theme.text)
        for large, small in self.figures:
            large.ensurePolished()
            large.setFont(font(16, 600, theme.scale))
            paint_text(large, theme.accent)
            small.set_theme(theme)
