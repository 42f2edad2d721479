"""The workbench's table: every class with its logit, power, probability, hardmax, truth and error, and what float32
makes of the formula as it stands.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from hyperscope.lab.softmax.case import Worked
from hyperscope.ui.labs.softmax.rows import fitting_size
from hyperscope.ui.labs.softmax.words import in_float32, logit, power, raised, share, signed
from hyperscope.ui.paint import face, readable, write
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.theme import INSIDE

HEADS = ("class", "z", "eᶻ", "ŷ", "hardmax", "y", "ŷ − y", "in float32")
SHARES = (0.10, 0.13, 0.16, 0.13, 0.13, 0.05, 0.14, 0.16)  # of the width
FIXED, MOVING = (0, 4, 5), (1, 2, 3, 6, 7)  # columns that a drag of a bar hardly ever changes, and the others
ROW = 21.0  # pixels
VERMILION = 6  # of the theme's class colours, as of alarms


class Numbers(Sheet):
    """A row for each class and one for their sums."""

    def __init__(self) -> None:
        super().__init__("In numbers")
        self.setMinimumSize(360, 180)
        self.worked: Worked | None = None
        self._rows: list[tuple[str, ...]] = []
        self._size = 12.0  # of its type
        self.names: tuple[str, ...] = ()

    def draw(self, worked: Worked, names: tuple[str, ...] = ()) -> None:
        """Shows a case."""
        self.worked, self.names = worked, names
        self._rows = rows(worked, names)
        self.setAccessibleDescription("; ".join(" ".join(row) for row in self._rows))
        self.update()

    def paint(self, painter: QPainter, room: QRectF) -> None:
        found = self.worked
        if found is None:
            return
        high = self._high(room, found.case.classes)
        table = (self._heads, *self._rows)
        self._size = fitting_size(
            table, SHARES, room.width(), min(12.0, high / self.theme.scale * 0.66), self.theme.scale
        )
        remarked = remark(found)
        fixed = tuple(tuple(row[which] for which in FIXED) for row in self._rows)
        key = (fixed, found.case.truth, self._heads, self._size, remarked)
        self.standing(painter, key, lambda kept: self._paint_fixed(kept, room, found, *remarked))
        for at, cells in enumerate(self._rows):
            self._paint_row(painter, room, found, at + 1, cells, MOVING)

    @property
    def _heads(self) -> tuple[str, ...]:
        shift = self.worked.case.shift if self.worked is not None else 0
        return (*HEADS[:2], "eᶻ⁺ᶜ" if shift > 0 else "eᶻ⁻ᶜ" if shift < 0 else "eᶻ", *HEADS[3:])

    def _high(self, room: QRectF, count: int) -> float:
        return min(self.px(ROW), (room.height() - self.px(54)) / (count + 2))

    def _paint_row(
        self, painter: QPainter, room: QRectF, found: Worked, at: int, cells: tuple[str, ...], columns: Sequence[int]
    ) -> None:
        """Paints some columns of a row, of which 0 is the heads."""
        theme, count = self.theme, found.case.classes
        high = self._high(room, count)
        alarm = readable(theme.class_colour(VERMILION), theme.card)
        y = room.top() + at * high
        body = 0 < at <= count
        own = body and at - 1 == found.case.truth
        for which in columns:
            words_here, wide = cells[which], SHARES[which] * room.width()
            cell = QRectF(room.left() + sum(SHARES[:which]) * room.width(), y, wide, high)
            colour = theme.text if body else theme.quiet
            if which == 7 and words_here in ("NaN", "inf"):
                colour = alarm
            if which == 0 and body:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.class_colour(at - 1))
                painter.drawEllipse(QPointF(cell.left() + self.px(4), cell.center().y()), self.px(4), self.px(4))
                cell.setLeft(cell.left() + self.px(13))
            align = Qt.AlignmentFlag.AlignLeft if which == 0 else Qt.AlignmentFlag.AlignRight
            write(painter, cell, words_here, face(self._size, 600 if own else 400, theme.scale), colour, align)

    def _paint_fixed(self, painter: QPainter, room: QRectF, found: Worked, said: str, alarming: bool) -> None:
        """What hardly any drag changes: heads, names, whole numbers, and the remark below."""
        theme, count = self.theme, found.case.classes
        self._paint_row(painter, room, found, 0, self._heads, range(len(HEADS)))
        for at, cells in enumerate(self._rows):
            self._paint_row(painter, room, found, at + 1, cells, FIXED)
        below = room.top() + (count + 2) * self._high(room, count) + self.px(8)
        place = QRectF(room.left(), below, room.width(), max(0.0, self.height() - INSIDE / 2 - below))
        painter.setFont(face(12, 400, theme.scale))
        painter.setPen(readable(theme.class_colour(VERMILION), theme.card) if alarming else theme.text)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap), said)


def rows(found: Worked, names: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The cells of each class, as in HEADS, and those of the sums."""
    single = found.single
    made = []
    for number in range(found.case.classes):
        made.append(
            (
                names[number].removeprefix("class ") if number < len(names) else f"{number + 1}",
                logit(found.case.logits[number]),
                power(float(found.exponents[number])),
                share(float(found.shares[number])),
                f"{found.hardmax[number]:.3g}",
                f"{found.targets[number]:.0f}",
                signed(float(found.errors[number])),
                in_float32(float(single.shares[number])),
            )
        )
    total = "NaN" if single.breaks else "1"
    return [*made, ("sum", "", power(found.logarithm), "1", "1", "1", "0", total)]


def remark(found: Worked) -> tuple[str, bool]:
    """What is worth saying of these numbers, and whether it is an alarm."""
    case, single = found.case, found.single
    if single.breaks:
        top = float(found.exponents.max())
        said = raised(top)
        if case.shift:
            grown = "inf, and inf / inf" if single.powers.max() == float("inf") else "0, and 0 / 0"
            return (
                f"No probability has changed: e{raised(case.shift)} stands above and below the line and cancels. But "
                f"in float32 e{said} is {grown} is not a number (NaN): subtract the largest logit first.",
                True,
            )
        if single.powers.max() == float("inf"):
            return (
                f"In float32 e{said} is inf, and inf / inf is not a number (NaN). Subtract the largest first: "
                "e⁰ = 1 is the largest power then, and the probabilities are those at the left.",
                True,
            )
        return (
            f"In float32 every power is 0 (the largest is e{said}), and 0 / 0 is not a number (NaN). Subtract the "
            "largest first: the largest power is e⁰ = 1 then.",
            True,
        )
    if case.shift:
        return (
            f"Every logit has {logit(case.shift)} more and no probability has changed: eᶜ stands above and below "
            "the line and cancels. Only differences count.",
            False,
        )
    if case.temperature != 1:
        way = "sharper, towards hardmax" if case.temperature < 1 else "softer, towards one share for all"
        return f"Logits are divided by T = {case.temperature:.3g}: the answer is {way}. The order stays.", False
    return (
        "Add the same number to every logit and nothing changes. That is why the largest may be subtracted first: "
        "e¹⁰⁰⁰ is no number that a computer has.",
        False,
    )
