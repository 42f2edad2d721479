"""Which control a knob gets; a new kind of knob needs a line here and nothing anywhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from hyperscope.knob import Knob
from hyperscope.ui.controls.entry import TypedControl
from hyperscope.ui.controls.segmented import Segmented
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.controls.switch import Switch

FEW = 8  # values at most that are shown as buttons
MANY = 1000  # values from which a plain whole number, such as a seed, is typed rather than dragged

KnobControl = KnobSlider | Segmented | Switch | TypedControl


class Controls(Mapping[str, KnobControl]):
    """A card's controls by their paths. Those that are promised are made when one first asks for them: a card has two
    to three times as many as are ever seen, and to make and dress one takes 2 ms.
    """

    def __init__(self) -> None:
        self.made: dict[str, KnobControl] = {}
        self._promised: dict[str, Callable[[], object]] = {}

    def promise(self, paths: Iterable[str], make: Callable[[], object]) -> None:
        """`make` is called when one of `paths` is asked for, and adds it."""
        self._promised |= dict.fromkeys(paths, make)

    def add(self, control: KnobControl) -> None:
        """Has `control` at its path."""
        self.made[control.path] = control
        self._promised.pop(control.path, None)

    def __getitem__(self, path: str) -> KnobControl:
        if path not in self.made and path in self._promised:
            self._promised[path]()
        return self.made[path]

    def __iter__(self) -> Iterator[str]:
        yield from (*self.made, *self._promised)

    def __len__(self) -> int:
        return len(self.made) + len(self._promised)


def control_for(path: str, knob: Knob, *, ticks: bool = True) -> KnobControl:
    """The control of `knob`, set to nothing in particular; `path` is what its signals carry.

    Without `ticks` a slider has none.
    """
    match knob.kind:
        case "choice":
            return Segmented(path, knob)
        case "switch":
            return Switch(path, knob)
        case "text":
            return TypedControl(path, knob)
        case "whole" if knob.scale == "linear":
            span = knob.high - knob.low
            if span < FEW:
                return Segmented(path, knob)
            return TypedControl(path, knob) if span >= MANY else KnobSlider(path, knob, ticks=ticks)
        case _:
            return KnobSlider(path, knob, ticks=ticks)
