"""The transport: restart, play, step, speed, one sentence on what just happened, and where training stands."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from hyperscope.lab.probes.snapshot import Status
from hyperscope.ui.controls.buttons import Button, PlayButton
from hyperscope.ui.controls.lines import beginning, in_lines
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.controls.words import shown
from hyperscope.ui.paint import readable
from hyperscope.ui.style import breadth, pixels
from hyperscope.ui.theme import EDGE, LIGHT, Theme, font

HEIGHT = 44  # pixels
LINES = 2  # of the message at most
EASE = 80  # pixels beyond the least that a message has before frames are counted beside it
SPEEDS = (("1/s", 1.0), ("10/s", 10.0), ("60/s", 60.0), ("max", math.inf))  # batches per second
CALM = 15  # statuses between two changes of a rate: four a second can be read, sixty cannot
VERMILION = 6  # of the theme's class colours; alarms have a sign of their own as well


class Transport(QWidget):
    """A row of buttons, the message, and figures. Speeds are batches per second; infinity is as fast as it goes."""

    restart = Signal()
    new_start = Signal()
    play_toggled = Signal(bool)
    batch = Signal()
    epoch = Signal()
    speed_chosen = Signal(float)
    twin_toggled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._since_rates = CALM
        self._scale = 1.0
        same = "Restart (same start)"
        self.restart_button = Button("Restart", same, f"<p>{same}: the same weights and batches again · R</p>")
        self.new_button = Button("New start", "New start", "<p>Start over with another seed: other weights · N</p>")
        self.play_button = PlayButton("Play or pause · space")
        self.batch_button = Button("+1 batch", "Step one batch", "Step one batch · B or →")
        self.epoch_button = Button("+1 epoch", "Step one epoch", "Step one epoch · E")
        tip = "<p>A copy beside the network: move one of its controls and compare. Again: A goes on alone · T</p>"
        self.twin_button = Button("Twin", "Twin", tip)
        self.twin_button.setCheckable(True)
        self.twin_button.setProperty("held", True)
        self.slow_button = Button("Slow", "Slow motion", "One operation at a time, with its numbers · S")
        self.speed = Segments([caption for caption, _ in SPEEDS], "Speed")
        self.speed.setToolTip("Batches per second while playing; max is as fast as it goes")
        self.speed.set_index(len(SPEEDS) - 1)
        self.message = Message()
        self.epochs = Readout("Epoch", "999")
        self.batches = Readout("Batch", "99 / 99")
        self.steps = Readout("Steps/s", "99 999")
        self.frames = Readout("Frames/s", "60")
        self._buttons: tuple[Button, ...] = (
            self.restart_button,
            self.new_button,
            self.play_button,
            self.batch_button,
            self.epoch_button,
            self.slow_button,
            self.twin_button,
        )
        self._readouts = (self.epochs, self.batches, self.frames, self.steps)
        self._by_weight = (self.epochs, self.batches, self.steps, self.frames)
        self._row = QHBoxLayout(self)
        self._row.setSpacing(6)
        for button in self._buttons[:-1]:
            self._row.addWidget(button)
        self._row.addWidget(self.speed)
        self._row.addWidget(self.twin_button)
        self._row.addSpacing(6)
        self._row.addWidget(self.message, 1)
        for readout in self._readouts:
            self._row.addSpacing(4)
            self._row.addWidget(readout)
        self.restart_button.clicked.connect(self.restart)
        self.new_button.clicked.connect(self.new_start)
        self.play_button.clicked.connect(self.play_toggled)
        self.batch_button.clicked.connect(self.batch)
        self.epoch_button.clicked.connect(self.epoch)
        self.twin_button.clicked.connect(lambda: self.twin_toggled.emit())
        self.speed.chosen.connect(lambda index: self.speed_chosen.emit(SPEEDS[index][1]))
        self.setAccessibleName("Transport")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_theme(LIGHT)

    def show_status(self, status: Status, frames_per_second: float) -> None:
        """Shows where training stands; cheap enough for every frame, since only what changed is drawn."""
        if self.play_button.isChecked() != status.playing:
            self.play_button.setChecked(status.playing)
            self._since_rates = CALM
        self.epochs.set_value(shown(status.epoch))
        self.batches.set_value(f"{shown(status.batch)} / {shown(status.batches)}")
        self._since_rates += 1
        if self._since_rates >= CALM or not status.playing:
            self.steps.set_value(shown(_three_figures(status.steps_per_second)))
        if self._since_rates >= CALM and (status.playing or not self.frames.value()):
            # left as it is in a pause, when there is nothing to draw and so nothing to count
            self.frames.set_value(shown(_three_figures(frames_per_second)))
        if self._since_rates >= CALM:
            self._since_rates = 0

    def show_twin(self, on: bool) -> None:
        """Presses the twin's button or not, and says of what the steps per second are."""
        self.twin_button.setChecked(on)
        self.steps.set_label("Steps/s each" if on else "Steps/s")
        self._make_room()

    def say(self, sentence: str, alarm: bool = False) -> None:
        """Shows one sentence; an `alarm` has a sign and heavier type. An empty one clears the line."""
        self.message.say(sentence, alarm)
        self._make_room()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        for button in self._buttons:
            button.set_theme(theme)
        for item in (*self._readouts, self.speed, self.message):
            item.set_theme(theme)
        self.speed.setFixedWidth(self.speed.sizeHint().width() + pixels(theme, 12))
        self._row.setContentsMargins(EDGE + 8, 0, EDGE + 8, 0)
        self.setFixedHeight(breadth(theme, HEIGHT))
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Leaves the message its room in large type: the last figures go first."""
        gap = self._row.spacing()
        used = sum(button.sizeHint().width() + gap for button in self._buttons[:2] + self._buttons[3:])
        used += self.play_button.width() + self.speed.width() + 2 * (EDGE + 8) + 4 * gap
        room = self.width() - used - self.message.least()
        for readout in self._by_weight:
            room -= readout.width() + gap + 4
            if readout is self.frames:  # of the window and not of the training: a whole sentence matters more
                room -= round(EASE * self._scale)
            readout.setVisible(room >= 0)


class Message(QWidget):
    """A mark and one sentence on at most two lines; if it is cut short, the whole of it is in the tooltip."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._sentence = ""
        self._alarm = False
        self._lines: list[str] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    def say(self, sentence: str, alarm: bool) -> None:
        """Shows `sentence`."""
        if (sentence, alarm) == (self._sentence, self._alarm):
            return
        self._sentence, self._alarm = sentence, alarm
        self.setAccessibleName(f"Alarm: {sentence}" if alarm else sentence)
        self._fit()
        self.update()

    def text(self) -> str:
        """What can be read, an ellipsis at its end if there is more."""
        return " ".join(self._lines)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self._fit()
        self.update()

    def least(self) -> int:
        """The width in pixels below which two lines say too little; of an alarm, the whole of it."""
        usual = pixels(self._theme, 250)
        if not self._alarm:
            return usual
        metrics = self.fontMetrics()
        words = (metrics.horizontalAdvance(word) for word in self._sentence.split(" "))
        # half the sentence, and half the word at which it may have to break
        return max(usual, self._indent() + (metrics.horizontalAdvance(self._sentence) + max(words)) // 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._lines:
            return
        theme, unit = self._theme, self._theme.scale
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = QPointF(8 * unit, self.height() / 2)
        if self._alarm:
            painter.setBrush(readable(theme.class_colour(VERMILION), theme.on_accent))
            painter.drawEllipse(middle, 7.5 * unit, 7.5 * unit)
            painter.setPen(theme.on_accent)
            painter.setFont(font(11, 700, unit))
            sign = QRectF(middle.x() - 7 * unit, middle.y() - 7 * unit, 14 * unit, 14 * unit)
            painter.drawText(sign, Qt.AlignmentFlag.AlignCenter, "!")
        else:
            painter.setBrush(theme.accent)
            painter.drawEllipse(middle, 3.5 * unit, 3.5 * unit)
        painter.setPen(theme.text)
        painter.setFont(self.font())
        words = self.rect().adjusted(self._indent(), 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, "\n".join(self._lines))
        painter.end()

    def _indent(self) -> int:
        return pixels(self._theme, 21)

    def _fit(self) -> None:
        self.setFont(font(12, 600 if self._alarm else 400, self._theme.scale))
        metrics, room = self.fontMetrics(), self.width() - self._indent()

        def fits(text: str) -> bool:
            return " ".join(in_lines(text, metrics, room, LINES)) == text

        said = beginning(self._sentence.strip(), fits) or self._sentence
        self._lines = in_lines(said, metrics, room, LINES)
        self.setToolTip(self._sentence if self.text() != self._sentence else "")


class Readout(QWidget):
    """A label and a figure beside it, in a width that does not change with the figure."""

    def __init__(self, label: str, widest: str) -> None:
        super().__init__()
        self._theme = LIGHT
        self._label = label
        self._value = ""
        self._widest = widest
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def value(self) -> str:
        """The figure shown."""
        return self._value

    def set_label(self, label: str) -> None:
        """Names the figure."""
        if label != self._label:
            self._label = label
            self._fit()
            self.update()

    def set_value(self, value: str) -> None:
        """Shows `value`; the room for it grows when it must, and never shrinks."""
        if value == self._value:
            return
        self._value = value
        if len(value) > len(self._widest):
            self._widest = value
            self._fit()
        self.update()
        self.setAccessibleName(self._label)
        self.setAccessibleDescription(value)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self._light, self._heavy = font(12, 400, theme.scale), font(12, 600, theme.scale)
        self._fit()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._light)
        painter.setPen(self._theme.quiet)
        align = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), align, self._label)
        painter.setFont(self._heavy)
        painter.setPen(self._theme.text)
        painter.drawText(self.rect().adjusted(self._start, 0, 0, 0), align, self._value)
        painter.end()

    def _fit(self) -> None:
        self.setFont(self._light)
        self._start = self.fontMetrics().horizontalAdvance(self._label + " ") + pixels(self._theme, 2)
        self.setFont(self._heavy)
        self.setFixedWidth(self._start + self.fontMetrics().horizontalAdvance(self._widest) + pixels(self._theme, 2))


def _three_figures(rate: float) -> int:
    """`rate` without the digits that only flicker."""
    return int(float(f"{rate:.3g}")) if math.isfinite(rate) else 0
