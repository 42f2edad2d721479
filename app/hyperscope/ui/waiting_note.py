"""A line over the top of the lab for a worker that lets itself be waited for: what it is at, or that it is silent.

It knows nothing of sessions: whoever shows it says what there is to say, and starts another worker when that is asked.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import face, readable, write
from hyperscope.ui.style import pixels, stand
from hyperscope.ui.theme import LIGHT, RADIUS, Theme

HEIGHT = 40  # pixels
INSET = 14  # pixels at each end
BELOW = 8  # pixels between it and what it hangs under
VERMILION = 6  # of the theme's class colours, as of alarms
BAR = 3  # pixels


class WaitingNote(QWidget):
    """Hidden until `say`; hangs in the middle under `under`. `another_wanted` says that another worker is to start."""

    another_wanted = Signal()

    def __init__(self, over: QWidget, under: QWidget) -> None:
        super().__init__(over)
        self._theme, self._under = LIGHT, under
        self._sentence, self._share, self._alarm = "", 0.0, False
        self.button = Button("", "Start another training process")
        self.button.setParent(self)
        self.button.clicked.connect(lambda: self.another_wanted.emit())
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says."""
        return self._sentence

    def say(self, sentence: str, *, share: float = 0.0, alarm: bool = False, offer: str = "") -> None:
        """Shows a sentence, the share that is done, 0 if unknown, and a button with the words of `offer`, if any."""
        self._sentence, self._share, self._alarm = sentence, min(1.0, share), alarm
        self.setAccessibleName(f"Alarm: {sentence}" if alarm else sentence)
        self.button.setText(offer)
        self.button.setVisible(bool(offer))
        self._place()
        self.show()
        self.raise_()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        stand(self)
        self.button.set_theme(theme)
        self._place()
        self.update()

    def _place(self) -> None:
        over = self.parentWidget()
        if over is None:
            return
        theme = self._theme
        inset, high = pixels(theme, INSET), pixels(theme, HEIGHT)
        width = (
            2 * inset
            + pixels(theme, 20)
            + int(QFontMetricsF(face(12, 600, theme.scale)).horizontalAdvance(self._sentence))
        )
        if not self.button.isHidden():
            self.button.adjustSize()
            self.button.resize(self.button.sizeHint().width(), pixels(theme, HEIGHT - 12))
            width += self.button.width() + inset
        width = min(width, over.width() - 2 * inset)
        if self.isVisible():  # never narrower while it is read: figures in it come and go
            width = max(width, min(self.width(), over.width() - 2 * inset))
        self.setGeometry(
            (over.width() - width) // 2, self._under.geometry().bottom() + pixels(theme, BELOW), width, high
        )
        self.button.move(width - self.button.width() - inset // 2, pixels(theme, 6))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, unit = self._theme, self._theme.scale
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = readable(theme.class_colour(VERMILION), theme.card, 3.0) if self._alarm else theme.accent
        painter.setPen(QPen(theme.hairline, 1))
        painter.setBrush(theme.card)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        left, middle = INSET * unit, self.height() / 2
        sign = QRectF(left, middle - 7 * unit, 14 * unit, 14 * unit)
        if self._alarm:  # a form of its own as well as a colour
            painter.drawEllipse(sign)
            painter.setPen(theme.card)
            painter.setFont(face(11, 700, unit))
            painter.drawText(sign, Qt.AlignmentFlag.AlignCenter, "!")
            painter.setPen(Qt.PenStyle.NoPen)
        else:
            painter.drawEllipse(sign.adjusted(3.5 * unit, 3.5 * unit, -3.5 * unit, -3.5 * unit))
        end = self.width() - INSET * unit if self.button.isHidden() else self.button.x() - 8 * unit
        room = QRectF(left + 20 * unit, 0, end - left - 20 * unit, self.height())
        write(painter, room, self._sentence, face(12, 600 if self._alarm else 400, unit), theme.text)
        if self._share:
            painter.setBrush(theme.hairline)
            whole = QRectF(left, self.height() - (BAR + 3) * unit, end - left, BAR * unit)
            painter.drawRoundedRect(whole, 1.5 * unit, 1.5 * unit)
            painter.setBrush(colour)
            whole.setWidth(whole.width() * self._share)
            painter.drawRoundedRect(whole, 1.5 * unit, 1.5 * unit)
        painter.end()
