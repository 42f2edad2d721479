"""The wall: every trial of a search as a small map with its course, sorted, as launched, or laid out by two knobs."""

from __future__ import annotations

import math
import time
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen

from hyperscope.lab.tuning.space import shown
from hyperscope.ui.controls.control import keep_arrows
from hyperscope.ui.controls.text_choice import TextChoice
from hyperscope.ui.guarded import guarded_part
from hyperscope.ui.labs.tuning.results import RUNNING, Results, Row
from hyperscope.ui.labs.tuning.tiles import FOOT, Tiles, rounded
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.common.in_turn import InTurn
from hyperscope.ui.panels.common.sheet import HEAD, Sheet
from hyperscope.ui.theme import INSIDE, Theme

BEST, LAUNCHED = "best first", "as launched"
SMALLEST, LARGEST = 24.0, 96.0  # pixels of a map's side at scale 1
GAP = 7
PARTS = 3  # that are painted a frame each while networks train: all at once take longer than one
LARGE = 2.6  # times as large under the pointer
FADED = 0.28  # opacity of what does no better than guessing
SETTLE = 0.8  # s between two sortings, and none while the pointer is there: nothing moves under it


class Wall(Sheet):
    """`opened` carries the number of a trial that was clicked, or chosen with the arrows and Enter."""

    opened = Signal(int)

    def __init__(self, results: Results) -> None:
        super().__init__("Every network")
        self.results = results
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(300, 200)
        self.order = TextChoice((BEST, LAUNCHED, "by two knobs"), "How they lie", self)
        self.order.chosen.connect(self._sort_anew)
        self.axes: tuple[str, str] | None = None  # the two knobs that they are laid out by
        self._sorted: list[int] = []
        self._sorted_at = 0.0
        self._tiles = Tiles()
        self._at: int | None = None  # the trial that the keyboard is at
        self._turns = InTurn(self)
        results.moved.connect(self._follow)
        results.changed.connect(self._describe)
        results.chosen_changed.connect(self.update)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._tiles.clear()
        self.order.set_theme(theme)
        self._place_words()

    def _place_words(self) -> None:
        size = self.order.sizeHint()
        self.order.setGeometry(self.width() - INSIDE - size.width(), round(self.px(5)), size.width(), size.height())

    def resizeEvent(self, event: QEvent) -> None:
        self._place_words()

    def _follow(self) -> None:
        if not self.results.rows:
            self._tiles.clear()
            self._at = None
        going = any(row.state == RUNNING for row in self.results.rows.values())
        self._sort(now=not self._sorted or not self.results.rows or not (going or self.underMouse()))
        self.title = self._title()
        if not going:
            self.update()
            return
        for part, (top, end) in enumerate(pairwise(self._cuts())):
            self._turns.ask(part, partial(self.update, 0, top, self.width(), end - top))

    def _cuts(self) -> list[int]:
        """The heights between which PARTS of it lie, from the top; no row of maps is cut through."""
        rows = [] if self.laid_out else sorted({square.top() for square in self.places().values()})
        if len(rows) < PARTS:
            return [round(self.height() * part / PARTS) for part in range(PARTS + 1)]
        between = [math.floor(rows[round(len(rows) * part / PARTS)]) - 2 for part in range(1, PARTS)]
        return [0, *between, self.height()]

    def _describe(self) -> None:
        """Some times a second: saying it with every picture would take longer than painting."""
        best = self.results.best
        self.setAccessibleDescription(
            f"{self.title}. " + (f"Best so far: {self.results.said(best.number)}." if best else "")
        )

    def _title(self) -> str:
        rows = self.results.rows.values()
        training = sum(row.state == RUNNING for row in rows)
        count = len(self.results.rows)
        said = f"{count} network{'s' * (count != 1)}"
        return f"{said}, {training} in training" if training else said

    def _sort_anew(self) -> None:
        self._sort(now=True)
        self.update()

    def _sort(self, now: bool = False) -> None:
        """The numbers in their places; what is new comes last until it is time to sort."""
        rows = self.results.rows
        if self.order.value == LAUNCHED:
            self._sorted = sorted(rows)
        elif now or (time.monotonic() - self._sorted_at > SETTLE and not self.underMouse()):
            self._sorted = [row.number for row in self.results.best_first]
            self._sorted_at = time.monotonic()
        else:
            known = set(self._sorted)
            self._sorted = [n for n in self._sorted if n in rows] + sorted(n for n in rows if n not in known)

    # -- where they lie -------------------------------------------------------------------------------------------

    @property
    def laid_out(self) -> bool:
        """Whether the maps lie by two knobs."""
        return self.order.value == "by two knobs" and self.axes is not None

    def places(self) -> dict[int, QRectF]:
        """The square of each map that is shown, by trial; of more than there is room for the first."""
        room = QRectF(self.rect()).adjusted(INSIDE, self.px(HEAD + 4), -INSIDE, -8)
        if not self._sorted or room.width() < 40 or room.height() < 40:
            return {}
        return self._by_knobs(room) if self.laid_out else self._in_rows(room)

    def _in_rows(self, room: QRectF) -> dict[int, QRectF]:
        total = self.results.stand.total if self.results.stand is not None else 0
        count = max(len(self._sorted), min(total, 64), 1)
        gap, foot = self.px(GAP), self.px(FOOT)
        side = self.px(LARGEST)
        while side > self.px(SMALLEST):
            across = int((room.width() + gap) // (side + gap))
            down = int((room.height() + gap * 0.6) // (side + foot + gap * 0.6))
            if across * down >= count:
                break
            side -= 1
        across = max(1, int((room.width() + gap) // (side + gap)))
        down = max(1, int((room.height() + gap * 0.6) // (side + foot + gap * 0.6)))
        step = (room.width() - across * side) / max(1, across - 1) + side if across > 1 else side
        step = min(step, side + 2.2 * gap)
        found = {}
        for at, number in enumerate(self._sorted[: across * down]):
            row, column = divmod(at, across)
            left, top = room.left() + column * step, room.top() + row * (side + foot + gap * 0.6)
            found[number] = QRectF(round(left), round(top), side, side)
        return found

    def _by_knobs(self, room: QRectF) -> dict[int, QRectF]:
        assert self.axes is not None
        side = max(
            self.px(18), min(self.px(44), math.sqrt(room.width() * room.height() / max(40, len(self._sorted))) * 0.7)
        )
        inner = room.adjusted(side / 2 + self.px(14), side / 2, -side / 2, -side / 2 - self.px(14))
        across, up = (self.results.space.of(path) for path in self.axes)
        found = {}
        for number in reversed(self._sorted):  # so that the best lie on top
            values = self.results.rows[number].values
            x = inner.left() + across.position(values[across.knob]) * inner.width()
            y = inner.bottom() - up.position(values[up.knob]) * inner.height()
            found[number] = QRectF(x - side / 2, y - side / 2, side, side)
        return found

    def _under(self, at: QPointF) -> int | None:
        found = None
        foot = 0.0 if self.laid_out else self.px(FOOT)
        for number, square in self.places().items():
            if square.adjusted(-2, -2, 2, foot).contains(at):
                found = number
        return found

    # -- drawing --------------------------------------------------------------------------------------------------

    @guarded_part
    def paint(self, painter: QPainter, room: QRectF) -> None:
        results, places = self.results, self.places()
        if not results.rows:
            said = "Start the search: each network appears here while it trains."
            write(painter, room, said, face(12, 400, self.theme.scale), self.theme.quiet, Qt.AlignmentFlag.AlignHCenter)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        guess = _guessing(results)
        span = rounded(results.scale_of_losses())
        foot = 0.0 if self.laid_out else self.px(FOOT)
        for number, square in places.items():
            if not self.dirty.intersects(square.adjusted(-2, -2, 2, max(foot, 2))):
                continue
            row = results.rows[number]
            dim = not row.sound or row.loss > 0.97 * guess
            if results.chosen and number not in results.chosen:
                dim = True
            painter.setOpacity(FADED if dim and number != results.over else 1.0)
            self._paint_one(painter, row, square, span)
        painter.setOpacity(1.0)
        if self.laid_out:
            self._paint_axes(painter, room)
        elif len(places) < len(self._sorted):
            line = QRectF(room.left(), self.height() - self.px(14), room.width(), self.px(12))
            said = f"the first {len(places)} of {len(self._sorted)}"
            write(painter, line, said, face(9, 400, self.theme.scale), self.theme.quiet, Qt.AlignmentFlag.AlignRight)
        if results.over in places:
            self._paint_large(painter, results.rows[results.over], places[results.over])

    def _paint_one(self, painter: QPainter, row: Row, square: QRectF, span: tuple[float, float]) -> None:
        theme = self.theme
        self._tiles.paint(painter, row, square, span, theme, self.laid_out)
        chosen = row.number in self.results.chosen
        if chosen or (row.number == self._at and self.hasFocus()):
            painter.setPen(QPen(theme.accent, 2 * theme.scale))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(square.adjusted(-1, -1, 1, 1), 3, 3)

    def _paint_axes(self, painter: QPainter, room: QRectF) -> None:
        assert self.axes is not None
        theme, small = self.theme, face(10, 400, self.theme.scale)
        across, up = (self.results.space.of(path) for path in self.axes)
        foot = QRectF(room.left(), self.height() - self.px(19), room.width(), self.px(15))
        write(painter, foot, f"{shown(across.value(0))}", small, theme.quiet)
        write(
            painter,
            foot,
            f"{across.label} {across.symbol} →".strip(),
            small,
            theme.quiet,
            Qt.AlignmentFlag.AlignHCenter,
        )
        write(painter, foot, f"{shown(across.value(1))}", small, theme.quiet, Qt.AlignmentFlag.AlignRight)
        painter.save()
        painter.translate(INSIDE + self.px(8), room.bottom() - self.px(10))
        painter.rotate(-90)
        side = QRectF(0, -self.px(10), room.height() - self.px(10), self.px(15))
        write(painter, side, shown(up.value(0)), small, theme.quiet)
        write(painter, side, f"{up.label} {up.symbol} →".strip(), small, theme.quiet, Qt.AlignmentFlag.AlignHCenter)
        write(painter, side, shown(up.value(1)), small, theme.quiet, Qt.AlignmentFlag.AlignRight)
        painter.restore()

    def _paint_large(self, painter: QPainter, row: Row, square: QRectF) -> None:
        """The map under the pointer, with its settings."""
        theme = self.theme
        side = max(self.px(120), min(LARGE * square.width(), self.px(190)))
        lines = [f"trial {row.number}: {self._words(row)}"]
        lines += [f"{one.symbol} {shown(row.values[one.knob])}" for one in self.results.space.knobs]
        high = self.px(15)
        box = QRectF(0, 0, side + self.px(16), side + high * len(lines) + self.px(24))
        box.moveCenter(square.center())
        box.moveLeft(min(max(box.left(), 4), self.width() - box.width() - 4))
        box.moveTop(min(max(box.top(), 4), self.height() - box.height() - 4))
        painter.setPen(QPen(theme.hairline, 1))
        painter.setBrush(theme.card)
        painter.drawRoundedRect(box, 6, 6)
        inner = QRectF(box.left() + self.px(8), box.top() + self.px(8), side, side)
        if (picture := self._tiles.map_of(row, theme)) is not None:
            painter.drawImage(inner, picture)
        for at, words in enumerate(lines):
            line = QRectF(inner.left(), inner.bottom() + self.px(5) + at * high, side, high)
            weight = 600 if at == 0 else 400
            write(painter, line, words, face(11, weight, theme.scale), theme.text if at == 0 else theme.quiet)

    def _words(self, row: Row) -> str:
        if row.state == "pruned":
            return f"stopped at epoch {row.epoch:.0f}"
        return "diverged" if not math.isfinite(row.loss) else f"loss {row.loss:.3g}, {100 * row.accuracy:.0f} %"

    # -- mouse and keyboard ---------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.results.look_at(self._under(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self.results.look_at(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._under(event.position())
        if number is not None and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(number)

    def event(self, event: QEvent) -> bool:
        keep_arrows(event)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        places = self.places()
        order = [number for number in self._sorted if number in places]
        if not order:
            return super().keyPressEvent(event)
        at = order.index(self._at) if self._at in order else 0
        across = sum(abs(square.top() - places[order[0]].top()) < 1 for square in places.values())
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: across, Qt.Key.Key_Up: -across}
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(order[at])
        elif event.key() in steps:
            step = steps[Qt.Key(event.key())] if self._at in order else 0
            self._at = order[min(len(order) - 1, max(0, at + step))]
            self.results.look_at(self._at)
            self.setAccessibleDescription(self.results.said(self._at))
        else:
            return super().keyPressEvent(event)
        self.update()


def _guessing(results: Results) -> float:
    """The loss of who guesses: ln C."""
    classes = max((len(row.map) for row in results.rows.values()), default=0)
    return math.log(classes) if classes > 1 else math.inf
