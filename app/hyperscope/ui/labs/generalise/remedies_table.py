"""What to do about it: every usual remedy tried, with what each did to dev loss and errors."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy

from hyperscope.lab.generalise.errors import percent
from hyperscope.lab.generalise.trials import AS_IT_IS, Tried, effect, middle, ranked, summary
from hyperscope.ui.paint import TextButton, face, write
from hyperscope.ui.panels.common.axes import number_text
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import Theme

NAME, LOSS, ERROR, AGAINST, TWIN, KEEP = 168, 52, 58, 62, 58, 52  # pixels of the columns, at scale 1
HEADS = 18  # pixels of the columns' heads
WIDEST = 2.0  # times the loss as it is, at which bars end
ROW = 24  # pixels at most


class RemediesTable(Sheet):
    """`tried` and `kept` carry a row, to be tried as a twin or taken over.

    Rows keep their places while they are worked out, and are ranked at the end, unless the pointer is over them.
    """

    tried = Signal(object)
    kept = Signal(object)

    def __init__(self) -> None:
        super().__init__("What to do about it: every usual remedy, tried")
        self.rows: tuple[Tried, ...] = ()
        self.done = False
        self._ranked = False
        self._buttons: dict[str, tuple[TextButton, TextButton]] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        return QSize(480, 220)

    def show_rows(self, rows: tuple[Tried, ...], done: bool, note: str) -> None:
        """Shows what has come; `done` says that nothing more will."""
        self.rows, self.done, self.note = rows, done, note
        self._ranked = done and (self._ranked or not self.underMouse())
        for row in rows:
            if row.name and not row.refused and row.name not in self._buttons:
                self._buttons[row.name] = self._made(row.name)
        self._place()
        self.setAccessibleDescription("; ".join(_said(row) for row in self.shown))
        self.update()

    @property
    def shown(self) -> tuple[Tried, ...]:
        """The rows in the order in which they stand."""
        return ranked(self.rows) if self._ranked else self.rows

    def button(self, name: str, which: str) -> TextButton:
        """The button of a row, "twin" or "keep"."""
        return self._buttons[name][which == "keep"]

    def _made(self, name: str) -> tuple[TextButton, TextButton]:
        twin = TextButton("in a twin", f"{name}: try it in a twin", self, accent=True)
        keep = TextButton("keep", f"{name}: keep it", self, accent=True)
        twin.clicked.connect(lambda: self._say(self.tried, name))
        keep.clicked.connect(lambda: self._say(self.kept, name))
        for button in (twin, keep):
            button.set_theme(self.theme, 11)
        return twin, keep

    def _say(self, signal: object, name: str) -> None:
        row = next((one for one in self.rows if one.name == name), None)
        if row is not None:
            signal.emit(row)  # type: ignore[attr-defined]

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        for pair in self._buttons.values():
            for button in pair:
                button.set_theme(theme, 11)
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self.done and not self._ranked:
            self.show_rows(self.rows, True, self.note)

    # -- where all lies -------------------------------------------------------------------------------------------

    def _row(self, at: int) -> QRectF:
        room = self.room.adjusted(0, self.px(HEADS), 0, 0)
        high = min(self.px(ROW) * 1.4, room.height() / max(1, len(self.rows), 14))
        return QRectF(room.left(), room.top() + at * high, room.width(), high)

    @property
    def _bars(self) -> tuple[float, float]:
        """Left and right end of the bars, in pixels."""
        room = self.room
        right = room.right() - self.px(KEEP + TWIN + AGAINST + 2 * ERROR + LOSS)
        return room.left() + self.px(NAME), right

    def _place(self) -> None:
        there = set()
        for at, row in enumerate(self.shown):
            pair = self._buttons.get(row.name)
            if pair is None or row.refused:
                continue
            there.add(row.name)
            area = self._row(at)
            left = area.right() - self.px(KEEP + TWIN)
            keep = pair[1]
            keep.setText("train on" if row.experiment is not None and _longer(row) else "keep")
            for button, x, wide in ((pair[0], left, TWIN), (keep, left + self.px(TWIN), KEEP)):
                high = min(button.sizeHint().height(), math.floor(area.height()))
                button.setGeometry(round(x), round(area.center().y() - high / 2), round(self.px(wide - 4)), high)
            pair[0].setVisible(not _longer(row))
            keep.show()
        for name, pair in self._buttons.items():
            if name not in there:
                for button in pair:
                    button.hide()

    # -- painting -------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """Heads, and a row for each remedy."""
        theme, scale = self.theme, self.theme.scale
        left, right = self._bars
        small = face(10, 400, scale)
        heads = QRectF(left, room.top() - self.px(2), right - left, self.px(HEADS - 2))
        seeds = max((len(row.dev_loss) for row in self.rows), default=0)
        write(painter, heads, f"dev loss · line: all {seeds} seeds" if seeds > 1 else "dev loss", small, theme.quiet)
        for number, said in enumerate(("train error", "dev error", "against")):
            above = QRectF(right + self.px(LOSS + number * ERROR), heads.top(), self.px(ERROR - 4), heads.height())
            write(painter, above, said, small, theme.quiet, Qt.AlignmentFlag.AlignRight)
        base = next((row for row in self.rows if not row.name), None)
        if base is None:
            words = self.note if self.note and not self.note[0].isdigit() else "The networks are being trained."
            write(painter, self._row(0), words, face(12, 400, scale), theme.quiet)
            return
        finite = [row.median for row in self.rows if math.isfinite(row.median)]
        start = base.median if math.isfinite(base.median) else max(finite, default=1.0)
        most = min(max(finite, default=1.0) * 1.08, max(WIDEST * start, 1e-6))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for at, row in enumerate(self.shown):
            self._paint_row(painter, row, base, self._row(at), most)
        if math.isfinite(base.median):
            x = left + (right - left) * min(1.0, base.median / most)
            dashes = QPen(theme.text, self.px(1))
            dashes.setDashPattern([2, 3])
            painter.setPen(dashes)
            painter.drawLine(QPointF(x, self._row(0).top()), QPointF(x, self._row(len(self.rows) - 1).bottom()))

    def _paint_row(self, painter: QPainter, row: Tried, base: Tried, area: QRectF, most: float) -> None:
        theme, scale = self.theme, self.theme.scale
        left, right = self._bars
        as_is = not row.name
        name = QRectF(area.left(), area.top(), self.px(NAME - 10), area.height())
        said = AS_IT_IS if as_is else row.caption
        write(painter, name, said, face(12, 600 if as_is else 400, scale), theme.quiet if row.refused else theme.text)
        if row.refused:
            why = QRectF(left, area.top(), area.right() - left, area.height())
            write(painter, why, f"not tried: {row.refused}", face(11, 400, scale), theme.quiet)
            return
        high = min(self.px(15), area.height() - 4)
        width = (right - left) * min(1.0, row.median / most)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour(row, base))
        painter.drawRoundedRect(QRectF(left, area.center().y() - high / 2, max(2.0, width), high), 3, 3)
        ends = np.clip(np.array([row.dev_loss.min(), row.dev_loss.max()]) / most, 0, 1) * (right - left) + left
        if len(row.dev_loss) > 1:
            painter.setPen(QPen(mixed(theme.card, theme.text, 0.75), self.px(1.25)))
            painter.drawLine(QPointF(ends[0], area.center().y()), QPointF(ends[1], area.center().y()))
        figure = "not finite" if not math.isfinite(row.median) else number_text(row.median)
        beside = left + min(right - left, max(width, float(ends[1]) - left)) + self.px(6)
        at = QRectF(beside, area.top(), self.px(LOSS + 8), area.height())
        write(painter, at, figure, face(11, 600, scale), theme.text)
        for number, errors in enumerate((row.train_error, row.dev_error)):
            place = QRectF(right + self.px(LOSS + number * ERROR), area.top(), self.px(ERROR - 4), area.height())
            value = percent(middle(errors))
            write(painter, place, value, face(11, 400, scale), theme.text, Qt.AlignmentFlag.AlignRight)
        against = QRectF(right + self.px(LOSS + 2 * ERROR), area.top(), self.px(AGAINST - 4), area.height())
        write(painter, against, row.against, face(11, 400, scale), theme.quiet, Qt.AlignmentFlag.AlignRight)

    def _colour(self, row: Tried, base: Tried) -> QColor:
        theme = self.theme
        if not row.name:
            return theme.text
        kinds = {"helps": theme.positive, "harms": theme.negative}
        return kinds.get(effect(row, base), mixed(theme.card, theme.quiet, 0.45))

    def sentence(self) -> str:
        """What helps most, of those that were tried so far."""
        said = summary(self.rows)
        return said if self.done or not said else f"So far: {said}"


def _longer(row: Tried) -> bool:
    return row.name == "Longer training"


def _said(row: Tried) -> str:
    if row.refused:
        return f"{row.name} not tried, {row.refused}"
    name = row.caption if row.name else AS_IT_IS
    return f"{name}: dev loss {number_text(row.median)}, dev error {percent(middle(row.dev_error))}"
