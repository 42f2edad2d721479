"""What ten seeds came to, a dot each: A's above B's on one axis, with both medians. It decides nothing."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from hyperscope.engine.arrays import Array
from hyperscope.ui.guarded import guarded
from hyperscope.ui.panels.common.axes import number_text
from hyperscope.ui.panels.common.twin_letters import SIZE, badge
from hyperscope.ui.style import breadth
from hyperscope.ui.theme import LIGHT, Theme

WIDTH, RADIUS = 148, 3.0  # pixels
NONE = np.zeros(0)
STRENGTH = 150  # of 255: where dots lie on each other it is darker


class SeedDots(QWidget):
    """Two rows of dots; a run that diverged is a cross at the right end."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self.values: tuple[Array, Array] = (NONE, NONE)
        self._loss = True
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.hide()

    def show_values(self, a: Array, b: Array, *, loss: bool) -> None:
        """Shows what each seed came to, dev losses or dev accuracies (K,); none puts the dots away."""
        self.values, self._loss = (a, b), loss
        what, text = ("dev loss", number_text) if loss else ("dev accuracy", lambda value: f"{100 * value:.1f} %")
        said = [
            f"{which}: " + ", ".join(text(float(value)) if math.isfinite(value) else "diverged" for value in values)
            for which, values in zip("AB", self.values, strict=True)
        ]
        self.setToolTip(f"<p>The {what} that each seed came to</p>" + "".join(f"<p>{one}</p>" for one in said))
        self.setAccessibleName(f"The {what} of each seed. {'; '.join(said)}")
        self.update()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not len(self.values[0])

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.setFixedWidth(breadth(theme, WIDTH))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(breadth(self._theme, WIDTH), round(34 * self._theme.scale))

    def places(self, which: int) -> Array:
        """Where the dots of A (0) or B (1) lie across, in pixels (K,)."""
        across = [self._scaled(values) for values in self.values]
        known = np.concatenate(across)
        known = known[np.isfinite(known)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        left, right = (SIZE + 10) * self._theme.scale, self.width() - 2 * RADIUS * self._theme.scale
        room = right - left - 12 * self._theme.scale  # what is left is where crosses stand
        shares = (across[which] - low) / (high - low) if high > low else np.where(np.isfinite(across[which]), 0.5, 2)
        found: Array = np.where(np.isfinite(across[which]), left + room * shares, right)
        return found

    def _scaled(self, values: Array) -> Array:
        """Losses by their logarithm."""
        values = np.asarray(values, float)
        if not self._loss:
            return values
        with np.errstate(divide="ignore"):
            return np.where(values > 0, np.log10(values), np.where(values == 0, -300.0, np.inf))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if self.empty:
            return
        painter, theme, scale = QPainter(self), self._theme, self._theme.scale
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for which, letter in enumerate("AB"):
            y = self.height() * (0.28 if which == 0 else 0.72)
            badge(painter, QRectF(0, y - SIZE * scale / 2, SIZE * scale, SIZE * scale), letter, theme)
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF((SIZE + 6) * scale, y), QPointF(self.width(), y))
            colour = QColor(theme.text if which == 0 else theme.other)
            places, finite = self.places(which), np.isfinite(self._scaled(self.values[which]))
            middle = float(np.median(places))
            painter.setPen(QPen(colour, 2 * scale))
            painter.drawLine(QPointF(middle, y - 6 * scale), QPointF(middle, y + 6 * scale))
            pale = QColor(colour)
            pale.setAlpha(STRENGTH)
            for x, sound in zip(places.tolist(), finite.tolist(), strict=True):
                if sound:
                    painter.setPen(QPen(theme.card, 0.7 * scale))
                    painter.setBrush(pale)
                    painter.drawEllipse(QPointF(x, y), RADIUS * scale, RADIUS * scale)
                else:
                    painter.setPen(QPen(colour, 1.3 * scale))
                    r = 2.6 * scale
                    painter.drawLine(QPointF(x - r, y - r), QPointF(x + r, y + r))
                    painter.drawLine(QPointF(x - r, y + r), QPointF(x + r, y - r))
        painter.end()
