"""Where each network of a sweep ended: a small map for each variant and value, its course, and how well it does."""

from __future__ import annotations

import itertools
import math
from functools import partial

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from hyperscope.engine.arrays import Array, Values
from hyperscope.lab.sweeps.outcome import Outcome
from hyperscope.ui.controls.control import ARROWS, keep_arrows
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import card, face, fitting, soft_map, write
from hyperscope.ui.panels.common.chart import CENTRE, wrapped
from hyperscope.ui.panels.common.in_turn import InTurn
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import INSIDE, LIGHT, Theme

HEAD, FOOT = 34, 22  # pixels at scale 1: the title, the values below
COURSE, SAID = 26, 16  # of a map's course, and of its accuracy
SIDE = 232  # of the summary at the right
NAMES = 92  # of the variants' names at the left
FADED = 0.34  # opacity of what does not learn
DEEPEST = -8.0  # power of ten of a gradient that is drawn as nothing
BY = {
    "α": "learning rate",
    "σ": "initial weights",
    "layers": "depth",
    "m": "batch size",
    "dropped": "dropout",
    "moved": "how far dev and test are moved",
    "": "optimiser",
}


def shade(theme: Theme, variant: int, variants: int) -> QColor:
    """The colour of a variant: ink for the first, accent for the last, one between in between."""
    if variant == variants - 1:
        return theme.accent
    return theme.text if variant == 0 else theme.other


class SweepGrid(QWidget):
    """`opened` carries variant, value and seed of a map that was pressed, or chosen with the arrows and Enter;
    `paired` value and seed of one that was so with Shift held: without and with are to be twins.
    """

    rate = 15.0

    opened = Signal(int, int, int)
    paired = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Where each network ended")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(420, 200)
        self._theme = LIGHT
        self._outcome: Outcome | None = None
        self._note = ""
        self._opens = True
        self._maps: dict[tuple[int, int], tuple[Array, QImage]] = {}  # by variant and value, what is drawn of it
        self.at = (0, 0)
        self._over: tuple[int, int] | None = None
        self._turns = InTurn(self)

    def show_outcome(self, outcome: Outcome | None, note: str, *, opens: bool = True) -> None:
        """Draws this; `note` says how far it is, or of what it is. `opens` says that a click leads somewhere."""
        same = outcome is not None and outcome is self._outcome and opens == self._opens
        anew = outcome is None or self._outcome is None or outcome.plan is not self._outcome.plan
        self._outcome, self._note, self._opens = outcome, note, opens
        if outcome is not None and not same:
            self._draw_pictures(outcome)
            variants, values, _ = outcome.plan.shape
            self.at = (min(self.at[0], variants - 1), min(self.at[1], values - 1))
        self._tell()
        if anew:
            self.update()
        else:
            self.update(QRect(0, 0, self.width(), round(HEAD * self._theme.scale)))
            for number, part in enumerate([] if same else self._parts()):
                self._turns.ask(number, partial(self.update, part))

    def _parts(self) -> list[QRect]:
        """What is painted by itself when something new has come: all at once took two frames."""
        assert self._outcome is not None
        scale, variants = self._theme.scale, self._outcome.plan.shape[0]
        edge = round(self.width() - (SIDE + INSIDE) * scale)
        tops = [round(self.place(v, 0).top() - 6 * scale) for v in range(variants)]
        spans = zip(tops, [*tops[1:], self.height()], strict=True)
        rows = [QRect(0, top, edge, bottom - top) for top, bottom in spans]
        return [*rows, QRect(edge, 0, self.width() - edge, self.height())]

    @property
    def outcome(self) -> Outcome | None:
        """What is drawn."""
        return self._outcome

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self._maps.clear()
        if self._outcome is not None:
            self._draw_pictures(self._outcome)
        self.update()

    def _draw_pictures(self, outcome: Outcome) -> None:
        """Anew those maps that are no longer what was drawn."""
        before, self._maps = self._maps, {}
        variants, values, _ = outcome.plan.shape
        for place in itertools.product(range(variants), range(values)) if outcome.standing.maps else ():
            p = outcome.standing.maps[outcome.plan.number(*place, outcome.middle(*place))]
            if p.ndim == 3:
                drawn = before.get(place)
                stays = drawn is not None and np.array_equal(drawn[0], p)
                self._maps[place] = drawn if drawn is not None and stays else (p, soft_map(p, self._theme))

    def sentence(self, v: int, s: int) -> str:
        """One setting in words."""
        outcome = self._outcome
        if outcome is None:
            return ""
        plan = outcome.plan
        variant, value = plan.sweep.variants[v], plan.sweep.captions(plan.values[s])
        each = ", ".join(f"{math.floor(100 * a + 1e-6)}" for a in sorted(outcome.dev_accuracy[v, s].tolist()))
        broken = int(outcome.failed[v, s].sum())
        said = f"{variant.name} {variant.words}, {plan.sweep.symbol} {value}: dev accuracy {each} %"
        return said + (f"; {broken} diverged" if broken else "")

    def _tell(self) -> None:
        outcome = self._outcome
        if outcome is None:
            self.setAccessibleDescription(self._note)
            return
        figures = "; ".join(f"{one.said} {one.of} {_whose(one.variant)}" for one in outcome.figures())
        self.setAccessibleDescription(f"{self.sentence(*self.at)}. {figures}. {outcome.rule} {self._note}")

    # -- where it lies --------------------------------------------------------------------------------------------

    def place(self, v: int, s: int) -> QRectF:
        """The square of a map."""
        assert self._outcome is not None
        scale = self._theme.scale
        variants, values, _ = self._outcome.plan.shape
        left, right = (INSIDE + NAMES) * scale, self.width() - (SIDE + INSIDE) * scale
        slot = (right - left) / values
        top, bottom = HEAD * scale, self.height() - (FOOT + 8) * scale
        row = (bottom - top) / variants
        side = max(12.0, min(slot - 8 * scale, row - (COURSE + SAID + 10) * scale, 150 * scale))
        x = left + (s + 0.5) * slot - side / 2
        spare = max(0.0, row - side - (COURSE + SAID + 10) * scale)
        return QRectF(x, top + v * row + spare / 2, side, side)

    def _under(self, at: QPointF) -> tuple[int, int] | None:
        if self._outcome is None:
            return None
        variants, values, _ = self._outcome.plan.shape
        reach = (COURSE + SAID) * self._theme.scale
        for v in range(variants):
            for s in range(values):
                if self.place(v, s).adjusted(-3, -3, 3, reach).contains(at):
                    return v, s
        return None

    # -- painting -------------------------------------------------------------------------------------------------

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, scale = QPainter(self), self._theme, self._theme.scale
        card(painter, QRectF(self.rect()), theme)
        inside, outcome = INSIDE * scale, self._outcome
        font = face(11, 600, scale)
        if outcome is None:
            write(painter, QRectF(self.rect()), self._note, face(12, 400, scale), theme.quiet, CENTRE)
            painter.end()
            return
        sweep = outcome.plan.sweep
        title = f"Where each network ended, by {BY.get(sweep.symbol, sweep.symbol)}"
        wide = write(painter, QRectF(inside, 8 * scale, self.width() / 2, 18 * scale), title, font, theme.quiet)
        small = face(10, 400, scale)
        seeds = outcome.plan.seeds
        middle = f"middle one of {seeds} seeds · " if seeds > 1 else ""
        if sweep.by_layer:
            middle = "strip: gradient of each layer, pale 10⁻⁸ to full 1 · "
        choices: tuple[str, ...] = (
            f"{self._note} · {middle}click opens it in the Playground, Shift and click both as twins",
            f"{self._note} · {middle}click opens it in the Playground",
            f"{self._note} · {middle}click opens it",
            self._note,
        )
        if not self._opens:
            choices = (f"{self._note} · {middle}".rstrip("· "), self._note)
        room = self.width() - wide - 3 * inside
        said = fitting(choices, small, room)
        right = QRectF(self.width() - inside - room, 8 * scale, room, 18 * scale)
        write(painter, right, said, small, theme.quiet, Qt.AlignmentFlag.AlignRight)
        wanted = event.rect()
        if wanted.bottom() > HEAD * scale:
            self._paint_rows(painter, outcome, wanted)
            if wanted.right() > self.width() - SIDE * scale:
                self._paint_summary(painter, outcome)
        painter.end()

    def _paint_rows(self, painter: QPainter, outcome: Outcome, wanted: QRect) -> None:
        theme, scale = self._theme, self._theme.scale
        variants, values, _ = outcome.plan.shape
        learns, accuracy, sweep = outcome.learns, outcome.accuracy, outcome.plan.sweep
        plain, bold = face(10, 400, scale), face(10, 600, scale)
        span = self._span(outcome)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for v in range(variants):
            colour = shade(theme, v, variants)
            first = self.place(v, 0)
            high = (COURSE + SAID + 10) * scale
            if first.top() - 6 * scale > wanted.bottom() or first.bottom() + high < wanted.top():
                continue
            names = QRectF(INSIDE * scale, first.center().y() - 16 * scale, NAMES * scale, 16 * scale)
            write(painter, names, sweep.variants[v].name, face(12, 600, scale), colour)
            words = QRectF(names.left(), names.bottom(), (NAMES - 4) * scale, 15 * scale)
            write(painter, words, sweep.variants[v].words, plain, theme.quiet)
            for s in range(values):
                place, good = self.place(v, s), bool(learns[v, s])
                painter.setOpacity(1.0 if good else FADED)
                if (drawn := self._maps.get((v, s))) is not None:
                    painter.drawImage(place, drawn[1])
                painter.setOpacity(1.0)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                if good:
                    painter.setPen(QPen(colour, 2 * scale))
                    painter.drawRoundedRect(place.adjusted(-1, -1, 1, 1), 4, 4)
                if (v, s) == (self.at if self.hasFocus() else self._over):
                    painter.setPen(QPen(theme.accent, 1.5 * scale))
                    painter.drawRoundedRect(place.adjusted(-4, -4, 4, 4), 6, 6)
                below = QRectF(place.left(), place.bottom() + 5 * scale, place.width(), COURSE * scale)
                number = outcome.plan.number(v, s, outcome.middle(v, s))
                line = colour if good else mixed(theme.card, colour, 0.5)
                if outcome.standing.gradients:
                    self._paint_strip(painter, below, outcome.standing.gradients[number])
                elif outcome.standing.curves:
                    self._paint_course(painter, below, outcome.standing.curves[number], span, line)
                said = (
                    "diverged"
                    if outcome.failed[v, s].sum() * 2 > outcome.plan.seeds
                    else f"{math.floor(100 * accuracy[v, s] + 1e-6)} %"
                )
                room = QRectF(place.left() - 8, below.bottom(), place.width() + 16, SAID * scale)
                write(painter, room, said, bold if good else plain, theme.text if good else theme.quiet, CENTRE)
        foot = self.height() - (FOOT + 6) * scale
        write(
            painter,
            QRectF(INSIDE * scale, foot, NAMES * scale, FOOT * scale),
            sweep.symbol,
            face(11, 500, scale),
            theme.text,
        )
        for s in range(values):
            place = self.place(0, s)
            room = QRectF(place.center().x() - 40 * scale, foot, 80 * scale, FOOT * scale)
            write(painter, room, sweep.captions(outcome.plan.values[s]), face(11, 400, scale), theme.text, CENTRE)

    def _span(self, outcome: Outcome) -> tuple[float, float]:
        """Logarithms of the dev losses that the courses are drawn between."""
        known = [curve[np.isfinite(curve) & (curve > 0)] for curve in outcome.standing.curves]
        together = np.concatenate(known) if known else np.zeros(0)
        if not together.size:
            return (-1.0, 0.0)
        low, high = float(np.log10(together.min())), float(np.log10(np.quantile(together, 0.98)))
        high = min(high, math.log10(3))  # else one network that explodes would flatten all others
        return (min(high - 0.1, max(low, high - 4)), high + 0.05)

    def _paint_course(
        self, painter: QPainter, room: QRectF, curve: Values, span: tuple[float, float], colour: QColor
    ) -> None:
        """The dev loss over the epochs, on the logarithmic axis that all have in common."""
        if len(curve) < 2:
            return
        with np.errstate(divide="ignore", invalid="ignore"):
            level = (np.log10(curve.astype(float)) - span[0]) / max(1e-9, span[1] - span[0])
        level = np.clip(np.nan_to_num(level, nan=1.0, posinf=1.0, neginf=0.0), 0, 1)
        x = np.linspace(room.left(), room.right(), len(level)).tolist()
        y = (room.bottom() - level * room.height()).tolist()
        painter.setPen(QPen(colour, 1.4 * self._theme.scale))
        painter.drawLines([QLineF(x[k], y[k], x[k + 1], y[k + 1]) for k in range(len(x) - 1)])

    def _paint_strip(self, painter: QPainter, room: QRectF, gradients: Values) -> None:
        """The gradient of each layer's weights as a cell, from 1 (full) down to 10⁻⁸ (empty)."""
        theme = self._theme
        count = len(gradients)
        painter.setPen(QPen(theme.hairline, 1))
        for at, value in enumerate(gradients.tolist()):
            power = math.log10(value) if value > 0 and math.isfinite(value) else DEEPEST
            share = min(1.0, max(0.0, 1 - power / DEEPEST))
            painter.setBrush(mixed(theme.card, theme.accent, share))
            wide = room.width() / count
            painter.drawRect(QRectF(room.left() + at * wide, room.top() + 4, wide, room.height() - 8))

    def _paint_summary(self, painter: QPainter, outcome: Outcome) -> None:
        theme, scale = self._theme, self._theme.scale
        left = self.width() - SIDE * scale
        room = (SIDE - INSIDE) * scale
        small, large = face(10, 400, scale), face(20, 600, scale)
        lines: list[tuple[str, object, QColor]] = []
        figures = outcome.figures()
        variants = len(figures)
        order = list(range(variants))[::-1]
        for v in order:
            one = figures[v]
            size = 20
            while size > 13 and QFontMetricsF(face(size, 600, scale)).horizontalAdvance(one.said) > room:
                size -= 1
            lines.append((one.said, face(size, 600, scale), shade(theme, v, variants)))
            lines.append((f"{one.of} {_whose(one.variant)}", small, theme.text))
            lines.append(("", face(5, 400, scale), theme.text))
        for words in (outcome.rule, outcome.best()):
            lines += [(line, small, theme.quiet) for line in wrapped(words, QFontMetricsF(small), room)]
            lines.append(("", face(5, 400, scale), theme.text))
        high = [QFontMetricsF(font).height() for _, font, _ in lines]  # type: ignore[call-overload]
        y = max(HEAD * scale, (self.height() - sum(high)) / 2)
        del large
        for (said, font, colour), tall in zip(lines, high, strict=True):
            write(painter, QRectF(left, y, room + 4, tall), said, font, colour)  # type: ignore[arg-type]
            y += tall

    # -- choosing -------------------------------------------------------------------------------------------------

    def _open(self, at: tuple[int, int], modifiers: Qt.KeyboardModifier) -> None:
        if self._outcome is None:
            return
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.paired.emit(at[1], self._outcome.middle(*at))
        else:
            self.opened.emit(at[0], at[1], self._outcome.middle(*at))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._under(event.position())
        if over != self._over:
            self._over = over
            self.setCursor(Qt.CursorShape.PointingHandCursor if over is not None else Qt.CursorShape.ArrowCursor)
            if over is not None:
                QToolTip.showText(event.globalPosition().toPoint(), self.sentence(*over), self)
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if (found := self._under(event.position())) is not None:
            self._open(found, event.modifiers())

    def leaveEvent(self, event: QEvent) -> None:
        self._over = None
        self.update()

    def event(self, event: QEvent) -> bool:
        keep_arrows(event)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, outcome = event.key(), self._outcome
        if outcome is None or key not in (*ARROWS, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            return
        if key not in ARROWS:
            self._open(self.at, event.modifiers())
            return
        variants, values, _ = outcome.plan.shape
        v = self.at[0] + (key == Qt.Key.Key_Down) - (key == Qt.Key.Key_Up)
        s = self.at[1] + (key == Qt.Key.Key_Right) - (key == Qt.Key.Key_Left)
        self.at = (min(variants - 1, max(0, v)), min(values - 1, max(0, s)))
        self._tell()
        self.update()


def _whose(variant: str) -> str:
    return {"with": "with batch norm", "without": "without", "before": "with it before", "after": "with it after"}.get(
        variant, f"({variant})"
    )
