"""How the cost bends along a real run: the share of negative directions and the gradient by step, and a slice of it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout

from hyperscope.lab.generalise.saddles import DIRECTIONS, Bends, Slice
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.labs.generalise.relief import Relief, from_above, paint_path
from hyperscope.ui.paint import corners, face, write
from hyperscope.ui.panels.common.axes import linear_ticks, log_ticks, number_text
from hyperscope.ui.panels.common.chart import Axes, legend, polyline
from hyperscope.ui.panels.common.sheet import HEAD, Sheet
from hyperscope.ui.theme import INSIDE, Theme

LEFT, FOOT = 42, 20  # pixels at scale 1


class BendCard(Sheet):
    """Draws `Bends`: the share of directions along which the cost bends down, or norms."""

    def __init__(self, title: str, share: bool) -> None:
        super().__init__(title)
        self.share = share
        self.bends: Bends | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        return QSize(220, 150)

    def show_bends(self, bends: Bends | None, note: str) -> None:
        """Draws these."""
        self.bends, self.note = bends, note
        if bends is not None:
            values = bends.negative if self.share else bends.slope
            pairs = zip(bends.step.tolist(), values.tolist(), strict=True)
            self.setAccessibleDescription("; ".join(f"step {step:.0f}: {number_text(value)}" for step, value in pairs))
        self.update()

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """Values by step, on a logarithmic axis of steps."""
        theme, scale, found = self.theme, self.theme.scale, self.bends
        if found is None or not len(found.step):
            write(painter, room, "It is being measured.", face(12, 400, scale), theme.quiet)
            return
        area = room.adjusted(self.px(LEFT), self.px(6), -self.px(10), -self.px(FOOT))
        x = np.log10(found.step + 1)
        last = max(1.0, float(x[-1]))
        lines = [(found.negative, theme.accent, False)]
        if not self.share:
            lines = [(np.log10(np.maximum(found.slope, 1e-12)), theme.accent, False)]
            lines.append((np.log10(np.maximum(found.loss, 1e-12)), theme.text, True))
        every = np.concatenate([values for values, _, _ in lines])
        low, high = (
            (0.0, max(0.1, float(every.max()) * 1.1)) if self.share else (float(every.min()), float(every.max()))
        )
        if not self.share:
            low, high = low - 0.1, max(high, low + 1) + 0.1
        axes = Axes(area, (0.0, last), (low, high))
        ticks = linear_ticks(low, high, 4, "%") if self.share else log_ticks(low, high, most=4)
        axes.paint(painter, theme, [(at, f"{10**at:g}") for at in np.arange(0.0, last + 0.01)], ticks)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for values, colour, dashed in lines:
            points = axes.points(x, values)
            polyline(painter, points, colour, 2 * scale, dashed=dashed)
            painter.setBrush(colour)
            for point in points:
                painter.drawEllipse(point, self.px(2), self.px(2))
        if not self.share:
            words = [("line", "‖gradient‖", theme.accent), ("dashes", "loss", theme.text)]
            legend(painter, room.right(), QRectF(self.rect()).top() + self.px(17), theme, words)


class SliceCard(Sheet):
    """The cost around the run's last point along two directions; `chosen` carries which."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__("Around its last point")
        self.slices: dict[str, Slice] = {}
        self.which = 0
        self._picture: QImage | None = None
        self._relief: Relief | None = None
        self.kinds = Segments(("curvatures", "random", "weights"), "Which two directions")
        self.kinds.set_index(0)
        self.kinds.chosen.connect(self.show_which)
        head = QHBoxLayout()
        head.addStretch(1)
        head.addWidget(self.kinds)
        column = QVBoxLayout(self)
        column.setContentsMargins(INSIDE, 6, INSIDE, 8)
        column.addLayout(head)
        column.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 150)

    def show_which(self, which: int) -> None:
        """Looks along other directions."""
        self.which = which
        self.kinds.set_index(which)
        self._relief = self._picture = None
        self._tell()
        self.update()

    def show_slices(self, slices: dict[str, Slice]) -> None:
        """Shows what was worked out."""
        if slices != self.slices:
            self.slices = dict(slices)
            self._relief = self._picture = None
            self._tell()
            self.update()

    @property
    def shown(self) -> Slice | None:
        """The slice that is looked at."""
        return self.slices.get(DIRECTIONS[self.which])

    def said(self) -> tuple[str, ...]:
        """What is read beside the picture."""
        found = self.shown
        if found is None:
            return ()
        first, second = (number_text(one) for one in found.curvature)
        return (
            DIRECTIONS[self.which],
            f"curvature {first}",
            f"and {second}",
            f"± {number_text(found.half)} weights",
            "line: the run,",
            "projected",
        )

    def _tell(self) -> None:
        self.setAccessibleDescription(", ".join(self.said()))

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        self.kinds.set_theme(theme)
        self._picture = None

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """The slice from above with the run on it."""
        theme, scale, found = self.theme, self.theme.scale, self.shown
        if found is None:
            at = room.adjusted(0, self.px(HEAD - 14), 0, 0)
            words = "It follows when the run is over."
            write(
                painter, QRectF(at.left(), at.top(), at.width(), self.px(20)), words, face(12, 400, scale), theme.quiet
            )
            return
        top = room.top() + self.px(12)
        side = min(room.bottom() - top, room.width() - self.px(110))
        area = QRectF(room.left(), top, side, side)
        if self._relief is None:
            self._relief = Relief(found.cost, found.half)
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.width() != round(side * ratio):
            self._picture = self._relief.picture(theme, round(side * ratio))
        painter.drawImage(area, self._picture)
        painter.drawPixmap(area.topLeft(), corners(side, theme.card, ratio))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.setClipRect(area)
        paint_path(painter, from_above(area, found.run / found.half), theme.text, theme)
        painter.setBrush(theme.accent)
        painter.drawEllipse(area.center(), self.px(4), self.px(4))
        painter.restore()
        beside = QRectF(area.right() + self.px(12), top, room.right() - area.right() - self.px(12), self.px(16))
        for number, words in enumerate(self.said()):
            bold = face(11, 600 if not number else 400, scale)
            write(painter, beside, words, bold, theme.text if not number else theme.quiet)
            beside.translate(0, self.px(17))
