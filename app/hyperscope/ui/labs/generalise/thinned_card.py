"""Dropout drawn: thinned networks of the last mini-batch with their answers, their average beside the whole network,
and the mean that dividing by keep preserves.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout

from hyperscope.engine.arrays import Values
from hyperscope.lab.generalise.thinned import ASSUMED, Thinned, thinned
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.paint import face, fitting, number, write
from hyperscope.ui.panels.common.axes import linear_ticks, number_text
from hyperscope.ui.panels.common.chart import Axes, polyline, wrapped
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import INSIDE, Theme

DRAWN = 12  # units of a layer at most
TABLE, WIDEST = 0.46, 0.6  # of the width, of what is said in numbers; where its columns need more, at most
HEADS = ("", "keep", "mask", "var.", "whole", "÷ keep", "plain")
NOTE = "answers: thinned above, whole below"
ROW, CURVE = 17, 64  # pixels of a line, and of what comes below
BAR = 5  # pixels of an answer
NOTHING = "No hidden layer, so there is nothing to leave out."


class ThinnedCard(Sheet):
    """Asks for the thinned networks; `wanted` says that dropout is to be tried in a twin."""

    rate = 4.0
    wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Dropout: thinned networks of this mini-batch")
        self.found: Thinned | None = None
        self.side = 0
        self.twin = Button("Dropout in a twin", "Try dropout in a twin", "Every hidden layer leaves out a fifth.")
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
        return QSize(420, 190)

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """What dropout drew."""
        return (Ask(thinned, None),)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows it, of twins that of the one that the controls move."""
        self.found = sides[min(self.side, len(sides) - 1)].records.of(thinned)
        self.twin.setVisible(self.found is None or self.found.assumed)
        self.note = "" if self.found is None or self.found.assumed else NOTE
        self.setAccessibleDescription(self.said())
        self.update()

    def said(self) -> str:
        """The sentence below, in figures."""
        found = self.found
        if found is None:
            return NOTHING
        as_if = f"Nothing is left out here; drawn as if each hidden layer kept {100 * ASSUMED:.0f} %. "
        return (
            f"{as_if if found.assumed else ''}Answers of one thinned network are {100 * found.apart:.1f} points from "
            f"the whole network’s, of {len(found.gap)} averaged {100 * found.gap[-1]:.1f}. Loss on this mini-batch: "
            f"one {number_text(found.loss_each)}, averaged {number_text(found.loss_mean)}, "
            f"whole {number_text(found.loss_whole)}."
        )

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        self.twin.set_theme(self.theme)

    # -- painting -------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, room: QRectF) -> None:
        theme, scale, found = self.theme, self.theme.scale, self.found
        if found is None:
            write(painter, room, NOTHING, face(12, 400, scale), theme.quiet)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = face(11, 400, scale)
        metrics = QFontMetricsF(font)
        high = len(wrapped(self.said(), metrics, room.width())) * metrics.height() + self.px(2)
        words = QRectF(room.left(), room.bottom() - high, room.width(), high)
        painter.setFont(font)
        painter.setPen(theme.text)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextWordWrap), self.said())
        upper = QRectF(room.left(), room.top(), room.width(), room.height() - high - self.px(6))
        networks = QRectF(upper)
        small = QFontMetricsF(face(10, 400, scale))
        columns = len(HEADS) - 1
        least = self.px(44) + columns * (small.horizontalAdvance(max(HEADS, key=small.horizontalAdvance)) + self.px(8))
        table = min(max(upper.width() * TABLE, least), upper.width() * WIDEST)
        networks.setWidth(upper.width() - table - self.px(10))
        answers = small.horizontalAdvance("0.00|0.00") + self.px(6)
        count = max(1, min(found.p_each.shape[1], int(networks.width() / answers)))
        wide = networks.width() / count
        for at in range(count):
            self._network(
                painter, found, at, QRectF(networks.left() + at * wide, networks.top(), wide, networks.height())
            )
        right = QRectF(networks.right() + self.px(16), upper.top(), 0, upper.height())
        right.setRight(upper.right())
        used = self._table(painter, found, right)
        right.setTop(used + self.px(4))
        self._curve(painter, found, right)

    def _network(self, painter: QPainter, found: Thinned, at: int, room: QRectF) -> None:
        """One thinned network: what is left of each layer, and its answer over that of the whole network."""
        theme = self.theme
        foot = self.px(2 * BAR + 18)
        area = QRectF(
            room.left() + self.px(5), room.top() + self.px(5), room.width() - self.px(14), room.height() - foot
        )
        columns = len(found.widths)
        places: list[list[QPointF]] = []
        alive: list[list[bool]] = []
        for number_, units in enumerate(found.widths):
            drawn = min(units, DRAWN)
            chosen = np.linspace(0, units - 1, drawn).round().astype(int)
            x = area.left() + area.width() * (number_ + 0.5) / columns
            step = min(self.px(15), area.height() / max(1, drawn))
            top = area.center().y() - step * (drawn - 1) / 2
            places.append([QPointF(x, top + k * step) for k in range(drawn)])
            hidden = 0 < number_ < columns - 1
            kept: Values = found.layers[number_ - 1].kept[chosen, at] if hidden else np.ones(drawn, bool)
            alive.append([bool(one) for one in kept])
        # all lines of a kind at once: one call each took half of the card's time
        edges, crosses, dots = list[QLineF](), list[QLineF](), list[QPointF]()
        far = self.px(2.6)
        there = [[place for place, on in zip(*layer, strict=True) if on] for layer in zip(places, alive, strict=True)]
        for starts, ends in pairwise(there):
            edges += [QLineF(start, end) for start in starts for end in ends]
        for layer, states in zip(places, alive, strict=True):
            for place, on in zip(layer, states, strict=True):
                if on:
                    dots.append(place)
                else:
                    crosses += [QLineF(place - one, place + one) for one in (QPointF(far, far), QPointF(far, -far))]
        painter.setPen(QPen(mixed(theme.card, theme.quiet, 0.45), self.px(0.6)))
        painter.drawLines(edges)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.accent)
        for place in dots:
            painter.drawEllipse(place, far, far)
        painter.setPen(QPen(theme.quiet, self.px(1)))
        painter.drawLines(crosses)
        # its answer, the whole network's below it
        left, wide = area.left(), area.width()
        top = room.bottom() - self.px(2 * BAR + 14)
        for row, p in enumerate((found.p_each[:, at], found.p_whole[:, at])):
            x = left
            for c, share in enumerate(np.nan_to_num(p).tolist()):
                bar = QRectF(x, top + row * self.px(BAR + 1), max(0.0, share * wide), self.px(BAR))
                painter.fillRect(bar, theme.class_colour(c))
                x += share * wide
        true = int(found.true[at])
        said = f"{number(float(found.p_each[true, at]), 2)}|{number(float(found.p_whole[true, at]), 2)}"
        foot_line = QRectF(room.left(), room.bottom() - self.px(12), room.width(), self.px(13))
        write(painter, foot_line, said, face(10, 400, theme.scale), theme.quiet, Qt.AlignmentFlag.AlignHCenter)

    def _table(self, painter: QPainter, found: Thinned, room: QRectF) -> float:
        """Keep, the mask's mean and variance, and mean activations by layer; returns where it ends."""
        theme, scale = self.theme, self.theme.scale
        small, font = face(10, 400, scale), face(11, 400, scale)
        name = self.px(44)
        wide = (room.width() - name) / (len(HEADS) - 1)
        line = self.px(ROW)
        rows: list[tuple[str, ...]] = [HEADS]
        most = max(1, int((room.height() - self.px(CURVE)) / line) - 1)
        if most < len(found.layers) <= int((room.height() - self.px(18)) / line) - 1:
            most = len(found.layers)  # all of them, rather than the curve below
        top = room.top() + self.px(4)
        digits = 3 if wide >= QFontMetricsF(face(11, 600, scale)).horizontalAdvance("0.000") + self.px(2) else 2
        for at, layer in enumerate(found.layers[:most]):
            figures = (layer.keep, layer.mask_mean, layer.mask_variance)
            means = (layer.whole, layer.scaled, layer.unscaled)
            fine = (number(one, digits) for one in means)
            rows.append((f"layer {at + 1}", *(number(one, 2) for one in figures), *fine))
        for at, row in enumerate(rows):
            for column, words in enumerate(row):
                left = room.left() + (name + (column - 1) * wide if column else 0)
                cell = QRectF(left, top, wide if column else name, line)
                strong = bool(at) and column in (4, 5)
                colour = theme.text if strong else theme.quiet
                align = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
                write(painter, cell, words, (face(11, 600, scale) if strong else font) if at else small, colour, align)
            top += line
        note = QRectF(room.left(), top, room.width(), self.px(14))
        wordings = (
            "mask ÷ keep: its mean and variance; then the mean a of the whole, thinned, and undivided networks",
            "mask ÷ keep: mean, variance; a: whole, thinned, undivided",
        )
        write(painter, note, fitting(wordings, small, note.width()), small, theme.quiet)
        return top + self.px(14)

    def _curve(self, painter: QPainter, found: Thinned, room: QRectF) -> None:
        """How far the average is from the whole network, by how many are averaged."""
        theme, scale = self.theme, self.theme.scale
        area = room.adjusted(self.px(30), self.px(16), -self.px(8), -self.px(16))
        if area.height() < self.px(22):
            return
        x = np.log10(np.arange(1, len(found.gap) + 1))
        high = 1.1 * max(float(found.gap.max()), found.apart, 1e-6)
        axes = Axes(area, (0.0, float(x[-1])), (0.0, high))
        ticks = [(float(np.log10(k)), str(k)) for k in (1, 3, 10, 30, 100) if k <= len(found.gap)]
        axes.paint(painter, theme, ticks, linear_ticks(0.0, high, 3))
        head = QRectF(room.left(), room.top(), room.width(), self.px(14))
        write(painter, head, "|average − whole| by how many are averaged", face(10, 400, scale), theme.quiet)
        pen = QPen(theme.quiet, self.px(1))
        pen.setDashPattern([3, 3])
        painter.setPen(pen)
        y = float(axes.y(np.array(found.apart)))
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        place = QRectF(area.left(), y - self.px(13), area.width(), self.px(12))
        write(painter, place, "one alone", face(9, 400, scale), theme.quiet, Qt.AlignmentFlag.AlignRight)
        polyline(painter, axes.points(x, found.gap), theme.accent, 1.8 * scale)
