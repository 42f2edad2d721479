"""‖W‖ of each layer over the run, with a mark at the weights that early stopping keeps."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from hyperscope.lab.generalise.restrained import Restrained
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.common.axes import epoch_text, linear_ticks, number_text
from hyperscope.ui.panels.common.chart import Axes, polyline
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import Theme

LEFT, RIGHT, FOOT = 34, 66, 18  # pixels at scale 1
FEWEST = 12.0  # pixels between two names


class NormCard(Sheet):
    """A line for each layer, from light for the first to dark for the output."""

    def __init__(self) -> None:
        super().__init__("Norm of W by layer", "over epochs")
        self.found: Restrained | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        return QSize(220, 150)

    def show_weights(self, found: Restrained) -> None:
        """Shows a network's."""
        self.found = found
        self.setAccessibleDescription("; ".join(f"{one.caption} {number_text(one.norm)}" for one in found.layers))
        self.update()

    def paint(self, painter: QPainter, room: QRectF) -> None:
        theme, scale, found = self.theme, self.theme.scale, self.found
        known = [one for one in found.layers if np.isfinite(one.course).any()] if found is not None else []
        if found is None or not known:
            write(painter, room, "They come with the next look.", face(12, 400, scale), theme.quiet)
            return
        area = room.adjusted(self.px(LEFT), self.px(4), -self.px(RIGHT), -self.px(FOOT))
        last = max(float(found.epoch[-1]), 1e-9)
        high = 1.06 * max(float(np.nanmax(one.course)) for one in known)
        axes = Axes(area, (0.0, last), (0.0, high if np.isfinite(high) and high > 0 else 1.0))
        ticks = [(at, epoch_text(at)) for at, _ in linear_ticks(0.0, last, 4)]
        axes.paint(painter, theme, ticks, linear_ticks(0.0, axes.up[1], 4))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if np.isfinite(found.kept_epoch):
            pen = QPen(theme.accent, self.px(1))
            pen.setDashPattern([3, 3])
            painter.setPen(pen)
            x = float(axes.x(np.array(found.kept_epoch)))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        small = face(10, 500, scale)
        names = []
        for number, layer in enumerate(found.layers):
            colour = shade(theme, number, len(found.layers))
            polyline(painter, axes.points(found.epoch, layer.course), colour, 1.8 * scale)
            if np.isfinite(found.kept_epoch + layer.kept):
                painter.setBrush(theme.card)
                painter.drawEllipse(
                    QPointF(float(axes.x(np.array(found.kept_epoch))), float(axes.y(np.array(layer.kept)))),
                    self.px(3),
                    self.px(3),
                )
            if np.isfinite(layer.course[-1]):
                names.append((float(axes.y(layer.course[-1])), layer.caption, layer.course[-1], colour))
        metrics = QFontMetricsF(small)
        for y, caption, norm, colour in _apart(names, self.px(FEWEST), area.bottom()):
            line = QRectF(area.right() + self.px(6), y - metrics.height() / 2, self.px(RIGHT), metrics.height())
            short = caption.replace("Layer ", "layer ").replace("Output", "output")
            write(painter, line, f"{short} {number_text(norm)}", small, colour, Qt.AlignmentFlag.AlignLeft)


Name = tuple[float, str, float, QColor]


def _apart(names: list[Name], gap: float, bottom: float) -> list[Name]:
    """The names, moved so far that none lie on each other."""
    placed: list[Name] = []
    for name in sorted(names, key=lambda one: -one[0]):
        y = min(name[0], placed[-1][0] - gap) if placed else min(name[0], bottom)
        placed.append((y, *name[1:]))
    return placed


def shade(theme: Theme, number: int, layers: int) -> QColor:
    """The colour of a layer, from the theme's accent to its text."""
    return mixed(theme.accent, theme.text, number / max(1, layers - 1))
