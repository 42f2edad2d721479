"""A plot with a batch, a train and a dev curve, its own ticks, marks of moves and a reading line.

Curves of other runs and bands of several may lie behind; see `overlays`.

The curves are pyqtgraph's, see `line`; ticks and marks are painted here, since its AxisItem lays out anew whenever the
range moves, which during training is at every draw.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from hyperscope.ui import theme as look
from hyperscope.ui.controls.control import draw_focus
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import readable
from hyperscope.ui.panels.common.axes import Ticks
from hyperscope.ui.panels.common.line import Line, Scales
from hyperscope.ui.panels.common.overlays import Extra, Spread, paint_reading, paint_spread, place_beside, place_labels
from hyperscope.ui.panels.common.stretch import KEYS, NOTCH
from hyperscope.ui.panels.common.strokes import DASH, NOTHING, SPACE, Floats, dashes, pairs
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import LIGHT, Theme

Moves = tuple[tuple[int, float, str], ...]

ROLES = ("batch", "raw dev", "raw train", "dev", "train")  # as painted, the last on top
MARGINS = (42, 18, 8, 22)  # px left, top, right, bottom, for tick labels and captions
BESIDE = 48  # px at most that names beside the plot take; longer ones stand within it


class Plot(QWidget):
    """Curves by role over one x axis. `show_curves` sets them all; `pointed` tells the x under the mouse, NaN if none.

    It shows what it is given: `wheeled` (notches, x) and `dragged` (how far along x, of the range when it began) say
    that another part is wanted, `released` that the usual one is; `key_pressed` carries a key of stretch.KEYS.

    y values are drawn as they come: for a logarithmic axis the caller gives logarithms and ticks to match.
    """

    pointed = Signal(float)
    wheeled = Signal(float, float)
    dragged = Signal(float)
    released = Signal()
    key_pressed = Signal(object)  # a QKeyEvent

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # by a click it would take the arrows from training
        self._held = math.nan  # pixels across at which a drag has come to
        self.kept_free = 0  # pixels at the right of the captions' line
        self._curves = {role: Line() for role in ROLES}
        self._ranges = (0.0, 1.0, 0.0, 1.0)
        self._ticks: tuple[Ticks, Ticks] = ([], [])
        self._moves: Moves = ()
        self._marked = math.nan
        self._marked_text = ""
        self._reading: tuple[tuple[str, str], ...] = ()
        self._extras: tuple[Extra, ...] = ()
        self._extra_curves: list[Line] = []
        self._spreads: tuple[Spread, ...] = ()
        self._empty = ""
        self._beside = 0.0  # px that names at the right have besides the margin
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.theme = theme
        self._font = look.font(10, 400, theme.scale)
        self._small = look.font(10, 500, theme.scale)
        self._text = look.font(12, 400, theme.scale)
        self._metrics = QFontMetricsF(self._font)
        self._make_room()
        # Opaque pens throughout: translucent segments show their overlaps.
        shades = {"batch": 0.20, "raw train": 0.30, "raw dev": 0.24, "dev": 0.72, "train": 1.0}
        for role, curve in self._curves.items():
            width = 1.5 * theme.scale if role in ("train", "dev") else theme.scale
            curve.look(mixed(theme.card, theme.text, shades[role]), width)
        self.update()

    def show_others(self, extras: Sequence[Extra], spreads: Sequence[Spread] = ()) -> None:
        """Sets other runs' curves and bands, which `show_curves` draws with the next curves."""
        self._extras, self._spreads = tuple(extras), tuple(spreads)
        self._make_room()

    def _make_room(self) -> None:
        """Leaves the margins, and what the names of growing lines need at the right."""
        metrics = QFontMetricsF(self._small)
        wide = [metrics.horizontalAdvance(extra.label) for extra in self._extras if extra.beside and extra.label]
        self._beside = max((one for one in wide if one <= BESIDE * self.theme.scale), default=0.0)

    def _margins(self) -> tuple[int, int, int, int]:
        """Pixels around the area between the axes: left, top, right, bottom."""
        left, top, right, bottom = (round(side * self.theme.scale) for side in MARGINS)
        return left, top, right + math.ceil(self._beside), bottom

    def plot_size(self) -> tuple[float, float]:
        """Width and height in pixels of the area between the axes."""
        left, top, right, bottom = self._margins()
        return max(1.0, self.width() - left - right), max(1.0, self.height() - top - bottom)

    def show_curves(
        self,
        curves: dict[str, tuple[Floats, Floats]],
        ranges: tuple[float, float, float, float],
        ticks: tuple[Ticks, Ticks],
        moves: Moves = (),
        empty: str = "",
    ) -> None:
        """Draws (x, y) by role over left, right, bottom, top; roles not named vanish, `empty` stands in for curves."""
        self._ranges, self._ticks, self._moves, self._empty = ranges, ticks, moves, empty
        left, right, bottom, top = ranges
        across, up = self.plot_size()
        kx, ky = across / (right - left), up / (top - bottom)
        scale = self.theme.scale

        def cut(x: Floats, y: Floats) -> tuple[Floats, Floats]:
            px, py = dashes((x - left) * kx, (y - bottom) * ky, DASH * scale, SPACE * scale)
            return px / kx + left, py / ky + bottom

        for role, curve in self._curves.items():
            x, y = curves.get(role, (NOTHING, NOTHING))
            if len(x) and role.endswith("dev"):
                curve.set(*cut(x, y), pieces=True)
            else:
                curve.set(x, y)
        # Lines that look alike are one item: each costs a good part of a millisecond, however short.
        alike: dict[tuple[int, float, bool], list[tuple[Floats, Floats]]] = {}
        for extra in () if empty else self._extras:
            line = cut(extra.x, extra.y) if extra.dashed else pairs(extra.x, extra.y)
            alike.setdefault((extra.colour.rgba(), extra.width, extra.above), []).append(line)
        while len(self._extra_curves) < len(alike):
            self._extra_curves.append(Line())
        del self._extra_curves[len(alike) :]
        for curve, ((colour, width, above), lines) in zip(self._extra_curves, alike.items(), strict=True):
            curve.level = 1 if above else -1
            # smoothed, faint lines look much the same and take twice as long
            curve.look(QColor.fromRgba(colour), width * scale, smooth=above)
            x, y = (np.concatenate(part) for part in zip(*lines, strict=True))
            curve.set(x, y, pieces=True)
        self.update()

    def mark(self, x: float, text: str = "", reading: Sequence[tuple[str, str]] = ()) -> None:
        """Moves the reading line to `x`, NaN for none, with `text` at its foot and names and values beside it."""
        self._marked, self._marked_text, self._reading = x, text, tuple(reading)
        self.update()

    def labels(self) -> list[tuple[QRectF, str, QColor]]:
        """The names written at the ends of lines and bands, with their places and colours."""
        area = self.area()
        found: list[tuple[float, float, str, QColor]] = []
        beside: list[tuple[float, float, str, QColor]] = []
        for x, y, text, colour, aside in (
            *((extra.x, extra.y, extra.label, extra.colour, extra.beside) for extra in self._extras),
            *((spread.x, spread.median, spread.label, spread.colour, False) for spread in self._spreads),
        ):
            px, py = self._to_pixels(x, y)
            seen = np.flatnonzero(np.isfinite(px) & np.isfinite(py) & (px <= area.right() + 1)) if text else NOTHING
            if len(seen):
                aside = aside and QFontMetricsF(self._small).horizontalAdvance(text) <= self._beside
                (beside if aside else found).append((float(px[seen[-1]]), float(py[seen[-1]]), text, colour))
        lines = self._lines() if found else (NOTHING, NOTHING)
        places = place_labels([(x, y, text) for x, y, text, _ in found], self._metrics, area, lines)
        left = area.right() + 2 * self.theme.scale
        places += place_beside([(y, text) for _, y, text, _ in beside], self._metrics, area, left)
        return [(place, text, colour) for place, (_, _, text, colour) in zip(places, found + beside, strict=True)]

    def _lines(self) -> tuple[Floats, Floats]:
        """Points along all lines and medians in pixels, some of them between those that are drawn."""
        own = [(self._curves[role].x, self._curves[role].y) for role in ("train", "dev")]
        drawn = [*own, *((line.x, line.y) for line in self._extras), *((one.x, one.median) for one in self._spreads)]
        known = [(_between(x), _between(y)) for x, y in drawn if len(x)]
        if not known:
            return NOTHING, NOTHING
        return self._to_pixels(np.concatenate([x for x, _ in known]), np.concatenate([y for _, y in known]))

    def _to_pixels(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        area, (left, right, bottom, top) = self.area(), self._ranges
        across = area.left() + (x - left) / (right - left) * area.width()
        return across, area.bottom() - (y - bottom) / (top - bottom) * area.height()

    @property
    def ranges(self) -> tuple[float, float, float, float]:
        """Left, right, bottom and top of the axes."""
        return self._ranges

    def area(self) -> QRectF:
        """Where the curves are, in the view's pixels."""
        left, top, _, _ = self._margins()
        return QRectF(left, top, *self.plot_size())

    def x_to_pixel(self, x: float) -> float:
        """Where `x` stands across the view, in pixels."""
        area, (left, right, _, _) = self.area(), self._ranges
        return area.left() + (x - left) / (right - left) * area.width()

    def captions(self) -> list[tuple[float, float, str]]:
        """The captions of moves that have room: (left edge, x of the mark, text), newest first."""
        area = self.area()
        placed: list[tuple[float, float, str]] = []
        taken: list[tuple[float, float]] = []
        metrics = QFontMetricsF(self._small)
        for _, epoch, text in reversed(self._moves):
            at = self.x_to_pixel(epoch)
            width = metrics.horizontalAdvance(text)
            if not area.left() - 1 <= at <= area.right() + 1:
                continue
            for left in (at + 4, at - 4 - width):
                # A caption takes the room up to its mark, so that none lies across another caption's mark.
                start, end = min(left, at), max(left + width, at)
                inside = left >= 0 and end <= area.right() + 4 - self.kept_free
                if inside and all(start > other_end + 6 or end < other - 6 for other, other_end in taken):
                    placed.append((left, at, text))
                    taken.append((start, end))
                    break
        return placed

    def marks(self) -> list[float]:
        """Where moves stand in pixels, at least 3 px apart; of a crowd the newest stays."""
        area = self.area()
        kept: list[float] = []
        for _, epoch, _ in reversed(self._moves):
            at = self.x_to_pixel(epoch)
            if area.left() - 1 <= at <= area.right() + 1 and all(abs(at - other) >= 3 for other in kept):
                kept.append(at)
        return kept

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for part in (self._paint_ground, self._paint_curves, self._paint_over):
            painter.save()
            part(painter)
            painter.restore()
        painter.end()

    def _paint_curves(self, painter: QPainter) -> None:
        if self._empty:
            return
        area, (left, right, bottom, top) = self.area(), self._ranges
        painter.setClipRect(area)
        across, down = area.width() / (right - left), area.height() / (bottom - top)
        scales = Scales(area.left() - across * left, area.bottom() - down * bottom, across, down)
        for curve in sorted((*self._curves.values(), *self._extra_curves), key=lambda one: one.level):
            curve.paint(painter, scales)

    def _paint_ground(self, painter: QPainter) -> None:
        """Ground, grid and tick labels, under the curves."""
        theme, area = self.theme, self.area()
        painter.fillRect(QRectF(self.rect()), theme.card)
        painter.setFont(self._font)
        half = self._metrics.height() / 2
        _, _, bottom, top = self._ranges
        for at, text in self._ticks[1]:
            y = round(area.bottom() - (at - bottom) / (top - bottom) * area.height()) + 0.5
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(theme.quiet)
            label = QRectF(0, y - half, area.left() - 8 * theme.scale, 2 * half)
            painter.drawText(label, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)
        self._paint_spreads(painter)
        painter.setFont(self._font)
        foot = QRectF(0, area.bottom() + 7 * theme.scale, self.width(), 2 * half)
        painter.setPen(theme.quiet)
        marked = self._foot_label(self.x_to_pixel(self._marked), self._marked_text, foot)
        for at, text in self._ticks[0]:
            label = self._foot_label(self.x_to_pixel(at), text, foot)
            if math.isnan(self._marked) or not label.intersects(marked.adjusted(-6, 0, 6, 0)):
                painter.drawText(label, int(Qt.AlignmentFlag.AlignCenter), text)
        if not math.isnan(self._marked):
            painter.setPen(theme.text)
            painter.drawText(marked, int(Qt.AlignmentFlag.AlignCenter), self._marked_text)
        if self._empty:
            painter.setFont(self._text)
            painter.setPen(theme.quiet)
            painter.drawText(QRectF(self.rect()), int(Qt.AlignmentFlag.AlignCenter), self._empty)

    def _paint_spreads(self, painter: QPainter) -> None:
        if not self._spreads or self._empty:
            return
        painter.save()
        painter.setClipRect(self.area())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for spread in self._spreads:
            x, low = self._to_pixels(spread.x, spread.low)
            median, high = (self._to_pixels(spread.x, part)[1] for part in (spread.median, spread.high))
            placed = replace(spread, x=x, low=low, median=median, high=high)
            paint_spread(painter, placed, self.theme.card, self.theme.scale)
        painter.restore()

    def gutter(self) -> QRectF:
        """The room under the y labels and beside the x labels, where no number ever stands."""
        scale = self.theme.scale
        left, _, _, foot = (round(side * scale) for side in MARGINS)
        return QRectF(0, self.height() - foot + 7 * scale, left - 8 * scale, self._metrics.height())

    def _foot_label(self, at: float, text: str, foot: QRectF) -> QRectF:
        if math.isnan(at):
            return QRectF()
        width = self._metrics.horizontalAdvance(text) + 2
        left = min(max(self.gutter().right() + 2, at - width / 2), self.width() - width)
        return QRectF(left, foot.top(), width, foot.height())

    def _paint_over(self, painter: QPainter) -> None:
        """Marks of moves and the reading line, over the curves."""
        theme, area = self.theme, self.area()
        dotted = QPen(theme.accent, theme.scale)
        dotted.setDashPattern([2, 3])
        painter.setPen(dotted)
        caption_top = max(0.0, area.top() - self._metrics.height() - 3)
        captions = self.captions()
        captioned = {at for _, at, _ in captions}
        for at in {*self.marks(), *captioned}:
            x = round(at) + 0.5
            painter.drawLine(QPointF(x, caption_top if at in captioned else area.top()), QPointF(x, area.bottom()))
        painter.setFont(self._small)
        painter.setPen(theme.accent)
        for left, _, text in captions:
            painter.drawText(QPointF(left, caption_top + self._metrics.ascent()), text)
        if not self._empty:
            self._paint_labels(painter)
        if not math.isnan(self._marked):
            painter.setPen(QPen(theme.quiet, 1))
            x = round(self.x_to_pixel(self._marked)) + 0.5
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            if self._reading:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
                paint_reading(painter, self._reading, x, area, self._font, theme)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            draw_focus(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, theme.accent)

    def _paint_labels(self, painter: QPainter) -> None:
        painter.setFont(self._small)
        for place, text, colour in self.labels():
            ground = QColor(self.theme.card)
            ground.setAlphaF(0.8)  # the name is to be read over lines, and these seen through it
            painter.fillRect(place, ground)
            painter.setPen(readable(colour, self.theme.card))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tells the x under the mouse, or how far it was dragged."""
        area, at = self.area(), event.position()
        if not math.isnan(self._held):
            left, right, _, _ = self._ranges
            by, self._held = at.x() - self._held, at.x()
            self.dragged.emit(-by / max(1.0, area.width()) * (right - left))
            return
        inside = area.adjusted(-2, -area.top(), 2, 0).contains(at) and not self._empty
        self.pointed.emit(self._x_at(at.x()) if inside else math.nan)

    def leaveEvent(self, event: QEvent) -> None:
        """Takes the reading line away."""
        self.pointed.emit(math.nan)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A drag begins."""
        if event.button() == Qt.MouseButton.LeftButton and not self._empty:
            self._held = event.position().x()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A drag ends."""
        self._held = math.nan
        self.unsetCursor()
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Asks for what is shown usually."""
        self.released.emit()
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Asks for less around the mouse, or more."""
        if not self._empty and (notches := event.angleDelta().y() / NOTCH):
            self.wheeled.emit(notches, self._x_at(event.position().x()))
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Claims the keys that it uses, which the window may use for something else."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Says which key it was, if it uses it."""
        if event.key() in KEYS and not self._empty:
            self.key_pressed.emit(event)
        else:
            event.ignore()

    def _x_at(self, pixel: float) -> float:
        area, (left, right, _, _) = self.area(), self._ranges
        return left + min(1.0, max(0.0, (pixel - area.left()) / max(1.0, area.width()))) * (right - left)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The view has no menu of its own."""
        event.ignore()


def _between(values: Floats) -> Floats:
    """The values (n,), and three more in each step from one to the next."""
    at = np.arange(len(values))
    return np.interp(np.arange(0, len(values) - 0.75, 0.25), at, values)
