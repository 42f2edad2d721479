"""Early stopping on the curves: a flag at the lowest dev loss, the patience after it, and what became of it."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy

from hyperscope.lab.generalise.stopping import Stopping, stopping
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.common.axes import epoch_text, linear_ticks
from hyperscope.ui.panels.common.chart import Axes, legend, polyline, wrapped
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.style import mixed

LEFT, FOOT, SAID = 34, 18, 34  # pixels at scale 1
MOST_LINES = 3  # of what is said above
MOST = 4.0  # times the first dev loss that is shown at most


class StoppingCard(Sheet):
    """Asks for the losses and the flag."""

    rate = 8.0

    def __init__(self) -> None:
        super().__init__("Early stopping")
        self.found: Stopping | None = None
        self.past: Stopping | None = None  # how far it had gone before it stopped and went back
        self.side = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        return QSize(260, 170)

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """The losses and the flag."""
        return (Ask(stopping, None),)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows them, of twins those of the one that the controls move."""
        found = sides[min(self.side, len(sides) - 1)].records.of(stopping)
        if found is None:
            return
        before = self.found
        if not found.stopped:
            self.past = None
        elif before is not None and not before.stopped and before.now > found.now:
            self.past = before
        self.found = found
        self.setAccessibleDescription(found.sentence())
        self.update()

    def paint(self, painter: QPainter, room: QRectF) -> None:
        theme, scale, found = self.theme, self.theme.scale, self.found
        if found is None or math.isnan(found.lowest_loss) or not np.isfinite(found.dev_loss).any():
            write(painter, room, "There is no dev loss yet.", face(12, 400, scale), theme.quiet)
            return
        font = face(12, 400, scale)
        metrics = QFontMetricsF(font)
        lines = wrapped(found.sentence(), metrics, room.width())[:MOST_LINES]
        for number, words in enumerate(lines):
            line = QRectF(
                room.left(), room.top() + number * metrics.height() - self.px(3), room.width(), metrics.height()
            )
            write(painter, line, words, font, theme.text)
        said = max(self.px(SAID), len(lines) * metrics.height())
        area = room.adjusted(self.px(LEFT), said + self.px(4), -self.px(6), -self.px(FOOT))
        shown = self.past or found
        ends = found.lowest + found.patience if found.kept else found.now
        last = max(found.now, shown.now, min(ends, found.lowest + 2 * max(found.lowest, 1.0)), 1e-9)
        first = found.dev_loss[np.isfinite(found.dev_loss)][0]
        finite = np.concatenate([shown.train_loss, shown.dev_loss])
        finite = finite[np.isfinite(finite)]
        high = 1.05 * min(float(finite.max(initial=0.1)), MOST * float(first))
        axes = Axes(area, (0.0, last), (0.0, high))
        ticks = [(at, epoch_text(at)) for at, _ in linear_ticks(0.0, last, 5)]
        if found.kept:
            left, right = axes.x(np.array([found.lowest, min(last, ends)]))
            painter.fillRect(
                QRectF(left, area.top(), right - left, area.height()), mixed(theme.card, theme.accent, 0.12)
            )
        axes.paint(painter, theme, ticks, linear_ticks(0.0, high, 4))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.setClipRect(area.adjusted(-1, -1, 1, 1))
        if self.past is not None:
            pale = mixed(theme.card, theme.quiet, 0.5)
            polyline(painter, axes.points(self.past.epoch, self.past.train_loss), pale, 1.5 * scale)
            polyline(painter, axes.points(self.past.epoch, self.past.dev_loss), pale, 1.5 * scale, dashed=True)
        polyline(painter, axes.points(found.epoch, found.train_loss), theme.text, 1.8 * scale)
        polyline(painter, axes.points(found.epoch, found.dev_loss), theme.accent, 1.8 * scale, dashed=True)
        painter.restore()
        x, y = float(axes.x(np.array(found.lowest))), float(axes.y(np.array(found.lowest_loss)))
        self._flag(painter, QPointF(x, max(area.top(), y)), area, theme.accent if found.kept else theme.quiet)
        kinds = [("line", "train", theme.text), ("dashes", "dev", theme.accent)]
        if found.kept and ends <= last:
            words = f"patience {found.patience}"
            place = QRectF(
                float(axes.x(np.array(found.lowest))) + self.px(4),
                area.bottom() - self.px(15),
                area.width(),
                self.px(14),
            )
            write(painter, place, words, face(10, 400, scale), theme.quiet)
        legend(painter, room.right(), QRectF(self.rect()).top() + self.px(17), theme, kinds)

    def _flag(self, painter: QPainter, at: QPointF, area: QRectF, colour: QColor) -> None:
        """A flag that stands on the lowest dev loss."""
        top = max(area.top() - self.px(2), at.y() - self.px(30))
        painter.setPen(QPen(colour, self.px(1.75)))
        painter.drawLine(at, QPointF(at.x(), top))
        painter.setBrush(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        side = -1 if at.x() > area.right() - self.px(16) else 1
        wide, high = side * self.px(12), self.px(9)
        painter.drawPolygon(
            QPolygonF([QPointF(at.x(), top), QPointF(at.x() + wide, top + high / 2), QPointF(at.x(), top + high)])
        )
        painter.setBrush(self.theme.card)
        painter.setPen(QPen(colour, self.px(1.75)))
        painter.drawEllipse(at, self.px(3.5), self.px(3.5))
