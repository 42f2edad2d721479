"""The workbench's card of controls: classes, temperature, shift, true class, and where to start from."""

from __future__ import annotations

import math

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout

from hyperscope.knob import Knob, knobs
from hyperscope.lab.softmax.case import CLASSES, OPENING, Case, with_classes
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.card import Card
from hyperscope.ui.controls.control import Caption, Control
from hyperscope.ui.controls.segmented import Segmented, Segments
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.theme import Theme

WIDTH = 236  # pixels
GAP = 7
OF_SHARES = tuple(round(math.log(share), 12) for share in (0.3, 0.2, 0.1, 0.4))
STARTS: tuple[tuple[str, str, tuple[float, ...]], ...] = (
    ("5, 2, −1, 3", "The opening example", OPENING),
    ("all equal", "No class above another", (0.0,) * 4),
    ("1000, 1001", "Powers that overflow", (1000.0, 1001.0)),
    ("1.7, 0.4", "Two classes, whose softmax is the sigmoid", (1.7, 0.4)),
    ("ŷ .3 .2 .1 .4", "Logits whose ŷ are these, the second class being true", OF_SHARES),
)


class CaseCard(Card):
    """Says by `moved` the case that is wanted, and by `point_wanted` that a point of the map is to be the source."""

    moved = Signal(object)
    refused = Signal(str)
    point_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("This case", WIDTH, GAP)
        self.case = Case()
        declared = knobs(Case)
        self.classes = Segmented("classes", CLASSES)
        self.temperature = KnobSlider("temperature", declared["temperature"], ticks=False)
        self.shift = KnobSlider("shift", declared["shift"])
        self.truth_caption = Caption("True class")
        self._truth_of = 0
        self._segments: Segments | None = None
        self.controls: dict[str, Control] = {}
        for control in (self.classes, self.temperature, self.shift):
            self.controls[control.path] = control
            control.moved.connect(self._move)
            control.refused.connect(self.refused)
            self.column.addWidget(control)
        self.column.addWidget(self.truth_caption)
        self._truth_at = self.column.count()
        self.starts_caption = Caption("Start from")
        self.column.addWidget(self.starts_caption)
        grid = QGridLayout()
        grid.setSpacing(6)
        self.starts: list[Button] = []
        for number, (words, tip, logits) in enumerate(STARTS):
            button = Button(words, f"Start from {words}", tip)
            button.clicked.connect(lambda _=False, logits=logits: self._start(logits))
            grid.addWidget(button, number // 2, number % 2)
            self.starts.append(button)
        self.from_map = Button("on the map", "Start from a point on the map", "The network's logits at a point")
        self.from_map.setCheckable(True)
        self.from_map.setProperty("held", True)
        self.from_map.clicked.connect(self.point_wanted)
        self.starts.append(self.from_map)
        grid.addWidget(self.from_map, len(STARTS) // 2, len(STARTS) % 2)
        self.column.addLayout(grid)
        self.show_case(self.case)

    def knob(self, path: str) -> Knob:
        """What the control at `path` is of."""
        return self.controls[path].knob

    def show_case(self, case: Case) -> None:
        """Sets every control, without a word of what was moved."""
        self.case = case
        self.classes.set_value(case.classes)
        self.temperature.set_value(case.temperature)
        self.shift.set_value(case.shift)
        if self._truth_of != case.classes:
            self._make_truth(case.classes)
        assert self._segments is not None
        self._segments.set_index(case.truth)

    def _make_truth(self, count: int) -> None:
        if self._segments is not None:
            self._segments.hide()
            self._segments.deleteLater()
        made = self._segments = Segments([f"{number + 1}" for number in range(count)], "True class")
        made.chosen.connect(lambda index: self._want(truth=index))
        self.column.insertWidget(self._truth_at, made)
        made.set_theme(self._theme)  # after it has come under the style sheet, which would take its type back
        self._truth_of = count

    def _move(self, path: str, value: object) -> None:
        if path == "classes":
            assert isinstance(value, int)
            self.moved.emit(with_classes(self.case, value))
        else:
            self._want(**{path: value})

    def _want(self, **changes: object) -> None:
        self.moved.emit(msgspec.structs.replace(self.case, **changes))

    def _start(self, logits: tuple[float, ...]) -> None:
        self.moved.emit(Case(logits, min(1, len(logits) - 1)))

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        for control in (self.classes, self.temperature, self.shift):
            control.set_theme(theme)
        for caption in (self.truth_caption, self.starts_caption):
            caption.set_theme(theme)
        if self._segments is not None:
            self._segments.set_theme(theme)
        for button in self.starts:
            button.set_theme(theme)
