"""The timeline at the window's foot: how far training has come, where controls moved, a handle to go back with, and
the futures that were left behind.

It knows ticks and captions; what going somewhere means is for whoever hears `gone_to`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QSlider

from hyperscope.lab.probes.snapshot import Status
from hyperscope.lab.timeline.branch_mark import BranchMark
from hyperscope.ui.as_written import as_written
from hyperscope.ui.controls.control import by_keyboard, keep_arrows
from hyperscope.ui.controls.words import shown
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import face
from hyperscope.ui.style import breadth, mixed, pixels
from hyperscope.ui.theme import EDGE, LIGHT, Theme

HEIGHT = 36  # pixels
HANDLE = 14  # across
DOT = 7
TRACK = 3
MIDDLE = 0.31  # of the height: where the track lies, with words below it
SHORTEST = 256  # ticks that the track stands for at least
FULL = 0.92  # of the track; when training has come so far, it stands for more
HINT = "drag to go back"
BRANCH_HINT = "Shift+B to branch here"
LANE = 14  # pixels between the track and a branch, and between branches
LANES = 3  # at most; further branches share the last


TIP = (
    "Drag to any moment of the training. ← → go by a mini-batch, Page ↑ ↓ by an epoch, Home to its start. "
    "The wheel spreads what is under the pointer until every mini-batch has its place"
)
ZOOMED = "show all"
CLOSEST = 24  # ticks that are spread over the track at least
STEP = 1.6  # times as many ticks, or as few, at a notch of the wheel
NOTCH = 120  # of QWheelEvent's angle, one click of a mouse's wheel


@dataclass(frozen=True, slots=True)
class Strand:
    """A branch on the strip, in pixels: it leaves the track at `left`, ends at `tip`, its name is from `words` on."""

    key: int
    name: str
    lane: int
    left: float
    tip: float
    words: float
    right: float


def strands(
    branches: Sequence[BranchMark], x_at: Callable[[int], float], wide: Callable[[str], float], room: float
) -> tuple[Strand, ...]:
    """Where branches lie, each in the first of LANES lanes that is free for its line and name."""
    taken: list[list[tuple[float, float]]] = [[] for _ in range(LANES)]
    found = []
    for branch in sorted(branches, key=lambda one: -one.start):
        left, tip, width = x_at(branch.start), x_at(branch.end), wide(branch.name) + 2
        words = min(tip + 6, room - width)  # at the far end the name lies over the line's
        tip = max(left, min(tip, words - 6))
        right = words + width
        free = (lane for lane, spans in enumerate(taken) if all(right < a or left > b for a, b in spans))
        lane = next(free, LANES - 1)
        taken[lane].append((left - 8, right + 8))
        found.append(Strand(branch.key, branch.name, lane, left, tip, words, right))
    return tuple(found)


class Timeline(QSlider):
    """QSlider with its keyboard and accessibility over ticks, see `Status`; drawn as a track with room ahead."""

    gone_to = Signal(int)  # the tick that the user asks for
    branch_chosen = Signal(int)  # its key
    height_changed = Signal()

    def __init__(self, hint: str = HINT, *, ended: bool = False) -> None:
        """`hint` stands at its right end; an `ended` training needs no room ahead."""
        super().__init__(Qt.Orientation.Horizontal)
        self._theme = LIGHT
        self._hint, self._ended = hint, ended
        self._status = Status()
        self._by_keyboard = False
        self._strands: tuple[Strand, ...] = ()
        self._laid: tuple[object, ...] = ()  # what else was drawn
        self._lanes = 0  # below the track, for branches
        self._over: int | None = None  # the key of the branch under the pointer
        self.span = SHORTEST  # ticks that the whole track stands for
        self._spread: tuple[float, float] | None = None  # ticks from end to end where only a part is seen
        self.setAccessibleName("Timeline")
        self.setToolTip(TIP)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setRange(0, 0)
        self.valueChanged.connect(self.gone_to)
        self.set_theme(LIGHT)

    def show_status(self, status: Status, going: int | None = None) -> None:
        """Shows where training stands, or the tick it is `going` to; a handle that is held stays where it is."""
        self._status = status
        ends = max([status.end, *(branch.end for branch in status.branches)])
        self.span = max(1, ends) if self._ended else _span(ends)
        self._spread = None if self._spread is not None and self._spread[1] > self.span else self._spread
        self.blockSignals(True)  # only what the user does is a wish to go somewhere
        self.setRange(0, status.end)
        self.setPageStep(max(1, status.batches))
        before = self.value()
        if not self.isSliderDown():
            self.setValue(status.tick if going is None else going)
            self._go_with(before, self.value())
        self.blockSignals(False)
        self._lay_branches()
        said = f"step {shown(status.step)}" + (", gone back" if status.tick < status.end else "")
        said += "".join(f", branch {branch.name}" for branch in status.branches)
        if said != self.accessibleDescription():
            self.setAccessibleDescription(said)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self._lay_branches()
        self.setFixedHeight(self._needed())
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_branches()

    def _needed(self) -> int:
        return breadth(self._theme, HEIGHT) + self._lanes * pixels(self._theme, LANE)

    def _lay_branches(self) -> None:
        """Finds a lane for each branch; the strip is as high as they need."""
        metrics = QFontMetricsF(self._font())
        before = (self._strands, self._laid)
        begin, end = self.shown_ticks
        seen = [one for one in self._status.branches if one.end >= begin and one.start <= end]
        self._strands = strands(seen, self.x_at, metrics.horizontalAdvance, self.width() - EDGE)
        back = self._status.tick < self._status.end  # then the step is said below the handle
        self._laid = (self.span, self._spread, self._status.moves, self._status.step if back else None)
        lanes = max((strand.lane + 1 for strand in self._strands), default=0)
        if lanes != self._lanes:
            self._lanes = lanes
            self.setFixedHeight(self._needed())
            self.height_changed.emit()
        if (self._strands, self._laid) != before:
            self.update()

    def y_of(self, lane: int) -> float:
        """Where a lane of branches lies, in pixels."""
        return self._middle() + (lane + 1) * pixels(self._theme, LANE)

    def branch_at(self, x: float, y: float) -> Strand | None:
        """The branch whose line or name is at a place, None if none is."""
        near = pixels(self._theme, LANE) / 2
        return next(
            (one for one in self._strands if one.left + near < x < one.right and abs(y - self.y_of(one.lane)) <= near),
            None,
        )

    @property
    def shown_ticks(self) -> tuple[float, float]:
        """The ticks from end to end of the track."""
        return self._spread or (0.0, float(self.span))

    def x_at(self, tick: float) -> float:
        """Where `tick` lies on the track, in pixels; beyond its ends where it is not seen."""
        (left, right), (begin, end) = self._ends(), self.shown_ticks
        return left + (tick - begin) / (end - begin) * (right - left)

    def tick_at(self, x: float) -> float:
        """The tick at a place in pixels, with fractions."""
        (left, right), (begin, end) = self._ends(), self.shown_ticks
        return begin + (x - left) / (right - left) * (end - begin)

    def spread(self, notches: float, around: float) -> None:
        """Spreads fewer ticks over the track, or more for negative `notches`; the tick `around` stays where it is."""
        (begin, end), factor = self.shown_ticks, STEP**-notches
        wide = max(CLOSEST, (end - begin) * factor)
        share = (around - begin) / (end - begin)
        self._show_ticks(around - share * wide, wide)

    def show_all(self) -> None:
        """Shows the whole track again."""
        self._show_ticks(0, self.span)

    def _show_ticks(self, begin: float, wide: float) -> None:
        begin = max(0.0, min(begin, self.span - wide))
        self._spread = (begin, begin + wide) if wide < self.span else None
        self._lay_branches()
        self.update()

    def _go_with(self, before: int, now: int) -> None:
        """Keeps a handle that was seen in sight."""
        if self._spread is None:
            return
        begin, end = self._spread
        if begin <= before <= end and not begin <= now <= end:
            self._show_ticks(now - FULL * (end - begin) if now > end else now, end - begin)

    def _on_all(self, at: QPointF) -> bool:
        """Whether the words that bring back the whole track are there."""
        return any(said == ZOOMED and room.contains(at) for room, said in self.captions())

    def _seen(self, tick: float) -> bool:
        begin, end = self.shown_ticks
        return begin <= tick <= end

    def captions(self) -> list[tuple[QRectF, str]]:
        """The words below the track in their rectangles, which do not overlap: where room is short, the older go."""
        top = self._middle() + pixels(self._theme, HANDLE) / 2
        top += self._lanes * pixels(self._theme, LANE)
        left, right, gap = float(EDGE), float(self.width() - EDGE), 8 * self._theme.scale
        placed: list[tuple[QRectF, str]] = []

        taken: list[tuple[float, float]] = []  # all stand on one line, so that only their ends count
        scale = self._theme.scale
        high = self.height() - top - 2 * scale

        def place(x: float, words: str, middle: bool = False) -> None:
            wide = _wide(words, scale)
            begin = min(max(left, x - wide / 2 if middle else x), right - wide - 1)
            end = begin + wide + 1
            if all(end + gap <= other[0] or other[1] + gap <= begin for other in taken):
                taken.append((begin, end))
                placed.append((QRectF(begin, top, end - begin, high), words))

        back = self.value() < self.maximum() and self._hint == HINT
        place(right, ZOOMED if self._spread is not None else BRANCH_HINT if back else self._hint)
        if self.value() < self.maximum() and self._seen(self.value()):
            place(self.x_at(self.value()), f"step {shown(self._status.step)}", middle=True)
        place(left, "start" if self._seen(0) else "… start")
        for tick, words in reversed(self._status.moves):
            if self._seen(tick):
                place(self.x_at(tick) - DOT / 2 * self._theme.scale, words)
        return placed

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, y, x = self._theme, self._middle(), self.x_at(self.sliderPosition())
        left, right = self._ends()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        parts = (
            (right, mixed(theme.control, theme.quiet, 0.28)),
            (self.x_at(self.maximum()), mixed(theme.window, theme.accent, 0.45)),  # what was gone back over
            (x, theme.accent),
        )
        painter.setPen(Qt.PenStyle.NoPen)
        thick = TRACK * theme.scale
        for end, colour in parts:
            end = min(max(left, end), right)
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(left, y - thick / 2, end - left, thick), thick / 2, thick / 2)
        self._paint_branches(painter)
        painter.setBrush(theme.window)
        for tick in filter(self._seen, (0, *(tick for tick, _ in self._status.moves))):
            painter.setPen(QPen(theme.accent, 1.25 * theme.scale))
            painter.drawEllipse(QPointF(self.x_at(tick), y), DOT / 2 * theme.scale, DOT / 2 * theme.scale)
        if self._seen(self.sliderPosition()):
            self._paint_handle(painter, QPointF(x, y))
        painter.setFont(self._font())
        for room, words in self.captions():
            painter.setPen(theme.text if words.startswith("step ") else theme.quiet)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine), words)
        painter.end()

    def _paint_branches(self, painter: QPainter) -> None:
        theme, scale, y = self._theme, self._theme.scale, self._middle()
        painter.setFont(self._font())
        for strand in self._strands:
            below, over = self.y_of(strand.lane), strand.key == self._over
            bend = min(24 * scale, max(4 * scale, strand.tip - strand.left))
            path = QPainterPath(QPointF(strand.left, y))
            path.cubicTo(strand.left + bend / 2, y, strand.left + bend / 2, below, strand.left + bend, below)
            path.lineTo(max(strand.tip, strand.left + bend), below)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.negative, (3.0 if over else 2.0) * scale))
            painter.drawPath(path)
            painter.setPen(theme.text if over else theme.quiet)
            room = QRectF(strand.words, below - 7 * scale, strand.right - strand.words, 14 * scale)
            said = QFontMetricsF(self._font()).elidedText(strand.name, Qt.TextElideMode.ElideRight, room.width() + 1)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), said)

    def _paint_handle(self, painter: QPainter, at: QPointF) -> None:
        theme, size = self._theme, pixels(self._theme, HANDLE)
        ring = 2.25 * theme.scale
        painter.setPen(QPen(theme.accent, ring))
        inside = mixed(theme.card, theme.accent, 0.25) if self.underMouse() else theme.card
        painter.setBrush(theme.accent if self.isSliderDown() else inside)
        painter.drawEllipse(at, (size - ring) / 2, (size - ring) / 2)
        if self.hasFocus() and self._by_keyboard:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.accent)
            painter.drawEllipse(at, size / 2 - 3.5 * theme.scale, size / 2 - 3.5 * theme.scale)

    # -- mouse and keys -------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._by_keyboard = False
        if self._on_all(event.position()):
            self.show_all()
            return
        strand = self.branch_at(event.position().x(), event.position().y())
        if strand is not None:
            self.branch_chosen.emit(strand.key)
            return
        self.setSliderDown(True)
        if not self._follow(event):
            self.gone_to.emit(self.value())  # whoever takes the handle wants it to stand still

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._follow(event)
            return
        at = event.position()
        if self._on_all(at):
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            return
        if self._over is None:
            self.unsetCursor()
        strand = self.branch_at(at.x(), at.y())
        if (over := strand.key if strand is not None else None) != self._over:
            self._over = over
            self.setCursor(Qt.CursorShape.ArrowCursor if strand is None else Qt.CursorShape.PointingHandCursor)
            said = f"Branch “{strand.name}”: a click goes to its end" if strand is not None else TIP
            self.setToolTip(as_written(said))
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # it spreads the track, and never goes anywhere: turned in passing it must not stop the training
        if event.angleDelta().y():
            self.spread(event.angleDelta().y() / NOTCH, self.tick_at(event.position().x()))
        elif event.angleDelta().x():
            begin, end = self.shown_ticks
            self._show_ticks(begin - event.angleDelta().x() / NOTCH * (end - begin) / 10, end - begin)
        event.accept()

    def event(self, event: QEvent) -> bool:
        keep_arrows(event)
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = by_keyboard(event, self._by_keyboard)
        super().focusInEvent(event)

    def _follow(self, event: QMouseEvent) -> bool:
        """Takes the handle to the mouse; says whether that is another tick."""
        before, (left, right) = self.value(), self._ends()
        x = event.position().x()
        if self._spread is not None and not left <= x <= right:  # drawn over the end, the track goes on
            begin, end = self._spread
            self._show_ticks(begin + (1 if x > right else -1) * (end - begin) / 20, end - begin)
        self.setSliderPosition(round(self.tick_at(min(max(left, x), right))))
        return self.value() != before

    # -- measures -------------------------------------------------------------------------------------------------

    def _ends(self) -> tuple[float, float]:
        half = pixels(self._theme, HANDLE) / 2
        return EDGE + half, self.width() - EDGE - half

    def _middle(self) -> float:
        return breadth(self._theme, HEIGHT) * MIDDLE

    def _font(self) -> QFont:
        return face(10, 400, self._theme.scale)


@lru_cache(maxsize=256)
def _wide(words: str, scale: float) -> float:
    """Pixels of a caption: all are measured with every mini-batch, and hardly one of them is new."""
    return QFontMetricsF(face(10, 400, scale)).horizontalAdvance(words)


def _span(end: int) -> int:
    """The ticks that the track stands for: 256, 384, 512, 768 ..., the first that leaves room ahead."""
    span = SHORTEST
    while end > FULL * span:
        span = span * 3 // 2 if span & (span - 1) == 0 else span * 4 // 3
    return span
