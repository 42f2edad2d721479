"""The place of words, above the timeline: what has just happened, the task that is set, what the doctor says.

All of it is always read whole: what stands here shares the width, and takes more lines where that is too short. It
knows sentences and how wide they are, not what they mean.
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
from hyperscope.ui.theme import EDGE, LIGHT, Theme

HEIGHT = 28  # pixels of one line with what is around it
STEP = 17  # pixels of each further line
MOST = 9  # lines; in a window of the least width and the largest type no sentence takes more
GAP = 20  # pixels between what stands beside each other
TYPE = 13  # pixels of a sentence's type
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
    def growth(self) -> int:
        """Pixels that it is higher than with a single line."""
        return self.height() - breadth(self._theme, HEIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self._lines = 1
        self.message.set_theme(theme)
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._lines = 1
        self._lay_out()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # what stands here has other words
            self._lay_out()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._lay_out()
        return False

    def _lay_out(self) -> None:
        """Gives each its width in the fewest lines in which all have room, the message what is left."""
        theme = self._theme
        left, right, gap = EDGE + 8, self.width() - EDGE - 8, pixels(theme, GAP)
        speaking = [one for one in self._others if one.speaks]
        room = right - left - gap * len(speaking)
        ways = [self.message.width_in, *(one.width_in for one in speaking)]
        enough = (lines for lines in range(1, MOST) if sum(width(lines) for width in ways) <= room)
        self._lines = max(self._lines, next(enough, MOST))
        high = breadth(theme, HEIGHT) + (self._lines - 1) * pixels(theme, STEP)
        widths = dict(
            zip((self.message, *(one.widget for one in speaking)), _shared_out(ways, self._lines, room), strict=True)
        )
        for one in self._others:
            one.widget.setGeometry(0, 0, 0, high)
        first = [one.widget for one in speaking if one.first]
        for widget in (*first, self.message, *(one.widget for one in speaking if not one.first)):
            widget.setGeometry(left, 0, widths[widget], high)
            left += widths[widget] + gap
        if high != self.height():
            self.setFixedHeight(high)
            self.height_changed.emit()


def _shared_out(ways: Sequence[Callable[[int], int]], lines: int, room: int) -> list[int]:
    """The widths of all in at most so many lines, in fewer where there is room; the first has what is left over."""
    widths = [width(lines) for width in ways]
    for fewer in range(lines - 1, 0, -1):
        for number, width in enumerate(ways):
            if sum(widths) - widths[number] + width(fewer) <= room:
                widths[number] = width(fewer)
    widths[0] += max(0, room - sum(widths))
    return widths


class Message(QWidget):
    """A mark and a sentence, on as many lines as it takes."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
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

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self._set_type()
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._sentence:
            return
        theme, unit = self._theme, self._theme.scale
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        lines, step = self.lines, pixels(theme, STEP)
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
        return pixels(self._theme, 21)

    def _set_type(self) -> None:
        self.setFont(face(TYPE, 600 if self._alarm else 400, self._theme.scale))
