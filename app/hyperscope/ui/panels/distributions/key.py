"""The legend of pictures that hold two sides: each letter with a sample of its colour, and where it is drawn."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from hyperscope.ui.guarded import guarded
from hyperscope.ui.panels.common.twin_letters import badge
from hyperscope.ui.panels.distributions.placing import colours
from hyperscope.ui.theme import LIGHT, Theme

LETTER, SAMPLE, GAP, APART = 13, 12, 4, 9  # pixels at scale 1


class SidesKey(QWidget):
    """ "A ▀ B ▄": A's colour in the upper half of its sample and B's in the lower, as the histograms have them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self.setAccessibleName("A above each axis and as bands, B below it and as lines")
        self.setToolTip("A above each axis, and in rivers as bands; B below it, and as lines. All axes are common.")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and size."""
        self._theme = theme
        self.setFixedSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        unit = self._theme.scale
        return QSize(round((2 * (LETTER + GAP + SAMPLE) + APART) * unit), round(20 * unit))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, unit = QPainter(self), self._theme.scale
        x, middle, half = 0.0, self.height() / 2, 6 * unit
        for which, colour, top in zip("AB", colours(self._theme), (middle - half, middle), strict=True):
            size = LETTER * unit
            badge(painter, QRectF(x, middle - size / 2, size, size), which, self._theme)
            x += size + GAP * unit
            painter.fillRect(QRectF(x, top, SAMPLE * unit, half), colour)
            painter.fillRect(QRectF(x, middle - 0.5, SAMPLE * unit, 1), self._theme.quiet)
            x += (SAMPLE + APART) * unit
        painter.end()
