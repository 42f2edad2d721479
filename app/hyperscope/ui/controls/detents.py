"""The places where a slider's handle can rest: whole steps over a knob's scale, with round values; it knows no Qt.

A log scale has round values of two figures, so that a dragged experiment reads 0.03 and not 0.0301995; arrows move a
tenth of a decade and page keys a whole one. At the foot of a zero-log scale lies a stretch in which the handle cannot
rest: it is for 0 in its lower half and for the smallest value above 0 in its upper half.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from hyperscope.knob import ROOM, Knob
from hyperscope.ui.controls.words import shown, tick

PER_DECADE = 100  # steps; finer than a pixel on any slider
TENTHS = 10  # arrow presses per decade
FEW_POWERS = 6  # decades; of more, every second power is labelled
FEW_ABOVE_ZERO = 4  # decades of a zero-log scale, whose labels need room for the 0 as well
FOOT = round(ROOM * PER_DECADE)  # the step of the smallest value above 0 on a zero-log scale


@dataclass(frozen=True, slots=True)
class Detents:
    """Steps 0 to `count` of a slider for `knob`; if `end` is a word, the last step means `knob.high` and says so.

    `upper` is where the scale ends for now, at most `knob.high`.
    """

    knob: Knob
    upper: float
    end: str = ""

    @property
    def count(self) -> int:
        """How many steps lie between the ends, at least one."""
        knob = self.knob
        match knob.scale:
            case "log":
                steps = math.log10(self.upper / knob.low) * PER_DECADE
            case "zero-log":
                steps = FOOT + math.log10(self.upper / knob.least) * PER_DECADE
            case "one-minus-log":
                steps = math.log10((1 - knob.low) / (1 - self.upper)) * PER_DECADE
            case "powers-of-two":
                steps = math.ceil(math.log2(self.upper / knob.low))
            case _:
                steps = (self.upper - knob.low) / self._size
        return max(1, round(steps))

    @property
    def fine(self) -> int:
        """Steps of an arrow key."""
        return PER_DECADE // TENTHS if self.knob.scale in ("log", "zero-log", "one-minus-log") else 1

    @property
    def coarse(self) -> int:
        """Steps of a page key."""
        match self.knob.scale:
            case "log" | "zero-log" | "one-minus-log":
                return PER_DECADE
            case "powers-of-two":
                return 3
            case _:
                return max(1, self.count // 10)

    def value(self, step: int) -> float:
        """The round value at `step`."""
        knob = self.knob
        if self.end and step >= self.count:
            return int(knob.high) if knob.kind == "whole" else knob.high
        match knob.scale:
            case "powers-of-two":
                value = knob.low * 2.0**step
            case "one-minus-log":
                value = 1 - _two_figures(1 - self._scale.at(step / self.count))
            case "zero-log" if step < FOOT:
                value = 0.0 if step < FOOT / 2 else knob.least
            case "log" | "zero-log":
                value = _two_figures(self._scale.at(step / self.count))
            case _:
                value = knob.low + step * self._size
        value = min(self.upper, max(knob.low, round(value, 12)))
        return round(value) if knob.kind == "whole" else float(value)

    def next_rest(self, before: int, wanted: int) -> int:
        """Where the handle comes to rest if a key or wheel takes it from step `before` to `wanted`."""
        if self.knob.scale != "zero-log" or min(before, wanted) >= FOOT or wanted == 0:
            return wanted
        return FOOT if wanted > before or before > FOOT else 0

    def step(self, value: float) -> int:
        """The step nearest to `value`."""
        if self.end and value >= self.upper:
            return self.count
        if self.knob.scale == "powers-of-two":
            last = self.count - 1 if self.end else self.count
            return min(last, max(0, round(math.log2(value / self.knob.low))))
        return round(self._scale.position(min(value, self.upper)) * self.count)

    def shown(self, value: float) -> str:
        """`value` for reading, or the word for the end."""
        return self.end if self.end and value >= self.upper else shown(value)

    def ticks(self) -> list[tuple[float, str]]:
        """(place from 0 to 1, label) of the ticks below the track; none on linear scales."""
        knob = self.knob
        match knob.scale:
            case "log":
                first, last = math.ceil(math.log10(knob.low) - 1e-9), math.floor(math.log10(self.upper) + 1e-9)
                stride = 1 if last - first < FEW_POWERS else 2
                powers = [n for n in range(first, last + 1) if n % stride == 0]
                return [(self._scale.position(10.0**n), tick(n)) for n in powers]
            case "zero-log":
                first = math.floor(math.log10(knob.least) + 1e-9) + 1  # the smallest itself is too near to the 0
                last = math.floor(math.log10(self.upper) + 1e-9)
                stride = 1 if last - first < FEW_ABOVE_ZERO else 2
                powers = [n for n in range(first, last + 1) if (last - n) % stride == 0]
                return [(0.0, "0"), *((self._scale.position(10.0**n), tick(n)) for n in powers)]
            case "one-minus-log":
                last = math.floor(-math.log10(1 - self.upper) + 1e-9)
                nines = [round(1 - 10.0**-n, 12) for n in range(0, last + 1)]
                return [(self._scale.position(v), shown(v)) for v in nines if v >= knob.low]
            case "powers-of-two":
                inner = [n for n in range(0, self.count, 3) if n == 0 or self.count - n > 1]
                final = (1.0, self.end or shown(int(self.upper)))
                return [*((n / self.count, shown(round(knob.low * 2**n))) for n in inner), final]
            case _:
                return []

    @property
    def _scale(self) -> Knob:
        return replace(self.knob, high=self.upper, kind="number")

    @property
    def _size(self) -> float:
        """What one step of a linear scale is worth: 1, or about a hundredth of the range as 1, 2 or 5 times 10ⁿ."""
        if self.knob.kind == "whole":
            return 1
        target = (self.knob.high - self.knob.low) / 100
        decade = 10.0 ** math.floor(math.log10(target) + 1e-9)
        return min((decade * m for m in (1, 2, 5, 10)), key=lambda size: abs(math.log(size / target)))


def _two_figures(value: float) -> float:
    return float(f"{value:.1e}")
