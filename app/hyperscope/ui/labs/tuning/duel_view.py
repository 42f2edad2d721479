"""Grid or random: one parameter that matters and one that hardly does, the same budget, shadows on both axes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from hyperscope.engine.arrays import Array
from hyperscope.lab.tuning.budgets import Counted, Duel, Valley, counted, duel, loss
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.card import Card
from hyperscope.ui.guarded import guarded_part
from hyperscope.ui.labs.tuning.view import GAP, WIDTH, View, slider, words
from hyperscope.ui.paint import face, image, packed, readable, rgb, write
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import GRID, LIGHT, Theme

CELLS = 96  # of the valley's picture
BARS = 41


class ValleySheet(Sheet):
    """One search of the valley: its trials with their shadows, and the one that came nearest."""

    def __init__(self, title: str, grid: bool) -> None:
        super().__init__(title)
        self.grid = grid
        self.duel: Duel | None = None
        self.moved = lambda at: None  # hears where the optimum is dragged
        self._area = QRectF()

    def show_duel(self, found: Duel) -> None:
        """Draws this."""
        self.duel = found
        losses = found.grid_losses if self.grid else found.random_losses
        looked = found.valley.side if self.grid else found.valley.trials
        self.note = f"best {losses.min():.3f} · {looked} values of what matters"
        self.setAccessibleDescription(self.note)
        self.update()

    @guarded_part
    def paint(self, painter: QPainter, room: QRectF) -> None:
        if self.duel is None:
            return
        theme, scale, valley = self.theme, self.theme.scale, self.duel.valley
        colour = theme.class_colour(1) if self.grid else theme.accent
        profile, rug = self.px(46), self.px(12)
        side = min(room.width() - self.px(30) - rug, room.height() - profile - rug - self.px(22))
        left = room.left() + (room.width() - side) / 2 + self.px(6)
        area = self._area = QRectF(left, room.top() + profile, side, side)
        at = (np.arange(CELLS) + 0.5) / CELLS
        x, y = np.meshgrid(at, at[::-1])
        level = (1 - loss(valley, np.stack([x, y], -1)))[..., None]
        ground, deep = rgb(theme.card), rgb(mixed(theme.card, theme.quiet, 0.55))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(area, image(packed((1 - level) * ground + level * deep)))
        painter.setPen(QPen(theme.hairline, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # what matters, alone: how good each value of it is, and where the trials looked
        height = 1 - loss(valley, np.stack([at, np.full(CELLS, valley.other)], -1))
        top = area.top() - self.px(4)
        points = [
            QPointF(area.left() + a * side, top - h * (profile - self.px(8)))
            for a, h in zip(at.tolist(), height.tolist(), strict=True)
        ]
        painter.setPen(QPen(theme.quiet, 1.4 * scale))
        painter.drawPolyline(points)
        places = self.duel.grid if self.grid else self.duel.random
        losses = self.duel.grid_losses if self.grid else self.duel.random_losses
        best = int(np.argmin(losses))
        shadow = QColor(colour)
        for n, (a, b) in enumerate(places.tolist()):
            spot = QPointF(area.left() + a * side, area.bottom() - b * side)
            good = 1 - float(loss(valley, np.array([a, valley.other])))
            shadow.setAlphaF(0.9 if n == best else 0.5)
            painter.setPen(QPen(shadow, (2.2 if n == best else 1.1) * scale))
            painter.drawLine(QPointF(spot.x(), top), QPointF(spot.x(), top - good * (profile - self.px(8))))
            painter.drawLine(QPointF(spot.x(), area.bottom() + 2), QPointF(spot.x(), area.bottom() + rug))
            painter.drawLine(QPointF(area.left() - rug, spot.y()), QPointF(area.left() - 2, spot.y()))
            painter.setPen(QPen(theme.text, 2 * scale) if n == best else QPen(theme.card, 1 * scale))
            painter.setBrush(colour)
            size = (5.4 if n == best else 3.6) * scale
            painter.drawEllipse(spot, size, size)
        small = face(10, 400, scale)
        foot = QRectF(area.left(), area.bottom() + rug + 2, side, self.px(14))
        write(painter, foot, "what matters", small, theme.quiet, Qt.AlignmentFlag.AlignHCenter)
        painter.save()
        painter.translate(area.left() - rug - self.px(4), area.bottom())
        painter.rotate(-90)
        other = QRectF(0, -self.px(14), side, self.px(14))
        hardly = (
            "what does not"
            if valley.second == 0
            else "what matters less"
            if valley.second < 1
            else "what matters as much"
        )
        write(painter, other, hardly, small, theme.quiet, Qt.AlignmentFlag.AlignHCenter)
        painter.restore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._drag(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drag(event.position())

    def _drag(self, at: QPointF) -> None:
        if self._area.width() > 0:
            self.moved(min(1.0, max(0.0, (at.x() - self._area.left()) / self._area.width())))


class CountSheet(Sheet):
    """Of a thousand valleys: who found less, and by how much, against where the optimum lay."""

    def __init__(self) -> None:
        super().__init__("The same budget, a thousand times, with the optimum elsewhere")
        self.counted: Counted | None = None
        self.valley = Valley()

    def show_counted(self, found: Counted, valley: Valley) -> None:
        """Draws this."""
        self.counted, self.valley = found, valley
        self.setAccessibleDescription(self.said())
        self.update()

    def said(self) -> str:
        """Who wins how often."""
        found = self.counted
        if found is None:
            return ""
        tied = f", {100 * found.ties:.0f} % are ties" if found.ties > 0.005 else ""
        return f"Random finds the lower loss in {100 * found.random:.0f} %, the grid in {100 * found.grid:.0f} %{tied}."

    @guarded_part
    def paint(self, painter: QPainter, room: QRectF) -> None:
        if self.counted is None:
            return
        theme, scale = self.theme, self.theme.scale
        write(
            painter,
            QRectF(room.left(), room.top(), room.width(), self.px(20)),
            self.said(),
            face(14, 600, scale),
            theme.text,
        )
        bar = QRectF(room.left(), room.top() + self.px(26), room.width(), self.px(16))
        left = bar.left()
        grid = theme.class_colour(1)
        for share, colour in (
            (self.counted.random, theme.accent),
            (self.counted.ties, theme.control),
            (self.counted.grid, grid),
        ):
            painter.fillRect(QRectF(left, bar.top(), bar.width() * share, bar.height()), colour)
            left += bar.width() * share
        area = QRectF(room.left(), bar.bottom() + self.px(26), room.width(), room.bottom() - bar.bottom() - self.px(44))
        if area.height() < 24:
            return
        small = face(10, 400, scale)
        head = QRectF(area.left(), area.top() - self.px(17), area.width(), self.px(14))
        write(painter, head, "how often random wins, by where the optimum lies", small, theme.quiet)
        wins = _by_place(self.counted)
        wide = area.width() / BARS
        for k, share in enumerate(wins.tolist()):
            if np.isfinite(share):
                high = area.height() * share
                place = QRectF(area.left() + k * wide + 0.5, area.bottom() - high, wide - 1, high)
                painter.fillRect(place, mixed(theme.card, theme.accent if share >= 0.5 else grid, 0.75))
        y = area.bottom() - area.height() / 2
        painter.setPen(QPen(theme.quiet, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setPen(QPen(readable(grid, theme.card), 2 * scale))
        for at in ((np.arange(self.valley.side) + 0.5) / self.valley.side).tolist():
            x = area.left() + at * area.width()
            painter.drawLine(QPointF(x, area.bottom() + 2), QPointF(x, area.bottom() + self.px(8)))
        foot = QRectF(area.left(), area.bottom() + self.px(8), area.width(), self.px(14))
        write(painter, foot, "marks: where the grid looks. An optimum there, and the grid wins.", small, theme.quiet)


def _by_place(found: Counted) -> Array:
    """(BARS,) how often random wins with the optimum there, a tie by half."""
    at = np.minimum((found.places * BARS).astype(int), BARS - 1)
    wins = (found.gaps > 1e-9) + 0.5 * (abs(found.gaps) <= 1e-9)
    total, count = np.bincount(at, wins, BARS), np.bincount(at, minlength=BARS)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


class DuelView(View):
    """Redrawn while anything is dragged."""

    def __init__(self) -> None:
        self.of_grid, self.of_random = ValleySheet("Grid", True), ValleySheet("Random", False)
        self.count = CountSheet()
        card = Card("Grid or random", WIDTH, GAP)
        upper = QHBoxLayout()
        upper.setSpacing(GRID)
        upper.addWidget(self.of_grid)
        upper.addWidget(self.of_random)
        right = QVBoxLayout()
        right.setSpacing(GRID)
        right.addLayout(upper, 68)
        right.addWidget(self.count, 32)
        self.count.setMinimumHeight(150)
        super().__init__("Grid or random", card, (self.of_grid, self.of_random, self.count), right)
        self.valley = Valley()
        self.about = words(
            "Both searches have the same budget. The grid looks at few values of what matters, again and again.", 12
        )
        self.side = slider("side", "Grid lines each way", 2, 10, "The budget is this number squared, for both.")
        self.second = slider(
            "second",
            "Weight of the second",
            0.0,
            1.0,
            "How much the second parameter matters: 0 not at all, 1 as much.",
            whole=False,
        )
        self.width_of = slider(
            "width", "Width of the valley", 0.02, 0.4, "Of the part that is good.", scale="log", whole=False
        )
        self.again = Button("Draw again", "Draw again", "Other random trials.")
        self.hit = Button("Optimum on the grid", "Put the optimum on the grid", "The case in which the grid wins.")
        self.why = words(
            "Drag in a picture to move the optimum. Where both parameters matter as much, the grid loses less; where "
            "the optimum lies on a line of the grid, it wins."
        )
        self.side.set_value(5)
        self.second.set_value(0.0)
        self.width_of.set_value(0.12)
        for part in (self.about, self.side, self.second, self.width_of, self.again, self.hit, self.why):
            card.column.addWidget(part)
        for control in (self.side, self.second, self.width_of):
            control.moved.connect(lambda path, value: self._move())
            control.refused.connect(self.refused)
        self.again.clicked.connect(lambda: self._set(seed=self.valley.seed + 1))
        self.hit.clicked.connect(self._on_the_grid)
        for sheet in (self.of_grid, self.of_random):
            sheet.moved = lambda at: self._set(at=at)
        self._set()
        self.set_theme(LIGHT)
        card.order_tabs()

    def _move(self) -> None:
        self._set(
            side=int(self.side.value() or 2),
            second=float(self.second.value() or 0.0),
            width=float(self.width_of.value() or 0.1),
        )

    def _on_the_grid(self) -> None:
        lines = (np.arange(self.valley.side) + 0.5) / self.valley.side
        self._set(at=float(lines[int(np.argmin(abs(lines - self.valley.at)))]))

    def _set(self, **changes: float) -> None:

        before = self.valley
        self.valley = replace(before, **changes)  # type: ignore[arg-type]
        found = duel(self.valley)
        self.of_grid.show_duel(found)
        self.of_random.show_duel(found)
        if self.count.counted is None or replace(before, at=0) != replace(self.valley, at=0):
            self.count.show_counted(counted(self.valley), self.valley)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        for label in (self.about, self.why):
            label.set_theme(theme, label.property("px"), quiet=True)
        for part in (self.side, self.second, self.width_of, self.again, self.hit):
            part.set_theme(theme)
