"""Which sweep is looked at: a list with a word and what each asks, and what can be set for the one that is chosen."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QWidget

from hyperscope.knob import Knob, Value
from hyperscope.lab.sweeps.sweep import MOST_EPOCHS, MOST_SEEDS, Sweep
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.card import Card
from hyperscope.ui.controls.control import Caption, draw_focus
from hyperscope.ui.controls.keyboard import KeepsArrows, PressedByEnter, Ringed, one_stop
from hyperscope.ui.controls.run_row import RunRow
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.guarded import guarded
from hyperscope.ui.labs.batch_norm.sweep_range import SweepRange
from hyperscope.ui.paint import face, write
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import LIGHT, Theme

WIDTH = 216
GAP = 4


class Entry(Ringed, KeepsArrows, PressedByEnter, QAbstractButton):
    """One sweep of the list."""

    def __init__(self, sweep: Sweep) -> None:
        super().__init__()
        self.sweep = sweep
        self._theme = LIGHT
        self.setCheckable(True)
        self.setAccessibleName(f"{sweep.title}: {sweep.asks}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(pixels(self._theme, 120), pixels(self._theme, 35))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, scale = self._theme, self._theme.scale
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.control)
            painter.drawRoundedRect(rect, 6, 6)
        left = 8 * scale
        title = QRectF(left, 3 * scale, rect.width() - 2 * left, 16 * scale)
        write(painter, title, self.sweep.title, face(12, 600 if self.isChecked() else 500, scale), theme.text)
        asks = QRectF(left, 19 * scale, rect.width() - 2 * left, 14 * scale)
        write(painter, asks, self.sweep.asks, face(10, 400, scale), theme.quiet)
        if self.hasFocus() and self.ringed:
            draw_focus(painter, rect.adjusted(1, 1, -1, -1), 6, theme.accent)
        painter.end()


def _whole(label: str, low: int, high: int, unit: str, help: str) -> Knob:
    return Knob("whole", label, help, True, low=low, high=high, unit=unit, name=label.lower())


class SweepCard(Card):
    """`chosen` carries a sweep; `asked` that it is to be run, `paused` that it is to stand still or go on."""

    chosen = Signal(object)
    asked = Signal()
    paused = Signal()
    refused = Signal(str)

    def __init__(self, title: str, sweeps: tuple[Sweep, ...]) -> None:
        super().__init__(title, WIDTH, GAP)
        self.sweeps = sweeps
        self.sweep = sweeps[0]
        self.entries = tuple(Entry(sweep) for sweep in sweeps)
        self._group = QButtonGroup(self)
        for entry in self.entries:
            self._group.addButton(entry)
            self.column.addWidget(entry)
            entry.toggled.connect(lambda on, entry=entry: self._choose(entry) if on else None)
        self.heading = Caption("This one")
        self.deep = Segments(("Playground's", "4 × 32 units"), "Network")
        self.seeds = KnobSlider(
            "seeds", _whole("Networks per setting", 1, MOST_SEEDS, "", "Seeds of weights."), ticks=False
        )
        self.epochs = KnobSlider(
            "epochs", _whole("Train for epochs", 5, MOST_EPOCHS, "", "Of each network."), ticks=False
        )
        self.range = SweepRange()
        self.range.refused.connect(self.refused)
        self.again = Button("Run", "Run this sweep", "Trains all its networks anew, of the experiment as it is now.")
        self.pause = Button("Pause", "Pause this sweep")
        buttons: QWidget = RunRow(self.again, self.pause)
        for part in (self.heading, self.deep, self.seeds, self.epochs, self.range, buttons):
            self.column.addWidget(part)
        self.again.clicked.connect(self.asked)
        self.pause.clicked.connect(self.paused)
        self.deep.setToolTip("The network that is changed as far as this needs; the data are those of the Playground.")
        self.show_sweep(self.sweep)
        self.set_theme(LIGHT)
        self.order_tabs()

    def _choose(self, entry: Entry) -> None:
        one_stop(self.entries, self.entries.index(entry))
        if entry.sweep is not self.sweep:
            self.show_sweep(entry.sweep)
            self.chosen.emit(entry.sweep)

    def show_sweep(self, sweep: Sweep) -> None:
        """Offers what can be set for this one, at its usual values."""
        self.sweep = sweep
        for entry in self.entries:
            if entry.sweep is sweep and not entry.isChecked():
                entry.setChecked(True)
        self.deep.set_index(int(sweep.deep))
        self.seeds.set_value(sweep.seeds)
        self.epochs.set_value(sweep.epochs)
        self.range.show_sweep(sweep)

    @property
    def settings(self) -> tuple[int, int, tuple[Value, ...]]:
        """Seeds, epochs and values, as they are set."""
        return int(self.seeds.value() or 1), int(self.epochs.value() or 1), self.range.values

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        self.heading.set_theme(theme, 11, 600, quiet=True)
        parts: tuple[Entry | KnobSlider | Button | Segments | SweepRange, ...] = (
            *self.entries,
            self.deep,
            self.seeds,
            self.epochs,
            self.range,
            self.again,
            self.pause,
        )
        for part in parts:
            part.set_theme(theme)
