"""The transport: restart, play, step, speed, and where training stands."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from hyperscope.lab.probes.snapshot import Status
from hyperscope.lab.worker.tempo import MAX, USUAL, Tempo, usual_epochs
from hyperscope.ui.controls.buttons import Button, PlayButton
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.controls.words import shown
from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import breadth, pixels
from hyperscope.ui.theme import EDGE, LIGHT, Theme, font

HEIGHT = 44  # pixels
TEMPI = (("1 batch/s", Tempo(1.0)), ("10", Tempo(10.0)), ("", USUAL), ("max", MAX))  # the usual one says what it is
CALM = 15  # statuses between two changes of a rate: four a second can be read, sixty cannot


class Transport(QWidget):
    """A row of buttons, and figures; `tempo_chosen` carries a Tempo."""

    restart = Signal()
    new_start = Signal()
    play_toggled = Signal(bool)
    batch = Signal()
    epoch = Signal()
    tempo_chosen = Signal(object)
    twin_toggled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._since_rates = CALM
        self._theme = LIGHT
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
        self.tempo = Segments([caption for caption, _ in TEMPI], "Tempo")
        tip = "one or ten mini-batches a second, as many epochs as can be watched, or as fast as it goes"
        self.tempo.setToolTip(f"<p>How fast training goes while it plays: {tip} · &lt; and &gt;</p>")
        self.epochs = Readout("Epoch", "999")
        self.epochs.setToolTip("<p>Epochs done. A click says after how many training is to stop</p>")
        self.epochs.setCursor(Qt.CursorShape.PointingHandCursor)
        self._stop: int | None = None
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
        self._row.addWidget(self.tempo)
        self._row.addWidget(self.twin_button)
        self._row.addStretch(1)
        for readout in self._readouts:
            self._row.addSpacing(4)
            self._row.addWidget(readout)
        self.restart_button.clicked.connect(self.restart)
        self.new_button.clicked.connect(self.new_start)
        self.play_button.clicked.connect(self.play_toggled)
        self.batch_button.clicked.connect(self.batch)
        self.epoch_button.clicked.connect(self.epoch)
        self.twin_button.clicked.connect(lambda: self.twin_toggled.emit())
        self.tempo.chosen.connect(lambda index: self.tempo_chosen.emit(TEMPI[index][1]))
        self.show_tempo(MAX)
        self.show_batches(1)
        self.setAccessibleName("Transport")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_theme(LIGHT)

    def show_status(self, status: Status, frames_per_second: float) -> None:
        """Shows where training stands; cheap enough for every frame, since only what changed is drawn."""
        if self.play_button.isChecked() != status.playing:
            self.play_button.setChecked(status.playing)
            self._since_rates = CALM
        self.show_batches(status.batches)
        self.epochs.set_value(shown(status.epoch) + (f" / {shown(self._stop)}" if self._stop else ""))
        self.batches.set_value(f"{shown(status.batch)} / {shown(status.batches)}")
        self._since_rates += 1
        if self._since_rates >= CALM or not status.playing:
            self.steps.set_value(shown(_three_figures(status.steps_per_second)))
        if self._since_rates >= CALM and (status.playing or not self.frames.value()):
            # left as it is in a pause, when there is nothing to draw and so nothing to count
            self.frames.set_value(shown(_three_figures(frames_per_second)))
        if self._since_rates >= CALM:
            self._since_rates = 0

    def show_no_steps(self) -> None:
        """Says that nothing is known to be done, until there is a status again."""
        self.steps.set_value(shown(0))

    def show_stop(self, epoch: int | None) -> None:
        """Says after how many epochs training is to stop."""
        self._stop = epoch

    def show_tempo(self, tempo: Tempo) -> None:
        """Presses the button of a tempo, or none if it is none of these."""
        every = [one for _, one in TEMPI]
        self.tempo.set_index(every.index(tempo) if tempo in every else None)

    def show_batches(self, batches: int) -> None:
        """Says what the usual tempo is where an epoch has so many mini-batches."""
        epochs = usual_epochs(batches)
        caption = f"{epochs} epoch{'s' if epochs > 1 else ''}/s"
        usual = [one for _, one in TEMPI].index(USUAL)
        if self.tempo.buttons[usual].text() != caption:
            self.tempo.set_caption(usual, caption)
            self._widen()
            self._make_room()

    def _widen(self) -> None:
        self.tempo.setFixedWidth(self.tempo.sizeHint().width() + pixels(self._theme, 12))

    def show_twin(self, on: bool) -> None:
        """Presses the twin's button or not, and says of what the steps per second are."""
        self.twin_button.setChecked(on)
        self.steps.set_label("Steps/s each" if on else "Steps/s")
        self._make_room()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        for button in self._buttons:
            button.set_theme(theme)
        for item in (*self._readouts, self.tempo):
            item.set_theme(theme)
        self._widen()
        self._row.setContentsMargins(EDGE + 8, 0, EDGE + 8, 0)
        self.setFixedHeight(breadth(theme, HEIGHT))
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Leaves the buttons their room in large type: the last figures go first."""
        gap = self._row.spacing()
        used = sum(button.sizeHint().width() + gap for button in self._buttons[:2] + self._buttons[3:])
        used += self.play_button.width() + self.tempo.width() + 2 * (EDGE + 8) + 4 * gap
        room = self.width() - used
        for readout in self._by_weight:
            room -= readout.width() + gap + 4
            readout.setVisible(room >= 0)


class Readout(QWidget):
    """A label and a figure beside it, in a width that does not change with the figure."""

    pressed = Signal()

    def __init__(self, label: str, widest: str) -> None:
        super().__init__()
        self._theme = LIGHT
        self._label = label
        self._value = ""
        self._widest = widest
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()

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

    @guarded
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
