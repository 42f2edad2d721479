"""Which values of its setting a sweep takes: how many between two ends, or which of a choice."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from hyperscope.knob import Knob, Value
from hyperscope.lab.sweeps.outcome import values_between
from hyperscope.lab.sweeps.sweep import Sweep
from hyperscope.ui.controls.check_box import CheckBox
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.theme import LIGHT, Theme

MOST = 12  # values
FEWEST = 2
COLUMNS = 2  # of boxes
LARGEST_BATCH = 512.0


class SweepRange(QWidget):
    """`count`, and `low` and `high`; or `boxes`, by value, where the setting is a choice. Shows the usual values first.

    What is typed that cannot be, `refused` says.
    """

    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._sweep: Sweep | None = None
        whole = Knob("whole", "Settings", "How many values it takes.", True, low=FEWEST, high=MOST, name="settings")
        self.count = KnobSlider("count", whole, ticks=False)
        self.count.refused.connect(self.refused)
        self.low, self.high = self._ends(1e-3, 10.0, "log", whole=False)
        self.boxes: dict[Value, CheckBox] = {}
        self._range, self._choice = QWidget(), QWidget()
        self._row, self._grid = QHBoxLayout(self._range), QGridLayout(self._choice)
        for layout in (self._row, self._grid):
            layout.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(12)
        self._grid.setSpacing(2)
        self._row.addWidget(self.low)
        self._row.addWidget(self.high)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for part in (self.count, self._range, self._choice):
            column.addWidget(part)

    def show_sweep(self, sweep: Sweep) -> None:
        """Offers the values of this one, the usual ones chosen."""
        self._sweep = sweep
        choice = sweep.scale == "choice"
        self.count.setVisible(not choice)
        self._range.setVisible(not choice)
        self._choice.setVisible(choice)
        for box in self.boxes.values():
            self._grid.removeWidget(box)
            box.setParent(None)
            box.deleteLater()
        self.boxes = {}
        if choice:
            self._offer(sweep)
            return
        numbers = [float(value) for value in sweep.values]
        ends = min(numbers), max(numbers)
        scale = "linear" if sweep.scale == "linear" else "log"
        made = self._ends(*_limits(sweep), scale, whole=sweep.whole)
        for before, after, value in zip((self.low, self.high), made, ends, strict=True):
            self._row.replaceWidget(before, after)
            before.setParent(None)
            before.deleteLater()
            after.set_theme(self._theme)
            after.set_value(value)
        self.low, self.high = made
        self.count.set_value(len(numbers))

    @property
    def values(self) -> tuple[Value, ...]:
        """Those chosen, in order; of a choice all if none is."""
        sweep = self._sweep
        assert sweep is not None
        if self.boxes:
            return tuple(value for value, box in self.boxes.items() if box.isChecked()) or sweep.values
        low, high = sorted((float(self.low.value() or 0.0), float(self.high.value() or 0.0)))
        count, usual = int(self.count.value() or FEWEST), [float(value) for value in sweep.values]
        if (min(usual), max(usual), len(usual)) == (low, high, count):
            return sweep.values  # which need not lie as evenly
        return values_between(low, high, count, sweep.scale, whole=sweep.whole)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        for part in (self.count, self.low, self.high):
            part.set_theme(theme)
        for box in self.boxes.values():
            box.set_theme(theme)

    def _offer(self, sweep: Sweep) -> None:
        for number, value in enumerate(sweep.values):
            box = CheckBox(sweep.captions(value))
            box.setAccessibleName(f"{sweep.title}: {sweep.captions(value)}")
            box.setChecked(True)
            box.set_theme(self._theme)
            self.boxes[value] = box
            self._grid.addWidget(box, number // COLUMNS, number % COLUMNS)

    def _ends(self, low: float, high: float, scale: str, *, whole: bool) -> tuple[KnobSlider, KnobSlider]:
        made = []
        for name in ("from", "to"):
            knob = Knob(
                "whole" if whole else "number", name, "An end of the range.", True, name,
                low=round(low) if whole else low, high=round(high) if whole else high, scale=scale, name=name,  # type: ignore[arg-type]
            )  # fmt: skip
            made.append(KnobSlider(name, knob, short=True, ticks=False))
            made[-1].setAccessibleName(f"Settings {name}")
            made[-1].track.setAccessibleName(f"Settings {name}")
            made[-1].refused.connect(self.refused)
        return made[0], made[1]


def _limits(sweep: Sweep) -> tuple[float, float]:
    """The least and greatest value that may be chosen."""
    if sweep.limits is not None:
        return sweep.limits
    numbers = [float(value) for value in sweep.values]
    if sweep.scale == "powers":
        return 2.0, LARGEST_BATCH
    return 10.0 ** math.floor(math.log10(min(numbers)) - 1), 10.0
