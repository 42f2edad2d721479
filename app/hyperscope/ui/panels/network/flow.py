"""The gentle flow while a network trains: pale dots that move forward along its strongest edges.

They are laid over a finished picture, so that a frame of it costs a few dozen small circles and nothing else.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter

from hyperscope.engine.arrays import Array
from hyperscope.ui.panels.network.edges import Edges, widths
from hyperscope.ui.theme import Theme

EVERY = 50  # ms
NEWS = 5.0  # s without word of training after which nobody knows that it goes on
SPEED = 0.32  # of a gap, in a second
FEW = 5  # edges of a gap that have a dot
LEAST = 0.3  # of the strongest weight
GOLDEN = 0.618  # spreads the dots so that no two keep pace


class Flow(QObject):
    """Tells when its dots have `moved`, while it runs: while training goes on, what it is drawn on is seen, and motion
    is not to be reduced.
    """

    moved = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._edges: list[tuple[Edges, int, int, float, bool]] = []
        self._reduced = self._training = self._seen = False
        self._told = 0.0  # when training was last heard of
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY)
        self._timer.timeout.connect(self._move)

    @property
    def running(self) -> bool:
        """Whether dots move."""
        return self._timer.isActive()

    def take_note(self, *, training: bool | None = None, seen: bool | None = None, reduced: bool | None = None) -> None:
        """Takes note of what has changed of what it depends on, and of training also that it goes on."""
        if training:
            self._told = time.monotonic()
        self._training = self._training if training is None else training
        self._seen = self._seen if seen is None else seen
        self._reduced = self._reduced if reduced is None else reduced
        wanted = self._training and self._seen and not self._reduced
        if wanted != self.running:
            self._timer.start() if wanted else self._timer.stop()
            self.moved.emit()

    def _move(self) -> None:
        if time.monotonic() > self._told + NEWS:
            self.take_note(training=False)
        else:
            self.moved.emit()

    def follow(self, gaps: Sequence[Edges], weights: Sequence[Array]) -> None:
        """Takes the strongest edges of each gap, of weights (n, n_before) as they are drawn."""
        self._edges = []
        for edges, w in zip(gaps, weights, strict=True):
            size = np.nan_to_num(np.abs(w)).ravel()
            most = float(size.max(initial=0))
            wide = widths(w)
            for k in np.argsort(-size)[:FEW].tolist():
                if most > 0 and size[k] >= LEAST * most:
                    after, before = divmod(k, w.shape[1])
                    self._edges.append((edges, after, before, float(wide[after, before]), float(w[after, before]) >= 0))

    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draws the dots where they are now."""
        if not self.running:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        now = time.monotonic() * SPEED
        for edges, after, before, wide, positive in self._edges:
            share = (now + GOLDEN * (7 * after + before)) % 1.0
            x, y = edges.at(after, before, share)
            colour = QColor(theme.positive if positive else theme.negative)
            colour.setAlphaF(math.sin(math.pi * share))
            painter.setBrush(colour)
            radius = (1.4 + wide / 2) * theme.scale
            painter.drawEllipse(QPointF(x, y), radius, radius)
            pale = QColor(theme.card)
            pale.setAlphaF(0.9 * math.sin(math.pi * share))
            painter.setBrush(pale)
            painter.drawEllipse(QPointF(x, y), 0.45 * radius, 0.45 * radius)
