"""A card with a table: what the views of this lab say in rows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.common.sheet import Sheet

RIGHT, LEFT = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft
ROW = 22.0  # pixels


class Rows(Sheet):
    """A sheet with a table: rows of words, the first of them heads, with a dot of a class's colour before some."""

    def table(
        self, painter: QPainter, room: QRectF, rows: Sequence[Sequence[str]], shares: Sequence[float],
        dots: Sequence[int], bold: Sequence[int] = (), own: int = -1,
    ) -> float:  # fmt: skip
        """Paints it; returns where it ends. `shares` are widths, `dots` the class of each body row, −1 for none,
        `bold` the columns that matter, `own` the body row that does.
        """
        theme = self.theme
        high = min(self.px(ROW), room.height() / max(1, len(rows)))
        size = fitting_size(rows, shares, room.width(), min(12.0, high / theme.scale * 0.62), theme.scale)
        for at, cells in enumerate(rows):
            left, y = room.left(), room.top() + at * high
            for which, (words, part) in enumerate(zip(cells, shares, strict=True)):
                cell = QRectF(left, y, part * room.width(), high)
                left += cell.width()
                heavy = at > 0 and (which in bold or at - 1 == own)
                colour = theme.text if at > 0 and (which in bold or which == 0 or not bold) else theme.quiet
                if which == 0 and at > 0 and dots[at - 1] >= 0:
                    self.dot(painter, QPointF(cell.left() + self.px(4), cell.center().y()), dots[at - 1])
                    cell.setLeft(cell.left() + self.px(14))
                font = face(size, 600 if heavy else 400, theme.scale)
                write(painter, cell, words, font, colour, LEFT if which == 0 else RIGHT)
        return room.top() + len(rows) * high

    def dot(self, painter: QPainter, at: QPointF, number: int) -> None:
        """A dot in the colour of a class."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.class_colour(number))
        painter.drawEllipse(at, self.px(4), self.px(4))

    def words(self, painter: QPainter, place: QRectF, said: str, size: float = 11) -> None:
        """Quiet text in lines."""
        painter.setFont(face(size, 400, self.theme.scale))
        painter.setPen(self.theme.quiet)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap), said)


def fitting_size(
    rows: Sequence[Sequence[str]], shares: Sequence[float], wide: float, size: float, scale: float
) -> float:
    """`size`, or as much less as all cells but the names in the first column need to be read whole, 8 at least.

    Widths are made for type of the usual size: only larger type can outgrow them.
    """
    if scale <= 1:
        return size
    metrics = QFontMetricsF(face(size, 600, scale))
    tightest = max(
        metrics.horizontalAdvance(words) / (part * wide - metrics.averageCharWidth())
        for cells in rows
        for words, part in zip(cells[1:], shares[1:], strict=True)
    )
    return max(8.0 / scale, size / max(1.0, tightest))


def short(name: str) -> str:
    """A class's name without the word for it."""
    return name.removeprefix("class ")
