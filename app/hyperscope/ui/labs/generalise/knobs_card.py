"""A card of sliders for some of the experiment's knobs, of every hidden layer where a path says so."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from hyperscope.engine.settings import MOST_LAYERS
from hyperscope.lab.experiment.experiment import Experiment, every_knob, knob_at
from hyperscope.ui.controls.card import Card
from hyperscope.ui.controls.control import Caption, paint_text
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.style import breadth
from hyperscope.ui.theme import Theme, font

WIDTH, GAP = 214, 7
EVERY = "*"  # in a path: of each hidden layer
WORDS = 11  # pixels of type


class KnobsCard(Card):
    """`groups` are headings with paths; `captions` what stands over a slider instead of its knob's label, where
    {} is a layer's number. `moved` carries a path and a value, `held` that a slider is dragged or let go.
    """

    moved = Signal(str, object)
    refused = Signal(str)
    held = Signal(bool)

    def __init__(
        self, title: str, groups: Sequence[tuple[str, Sequence[str]]], captions: Mapping[str, str], foot: Sequence[str]
    ) -> None:
        super().__init__(title, WIDTH, GAP)
        self.controls: dict[str, KnobSlider] = {}
        self._headings: list[tuple[Caption, tuple[str, ...]]] = []
        for heading, paths in groups:
            caption = Caption(heading)
            self.column.addWidget(caption)
            each = tuple(one for path in paths for one in expanded(path))
            self._headings.append((caption, each))
            for path in paths:
                for number, one in enumerate(expanded(path), start=1):
                    slider = KnobSlider(one, knob_at(one), ticks=False)
                    if path in captions:
                        slider.caption.setText(captions[path].format(number))
                    slider.moved.connect(self.moved)
                    slider.refused.connect(self.refused)
                    slider.held.connect(self.held)
                    self.controls[one] = slider
                    self.column.addWidget(slider)
        self.words = [QLabel(words) for words in foot]
        for label in self.words:
            label.setWordWrap(True)
            self.column.addWidget(label)
        self.order_tabs()

    def add(self, part: QWidget) -> None:
        """Puts something below all that is there."""
        self.column.addWidget(part)
        self.order_tabs()

    def show_experiment(self, experiment: Experiment, unused: Collection[str] = ()) -> None:
        """Shows the values of `experiment`; what it does not have, or has no use for, is hidden."""
        values = {path: value for path, _, value in every_knob(experiment)}
        for path, slider in self.controls.items():
            slider.setVisible(path in values and path not in unused)
            if path in values:
                slider.set_value(values[path])
        for caption, paths in self._headings:
            caption.setVisible(any(path in values and path not in unused for path in paths))

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        for slider in self.controls.values():
            slider.set_theme(theme)
        for caption, _ in self._headings:
            caption.set_theme(theme, WORDS, 600, quiet=True)
        for label in self.words:
            label.setMinimumWidth(breadth(theme, WIDTH - 36))  # else its height is asked for as if it were narrow
            label.ensurePolished()
            label.setFont(font(WORDS, 400, theme.scale))
            paint_text(label, theme.text)


def expanded(path: str) -> tuple[str, ...]:
    """The path, or one for each hidden layer that there may be."""
    if EVERY not in path:
        return (path,)
    return tuple(path.replace(EVERY, str(layer)) for layer in range(MOST_LAYERS))
