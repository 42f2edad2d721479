"""What a search has come to, around its wall: best so far, all knobs, slices, courses, a table, importance."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen, QResizeEvent

from hyperscope.engine.arrays import Array
from hyperscope.lab.tuning.importance import course_rank
from hyperscope.ui.controls.text_choice import TextChoice, TextPush
from hyperscope.ui.guarded import guarded_part
from hyperscope.ui.labs.tuning.parallel import Parallel
from hyperscope.ui.labs.tuning.results import Results
from hyperscope.ui.labs.tuning.scales import ticks
from hyperscope.ui.labs.tuning.trials_table import TrialsTable
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.common.axes import log_ticks
from hyperscope.ui.panels.common.chart import Axes, polyline
from hyperscope.ui.panels.common.line import Line
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.panels.common.strokes import NOTHING, Floats
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import INSIDE, Theme

ORDER = {1: "first", 2: "second", 3: "third", 4: "hardly ever"}
FACES = ("all knobs", "slices", "courses", "table")
NOTES = {
    "all knobs": "drag along an axis to choose",
    "slices": "dev loss against each knob",
    "courses": "dev loss by epoch",
    "table": "",
}


def _small(label: str) -> str:
    """A label within a list: small letters, but for what is an abbreviation."""
    return label if label[:2].isupper() or label[1:2].isdigit() else label[:1].lower() + label[1:]


def courses(curves: list[Array], span: tuple[float, float]) -> tuple[Floats, Floats]:
    """Epochs and logarithms of dev losses, within `span`, of one course after the other, with gaps between."""
    if not curves:
        return NOTHING, NOTHING
    whole, ends = np.concatenate(curves).astype(float), np.cumsum([len(curve) for curve in curves])[:-1]
    with np.errstate(all="ignore"):
        level = np.log10(np.maximum(whole[:, 1], 1e-9))
    level = np.clip(np.where(np.isfinite(level), level, span[1]), *span)
    return np.insert(whole[:, 0], ends, np.nan), np.insert(level, ends, np.nan)


class BestSoFar(Sheet):
    """Every trial's dev loss by its number, and the lowest up to there."""

    def __init__(self, results: Results) -> None:
        super().__init__("Best so far, by trial")
        self.results = results
        self.setMouseTracking(True)
        results.changed.connect(self._follow)
        results.chosen_changed.connect(self.update)

    def _follow(self) -> None:
        best = self.results.best
        self.note = f"{best.loss:.3g} at trial {best.number}" if best is not None else ""
        self.setAccessibleDescription(self.results.said(best.number) if best is not None else "No trial yet")
        self.results.turns.ask(self, self.update)

    def _axes(self) -> Axes:
        room = self.room
        area = room.adjusted(self.px(34), self.px(4), -self.px(4), -self.px(16))
        total = self.results.stand.total if self.results.stand is not None else len(self.results.rows)
        return Axes(area, (0, max(2, total, *(self.results.rows or (0,)))), self.results.scale_of_losses())

    @guarded_part
    def paint(self, painter: QPainter, room: QRectF) -> None:
        rows = self.results.finished
        if not rows:
            return
        theme, scale, axes = self.theme, self.theme.scale, self._axes()
        low, high = axes.up
        last = axes.across[1]
        axes.paint(
            painter,
            theme,
            [(0, "0"), (last / 2, f"{last / 2:.0f}"), (last, f"{last:.0f}")],
            log_ticks(low, high, most=4),
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        best = math.inf
        line: list[QPointF] = []
        for row in rows:
            loss = math.log10(max(row.loss, 1e-9)) if math.isfinite(row.loss) else high
            at = QPointF(float(axes.x(np.array(row.number))), float(axes.y(np.array(min(high, max(low, loss))))))
            over, on = row.number == self.results.over, row.number in self.results.chosen
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.accent if on else theme.text if over else mixed(theme.card, theme.quiet, 0.6))
            size = (3.6 if over or on else 1.9) * scale
            if row.state == "pruned":
                painter.setOpacity(0.45)
            painter.drawEllipse(at, size, size)
            painter.setOpacity(1.0)
            if row.sound and row.loss < best:
                if line:
                    line.append(QPointF(at.x(), line[-1].y()))
                best = row.loss
                line.append(at)
        if line:
            line.append(QPointF(float(axes.x(np.array(rows[-1].number))), line[-1].y()))
            polyline(painter, line, theme.accent, 2 * scale)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        axes, at = self._axes(), event.position()
        near, found = self.px(8) ** 2, None
        for row in self.results.finished:
            loss = math.log10(max(row.loss, 1e-9)) if math.isfinite(row.loss) else axes.up[1]
            x, y = float(axes.x(np.array(row.number))), float(axes.y(np.clip(loss, *axes.up)))
            if (far := (x - at.x()) ** 2 + (y - at.y()) ** 2) < near:
                near, found = far, row.number
        self.results.look_at(found)

    def leaveEvent(self, event: QEvent) -> None:
        self.results.look_at(None)


class Importance(Sheet):
    """How much each knob matters, beside the order in which a course has them tuned."""

    def __init__(self, results: Results) -> None:
        super().__init__("What matters", "")
        self.results = results
        self.setToolTip(
            "PED-ANOVA (Watanabe et al. 2023): each knob's share of what sets the best tenth of the trials apart. "
            "At the right, when the course has it tuned: the learning rate first; then momentum, units and "
            "mini-batch size; then layers and decay; Adam's constants hardly ever."
        )
        results.changed.connect(self._follow)

    def _follow(self) -> None:
        shares = self.results.weighed
        plan = self.results.plan
        if plan is not None and shares:
            said = (f"{plan.space.of(knob).label} {100 * share:.0f} %" for knob, share in shares.items())
            self.setAccessibleDescription(", ".join(said))
        self.results.turns.ask(self, self.update)

    @guarded_part
    def paint(self, painter: QPainter, room: QRectF) -> None:
        theme, scale, plan = self.theme, self.theme.scale, self.results.plan
        shares = self.results.weighed
        quiet, small = theme.quiet, face(10, 400, scale)
        if plan is None:
            return
        head = QRectF(room.left(), self.px(7), room.width(), self.px(18))
        write(painter, head, "the course: tune it …", small, quiet, Qt.AlignmentFlag.AlignRight)
        if not shares:
            write(painter, room, "Said from a dozen trials on.", face(11, 400, scale), quiet)
            return
        order = sorted(plan.space.knobs, key=lambda one: -shares.get(one.knob, 0.0))
        high = min(self.px(22), room.height() / len(order))
        names, right = self.px(112), self.px(70)
        for at, one in enumerate(order):
            line = QRectF(room.left(), room.top() + at * high, room.width(), high)
            write(
                painter,
                QRectF(line.left(), line.top(), names - 6, high),
                _small(one.label),
                face(11, 400, scale),
                theme.text,
            )
            share = shares.get(one.knob, 0.0)
            width = (line.width() - names - right - self.px(38)) * share
            bar = QRectF(line.left() + names, line.center().y() - self.px(5), max(2.0, width), self.px(10))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.accent)
            painter.drawRoundedRect(bar, 3, 3)
            figure = QRectF(bar.right() + self.px(6), line.top(), self.px(36), high)
            write(painter, figure, f"{100 * share:.0f} %", face(11, 600, scale), theme.text)
            rank = ORDER.get(course_rank(one.knob), "—")
            write(painter, line, rank, small, quiet, Qt.AlignmentFlag.AlignRight)


class Many(Sheet):
    """All knobs at once, slices, courses, or a table.

    `opened` carries the number of a trial, `kept` says that those chosen are to go to the run library, `saved` that
    all are to be written to a file.
    """

    opened = Signal(int)
    kept = Signal()
    saved = Signal()

    def __init__(self, results: Results) -> None:
        super().__init__("", "")
        self.setAccessibleName("All trials, in lines")
        self.results = results
        self.setMouseTracking(True)
        self.parallel = Parallel(results)
        self._lines = Line(), Line(), Line()  # the courses of most trials, of the best, and of the one looked at
        self.faces = TextChoice(FACES, "What is drawn of all trials", self)
        self.faces.chosen.connect(self._turn)
        self.note = NOTES[FACES[0]]
        self.table = TrialsTable(results, self)
        self.table.opened.connect(self.opened)
        self.keep = TextPush(
            "keep in the library", "Keep the chosen trials in the run library", "Those chosen, or the best one.", self
        )
        self.save = TextPush("save as CSV", "Save all trials as CSV", "A row for each trial, with all settings.", self)
        self.keep.clicked.connect(self.kept)
        self.save.clicked.connect(self.saved)
        results.changed.connect(self._follow)
        results.chosen_changed.connect(self.update)

    def _turn(self, face_name: str) -> None:
        self.note = NOTES[face_name]
        self._place()
        self.update()

    def _place(self) -> None:
        """The table and its words, where they are looked at."""
        as_table = self.faces.value == "table"
        for part in (self.table, self.keep, self.save):
            part.setVisible(as_table)
        self.table.setGeometry(self.room.toRect().adjusted(0, 0, 4, 4))
        right = self.width() - INSIDE
        for word in (self.save, self.keep):
            size = word.sizeHint()
            right -= size.width()
            word.setGeometry(right, round(self.px(5)), size.width(), size.height())
            right -= 6

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _follow(self) -> None:
        if not self.results.rows:
            self.parallel.clear()
        self.results.turns.ask(self, self.update)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.faces.set_theme(theme)
        size = self.faces.sizeHint()
        self.faces.setGeometry(INSIDE - 4, round(self.px(5)), size.width(), size.height())
        for part in (self.table, self.keep, self.save):
            part.set_theme(theme)
        self._place()

    @guarded_part
    def paint(self, painter: QPainter, room: QRectF) -> None:
        if self.results.plan is None or not self.results.rows:
            return
        if self.faces.value == "all knobs":
            self.parallel.paint(painter, room, self.theme)
        elif self.faces.value == "slices":
            self._paint_slices(painter, room)
        elif self.faces.value == "courses":
            self._paint_courses(painter, room)

    def _paint_slices(self, painter: QPainter, room: QRectF) -> None:
        theme, scale, results = self.theme, self.theme.scale, self.results
        knobs = results.space.knobs
        wide = room.width() / len(knobs)
        span = results.scale_of_losses()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for k, one in enumerate(knobs):
            left = room.left() + k * wide
            area = QRectF(left + self.px(34), room.top() + self.px(14), wide - self.px(46), room.height() - self.px(30))
            axes = Axes(area, (0, 1), span)
            painter.save()
            self._paint_slice(painter, axes, ticks(one, 4), log_ticks(*span, most=3) if k == 0 else [])
            painter.restore()
            name = QRectF(area.left(), room.top() - self.px(2), area.width(), self.px(14))
            write(painter, name, one.label, face(10, 500, scale), theme.text, Qt.AlignmentFlag.AlignHCenter)
            for row in results.finished:
                loss = math.log10(max(row.loss, 1e-9)) if math.isfinite(row.loss) else span[1]
                at = QPointF(
                    float(axes.x(np.array(one.position(row.values[one.knob])))),
                    float(axes.y(np.array(min(span[1], max(span[0], loss))))),
                )
                on = row.number in results.chosen or row.number == results.over
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.accent if on or not results.chosen else theme.hairline)
                painter.setOpacity(1.0 if on else 0.55)
                painter.drawEllipse(at, (3.4 if on else 2.0) * scale, (3.4 if on else 2.0) * scale)
            painter.setOpacity(1.0)

    def _paint_slice(
        self, painter: QPainter, axes: Axes, across: list[tuple[float, str]], up: list[tuple[float, str]]
    ) -> None:
        theme, small = self.theme, face(10, 400, self.theme.scale)
        painter.setPen(QPen(theme.hairline, 1))
        painter.drawRect(axes.area)
        for at, said in across:
            x = float(axes.x(np.array(at)))
            box = QRectF(x - 30, axes.area.bottom() + 2, 60, self.px(13))
            write(painter, box, said, small, theme.quiet, Qt.AlignmentFlag.AlignHCenter)
        for at, said in up:
            y = float(axes.y(np.array(at)))
            box = QRectF(axes.area.left() - self.px(44), y - self.px(7), self.px(38), self.px(14))
            write(painter, box, said, small, theme.quiet, Qt.AlignmentFlag.AlignRight)

    def _paint_courses(self, painter: QPainter, room: QRectF) -> None:
        theme, scale, results = self.theme, self.theme.scale, self.results
        plan = results.plan
        assert plan is not None
        span = results.scale_of_losses()
        area = room.adjusted(self.px(34), self.px(4), -self.px(6), -self.px(16))
        last = float(max([plan.longest, *(row.epoch for row in results.rows.values())]))
        axes = Axes(area, (0, last), span)
        axes.paint(
            painter,
            theme,
            [(0, "0"), (last / 2, f"{last / 2:g}"), (last, f"{last:g} epochs")],
            log_ticks(*span, most=4),
        )
        ranked = [row for row in reversed(results.best_first) if len(row.curve) > 1]
        bright = results.chosen or frozenset(row.number for row in results.best_first[:8] if row.sound)
        over = [row for row in ranked if row.number == results.over]
        others = [row for row in ranked if row.number != results.over]
        some = [row for row in others if row.number in bright]
        rest = [row for row in others if row.number not in bright]
        quiet = mixed(theme.card, theme.quiet, 0.3)
        for line, rows, colour, width in zip(
            self._lines, (rest, some, over), (quiet, theme.accent, theme.text), (0.8, 1.6, 1.6), strict=True
        ):
            line.look(colour, width * scale)
            line.set(*courses([row.curve for row in rows], span))
            line.paint(painter, axes.scales)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.faces.value == "all knobs":
            self.parallel.press(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.faces.value == "all knobs" and not self.parallel.drag(event.position()):
            self.results.look_at(self.parallel.near(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.parallel.release()

    def leaveEvent(self, event: QEvent) -> None:
        self.results.look_at(None)
