"""Every trial by two of its knobs, with its shadow on both axes; a box dragged there chooses, and can be searched."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen

from hyperscope.lab.tuning.space import Space
from hyperscope.ui.controls.picker import Picker
from hyperscope.ui.controls.text_choice import TextChoice, TextPush
from hyperscope.ui.guarded import guarded_part
from hyperscope.ui.labs.tuning.results import Results, Row
from hyperscope.ui.labs.tuning.scales import ticks
from hyperscope.ui.paint import face, image, packed, rgb, write
from hyperscope.ui.panels.common.chart import Axes
from hyperscope.ui.panels.common.sheet import HEAD, Sheet
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import INSIDE, Theme

NEAR = 9.0  # pixels from a point at which it is meant
RUG = 6.0  # pixels of a shadow's length
CELLS = 160  # along each side of the field
BREADTH = 0.09  # of a trial's bell in it, as a share of its side
FINE = 2  # pixels of the field for each pixel, so that its cells have edges wherever it is shown


class Scatter(Sheet):
    """`boxed` carries the part of the space in a box that is to be searched; `axes_changed` the two knobs."""

    boxed = Signal(object)
    opened = Signal(int)
    axes_changed = Signal(str, str)

    def __init__(self, results: Results) -> None:
        super().__init__("Every trial, by two knobs")
        self.results = results
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(220, 180)
        self.face = TextChoice(("points", "field"), "What is drawn", self)
        self.face.chosen.connect(lambda _: self.update())
        self.face.word("field").setToolTip("The dev loss between the trials, as the mean of near ones.")
        self.across, self.up = Picker(), Picker()
        for picker, name in ((self.across, "Knob along x"), (self.up, "Knob along y")):
            picker.setParent(self)
            picker.setAccessibleName(name)
            picker.activated.connect(self._pick)
        self.inside = TextPush("search in here", "Search in the box", "The next trials are drawn from the box.", self)
        self.inside.clicked.connect(self._search_in)
        self.inside.hide()
        self.crumbs = TextPush("", "Back to the whole space", "The next trials are drawn from all of the space.", self)
        self.crumbs.clicked.connect(self._whole)
        self.crumbs.hide()
        self._box: tuple[float, float, float, float] | None = None  # x0, y0, x1, y1 in positions
        self._from: QPointF | None = None
        self._knobs: tuple[str, ...] = ()
        results.changed.connect(self._follow)
        results.chosen_changed.connect(self._follow_chosen)

    # -- what is shown --------------------------------------------------------------------------------------------

    @property
    def knobs(self) -> tuple[str, str]:
        """The two knobs that are looked at."""
        return self._knobs[max(0, self.across.currentIndex())], self._knobs[max(0, self.up.currentIndex())]

    def _follow(self) -> None:
        plan = self.results.plan
        knobs = tuple(one.knob for one in plan.space.knobs) if plan is not None else ()
        if knobs != self._knobs:
            self._knobs = knobs
            self._box = None
            for picker, at in ((self.across, 0), (self.up, 1)):
                picker.clear()
                picker.addItems([plan.space.of(knob).symbol for knob in knobs] if plan else [])
                picker.setCurrentIndex(min(at, len(knobs) - 1))
            if knobs:
                self.axes_changed.emit(*self.knobs)
        if not self.results.rows:
            self._box = None
        self._show_ways()
        self.results.turns.ask(self, self.update)

    def _follow_chosen(self) -> None:
        if not self.results.chosen:
            self._box = None
            self._show_ways()
        self.update()

    def _pick(self) -> None:
        self._box = None
        self.results.choose(())
        self.axes_changed.emit(*self.knobs)
        self._show_ways()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for part in (self.face, self.across, self.up, self.inside, self.crumbs):
            part.set_theme(theme)
        self._lay_out()

    def resizeEvent(self, event: QEvent) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        words = self.face.sizeHint()
        self.face.setGeometry(self.width() - INSIDE - words.width(), round(self.px(5)), words.width(), words.height())
        wide, high = round(self.px(84)), self.across.height()
        self.across.setGeometry(self.width() - INSIDE - wide, self.height() - high - 8, wide, high)
        self.up.setGeometry(INSIDE, round(self.px(HEAD)), wide, high)
        self._show_ways()

    def _show_ways(self) -> None:
        """The words at the box and the crumbs, where there are any."""
        stand = self.results.stand
        boxes = len(stand.boxes) if stand is not None else 1
        self.crumbs.setVisible(boxes > 1)
        if boxes > 1:
            self.crumbs.setText("whole space" + "".join(f" › box {k}" for k in range(1, boxes)))
            size = self.crumbs.sizeHint()
            left = self.up.geometry().right() + 8
            self.crumbs.setGeometry(
                left, round(self.px(HEAD)) + 2, min(size.width(), self.width() - left - 8), size.height()
            )
        drawn = self._drawn_box()
        self.inside.setVisible(drawn is not None and self._from is None)
        if drawn is not None:
            size = self.inside.sizeHint()
            x = min(max(4.0, drawn.center().x() - size.width() / 2), self.width() - size.width() - 4.0)
            self.inside.setGeometry(
                round(x), round(max(self.px(HEAD), drawn.top() - size.height())), size.width(), size.height()
            )

    # -- where it lies --------------------------------------------------------------------------------------------

    @property
    def area(self) -> QRectF:
        """The plane, in pixels."""
        top = self.px(HEAD) + self.across.height() + self.px(6)
        left = INSIDE + self.px(42)
        bottom = self.height() - self.across.height() - self.px(34)
        return QRectF(left, top, self.width() - left - INSIDE, bottom - top)

    def _axes(self) -> Axes:
        return Axes(self.area, (0, 1), (0, 1))

    def place(self, number: int) -> QPointF:
        """Where a trial lies."""
        return self._places([self.results.rows[number]])[0]

    def _places(self, rows: Sequence[Row]) -> list[QPointF]:
        """Where each of them lies."""
        area = self.area
        across, up = (self.results.space.of(knob) for knob in self.knobs)
        left, wide, bottom, high = area.left(), area.width(), area.bottom(), area.height()
        return [
            QPointF(
                left + across.position(row.values[across.knob]) * wide,
                bottom - up.position(row.values[up.knob]) * high,
            )
            for row in rows
        ]

    def _position(self, at: QPointF) -> tuple[float, float]:
        area = self.area
        return (
            min(1.0, max(0.0, (at.x() - area.left()) / area.width())),
            min(1.0, max(0.0, (area.bottom() - at.y()) / area.height())),
        )

    def _drawn_box(self) -> QRectF | None:
        if self._box is None:
            return None
        x0, y0, x1, y1 = self._box
        area = self.area
        return QRectF(
            QPointF(area.left() + min(x0, x1) * area.width(), area.bottom() - max(y0, y1) * area.height()),
            QPointF(area.left() + max(x0, x1) * area.width(), area.bottom() - min(y0, y1) * area.height()),
        )

    # -- drawing --------------------------------------------------------------------------------------------------

    @guarded_part
    def paint(self, painter: QPainter, room: QRectF) -> None:
        theme, scale, results = self.theme, self.theme.scale, self.results
        if results.plan is None or not self._knobs:
            return
        space = results.space
        across, up = (space.of(knob) for knob in self.knobs)
        axes = self._axes()
        rows = list(results.rows.values())
        if self.face.value == "field":
            self._paint_field(painter)
        axes.paint(painter, theme, ticks(across, 5), ticks(up, 6))
        name = QRectF(self.area.left(), self.across.y(), self.width() - self.area.left(), self.across.height())
        name.setRight(self.across.x() - 6)
        write(painter, name, f"{across.label}", face(10, 400, scale), theme.quiet, Qt.AlignmentFlag.AlignRight)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if stand := results.stand:
            for _, part in stand.boxes[1:]:
                self._paint_crumb(painter, part)
        levels = results.levels(rows) if rows else np.zeros(0)
        shadow = QPen(mixed(theme.card, theme.accent, 0.75), 1 * scale)
        foot, side = self.area.bottom(), self.area.left()
        found = zip(rows, self._places(rows), levels.tolist(), strict=True)
        for row, at, level in sorted(found, key=lambda one: one[2]):
            dim = bool(results.chosen) and row.number not in results.chosen
            painter.setOpacity(0.3 if dim else 1.0)
            painter.setPen(shadow)
            painter.drawLine(QPointF(at.x(), foot + 1), QPointF(at.x(), foot + 1 + RUG * scale * 0.6))
            painter.drawLine(QPointF(side - 1 - RUG * scale * 0.6, at.y()), QPointF(side - 1, at.y()))
            size = (2.2 + 3.8 * level**2) * scale
            painter.setPen(QPen(theme.card, 0.8 * scale))
            painter.setBrush(
                mixed(mixed(theme.card, theme.quiet, 0.55), theme.accent, level**1.5) if row.sound else theme.hairline
            )
            if row.number == results.over:
                painter.setPen(QPen(theme.text, 1.6 * scale))
                size += 2 * scale
            painter.drawEllipse(at, size, size)
        painter.setOpacity(1.0)
        if (box := self._drawn_box()) is not None:
            tint = mixed(theme.card, theme.accent, 0.5)
            tint.setAlphaF(0.14)
            painter.setBrush(tint)
            painter.setPen(QPen(theme.accent, 1.5 * scale))
            painter.drawRoundedRect(box, 3, 3)

    def _paint_crumb(self, painter: QPainter, box: Space) -> None:
        """The outline of a part of the space that was searched."""
        whole, area = self.results.space, self.area
        ends = []
        for knob in self.knobs:
            one, part = whole.of(knob), box.of(knob)
            if part.scale == "choices":
                ends.append((0.0, 1.0))
            else:
                half = 0.5 / len(one.steps) if one.steps else 0.0
                ends.append((one.position(part.steps[0] if part.steps else part.low) - half,
                             one.position(part.steps[-1] if part.steps else part.high) + half))  # fmt: skip
        (x0, x1), (y0, y1) = ends
        place = QRectF(
            QPointF(area.left() + x0 * area.width(), area.bottom() - y1 * area.height()),
            QPointF(area.left() + x1 * area.width(), area.bottom() - y0 * area.height()),
        )
        pen = QPen(mixed(self.theme.card, self.theme.accent, 0.7), 1.2 * self.theme.scale)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(place.intersected(area.adjusted(-1, -1, 1, 1)), 3, 3)

    def _paint_field(self, painter: QPainter) -> None:
        """The logarithm of the dev loss between the trials: a mean weighted by nearness; faint far from any."""
        sound = [row for row in self.results.rows.values() if row.sound]
        if len(sound) < 4:
            return
        space = self.results.space
        at = np.array([[space.of(knob).position(row.values[knob]) for knob in self.knobs] for row in sound])
        loss = np.log10(np.maximum([row.loss for row in sound], 1e-6))
        grid = (np.arange(CELLS) + 0.5) / CELLS
        across, up = np.exp(-((grid[:, None] - at.T[:, None]) ** 2) / (2 * BREADTH**2))  # (CELLS, trials) each
        known = up @ across.T
        mean = (up * loss) @ across.T / np.maximum(known, 1e-9)
        low, high = float(np.quantile(loss, 0.02)), float(np.quantile(loss, 0.98))
        level = 1 - np.clip((mean - low) / max(1e-9, high - low), 0, 1)
        # in bands, so that the lines between them read as contours
        share = 0.62 * np.round(level * 7) / 7 * np.clip(known, 0, 1)
        share = np.where(share > 0.02, share, 0)[::-1, :, None]
        cells = image(packed((1 - share) * rgb(self.theme.card) + share * rgb(self.theme.accent)))
        painter.drawImage(self.area, cells.scaled((self.area.size() * FINE).toSize()))

    # -- mouse and keyboard ---------------------------------------------------------------------------------------

    def _near(self, at: QPointF) -> int | None:
        best, found = self.px(NEAR) ** 2, None
        for number in self.results.rows:
            away = self.place(number) - at
            if (far := away.x() ** 2 + away.y() ** 2) < best:
                best, found = far, number
        return found

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._knobs:
            self._from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._knobs:
            return
        if self._from is None:
            self.results.look_at(self._near(event.position()))
            return
        moved = event.position() - self._from
        if moved.manhattanLength() > 6:
            self.set_box((*self._position(self._from), *self._position(event.position())))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._from is None:
            return
        dragged = (event.position() - self._from).manhattanLength() > 6
        self._from = None
        if not dragged:
            number = self._near(event.position())
            if number is not None:
                self.opened.emit(number)
            self._box = None
            self.results.choose(())
        self._show_ways()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.results.look_at(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._box is not None:
            self._box = None
            self.results.choose(())
            self._show_ways()
            self.update()
        else:
            super().keyPressEvent(event)

    def set_box(self, box: tuple[float, float, float, float]) -> None:
        """Chooses what lies between (x0, y0) and (x1, y1), positions from 0 to 1."""
        self._box = box
        (x0, x1), (y0, y1) = sorted((box[0], box[2])), sorted((box[1], box[3]))
        space = self.results.space
        inside = []
        for number, row in self.results.rows.items():
            x, y = (space.of(knob).position(row.values[knob]) for knob in self.knobs)
            if x0 <= x <= x1 and y0 <= y <= y1:
                inside.append(number)
        self.results.choose(inside)
        self._box = box
        self._show_ways()
        self.update()

    def _search_in(self) -> None:
        if self._box is not None:
            across, up = self.knobs
            ends = {across: (self._box[0], self._box[2]), up: (self._box[1], self._box[3])}
            if across == up:
                ends = {across: (self._box[0], self._box[2])}
            self._box = None
            self.results.choose(())
            self.boxed.emit(ends)

    def _whole(self) -> None:
        self.boxed.emit({})
