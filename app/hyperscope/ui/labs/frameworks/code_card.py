"""A card with code: a choice and buttons above it, and what is said below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.ground import Ground
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.labs.frameworks.code_text import CodeText
from hyperscope.ui.theme import GRID, INSIDE, Theme, font

SHARES = 57, 43  # of a view's width: code, and what is beside it


class CodeCard(Ground):
    """Holds `choice` among frameworks, `buttons`, the `text`, and the lines of words `said` below it."""

    def __init__(self, captions: Sequence[str], buttons: Sequence[Button], said: Sequence[QLabel]) -> None:
        super().__init__(edged=True)
        self.choice, self.text = Segments(captions, "Framework"), CodeText()
        self._buttons, self._said = tuple(buttons), tuple(said)
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.choice)
        head.addStretch(1)
        for button in self._buttons:
            head.addWidget(button)
        inner = QVBoxLayout(self)
        inner.setContentsMargins(INSIDE, INSIDE - 2, INSIDE, INSIDE - 2)
        inner.setSpacing(GRID)
        inner.addLayout(head)
        inner.addWidget(self.text, 1)
        for label in self._said:
            label.setWordWrap(True)
            inner.addWidget(label)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        self.choice.set_theme(theme)
        self.text.set_theme(theme)
        for button in self._buttons:
            button.set_theme(theme)
        for label in self._said:
            label.ensurePolished()
            label.setFont(font(11.5, 400, theme.scale))
            label.setStyleSheet(f"color: {theme.quiet.name()}")


def laid_out(view: QWidget, sentence: QLabel, card: CodeCard, beside: Sequence[tuple[QWidget, int]]) -> None:
    """Lays a view out: a sentence above, the card at the left, and what is beside it with its shares of the height."""
    right = QVBoxLayout()
    right.setSpacing(GRID)
    for widget, share in beside:
        right.addWidget(widget, share)
    below = QHBoxLayout()
    below.setSpacing(GRID)
    below.addWidget(card, SHARES[0])
    below.addLayout(right, SHARES[1])
    whole = QVBoxLayout(view)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.setSpacing(GRID)
    whole.addWidget(sentence)
    whole.addLayout(below, 1)


def set_sentence(label: QLabel, theme: Theme) -> None:
    """Gives the sentence above a view its type; a long one takes a second line, and leaves the window as it was."""
    label.setWordWrap(True)
    label.ensurePolished()
    label.setFont(font(13, 400, theme.scale))
    label.setContentsMargins(8, 6, 8, 2)
