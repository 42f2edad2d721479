"""A widget that paints itself in a theme's colours and type."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy, QWidget

from hyperscope.ui.theme import LIGHT, Theme


class Painted(QWidget):
    """Paints itself, whenever a theme comes too; who derives from it gives `paintEvent`.

    With `low`, the least room that it can do with, in pixels wide and high, it takes all the room there is.
    """

    def __init__(self, name: str, low: tuple[int, int] | None = None) -> None:
        super().__init__()
        self.theme = LIGHT
        self.setAccessibleName(name)
        if low is not None:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
            self.setMinimumSize(*low)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.theme = theme
        self.update()

    def px(self, size: float) -> float:
        """`size` pixels at the present scale of type."""
        return size * self.theme.scale
