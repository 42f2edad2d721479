"""The place of words, above the timeline: what has just happened, the task that is set, what the doctor says.

All of it is always read whole: what stands here shares the width, and takes more lines where that is too short. With
captions the message has a strip of its own, in type that is read from the last row. It knows sentences and how wide
they are, not what they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from hyperscope.ui.controls.lines import whole_lines, width_in
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import face, readable
from hyperscope.ui.style import breadth, pixels
from hyperscope.ui.theme import EDGE, GRID, LIGHT, RADIUS, Theme

HEIGHT = 28  # pixels of one line with what is around it
STEP = 17  # pixels of each further line
MOST = 9  # lines; in a window of the least width and the largest type no sentence takes more
INDENT = 21  # pixels in front of a sentence of the usual type, for its mark
GAP = 20  # pixels between what stands beside each other
TYPE = 13  # pixels of a sentence's type
CAPTION = 22  # pixels of a caption's, at scale 1;
ACROSS = 40  # times it goes into the width at least, or a sentence would take half of a small window
FEWEST = 2  # lines that a caption has room for: what most sentences need, so that charts keep their height
VERMILION = 6  # of the theme's class colours; alarms have a sign of their own as well


@dataclass(frozen=True, slots=True)
class _Standing:
    """What stands beside the message, and how many pixels it needs in so many lines, 0 while it has nothing to say."""

    widget: QWidget
    width_in: Callable[[int], int]
    first: bool  # to the left of the message

    @property
    def speaks(self) -> bool:
        return not self.widget.isHidden() and bool(self.width_in(1))


class Words(QWidget):
    """A strip with the message and whatever `stand` put beside it, as high as all of it needs.

    It grows when it must, and shrinks only when something else is said, so that charts do not breathe with it.
    """

    height_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._lines = 1
        self._caption_lines = FEWEST
        self.captions = False
        self.message = Message()
        self.message.setParent(self)
        self._others: list[_Standing] = []
        self.setAccessibleName("What happens")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_theme(LIGHT)

    def stand(self, widget: QWidget, width_in: Callable[[int], int], *, first: bool = False) -> None:
        """Puts a widget beside the message, or before it as the `first`; `width_in` says how many pixels it needs in so
        many lines, 0 for nothing to say. It calls for another lay-out by `updateGeometry`, and is themed by its owner.
        """
        if any(one.widget is widget for one in self._others):
            return
        self._others.append(_Standing(widget, width_in, first))
        widget.setParent(self)
        widget.installEventFilter(self)
        widget.show()
        self._lay_out()

    def remove(self, widget: QWidget) -> None:
        """Takes a widget out again; it is hidden."""
        widget.removeEventFilter(self)
        widget.hide()
        self._others = [one for one in self._others if one.widget is not widget]
        self._lay_out()

    def say(self, sentence: str, alarm: bool = False) -> None:
        """Shows one sentence; an `alarm` has a sign and heavier type. An empty one clears the place."""
        self._lines = 1
        self.message.say(sentence, alarm)
        self._lay_out()

    @property
    def said(self) -> str:
        """The sentence that is shown, to a screen reader: with a word before an alarm."""
        return self.message.accessibleName()

    def switch_captions(self) -> bool:
        """Gives the message a strip of its own in large type, or its place in the row; whether it has the strip now."""
        self.captions = not self.captions
        self.lay_out_anew()
        return self.captions

    @property
    def growth(self) -> int:
        """Pixels that it is higher than with a single line."""
        return self.height() - breadth(self._theme, HEIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.message.set_theme(theme)
        self.lay_out_anew()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.lay_out_anew()
        else:
            self._lay_out()

    def lay_out_anew(self) -> None:
        """Lays all out in as few lines as it needs now, whatever it needed before."""
        self._lines, self._caption_lines = 1, FEWEST
        large = min(pixels(self._theme, CAPTION), max(CAPTION, self.width() // ACROSS))
        self.message.set_size(large if self.captions else pixels(self._theme, TYPE))
        self._lay_out()
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # what stands here has other words
            self._lay_out()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._lay_out()
        return False

    def _lay_out(self) -> None:
        """Gives each its width in the fewest lines in which all have room, the message what is left, or its strip."""
        left, right = EDGE + 8, self.width() - EDGE - 8
        speaking = [one for one in self._others if one.speaks]
        row = [(one.widget, one.width_in) for one in speaking if one.first]
        if not self.captions:
            row.append((self.message, self.message.width_in))
        row += [(one.widget, one.width_in) for one in speaking if not one.first]
        high = self._lay_out_row(row, left, right) if row else 0
        for one in self._others:
            if not one.speaks:
                one.widget.setGeometry(0, 0, 0, high)
        if self.captions:
            wide, edge = right - left, GRID
            self._caption_lines = max(self._caption_lines, self.message.lines_in(wide))
            strip = self._caption_lines * self.message.step + 2 * edge
            self.message.setGeometry(left, high, wide, strip)
            high += strip + GRID  # it is a card, with what is around cards
        if high != self.height():
            self.setFixedHeight(high)
            self.height_changed.emit()

    def _lay_out_row(self, row: Sequence[tuple[QWidget, Callable[[int], int]]], left: int, right: int) -> int:
        """Shares the width out among what stands in one row, and returns the row's height."""
        theme, gap = self._theme, pixels(self._theme, GAP)
        room = right - left - gap * (len(row) - 1)
        ways = [width for _, width in row]
        enough = (lines for lines in range(1, MOST) if sum(width(lines) for width in ways) <= room)
        self._lines = max(self._lines, next(enough, MOST))
        high = breadth(theme, HEIGHT) + (self._lines - 1) * pixels(theme, STEP)
        takes = next((at for at, (widget, _) in enumerate(row) if widget is self.message), 0)
        for (widget, _), wide in zip(row, _shared_out(ways, self._lines, room, takes), strict=True):
            widget.setGeometry(left, 0, wide, high)
            left += wide + gap
        return high

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.captions:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.card)
        around = self.message.geometry()
        painter.drawRoundedRect(QRectF(EDGE, around.top(), self.width() - 2 * EDGE, around.height()), RADIUS, RADIUS)
        painter.end()


def _shared_out(ways: Sequence[Callable[[int], int]], lines: int, room: int, takes: int) -> list[int]:
    """The widths of all in at most so many lines, in fewer where there is room; the one that `takes` what is left over
    is named by its number.
    """
    widths = [width(lines) for width in ways]
    for fewer in range(lines - 1, 0, -1):
        for number, width in enumerate(ways):
            if sum(widths) - widths[number] + width(fewer) <= room:
                widths[number] = width(fewer)
    widths[takes] += max(0, room - sum(widths))
    return widths


class Message(QWidget):
    """A mark and a sentence, on as many lines as it takes."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._size = TYPE  # pixels of its type
        self._sentence = ""
        self._alarm = False
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    def say(self, sentence: str, alarm: bool) -> None:
        """Shows `sentence`."""
        sentence = sentence.strip()
        if (sentence, alarm) == (self._sentence, self._alarm):
            return
        self._sentence, self._alarm = sentence, alarm
        self.setAccessibleName(f"Alarm: {sentence}" if alarm else sentence)
        self._set_type()
        self.update()

    @property
    def lines(self) -> list[str]:
        """What can be read."""
        return whole_lines(self._sentence, self.fontMetrics(), self.width() - self._indent())

    def text(self) -> str:
        """The same in one."""
        return " ".join(self.lines)

    def width_in(self, lines: int) -> int:
        """The fewest pixels in which the sentence takes so many lines."""
        return self._indent() + width_in(self._sentence, self.fontMetrics(), lines) if self._sentence else 0

    def lines_in(self, room: int) -> int:
        """How many lines the sentence takes in so many pixels."""
        return len(whole_lines(self._sentence, self.fontMetrics(), room - self._indent()))

    @property
    def step(self) -> int:
        """Pixels from a line to the next."""
        return round(self._size * STEP / TYPE)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours."""
        self._theme = theme
        self.update()

    def set_size(self, size: int) -> None:
        """Takes on type of so many pixels."""
        self._size = size
        self._set_type()
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._sentence:
            return
        theme, unit = self._theme, self._size / TYPE
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        lines, step = self.lines, self.step
        top = (self.height() - step * len(lines)) / 2
        middle = QPointF(8 * unit, top + step / 2)
        if self._alarm:
            painter.setBrush(readable(theme.class_colour(VERMILION), theme.on_accent))
            painter.drawEllipse(middle, 7.5 * unit, 7.5 * unit)
            painter.setPen(theme.on_accent)
            painter.setFont(face(11, 700, unit))
            sign = QRectF(middle.x() - 7 * unit, middle.y() - 7 * unit, 14 * unit, 14 * unit)
            painter.drawText(sign, Qt.AlignmentFlag.AlignCenter, "!")
        else:
            painter.setBrush(theme.accent)
            painter.drawEllipse(middle, 3.5 * unit, 3.5 * unit)
        painter.setPen(theme.text)
        painter.setFont(self.font())
        for number, line in enumerate(lines):
            at = QRectF(self._indent(), top + number * step, self.width() - self._indent(), step)
            painter.drawText(at, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), line)
        painter.end()

    def _indent(self) -> int:
        return round(self._size * INDENT / TYPE)

    def _set_type(self) -> None:
        self.setFont(face(self._size, 600 if self._alarm else 400))
