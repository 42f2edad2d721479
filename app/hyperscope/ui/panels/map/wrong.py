"""Stepping through the examples that the network gets wrong: how many there are, and which comes next."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from hyperscope.engine.arrays import Values
from hyperscope.lab.examples.drawn import Examples
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import TextButton, face, fitting, write
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import LIGHT, Theme

CENTRE = Qt.AlignmentFlag.AlignHCenter


def misclassified(examples: Examples | None, predicted: Values, parts: tuple[bool, bool, bool]) -> Values:
    """The numbers (k,), rising, of those examples of the `parts` (train, dev, test) whose predicted class is wrong."""
    if examples is None or len(predicted) != len(examples.y):
        return np.zeros(0, np.int64)
    found: Values = np.flatnonzero((predicted != examples.y) & np.array(parts)[examples.part])
    return found


def stepped(wrong: Values, now: int | None, by: int) -> int | None:
    """The example one before (−1) or after (1) `now` among the `wrong`, round and round; None if there is none."""
    if not len(wrong):
        return None
    if now is None:
        return int(wrong[0 if by > 0 else -1])
    place = int(np.searchsorted(wrong, now, side="right" if by > 0 else "left")) - (by < 0)
    return int(wrong[place % len(wrong)])


class WrongCounter(QWidget):
    """How many are misclassified, which of them is pinned, and two buttons; `stepped_by` carries −1 or 1."""

    stepped_by = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._place = LIGHT, ""
        self.brief = False  # one line, beside figures that are written by others
        self._words: tuple[str, ...] = ("",)
        self.back = TextButton("‹", "Previous misclassified example", self)
        self.next = TextButton("›", "Next misclassified example", self)
        for button, by, key in ((self.back, -1, ","), (self.next, 1, ".")):
            button.setToolTip(f"{button.accessibleName()} · {key}")
            button.clicked.connect(lambda _=False, step=by: self.stepped_by.emit(step))
        self.show_wrong(np.zeros(0, np.int64), None)

    def show_wrong(self, wrong: Values, now: int | None, where: str = "", of: int = 1) -> None:
        """Shows how many `of` the examples are `wrong`, and which of them is the pinned example `now`.

        `where` says in which part all of them lie, if that is to be said.
        """
        count = len(wrong)
        words: tuple[str, ...] = ("all right" if of else "",)
        if count:
            words = (f"{count} misclassified", f"{count} wrong")
            if where:
                words = (f"{words[0]} in {where}", f"{words[1]} in {where}", words[1])
        at = int(np.searchsorted(wrong, now)) if now is not None else count
        place = f"{at + 1} of {count}" if at < count and wrong[at] == now else ""
        if (words, place) == (self._words, self._place):
            return
        self._words, self._place = words, place
        self.setAccessibleName(f"{place}, {words[0]}" if place else words[0])
        for button in (self.back, self.next):
            button.setEnabled(count > 0)
        self.arrange()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        for button in (self.back, self.next):
            button.set_theme(theme, 15)
        self.arrange()
        self.update()

    def arrange(self) -> None:
        """Puts the buttons to both sides of the second line, or at the end of the only one."""
        row = self.height() / (1 if self.brief else 2)
        for button in (self.back, self.next):
            button.resize(button.sizeHint().width() + round((0 if self.brief else 8) * self._theme.scale), round(row))
        if self.brief:
            self.next.move(self.width() - self.next.width(), 0)
            self.back.move(self.next.x() - self.back.width(), 0)
            return
        half = self._half()
        middle = self.width() / 2
        self.back.move(round(middle - half - self.back.width()), round(row))
        self.next.move(round(middle + half), round(row))

    def _half(self) -> float:
        """Half the width of what stands between the buttons."""
        metrics = QFontMetricsF(face(11, 400, self._theme.scale))
        return max(metrics.horizontalAdvance(self._place or "step") / 2, 12 * self._theme.scale) + 2

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        with QPainter(self) as painter:
            if self.brief:
                line, small = QRectF(0, 0, self.back.x(), self.height()), face(10, 400, theme.scale)
                said = fitting((self._place or "Wrong", "Wrong", ""), small, line.width())
                write(painter, line, said, small, theme.quiet)
                return
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mixed(theme.card, theme.control, 0.6))  # a thing of its own, not part of Train's row
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 0, -1, 0), 6, 6)
            font, row = face(11, 600, theme.scale), self.height() / 2
            line = QRectF(0, 0, self.width(), row)
            room = self.width() - 8 * theme.scale  # names and figures stand to both sides
            write(painter, line, fitting(self._words, font, room), font, theme.text, CENTRE)
            line.translate(0, row)
            said = self._place or ("step" if self.next.isEnabled() and not self.next.isHidden() else "")
            write(painter, line, said, face(11, 400, theme.scale), theme.quiet, CENTRE)
