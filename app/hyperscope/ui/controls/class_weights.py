"""What each class counts in the loss: a slider for each, named and in its colour's order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hyperscope.engine.training_settings import HEAVIEST, LIGHTEST
from hyperscope.knob import Knob
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.theme import LIGHT, Theme

MOST = 12  # classes with a slider; of more the rest have the weights that files or the command line give them
HELP = "What an example of {} counts in the loss, beside 1 for the others."


class ClassWeights(QWidget):
    """Sliders from LIGHTEST to HEAVIEST; `moved` carries the path and the weights of all classes."""

    moved = Signal(str, object)
    refused = Signal(str)

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self._theme = LIGHT
        self._names: tuple[str, ...] = ()
        self._weights: tuple[float, ...] = ()
        self.sliders: list[KnobSlider] = []
        self.setAccessibleName("Weight of each class")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)

    def set_classes(self, names: Sequence[str]) -> None:
        """The classes there are; says nothing."""
        if tuple(names) == self._names:
            return
        self._names = tuple(names)
        for slider in self.sliders:
            self._column.removeWidget(slider)
            slider.hide()
            slider.deleteLater()
        self.sliders = [self._slider(number, name) for number, name in enumerate(self._names[:MOST])]
        self.set_value(self._weights)
        self.set_theme(self._theme)

    def set_value(self, weights: Sequence[float]) -> None:
        """Shows the weights, 1 where there are none; says nothing."""
        self._weights = tuple(weights)
        for number, slider in enumerate(self.sliders):
            slider.set_value(self._weights[number] if number < len(self._weights) else 1.0)

    def value(self) -> tuple[float, ...]:
        """The weights, as they were last set or moved."""
        return self._weights

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        for slider in self.sliders:
            slider.set_theme(theme)

    def _slider(self, number: int, name: str) -> KnobSlider:
        knob = Knob("number", name, HELP.format(name), True, low=LIGHTEST, high=HEAVIEST, scale="log", name=name)
        slider = KnobSlider(f"{self.path}.{number}", knob, ticks=False)
        slider.moved.connect(partial(self._move, number))
        slider.refused.connect(self.refused)
        self._column.addWidget(slider)
        return slider

    def _move(self, number: int, path: str, value: float) -> None:
        known = [*self._weights, *[1.0] * (len(self._names) - len(self._weights))]
        known[number] = value
        self._weights = tuple(known)
        self.moved.emit(self.path, self._weights)
