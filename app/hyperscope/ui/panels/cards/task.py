"""The task that a preset sets, on a card in the place of words until it is done or put away."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from hyperscope.ui.controls.buttons import Button, TextButton
from hyperscope.ui.controls.lines import whole_lines, width_in
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import face, write
from hyperscope.ui.style import mixed, pixels
from hyperscope.ui.theme import LIGHT, RADIUS, Theme

HIGH = 22  # pixels of a button
STEP = 17  # of a line
TYPE = 12
INSIDE = 10  # between the card's edge and what it holds
GAP = 4
RIM = 2  # above and below the card


class TaskCard(QWidget):
    """What is to be tried; `put_away` says that nobody wants to read it any more, `next_wanted` asks for the next."""

    put_away = Signal()
    next_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._task = ""
        self.done = False
        self.close_button = TextButton("×", "plain", "Put the task away")
        self.close_button.setAccessibleName("Put the task away")
        self.next_button = Button("Next preset", "Next preset", "The preset after this one")
        self.close_button.setParent(self)
        self.next_button.setParent(self)
        self.close_button.clicked.connect(self.put_away)
        self.next_button.clicked.connect(self.next_wanted)
        self._arrange()

    def set_task(self, task: str) -> None:
        """Sets a task, "" for none."""
        self._task, self.done = task, False
        self._arrange()

    def set_done(self) -> None:
        """Says that it is done, and offers the next."""
        self.done = bool(self._task)
        self._arrange()

    @property
    def task(self) -> str:
        """What is to be tried, "" for nothing."""
        return self._task

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.close_button.set_theme(theme)
        self.next_button.set_theme(theme)
        self._arrange()

    def width_in(self, lines: int) -> int:
        """The pixels it needs in so many lines, 0 without a task."""
        if not self._task:
            return 0
        words = width_in(self._said, QFontMetrics(self._heavy), lines)
        return words + 2 * pixels(self._theme, INSIDE) + self._beside

    def text(self) -> str:
        """What can be read."""
        return " ".join(self._lines) if self._task else ""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    @property
    def _title(self) -> str:
        return "✓ Done" if self.done else "Try"

    @property
    def _said(self) -> str:
        return self._title if self.done else f"{self._title} {self._task}"

    @property
    def _lines(self) -> list[str]:
        room = self.width() - 2 * pixels(self._theme, INSIDE) - self._beside
        return whole_lines(self._said, QFontMetrics(self._heavy), room)

    @property
    def _buttons(self) -> list[Button | TextButton]:
        return [self.next_button, self.close_button] if self.done else [self.close_button]

    @property
    def _beside(self) -> int:
        return sum(self._wide(button) + pixels(self._theme, GAP) for button in self._buttons)

    def _wide(self, button: Button | TextButton) -> int:
        return pixels(self._theme, HIGH) if button is self.close_button else button.sizeHint().width()

    def _arrange(self) -> None:
        self.setAccessibleName(f"Task: {self._task}" if not self.done else "Task done")
        self.setToolTip(self._task)
        self.next_button.setVisible(self.done)
        self.updateGeometry()
        self._place()
        self.update()

    def _place(self) -> None:
        end, high = self.width() - pixels(self._theme, GAP), pixels(self._theme, HIGH)
        for button in reversed(self._buttons):
            wide = self._wide(button)
            button.setFixedHeight(high)
            button.setGeometry(end - wide, (self.height() - high) // 2, wide, high)
            end -= wide + pixels(self._theme, GAP)

    @property
    def _heavy(self) -> QFont:
        return face(TYPE, 600, self._theme.scale)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, step, lines = self._theme, pixels(self._theme, STEP), self._lines
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(mixed(theme.card, theme.accent, 0.45), 1))
        painter.setBrush(mixed(theme.card, theme.accent, 0.08))
        card = QRectF(self.rect()).adjusted(0.5, RIM - 0.5, -0.5, 0.5 - RIM)
        painter.drawRoundedRect(card, RADIUS, RADIUS)
        top = (self.height() - step * len(lines)) / 2
        for number, words in enumerate(lines):
            line = QRectF(pixels(theme, INSIDE), top + number * step, self.width(), step)
            if not number and words.startswith(self._title):
                line.setLeft(
                    line.left() + write(painter, line, self._title, self._heavy, theme.accent) + 5 * theme.scale
                )
                words = words[len(self._title) :].lstrip()
            painter.setPen(theme.text)
            painter.setFont(face(TYPE, 500, theme.scale))
            painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), words)
        painter.end()
