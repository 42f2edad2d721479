"""Beside the tree: operations flat and in a tree, and the curves of reused layers."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPolygonF

from hyperscope.lab.softmax.hierarchy import Operations, table
from hyperscope.lab.sweeps.reuse import TASKS, WAYS, Reuse, summary
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.labs.softmax.rows import Rows
from hyperscope.ui.labs.softmax.trained import Trained
from hyperscope.ui.paint import face, ticks, write
from hyperscope.ui.panels.common.chart import Axes, legend, polyline

CAPTIONS = {"digits": "digits 0–4 → 5–9", "halves": "two halves of a table"}
HEADS = ("C", "flat", "in a tree", "at most", "times less")


class OperationsCard(Rows):
    """What one answer takes: every class flat, or the questions on the way to one in a balanced tree."""

    def __init__(self) -> None:
        super().__init__("Multiplications for one class's ŷ, counted")
        self.setMinimumSize(280, 150)
        self.rows: tuple[Operations, ...] = ()

    def draw(self, width: int) -> None:
        """Counts with so many inputs to the output layer."""
        self.rows = table(width)
        self.note = f"{width} inputs and a bias"
        self.setAccessibleDescription("; ".join(" ".join(row) for row in operation_rows(self.rows)[1:]))
        self.update()

    def paint(self, painter: QPainter, room: QRectF) -> None:
        if not self.rows:
            return
        rows = operation_rows(self.rows)
        high = min(room.height() - self.px(32), self.px(22) * len(rows))
        place = QRectF(room.left(), room.top(), room.width(), high)
        end = self.table(painter, place, rows, (0.2, 0.22, 0.19, 0.19, 0.2), [-1] * len(self.rows), (1, 2))
        rest = QRectF(room.left(), end + self.px(4), room.width(), room.bottom() - end)
        self.words(painter, rest, "All classes at once take (C − 1) questions in a tree: no less than flat.")


def operation_rows(found: tuple[Operations, ...]) -> list[tuple[str, ...]]:
    """Heads, and a row for each number of classes."""
    return [
        HEADS,
        *(
            (
                f"{one.classes:,}".replace(",", "\u2009"),
                f"{one.flat:,}".replace(",", "\u2009"),
                f"{one.mean:,.0f}".replace(",", "\u2009"),
                f"{one.most:,}".replace(",", "\u2009"),
                f"{one.flat / one.mean:,.0f} ×".replace(",", "\u2009"),
            )
            for one in found
        ),
    ]


class ReusePanel(Trained):
    """Draws what the job came to: the share right by number of examples, of each way a band over the seeds."""

    def __init__(self) -> None:
        task = Segments([CAPTIONS[task] for task in TASKS], "Which two tasks")
        title = "Reuse: hidden layers of one task for another"
        super().__init__(title, task, "the two tasks", "The same seeds, the same numbers")
        self.setMinimumSize(280, 240)
        self.found: Reuse | None = None

    @property
    def tasks(self) -> str:
        """Which two tasks."""
        return TASKS[self.chosen]

    def show_reuse(self, found: Reuse | None, note: str) -> None:
        """Shows what there is, and in a note how far it has come."""
        self.found, self.note = found, note
        self.setAccessibleDescription(summary(found) if found is not None else note)
        self.update()

    def colours(self) -> tuple[QColor, ...]:
        """Of each way, which are no classes: from scratch as text, reused ones as the accent."""
        return self.theme.quiet, self.theme.accent, self.theme.text

    def paint(self, painter: QPainter, room: QRectF) -> None:
        found, theme = self.found, self.theme
        if found is None:
            self.words(painter, room, self.note or "The first point comes within a second.", 12)
            return
        middle, low, high = found.middle(), found.low(), found.high()
        said = summary(found) or "The median of the seeds, and from the least to the greatest."
        font, wrapped = face(11, 400, theme.scale), int(Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
        tall = math.ceil(QFontMetricsF(font).boundingRect(room, wrapped, said).height())
        area = room.adjusted(self.px(40), self.px(8), -self.px(10), -self.px(34) - tall)
        known = low[np.isfinite(low)]
        least = max(0.0, math.floor(10 * float(known.min(initial=0.9))) / 10)
        logs = np.log10(np.array(found.sizes, float))
        axes = Axes(area, (float(logs[0]) - 0.05, float(logs[-1]) + 0.05), (least, 1.005))
        up = [(at, f"{100 * at:.0f} %") for at in ticks(least, 1.0001, 7)]
        axes.paint(painter, theme, [(float(at), f"{size}") for at, size in zip(logs, found.sizes, strict=True)], up)
        painter.save()
        painter.setClipRect(area.adjusted(-2, -4, 4, 4))
        for way, colour in enumerate(self.colours()):
            there = np.isfinite(middle[way])
            if not there.any():
                continue
            over, under = axes.points(logs[there], high[way][there]), axes.points(logs[there], low[way][there])
            band = QColor(colour)
            band.setAlphaF(0.14)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(band)
            painter.drawPolygon(QPolygonF([*over, *under[::-1]]))
            line = axes.points(logs[there], middle[way][there])
            polyline(painter, line, colour, self.px(2.0), dashed=way == 2)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            for at in line:
                painter.drawEllipse(QPointF(at), self.px(3), self.px(3))
        painter.restore()
        below = area.bottom() + self.px(26)
        kinds = ("line", "line", "dashes")
        key = [(kind, way, colour) for kind, way, colour in zip(kinds, WAYS, self.colours(), strict=True)]
        legend(painter, area.right(), below, theme, key)
        caption = QRectF(area.left() - self.px(30), below - self.px(8), area.width(), self.px(16))
        write(painter, caption, "examples of the second task", face(10, 400, theme.scale), theme.quiet)
        words = QRectF(room.left(), room.bottom() - tall, room.width(), tall)
        painter.setFont(font)
        painter.setPen(theme.text)
        painter.drawText(words, wrapped, said)
