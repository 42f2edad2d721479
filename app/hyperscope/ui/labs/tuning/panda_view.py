"""Panda or caviar: a purse of compute for one network that is moved from day to day, or for many left alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec
import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from hyperscope.engine.arrays import Array
from hyperscope.lab.experiment.experiment import Experiment, changed, knob_at
from hyperscope.lab.experiment.moves import shown
from hyperscope.lab.tuning.purse import DAYS, Babysat, Purse, settings_said
from hyperscope.lab.tuning.space import Space, usual
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.card import Card
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.run_row import RunRow
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.guarded import guarded_part
from hyperscope.ui.labs.tuning.view import GAP, WIDTH, View, slider, words
from hyperscope.ui.paint import face, fitting, readable, soft_map, write
from hyperscope.ui.panels.common.axes import linear_ticks, log_ticks
from hyperscope.ui.panels.common.chart import Axes, legend, polyline, wrapped
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.theme import GRID, LIGHT, Theme

HAND = ("training.learning_rate", "training.l2", "training.batch_size")  # what a babysitter moves
ROUNDS = 6  # purses that are still listed


@dataclass(frozen=True, slots=True)
class Round:
    """A purse that was spent: who looked after the one network, and what both came to."""

    ruled: bool
    many: int
    epochs: int
    panda: float
    caviar: float


def _level(loss: Array | float, low: float = 1e-6) -> Array:
    """Logarithms to base 10, infinite ones kept."""
    with np.errstate(all="ignore"):
        found: Array = np.log10(np.maximum(np.asarray(loss, float), low))
    return found


def _span(found: Babysat) -> tuple[float, float]:
    """Logarithms between which the losses of both are drawn."""
    panda, many = found.course()
    every = np.concatenate([found.panda[:, 1], panda, many, found.many[-1]])
    every = every[np.isfinite(every)]
    if not every.size:
        return -2.0, 0.3
    low, high = float(_level(every.min())), float(_level(min(every.max(), 3 * max(every.min(), 0.5))))
    return low - 0.06, max(high, low + 0.2) + 0.06


class PandaSheet(Sheet):
    """The network that is babysat: its map, its course with every move, and what was moved."""

    opened = Signal(int)

    def __init__(self) -> None:
        super().__init__("Panda: one network, looked after")
        self.found: Babysat | None = None
        self._map = QRectF()

    def show_found(self, found: Babysat | None) -> None:
        """Draws this."""
        self.found = found
        if found is not None:
            self.note = f"day {found.day} of {DAYS} · {found.panda[-1, 0]:.0f} epochs"
            loss = found.panda[-1, 1]
            said = "; ".join(f"after {at:.0f} epochs {move}" for at, move in found.moves) or "nothing moved yet"
            self.setAccessibleDescription(f"{self.note}, dev loss {loss:.3g}; {said}. {found.alarm}".strip())
        self.update()

    @guarded_part
    def paint(self, painter: QPainter, room: QRectF) -> None:
        if self.found is None:
            return
        theme, found = self.theme, self.found
        side = min(room.height() * 0.46, room.width() * 0.34)
        self._map = QRectF(room.left(), room.top(), side, side)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if found.maps:
            painter.drawImage(self._map, soft_map(found.maps[0], theme))
        self._paint_moves(painter, room.adjusted(side + self.px(12), 0, 0, 0), side)
        area = QRectF(room.left() + self.px(36), room.top() + side + self.px(22), 0, 0)
        area.setRight(room.right() - self.px(6))
        area.setBottom(room.bottom() - self.px(16))
        if area.height() < 30:
            return
        span = _span(found)
        axes = Axes(area, (0, float(found.purse.whole)), span)
        axes.paint(painter, theme, linear_ticks(0, found.purse.whole, 5), log_ticks(*span, most=4))
        head = QRectF(room.left(), area.top() - self.px(17), room.width(), self.px(14))
        write(painter, head, "dev loss by epochs spent, a line for each move", face(10, 400, theme.scale), theme.quiet)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for at, _ in found.moves:
            x = float(axes.x(np.array(at)))
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        level = np.minimum(_level(found.panda[:, 1]), span[1])
        painter.setClipRect(area.adjusted(-2, -2, 4, 2))
        polyline(painter, axes.points(found.panda[:, 0], level), theme.accent, 2 * theme.scale)
        painter.setClipping(False)

    def _paint_moves(self, painter: QPainter, room: QRectF, high: float) -> None:
        """The settings now, and below them the newest moves."""
        assert self.found is not None
        theme, found, scale = self.theme, self.found, self.theme.scale
        line = self.px(16)
        training = found.experiment.training
        values = (training.learning_rate, training.l2, training.batch_size)
        now = "   ".join(
            f"{name} {shown(knob_at(path), value)}"
            for name, path, value in zip(("α", "λ", "batch"), HAND, values, strict=True)
        )
        write(painter, QRectF(room.left(), room.top(), room.width(), line), now, face(12, 600, scale), theme.text)
        told: list[tuple[str, bool]] = []
        if found.alarm:
            font = QFontMetricsF(face(11, 400, scale))
            told += [(part, True) for part in wrapped(found.alarm.split(". ")[0] + ".", font, room.width())[:3]]
        told += [(f"{at:.0f}: {move}", False) for at, move in reversed(found.moves)]
        if not told:
            told = [("Nothing moved yet.", False)]
        most = int((high - line) // line)
        for at, (said, alarm) in enumerate(told[:most]):
            place = QRectF(room.left(), room.top() + (at + 1.2) * line, room.width(), line)
            colour = theme.text if alarm else theme.quiet
            write(painter, place, said, face(11, 400, scale), colour)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._map.contains(event.position()) and self.found is not None:
            self.opened.emit(0)


class CaviarSheet(Sheet):
    """The many: a map each with its dev loss, the lowest framed."""

    opened = Signal(int)

    def __init__(self) -> None:
        super().__init__("Caviar: many at once, left alone")
        self.found: Babysat | None = None
        self.over: int | None = None
        self.setMouseTracking(True)

    def show_found(self, found: Babysat | None) -> None:
        """Draws this."""
        self.found = found
        if found is not None:
            each = found.purse.each * found.day / DAYS
            self.note = f"{found.purse.many} × {each:.3g} epochs"
            if found.day:
                self.setAccessibleDescription(f"{self.note}; the best is {self._words(found.best)}")
        self.update()

    def _words(self, number: int) -> str:
        assert self.found is not None
        loss = float(self.found.many[-1, number])
        said = "diverged" if math.isinf(loss) else f"dev loss {loss:.3g}"
        return f"{said}: {settings_said(self.found.purse.space, self.found.values[number])}"

    def places(self) -> list[QRectF]:
        """The square of each map."""
        if self.found is None:
            return []
        room = self.room.adjusted(0, 0, 0, -self.px(18))
        count, gap, foot = self.found.purse.many, self.px(6), self.px(13)
        side = self.px(110)
        while side > self.px(16):
            across, down = (
                int((room.width() + gap) // (side + gap)),
                int((room.height() + gap) // (side + foot + gap)),
            )
            if across * down >= count:
                break
            side -= 1
        across = max(1, int((room.width() + gap) // (side + gap)))
        return [
            QRectF(room.left() + k % across * (side + gap), room.top() + k // across * (side + foot + gap), side, side)
            for k in range(count)
        ]

    @guarded_part
    def paint(self, painter: QPainter, room: QRectF) -> None:
        if self.found is None:
            return
        theme, scale, found = self.theme, self.theme.scale, self.found
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        best = found.best if found.day else -1
        for k, square in enumerate(self.places()):
            loss = float(found.many[-1, k])
            painter.setOpacity(0.35 if math.isinf(loss) else 1.0)
            if len(found.maps) > k + 1:
                painter.drawImage(square, soft_map(found.maps[k + 1], theme))
            painter.setOpacity(1.0)
            if k in (best, self.over):
                painter.setPen(QPen(theme.text if k == best else theme.quiet, 2 * scale))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(square.adjusted(-1, -1, 1, 1), 3, 3)
            if square.width() > self.px(24):
                said = "∞" if math.isinf(loss) else f"{loss:.2f}" if loss >= 0.095 else f"{loss:.3f}"
                foot = QRectF(square.left(), square.bottom(), square.width(), self.px(13))
                font = face(10, 600 if k == best else 400, scale)
                write(painter, foot, said, font, theme.text if k == best else theme.quiet, Qt.AlignmentFlag.AlignRight)
        told = self.over if self.over is not None else best if found.day else None
        if told is not None:
            foot = QRectF(room.left(), room.bottom() - self.px(13), room.width(), self.px(14))
            head = "" if self.over is not None else "best: "
            write(painter, foot, head + self._words(told), face(11, 400, scale), theme.text)

    def _under(self, at: QPointF) -> int | None:
        return next((k for k, square in enumerate(self.places()) if square.contains(at)), None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._under(event.position())
        if over != self.over:
            self.over = over
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.over = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if (number := self._under(event.position())) is not None:
            self.opened.emit(number + 1)


class PurseSheet(Sheet):
    """The lowest dev loss of both by what they spent, who is ahead, and the purses before."""

    def __init__(self) -> None:
        super().__init__("The same purse: lowest dev loss so far")
        self.found: Babysat | None = None
        self.rounds: list[Round] = []

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 150)

    def show_found(self, found: Babysat | None, rounds: list[Round]) -> None:
        """Draws this."""
        self.found, self.rounds = found, rounds
        self.setAccessibleDescription(found.said() if found is not None else "")
        self.update()

    @guarded_part
    def paint(self, painter: QPainter, room: QRectF) -> None:
        if self.found is None:
            return
        theme, scale, found = self.theme, self.theme.scale, self.found
        one, many = theme.accent, theme.class_colour(1)
        wide = room.width() * 0.42
        font = face(13, 600, scale)
        said = wrapped(found.said(), QFontMetricsF(font), wide)
        for at, line in enumerate(said):
            place = QRectF(room.left(), room.top() + at * self.px(18), wide, self.px(18))
            write(painter, place, line, font, theme.text)
        top = room.top() + (len(said) + 0.4) * self.px(18)
        self._paint_rounds(painter, QRectF(room.left(), top, wide, room.bottom() - top))
        area = room.adjusted(wide + self.px(56), self.px(14), -self.px(10), -self.px(32))
        span = _span(found)
        axes = Axes(area, (0, float(found.purse.whole)), span)
        axes.paint(painter, theme, linear_ticks(*axes.across, 5), log_ticks(*span, most=4))
        foot = QRectF(area.left(), area.bottom() + self.px(18), area.width(), self.px(14))
        small = face(10, 400, scale)
        write(painter, foot, "epochs spent, of all networks together", small, theme.quiet, Qt.AlignmentFlag.AlignRight)
        panda, caviar = found.course()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for spent, losses, colour in ((found.panda[:, 0], panda, one), (found.spent(), caviar, many)):
            level = np.minimum(_level(losses), span[1])
            polyline(painter, axes.points(spent, level), colour, 2.2 * scale)
        legend(
            painter, area.right(), area.top() - self.px(8), theme, [("line", "panda", one), ("line", "caviar", many)]
        )

    def _paint_rounds(self, painter: QPainter, room: QRectF) -> None:
        """Purses that were spent before, the newest first."""
        theme, scale, line = self.theme, self.theme.scale, self.px(16)
        if not self.rounds:
            return
        won = sum(one.panda < one.caviar for one in self.rounds)
        head = f"Purses so far: panda {won}, caviar {len(self.rounds) - won}"
        write(painter, QRectF(room.left(), room.top(), room.width(), line), head, face(11, 600, scale), theme.quiet)
        rows = [one for one in reversed(self.rounds)][: max(0, min(ROUNDS, int(room.height() // line) - 1))]
        for at, one in enumerate(rows):
            who = "rule" if one.ruled else "hand"
            figures = f"panda {one.panda:.3g}, caviar {one.caviar:.3g}"
            fullest = f"{one.epochs} epochs, by {who}, against {one.many}: {figures}"
            font = face(11, 400, scale)
            said = fitting((fullest, f"{one.epochs}, {who}: {figures}", figures), font, room.width())
            place = QRectF(room.left(), room.top() + (at + 1) * line, room.width(), line)
            colour = readable(theme.accent, theme.card) if one.panda < one.caviar else theme.text
            write(painter, place, said, font, colour)


class PandaView(View):
    """`asked` says that a purse is to be spent, `trained` to which day, `back` that the panda is to go back."""

    asked = Signal()
    trained = Signal(int)
    back = Signal()

    def __init__(self) -> None:
        self.panda, self.caviar, self.purse = PandaSheet(), CaviarSheet(), PurseSheet()
        card = Card("Panda or caviar", WIDTH, GAP)
        upper = QHBoxLayout()
        upper.setSpacing(GRID)
        upper.addWidget(self.panda, 1)
        upper.addWidget(self.caviar, 1)
        right = QVBoxLayout()
        right.setSpacing(GRID)
        right.addLayout(upper, 64)
        right.addWidget(self.purse, 36)
        super().__init__("Panda or caviar", card, (self.panda, self.caviar, self.purse), right)
        self.seed = 2
        self.rounds: list[Round] = []
        self._counted: object = None  # the purse that was counted last
        self.about = words("One purse of epochs: for one network that you look after, or for many at once?", 12)
        self.who = Segments(("by hand", "by a rule"), "Who looks after the panda")
        self.who.set_index(1)
        self.begins = Segments(("drawn too", "as the Playground"), "How the panda begins")
        self.begins.set_index(0)
        self.start_name, self.who_name = Caption("The panda begins"), Caption("Looked after")
        self.hand = [KnobSlider(path, knob_at(path), ticks=False) for path in HAND]
        self.day = Button("Train a day", "Train a day", "A twentieth of the purse, for both.")
        self.rest = Button("To the end", "Train to the end", "All days that are left, as it is.")
        self.to_best = Button("Back to the best day", "Back to the best day", "What was spent since is spent.")
        self.epochs = slider("purse", "Purse, in epochs", 100, 10_000, "Epochs in all, of either.", scale="log")
        self.many = slider("many", "Networks of the caviar", 2, 64, "Which share the purse.", scale="log")
        self.epochs.set_value(400)
        self.many.set_value(20)
        self.run = Button("New purse", "New purse", "With other draws.")
        self.pause = Button("Pause", "Pause")
        self.why = words(
            "The rule, each day: a lower dev loss, α × 1.25; else back to the best day, α ÷ 2 (the bold driver, Vogl "
            "et al. 1988). The many: settings at random, as the wall draws them."
        )
        self.day_row = RunRow(self.day, self.rest)
        what = (self.about, self.epochs, self.many, self.start_name, self.begins, self.who_name, self.who)
        for part in (*what, *self.hand, self.day_row, self.to_best, RunRow(self.run, self.pause), self.why):
            card.column.addWidget(part)
        for knob in self.hand:
            knob.moved.connect(self._hold)
        for control in (*self.hand, self.epochs, self.many):
            control.refused.connect(self.refused)
        self.held: dict[str, float | int] = {}  # what was moved by hand since the last day
        for segments in (self.who, self.begins):
            segments.chosen.connect(lambda _: self.asked.emit())
        self.day.clicked.connect(lambda: self._train(1))
        self.rest.clicked.connect(lambda: self._train(DAYS))
        self.to_best.clicked.connect(self.back)
        self.run.clicked.connect(self._again)
        self.pause.clicked.connect(self._pause)
        for sheet in (self.panda, self.caviar):
            sheet.opened.connect(self.opened)
        self.set_theme(LIGHT)
        card.order_tabs()

    @property
    def ruled(self) -> bool:
        """Whether the rule looks after the panda."""
        return self.who.index() == 1

    @property
    def found(self) -> Babysat | None:
        """Where both are."""
        standing = self.crowd.standing
        return standing if isinstance(standing, Babysat) else None

    def made(self, experiment: Experiment, space: Space | None = None) -> Purse:
        """The purse as it is set. Raises: ValueError where it cannot be spent."""
        many = int(self.many.value() or 2)
        epochs, blind = int(self.epochs.value() or 100), self.begins.index() == 0
        return Purse(experiment, space or usual(experiment), epochs, many, self.seed, blind)

    def wanted(self) -> Experiment | None:
        """The panda's experiment with what was moved by hand; None while there is no panda."""
        found = self.found
        if found is None:
            return None
        experiment = found.experiment
        for path, value in self.held.items():
            experiment = changed(experiment, path, value)
        return experiment

    def _hold(self, path: str, value: float | int) -> None:
        self.held[path] = value

    def _train(self, days: int) -> None:
        if (found := self.found) is not None:
            self.trained.emit(min(DAYS, found.day + days))
            self.held.clear()

    def _again(self) -> None:
        self.seed += 1
        self.asked.emit()

    def _pause(self) -> None:
        self.crowd.pause()
        self.redraw()

    def origin(self, number: int) -> str:
        """What a network that is opened elsewhere was here."""
        return "This is the panda" if number == 0 else "This network is one of the caviar"

    def redraw(self) -> None:
        """Shows what has come."""
        found, crowd = self.found, self.crowd
        if found is not None and found.over and found.purse is not self._counted:
            self._counted = found.purse
            self.rounds = [
                *self.rounds,
                Round(self.ruled, found.purse.many, found.purse.whole, *found.scores),
            ][-50:]
        self.panda.show_found(found)
        self.caviar.show_found(found)
        self.purse.show_found(found, self.rounds)
        going = crowd.busy
        by_hand = not self.ruled and found is not None and not found.over and not crowd.problem
        for part in (*self.hand, self.day_row, self.to_best):
            part.setVisible(not self.ruled)
        for button in (self.day, self.rest, self.to_best):
            button.setEnabled(by_hand and not going)
        self.pause.setEnabled(crowd.job is not None and (going or crowd.job.paused))
        self.pause.setText("Go on" if crowd.job is not None and crowd.job.paused else "Pause")
        if crowd.problem:
            self.panda.note = crowd.problem
        if found is not None and not self.held:
            tree = msgspec.to_builtins(found.experiment.training)
            for knob in self.hand:
                value = tree[knob.path.rpartition(".")[2]]
                knob.set_value(float(f"{value:.3g}") if isinstance(value, float) else value)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        for label in (self.about, self.why):
            label.set_theme(theme, label.property("px"), quiet=True)
        for caption in (self.start_name, self.who_name):
            caption.set_theme(theme, 12)
        for control in (*self.hand, self.epochs, self.many):
            control.set_theme(theme)
        for segments in (self.who, self.begins):
            segments.set_theme(theme)
        for button in (self.day, self.rest, self.to_best, self.run, self.pause):
            button.set_theme(theme)
