"""Words on the distributions' canvas: shaped once, measured, and put where a column wants them."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QStaticText

from hyperscope.ui import theme as look
from hyperscope.ui.panels.common.axes import epoch_text, number_text
from hyperscope.ui.panels.common.shaped import Shaped
from hyperscope.ui.theme import Theme

Word = tuple[QPointF, QStaticText, QFont, QColor]


class Worded(Protocol):
    """A column with a place in pixels and words."""

    left: float
    width: float
    words: list[Word]


class Words:
    """The canvas's faces in the size that `theme` asks for, and what is written in them."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.head, self.stat, self.name, self.small = (
            look.font(size, weight, theme.scale) for size, weight in ((11, 600), (10.5, 400), (10.5, 400), (9, 400))
        )
        self._shaped = Shaped()

    def wide(self, text: str, font: QFont) -> float:
        """Pixels across."""
        return self._shaped.wide(text, font)

    def high(self, font: QFont) -> float:
        """Pixels from line to line."""
        return QFontMetricsF(font).height()

    def say(self, column: Worded, text: str, x: float, y: float, font: QFont, colour: QColor | None = None) -> None:
        """Puts `text` with its top left corner at (x, y), quietly if no colour is said."""
        at = QPointF(round(x), round(y))
        column.words.append((at, self._shaped.text(text, font), font, colour or self.theme.quiet))

    def title(self, column: Worded, name: str, stats: list[str], strong: bool = False) -> float:
        """The column's name and, at its right, the first of `stats` that fits; returns the height that took."""
        self.say(column, name, column.left, 0, self.head, self.theme.text)
        room = column.width - self.wide(name, self.head) - 8
        for text in stats:
            taken = self.wide(text, self.stat)
            if taken <= room:
                colour = self.theme.text if strong else self.theme.quiet
                self.say(column, text, column.left + column.width - taken, 0, self.stat, colour)
                break
        return self.high(self.head) + 5 * self.theme.scale

    def below_histogram(self, column: Worded, name: str, area: QRectF, span: tuple[float, float]) -> None:
        """The quantity's name under its picture, and the axis's ends where there is room."""
        taken, y = self.wide(name, self.name), area.bottom() + 2 * self.theme.scale
        self.say(column, name, area.center().x() - taken / 2, y, self.name)
        ends = [number_text(end, 2) for end in span]
        low, high = (self.wide(end, self.small) for end in ends)
        if max(low, high) + taken / 2 + 4 <= area.width() / 2:
            lower = y + QFontMetricsF(self.name).ascent() - QFontMetricsF(self.small).ascent()
            self.say(column, ends[0], area.left(), lower, self.small)
            self.say(column, ends[1], area.right() - high, lower, self.small)

    def below_river(self, column: Worded, area: QRectF, span: tuple[float, float], time: tuple[float, float]) -> None:
        """The epochs at its ends, and in between what it reaches from and to where there is room."""
        first, last = epoch_text(time[0]), epoch_text(time[1])
        foot = area.bottom() + 2
        if column.left == 0:
            first = f"epoch {first}"
        self.say(column, first, area.left(), foot, self.small)
        self.say(column, last, area.right() - self.wide(last, self.small), foot, self.small)
        if column.width > 150 * self.theme.scale:
            reach = f"from {number_text(span[0], 2)} to {number_text(span[1], 2)}"
            self.say(column, reach, area.center().x() - self.wide(reach, self.small) / 2, foot, self.small)

    def beside_units(self, column: Worded, area: QRectF, span: tuple[float, float], shown: int, units: int) -> None:
        """The ends of the axis of a picture per unit at its left, and below it which units these are."""
        small = self.high(self.small)
        for end, y in ((span[1], area.top()), (span[0], area.bottom() - small)):
            text = number_text(end, 2)
            x = area.left() - 6 * self.theme.scale - self.wide(text, self.small)
            self.say(column, text, x, y, self.small)
        said = f"units 1–{shown}" + (f" of {units}" if shown < units else "")
        x = area.center().x() - self.wide(said, self.small) / 2
        self.say(column, said, x, area.bottom() + 2 * self.theme.scale, self.small)
