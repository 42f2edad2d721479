"""The same step in each framework, counted: how many lines are written, and of what they are."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from hyperscope.lab.frameworks.counting import PARTS, Count
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.common.sheet import Sheet

ROW = 27  # pixels
FIRST = 0.2  # the share of the first column


class Counts(Sheet):
    """A row for each framework, a column for each part; the one that is shown stands out."""

    def __init__(self) -> None:
        super().__init__("The same run, lines of code")
        self._counts: tuple[tuple[str, Count], ...] = ()
        self._shown = ""

    def show_counts(self, counts: tuple[tuple[str, Count], ...], shown: str) -> None:
        """Takes (title, count) of each framework, and the title of the one whose code is shown."""
        if (counts, shown) == (self._counts, self._shown):
            return
        self._counts, self._shown = counts, shown
        said = "; ".join(f"{title}: {count.whole} lines, {count.of['backward']} backward" for title, count in counts)
        self.setAccessibleDescription(said)
        self.update()

    def choose(self, shown: str) -> None:
        """Takes the title of the one whose code is shown."""
        if shown != self._shown:
            self._shown = shown
            self.update()

    @property
    def counts(self) -> dict[str, Count]:
        """What is shown."""
        return dict(self._counts)

    def paint(self, painter: QPainter, room: QRectF) -> None:
        theme = self.theme
        row = min(self.px(ROW), (room.height() - self.px(22)) / (len(self._counts) + 1.2))
        wide = room.width() * (1 - FIRST) / (len(PARTS) + 1)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

        def cell(column: int, y: float) -> QRectF:
            return QRectF(room.left() + room.width() * FIRST + column * wide, y, wide, row)

        for column, name in enumerate((*PARTS.values(), "all")):
            write(painter, cell(column, room.top()), name, face(11, 400, theme.scale), theme.quiet, right)
        y = room.top() + row
        painter.setPen(QPen(theme.hairline, 1))
        painter.drawLine(room.topLeft().x(), int(y), room.right(), int(y))  # type: ignore[call-overload]
        for title, count in self._counts:
            held = title == self._shown
            ink = face(12, 600 if held else 400, theme.scale)
            write(painter, QRectF(room.left(), y, room.width() * FIRST, row), title, ink, theme.text)
            for column, number in enumerate((*(count.of[part] for part in PARTS), count.whole)):
                colour = theme.text if number else theme.quiet
                write(painter, cell(column, y), f"{number}" if number else "–", ink, colour, right)
            y += row
        foot = QRectF(room.left(), room.bottom() - self.px(18), room.width(), self.px(18))
        note = "Empty lines and comments are not counted."
        write(painter, foot, note, face(11, 400, theme.scale), theme.quiet)
