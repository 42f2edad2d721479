"""Which control a knob gets; a new kind of knob needs a line here and nothing anywhere else."""

from __future__ import annotations

from hyperscope.knob import Knob
from hyperscope.ui.controls.entry import TypedControl
from hyperscope.ui.controls.segmented import Segmented
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.controls.switch import Switch

FEW = 8  # values at most that are shown as buttons
MANY = 1000  # values from which a plain whole number, such as a seed, is typed rather than dragged

KnobControl = KnobSlider | Segmented | Switch | TypedControl


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
