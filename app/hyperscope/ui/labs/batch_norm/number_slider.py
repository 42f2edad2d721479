"""A number of the network as a slider: a label, its value to be typed, and a track that is finest about 0."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from hyperscope.lab.experiment.edits import shown
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.entry import Entry
from hyperscope.ui.controls.slider import Track
from hyperscope.ui.controls.words import THIN
from hyperscope.ui.panels.network.numbers import STEPS, Scale
from hyperscope.ui.theme import LIGHT, Theme


class NumberSlider(QWidget):
    """`moved` carries the number and one that is the same throughout a drag; `refused` why what was typed is none."""

    moved = Signal(float, int)
    refused = Signal(str)

    def __init__(self, label: str, tip: str) -> None:
        super().__init__()
        self._label = label
        self.value = 0.0
        self._scale = Scale.of(0.0)
        self._gesture = 0
        self.caption = Caption(label)
        self.track, self.entry = Track(), Entry(self._enter)
        self.track.origin = 0.5
        self.track.setRange(0, 2 * STEPS)
        self.track.setSingleStep(2)
        self.track.setPageStep(20)
        self.track.setAccessibleName(label)
        self.entry.setAccessibleName(f"{label}, typed")
        self.setAccessibleName(label)
        self.setToolTip(tip)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.track.setParent(self)
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(self.caption, 1)
        row.addWidget(self.entry)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addLayout(row)
        column.addWidget(self.track)
        self.track.sliderPressed.connect(self._begin)
        self.track.actionTriggered.connect(lambda _: None if self.track.isSliderDown() else self._begin())
        self.track.valueChanged.connect(lambda step: self._offer(self._scale.value(step)))
        self.entry.done.connect(lambda: self.track.setFocus(Qt.FocusReason.OtherFocusReason))
        self.set_theme(LIGHT)
        self.set_value(0.0)

    def set_value(self, value: float) -> None:
        """Shows a number, unless the handle is being dragged; says nothing."""
        if self.track.isSliderDown():
            return
        wanted = Scale.of(value)
        if not 0.4 * self._scale.most <= wanted.most <= self._scale.most:  # else its scale would jump about
            self._scale = wanted
        self._show(value)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.caption.set_theme(theme)
        self.entry.set_theme(theme)
        self.track.set_theme(theme)

    def _show(self, value: float) -> None:
        self.value = value
        self.track.blockSignals(True)
        self.track.setValue(self._scale.step(value))
        self.track.blockSignals(False)
        self.entry.set_texts(shown(float(f"{value:.3g}")), f"{value:.6g}")
        self.track.setAccessibleDescription(shown(value))

    def _begin(self) -> None:
        self._gesture += 1

    def _offer(self, value: float) -> None:
        self._show(value)
        self.moved.emit(value, self._gesture)

    def _enter(self, words: str) -> bool:
        plain = words.replace("−", "-").replace(THIN, "").replace(" ", "").replace(",", ".")
        try:
            value = float(plain)
            within = abs(value) <= 1e30
        except ValueError:
            within = False
        if not within:
            self.refused.emit(f"{self._label} is {words.strip()!r}; it must be a finite number")
            return False
        self._begin()
        self._scale = Scale.of(value) if abs(value) > self._scale.most else self._scale
        self._offer(value)
        return True
