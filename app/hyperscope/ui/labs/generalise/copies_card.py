"""Augmented copies drawn as they are made, each beside its original: points joined to theirs, pictures in pairs."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout

from hyperscope.engine.arrays import Array
from hyperscope.lab.generalise.copies import Copies, copies
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.paint import face, image, number, packed, rgb, write
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import INSIDE, Theme

SAID = 18  # pixels below the pictures
LEAST = 26.0  # pixels of a picture
FURTHER = 0.12  # of the plane's width, that is seen around it


class CopiesCard(Sheet):
    """Asks for the copies of the present epoch; `wanted` says that some augmentation is to be tried in a twin."""

    rate = 6.0
    wanted = Signal()

    def __init__(self) -> None:
        super().__init__("This epoch’s copies beside their originals")
        self.found: Copies | None = None
        self.side = 0
        self.twin = Button("Augment in a twin", "Try augmentation in a twin", "With a little of what suits the data.")
        self.twin.clicked.connect(self.wanted)
        head = QHBoxLayout()
        head.addStretch(1)
        head.addWidget(self.twin)
        column = QVBoxLayout(self)
        column.setContentsMargins(INSIDE, 5, INSIDE, 6)
        column.addLayout(head)
        column.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 220)

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """The copies, in the plane that is looked at."""
        return (Ask(copies, focus.plane),)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows them, of twins those of the one that the controls move."""
        self.found = sides[min(self.side, len(sides) - 1)].records.of(copies)
        self.twin.setVisible(self.found is not None and self.found.idle)
        self.setAccessibleDescription(self.said())
        self.update()

    def said(self) -> str:
        """What is seen, in a sentence."""
        found = self.found
        if found is None:
            return "There are no examples yet."
        if found.idle:
            return "Nothing is augmented: every epoch sees the originals."
        what = "pictures" if found.pictures is not None else "points"
        far = "" if found.pictures is not None else f", {number(found.moved, 2)} away on average"
        return f"Epoch {found.epoch + 1} trains on these copies of {found.count} {what}{far}; the next makes others."

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        self.twin.set_theme(theme)

    def paint(self, painter: QPainter, room: QRectF) -> None:
        theme, scale, found = self.theme, self.theme.scale, self.found
        font = face(12, 400, scale)
        high = QFontMetricsF(font).height()
        foot = QRectF(room.left(), room.bottom() - high, room.width(), high)
        write(painter, foot, self.said(), font, theme.text)
        if found is None:
            return
        area = room.adjusted(0, self.px(4), 0, -self.px(SAID) - self.px(4))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if found.pictures is not None and found.copied_pictures is not None:
            self._pictures(painter, area, found.pictures, found.copied_pictures, found.brightest)
        else:
            self._points(painter, area, found)

    def _points(self, painter: QPainter, area: QRectF, found: Copies) -> None:
        """Originals hollow, copies full, a line from each to its own."""
        left, right, bottom, top = found.extent
        further = FURTHER * max(right - left, top - bottom)
        wide, tall = right - left + 2 * further, top - bottom + 2 * further
        unit = min(area.width() / wide, area.height() / tall)
        middle = QPointF((left + right) / 2, (bottom + top) / 2)

        def place(at: Array) -> list[QPointF]:
            x = area.center().x() + (at[0] - middle.x()) * unit
            y = area.center().y() - (at[1] - middle.y()) * unit
            return [QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]

        painter.save()
        painter.setClipRect(area)
        classes = found.y.tolist()
        for start, end, k in zip(place(found.x), place(found.copied), classes, strict=True):
            colour = self.theme.class_colour(k)
            if not found.idle:
                painter.setPen(QPen(mixed(self.theme.card, colour, 0.55), self.px(1)))
                painter.drawLine(start, end)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour)
                painter.drawEllipse(end, self.px(3.2), self.px(3.2))
            painter.setPen(QPen(colour, self.px(1.25)))
            painter.setBrush(self.theme.card)
            painter.drawEllipse(start, self.px(2.8), self.px(2.8))
        painter.restore()

    def _pictures(self, painter: QPainter, area: QRectF, before: Array, after: Array, brightest: float) -> None:
        """Pairs, the original at the left."""
        count = len(before)
        across = max(1, min(count, round(math.sqrt(count * area.width() / (2.3 * max(1.0, area.height()))))))
        down = math.ceil(count / across)
        pair = area.width() / across
        side = max(self.px(LEAST), min((pair - self.px(14)) / 2.1, area.height() / down - self.px(6)))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        for at in range(count):
            left = area.left() + (at % across) * pair
            top = area.top() + (at // across) * (side + self.px(6))
            for column, values in enumerate((before[at], after[at])):
                spot = QRectF(left + column * (side + self.px(4)), top, side, side)
                share = np.clip(values / max(brightest, 1e-9), 0, 1)[..., None]
                colours = (1 - share) * rgb(mixed(self.theme.card, self.theme.quiet, 0.12)) + share * rgb(
                    self.theme.accent if column else self.theme.text
                )
                painter.drawImage(spot, image(packed(colours)))
