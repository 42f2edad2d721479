"""Would more data help? Error on training and dev set by number of training examples."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from hyperscope.lab.generalise.errors import percent
from hyperscope.lab.generalise.learning_curve import LearningCurve
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.common.axes import linear_ticks
from hyperscope.ui.panels.common.chart import Axes, legend, polyline
from hyperscope.ui.panels.common.sheet import Sheet

LEFT, FOOT = 42, 20  # pixels at scale 1


class LearningCard(Sheet):
    """Draws a `LearningCurve`; `best` is the error that anybody makes at best."""

    def __init__(self) -> None:
        super().__init__("Would more data help?", "equal number of steps")
        self.curve: LearningCurve | None = None
        self.best = 0.0
        self.words = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        return QSize(280, 120)

    def show_curve(self, curve: LearningCurve | None, best: float, note: str) -> None:
        """Shows how far it is known."""
        self.curve, self.best = curve, best
        self.note = note or "equal number of steps"
        self.words = curve.sentence() if curve is not None else ""
        self.setAccessibleDescription(self._read())
        self.update()

    def _read(self) -> str:
        curve = self.curve
        if curve is None:
            return ""
        known = zip(curve.examples, curve.train.tolist(), curve.dev.tolist(), strict=True)
        each = [f"{m} examples: train {percent(a)}, dev {percent(b)}" for m, a, b in known if not math.isnan(b)]
        return "; ".join([*each, self.words])

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """The two curves, and what they say."""
        theme, scale = self.theme, self.theme.scale
        head = QRectF(room.left(), room.top() - self.px(2), room.width(), self.px(18))
        if self.words:
            write(painter, head, self.words, face(12, 400, scale), theme.text)
        curve = self.curve
        if curve is None or not np.isfinite(curve.dev).any():
            write(painter, head, "The networks are being trained.", face(12, 400, scale), theme.quiet)
            return
        area = room.adjusted(self.px(LEFT), self.px(26), -self.px(8), -self.px(FOOT))
        errors = np.concatenate([curve.train_error.ravel(), curve.dev_error.ravel(), [self.best, 0.05]])
        high = float(np.nanmax(errors)) * 1.08
        count = len(curve.examples)
        axes = Axes(area, (0.0, max(1.0, count - 1.0)), (0.0, high))
        captions = [(float(at), str(m)) for at, m in enumerate(curve.examples)]
        axes.paint(painter, theme, captions, linear_ticks(0.0, high, 4, "%"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places = np.arange(count, dtype=float)
        if self.best > 0:
            line = QPen(theme.quiet, self.px(1))
            line.setDashPattern([3, 3])
            painter.setPen(line)
            y = float(axes.y(np.array(self.best)))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        if curve.now in curve.examples:
            x = float(axes.x(np.array(curve.examples.index(curve.now))))
            dots = QPen(theme.accent, self.px(1))
            dots.setDashPattern([2, 3])
            painter.setPen(dots)
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            small, high_up, side = face(10, 400, scale), area.top() - self.px(5), Qt.AlignmentFlag.AlignLeft
            place = QRectF(x + self.px(4), high_up, self.px(60), self.px(13))
            if x > area.right() - self.px(60):  # at the left, and below what the legend takes
                place.moveRight(x - self.px(4))
                place.moveBottom(area.bottom() - self.px(6))
                side = Qt.AlignmentFlag.AlignRight
            write(painter, place, "now", small, theme.quiet, side)
        for errors, colour, dashed in (
            (curve.train_error, theme.text, False),
            (curve.dev_error, theme.accent, True),
        ):
            values = np.sort(errors, axis=1)
            middle = values[:, (values.shape[1] - 1) // 2]
            painter.setPen(QPen(colour, self.px(1)))
            for at in range(count):
                known = errors[at][np.isfinite(errors[at])]
                if len(known) > 1:
                    x, (low, top) = float(axes.x(np.array(at))), axes.y(np.array([known.min(), known.max()]))
                    painter.drawLine(QPointF(x, low), QPointF(x, top))
            points = axes.points(places, middle)
            polyline(painter, points, colour, 2 * scale, dashed=dashed)
            painter.setPen(QPen(colour, self.px(1.5)))
            painter.setBrush(theme.card)
            for point in points:
                painter.drawEllipse(point, self.px(3.2), self.px(3.2))
        said = [("line", "train", theme.text), ("dashes", f"dev, of {curve.m_dev}", theme.accent)]
        if self.best > 0:
            said.append(("dashes", "best possible", theme.quiet))
        legend(painter, room.right(), room.top() + self.px(22) if self.words else head.center().y(), theme, said)
